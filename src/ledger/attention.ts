/**
 * What needs a person about a payment. It follows from the record and the outbox, so that it comes and goes with its cause. A commit that
 * changes it queues one job, which writes it to the directory; nothing is asked or written while it stays the same.
 */
import type { AttentionItem, AttentionKind } from '../payments/attention.ts';
import { isUndelivered } from './attempts.ts';
import { type DeliveryState, deliveryOf } from './deliveries.ts';
import { type LedgerRecord, summaryOf } from './record.ts';
import type { Job } from './rows.ts';
import { attemptsOf, operationsOf } from './views.ts';

/** A webhook needs a person after so many failed tries. */
const FAILED_TRIES = 2;

/** The job that writes it. */
export const ATTENTION_JOB = 'attention';

type Found = Omit<AttentionItem, 'since'>;

/** What the job's body holds: what the directory is to have. */
type Pushed = readonly AttentionItem[];

function itemOf(
  record: LedgerRecord,
  kind: AttentionKind,
  more: { readonly name: string; readonly cause: string; readonly account?: string | undefined },
  detail: Readonly<Record<string, unknown>>,
): Found {
  return {
    kind,
    subject: `${record.id}/${more.name}`,
    cause: more.cause,
    account: more.account ?? record.attempts.at(-1)?.account ?? null,
    detail: { reference: record.request.reference, ...detail },
  };
}

function operationItems(record: LedgerRecord): Found[] {
  return operationsOf(record)
    .filter(({ state }) => state === 'unknown')
    .map(({ operation, kind, attempt, amount, operationReference, lookUp }) =>
      itemOf(
        record,
        'operation_unknown',
        { name: `o${operation}`, cause: 'unknown', account: record.attempts[attempt - 1]?.account },
        { operation, kind, amount, currency: record.request.currency, operationReference, lookUp },
      ),
    );
}

function approvalItems(record: LedgerRecord): Found[] {
  return (record.operations ?? [])
    .filter(({ state }) => state === 'awaiting_approval')
    .map(({ number, kind, attempt, amount, requestedBy }) =>
      itemOf(
        record,
        'awaiting_approval',
        { name: `w${number}`, cause: 'waiting', account: record.attempts[attempt - 1]?.account },
        { operation: number, kind, amount, currency: record.request.currency, by: requestedBy ?? null },
      ),
    );
}

function waitingItems(record: LedgerRecord): Found[] {
  return attemptsOf(record).flatMap(({ attempt, account, pendingReason, amount }) => {
    if (pendingReason === null || pendingReason === 'processing') return [];
    const kind = pendingReason === 'proof_missing' ? 'pending_proof' : 'pending_person';
    const place = { name: `a${attempt}`, cause: pendingReason, account };
    return [itemOf(record, kind, place, { attempt, amount, currency: record.request.currency })];
  });
}

/** Whether less money than asked for needs nobody: the rest came, or the shop has captured no more. */
function isMadeUpFor(record: LedgerRecord, reason: string): boolean {
  if (reason !== 'amount_below') return false;
  const { operations = [], request } = record;
  const { amounts } = summaryOf(record);
  return amounts.paid >= request.amount || operations.some(({ kind }) => kind === 'capture');
}

function moneyItems(record: LedgerRecord): Found[] {
  const { amounts, paidTwice, chargebacks } = summaryOf(record);
  // What a bank has taken back is not given back by us once more.
  const gone = amounts.refunded + Math.max(0, chargebacks.made - chargebacks.reversed);
  const { currency, amount: asked } = record.request;
  const { conflict } = record;
  const found: Found[] = [];
  if (paidTwice && amounts.paid - gone > asked)
    found.push(
      itemOf(
        record,
        'paid_twice',
        { name: 'paid', cause: String(amounts.paid) },
        { paid: amounts.paid, refunded: amounts.refunded, asked, currency },
      ),
    );
  if (conflict && !isMadeUpFor(record, conflict.reason)) {
    const { attempt, reason, at } = conflict;
    const place = { name: `a${attempt}`, cause: at, account: record.attempts[attempt - 1]?.account };
    found.push(itemOf(record, 'conflict', place, { attempt, reason }));
  }
  return found;
}

/** Money that was captured and is not to be delivered for: somebody gives it back in the provider's back office. */
function undeliveredItems(record: LedgerRecord): Found[] {
  return record.attempts.flatMap((one, index) => {
    if (!isUndelivered(one)) return [];
    const { account, undelivered } = one;
    const place = { name: `u${index + 1}`, cause: 'undelivered', account };
    const detail = {
      attempt: index + 1,
      reason: 'not_delivered',
      undelivered,
      currency: record.request.currency,
    };
    return [itemOf(record, 'pending_person', place, detail)];
  });
}

function isFailing({ tries, dueAt }: Job, { isAbandoned }: DeliveryState): boolean {
  return isAbandoned || (dueAt !== null && tries >= FAILED_TRIES);
}

/** One for each endpoint, however many messages it does not take. */
function webhookItems(record: LedgerRecord, jobs: readonly Job[]): Found[] {
  const byEndpoint = new Map<string, { readonly job: Job; readonly state: DeliveryState }>();
  for (const job of jobs.toSorted((one, other) => (one.id < other.id ? -1 : 1))) {
    const state = deliveryOf(job);
    if (state && isFailing(job, state)) byEndpoint.set(state.endpoint, { job, state });
  }
  return [...byEndpoint].map(([endpoint, { state }]) => {
    const { webhook, status, error, isAbandoned } = state;
    const detail = { endpoint, webhook, status, error, abandoned: isAbandoned };
    return itemOf(record, 'webhook_failing', { name: endpoint, cause: webhook }, detail);
  });
}

/** Everything of a payment that needs a person. */
function itemsOf(record: LedgerRecord, jobs: readonly Job[]): Found[] {
  return [
    ...operationItems(record),
    ...approvalItems(record),
    ...waitingItems(record),
    ...moneyItems(record),
    ...undeliveredItems(record),
    ...webhookItems(record, jobs),
  ];
}

const nameOf = ({ kind, subject }: Pick<AttentionItem, 'kind' | 'subject'>) => `${kind} ${subject}`;

/**
 * The job that writes what needs a person, where a commit changes that; null: it stays as it is.
 * @param jobs every job of the outbox, as the commit leaves them.
 * @param before the job as it is.
 */
export function attentionJob(
  record: LedgerRecord,
  jobs: readonly Job[],
  before: Job | null,
  at: string,
): Job | null {
  const found = itemsOf(record, jobs);
  if (!before && found.length === 0) return null;
  const pushed = before ? (JSON.parse(before.body) as Pushed) : [];
  const known = new Map(pushed.map((item) => [nameOf(item), item]));
  const items = found.map((item): AttentionItem => {
    const earlier = known.get(nameOf(item));
    return { ...item, since: earlier?.cause === item.cause ? earlier.since : at };
  });
  const body = JSON.stringify(items);
  if (before?.body === body) return null;
  return {
    id: ATTENTION_JOB,
    kind: 'attention',
    body,
    tries: 0,
    dueAt: Date.parse(at),
    createdAt: before?.createdAt ?? at,
  };
}

/** What a job of this kind writes. */
export function attentionIn(job: Job): readonly AttentionItem[] {
  return JSON.parse(job.body) as Pushed;
}
