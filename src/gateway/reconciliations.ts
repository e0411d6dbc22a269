/**
 * Reconciliations as operators see them. Whoever may see some shops only sees the reconciliations of accounts that no other shop uses, and
 * of these none that has found movements of another shop: one contract may be shared, and its file shows everybody's payments.
 */
import type { ListedReconciliation } from '../directory/reconciliations.ts';
import type { Scope } from '../directory/types.ts';
import { isUnavailable, Problem } from '../payments/errors.ts';
import { paymentId } from '../payments/id.ts';
import type {
  LinesQuery,
  ReconciledLine,
  ReconciliationClient,
  ReconciliationInfo,
  ReconciliationProblem,
} from '../payments/reconciled.ts';
import { hex } from '../signing/bytes.ts';
import type { Operator } from './permissions.ts';
import { ownAccount, scopedAccountIds, scopedShops } from './scoped.ts';
import type { Service } from './service.ts';
import { refresh } from './status-query.ts';

/** The last of a page of the list. */
type Place = Parameters<Service['directory']['reconciliations']['list']>[1];

/** @throws Problem unsupported_operation where the Worker that compares is not bound. */
function clientOf(service: Service, id: string): ReconciliationClient {
  const client = service.reconciliation(id);
  if (client) return client;
  throw new Problem(
    'unsupported_operation',
    'deploy src/reconciliation and bind it as RECONCILIATION (docs/reconciliation.md)',
  );
}

const missing = () => new Problem('not_found', 'there is no such reconciliation');

/** The answer of an object, or the problem that it says. */
export function done<Answer extends object>(answer: Answer | ReconciliationProblem): Answer {
  if (!('problem' in answer)) return answer;
  const { code, detail, path } = answer.problem;
  throw new Problem(code, detail, path === undefined ? {} : { errors: [{ path, message: detail }] });
}

/** A new id: 16 hexadecimal digits. */
function newId(service: Service): string {
  const bytes = new Uint8Array(8);
  service.random(bytes);
  return hex(bytes);
}

/** A new reconciliation of an account. @throws Problem not_found, forbidden as `ownAccount` */
export async function beginReconciliation(
  service: Service,
  by: Operator,
  order: Omit<Parameters<ReconciliationClient['begin']>[0], 'id'>,
  fileName: string,
): Promise<{ readonly listed: ListedReconciliation; readonly info: ReconciliationInfo }> {
  await ownAccount(service, by.scope, order.account);
  const id = newId(service);
  const info = done(await clientOf(service, id).begin({ ...order, id }));
  await service.directory.reconciliations.add(id, order.account, fileName, by);
  const listed = await service.directory.reconciliations.get(id);
  if (!listed) throw missing();
  return { listed, info };
}

/** What is listed, and its object. */
export interface FoundReconciliation {
  readonly listed: ListedReconciliation;
  readonly client: ReconciliationClient;
  readonly info: ReconciliationInfo;
  /** What of a later answer the operator may see. @throws Problem not_found where it has found another shop's payment. */
  seen(info: ReconciliationInfo): ReconciliationInfo;
  lines(query: LinesQuery): Promise<readonly ReconciledLine[]>;
}

/** Whether a comparison has found a payment of another shop. */
const isForeign = (own: ReadonlySet<string>, { shops }: ReconciliationInfo) =>
  shops?.some((shop) => !own.has(shop)) === true;

/**
 * What of a comparison somebody may see who may see some shops only. Whether other accounts have a payment is none of theirs. Whose payments
 * a file is about is known when it was compared: before that, those who have not sent it see nothing of what is in it.
 */
function seenOf(own: ReadonlySet<string>, isSender: boolean, info: ReconciliationInfo): ReconciliationInfo {
  const { shops, fault } = info;
  if (isForeign(own, info)) throw missing();
  const seen = { ...info, elsewhere: 0 };
  if (shops || isSender) return seen;
  return { ...seen, preview: null, unreadable: [], fault: fault && { ...fault, detail: '' } };
}

/** A reconciliation of the scope. @throws Problem not_found, the same for one that is not there and for one outside. */
export async function scopedReconciliation(
  service: Service,
  { scope, actor }: Pick<Operator, 'scope' | 'actor'>,
  id: string,
): Promise<FoundReconciliation> {
  const listed = await service.directory.reconciliations.get(id);
  if (!listed) throw missing();
  if (!scope.all) {
    const ids = await ownAccountIds(service, scope);
    if (!ids.includes(listed.account)) throw missing();
  }
  const client = clientOf(service, id);
  const info = await client.info();
  if (!info) throw missing();
  if (scope.all) return { listed, client, info, seen: (one) => one, lines: (query) => client.lines(query) };
  const own = new Set((await scopedShops(service, scope)).map((shop) => shop.id));
  const seen = (one: ReconciliationInfo) => seenOf(own, listed.createdBy === actor, one);
  const lines = async (query: LinesQuery) => {
    const found = await client.lines(query);
    // It was compared anew since `info`.
    if (found.some(({ shop }) => shop !== null && !own.has(shop))) throw missing();
    return found.map((line) => ({ ...line, isElsewhere: false }));
  };
  return { listed, client, info: seen(info), seen, lines };
}

/** Accounts that shops of the scope use, and no others. */
async function ownAccountIds(service: Service, scope: Scope): Promise<readonly string[]> {
  const ids = [...((await scopedAccountIds(service, scope)) ?? [])];
  const own = await Promise.all(
    ids.map(async (id) => {
      try {
        await ownAccount(service, scope, id);
        return [id];
      } catch (error) {
        // Shared with others, or not there.
        if (error instanceof Problem && !isUnavailable(error)) return [];
        throw error;
      }
    }),
  );
  return own.flat();
}

/** The list that an operator sees: what they may read one by one, and no more. */
export async function listedReconciliations(
  service: Service,
  scope: Scope,
  account: string | null,
  before: Place,
  limit: number,
): Promise<readonly ListedReconciliation[]> {
  const seen = scope.all ? null : await ownAccountIds(service, scope);
  const accounts = account === null ? seen : seen && !seen.includes(account) ? [] : [account];
  const own = new Set((await scopedShops(service, scope)).map((shop) => shop.id));
  const data: ListedReconciliation[] = [];
  // A page that is short would say how many there are of others.
  for (let place = before; ; ) {
    const found = await service.directory.reconciliations.list(accounts, place, limit);
    const shown = scope.all ? [found] : await Promise.all(found.map((one) => shownIn(service, own, one)));
    data.push(...shown.flat());
    if (data.length >= limit || found.length < limit) return data.slice(0, limit);
    place = found.at(-1) ?? null;
  }
}

/** One of the list, as somebody sees it who may see some shops; none: it has found another one's payment. */
async function shownIn(service: Service, own: ReadonlySet<string>, listed: ListedReconciliation) {
  const info = await clientOf(service, listed.id).info();
  if (!info || isForeign(own, info)) return [];
  // What a comparison of before has found may be of others.
  return [info.shops ? listed : { ...listed, differences: null }];
}

/** Milliseconds for each query that a payment takes beyond one: the object that hands payments out counts on one. */
const PACE_MS = 1000;

interface AskedPayment {
  readonly payment: string;
  /** Its status now, or the code of what went wrong. */
  readonly outcome: string;
  readonly detail: string | null;
}

/**
 * Asks the provider about payments of differences, one after the other, as `refresh` does, at the times that their object gives: nobody else
 * asks about the same ones, or at the same time. Its answers move payments as always; the file
 * moves none. The comparison shows what changed when it is made again.
 */
export async function askAbout(
  service: Service,
  { client, listed }: FoundReconciliation,
  limit: number,
  by: Operator,
): Promise<{ readonly asked: readonly AskedPayment[]; readonly retryAfter: number | null }> {
  const asked: AskedPayment[] = [];
  const { payments, retryAfter } = await client.toAsk(limit);
  const begun = service.now();
  let more = 0;
  for (const [index, { payment, wait }] of payments.entries()) {
    const id = paymentId(payment);
    const read = id && (await service.ledger(id).read());
    if (!id || !read) {
      await client.asked(payment, 'not_found', 0);
      continue;
    }
    await new Promise((resolve) => setTimeout(resolve, begun + wait + more - service.now()));
    try {
      const extra = Math.max(0, (await refresh(service, id, read)) - 1) * PACE_MS;
      more += extra;
      const now = (await service.ledger(id).read()) ?? read;
      await client.asked(payment, now.view.status, extra);
      asked.push({ payment, outcome: now.view.status, detail: null });
      await service.directory.noteAudit({
        by,
        action: 'payment.refreshed',
        subject: id,
        shop: read.shop,
        detail: { from: read.view.status, to: now.view.status, reconciliation: listed.id },
      });
    } catch (error) {
      if (!(error instanceof Problem) || error.code === 'unavailable') throw error;
      const { retryAfter: seconds } = error;
      if (seconds !== null) {
        // The provider wants to be left alone: this one and the rest are asked about again.
        await client.asked(payment, null, seconds * 1000);
        for (const left of payments.slice(index + 1)) await client.asked(left.payment, null, 0);
        return { asked, retryAfter: seconds };
      }
      await client.asked(payment, error.code, 0);
      asked.push({ payment, outcome: error.code, detail: error.message });
    }
  }
  return { asked, retryAfter };
}
