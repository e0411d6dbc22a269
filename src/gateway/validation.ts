/** Values that a schema accepts, or every error of them. */
import * as v from 'valibot';
import { type FieldError, Problem } from '../payments/errors.ts';

function fieldErrors(issues: readonly v.BaseIssue<unknown>[]): FieldError[] {
  return issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message }));
}

/**
 * A value that a schema accepts.
 * @throws Problem invalid_request with every error of the value.
 */
export function valid<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const errors = fieldErrors(result.issues);
  const [first] = errors;
  const detail = first ? `${first.path || 'the body'}: ${first.message}` : 'the request is not valid';
  throw new Problem('invalid_request', detail, { errors });
}
