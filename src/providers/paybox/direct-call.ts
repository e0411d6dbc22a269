/**
 * One call of Paybox Direct (PPPS): a form signed like the page's; the answer is `name=value&...` in ISO-8859-1, not signed, over HTTPS,
 * and is compared with its question. Facts: SHEET.md, "After payment".
 */
import { currency } from '../../payments/currencies.ts';
import { Problem } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type { OperationCall } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { inParis } from '../kit/paris-time.ts';
import { providerError } from '../kit/provider-error.ts';
import { type DirectAnswer, readDirectAnswer } from './direct-answer.ts';
import type { PayboxSettings } from './settings.ts';
import { signPayboxFields } from './signatures.ts';

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

/** `DDMMYYYYHHMMSS` in Paris. */
function dateq(now: Date): string {
  const value = inParis(now);
  return (['day', 'month', 'year', 'hour', 'minute', 'second'] as const).map((part) => value(part)).join('');
}

/** NUMQUESTION: 10 digits, unique per site and day in Paris. */
function questionNumber(count: number): string {
  return String(1_000_000_000 + count).padStart(10, '0');
}

/** What a call is about. */
type DirectSubject = Pick<
  OperationCall<PayboxSettings>,
  'account' | 'order' | 'amount' | 'currency' | 'now' | 'daily'
>;

/** The transaction that a call names; none where it is looked for by its reference. */
interface NamedTransaction {
  readonly numtrans: string;
  /** Null: not known, and left out. */
  readonly numappel: string | null;
}

const padded = (number: string) => number.padStart(10, '0');

function fieldsOf(
  type: keyof typeof TYPE,
  subject: DirectSubject,
  number: string,
  named: NamedTransaction | null,
): (readonly [name: string, value: string])[] {
  const { now } = subject;
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
    ...(named ? ([['NUMTRANS', padded(named.numtrans)]] as const) : []),
    ...(named?.numappel ? ([['NUMAPPEL', padded(named.numappel)]] as const) : []),
    ['ACTIVITE', '024'],
    ['DATEQ', dateq(now)],
    ['HASH', settings.hmac_algorithm],
  ];
}

/**
 * Makes a call.
 * @throws Problem provider_unreachable, or provider_error when the answer is not to this call.
 */
export async function callDirect(
  fetcher: typeof fetch,
  type: keyof typeof TYPE,
  subject: DirectSubject,
  named: NamedTransaction | null,
): Promise<DirectAnswer> {
  const { settings, environment, endpoints } = subject.account;
  const number = questionNumber(await subject.daily(settings.site, 'Europe/Paris'));
  const fields = fieldsOf(type, subject, number, named);
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
    throw providerError(
      `the provider answered ${status} and nothing about this question`,
      text.slice(0, 1000),
    );
  }
  return answer;
}

/** What comes where the contract lacks Direct, or our address is not allowed. */
const ACCESS_DENIED = '00006';

/** An answer that is no success, as an error of the provider. */
export function directFailure({ code, comment }: DirectAnswer): Problem {
  const advice =
    code === ACCESS_DENIED
      ? ': the contract must include Paybox Direct and allow our addresses, or the setting direct be off'
      : '';
  return new Problem('provider_error', `the provider answered ${code} ${comment}${advice}`, {
    provider: { code, text: comment },
  });
}

/** The same number, with or without zeros in front. */
export function sameNumber(a: string, b: string): boolean {
  return /^\d+$/.test(a) && /^\d+$/.test(b) && Number(a) === Number(b);
}

/** What there is no transaction for. */
const NOT_FOUND = '00018';

/**
 * What became of a transaction; null: Direct knows none of that number.
 * @throws Problem provider_error, also when the answer names another transaction.
 */
export async function inquire(
  fetcher: typeof fetch,
  subject: DirectSubject,
  named: NamedTransaction,
): Promise<DirectAnswer | null> {
  const answer = await callDirect(fetcher, 'inquiry', subject, named);
  if (answer.code === NOT_FOUND) return null;
  if (!answer.ok) throw directFailure(answer);
  const { numtrans, numappel } = answer;
  const isOtherCall = named.numappel !== null && numappel !== '' && !sameNumber(numappel, named.numappel);
  if (!sameNumber(numtrans, named.numtrans) || isOtherCall)
    throw providerError(`the provider answered about the transaction ${numtrans}/${numappel}`);
  return answer;
}

/**
 * What became of a payment.
 * @throws Problem provider_error, also when Direct does not know it.
 */
export async function inquirePayment(
  fetcher: typeof fetch,
  subject: DirectSubject,
  numbers: TransactionNumbers,
): Promise<DirectAnswer> {
  const answer = await inquire(fetcher, subject, numbers);
  if (!answer)
    throw new Problem('provider_error', `the provider knows no transaction ${numbers.numtrans}`, {
      provider: { code: NOT_FOUND, text: '' },
    });
  return answer;
}

/** The numbers of a transaction, by the names of our providerState. */
export interface TransactionNumbers extends Readonly<Record<string, string>> {
  readonly numtrans: string;
  readonly numappel: string;
}

/** The transaction of our own reference, with the amount and currency of the attempt; null: Direct knows none. */
export async function findTransaction(
  fetcher: typeof fetch,
  subject: DirectSubject,
): Promise<TransactionNumbers | null> {
  const answer = await callDirect(fetcher, 'existence', subject, null);
  if (answer.code === NOT_FOUND) return null;
  if (!answer.ok) throw directFailure(answer);
  const { numtrans, numappel } = answer;
  return Number(numtrans) > 0 && Number(numappel) > 0 ? { numtrans, numappel } : null;
}
