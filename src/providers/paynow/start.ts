/** Starting a payment: it is registered, and the shopper goes to the page that Paynow names. Facts: SHEET.md. */
import type { PaymentRequest } from '../../payments/types.ts';
import type { StartedAttempt, StartRequest } from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { withoutOrderNumbers } from '../kit/order-numbers.ts';
import { type ShopFields, shopFieldsOfForms, withJsonFields } from '../kit/provider-fields.ts';
import type { Requirement } from '../kit/requirements.ts';
import { cut } from '../kit/text.ts';
import { callPaynow, readCreatedPayment, unexpectedPaynowAnswer } from './api.ts';
import type { PaynowSettings } from './settings.ts';

type Start = StartRequest<PaynowSettings>;

/** Minor units of any of the currencies. */
const LEAST = 100;
export const PAYNOW_MOST = 100_000_000;

export const PAYNOW_REQUIRES: readonly Requirement<PaynowSettings>[] = [
  { field: 'customer.email', maxLength: 50 },
  {
    field: 'amount',
    when: `at least ${LEAST} minor units`,
    problemOf: (value) => (Number(value) >= LEAST ? null : `is below ${LEAST}`),
  },
];

/**
 * What a shop may give: the means of payment. Not a BLIK code, which is good for two minutes, saved cards, `orderItems`, and the account that
 * is paid out to.
 */
export const PAYNOW_SHOP_FIELDS: ShopFields = shopFieldsOfForms(
  {
    paymentMethodId: {
      form: /^[1-9]\d{0,8}$/,
      says: 'is the number of a means of payment, as 2007 (BLIK)',
    },
  },
  new Set(['amount', 'currency', 'externalId', 'description', 'continueUrl', 'buyer', 'validityTime']),
);

/** The default of validityTime, and its greatest value. */
const LONGEST_SECONDS = 864_000;

/** The language of the page: a shopper who does not read Polish reads English. */
function localeOf({ language }: PaymentRequest['customer'], own: PaynowSettings['locale']): string {
  if (language === undefined) return own;
  return language === 'pl' ? 'pl-PL' : 'en-GB';
}

function paymentOf({ payment, account, order, urls }: Start): Readonly<Record<string, unknown>> {
  const { locale, validity_time } = account.settings;
  const { customer, amount, currency } = payment;
  return {
    amount,
    currency,
    externalId: order,
    description: cut(payment.description, 255) ?? withoutOrderNumbers(cut(payment.reference, 200) ?? order),
    continueUrl: addressWithin(1000, `${urls.back}?o=${order}`),
    buyer: {
      email: customer.email?.trim(),
      firstName: cut(customer.firstName, 50),
      lastName: cut(customer.lastName, 50),
      locale: localeOf(customer, locale),
    },
    ...(validity_time !== undefined && { validityTime: validity_time }),
  };
}

/** Registers the payment. The key of the call is the order: whoever repeats it gets the same payment. @throws Problem */
export async function startPaynow(request: Start): Promise<StartedAttempt> {
  const { account, order, payment } = request;
  const answer = await callPaynow(request, {
    method: 'POST',
    path: '/v3/payments',
    idempotencyKey: order,
    body: withJsonFields(paymentOf(request), payment.providerFields, (_name, value) => Number(value)),
  });
  const { paymentId, redirectUrl } = readCreatedPayment(answer);
  if (account.environment === 'production' && !redirectUrl.startsWith('https://'))
    throw unexpectedPaynowAnswer('named a page without https', answer);
  return {
    redirect: { kind: 'url', method: 'GET', url: atOrigin(redirectUrl, account.endpoints.page) },
    // Not bound: a buyer who tries again has another one.
    providerState: { paymentId },
    goodForSeconds: account.settings.validity_time ?? LONGEST_SECONDS,
  };
}
