/** What a step of a recut works with. */
import { type Field, type Letter, NOTHING, type Part, partName, saying } from './letter.ts';
import { ORDERS, type Pool } from './pool.ts';
import { placesIn } from './signed-text.ts';
import type { World } from './world.ts';

/** What a step may use. */
export interface Bench {
  readonly world: World;
  readonly pool: Pool;
  /** The field that says test or live. */
  readonly mark: string | null;
  /** Fields that are read and not signed. */
  readonly unsigned: readonly string[];
  /** The signed text of each held message, where a refusal shows it, by its place among them. */
  readonly bases: readonly (string | null)[];
}

export interface Step {
  readonly letter: Letter;
  readonly bench: Bench;
  /** Which held message this was. */
  readonly from: number;
  readonly numbers: readonly [number, number, number];
}

export function at<Value>(values: readonly Value[], index: number): Value | undefined {
  return values[index % Math.max(1, values.length)];
}

export function replaced(fields: readonly Field[], index: number, field: Field): readonly Field[] {
  return fields.map((one, place) => (place === index ? field : one));
}

/** Places of fields in the order in which they are signed: of the signed text, of their names, or as they came. */
export function signedOrder({ bench, from, numbers }: Step, fields: readonly Field[], part: Part): number[] {
  const places = fields.map((_, index) => index);
  const base = bench.bases[from];
  if (base && numbers[2] % 4 !== 0) {
    const known = placesIn(base, { ...part, fields });
    if (known.length > 1) return [...known];
  }
  if (numbers[2] % 2 === 0) return places;
  return places.sort((a, b) => ((fields[a]?.name ?? '') < (fields[b]?.name ?? '') ? -1 : 1));
}

/** Whether the values stand in a signed text with nothing between them. */
export function isWithoutBorders(base: string, part: Part, order: readonly number[]): boolean {
  const values = order.map((place) => saying(part, part.fields[place] as Field));
  return values.some((_, index) => index > 1 && base.includes(values.slice(index - 2, index + 1).join('')));
}

/** Another held letter, where there is one of which the fields have mostly the same names. */
export function otherLetter({ bench: { world }, from, letter }: Step, index: number): Letter | undefined {
  const names = new Set(fieldsOf(letter).fields.map(({ name }) => name));
  const others = world.held.filter((_, place) => place !== from);
  const alike = others.filter((other) => {
    const { fields } = fieldsOf(other.letter);
    return fields.length > 0 && fields.filter(({ name }) => names.has(name)).length * 2 > fields.length;
  });
  return at(alike.length > 0 ? alike : others, index)?.letter;
}

export function fieldsOf(letter: Letter | undefined): {
  readonly part: Part;
  readonly fields: readonly Field[];
} {
  const part = letter ? letter[partName(letter)] : NOTHING;
  return { part, fields: part.fields };
}

export function valuePool({ bench: { pool } }: Step): readonly string[] {
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
