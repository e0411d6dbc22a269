/** Starting a payment: a transaction is created, and the shopper goes to the page that the platform names. SHEET.md. */
import type { PaymentRequest } from '../../payments/types.ts';
import type { StartedAttempt, StartRequest } from '../contract.ts';
import { addressWithin, atOrigin, VIA, type Via } from '../kit/addresses.ts';
import type { ApiAnswer } from '../kit/api-call.ts';
import { JsonDecimal } from '../kit/json-decimals.ts';
import { shopReference, withoutOrderNumbers } from '../kit/order-numbers.ts';
import { providerError } from '../kit/provider-error.ts';
import { ASCII, cut, ifFits } from '../kit/text.ts';
import { callCheckout, goodBody, unexpectedAnswer } from './api.ts';
import { transactionMembers } from './members.ts';
import type { CheckoutSettings } from './settings.ts';

type Start = StartRequest<CheckoutSettings>;

/** When a status query is due although the platform has said nothing: unpaid transactions time out after 30 to 60 minutes. */
const QUERY_AFTER_SECONDS = 3600;

/** The editions of the page, by language. */
const PAGES: Readonly<Record<string, string>> = { de: 'de-CH', fr: 'fr-CH', it: 'it-CH', en: 'en-US' };

/** A shopper's language that the page lacks becomes English; where nothing is said, the space decides. */
function languageOf({ language }: PaymentRequest['customer'], own: string | undefined): string | undefined {
  return language === undefined ? own : (PAGES[language] ?? 'en-US');
}

/** Members that are undefined are left out; undefined where nothing is known. */
function addressOf({ customer }: PaymentRequest): object | undefined {
  const { address } = customer;
  const street = [address?.line1, address?.line2].filter(Boolean).join('\n');
  const members = {
    givenName: cut(customer.firstName, 100),
    familyName: cut(customer.lastName, 100),
    street: street ? cut(street, 300) : undefined,
    postcode: ifFits(address?.postalCode, 40),
    city: cut(address?.city, 100),
    country: address?.country,
    emailAddress: ifFits(customer.email, 254),
    phoneNumber: ifFits(customer.phone, 100),
  };
  return Object.values(members).some((value) => value !== undefined) ? members : undefined;
}

/** When money is captured. What the shop says counts, and where it says nothing the account's own. */
function completionOf({ capture }: PaymentRequest, { completion }: CheckoutSettings): string {
  if (capture === null && completion) return completion;
  return capture === 'manual' ? 'COMPLETE_DEFERRED' : 'COMPLETE_IMMEDIATELY';
}

/** The body of `transaction/create`. */
function transactionOf({ payment, account, order, urls }: Start): object {
  const { settings, environment } = account;
  const { customer, amount, currency } = payment;
  const back = (via: Via) => addressWithin(2000, `${urls.back}?o=${order}&${VIA}=${via}`);
  const methods = settings.payment_method_configurations;
  const reference = shopReference(payment, 100);
  return {
    currency,
    lineItems: [
      {
        uniqueId: order,
        sku: order,
        name: cut(payment.description, 150) ?? withoutOrderNumbers(cut(payment.reference, 150) ?? order),
        quantity: 1,
        amountIncludingTax: JsonDecimal.of(amount, currency),
        type: 'PRODUCT',
      },
    ],
    // What our order is found by again.
    merchantReference: order,
    ...(reference && { metaData: { reference } }),
    successUrl: back('success'),
    failedUrl: back('failure'),
    autoConfirmationEnabled: true,
    completionBehavior: completionOf(payment, settings),
    // One space may take test and real money: which it is, is said with each transaction.
    environmentSelectionStrategy:
      environment === 'production' ? 'FORCE_PRODUCTION_ENVIRONMENT' : 'FORCE_TEST_ENVIRONMENT',
    customerEmailAddress: ifFits(customer.email, 254, ASCII),
    language: languageOf(customer, settings.language),
    billingAddress: addressOf(payment),
    ...(methods && { allowedPaymentMethodConfigurations: methods.split(',').map(Number) }),
  };
}

/** An address, as JSON text or as it is. @throws Problem provider_error when it is none. */
export function pageAddress(answer: ApiAnswer, isReal: boolean): string {
  if (answer.status !== 200) throw unexpectedAnswer('gave no payment page', answer);
  const plain = answer.text.trim();
  const text = plain.startsWith('"') ? goodBody('gave a payment page', answer) : plain;
  const isAddress = typeof text === 'string' && URL.canParse(text);
  if (!isAddress || !(isReal ? /^https:\/\// : /^https?:\/\//).test(text))
    throw unexpectedAnswer('gave something that is no address of a page', answer);
  return text;
}

/** Creates the transaction, and asks for the address of its page. @throws Problem */
export async function startCheckout(request: Start): Promise<StartedAttempt> {
  const { account } = request;
  const created = await callCheckout(request, 'create', { body: transactionOf(request) });
  const { id, linkedSpaceId } = transactionMembers(goodBody('rejected the transaction', created));
  if (
    id === undefined ||
    (linkedSpaceId !== undefined && String(linkedSpaceId) !== account.settings.space_id)
  )
    throw providerError('the platform created no transaction of this space', created.text);
  const transactionId = String(id);
  const page = await callCheckout(request, 'page', { id: transactionId });
  return {
    redirect: {
      kind: 'url',
      method: 'GET',
      url: atOrigin(pageAddress(page, account.environment === 'production'), account.endpoints.page),
    },
    providerState: { transactionId },
    bound: { transactionId },
    queryAfterSeconds: QUERY_AFTER_SECONDS,
  };
}
