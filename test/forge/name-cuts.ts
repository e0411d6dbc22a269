/** Names that go to other fields, and values of our requests that go to fields of the bank's messages. */

import { at, replaced, type Step } from './bench.ts';
import { type Field, looksSigned, type Part, saidBy, saying, utf8Text } from './letter.ts';
import { ORDERS, type Role } from './pool.ts';

/** A name goes on to another field, and its own field gets one that sorts to the same place. */
export function slideNames(step: Step, fields: readonly Field[], part: Part): readonly Field[] {
  const [a, b] = step.numbers;
  // A field that says an order number or an amount is worth the name of one.
  const worth = fields
    .map((field, place) => [place, saying(part, field)] as const)
    .filter(([, text]) => Object.values(ORDERS).includes(text) || /^\d{3,}$/.test(text))
    .map(([place]) => place);
  const orders = worth.filter((place) =>
    Object.values(ORDERS).includes(saying(part, fields[place] as Field)),
  );
  const from = at(orders.length > 1 ? orders : worth, a);
  const to = at(worth, b);
  if (from === undefined || to === undefined || from === to) return fields;
  const [giver, taker] = [fields[to] as Field, fields[from] as Field];
  const isAfter = taker.name > giver.name;
  const between = fields
    .map(({ name }, place) => [name, place] as const)
    .filter(([name]) =>
      isAfter ? name > giver.name && name < taker.name : name < giver.name && name > taker.name,
    )
    .sort(([one], [two]) => (one < two ? -1 : 1));
  let changed = replaced(fields, from, { ...taker, name: giver.name });
  // What stood between has to stay on its side: it sorts where the name came from.
  const stem = isAfter ? giver.name.slice(0, -1) : giver.name;
  const shifted = isAfter ? [[giver.name, to] as const, ...between] : [...between, [giver.name, to] as const];
  for (const [index, [, place]] of shifted.entries())
    changed = replaced(changed, place, {
      ...(fields[place] as Field),
      name: `${stem}${isAfter ? '' : '_'}${String.fromCharCode(97 + index)}`,
    });
  return changed;
}

/** A message of the bank filled in with what our own request says in the same places, its signature too. */
export function graft(step: Step, role: Role, fields: readonly Field[], part: Part): readonly Field[] {
  const { requests } = step.bench.world;
  const [, b, c] = step.numbers;
  // By what they say: a field of the paid order's message that says what its request says under some name.
  const own = new Map(requests[role].map(([name, value]) => [name, value] as const));
  const byValue = new Map(
    [...requests.paid, ...requests.refused].map(([name, value]) => [value, name] as const),
  );
  const signature = [...own].find(
    ([name, value]) => looksSigned(value) && !/^https?:/.test(value) && name,
  )?.[1];
  const filled = fields.map((field) => {
    const text = saying(part, field);
    if (looksSigned(text) && signature !== undefined) return saidBy(part, field, signature);
    const name = byValue.get(text);
    const value = own.get(field.name) ?? (name === undefined ? undefined : own.get(name));
    return value === undefined ? field : saidBy(part, field, utf8Text(value));
  });
  const blank = at(filled, c);
  if (b % 3 === 0 || !blank || looksSigned(saying(part, blank))) return filled;
  return filled.map((field) => (field === blank ? saidBy(part, field, '') : field));
}
