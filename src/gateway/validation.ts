/** Values that a schema accepts, or every error of them in our words. */
import * as v from 'valibot';
import { type FieldError, Problem } from '../payments/errors.ts';
import { unknownMembers } from './unknown-members.ts';

type Issue = v.BaseIssue<unknown>;

/** What a value has to be, by the kind of schema that it does not fit. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'is a text',
  number: 'is a number',
  boolean: 'is true or false',
  array: 'is a list',
  record: 'is an object',
  object: 'is an object',
  strict_object: 'is an object',
  integer: 'is a whole number',
  ip: 'is not an IP address',
};

/** The limits that valibot would name in words of its own. */
const LIMITS: Readonly<Record<string, (limit: string) => string>> = {
  min_value: (limit) => `is at least ${limit}`,
  max_value: (limit) => `is at most ${limit}`,
  min_length: (limit) => `takes at least ${limit}`,
  max_length: (limit) => `takes at most ${limit}`,
  min_entries: (limit) => `takes at least ${limit} members`,
  max_entries: (limit) => `takes at most ${limit} members`,
};

/** What is wrong, where the schema does not say it itself. */
function ourMessage(issue: Issue): string {
  if (issue.kind === 'schema' && issue.received === 'undefined') return 'is missing';
  if (issue.type === 'picklist' || issue.type === 'literal') {
    const choices = String(issue.expected)
      .replace(/^\(|\)$/g, '')
      .replaceAll(' | ', ', ');
    return `is one of ${choices}`;
  }
  return KINDS[issue.type] ?? LIMITS[issue.type]?.(String(issue.requirement)) ?? 'is not valid';
}

/** Whether an error is about something inside of what is wrong as a whole. */
function isWithin(path: string, errors: readonly FieldError[]): boolean {
  return errors.some(
    (error) => error.path === path || error.path === '' || path.startsWith(`${error.path}.`),
  );
}

/**
 * A value that a schema accepts.
 * @throws Problem invalid_request with every error of the value.
 */
export function valid<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { message: ourMessage });
  // A list passes for an object, and its members for none: what the schema takes is looked through too.
  const unknown = unknownMembers(schema, value);
  if (result.success && unknown.length === 0) return result.output;
  // What is unknown is not told twice: valibot knows the first such member alone.
  const others = (result.issues ?? [])
    .map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message }))
    .filter(({ path }) => !isWithin(path, unknown));
  const errors = [...unknown, ...others];
  const [first] = errors;
  const detail = `${first?.path || 'the body'}: ${first?.message}`;
  throw new Problem('invalid_request', detail, { errors });
}
