/**
 * What a shop may give as `providerFields`: members of the session that choose a means of payment or describe the order. A dot leads into
 * an object. Facts: SHEET.md, "Starting a payment".
 */
import { type ShopFields, shopFieldsOfForms, textUpTo, type ValueForm } from '../kit/provider-fields.ts';
import type { WorldlineSettings } from './settings.ts';

const LOCALE: ValueForm = { form: /^[a-z]{2}_[A-Z]{2}$/, says: 'looks like fr_FR' };

const PRODUCTS: ValueForm = {
  form: /^\d{1,5}(?:,\d{1,5}){0,49}$/,
  says: 'has numbers of means of payment with commas between them, such as 1,3,130',
};

const MINUTES: ValueForm = {
  form: /^(?:[1-9]\d?|1[0-7]\d|180)$/,
  says: 'is a number of minutes from 1 to 180',
};

const TRIES: ValueForm = { form: /^(?:[1-9]|10)$/, says: 'is a number from 1 to 10' };

const FORMS: Readonly<Record<string, ValueForm>> = {
  'hostedCheckoutSpecificInput.locale': LOCALE,
  'hostedCheckoutSpecificInput.variant': textUpTo(50),
  'hostedCheckoutSpecificInput.sessionTimeout': MINUTES,
  'hostedCheckoutSpecificInput.allowedNumberOfPaymentAttempts': TRIES,
  'hostedCheckoutSpecificInput.paymentProductFilters.restrictTo.products': PRODUCTS,
  'hostedCheckoutSpecificInput.paymentProductFilters.exclude.products': PRODUCTS,
  'order.references.descriptor': textUpTo(256),
  'order.references.merchantParameters': textUpTo(1000),
};

const RESERVED = new Set([
  'order.amountOfMoney.amount',
  'order.amountOfMoney.currencyCode',
  'order.references.merchantReference',
  'hostedCheckoutSpecificInput.returnUrl',
  'hostedCheckoutSpecificInput.showResultPage',
  'feedbacks.webhooksUrls',
  'feedbacks.webhookUrl',
  'cardPaymentMethodSpecificInput.authorizationMode',
]);

const FIELDS = shopFieldsOfForms(FORMS, RESERVED);

const RESTRICTION = 'hostedCheckoutSpecificInput.paymentProductFilters.restrictTo.products';

/** What shops of an account may give: its own choice of the means of payment may be narrowed, and not widened. */
export function worldlineShopFields({
  product_ids: offered,
}: Pick<WorldlineSettings, 'product_ids'>): ShopFields {
  return {
    ...FIELDS,
    problemOf(name, value) {
      const problem = FIELDS.problemOf?.(name, value) ?? null;
      if (problem !== null || name !== RESTRICTION || !offered) return problem;
      const other = value.split(',').find((number) => !offered.includes(Number(number)));
      return other === undefined ? null : `has ${other}, which this account does not offer`;
    },
  };
}

/** A shop's value as the JSON of a session has it. */
export function worldlineJsonValue(name: string, value: string): unknown {
  const form = FORMS[name];
  if (form === PRODUCTS) return value.split(',').map(Number);
  return form === MINUTES || form === TRIES ? Number(value) : value;
}
