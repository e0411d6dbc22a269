/**
 * What a shop may give as `providerFields`: the optional fields of each register call that choose a means of payment or describe the
 * order and the payer. Facts: SHEET.md, "Starting a payment". Not among them: stored cards, and a BLIK code, which is good for two
 * minutes while the order is registered when the shopper is there.
 */
import { type ShopFields, shopFieldsOfForms, textUpTo, type ValueForm } from '../kit/provider-fields.ts';
import type { PayuSettings } from './settings.ts';

const SECONDS: ValueForm = { form: /^[1-9]\d{1,8}$/, says: 'is a number of seconds' };

const DELIVERY = {
  'buyer.delivery.street': textUpTo(255),
  'buyer.delivery.postalBox': textUpTo(255),
  'buyer.delivery.postalCode': textUpTo(255),
  'buyer.delivery.city': textUpTo(255),
  'buyer.delivery.state': textUpTo(255),
  'buyer.delivery.countryCode': { form: /^[A-Z]{2}$/, says: 'is a country of ISO 3166-1, as PL' },
  'buyer.delivery.name': textUpTo(255),
  'buyer.delivery.recipientName': textUpTo(255),
  'buyer.delivery.recipientEmail': textUpTo(255),
  'buyer.delivery.recipientPhone': textUpTo(255),
};

const REST = {
  additionalDescription: textUpTo(1024),
  visibleDescription: textUpTo(80),
  statementDescription: textUpTo(22),
  validityTime: SECONDS,
  'payMethods.payMethod.type': { form: /^(?:PBL|PAYMENT_WALL)$/, says: 'is PBL or PAYMENT_WALL' },
  'payMethods.payMethod.value': { form: /^\w{1,20}$/, says: 'is a code of the method, as blik' },
  'buyer.extCustomerId': textUpTo(255),
  'buyer.nin': textUpTo(32),
  ...DELIVERY,
};

const LEGACY = {
  // `t` is a payment of test: that is for the account to say.
  pay_type: { form: /^(?!t$)\w{1,10}$/, says: 'is a code of the method, and not that of tests' },
  desc2: textUpTo(1024),
  trsDesc: textUpTo(27),
  street: textUpTo(100),
  street_hn: textUpTo(10),
  street_an: textUpTo(10),
  city: textUpTo(100),
  post_code: textUpTo(20),
  country: { form: /^[A-Z]{2}$/, says: 'is a country of ISO 3166-1, as PL' },
  phone: textUpTo(100),
};

const RESERVED = new Set([
  ...[
    'notifyUrl',
    'continueUrl',
    'customerIp',
    'merchantPosId',
    'description',
    'currencyCode',
    'totalAmount',
  ],
  ...['extOrderId', 'buyer', 'products', 'payMethods'],
]);

export const PAYU_SHOP_FIELDS: Readonly<Record<PayuSettings['mode'], ShopFields>> = {
  rest: shopFieldsOfForms(REST, RESERVED),
  legacy: shopFieldsOfForms(LEGACY),
};
