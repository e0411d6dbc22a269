/** How a message is recut: each step is a pure function of a letter, what else is held, and a few numbers. */
import {
  type Field,
  FORM_TYPE,
  type Letter,
  NOTHING,
  type Part,
  percentEncoded,
  saidBy,
  saying,
  utf8Text,
  withFields,
} from './letter.ts';
import { ORDERS, type Pool, type Role } from './pool.ts';
import type { World } from './world.ts';

/** What a step may use. */
export interface Bench {
  readonly world: World;
  readonly pool: Pool;
  /** The field that says test or live. */
  readonly mark: string | null;
  /** The signed text of each held message, where a refusal shows it, by its place among them. */
  readonly bases: readonly (string | null)[];
}

/** A step by name with its numbers. */
export interface Cut {
  readonly step: StepName;
  /** Read modulo what there is to choose from. */
  readonly numbers: readonly [number, number, number];
}

interface Step {
  readonly letter: Letter;
  readonly bench: Bench;
  /** Which held message this was. */
  readonly from: number;
  readonly numbers: readonly [number, number, number];
}

/** The part that carries the message. */
const partName = ({ body }: Letter): 'body' | 'query' => (body.fields.length > 0 ? 'body' : 'query');

function onFields(
  letter: Letter,
  change: (fields: readonly Field[], part: Part) => readonly Field[],
): Letter {
  const name = partName(letter);
  const part = letter[name];
  const fields = change(part.fields, part);
  return fields === part.fields ? letter : { ...letter, [name]: withFields(part, fields) };
}

function at<Value>(values: readonly Value[], index: number): Value | undefined {
  return values[index % Math.max(1, values.length)];
}

function replaced(fields: readonly Field[], index: number, field: Field): readonly Field[] {
  return fields.map((one, place) => (place === index ? field : one));
}

/** Whether a value looks like a signature. */
export function looksSigned(value: string): boolean {
  return /^[0-9a-f]{32,}$/i.test(value) || /^[\w+/-]{24,}={0,2}$/.test(value);
}

/** Places of fields in the order in which they are signed: of the signed text, of their names, or as they came. */
function signedOrder({ bench, from, numbers }: Step, fields: readonly Field[], part: Part): number[] {
  const places = fields.map((_, index) => index);
  const base = bench.bases[from];
  if (base && numbers[2] % 4 !== 0) {
    const known = places
      .map((place) => [place, saying(part, fields[place] as Field)] as const)
      .filter(([, text]) => text.length > 0 && base.includes(text) && !looksSigned(text))
      .map(([place, text]) => [place, base.indexOf(text)] as const);
    if (known.length > 1) return known.sort(([, a], [, b]) => a - b).map(([place]) => place);
  }
  if (numbers[2] % 2 === 0) return places;
  return places.sort((a, b) => ((fields[a]?.name ?? '') < (fields[b]?.name ?? '') ? -1 : 1));
}

/** Another held letter, where there is one of which the fields have mostly the same names. */
function otherLetter({ bench: { world }, from, letter }: Step, index: number): Letter | undefined {
  const names = new Set(fieldsOf(letter).fields.map(({ name }) => name));
  const others = world.held.filter((_, place) => place !== from);
  const alike = others.filter((other) => {
    const { fields } = fieldsOf(other.letter);
    return fields.length > 0 && fields.filter(({ name }) => names.has(name)).length * 2 > fields.length;
  });
  return at(alike.length > 0 ? alike : others, index)?.letter;
}

function fieldsOf(letter: Letter | undefined): { readonly part: Part; readonly fields: readonly Field[] } {
  const part = letter ? letter[partName(letter)] : NOTHING;
  return { part, fields: part.fields };
}

function valuePool({ bench: { pool } }: Step): readonly string[] {
  return [
    ...pool.codes,
    ...Object.values(ORDERS),
    '500000',
    '5000.00',
    '4242',
    '42.42',
    '',
    ...pool.pairs.map(([, value]) => value),
  ];
}

const LIVE_AND_TEST = ['0', '1', 'PRODUCTION', 'TEST', 'false', 'true', 'N', 'Y', ''];

function moved(letter: Letter, to: 'GET' | 'POST'): Letter {
  const { query, body } = letter;
  if (to === 'GET') {
    if (body.form !== 'form') return { ...letter, method: 'GET' };
    return {
      ...letter,
      method: 'GET',
      query: withFields(query, [...query.fields, ...body.fields]),
      body: NOTHING,
    };
  }
  const headers = { ...letter.headers, 'content-type': FORM_TYPE };
  if (body.form !== 'form') return { ...letter, method: 'POST' };
  return {
    method: 'POST',
    headers,
    query: NOTHING,
    body: withFields(body, [...body.fields, ...query.fields]),
  };
}

/** Characters moved over a border, from the end of one value to the start of another, or back. */
function withBorderMoved(step: Step, fields: readonly Field[], part: Part): readonly Field[] {
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
function recutRun(step: Step, fields: readonly Field[], part: Part): readonly Field[] {
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

function recutAt(
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
function spread(text: string, count: number, number: number): string[] {
  if (count <= 0) return [];
  if (count === 1) return [text];
  const border = number % (text.length + 1);
  return [text.slice(0, border), ...spread(text.slice(border), count - 1, number >> 3)];
}

/** A name goes on to another field, and its own field gets one that sorts to the same place. */
function slideNames(step: Step, fields: readonly Field[], part: Part): readonly Field[] {
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
function graft(step: Step, role: Role, fields: readonly Field[], part: Part): readonly Field[] {
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

/** A value that holds separators becomes the members that it spells. */
function unfold(step: Step, fields: readonly Field[], part: Part): readonly Field[] {
  const [a, b, c] = step.numbers;
  const rich = fields
    .map((field, place) => [place, saying(part, field)] as const)
    .filter(([, text]) => /[;|&\n,+*].*[=:]|[=:].*[;|&\n,+*]/s.test(text));
  const found = at(rich, a);
  if (!found) return fields;
  const [place, text] = found;
  const separator = at(
    [...';|&\n,+*'].filter((one) => text.includes(one)),
    b,
  );
  const [head = '', ...members] = text.split(separator ?? ';');
  const made = members
    .map((member) => {
      const cut = Math.max(member.lastIndexOf(':'), member.lastIndexOf('='));
      return [member.slice(0, cut), member.slice(cut + 1)] as const;
    })
    .filter(([name]) => name.length > 0);
  const shaped = ({ value, name }: Field, [path, said]: readonly [string, string]): Field => ({
    name: part.form === 'json' ? path.replaceAll(':', '.') : percentEncoded(path),
    value: saidBy(part, { name, value }, said).value,
  });
  const field = fields[place] as Field;
  const fresh = made.map((member) => shaped(field, member));
  const names = new Set(fresh.map(({ name }) => name));
  // What it replaces goes, or goes into the place of what was cut.
  const left = c % 2 === 0 ? fields.filter(({ name }) => !names.has(name)) : fields;
  const cut = left.map((one) => (one === field ? saidBy(part, field, head) : one));
  return [...cut, ...fresh];
}

/** A field's neighbours go into its value, spelt as the signed text spells them. */
function fold(step: Step, fields: readonly Field[], part: Part): readonly Field[] {
  const [a, b] = step.numbers;
  const sorted = fields
    .map((field, place) => [place, field] as const)
    .sort(([, one], [, two]) => (one.name < two.name ? -1 : 1));
  const first = a % Math.max(1, sorted.length - 1);
  const count = 1 + (b % 3);
  const taken = sorted.slice(first + 1, first + 1 + count);
  const host = sorted[first];
  if (!host || taken.length === 0) return fields;
  const spelt = taken.map(([, field]) =>
    part.form === 'json'
      ? `;${field.name.replaceAll('.', ':')}:${saying(part, field)}`
      : `${b % 2 === 0 ? '&' : '|'}${field.name}=${saying(part, field)}`,
  );
  const gone = new Set(taken.map(([place]) => place));
  return replaced(fields, host[0], saidBy(part, host[1], [saying(part, host[1]), ...spelt].join(''))).filter(
    (_, place) => !gone.has(place),
  );
}

type StepFunction = (step: Step) => Letter;

const change =
  (make: (step: Step, fields: readonly Field[], part: Part) => readonly Field[]): StepFunction =>
  (step) =>
    onFields(step.letter, (fields, part) => (fields.length === 0 ? fields : make(step, fields, part)));

/** A header that signs may be left out where the body is signed too. */
function withoutSignature(letter: Letter): Letter {
  const headers = Object.entries(letter.headers).filter(([name]) => !/sign|jws/i.test(name));
  return { ...letter, headers: Object.fromEntries(headers) };
}

const STEPS = {
  'moved into the query': ({ letter }) => moved(letter, 'GET'),
  'moved into the body': ({ letter }) => moved(letter, 'POST'),
  'shared by query and body': ({ letter, numbers: [a] }) => {
    const { fields } = fieldsOf(letter);
    const border = a % (fields.length + 1);
    return {
      method: 'POST',
      headers: { ...letter.headers, 'content-type': FORM_TYPE },
      query: { form: 'form', fields: fields.slice(0, border) },
      body: { form: 'form', fields: fields.slice(border) },
    };
  },
  'names swapped': change(({ numbers: [a, b] }, fields) => {
    const [i, j] = [a % fields.length, b % fields.length];
    const [one, two] = [fields[i] as Field, fields[j] as Field];
    return replaced(replaced(fields, i, { ...one, name: two.name }), j, { ...two, name: one.name });
  }),
  'names moved in their order': change(slideNames),
  'values swapped': change(({ numbers: [a, b] }, fields) => {
    const [i, j] = [a % fields.length, b % fields.length];
    const [one, two] = [fields[i] as Field, fields[j] as Field];
    return replaced(replaced(fields, i, { ...one, value: two.value }), j, { ...two, value: one.value });
  }),
  'a border moved': change(withBorderMoved),
  'values cut again': change(recutRun),
  'a field dropped': change(({ numbers: [a] }, fields) =>
    fields.filter((_, place) => place !== a % fields.length),
  ),
  'a field doubled': change((step, fields) => {
    const [a, b, c] = step.numbers;
    const field = fields[a % fields.length] as Field;
    const other = fieldsOf(otherLetter(step, b)).fields.find(({ name }) => name === field.name) ?? field;
    return c % 2 === 0 ? [other, ...fields] : [...fields, other];
  }),
  'fields in another order': change(({ numbers: [a] }, fields) =>
    a % 2 === 0
      ? [...fields].reverse()
      : [...fields.slice(a % fields.length), ...fields.slice(0, a % fields.length)],
  ),
  'a test mark set': change(({ bench: { mark }, numbers: [a, b] }, fields, part) => {
    const value = at(LIVE_AND_TEST, b) ?? '0';
    const marks = fields.filter(({ name }) => name === mark || /test|mode|env/i.test(name));
    const field = at(marks, a);
    if (!field) return mark ? [...fields, saidBy(part, { name: mark, value: '""' }, value)] : fields;
    return fields.map((one) => (one === field ? saidBy(part, one, value) : one));
  }),
  'another case': change(({ numbers: [a, b] }, fields, part) => {
    const place = a % fields.length;
    const field = fields[place] as Field;
    const turned = (text: string) => (text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase());
    return replaced(
      fields,
      place,
      b % 2 === 0 ? { ...field, name: turned(field.name) } : saidBy(part, field, turned(saying(part, field))),
    );
  }),
  'another charset': change(({ numbers: [a] }, fields, part) => {
    const places = fields.map((field, place) => [place, saying(part, field)] as const);
    const accented = places.filter(([, text]) => /[\x80-\xff]/.test(text));
    const [place, text] = at(accented.length > 0 ? accented : places, a) ?? [0, ''];
    const decoded = new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    return replaced(
      fields,
      place,
      saidBy(
        part,
        fields[place] as Field,
        a % 2 === 0 ? utf8Text(text) : decoded.replace(/[^\0-\xff]/g, '?'),
      ),
    );
  }),
  'values of another message': change((step, fields) => {
    const [a, b, c] = step.numbers;
    const other = new Map(fieldsOf(otherLetter(step, a)).fields.map((field) => [field.name, field]));
    // One of them, or any set of them.
    const differing = fields.filter(({ name, value }) => (other.get(name) ?? { value }).value !== value);
    const chosen = (place: number) =>
      c % 3 === 0 ? place === b % differing.length : ((b >> (place % 20)) & 1) === 1;
    const taken = new Set(differing.filter((_, place) => chosen(place)));
    return fields.map((field) => (taken.has(field) ? (other.get(field.name) ?? field) : field));
  }),
  'the signature of another message': (step) => {
    const other = otherLetter(step, step.numbers[0]);
    const signatures = fieldsOf(other).fields.filter((field) =>
      looksSigned(saying(fieldsOf(other).part, field)),
    );
    const headers = { ...step.letter.headers, ...other?.headers, ...step.letter.headers };
    for (const name of Object.keys(headers))
      if (/sign|jws/i.test(name) && other?.headers[name]) headers[name] = other.headers[name];
    const changed = onFields(step.letter, (fields) =>
      fields.map((field) => signatures.find(({ name }) => name === field.name) ?? field),
    );
    return { ...changed, headers };
  },
  'no signature': (step) => {
    const headers = Object.fromEntries(
      Object.entries(step.letter.headers).map(([name, value]) => [name, /sign|jws/i.test(name) ? '' : value]),
    );
    const changed = onFields(step.letter, (fields, part) =>
      step.numbers[0] % 2 === 0
        ? fields.map((field) => (looksSigned(saying(part, field)) ? saidBy(part, field, '') : field))
        : fields.filter((field) => !looksSigned(saying(part, field))),
    );
    return { ...changed, headers };
  },
  'another value': change((step, fields, part) => {
    const [a, b] = step.numbers;
    const place = a % fields.length;
    return replaced(
      fields,
      place,
      saidBy(part, fields[place] as Field, utf8Text(at(valuePool(step), b) ?? '')),
    );
  }),
  'an empty value': change(({ numbers: [a] }, fields, part) =>
    replaced(fields, a % fields.length, saidBy(part, fields[a % fields.length] as Field, '')),
  ),
  'another name': change(({ bench: { pool }, numbers: [a, b] }, fields) =>
    replaced(fields, a % fields.length, {
      ...(fields[a % fields.length] as Field),
      name: at(pool.names, b) ?? 'x',
    }),
  ),
  'another order': change(({ numbers: [a, b] }, fields, part) => {
    const to = at(Object.values(ORDERS), a) ?? '';
    const isOne = (field: Field) =>
      Object.values(ORDERS).some((order) => saying(part, field).includes(order));
    const ones = fields.filter(isOne);
    const only = b % 2 === 0 ? null : at(ones, b >> 1);
    return fields.map((field) =>
      isOne(field) && (only === null || field === only)
        ? saidBy(
            part,
            field,
            Object.values(ORDERS).reduce((text, order) => text.replaceAll(order, to), saying(part, field)),
          )
        : field,
    );
  }),
  'a field more': change(({ bench: { pool }, numbers: [a, b] }, fields, part) => {
    const [name, value] = at(pool.pairs, a) ?? ['status', 'paid'];
    const field = saidBy(part, { name, value: '""' }, utf8Text(value));
    return b % 2 === 0 ? [field, ...fields] : [...fields, field];
  }),
  'the signature header dropped': ({ letter }) => withoutSignature(letter),
  'our request for the refused order in its place': (step) =>
    withoutSignature(change((own, fields, part) => graft(own, 'refused', fields, part))(step)),
  "another's request in its place": (step) =>
    withoutSignature(change((own, fields, part) => graft(own, 'other', fields, part))(step)),
  'a value read as several': change(unfold),
  'several read as one value': change(fold),
  'JSON for a form, a form for JSON': ({ letter }) => {
    const { part, fields } = fieldsOf(letter);
    const isForm = part.form === 'form';
    const form = isForm ? 'json' : 'form';
    const made: Part = {
      form,
      fields: fields.map((field) =>
        saidBy({ form, fields: [] }, { name: field.name, value: '""' }, saying(part, field)),
      ),
    };
    const type = isForm ? 'application/json' : FORM_TYPE;
    return {
      method: 'POST',
      query: NOTHING,
      body: made,
      headers: { ...letter.headers, 'content-type': type },
    };
  },
} satisfies Record<string, StepFunction>;

export type StepName = keyof typeof STEPS;

/** Every step; those that have more to choose from are tried more often. */
export const STEP_NAMES: readonly StepName[] = [
  ...(Object.keys(STEPS) as StepName[]),
  ...Array<StepName[]>(3)
    .fill([
      'values of another message',
      'values cut again',
      'names moved in their order',
      'our request for the refused order in its place',
      "another's request in its place",
      'a value read as several',
      'another value',
      'another order',
      'several read as one value',
    ])
    .flat(),
];

/** A held message after some steps. */
export function recut(bench: Bench, from: number, cuts: readonly Cut[]): Letter {
  const start = bench.world.held[from]?.letter as Letter;
  return cuts.reduce<Letter>(
    (letter, { step, numbers }) => STEPS[step]({ letter, bench, from, numbers }),
    start,
  );
}
