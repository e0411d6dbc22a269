/** Paypage POST: the address of the page, and the Data of a payment before it is sealed. */
import { currency } from '../../payments/currencies.ts';
import type { ProviderAccount, StartRequest } from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { sixDigits } from '../kit/number-space.ts';
import { shopReference } from '../kit/order-numbers.ts';
import { type ShopFields, withProviderFields } from '../kit/provider-fields.ts';
import { cut, ifFits } from '../kit/text.ts';
import type { DataPair } from './data.ts';
import { partPairs } from './parts.ts';
import { SIPS2_ECHOED } from './response.ts';
import type { Sips2Settings } from './settings.ts';

const HOSTS = {
  sips: {
    simu: 'payment-webinit.simu.sips-services.com',
    test: 'payment-webinit.test.sips-services.com',
    prod: 'payment-webinit.sips-services.com',
  },
  mercanet: {
    simu: 'payment-webinit.simu.mercanet.com',
    test: 'payment-webinit-mercanet.test.sips-services.com',
    prod: 'payment-webinit.mercanet.com',
  },
  sherlocks: {
    simu: 'sherlocks-payment-webinit-simu.secure.lcl.fr',
    test: 'payment-webinit.test.sips-services.com',
    prod: 'sherlocks-payment-webinit.secure.lcl.fr',
  },
  sogenactif: {
    simu: 'payment-webinit.simu.sogenactif.com',
    test: 'payment-webinit.test.sips-services.com',
    prod: 'payment-webinit.sogenactif.com',
  },
  scellius: {
    simu: 'payment-webinit-simu.scellius.labanquepostale.fr',
    test: 'payment-webinit.test.sips-services.com',
    prod: 'payment-webinit.scellius.labanquepostale.fr',
  },
} as const;

/** The address of the page. */
export function sips2Page({ environment, endpoints, settings }: ProviderAccount<Sips2Settings>): string {
  const { brand, platform } = settings;
  const stage = environment === 'production' ? 'prod' : platform === 'prod' ? 'test' : platform;
  return atOrigin(`https://${HOSTS[brand][stage]}/paymentInit`, endpoints.page);
}

/** Names that a shop cannot set: they decide what is paid, to whom, and where the result is sent. */
const RESERVED = new Set([
  'Data',
  'Seal',
  'SealAlgorithm',
  'InterfaceVersion',
  'Encode',
  'amount',
  'currencyCode',
  'merchantId',
  'keyVersion',
  'normalReturnUrl',
  'automaticResponseUrl',
  'transactionReference',
  's10TransactionReference.s10TransactionId',
  'orderId',
  'captureMode',
  'captureDay',
]);

/** Containers of a buyer, with their fields. */
const CONTACTS = ['billingContact', 'customerContact', 'holderContact', 'deliveryContact'].flatMap(
  (container) => ['email', 'firstname', 'lastname', 'phone'].map((name) => `${container}.${name}`),
);
const ADDRESSES = ['billingAddress', 'customerAddress', 'deliveryAddress'].flatMap((container) =>
  ['street', 'zipCode', 'city', 'country'].map((name) => `${container}.${name}`),
);

/** Names that a shop can set: of requests alone. Our key signs them in the form of an answer, which has names of its own. */
const SHOP_NAMES = new Set([
  'orderChannel',
  'paymentMeanBrandList',
  'customerId',
  'customerLanguage',
  'customerIpAddress',
  'returnContext',
  'statementReference',
  'templateName',
  'merchantSessionId',
  'paypageData.bypassReceiptPage',
  'responseEncoding',
  ...CONTACTS,
  ...ADDRESSES,
]);

/** What a shop may give. */
export const SIPS2_SHOP_FIELDS: ShopFields = {
  reserved: RESERVED,
  allows: (name) => SHOP_NAMES.has(name) || /^fraudData\.[A-Za-z]+$/.test(name),
};

/** There is no escaping: a bar would start a new pair. */
function withoutBars(value: string): string {
  return value.replaceAll('|', ' ');
}

/** A text for people. */
function text(value: string | null | undefined, limit: number): string | undefined {
  return cut(withoutBars(value ?? ''), limit);
}

function captureMode({ payment, account }: StartRequest<Sips2Settings>): string {
  const { capture_mode } = account.settings;
  if (payment.capture === 'manual') return 'VALIDATION';
  return payment.capture === 'automatic' && capture_mode === 'VALIDATION' ? 'AUTHOR_CAPTURE' : capture_mode;
}

function pairsOfPayment(request: StartRequest<Sips2Settings>, s10: number | null): DataPair[] {
  const { payment, account, urls, order } = request;
  const { customer } = payment;
  const { settings } = account;
  const entries: (readonly [string, string | undefined])[] = [
    ['amount', String(payment.amount)],
    ['currencyCode', currency(payment.currency)?.numeric],
    ['merchantId', settings.merchant_id],
    ['keyVersion', settings.key_version],
    ['normalReturnUrl', addressWithin(512, urls.back)],
    ['automaticResponseUrl', addressWithin(512, urls.callback)],
    s10 === null
      ? ['transactionReference', order]
      : ['s10TransactionReference.s10TransactionId', sixDigits(settings.s10_numbers, s10)],
    ['orderId', order],
    ['captureMode', captureMode(request)],
    ['captureDay', settings.capture_day],
    ['orderChannel', 'INTERNET'],
    ['paymentMeanBrandList', settings.payment_means],
    ['customerLanguage', customer.language],
    ['customerIpAddress', customer.ip],
    ['customerContact.email', ifFits(customer.email, 128, (character) => character !== '|')],
    ['customerContact.firstname', text(customer.firstName, 50)],
    ['customerContact.lastname', text(customer.lastName, 50)],
    ['returnContext', text(payment.description, 255) ?? shopReference(payment, 255)],
    ...partPairs(payment, order, request.now.getTime()),
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

/**
 * The pairs of Data for one attempt, those of the shop (`providerFields`) among them.
 * @param s10 the number of a SIPS 1 style transaction, new on each day; null where transactionReference names it.
 * @throws Problem misconfigured when an address of ours is too long; unavailable when there is no number left.
 */
export function sips2Pairs(request: StartRequest<Sips2Settings>, s10: number | null): readonly DataPair[] {
  return withProviderFields(pairsOfPayment(request, s10), request.payment.providerFields).map(
    ([name, value]) => [name, withoutBars(value)] as const,
  );
}

/**
 * What of a request comes back the same: an answer about other money or another attempt is not this attempt's.
 * @param pairs those of the request.
 */
export function sips2Bound(pairs: readonly DataPair[]): Readonly<Record<string, string>> {
  const sent = new Map(pairs);
  return Object.fromEntries(
    SIPS2_ECHOED.flatMap(([name, request = name]) => {
      const value = sent.get(request);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
