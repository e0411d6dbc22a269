/** ASSIST, the current protocol: `pay/order.cfm` with Checkvalue or Signature, and the sending of results in four formats. */

import { createSign, createVerify } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import { Refusal } from '../../payments/errors.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import type { Outcome, Status } from '../../payments/statuses.ts';
import { base64, fromBase64, fromUtf8, utf8 } from '../../signing/bytes.ts';
import type { ProviderRequest, ProviderUpdate, RecipeInput, Signed, StartRequest } from '../contract.ts';
import { addressWithin, backBy } from '../kit/addresses.ts';
import { formBytes, formFields, textFields } from '../kit/form-message.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { cut, ifFits } from '../kit/text.ts';
import { verifyingSecret } from '../kit/verdict.ts';
import { isoDate } from './bills.ts';
import {
  accepted,
  delayOf,
  details,
  filled,
  type Given,
  mapOf,
  md5,
  requireEqual,
  type Values,
  type Verified,
} from './messages.ts';
import type { AssistSettings } from './settings.ts';

/** Both inner digests as text, in upper case, hashed once more. */
export function checkvalue(salt: string, base: Uint8Array): string {
  return md5(utf8(md5(utf8(salt)) + md5(base)));
}

export const ORDER = ['Merchant_ID', 'OrderNumber', 'OrderAmount', 'OrderCurrency'];

export const ORDER_OPTIONAL = ['OrderMaxPoints', 'CustomerNumber', 'Disable3DS', 'Prepayment'];

export function orderBase(values: Values, delimiter: string): Uint8Array {
  const optional = ORDER_OPTIONAL.flatMap((name) => values.get(name) || []);
  return utf8([...ORDER.map((name) => values.get(name) ?? ''), ...optional].join(delimiter));
}

/** The field that the form gets beside the order: Signature where the account has a key, else Checkvalue. */
export function signOrder(given: Given, values: Values): Signed {
  const base = orderBase(values, given.delimiter ?? ';');
  if (given.rsa_private_key) {
    const signature = createSign('RSA-MD5').update(base).sign(given.rsa_private_key);
    return { base, algorithm: 'RSA-MD5', signature: base64(Uint8Array.from(signature)) };
  }
  return { base, algorithm: 'MD5', signature: checkvalue(given.salt ?? '', base) };
}

/** A vector with the public key alone: its signature is checked in place of being made again. */
export function signOrCheck(given: Given, input: RecipeInput): Signed {
  const values = new Map(textFields(input));
  if (!given.rsa_public_key_pem) return signOrder(given, values);
  const base = orderBase(values, given.delimiter ?? ';');
  const signature = String(input.rest?.signature ?? '');
  const bytes = fromBase64(signature) ?? new Uint8Array();
  const fits = createVerify('RSA-MD5').update(base).verify(given.rsa_public_key_pem, bytes);
  return { base, algorithm: 'RSA-MD5', signature: fits ? signature : '' };
}

/** What a result signed for money: the operation's, or the order's in another revision of the documentation. */
export const MONEY = [
  ['amount', 'currency'],
  ['orderamount', 'ordercurrency'],
] as const;

export interface VerifiedResult extends Verified {
  readonly amountField: (typeof MONEY)[number][0];
  readonly currencyField: (typeof MONEY)[number][1];
}

/** @throws Refusal */
export function verifyResult(given: Given, values: Values): VerifiedResult {
  const value = (name: string) => values.get(name) ?? '';
  const salt = verifyingSecret(given.salt, 'salt');
  const expected = MONEY.map(([amountField, currencyField]) => {
    const base = utf8(
      value('merchant_id') +
        value('ordernumber') +
        value(amountField) +
        value(currencyField) +
        value('orderstate'),
    );
    return { base, signature: checkvalue(salt, base), amountField, currencyField };
  });
  return requireEqual(expected, value('checkvalue'), 'checkvalue');
}

export const METHODS = [
  'CardPayment',
  'YMPayment',
  'WMPayment',
  'QIWIPayment',
  'ApplePayPayment',
  'GooglePayPayment',
  'SamsungPayPayment',
  'MirPayPayment',
  'FastPayPayment',
];

export const CURRENT_EXTRA = new Set([
  ...METHODS,
  ...ORDER_OPTIONAL,
  'Middlename',
  'HomePhone',
  'WorkPhone',
  'Fax',
  'TestMode',
  'ChequeItems',
]);

export function currentForm(request: StartRequest<AssistSettings>) {
  const { payment, account, order, urls } = request;
  const { customer } = payment;
  const back = (via: 'success' | 'failure' | 'pending') => addressWithin(256, backBy(urls, via));
  const fields = withProviderFields(
    filled([
      ['Merchant_ID', account.settings.merchant_id],
      ['OrderNumber', order],
      ['OrderAmount', decimal(payment.amount, 2)],
      ['OrderCurrency', payment.currency],
      ['Language', customer.language === 'ru' ? 'RU' : customer.language ? 'EN' : undefined],
      ['Delay', delayOf(request)],
      ['OrderComment', cut(payment.description, 256) ?? payment.reference],
      ['Lastname', cut(customer.lastName, 70)],
      ['Firstname', cut(customer.firstName, 70)],
      ['Email', ifFits(customer.email, 128)],
      ['Address', cut(customer.address?.line1, 256)],
      ['MobilePhone', ifFits(customer.phone, 20)],
      ['City', cut(customer.address?.city, 70)],
      ['Zip', ifFits(customer.address?.postalCode, 25)],
      ['URL_RETURN', back('pending')],
      ['URL_RETURN_OK', back('success')],
      ['URL_RETURN_NO', back('failure')],
    ]),
    payment.providerFields,
    { reserved: new Set([...ORDER, 'Checkvalue', 'Signature']), allowed: (name) => CURRENT_EXTRA.has(name) },
  );
  const { salt, rsa_private_key } = account.settings;
  if (!salt && !rsa_private_key) return { path: '/pay/order.cfm', charset: 'utf-8' as const, fields };
  const { signature } = signOrder(account.settings, new Map(fields));
  const signed = [rsa_private_key ? 'Signature' : 'Checkvalue', signature] as const;
  return { path: '/pay/order.cfm', charset: 'utf-8' as const, fields: [...fields, signed] };
}

/** `orderstate` without spaces and case. */
export const STATES: Readonly<Record<string, { readonly outcome: Outcome; readonly status: Status }>> = {
  inprocess: { outcome: 'pending', status: 'pending' },
  delayed: { outcome: 'authorized', status: 'authorized' },
  approved: { outcome: 'paid', status: 'paid' },
  partialdelayed: { outcome: 'paid', status: 'partially_paid' },
  partialapproved: { outcome: 'paid', status: 'partially_paid' },
  partialcanceled: { outcome: 'refunded', status: 'partially_refunded' },
  canceled: { outcome: 'reversed', status: 'cancelled' },
  declined: { outcome: 'denied', status: 'denied' },
  timeout: { outcome: 'expired', status: 'expired' },
};

export function stateOf(text = ''): string {
  return text.replace(/\s+/g, '').toLowerCase();
}

export const xml = new XMLParser({ removeNSPrefix: true, parseTagValue: false, trimValues: true });

/** The first object in a tree that has an order number, whatever envelope is around it. */
export function withOrder(tree: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof tree !== 'object' || tree === null) return null;
  const members = Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (typeof members.ordernumber === 'string' || typeof members.ordernumber === 'number') return members;
  for (const member of Object.values(members)) {
    const found = withOrder(member);
    if (found) return found;
  }
  return null;
}

export function parsed(request: ProviderRequest): unknown {
  const text = fromUtf8(request.body) ?? '';
  try {
    if (request.contentType?.endsWith('json')) return JSON.parse(text);
    // Entities of its own are the only thing a document type could bring.
    return text.includes('<!DOCTYPE') ? null : xml.parse(text);
  } catch (cause) {
    throw new Refusal('malformed', 'the body is neither JSON nor XML', { cause });
  }
}

/** The members of a result in any of the four formats, by lower-case name. */
export function resultOf(request: ProviderRequest): Values {
  if (!/json$|xml$/.test(request.contentType ?? '')) return mapOf(formFields(formBytes(request)), true);
  const found = withOrder(parsed(request));
  if (!found) throw new Refusal('field_missing', 'there is no ordernumber', { field: 'ordernumber' });
  return new Map(
    Object.entries(found).flatMap(([name, value]) => {
      if (typeof value === 'number' && /amount$/.test(name)) return [[name, value.toFixed(2)] as const];
      return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)] as const] : [];
    }),
  );
}

/** The amount that was signed; null where a part of the order is told and only the whole was signed. */
export function amountOf(values: Values, { amountField }: VerifiedResult): number | null {
  const amount = fromDecimal(values.get(amountField) ?? '', 2);
  const { status } = STATES[stateOf(values.get('orderstate'))] ?? { status: null };
  if (!status?.startsWith('partially')) return amount;
  if (amountField === 'orderamount') return null;
  const whole = fromDecimal(values.get('orderamount') ?? '', 2);
  // A refund of a part that names the whole does not say which part.
  return status === 'partially_refunded' && amount === whole ? null : amount;
}

export function resultFact(given: AssistSettings, values: Values, verified: VerifiedResult): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  const { outcome } = STATES[stateOf(value('orderstate'))] ?? { outcome: 'none' as const };
  const packet = `${value('billnumber')}/${value('packetdate')}`;
  return {
    kind: 'update',
    order: value('ordernumber'),
    key: `${packet}/${value('orderstate')}`,
    outcome,
    amount: amountOf(values, verified),
    currency: value(verified.currencyField),
    movement: outcome === 'refunded' ? `refund/${packet}` : value('ordernumber'),
    providerReference: value('billnumber') || null,
    providerStatus: value('orderstate'),
    detail: details(values),
    ...(/^\d{1,20}$/.test(value('billnumber')) && {
      providerState: { bill: value('billnumber') },
      document: {
        number: value('billnumber'),
        status: value('orderstate'),
        at: isoDate(value('packetdate')),
      },
    }),
    reply: accepted(given, values),
  };
}
