/** A value read as several, and several read as one. */

import { at, replaced, type Step } from './bench.ts';
import { type Field, type Part, percentEncoded, saidBy, saying } from './letter.ts';

/** A value that holds separators becomes the members that it spells. */
export function unfold(step: Step, fields: readonly Field[], part: Part): readonly Field[] {
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
export function fold(step: Step, fields: readonly Field[], part: Part): readonly Field[] {
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
