/** Replaces a payment whose shopper was not forwarded yet, and names what is different in the request that does so. */
import { MAX_ATTEMPTS } from '../payments/id.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { attemptOf } from './attempts.ts';
import type { CreateCommand, ReplaceResult } from './commands.ts';
import { queueExpiry } from './ending.ts';
import { endedBy, type LedgerRecord, summaryOf } from './record.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** Members of a stored request that its shop has not given. */
const OURS: ReadonlySet<string> = new Set(['dialect', 'choose']);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The dotted paths of what differs between two values. */
function differing(one: unknown, other: unknown, path: readonly string[]): string[] {
  if (!isObject(one) || !isObject(other))
    return JSON.stringify(one ?? null) === JSON.stringify(other ?? null) ? [] : [path.join('.')];
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.flatMap((name) => differing(one[name], other[name], [...path, name]));
}

function given(request: PaymentRequest): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(request).filter(([name]) => !OURS.has(name)));
}

/** The paths in which another request for the same reference differs from what is stored. */
export function differences(
  { request, wanted, attempts }: LedgerRecord,
  command: Pick<CreateCommand, 'request' | 'wanted'>,
): readonly string[] {
  const [first] = attempts;
  const before = wanted ?? { account: first?.account ?? null, provider: null };
  const choice = command.wanted ?? { account: null, provider: null };
  // Where the shop names no time, its own setting had decided.
  const { expiresAt, ...other } = given(request);
  const time = command.request.expiresAt === undefined ? {} : { expiresAt };
  const found = [
    ...differing(before.account, choice.account, ['account']),
    ...differing(before.provider, choice.provider, ['provider']),
    ...differing({ ...other, ...time }, given(command.request), []),
  ];
  return found.length > 0 ? found.sort() : ['expiresAt'];
}

/**
 * Puts another request in the place of the stored one, with a new attempt: somebody may hold the old redirect, and money that comes by it
 * has to be known.
 * @param number of the new attempt: its order number at the provider was made with it.
 */
export function replace(
  work: UnitOfWork,
  command: CreateCommand,
  number: number,
  ifVersion: number | null,
): ReplaceResult {
  const { record, version, shop } = work.payment();
  if (shop !== command.shop) return 'not_open';
  if (ifVersion !== null && ifVersion !== version) return 'stale';
  const isOpen = summaryOf(record).status === 'created' && endedBy(record, work.now()) === null;
  if (!isOpen || record.attempts.length >= MAX_ATTEMPTS) return 'not_open';
  // Another replacement came between.
  if (number !== record.attempts.length + 1) return 'stale';
  work.commit(
    (writer) => {
      const changed: LedgerRecord = {
        ...record,
        request: command.request,
        ...(command.wanted && { wanted: command.wanted }),
        attempts: [...record.attempts, attemptOf(command.attempt, writer.at)],
      };
      writer.log('replaced', command.by ?? 'shop', {
        differences: differences(record, command),
        amount: command.request.amount,
        currency: command.request.currency,
        account: command.attempt.account,
        attempt: changed.attempts.length,
      });
      queueExpiry(writer, changed);
      work.saveMoved(writer, changed);
    },
    { shop, requestHash: command.requestHash },
  );
  return 'replaced';
}
