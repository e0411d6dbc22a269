/**
 * Paybox Direct (PPPS), the server calls of Paybox: capture, cancel, refund, and the inquiry. A form signed like the page's;
 * the answer is `name=value&...` in ISO-8859-1, not signed, over HTTPS. Facts: SHEET.md, "After payment".
 *
 * Safe readings:
 * - There is one capture: whether a second one of the rest works is unverified.
 * - A cancel takes back the whole, with 00005 as the vendor's kits send it.
 * - A transaction is ours when Direct itself finds it by our reference, amount and currency. A number that a message names may be
 *   that of another order of the same site.
 * - What the inquiry says without an amount (Remboursé, or Capturé after a later capture) moves nothing by itself.
 */
import { currency } from '../../payments/currencies.ts';
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type { OperationCall, ProviderOperation, ProviderUpdate, StatusQuery } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { meaningOf } from '../kit/statuses.ts';
import { type DirectAnswer, readDirectAnswer } from './direct-answer.ts';
import type { PayboxSettings } from './settings.ts';
import { signPayboxFields } from './signatures.ts';
import { PAYBOX_INQUIRY_STATUSES } from './statuses.ts';

const HOSTS = {
  paybox: { test: 'https://preprod-ppps.paybox.com', production: 'https://ppps.paybox.com' },
  'e-transactions': {
    test: 'https://preprod-ppps.e-transactions.fr',
    production: 'https://ppps.e-transactions.fr',
  },
};

const TYPE: Readonly<Record<OperationKind | 'inquiry' | 'existence', string>> = {
  capture: '00002',
  cancel: '00005',
  refund: '00014',
  inquiry: '00017',
  existence: '00011',
};

/** What STATUS says once an operation is done. */
const DONE: Readonly<Record<OperationKind, string>> = {
  capture: 'Capturé',
  cancel: 'Annulé',
  refund: 'Remboursé',
};

/** What STATUS says while an operation is not done. */
const NOT_DONE: Readonly<Record<OperationKind, readonly string[]>> = {
  capture: ['Autorisé'],
  cancel: ['Autorisé', 'Capturé'],
  refund: ['Capturé'],
};

/** Why an account cannot use Direct; null: it can. */
export function lacksPayboxDirect({ pbx_retour, direct }: PayboxSettings): string | null {
  if (!direct) return 'the contract does not include Paybox Direct (setting direct)';
  return ['S', 'T'].every((letter) => pbx_retour.includes(`:${letter};`))
    ? null
    : 'pbx_retour must hold the letters S and T: Direct names a transaction by them';
}

// --- A call -----------------------------------------------------------------------------------------------

/** `DDMMYYYYHHMMSS` in Paris. */
function dateq(now: Date): string {
  const parts = new Intl.DateTimeFormat('fr-FR', {
    timeZone: 'Europe/Paris',
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const value = (name: string) => parts.find(({ type }) => type === name)?.value ?? '';
  return ['day', 'month', 'year', 'hour', 'minute', 'second'].map(value).join('');
}

const DAY_MS = 86_400_000;

/**
 * NUMQUESTION: 10 digits, unique per day and site. The platform's day is that of Paris, and our count starts again with the UTC
 * day: two consecutive days count in two halves, so that no number comes twice on a day in Paris.
 */
function questionNumber(count: number, now: Date): string {
  const half = Math.floor(now.getTime() / DAY_MS) % 2;
  return String(1_000_000_000 + half * 500_000_000 + count).padStart(10, '0');
}

/** What a call is about. */
type DirectSubject = Pick<
  OperationCall<PayboxSettings>,
  'account' | 'order' | 'amount' | 'currency' | 'providerState' | 'now' | 'daily'
>;

function fieldsOf(
  type: keyof typeof TYPE,
  subject: DirectSubject,
  number: string,
): (readonly [name: string, value: string])[] {
  const { providerState, now } = subject;
  const { settings } = subject.account;
  return [
    ['VERSION', '00104'],
    ['TYPE', TYPE[type]],
    ['SITE', settings.site],
    ['RANG', settings.rang.padStart(3, '0')],
    ['IDENTIFIANT', settings.identifiant],
    ['NUMQUESTION', number],
    ['MONTANT', String(subject.amount).padStart(10, '0')],
    ['DEVISE', currency(subject.currency)?.numeric ?? ''],
    ['REFERENCE', subject.order],
    // What is looked for by its reference has no number yet.
    ...(type === 'existence'
      ? []
      : ([
          ['NUMTRANS', (providerState.numtrans ?? '').padStart(10, '0')],
          ['NUMAPPEL', (providerState.numappel ?? '').padStart(10, '0')],
        ] as const)),
    ['ACTIVITE', '024'],
    ['DATEQ', dateq(now)],
    ['HASH', settings.hmac_algorithm],
  ];
}

/**
 * Makes a call.
 * @throws Problem provider_unreachable, or provider_error when the answer is not to this call.
 */
async function callDirect(
  fetcher: typeof fetch,
  type: keyof typeof TYPE,
  subject: DirectSubject,
): Promise<DirectAnswer> {
  const { settings, environment, endpoints } = subject.account;
  const number = questionNumber(await subject.daily(settings.site), subject.now);
  const fields = fieldsOf(type, subject, number);
  const { signature } = signPayboxFields(settings, { fields });
  const stage = environment === 'production' ? 'production' : 'test';
  const url = atOrigin(`${HOSTS[settings.host][stage]}/PPPS.php`, endpoints.api);
  const { status, text } = await callApi(fetcher, url, {
    headers: { 'content-type': FORM },
    body: encodeForm([...fields, ['HMAC', signature]], charset('utf-8')) ?? '',
    charset: 'iso-8859-1',
  });
  const answer = readDirectAnswer(text, number);
  const isOurs =
    Number(answer.site) === Number(settings.site) && Number(answer.rang) === Number(settings.rang);
  if (status !== 200 || answer.code === '' || answer.reason !== null || !isOurs) {
    throw new Problem('provider_error', `the provider answered ${status} and nothing about this question`, {
      cause: text.slice(0, 1000),
    });
  }
  return answer;
}

/** What comes where the contract lacks Direct, or our address is not allowed. */
const ACCESS_DENIED = '00006';

function failure({ code, comment }: DirectAnswer): Problem {
  const advice =
    code === ACCESS_DENIED
      ? ': the contract must include Paybox Direct and allow our addresses, or the setting direct be off'
      : '';
  return new Problem('provider_error', `the provider answered ${code} ${comment}${advice}`, {
    provider: { code, text: comment },
  });
}

/** The same number, with or without zeros in front. */
function sameNumber(a: string, b: string): boolean {
  return /^\d+$/.test(a) && /^\d+$/.test(b) && Number(a) === Number(b);
}

/**
 * What became of the transaction that the subject names.
 * @throws Problem provider_error, also when the answer names another transaction.
 */
async function inquire(fetcher: typeof fetch, subject: DirectSubject): Promise<DirectAnswer> {
  const answer = await callDirect(fetcher, 'inquiry', subject);
  if (!answer.ok) throw failure(answer);
  if (!sameNumber(answer.numtrans, subject.providerState.numtrans ?? ''))
    throw new Problem('provider_error', `the provider answered about the transaction ${answer.numtrans}`);
  return answer;
}

/** The numbers of a transaction, by the names of our providerState. */
interface TransactionNumbers extends Readonly<Record<string, string>> {
  readonly numtrans: string;
  readonly numappel: string;
}

/** The transaction of our own reference, with the amount and currency of the attempt; null: Direct knows none. */
async function findTransaction(
  fetcher: typeof fetch,
  subject: DirectSubject,
): Promise<TransactionNumbers | null> {
  const answer = await callDirect(fetcher, 'existence', subject);
  if (answer.code === '00018') return null;
  if (!answer.ok) throw failure(answer);
  const { numtrans, numappel } = answer;
  return Number(numtrans) > 0 && Number(numappel) > 0 ? { numtrans, numappel } : null;
}

// --- Later operations -------------------------------------------------------------------------------------

function operation(
  kind: OperationKind,
  rule: ProviderOperation<PayboxSettings>['rule'],
): ProviderOperation<PayboxSettings> {
  return {
    rule,
    lacks: lacksPayboxDirect,

    async execute(order) {
      if (!order.providerState.numtrans || !order.providerState.numappel)
        throw new Problem('invalid_state', 'the transaction numbers of this payment are not known');
      const answer = await callDirect(order.send, kind, order);
      if (answer.uncertain) throw failure(answer);
      if (!answer.ok) throw new Declined(answer.code, answer.comment);
      return { state: 'succeeded', status: answer.code, providerReference: answer.numtrans || null };
    },

    async lookUp(call) {
      const { status } = await inquire(call.fetch, call);
      // STATUS says that there was such an operation, not how many.
      const isDone = status === DONE[kind];
      return {
        entries: isDone ? [{ amount: null, state: 'succeeded', status }] : [],
        complete: NOT_DONE[kind].includes(status),
        status,
      };
    },
  };
}

/** 00002. */
export const payboxCapture = operation('capture', { parts: 'one', fundsSources: ['held'] });

/** 00005: before the daily remittance to the bank. */
export const payboxCancel = operation('cancel', { parts: 'whole', fundsSources: ['held', 'paid'] });

/** 00014: after the remittance. */
export const payboxRefund = operation('refund', { parts: 'many', fundsSources: ['paid'] });

/**
 * 00017, the inquiry, about the transaction that is known, else about the one that 00011 finds by our reference. Null: there is
 * none yet.
 */
export async function queryPayboxStatus(query: StatusQuery<PayboxSettings>): Promise<ProviderUpdate | null> {
  const { providerState, order, known, capture, hint } = query;
  const { numtrans = '', numappel = '' } = providerState;
  const isKnown = numtrans !== '' && numappel !== '';
  const found = isKnown ? { numtrans, numappel } : await findTransaction(query.fetch, query);
  if (!found) return null;
  const { status } = await inquire(query.fetch, { ...query, providerState: found });
  const outcome = meaningOf(PAYBOX_INQUIRY_STATUSES, status)?.outcome ?? 'none';
  // The shopper may have tried twice, and Direct have found the first try.
  const isOtherTry = hint.numtrans !== undefined && !sameNumber(hint.numtrans, found.numtrans);
  if (outcome === 'denied' && isOtherTry) return null;
  // After a capture of ours, Capturé does not say how much was captured.
  const isWhole = capture === 'automatic' && !known?.paid;
  return {
    kind: 'update',
    order,
    key: `inquiry/${found.numtrans}/${status}`,
    outcome: outcome === 'paid' && !isWhole ? 'none' : outcome,
    amount: 'asked',
    currency: null,
    movement: found.numtrans,
    cumulative: true,
    ...(!isKnown && { providerState: found }),
    providerReference: found.numtrans,
    providerStatus: status,
    detail: {},
  };
}
