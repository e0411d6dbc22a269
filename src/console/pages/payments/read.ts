/** All that the page of a payment shows, read side by side. */
import { ApiProblem, type OperatorAnswer } from '../../api.ts';
import type { ConsoleContext } from '../../context.ts';

export type ReadPayment = OperatorAnswer<'operatorPaymentRead'>;
export type ReadOperation = ReadPayment['operations'][number];
export type ReadDelivery = OperatorAnswer<'operatorDeliveries'>['data'][number];
export type RefusedMessage = OperatorAnswer<'refusals'>['data'][number];
type AuditLine = OperatorAnswer<'auditList'>['data'][number];
type LogPage = OperatorAnswer<'events'>;

/** Lines of the log in one call. */
const LINES_A_CALL = 1000;

/** Calls that one page makes for a log: more lines than the ledger lets strangers cause. */
const MOST_CALLS = 10;

/** Refused messages of an account that are looked through. */
const REFUSALS = 100;

/** A payment of the path. @throws ApiProblem not_found */
export function readPayment(c: ConsoleContext): Promise<ReadPayment> {
  return c.get('api').get<ReadPayment>(`/payments/${encodeURIComponent(c.req.param('id') ?? '')}`);
}

/** What of an attempt could still be given back, in minor units, with what is asked for already. */
export function refundableOf({ amounts, chargedBack }: ReadPayment['attempts'][number]): number {
  return Math.max(0, amounts.paid - amounts.refunded - chargedBack);
}

/** The whole log, the oldest line first. */
export async function readLog(c: ConsoleContext, id: string): Promise<LogPage['data']> {
  const lines: LogPage['data'] = [];
  let cursor: string | null = null;
  for (let call = 0; call < MOST_CALLS; call++) {
    const page: LogPage = await c
      .get('api')
      .get<LogPage>(`/payments/${id}/events`, { limit: LINES_A_CALL, cursor });
    lines.push(...page.data);
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return lines;
}

/** Refused messages of an account; null: shops that the user may not see use it too. */
export async function readRefusals(
  c: ConsoleContext,
  account: string,
): Promise<readonly RefusedMessage[] | null> {
  try {
    const { data } = await c
      .get('api')
      .get<OperatorAnswer<'refusals'>>(`/accounts/${account}/refusals`, { limit: REFUSALS });
    return data;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 403) return null;
    // An account that was deleted.
    if (error instanceof ApiProblem && error.status === 404) return [];
    throw error;
  }
}

/** What a refused message says of its order is proven by nobody: it is shown beside the payment that it names. */
function isAbout(
  { explanation }: RefusedMessage,
  { id, reference, providerReference }: ReadPayment,
): boolean {
  const said = explanation.base ?? '';
  return [id, reference, providerReference].some(
    (name) => name !== null && name.length >= 4 && said.includes(name),
  );
}

export interface PaymentStory {
  readonly payment: ReadPayment;
  readonly log: LogPage['data'];
  readonly deliveries: readonly ReadDelivery[];
  /** Those that name this payment; null: they may not be seen. */
  readonly refusals: readonly RefusedMessage[] | null;
  readonly audit: readonly AuditLine[];
}

/** @throws ApiProblem */
export async function readStory(c: ConsoleContext): Promise<PaymentStory> {
  const payment = await readPayment(c);
  const api = c.get('api');
  const accounts = [...new Set([payment.account, ...payment.attempts.map(({ account }) => account)])];
  const [log, deliveries, refused, audit] = await Promise.all([
    readLog(c, payment.id),
    api.get<OperatorAnswer<'operatorDeliveries'>>(`/payments/${payment.id}/deliveries`),
    Promise.all(accounts.map((account) => readRefusals(c, account))),
    api.get<OperatorAnswer<'auditList'>>('/audit', { subject: payment.id, limit: 50 }),
  ]);
  const known = refused.flatMap((list) => list ?? []).filter((one) => isAbout(one, payment));
  return {
    payment,
    log,
    deliveries: deliveries.data,
    refusals: refused.every((list) => list === null) ? null : known,
    audit: audit.data,
  };
}

/** The names of operators at the time of what they did, by the audit log's name of them. */
export function actorNames({ audit }: Pick<PaymentStory, 'audit'>): ReadonlyMap<string, string> {
  return new Map(
    audit.flatMap(({ actor, actorName }) => (actorName === null ? [] : [[actor, actorName] as const])),
  );
}
