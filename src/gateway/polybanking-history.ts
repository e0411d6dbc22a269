/** The history of PolyBanking's transactions as events: what its log says, and what the transaction says beyond it. */
import type { ImportCommand, ImportedEvent } from '../ledger/commands.ts';
import type { Minor } from '../payments/money.ts';
import type { Outcome } from '../payments/statuses.ts';
import { meaningOf } from '../providers/kit/statuses.ts';
import { provider } from '../providers/registry.ts';

/** The types of PolyBanking's log lines. */
export const POLYBANKING_LOG_TYPES = [
  'created',
  'userForwarded',
  'userBackFromPostfinance',
  'postfinanceId',
  'postfinanceStatus',
  'ipnfailled',
  'ipnsuccess',
] as const;

type PolybankingLogType = (typeof POLYBANKING_LOG_TYPES)[number];

/** A time as the dump has it (RFC 3339); null or left out: it did not happen. */
type PolybankingTime = string | null | undefined;

/** A transaction of the original. */
export interface PolybankingTransaction {
  readonly reference: string;
  readonly extraData?: string | null | undefined;
  /** Minor units. */
  readonly amount: number;
  readonly postfinanceId?: string | null | undefined;
  readonly postfinanceStatus: string;
  readonly internalStatus: 'cr' | 'fw' | 'fb';
  readonly ipnNeeded: boolean;
  readonly brand?: string | null | undefined;
  readonly card?: string | null | undefined;
  readonly created: string;
  readonly forwarded?: PolybankingTime;
  readonly back?: PolybankingTime;
  readonly notified?: PolybankingTime;
  readonly ipn?: PolybankingTime;
}

/** A line of its log. */
export interface PolybankingLog {
  readonly when: string;
  readonly extraData?: string | null | undefined;
  readonly type: PolybankingLogType;
}

/** The status of a transaction of which PostFinance has said nothing. */
const NO_STATUS = '??';

function meaning(code: string) {
  return meaningOf(provider('postfinance')?.statuses.STATUS ?? {}, code);
}

/** What a PostFinance code stands for. A code that its sheet does not have moves nothing. */
function outcomeOf(code: string): Outcome {
  const outcome = meaning(code)?.outcome;
  return outcome && outcome !== 'accepted' ? outcome : 'none';
}

/** The log, oldest first; lines of one moment stay in the order of the dump. */
export function oldestFirst(logs: readonly PolybankingLog[]): readonly PolybankingLog[] {
  return logs.toSorted((a, b) => Date.parse(a.when) - Date.parse(b.when));
}

/** The codes of PostFinance in the log, in the order in which they came. */
function loggedCodes(logs: readonly PolybankingLog[]): readonly string[] {
  return oldestFirst(logs)
    .filter(({ type }) => type === 'postfinanceStatus')
    .map(({ extraData }) => extraData ?? '');
}

/** Whether the log has the status of its transaction: not where it was cut, or where the status was set by hand. */
function hasStatus(logs: readonly PolybankingLog[], { postfinanceStatus }: PolybankingTransaction): boolean {
  return postfinanceStatus === NO_STATUS || loggedCodes(logs).at(-1) === postfinanceStatus;
}

/** All codes of PostFinance in the order in which they came. */
function codesOf(transaction: PolybankingTransaction, logs: readonly PolybankingLog[]): readonly string[] {
  const codes = loggedCodes(logs);
  return hasStatus(logs, transaction) ? codes : [...codes, transaction.postfinanceStatus];
}

const REFUSED: ReadonlySet<Outcome> = new Set(['error', 'cancelled', 'denied', 'capture_denied']);

/**
 * The PAYID that later calls name; null: it is to be asked for by the order number. The original kept the first one, which
 * is that of a declined try where a refusal came before the money.
 */
export function payidOf(transaction: PolybankingTransaction, logs: readonly PolybankingLog[]): string | null {
  const outcomes = codesOf(transaction, logs).map(outcomeOf);
  const money = outcomes.findIndex((outcome) => outcome === 'authorized' || outcome === 'paid');
  const before = money < 0 ? outcomes : outcomes.slice(0, money);
  return before.some((outcome) => REFUSED.has(outcome)) ? null : transaction.postfinanceId || null;
}

const SOURCES: Partial<Record<ImportedEvent['type'], ImportedEvent['source']>> = {
  created: 'shop',
  forwarded: 'shopper',
  returned: 'shopper',
};

type Line = Pick<ImportedEvent, 'at' | 'type'> & { readonly detail?: ImportedEvent['detail'] };

function eventOf({ at, type, detail = {} }: Line): ImportedEvent {
  return {
    at: new Date(at).toISOString(),
    type,
    source: SOURCES[type] ?? 'countersign',
    detail: { ...detail, imported: true },
  };
}

/** A message of the bank: money without a PAYID of its own is booked as a total, for a later message may name the right one. */
function update(
  transaction: PolybankingTransaction,
  { code, at, isOwn }: { readonly code: string; readonly at: string; readonly isOwn: boolean },
): ImportedEvent {
  const outcome = outcomeOf(code);
  const reference = transaction.postfinanceId || null;
  const { brand, card } = transaction;
  return {
    at: new Date(at).toISOString(),
    type: 'notification.applied',
    source: 'provider',
    detail: {
      channel: 'notification',
      signedBy: 'PolyBanking',
      imported: true,
      provider: { ...(brand && { BRAND: brand }), ...(card && { CARDNO: card }) },
    },
    update: {
      outcome,
      amount: transaction.amount as Minor,
      // As live feedback names it, so that the same message once more is no second payment.
      movement: `${reference ?? 'PolyBanking'}/0`,
      providerReference: reference,
      providerStatus: code,
      ...(!meaning(code) && { isUnknown: true as const }),
      ...(outcome === 'paid' && !isOwn && { cumulative: true as const }),
    },
  };
}

/** A line of the log as an event; null: it says nothing that the others do not. */
function logged(
  transaction: PolybankingTransaction,
  { when: at, type, extraData }: PolybankingLog,
  isOwn: boolean,
): ImportedEvent | null {
  const extra = extraData ?? '';
  const ip = extra === '' ? {} : { ip: extra };
  const { reference, amount } = transaction;
  const delivery = { webhook: 'PolyBanking', try: 0, durationMs: 0 };
  switch (type) {
    case 'created':
      return eventOf({ at, type, detail: { reference, amount, currency: 'CHF' } });
    case 'userForwarded':
      return eventOf({ at, type: 'forwarded', detail: ip });
    case 'userBackFromPostfinance':
      return eventOf({ at, type: 'returned', detail: ip });
    case 'postfinanceStatus':
      return update(transaction, { code: extra, at, isOwn });
    case 'ipnfailled':
      return eventOf({ at, type: 'webhook.failed', detail: { ...delivery, error: extra } });
    case 'ipnsuccess':
      return eventOf({ at, type: 'webhook.delivered', detail: { ...delivery, status: 200 } });
    // Its text is the caller's address: the PAYID is the transaction's own.
    case 'postfinanceId':
      return null;
  }
}

/** What the transaction says and its log does not. */
function missing(
  transaction: PolybankingTransaction,
  logs: readonly PolybankingLog[],
  { events, isOwn }: { readonly events: readonly ImportedEvent[]; readonly isOwn: boolean },
): ImportedEvent[] {
  const has = (type: ImportedEvent['type']) => events.some((event) => event.type === type);
  const { created, forwarded, back, notified, amount, reference, internalStatus } = transaction;
  const found: ImportedEvent[] = [];
  if (!has('created'))
    found.push(eventOf({ at: created, type: 'created', detail: { reference, amount, currency: 'CHF' } }));
  if (!has('forwarded') && internalStatus !== 'cr')
    found.push(eventOf({ at: forwarded ?? created, type: 'forwarded' }));
  if (!has('returned') && back) found.push(eventOf({ at: back, type: 'returned' }));
  if (!hasStatus(logs, transaction)) {
    const at = notified ?? events.at(-1)?.at ?? created;
    found.push(update(transaction, { code: transaction.postfinanceStatus, at, isOwn }));
  }
  return found;
}

/** The whole history as events, oldest first. */
export function historyOf(
  transaction: PolybankingTransaction,
  logs: readonly PolybankingLog[],
): readonly ImportedEvent[] {
  const isOwn = payidOf(transaction, logs) !== null;
  const events = oldestFirst(logs)
    .map((line) => logged(transaction, line, isOwn))
    .filter((event) => event !== null);
  return [...events, ...missing(transaction, logs, { events, isOwn })].toSorted(
    (a, b) => Date.parse(a.at) - Date.parse(b.at),
  );
}

/** The bank's messages of a history as live feedback without a PAYIDSUB names them; none where no PAYID is known. */
export function messagesOf(history: readonly ImportedEvent[]): ImportCommand['taken'] {
  return history.flatMap(({ update: said }) =>
    said?.providerReference ? [{ key: `${said.movement}/${said.providerStatus}`, amount: said.amount }] : [],
  );
}
