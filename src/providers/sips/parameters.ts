/** The parameters of a payment, as `request` takes them. */
import { currency } from '../../payments/currencies.ts';
import type { StartRequest } from '../contract.ts';
import { addressWithin, backBy } from '../kit/addresses.ts';
import { sixDigits } from '../kit/number-space.ts';
import { type ShopFields, withProviderFields } from '../kit/provider-fields.ts';
import { ASCII, cut, ifFits, type Takes } from '../kit/text.ts';
import { REQUEST_PARAMETERS } from './middleware.ts';
import type { SipsSettings } from './settings.ts';

/** Parameters that a shop cannot set: they decide what is paid, to whom, and where the result is sent. */
const RESERVED = new Set([
  'merchant_id',
  'merchant_country',
  'amount',
  'currency_code',
  'transaction_id',
  'order_id',
  'normal_return_url',
  'cancel_return_url',
  'automatic_response_url',
  'capture_mode',
  'capture_day',
]);

/** What a shop may give. */
export const SIPS_SHOP_FIELDS: ShopFields = {
  reserved: RESERVED,
  allows: (name) => REQUEST_PARAMETERS.has(name),
};

const LANGUAGES = new Set(['fr', 'en', 'de', 'es', 'it']);

/** A `!` in a value would shift all later positions of what comes back. */
function withoutBangs(value: string): string {
  return value.replaceAll('!', '');
}

const takes: Takes = (character) => ASCII(character) && character !== '!';

function parametersOfPayment(
  request: StartRequest<SipsSettings>,
  number: number,
): (readonly [string, string])[] {
  const { payment, account, urls, order } = request;
  const { settings } = account;
  const { language, email, ip } = payment.customer;
  const capture = payment.capture
    ? { manual: 'VALIDATION', automatic: 'AUTHOR_CAPTURE' }[payment.capture]
    : settings.capture_mode;
  const entries: (readonly [string, string | undefined])[] = [
    ['merchant_id', settings.merchant_id],
    ['merchant_country', settings.merchant_country],
    ['amount', String(payment.amount)],
    ['currency_code', currency(payment.currency)?.numeric],
    ['transaction_id', sixDigits(settings.transaction_numbers, number)],
    ['order_id', order],
    ['normal_return_url', addressWithin(512, backBy(urls, 'success'))],
    ['cancel_return_url', addressWithin(512, backBy(urls, 'cancel'))],
    ['automatic_response_url', addressWithin(512, `${urls.callback}?o=${order}`)],
    ['language', language && LANGUAGES.has(language) ? language : undefined],
    ['payment_means', settings.payment_means],
    ['capture_mode', capture],
    ['capture_day', settings.capture_day],
    ['customer_email', ifFits(email, 128, takes)],
    ['customer_ip_address', ip],
    ['caddie', cut(payment.description, 200, takes)],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

/**
 * The parameters of one attempt, those of the shop (`providerFields`) among them.
 * @param number the transaction_id: new on each day, from 0.
 * @throws Problem misconfigured when an address of ours is too long.
 */
export function sipsParameters(
  request: StartRequest<SipsSettings>,
  number: number,
): Readonly<Record<string, string>> {
  const parameters = withProviderFields(parametersOfPayment(request, number), request.payment.providerFields);
  return Object.fromEntries(parameters.map(([name, value]) => [name, withoutBangs(value)] as const));
}

/** Parameters that every message about the attempt repeats. */
export const SIPS_ECHOED = ['transaction_id', 'currency_code'] as const;

/** What of a request comes back the same. */
export function sipsBound(parameters: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(SIPS_ECHOED.map((name) => [name, parameters[name] ?? '']));
}
