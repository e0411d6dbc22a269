/**
 * Erasing the shopper's data of a payment that is decided: from the record, the log, the messages and answers that are kept, and, by
 * the next push, the searchable copy. Money, statuses and the provider's numbers stay. Of erased details the chain keeps the hashes
 * (chain.ts), so that the log can still be checked.
 *
 * What stays on purpose: the reference, which is the shop's name of the payment; `providerState` and `bound`, without which a later
 * refund or message could not be carried out or believed.
 */
import { moneyInDetail } from '../payments/movements.ts';
import { isOpen } from '../payments/operations.ts';
import { UNFINISHED } from '../payments/statuses.ts';
import type { ToldByOutcome } from '../payments/told.ts';
import type { EventType, PaymentEvent, PaymentRequest, PaymentView } from '../payments/types.ts';
import { ERASED, erasedLink, GENESIS } from './chain.ts';
import type { EraseResult } from './commands.ts';
import { type Attempt, endedBy, type LedgerRecord, summaryOf } from './record.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** Events whose detail may name the shopper: an IP address, or fields of a provider's message. */
const ABOUT_SHOPPER: ReadonlySet<EventType> = new Set([
  'forwarded',
  'forward.failed',
  'returned',
  'notification.applied',
  'notification.duplicate',
  'notification.ignored',
  'notification.conflict',
  'confirm.failed',
  'confirm.abandoned',
]);

/** What is left of a request: a member that is added later goes, until it is named here. */
function withoutShopper(request: PaymentRequest): PaymentRequest {
  const { dialect, choose, reference, amount, currency, capture, returnUrl, expiresAt } = request;
  const { method, installments } = request;
  return {
    ...(dialect && { dialect }),
    ...(choose && { choose }),
    reference,
    amount,
    currency,
    description: null,
    capture,
    customer: {},
    returnUrl,
    extraData: null,
    providerFields: {},
    ...(expiresAt !== undefined && { expiresAt }),
    ...(method && { method }),
    ...(installments && { installments }),
  };
}

function withoutCard(told: ToldByOutcome): ToldByOutcome {
  return Object.fromEntries(
    Object.entries(told).map(([outcome, { card: _card, ...entry }]) => [outcome, entry]),
  );
}

/** An attempt without its redirect, whose fields name the shopper, and without the card. */
function erasedAttempt({ told, ...attempt }: Attempt): Attempt {
  return { ...attempt, redirect: null, ...(told && { told: withoutCard(told) }) };
}

/** A payment's record without what is known of its shopper. */
export function erasedRecord(record: LedgerRecord, at: string): LedgerRecord {
  return {
    ...record,
    request: withoutShopper(record.request),
    attempts: record.attempts.map(erasedAttempt),
    ...(record.original && { original: { ...record.original, card: '', logs: [] } }),
    erasedAt: at,
  };
}

type Shown = Partial<
  Pick<PaymentView, 'customer' | 'card' | 'description' | 'extraData' | 'metadata' | 'lineItems'>
>;

const NOTHING: Shown = {
  customer: {},
  card: null,
  description: null,
  extraData: null,
  metadata: {},
  lineItems: [],
};

/** A payment as it was shown, or a webhook with one, without its shopper; a body that is neither stays. */
export function erasedBody(body: string): string {
  const parsed = JSON.parse(body) as Shown & { readonly data?: Shown };
  if (parsed.data) return JSON.stringify({ ...parsed, data: { ...parsed.data, ...NOTHING } });
  return 'customer' in parsed ? JSON.stringify({ ...parsed, ...NOTHING }) : body;
}

/** What ties the lines of version 1 among those that are erased to the lines before them, by their numbers. */
function linksOf(log: readonly PaymentEvent[], lines: readonly number[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    log
      .filter(({ seq, salt }) => lines.includes(seq) && salt === null)
      .map((line) => [line.seq, erasedLink(log[line.seq - 2]?.hash ?? GENESIS, line)]),
  );
}

/** What the lines that are erased say they have moved, by their numbers: money is not about the shopper. */
function erasedMoneyOf(
  log: readonly PaymentEvent[],
  lines: readonly number[],
): Readonly<Record<string, ReturnType<typeof moneyInDetail>>> {
  return Object.fromEntries(
    log
      .filter(({ seq, detail }) => lines.includes(seq) && detail.money !== undefined)
      .map(({ seq, detail }) => [seq, moneyInDetail(detail)]),
  );
}

/** The accounts that the lines which are erased say attempts went to: they are not about the shopper. */
function erasedAccountsOf(log: readonly PaymentEvent[], lines: readonly number[]) {
  return log
    .filter(({ seq, type }) => type === 'forwarded' && lines.includes(seq))
    .map(({ detail: { attempt, account } }) => ({ attempt, account }));
}

/** Erases what is known of the shopper. What a message brings later is erased by the next call. */
export function erase(work: UnitOfWork): EraseResult {
  const { record } = work.store;
  if (!record) return 'not_found';
  const isUndecided = UNFINISHED.has(summaryOf(record).status) && endedBy(record, work.now()) === null;
  if (isUndecided || (record.operations ?? []).some(isOpen)) return 'not_decided';
  work.commit((writer) => {
    // In here, so that the repeats that this commit has written are among them.
    const log = work.store.events();
    const lines = log.filter(({ type, erased }) => ABOUT_SHOPPER.has(type) && !erased).map(({ seq }) => seq);
    const links = linksOf(log, lines);
    writer.eraseDetails(lines);
    writer.rewriteBodies(erasedBody);
    const erasedMoney = erasedMoneyOf(log, lines);
    const erasedAccounts = erasedAccountsOf(log, lines);
    writer.log(ERASED, 'operator', {
      lines,
      ...(Object.keys(links).length > 0 && { links }),
      ...(Object.keys(erasedMoney).length > 0 && { erasedMoney }),
      erasedAccounts,
    });
    work.saveMoved(writer, erasedRecord(record, writer.at));
  });
  return 'erased';
}
