/** What is asked of the books in an address: it is kept in the form, and goes to the operator's API and into the links of the page. */
import { type ApiProblem, type InputProblem, queryText } from '../api.ts';
import type { ConsoleContext } from '../context.ts';
import { FormState } from '../form-state.ts';

/** The fields of the summary's form, as the API names them. */
export const SUMMARY_FIELDS = ['month', 'to', 'by', 'dateBy', 'timeZone', 'shop', 'group', 'test'] as const;

/** The fields of the export's form. */
export const EXPORT_FIELDS = [
  'what',
  'format',
  'dateBy',
  'from',
  'to',
  'timeZone',
  'shop',
  'group',
  'test',
  'good',
  'logs',
  'amounts',
  'separator',
  'bom',
] as const;

export type Asked = Readonly<Record<string, string>>;

/** Boxes that are checked are posted as `on`, and asked for as `true`. */
const BOXES: ReadonlySet<string> = new Set(['good', 'logs', 'bom']);

/** What is as usual where nothing is said: the viewer's own zone, and not the API's. */
const NEVER_EMPTY: ReadonlySet<string> = new Set(['month', 'timeZone']);

/** What an address asks for; fields that are empty are not asked for. */
export function askedIn(c: ConsoleContext, fields: readonly string[], defaults: Asked): Asked {
  const given = new URL(c.req.url).searchParams;
  const hasForm = fields.some((name) => given.has(name));
  const named = fields.flatMap((name) => {
    const usual = defaults[name] ?? '';
    const asked = (given.get(name) ?? (hasForm ? '' : usual)).trim();
    const value = asked === '' && NEVER_EMPTY.has(name) ? usual : asked;
    if (value === '') return [];
    return [[name, BOXES.has(name) ? 'true' : value] as const];
  });
  return Object.fromEntries(named);
}

/** The form with what was asked for. */
export function askedForm(asked: Asked, problems: readonly InputProblem[] = []): FormState {
  const values = Object.entries(asked).map(
    ([name, value]) => [name, [BOXES.has(name) ? 'on' : value]] as const,
  );
  return new FormState({ values: Object.fromEntries(values), problems });
}

/** The address of a page of the books with the same question. */
export function addressOf(path: string, asked: Asked, more: Asked = {}): string {
  return `/console/books${path}${queryText({ ...asked, ...more })}`;
}

/** What the form shows of a rejected question; null: it has no field that is at fault. */
export function problemsIn({ status, errors, detail }: ApiProblem): readonly InputProblem[] | null {
  if (status === 404) return [{ path: 'shop', message: detail }];
  return status === 400 && errors.length > 0 ? errors : null;
}
