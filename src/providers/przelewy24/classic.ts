/**
 * Przelewy24's older protocols: 3.2 (`trnDirect`, `trnVerify`) and the one before it (`index.php`, `transakcja.php`), forms signed with MD5 over
 * values between bars. A notification still has to be verified by a call. Facts: Przelewy24 technical manual 3.2 (2016-02-23); the tests of
 * django-getpaid 1.7.
 */
import { Problem, Refusal } from '../../payments/errors.ts';
import { equalText, hex, readable, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { Hint, ProviderUpdate, Signed, StartedAttempt, StartRequest, StatusQuery } from '../contract.ts';
import { addressWithin, atOrigin, backBy } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { cut, fullName } from '../kit/text.ts';
import type { P24Settings } from './settings.ts';

type Values = ReadonlyMap<string, string>;

function md5(values: readonly (string | undefined)[]): Signed {
  const base = utf8(values.map((value) => value ?? '').join('|'));
  return { base, algorithm: 'MD5', signature: hex(weakDigests.md5(base)) };
}

/** The signature of a form, a verification, or a test of the connection, by what it names. */
export function signClassic(mode: string, values: Values, crc: string): Signed {
  const value = (name: string) => values.get(`p24_${name}`);
  if (mode === 'legacy') {
    const second = value('order_id') ?? value('id_sprzedawcy');
    return md5([value('session_id'), second, value('kwota'), crc]);
  }
  if (value('session_id') === undefined) return md5([value('pos_id'), crc]);
  const second = value('order_id') ?? value('merchant_id');
  return md5([value('session_id'), second, value('amount'), value('currency'), crc]);
}

/** @throws Refusal */
export function verifyClassic(
  mode: string,
  values: Values,
  crc: string,
): { readonly base: Uint8Array; readonly signature: string } {
  // The sign of a registration has the merchant where the order belongs: a notification has an order.
  if (!values.get('p24_order_id')) throw new Refusal('field_missing', 'there is no p24_order_id');
  const { base, signature } = signClassic(mode, values, crc);
  const sign = values.get(mode === 'legacy' ? 'p24_crc' : 'p24_sign') ?? '';
  if (sign === '' || !equalText(signature, sign)) {
    throw new Refusal(
      sign === '' ? 'signature_missing' : 'signature_mismatch',
      sign === '' ? 'there is no signature' : 'the signature does not fit the values and the CRC',
      { base: readable(base), expected: signature, received: sign },
    );
  }
  return { base, signature };
}

/** What `transakcja.php` and `trnVerify` answer: true, or the code of an error. */
export function readVerification(
  mode: string,
  text: string,
): { readonly ok: boolean; readonly code: string } {
  if (mode === 'legacy') {
    const lines = text.split(/\r?\n/).map((line) => line.trim());
    const [, result = '', code = ''] = lines.slice(lines.indexOf('RESULT'));
    return { ok: lines.includes('RESULT') && result === 'TRUE', code: result === 'ERR' ? code : result };
  }
  const answer = new URLSearchParams(text.trim());
  return { ok: answer.get('error') === '0', code: answer.get('error') ?? '' };
}

function host(account: StartRequest<P24Settings>['account']): string {
  return account.environment === 'production'
    ? 'https://secure.przelewy24.pl'
    : 'https://sandbox.przelewy24.pl';
}

type Entries = readonly (readonly [string, string | undefined])[];

function fields32({ payment, account, order, urls }: StartRequest<P24Settings>): Entries {
  const { settings: given } = account;
  const { customer } = payment;
  return [
    ['p24_merchant_id', given.merchant_id],
    ['p24_pos_id', given.pos_id ?? given.merchant_id],
    ['p24_session_id', order],
    ['p24_amount', String(payment.amount)],
    ['p24_currency', payment.currency],
    ['p24_description', cut(payment.description, 1024) ?? payment.reference],
    ['p24_email', customer.email],
    ['p24_client', cut(fullName(payment), 50)],
    ['p24_country', customer.address?.country ?? 'PL'],
    ['p24_language', customer.language ?? given.lang],
    ['p24_url_return', addressWithin(250, `${urls.back}?o=${order}`)],
    ['p24_url_status', addressWithin(250, urls.callback)],
    ['p24_api_version', '3.2'],
    ['p24_encoding', 'UTF-8'],
  ];
}

function fieldsLegacy({ payment, account, order, urls }: StartRequest<P24Settings>): Entries {
  const { customer } = payment;
  return [
    ['p24_session_id', order],
    ['p24_id_sprzedawcy', account.settings.merchant_id],
    ['p24_kwota', String(payment.amount)],
    ['p24_opis', cut(payment.description, 1024) ?? payment.reference],
    ['p24_email', customer.email],
    ['p24_klient', cut(fullName(payment), 50)],
    ['p24_language', account.settings.lang],
    ['p24_return_url_ok', addressWithin(250, backBy(urls, 'success'))],
    ['p24_return_url_error', addressWithin(250, backBy(urls, 'failure'))],
  ];
}

export function startClassic(request: StartRequest<P24Settings>): StartedAttempt {
  const { account } = request;
  const { mode, crc } = account.settings;
  const legacy = mode === 'legacy';
  const fields = (legacy ? fieldsLegacy(request) : fields32(request)).flatMap(([name, value]) =>
    value ? [[name, value] as const] : [],
  );
  const { signature } = signClassic(mode, new Map(fields), crc);
  return {
    redirect: {
      kind: 'form',
      method: 'POST',
      url: atOrigin(`${host(account)}/${legacy ? 'index.php' : 'trnDirect'}`, account.endpoints.page),
      charset: 'utf-8',
      fields: [...fields, [legacy ? 'p24_crc' : 'p24_sign', signature] as const].map(([name, value]) => ({
        name,
        value,
      })),
    },
  };
}

/** An authentic notification: the payment counts when the verification call has said so. */
export function newsClassic(given: { readonly merchant_id?: string | undefined }, values: Values): Hint {
  const merchant = values.get('p24_merchant_id') ?? values.get('p24_id_sprzedawcy');
  if (given.merchant_id !== undefined && merchant !== given.merchant_id) {
    throw new Refusal('wrong_account', `the message is for the merchant ${merchant}`);
  }
  return {
    kind: 'hint',
    order: values.get('p24_session_id') ?? '',
    about: { orderId: values.get('p24_order_id') ?? '' },
  };
}

export async function askClassic(question: StatusQuery<P24Settings>): Promise<ProviderUpdate | null> {
  const { account, order, amount, currency, hint } = question;
  const { mode, merchant_id, pos_id = merchant_id, crc } = account.settings;
  const { orderId } = hint;
  if (!orderId || !/^\d{1,15}$/.test(orderId)) return null;
  const legacy = mode === 'legacy';
  const fields: readonly (readonly [string, string])[] = legacy
    ? [
        ['p24_session_id', order],
        ['p24_order_id', orderId],
        ['p24_id_sprzedawcy', merchant_id],
        ['p24_kwota', String(amount)],
      ]
    : [
        ['p24_merchant_id', merchant_id],
        ['p24_pos_id', pos_id],
        ['p24_session_id', order],
        ['p24_amount', String(amount)],
        ['p24_currency', currency],
        ['p24_order_id', orderId],
      ];
  const { signature } = signClassic(mode, new Map(fields), crc);
  const body = encodeForm([...fields, [legacy ? 'p24_crc' : 'p24_sign', signature]], charset('utf-8')) ?? '';
  const url = atOrigin(`${host(account)}/${legacy ? 'transakcja.php' : 'trnVerify'}`, account.endpoints.api);
  const { status, text } = await callApi(question.fetch, url, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  const { ok, code } = readVerification(mode, text);
  if (status !== 200 || !ok) {
    throw new Problem('provider_error', `Przelewy24 did not verify the payment: ${status} ${code}`, {
      cause: text,
    });
  }
  return {
    kind: 'update',
    order,
    key: `${orderId}/2`,
    outcome: 'paid',
    amount,
    currency,
    movement: orderId,
    providerReference: orderId,
    providerStatus: '2',
    detail: {},
  };
}
