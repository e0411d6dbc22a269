import { invalidField } from '../../payments/errors.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import { utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import type { ProviderUpdate, StartRequest } from '../contract.ts';
import { addressWithin, backBy } from '../kit/addresses.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { cut, ifFits } from '../kit/text.ts';
import { verifyingSecret } from '../kit/verdict.ts';
import { BILL_OUTCOMES, isoDate } from './bills.ts';
import {
  accepted,
  delayOf,
  details,
  type Entry,
  filled,
  type Given,
  md5,
  requireEqual,
  type Values,
  type Verified,
} from './messages.ts';
import type { AssistSettings } from './settings.ts';

/** @throws Refusal */
export function verifyPush(given: Given, values: Values): Verified {
  const text = ['Shop_IDP', 'OrderNumber', 'Total', 'Currency']
    .map((name) => values.get(name) ?? '')
    .join('');
  const base = utf8(text + verifyingSecret(given.sendresult_secret, 'sendresult_secret'));
  return requireEqual([{ base, signature: md5(base) }], values.get('CheckValue') ?? '', 'CheckValue');
}

export const windows1251 = charset('windows-1251');

/** What windows-1251 has of a text; a question mark for each other character. */
export function within1251(text: string): string {
  return Array.from(text, (character) =>
    windows1251.firstMissing(character) === null ? character : '?',
  ).join('');
}

export function percent1251(text: string): string {
  return Array.from(windows1251.encode(text) ?? [], (byte) => {
    const character = String.fromCharCode(byte);
    if (/[\w.*-]/.test(character)) return character;
    return character === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

export const LEGACY_EXTRA = new Set([
  'ChoosenCardType',
  'CardPayment',
  'WebMoneyPayment',
  'PayCashPayment',
  'QiwiBeelinePayment',
  'AssistIDCCPayment',
  'MiddleName',
]);

export function buyerData({ payment: { customer } }: StartRequest<AssistSettings>): readonly Entry[] {
  for (const name of ['lastName', 'firstName', 'email'] as const) {
    if (!customer[name]) throw invalidField(`customer.${name}`, 'is needed by this account');
  }
  return [
    ['LastName', cut(customer.lastName, 64)],
    ['FirstName', cut(customer.firstName, 64)],
    ['Email', ifFits(customer.email, 64)],
    ['Phone', ifFits(customer.phone, 64)],
    ['Address', cut(customer.address?.line1, 128)],
    ['City', cut(customer.address?.city, 64)],
    ['Zip', ifFits(customer.address?.postalCode, 64)],
  ];
}

export function legacyForm(request: StartRequest<AssistSettings>) {
  const { payment, account, order, urls } = request;
  const given = account.settings;
  const asksShop = given.buyer_data === 'shop';
  const back = (via: 'success' | 'failure' | 'pending') => addressWithin(128, backBy(urls, via));
  const fields = withProviderFields(
    filled([
      ['Shop_IDP', given.merchant_id],
      ['Order_IDP', order],
      ['Subtotal_P', decimal(payment.amount, 2)],
      ['Currency', payment.currency],
      ['Language', payment.customer.language && payment.customer.language !== 'ru' ? '1' : '0'],
      ['Delay', delayOf(request)],
      ['URL_RETURN', back('pending')],
      ['URL_RETURN_OK', back('success')],
      ['URL_RETURN_NO', back('failure')],
      ['Comment', cut(payment.description, 255) ?? payment.reference],
      ...(asksShop ? buyerData(request) : []),
      // Known by the test server alone.
      ['DemoResult', given.testing && account.environment !== 'production' ? given.demo_result : undefined],
    ]),
    payment.providerFields,
    {
      reserved: new Set(['Shop_IDP', 'Order_IDP', 'Subtotal_P', 'Currency', 'DemoResult']),
      allowed: (name) => LEGACY_EXTRA.has(name),
    },
  );
  return {
    path: asksShop ? '/shops/cardpayment.cfm' : '/shops/purchase.cfm',
    charset: 'windows-1251' as const,
    fields: fields.map(([name, value]) => [name, within1251(value)] as const),
  };
}

/** What a transaction was, where its Status does not tell. */
export const CHARGEBACK = '6';

export function pushFact(given: AssistSettings, values: Values): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  const status = value('Status').toLowerCase();
  const outcome =
    value('PaymentTransactionType_id') === CHARGEBACK && !status.startsWith('not ')
      ? 'charged_back'
      : // 3-D Secure is asked for: not a refusal.
        value('Response_Code') === 'AS110'
        ? 'pending'
        : (BILL_OUTCOMES[status] ?? 'none');
  return {
    kind: 'update',
    order: value('OrderNumber'),
    key: `${value('BillNumber')}/${value('PacketDate')}/${status}`,
    outcome,
    amount: fromDecimal(value('Total'), 2),
    currency: value('Currency'),
    movement: outcome === 'refunded' ? `refund/${value('BillNumber')}` : value('OrderNumber'),
    sequence: value('BillNumber'),
    ...((outcome === 'paid' || outcome === 'authorized') && {
      providerState: { bill: value('BillNumber'), billAt: isoDate(value('PacketDate')) ?? '' },
    }),
    providerReference: value('BillNumber') || null,
    providerStatus: value('Status'),
    detail: details(values),
    document: { number: value('BillNumber'), status: value('Status'), at: isoDate(value('PacketDate')) },
    reply: accepted(given, values),
  };
}
