/** How a message is recut: each step is a pure function of a letter, what else is held, and a few numbers. */

import { at, type Bench, fieldsOf, otherLetter, replaced, type Step, valuePool } from './bench.ts';
import { recutRun, withBorderMoved } from './border-cuts.ts';
import {
  type Field,
  FORM_TYPE,
  type Letter,
  looksSigned,
  NOTHING,
  type Part,
  partName,
  saidBy,
  saying,
  textBytes,
  utf8Text,
  withFields,
} from './letter.ts';
import { fold, unfold } from './member-cuts.ts';
import { graft, slideNames } from './name-cuts.ts';
import { ORDERS } from './pool.ts';
import { MOST_BY, withShift } from './readings.ts';
import { placesIn } from './signed-text.ts';

/** A step by name with its numbers. */
export interface Cut {
  readonly step: StepName;
  /** Read modulo what there is to choose from. */
  readonly numbers: readonly [number, number, number];
}

function onFields(
  letter: Letter,
  change: (fields: readonly Field[], part: Part) => readonly Field[],
): Letter {
  const name = partName(letter);
  const part = letter[name];
  const fields = change(part.fields, part);
  return fields === part.fields ? letter : { ...letter, [name]: withFields(part, fields) };
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
  'borders moved together': change(({ bench, from, numbers: [first, more, by] }, _fields, part) =>
    withShift(part, placesIn(bench.bases[from] ?? '', part), { first, more, by: by - MOST_BY }),
  ),
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
    const decoded = new TextDecoder().decode(textBytes(text));
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
  'a good word': change(({ bench: { pool }, numbers: [a, b] }, fields, part) => {
    const words = fields.filter((field) => pool.codes.includes(saying(part, field)));
    const field = at(words, a);
    const word = at(pool.good, b);
    if (!field || word === undefined) return fields;
    return fields.map((one) => (one === field ? saidBy(part, one, word) : one));
  }),
  'money of another order': change(({ bench: { world }, numbers: [a, b] }, fields, part) => {
    const { paid, refused, other } = world.requests;
    const own = new Map([...refused, ...other, ...paid].map(([name, value]) => [value, name]));
    const wanted = new Map(b % 2 === 0 ? refused : other);
    const worth = fields.filter((field) => /^\d+(?:\.\d\d)?$/.test(saying(part, field)));
    const field = at(
      worth.filter((one) => own.has(saying(part, one))),
      a,
    );
    const value = field && wanted.get(own.get(saying(part, field)) ?? '');
    if (!field || value === undefined) return fields;
    return fields.map((one) => (one === field ? saidBy(part, one, value) : one));
  }),
  'a field that nobody signs': change(({ bench: { pool, unsigned }, numbers: [a, b] }, fields, part) => {
    const name = at(unsigned, a);
    if (name === undefined) return fields;
    const value = at([...pool.codes, ...LIVE_AND_TEST, '500000'], b) ?? '1';
    const known = fields.find((field) => field.name === name);
    const said = saidBy(part, known ?? { name, value: '""' }, value);
    return known ? fields.map((field) => (field === known ? said : field)) : [...fields, said];
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
