/** Answers of the local Worker, as examples in the document: by the schema that they fit. */
import type { GenericSchema } from 'valibot';
import * as schemas from './schemas.ts';

export const EXAMPLES = new Map<GenericSchema, unknown>([
  [schemas.health, { status: 'ok', version: '0.1.0' }],
]);

/** An example of an answer; undefined: there is none. */
export function answerExample(schema: GenericSchema): unknown {
  return EXAMPLES.get(schema);
}
