/** A payment in the words of PolyBanking: its fields, its log, its spellings (which are the original's). */
import type { History } from '../../ledger/commands.ts';
import type { PaymentEvent, PaymentView } from '../../payments/types.ts';
import { hasPostfinanceCodes, isToldByAnswers } from '../../payments/website-messages.ts';
import { meaningOf } from '../../providers/kit/statuses.ts';
import { OGONE_STATUSES } from '../../providers/ogone/statuses.ts';
import { postfinanceCode } from '../../webhooks/polybanking.ts';
import { pythonText, zonedTime } from './python.ts';

export const INTERNAL_STATUSES = {
  cr: 'Transation created',
  fw: 'User forwarded to PostFinance',
  fb: 'Feedback from PostFinance',
} as const;

type InternalStatus = keyof typeof INTERNAL_STATUSES;

export const LOG_TYPES = {
  created: 'Transaction created',
  userForwarded: 'User forwarded',
  userBackFromPostfinance: 'User back from postfinance',
  postfinanceId: 'Postfinance ID set',
  postfinanceStatus: 'Postfinance status changed',
  ipnfailled: 'IPN Failled',
  ipnsuccess: 'IPN Success',
} as const;

type LogType = keyof typeof LOG_TYPES;

/** Codes of the platform that PolyBanking's own list lacks. */
const NOT_LISTED: ReadonlySet<string> = new Set(['46', '88']);

/** The text of a status code; a code that PolyBanking does not list is its own text, as Django prints it. */
function statusText(code: string): string {
  if (code === '??') return 'Unknow';
  return NOT_LISTED.has(code) ? code : (meaningOf(OGONE_STATUSES, code)?.text ?? code);
}

/** Messages of the bank that were rightly signed, whether or not they moved the payment. */
const MESSAGES: ReadonlySet<string> = new Set([
  'notification.applied',
  'notification.ignored',
  'notification.conflict',
]);

/** Whether an event is a message that the bank sent, or the shopper brought; the answer to a status query is none. */
function isMessage({ type, detail }: PaymentEvent): boolean {
  return MESSAGES.has(type) && detail.channel !== 'status';
}

/** What has happened here: the history of a transaction that was taken over stands in `original`, where it is known. */
function eventsHere({ events, original }: Pick<History, 'events' | 'original'>): readonly PaymentEvent[] {
  return original ? events.filter(({ detail }) => detail.imported !== true) : events;
}

/** cr, fw or fb: whether the shopper was sent off, and whether the bank has said something since. */
export function internalStatus(history: Pick<History, 'events' | 'original'>): InternalStatus {
  const { original } = history;
  const events = eventsHere(history);
  const isUpdate = (event: PaymentEvent) => isMessage(event) || event.type === 'notification.applied';
  if (original?.internalStatus === 'fb' || events.some(isUpdate)) return 'fb';
  const isForwarded = events.some(({ type }) => type === 'forwarded');
  return isForwarded ? 'fw' : (original?.internalStatus ?? 'cr');
}

/** Whether the shopper came back with what the bank gave along, if it gave something. */
function isReturn({ type, detail }: PaymentEvent): boolean {
  return type === 'returned' && detail.refused === undefined;
}

/** Whether the bank's own message came, for the first time or again. */
function isNotification({ type, detail }: PaymentEvent): boolean {
  return type.startsWith('notification.') && detail.channel !== 'return' && detail.channel !== 'status';
}

/** The answer that a message of a bank has led to, where its messages do not say themselves what has happened. */
function isAnswerInItsPlace({ type, detail }: PaymentEvent, provider: string): boolean {
  return type === 'notification.applied' && detail.channel === 'status' && isToldByAnswers(provider);
}

/** Whether the newest status has yet to be delivered to the website. */
function isIpnNeeded({ newestForWebsite, events, original }: History): boolean {
  if (newestForWebsite === null) return original?.ipnNeeded ?? false;
  return !events.some(
    ({ type, detail }) => type === 'webhook.delivered' && detail.webhook === newestForWebsite,
  );
}

/** Brand and card of the message that brought the newest code; empty where it names none. */
function cardOf(history: History): { readonly brand: string; readonly card: string } {
  const code = codeOf(history);
  const messages = eventsHere(history).filter(isMessage);
  const newest = messages.findLast(({ detail }) => detail.providerStatus === code) ?? messages.at(-1);
  const said = newest?.detail.provider as Readonly<Record<string, string>> | undefined;
  if (newest) return { brand: said?.BRAND ?? '', card: said?.CARDNO ?? '' };
  return { brand: history.original?.brand ?? '', card: history.original?.card ?? '' };
}

/** The newest code of PostFinance. */
function codeOf({ feedback, view }: Pick<History, 'feedback' | 'view'>): string {
  return feedback && hasPostfinanceCodes(view.provider) ? feedback.code : postfinanceCode(view);
}

/**
 * `POST /api/transactions/:reference/`.
 * @param zone of its times, as IANA names it.
 */
export function detailsOf(history: History, zone: string) {
  const { view, request, original } = history;
  const code = codeOf(history);
  const status = internalStatus(history);
  const events = eventsHere(history);
  const time = (at: string | null | undefined) => (at ? zonedTime(at, zone) : '');
  const last = (is: (event: PaymentEvent) => boolean, before: string | null | undefined) =>
    time(events.findLast(is)?.at ?? before);
  return {
    reference: view.reference,
    extra_data: pythonText(view.extraData),
    amount: String(view.amount),
    amount_chf: view.amount / 100,
    postfinance_id: pythonText(view.providerReference),
    postfinance_status: code,
    postfinance_status_text: statusText(code),
    internal_status: status,
    internal_status_text: INTERNAL_STATUSES[status],
    ipn_needed: pythonText(isIpnNeeded(history)),
    ...cardOf(history),
    creation_date: time(original?.created ?? view.createdAt),
    last_userforwarded_date: last(({ type }) => type === 'forwarded', original?.forwarded),
    last_user_back_from_postfinance_date: last(isReturn, original?.back),
    last_postfinance_ipn_date: last(
      (event) => isNotification(event) || isAnswerInItsPlace(event, view.provider),
      original?.notified,
    ),
    last_ipn_date: last(({ type }) => type === 'webhook.delivered', original?.ipn),
    ...(request.dialect === undefined && { currency: view.currency }),
  };
}

interface LogLine {
  readonly when: string;
  readonly extra_data: string;
  readonly log_type: LogType;
  readonly log_type_text: string;
}

const PLAIN_TYPES: Partial<Record<PaymentEvent['type'], LogType>> = {
  created: 'created',
  forwarded: 'userForwarded',
  returned: 'userBackFromPostfinance',
  'webhook.delivered': 'ipnsuccess',
  'webhook.failed': 'ipnfailled',
  'webhook.abandoned': 'ipnfailled',
};

const WITH_ADDRESS: ReadonlySet<LogType> = new Set([
  'userForwarded',
  'userBackFromPostfinance',
  'postfinanceId',
]);

/** The lines of what has happened here, oldest first. */
function linesHere(
  history: Pick<History, 'events' | 'view' | 'original'>,
  lineOf: (at: string, type: LogType, extra: string) => LogLine,
): LogLine[] {
  const lines: LogLine[] = [];
  let isIdSet = Boolean(history.original?.postfinanceId);
  for (const event of eventsHere(history)) {
    const { at, type, detail } = event;
    const lineHere = (logType: LogType) =>
      lineOf(at, logType, WITH_ADDRESS.has(logType) ? String(detail.ip ?? '') : '');
    const plain = PLAIN_TYPES[type];
    if (plain && (plain !== 'userBackFromPostfinance' || isReturn(event))) lines.push(lineHere(plain));
    const code = codeOfEvent(event, history);
    if (code === null) continue;
    if (!isIdSet && detail.providerReference !== undefined) {
      isIdSet = true;
      // The original notes the PAYID that a return brings before the return.
      lines.splice(
        detail.channel === 'return' ? lines.length - 1 : lines.length,
        0,
        lineHere('postfinanceId'),
      );
    }
    lines.push(lineOf(at, 'postfinanceStatus', code));
  }
  return lines;
}

/**
 * The code of an update, as it came; of a provider with other codes, the one that stands for the status. Null for what is no line:
 * a conflict is logged beside what came of it, and other providers' codes that moved nothing stand for nothing.
 */
function codeOfEvent(event: PaymentEvent, { view }: Pick<History, 'view'>): string | null {
  const { type, detail } = event;
  const hasCodes = hasPostfinanceCodes(view.provider);
  const isLine =
    type === 'notification.applied' || (type === 'notification.ignored' && isMessage(event) && hasCodes);
  if (!isLine) return null;
  // What it claims is not proven.
  const isClaim = detail.claimed !== undefined;
  if (hasCodes && !isClaim) return String(detail.providerStatus);
  const status = (detail.to ?? view.status) as PaymentView['status'];
  return postfinanceCode({
    provider: view.provider,
    status,
    providerStatus: typeof detail.providerStatus === 'string' ? detail.providerStatus : null,
    pendingReason: isClaim ? 'proof_missing' : null,
  });
}

/**
 * `POST /api/transactions/:reference/logs/`: newest first.
 * @param zone of its times, as IANA names it.
 */
export function logsOf(history: Pick<History, 'events' | 'view' | 'original'>, zone: string): LogLine[] {
  const lineOf = (at: string, type: LogType, extra: string): LogLine => ({
    when: zonedTime(at, zone),
    extra_data: extra,
    log_type: type,
    log_type_text: LOG_TYPES[type],
  });
  const before = (history.original?.logs ?? []).map(({ when, type, extraData }) =>
    lineOf(when, type as LogType, extraData),
  );
  return [...before, ...linesHere(history, lineOf)].reverse();
}
