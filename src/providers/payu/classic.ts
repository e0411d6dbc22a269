/**
 * PayU's classic API (Platnosci.pl): a form with an MD5 `sig`, a notification that says only that there is news, and `Payment/get`, whose text
 * answer is signed. Facts: the tests of django-getpaid 1.7; the Ruby gem payu; a Zend client (error numbers, statuses).
 */
import { Declined, invalidField, Problem, Refusal } from '../../payments/errors.ts';
import type { Outcome } from '../../payments/statuses.ts';
import { equalText, hex, readable, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { Hint, ProviderUpdate, Signed, StartedAttempt, StartRequest, StatusQuery } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { cut } from '../kit/text.ts';
import { verifyingSecret } from '../kit/verdict.ts';
import type { PayuSettings } from './settings.ts';

type Values = ReadonlyMap<string, string>;

function md5(parts: readonly (string | undefined)[]): Signed {
  const base = utf8(parts.map((part) => part ?? '').join(''));
  return { base, algorithm: 'MD5', signature: hex(weakDigests.md5(base)) };
}

/** What a request signs with key1, in this order. */
const NEW_PAYMENT = [
  'pos_id',
  'pay_type',
  'session_id',
  'pos_auth_key',
  'amount',
  'desc',
  'desc2',
  'trsDesc',
  'order_id',
  'first_name',
  'last_name',
  'payback_login',
  'street',
  'street_hn',
  'street_an',
  'city',
  'post_code',
  'country',
  'email',
  'phone',
  'language',
  'client_ip',
  'ts',
];
const SHORT = ['pos_id', 'session_id', 'ts'];
const ANSWER = [
  'trans_pos_id',
  'trans_session_id',
  'trans_order_id',
  'trans_status',
  'trans_amount',
  'trans_desc',
  'trans_ts',
];
const SHORT_ANSWER = ['trans_pos_id', 'trans_session_id', 'trans_ts'];

function over(names: readonly string[], values: Values, key: string | undefined): Signed {
  return md5([...names.map((name) => values.get(name)), key]);
}

export const signNewPayment = (values: Values, key1: string | undefined) => over(NEW_PAYMENT, values, key1);
export const signShort = (values: Values, key: string | undefined) => over(SHORT, values, key);

function compared({ base, signature }: Signed, received: string, name: string) {
  if (received !== '' && equalText(signature, received)) return { base, signature };
  throw new Refusal(
    received === '' ? 'signature_missing' : 'signature_mismatch',
    received === '' ? `there is no ${name}` : `${name} does not fit`,
    { base: readable(base), expected: signature, received },
  );
}

/** @throws Refusal */
export function verifyOnline(given: Partial<PayuSettings>, values: Values) {
  const verified = compared(
    signShort(values, verifyingSecret(given.key2, 'key2')),
    values.get('sig') ?? '',
    'sig',
  );
  if (given.pos_id !== undefined && values.get('pos_id') !== given.pos_id) {
    throw new Refusal('wrong_account', `the message is for the point of sale ${values.get('pos_id')}`);
  }
  return verified;
}

/** `name:value` lines, split at the first colon. */
export function readLines(text: string): Map<string, string> {
  return new Map(
    text
      .split(/\r?\n/)
      .filter((line) => line.includes(':'))
      .map((line) => {
        const at = line.indexOf(':');
        return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      }),
  );
}

/** The answers of Payment/get carry a status; those of confirm and cancel do not. @throws Refusal */
export function verifyAnswer(given: Partial<PayuSettings>, values: Values) {
  const names = values.has('trans_status') ? ANSWER : SHORT_ANSWER;
  return compared(
    over(names, values, verifyingSecret(given.key2, 'key2')),
    values.get('trans_sig') ?? '',
    'trans_sig',
  );
}

export const CLASSIC_STATUSES: Readonly<Record<string, Outcome>> = {
  1: 'none',
  2: 'voided',
  3: 'denied',
  4: 'pending',
  5: 'authorized',
  7: 'denied',
  99: 'paid',
  888: 'error',
};

const HOST = 'https://www.platnosci.pl';

/** Numbers of errors of PayU itself: temporary, or critical. */
const TEMPORARY = new Set(['200', '201', '999']);

export function startClassic(request: StartRequest<PayuSettings>): StartedAttempt {
  const { payment, account, order, now } = request;
  const { settings } = account;
  const { customer } = payment;
  const ip = customer.ip ?? request.ip;
  for (const [path, value] of Object.entries({
    'customer.ip': ip,
    'customer.email': customer.email,
    'customer.firstName': customer.firstName,
    'customer.lastName': customer.lastName,
  })) {
    if (!value) throw invalidField(path, 'PayU wants it');
  }
  const entries: (readonly [string, string | undefined])[] = [
    ['pos_id', settings.pos_id],
    ['pay_type', settings.testing ? 't' : undefined],
    ['session_id', order],
    ['pos_auth_key', settings.pos_auth_key],
    ['amount', String(payment.amount)],
    ['desc', cut(payment.description, 50) ?? payment.reference.slice(0, 50)],
    ['order_id', order],
    ['first_name', cut(customer.firstName, 100)],
    ['last_name', cut(customer.lastName, 100)],
    ['email', customer.email],
    ['language', customer.language === 'en' ? 'en' : 'pl'],
    ['client_ip', ip ?? undefined],
    ['ts', String(now.getTime())],
  ];
  const fields = entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  const { signature } = signNewPayment(new Map(fields), settings.key1);
  return {
    redirect: {
      kind: 'form',
      method: 'POST',
      url: atOrigin(`${HOST}/paygw/UTF/NewPayment`, account.endpoints.page),
      charset: 'utf-8',
      fields: [...fields, ['sig', signature] as const].map(([name, value]) => ({ name, value })),
    },
  };
}

/** It carries no status: a reason to fetch one. */
export function newsClassic(settings: PayuSettings, values: Values): Hint {
  verifyOnline(settings, values);
  return { kind: 'hint', order: values.get('session_id') ?? '', about: {} };
}

/**
 * A call about one payment; its answer is checked.
 * @throws Declined with PayU's number and text; Problem where it is not well itself.
 */
export async function callClassic(
  fetcher: typeof fetch,
  what: 'get' | 'confirm' | 'cancel',
  { account, order, now }: Pick<StatusQuery<PayuSettings>, 'account' | 'order' | 'now'>,
): Promise<Values> {
  const { settings } = account;
  const fields = [
    ['pos_id', settings.pos_id],
    ['session_id', order],
    ['ts', String(now.getTime())],
  ] as const;
  const { signature } = signShort(new Map(fields), settings.key1);
  const { status, text } = await callApi(
    fetcher,
    atOrigin(`${HOST}/paygw/UTF/Payment/${what}/txt`, account.endpoints.api),
    {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: encodeForm([...fields, ['sig', signature]], charset('utf-8')) ?? '',
    },
  );
  const values = readLines(text);
  const [code = '', said = ''] = [values.get('error_nr'), values.get('error_message')];
  if (status === 200 && values.get('status') === 'ERROR' && code !== '' && !TEMPORARY.has(code))
    throw new Declined(code, said);
  if (status !== 200 || values.get('status') !== 'OK') {
    throw new Problem('provider_error', `PayU was asked: ${status} ${code} ${said}`.trim(), { cause: text });
  }
  verifyAnswer(settings, values);
  // Both have to fit: the point of sale and the order.
  if (values.get('trans_pos_id') !== settings.pos_id || values.get('trans_session_id') !== order) {
    throw new Refusal('wrong_account', 'the answer is about another payment');
  }
  return values;
}

export async function askClassic(question: StatusQuery<PayuSettings>): Promise<ProviderUpdate | null> {
  const { order } = question;
  const values = await callClassic(question.fetch, 'get', question);
  const code = values.get('trans_status') ?? '';
  const amount = values.get('trans_amount') ?? '';
  const outcome = CLASSIC_STATUSES[code] ?? 'none';
  if (outcome === 'none') return null;
  return {
    kind: 'update',
    order,
    key: `${values.get('trans_id')}/${code}`,
    outcome,
    amount: /^\d{1,12}$/.test(amount) ? Number(amount) : null,
    currency: 'PLN',
    movement: values.get('trans_id') ?? '',
    providerReference: values.get('trans_id') || null,
    providerStatus: code,
    detail: Object.fromEntries(
      ['trans_pay_type', 'trans_pay_gw_name', 'trans_create', 'trans_recv'].flatMap((name) =>
        values.get(name) ? [[name, values.get(name) ?? '']] : [],
      ),
    ),
  };
}
