/**
 * Schema step 2: the members of a payment's record, and of the status queries in its outbox, under today's names. Frozen:
 * it translates what version 1 wrote, whatever the code says now.
 */

type Json = Readonly<Record<string, unknown>>;

/** Version 1's name of a member -> today's. */
type Names = Readonly<Record<string, string>>;

const REQUEST: Names = { door: 'dialect' };
const ATTEMPT: Names = {
  memo: 'providerState',
  bills: 'documents',
  single: 'oneRedirect',
  asked: 'queried',
};
const ATTEMPT_STATE: Names = { rung: 'progress', ranks: 'sequences' };
const OPERATION: Names = { pool: 'fundsSource', reference: 'providerReference' };
const STATUS_QUERY: Names = { memo: 'providerState' };

function renamed(value: Json, names: Names): Json {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [names[name] ?? name, member]));
}

/** The record of version 1, as JSON, under today's names. */
export function renamedRecord(json: string): string {
  const record = JSON.parse(json) as Json & {
    readonly request: Json;
    readonly attempts: readonly (Json & { readonly state: Json })[];
    readonly operations?: readonly Json[];
  };
  const { operations } = record;
  return JSON.stringify({
    ...record,
    request: renamed(record.request, REQUEST),
    attempts: record.attempts.map((attempt) =>
      renamed({ ...attempt, state: renamed(attempt.state, ATTEMPT_STATE) }, ATTEMPT),
    ),
    ...(operations && { operations: operations.map((operation) => renamed(operation, OPERATION)) }),
  });
}

/** The body of a `confirm` job of version 1, as JSON, under today's names. */
export function renamedStatusQuery(json: string): string {
  return JSON.stringify(renamed(JSON.parse(json) as Json, STATUS_QUERY));
}
