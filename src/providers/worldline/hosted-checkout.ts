/** `POST hostedcheckouts`: a session of the hosted page, registered when the shopper is at our checkout. Facts: SHEET.md. */
import type { PaymentRequest } from '../../payments/types.ts';
import type { StartedAttempt, StartRequest } from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { shopReference } from '../kit/order-numbers.ts';
import { withJsonFields } from '../kit/provider-fields.ts';
import { cut, ifFits } from '../kit/text.ts';
import { readCreatedCheckout, worldlineProblem } from './answers.ts';
import { callWorldline } from './api.ts';
import { hashOfReturnmac } from './returnmac.ts';
import type { WorldlineSettings } from './settings.ts';
import { worldlineJsonValue } from './shop-fields.ts';

/** A session ends after three hours. */
const SESSION_SECONDS = 3 * 3600;

/** A shopper who gives up is not told of: the first status query is due by then. */
const QUERY_AFTER_SECONDS = 30 * 60;

/** The language of the page where the shopper's is another one than the account's. */
const LOCALES: Readonly<Record<string, string>> = {
  cs: 'cs_CZ',
  da: 'da_DK',
  de: 'de_DE',
  en: 'en_GB',
  es: 'es_ES',
  fr: 'fr_FR',
  it: 'it_IT',
  nl: 'nl_NL',
  pl: 'pl_PL',
  pt: 'pt_PT',
  sv: 'sv_SE',
};

function localeOf(language: string | undefined, own: string): string {
  if (!language || own.startsWith(`${language}_`)) return own;
  return LOCALES[language] ?? own;
}

/** An object without the members that say nothing; undefined where none says anything. */
function filled(members: Readonly<Record<string, unknown>>): object | undefined {
  const said = Object.entries(members).filter(([, value]) => value !== undefined);
  return said.length > 0 ? Object.fromEntries(said) : undefined;
}

/** What is known of the shopper; it helps 3-D Secure. Parts that do not fit are left out. */
function customerOf({ customer }: PaymentRequest, id: string, locale: string) {
  const { address } = customer;
  const name = filled({ firstName: cut(customer.firstName, 15), surname: cut(customer.lastName, 70) });
  return {
    merchantCustomerId: id,
    locale,
    contactDetails: filled({
      emailAddress: ifFits(customer.email, 70),
      phoneNumber: ifFits(customer.phone?.replace(/[^+\d]/g, ''), 20),
    }),
    billingAddress: filled({
      street: cut(address?.line1, 50),
      additionalInfo: cut(address?.line2, 50),
      zip: ifFits(address?.postalCode, 10),
      city: cut(address?.city, 40),
      state: cut(address?.state, 35),
      countryCode: address?.country,
    }),
    personalInformation: name && { name },
  };
}

/** SALE takes the money at once. */
function authorizationMode({ payment, account }: StartRequest<WorldlineSettings>): string {
  const own = account.settings.authorization_mode;
  const isManual = payment.capture ? payment.capture === 'manual' : own !== 'SALE';
  if (!isManual) return 'SALE';
  return own === 'SALE' ? 'FINAL_AUTHORIZATION' : own;
}

function bodyOf(request: StartRequest<WorldlineSettings>): object {
  const { payment, account, order, urls } = request;
  const { settings } = account;
  const locale = localeOf(payment.customer.language, settings.locale);
  const mode = authorizationMode(request);
  return {
    order: {
      amountOfMoney: { amount: payment.amount, currencyCode: payment.currency },
      customer: customerOf(payment, request.id, locale),
      references: {
        merchantReference: order,
        // Comes back, and is how people find the order of the shop at the platform.
        merchantParameters: shopReference(payment, 1000),
      },
    },
    cardPaymentMethodSpecificInput: { authorizationMode: mode },
    mobilePaymentMethodSpecificInput: { authorizationMode: mode },
    redirectPaymentMethodSpecificInput: { requiresApproval: mode !== 'SALE' },
    hostedCheckoutSpecificInput: {
      locale,
      variant: settings.variant,
      returnUrl: addressWithin(512, urls.back),
      showResultPage: false,
      ...(settings.product_ids && {
        paymentProductFilters: { restrictTo: { products: settings.product_ids } },
      }),
    },
    feedbacks: { webhooksUrls: [addressWithin(325, urls.callback)] },
  };
}

/** Registers a session, and sends the shopper to its page. @throws Problem */
export async function startWorldline(request: StartRequest<WorldlineSettings>): Promise<StartedAttempt> {
  const { account, payment } = request;
  const { status, text } = await callWorldline({
    account,
    now: request.now,
    fetch: request.fetch,
    method: 'POST',
    path: '/hostedcheckouts',
    body: withJsonFields(
      bodyOf(request) as Readonly<Record<string, unknown>>,
      payment.providerFields,
      worldlineJsonValue,
    ),
  });
  if (status !== 201 && status !== 200) throw worldlineProblem('rejected the order', status, text);
  const { redirectUrl, returnmac, hostedCheckoutId } = readCreatedCheckout(text);
  return {
    redirect: { kind: 'url', method: 'GET', url: atOrigin(redirectUrl, account.endpoints.page) },
    providerState: { hostedCheckoutId, returnmacHash: hashOfReturnmac(returnmac) },
    bound: { hostedCheckoutId },
    goodForSeconds: SESSION_SECONDS,
    queryAfterSeconds: QUERY_AFTER_SECONDS,
  };
}
