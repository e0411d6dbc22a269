/** A payment in the words of PolyBanking: its fields, its log, its spellings (which are the original's). */
import type { History } from '../../ledger/commands.ts';
import type { PaymentEvent } from '../../payments/types.ts';
import { meaningOf } from '../../providers/kit/statuses.ts';
import { OGONE_STATUSES } from '../../providers/ogone/statuses.ts';
import { isForWebsite, postfinanceCode, pythonTime } from '../../webhooks/polybanking.ts';

export const INTERNAL_STATUSES = {
  cr: 'Transation created',
  fw: 'User forwarded to PostFinance',
  fb: 'Feedback from PostFinance',
} as const;

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

/** A value as Python's str() prints it. */
function pythonText(value: string | boolean | null): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value;
}

function isUpdate({ type }: PaymentEvent): boolean {
  return type === 'notification.applied';
}

/** cr, fw or fb: whether the shopper was sent off, and whether the bank has said something since. */
export function internalStatus({ events }: Pick<History, 'events'>): keyof typeof INTERNAL_STATUSES {
  if (events.some(isUpdate)) return 'fb';
  return events.some(({ type }) => type === 'forwarded') ? 'fw' : 'cr';
}

/** When something of a kind happened last; empty when never. */
function lastTime(events: readonly PaymentEvent[], is: (event: PaymentEvent) => boolean): string {
  const found = events.findLast(is);
  return found ? pythonTime(found.at) : '';
}

/** The newest value of a field that the provider reported beside the result. */
function reported(events: readonly PaymentEvent[], name: string): string | null {
  for (const { detail } of events.toReversed()) {
    const text = (detail.provider as Readonly<Record<string, unknown>> | undefined)?.[name];
    if (typeof text === 'string' && text !== '') return text;
  }
  return null;
}

/** Whether the newest status has yet to be delivered to the website. */
function isIpnNeeded({ newestWebhook, events }: History): boolean {
  if (!newestWebhook) return false;
  const queued = JSON.parse(newestWebhook.body) as Parameters<typeof isForWebsite>[0];
  if (!isForWebsite(queued)) return false;
  return !events.some(
    ({ type, detail }) => type === 'webhook.delivered' && detail.webhook === newestWebhook.id,
  );
}

/** `POST /api/transactions/:reference/`. */
export function detailsOf(history: History) {
  const { view, request, events } = history;
  const code = postfinanceCode(view);
  const status = internalStatus(history);
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
    brand: pythonText(reported(events, 'BRAND')),
    card: pythonText(reported(events, 'CARDNO')),
    creation_date: pythonTime(view.createdAt),
    last_userforwarded_date: lastTime(events, ({ type }) => type === 'forwarded'),
    last_user_back_from_postfinance_date: lastTime(events, ({ type }) => type === 'returned'),
    last_postfinance_ipn_date: lastTime(
      events,
      ({ type, detail }) => type.startsWith('notification.') && detail.channel !== 'return',
    ),
    last_ipn_date: lastTime(events, ({ type }) => type === 'webhook.delivered'),
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

function extraOf(type: LogType, { detail }: PaymentEvent): string {
  if (type === 'userForwarded' || type === 'userBackFromPostfinance') return String(detail.ip ?? '');
  if (type === 'ipnfailled') return String(detail.error ?? detail.status ?? '');
  return '';
}

/** `POST /api/transactions/:reference/logs/`: newest first. */
export function logsOf({ events, view }: Pick<History, 'events' | 'view'>): LogLine[] {
  const lines: LogLine[] = [];
  const add = (event: PaymentEvent, type: LogType, extra: string) => {
    lines.push({
      when: pythonTime(event.at),
      extra_data: extra,
      log_type: type,
      log_type_text: LOG_TYPES[type],
    });
  };
  let reference: unknown;
  for (const event of events) {
    const plain = PLAIN_TYPES[event.type];
    if (plain) add(event, plain, extraOf(plain, event));
    if (!isUpdate(event)) continue;
    const { providerReference, providerStatus, to } = event.detail;
    if (providerReference !== undefined && providerReference !== reference) {
      reference = providerReference;
      add(event, 'postfinanceId', String(providerReference));
    }
    const known = { ...view, status: to as typeof view.status, providerStatus: String(providerStatus) };
    add(event, 'postfinanceStatus', postfinanceCode(known));
  }
  return lines.reverse();
}
