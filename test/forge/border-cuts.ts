/** Values of neighbours, cut in another place. */

import { at, replaced, type Step, signedOrder, valuePool } from './bench.ts';
import { type Field, type Part, saidBy, saying } from './letter.ts';

/** Characters moved over a border, from the end of one value to the start of another, or back. */
export function withBorderMoved(step: Step, fields: readonly Field[], part: Part): readonly Field[] {
  const [a, b, c] = step.numbers;
  const order = signedOrder(step, fields, part);
  const place = a % Math.max(1, order.length - 1);
  const [left, right] = [order[place], order[place + 1]];
  if (left === undefined || right === undefined) return fields;
  const [one, two] = [fields[left] as Field, fields[right] as Field];
  const joined = saying(part, one) + saying(part, two);
  const border = saying(part, one).length;
  const shift = 1 + (b % 4);
  const next = c % 2 === 0 ? Math.max(0, border - shift) : Math.min(joined.length, border + shift);
  return replaced(
    replaced(fields, left, saidBy(part, one, joined.slice(0, next))),
    right,
    saidBy(part, two, joined.slice(next)),
  );
}

/** The values of neighbours in one, cut again; at words that mean something where there are such. */
export function recutRun(step: Step, fields: readonly Field[], part: Part): readonly Field[] {
  const [a, b, c] = step.numbers;
  const order = signedOrder(step, fields, part);
  const length = 2 + (b % 4);
  const first = a % Math.max(1, order.length - length + 1);
  const run = order.slice(first, first + length);
  if (run.length < 2) return fields;
  const joined = run.map((place) => saying(part, fields[place] as Field)).join('');
  const words = valuePool(step).filter((word) => word !== '' && joined.includes(word));
  const word = at(words, c >> 2) ?? '';
  const start = word ? joined.indexOf(word) : a % (joined.length + 1);
  // The word gets a field of its own; what is before and after it is shared by the others.
  const target = (b >> 2) % run.length;
  const before = run.slice(0, target);
  const after = run.slice(target + 1);
  if (before.length === 0 && start > 0) return recutAt(fields, part, run, joined, [start]);
  const pieces = [
    ...spread(joined.slice(0, start), before.length, c),
    joined.slice(start, after.length === 0 ? joined.length : start + word.length),
    ...(after.length === 0 ? [] : spread(joined.slice(start + word.length), after.length, a)),
  ];
  return run.reduce(
    (changed, place, index) =>
      replaced(changed, place, saidBy(part, fields[place] as Field, pieces[index] ?? '')),
    fields,
  );
}

export function recutAt(
  fields: readonly Field[],
  part: Part,
  run: readonly number[],
  joined: string,
  [border = 0]: readonly number[],
): readonly Field[] {
  return run.reduce((changed, place, index) => {
    const piece = index === 0 ? joined.slice(0, border) : index === 1 ? joined.slice(border) : '';
    return replaced(changed, place, saidBy(part, fields[place] as Field, piece));
  }, fields);
}

/** A text in so many pieces. */
export function spread(text: string, count: number, number: number): string[] {
  if (count <= 0) return [];
  if (count === 1) return [text];
  const border = number % (text.length + 1);
  return [text.slice(0, border), ...spread(text.slice(border), count - 1, number >> 3)];
}
