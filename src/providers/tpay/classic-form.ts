/** The redirect of the classic protocol: a form for `https://secure.tpay.com`, signed with `md5sum`. Facts: SHEET.md. */
import { decimal } from '../../payments/money.ts';
import type { StartedAttempt, StartRequest } from '../contract.ts';
import { addressWithin, atOrigin, backBy } from '../kit/addresses.ts';
import { pageLanguage } from '../kit/languages.ts';
import { type ShopFields, withProviderFields } from '../kit/provider-fields.ts';
import { cut, fullName, ifFits } from '../kit/text.ts';
import { TPAY_LANGUAGES, type TpaySettings } from './settings.ts';
import { signClassicForm } from './signatures.ts';

/** Fields that a shop may not set. */
const RESERVED = new Set(['id', 'amount', 'crc', 'md5sum', 'result_url', 'return_url', 'return_error_url']);

/** Fields that only a shop sets. */
const SHOP_NAMES = new Set(['group', 'online', 'accept_tos', 'merchant_description', 'custom_description']);

/** What a shop may give. */
export const TPAY_SHOP_FIELDS: ShopFields = { reserved: RESERVED, allows: (name) => SHOP_NAMES.has(name) };

/** The signed form. */
export function classicForm(request: StartRequest<TpaySettings>): StartedAttempt {
  const { payment, account, order, urls } = request;
  const { settings } = account;
  const { customer } = payment;
  const entries: (readonly [string, string | undefined])[] = [
    ['id', settings.id],
    ['amount', decimal(payment.amount, 2)],
    ['description', cut(payment.description, 128) ?? payment.reference],
    ['crc', order],
    ['result_url', addressWithin(512, urls.callback)],
    ['return_url', addressWithin(512, backBy(urls, 'success'))],
    ['return_error_url', addressWithin(512, backBy(urls, 'failure'))],
    ['language', pageLanguage(customer.language, settings.lang, TPAY_LANGUAGES).toUpperCase()],
    ['email', ifFits(customer.email, 64)],
    ['name', cut(fullName(payment), 64)],
    ['address', cut(customer.address?.line1, 64)],
    ['city', cut(customer.address?.city, 32)],
    ['zip', ifFits(customer.address?.postalCode, 10)],
    ['country', customer.address?.country],
    ['phone', ifFits(customer.phone, 16)],
  ];
  const fields = withProviderFields(
    entries.flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
    payment.providerFields,
  );
  const { signature } = signClassicForm(settings, fields);
  return {
    redirect: {
      kind: 'form',
      method: 'POST',
      url: atOrigin('https://secure.tpay.com/', account.endpoints.page),
      charset: 'utf-8',
      fields: [...fields, ['md5sum', signature] as const].map(([name, value]) => ({ name, value })),
    },
  };
}
