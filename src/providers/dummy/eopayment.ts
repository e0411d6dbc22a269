/**
 * The eopayment dialect: a GET to the demonstration bank page, and a message that repeats the request with `ok` or `nok`.
 *
 * Accepted weakness: `signed` is a parameter that anyone can add. It is a test switch and protects nothing.
 */
import { currency } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import type { Redirect } from '../../payments/types.ts';
import type { RawField } from '../../signing/form.ts';
import type { ProviderUpdate, Reply, StartRequest } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { type ShopFields, withProviderFields } from '../kit/provider-fields.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { meaningOf } from '../kit/statuses.ts';
import { cut, fullName } from '../kit/text.ts';
import { providerUpdate } from '../kit/update.ts';
import { pythonQuery } from './query.ts';
import type { DummySettings } from './settings.ts';
import { DUMMY_RESPONSES } from './statuses.ts';

/** Amounts of this dialect have no currency. */
const CURRENCY = 'EUR';

/** How much of a transaction id is our order number. */
const ORDER_LENGTH = 18;

/** A transaction id has 30 letters and digits: our order number, then zeros. */
function transactionId(order: string): string {
  return order.padEnd(30, '0');
}

/** First and last name of at most 100 characters each. */
const NAME_LENGTH = 201;

const RESERVED = new Set([
  'transaction_id',
  'amount',
  'return_url',
  'direct_notification_url',
  'siret',
  'origin',
]);

/** What a shop may give: the free fields of a request. None is the name of a result. */
const FREE = new Set(['address', 'email', 'info1', 'info2', 'info3', 'name', 'orderid', 'phone']);

/** What a shop may give in this dialect. */
export const EOPAYMENT_SHOP_FIELDS: ShopFields = { reserved: RESERVED, allows: (name) => FREE.has(name) };

/** The address of a payment at the bank page `page`; the fields keep their order. */
export function bankPageAddress(page: string, fields: Iterable<readonly [string, string]>): string {
  return `${page}?${pythonQuery(fields)}`;
}

/** The redirect to the bank page. */
export function startEopayment(request: StartRequest<DummySettings>): Redirect {
  const { payment, account, urls } = request;
  const { customer } = payment;
  const own: (readonly [string, string | undefined])[] = [
    ['transaction_id', transactionId(request.order)],
    ['siret', account.settings.siret],
    ['amount', decimal(payment.amount, 2)],
    ['email', customer.email],
    ['return_url', urls.back],
    ['direct_notification_url', urls.callback],
    ['origin', account.settings.origin],
    ['name', cut(fullName(payment), NAME_LENGTH)],
    ['phone', customer.phone],
    ['orderid', payment.reference],
  ];
  const given = own.filter((entry): entry is readonly [string, string] => Boolean(entry[1]));
  const fields = withProviderFields(given, payment.providerFields);
  const page = atOrigin(account.settings.dummy_service_url, account.endpoints.page);
  return { kind: 'url', method: 'GET', url: bankPageAddress(page, fields) };
}

/** The original's reply to a message that carries `signed`; to any other its reply is empty. */
const SIGNED_REPLY: Reply = {
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'signature ok',
};

/** Parameters with a value; the original drops those without. The first of a name counts. */
function present(fields: readonly RawField[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of fields) {
    if (value !== '' && !values.has(name)) values.set(name, value);
  }
  return values;
}

/**
 * Reads a response, which came as a notification or with the browser.
 * @param believeSigned whether the parameter `signed` counts: on a notification, not on a return.
 * @throws Refusal field_missing without a transaction; signature_missing when it does not count as signed.
 */
export function readResponse(
  settings: Partial<DummySettings>,
  fields: readonly RawField[],
  believeSigned: boolean,
): ProviderUpdate {
  const values = present(fields);
  const transaction = values.get('transaction_id');
  if (!transaction) throw new Refusal('field_missing', 'there is no transaction_id');
  const signed = believeSigned && values.has('signed');
  if (!signed && settings.consider_all_response_signed !== true) {
    throw new Refusal('signature_missing', 'the message does not say that it is signed');
  }
  // The original never looks at nok: without an ok it is not paid.
  const result = values.has('ok') ? 'ok' : 'nok';
  const amount = values.get('amount');
  return providerUpdate({
    order: transaction.slice(0, ORDER_LENGTH),
    key: result,
    outcome: meaningOf(DUMMY_RESPONSES, result)?.outcome ?? 'error',
    amount: amount === undefined ? 'asked' : fromDecimal(amount, currency(CURRENCY)?.digits ?? 2),
    currency: CURRENCY,
    movement: transaction,
    providerReference: transaction,
    providerStatus: values.get('reason') ?? result,
    reply: values.has('signed') ? SIGNED_REPLY : EMPTY_OK,
  });
}
