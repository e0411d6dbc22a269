/**
 * Przelewy24's older modes: 3.2 (`trnDirect`, `trnVerify`) and legacy (`index.php`, `transakcja.php`). A notification still has
 * to be verified by a call. Facts: SHEET.md; Przelewy24 technical manual 3.2 (2016-02-23).
 */
import type { PaymentRequest } from '../../payments/types.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type { ProviderUpdate, StartedAttempt, StartRequest, StatusQuery } from '../contract.ts';
import { addressWithin, atOrigin, backBy } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { pageLanguage } from '../kit/languages.ts';
import { pricedLines } from '../kit/line-items.ts';
import { withoutOrderNumbers } from '../kit/order-numbers.ts';
import { providerError } from '../kit/provider-error.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { cut, fullName } from '../kit/text.ts';
import { providerUpdate } from '../kit/update.ts';
import { p24Host, p24PosId } from './account.ts';
import { readP24Verification } from './messages.ts';
import { P24_LANGUAGES, type P24Settings } from './settings.ts';
import { signP24Form } from './signatures.ts';

type Entries = readonly (readonly [string, string | undefined])[];

/** Of `trnDirect`. */
function fieldsOf32({ payment, account, order, urls }: StartRequest<P24Settings>): Entries {
  const { settings } = account;
  const { customer } = payment;
  return [
    ['p24_merchant_id', settings.merchant_id],
    ['p24_pos_id', p24PosId(account)],
    ['p24_session_id', order],
    ['p24_amount', String(payment.amount)],
    ['p24_currency', payment.currency],
    ['p24_description', cut(payment.description, 1024) ?? withoutOrderNumbers(payment.reference)],
    ['p24_email', customer.email],
    ['p24_client', cut(fullName(payment), 50)],
    ['p24_country', customer.address?.country ?? 'PL'],
    ['p24_language', pageLanguage(customer.language, settings.lang, P24_LANGUAGES['3.2'])],
    ['p24_url_return', addressWithin(250, `${urls.back}?o=${order}`)],
    ['p24_url_status', addressWithin(250, urls.callback)],
    ['p24_api_version', '3.2'],
    ['p24_encoding', 'UTF-8'],
    ...linesOf32(payment),
  ];
}

/** What is bought, numbered from 1. */
function linesOf32(payment: PaymentRequest): Entries {
  return pricedLines(payment).flatMap(({ name, quantity, price }, index) => [
    [`p24_name_${index + 1}`, cut(name, 127)] as const,
    [`p24_quantity_${index + 1}`, String(quantity)] as const,
    [`p24_price_${index + 1}`, String(price)] as const,
  ]);
}

/** Of `index.php`. */
function fieldsOfLegacy({ payment, account, order, urls }: StartRequest<P24Settings>): Entries {
  const { customer } = payment;
  return [
    ['p24_session_id', order],
    ['p24_id_sprzedawcy', account.settings.merchant_id],
    ['p24_kwota', String(payment.amount)],
    ['p24_opis', cut(payment.description, 1024) ?? withoutOrderNumbers(payment.reference)],
    ['p24_email', customer.email],
    ['p24_klient', cut(fullName(payment), 50)],
    ['p24_language', pageLanguage(customer.language, account.settings.lang, P24_LANGUAGES.legacy)],
    ['p24_return_url_ok', addressWithin(250, backBy(urls, 'success'))],
    ['p24_return_url_error', addressWithin(250, backBy(urls, 'failure'))],
  ];
}

/** The signed form of `trnDirect` (3.2) or `index.php` (legacy). */
export function startP24Form(request: StartRequest<P24Settings>): StartedAttempt {
  const { account } = request;
  const { mode, crc } = account.settings;
  const legacy = mode === 'legacy';
  const fields = withProviderFields(
    (legacy ? fieldsOfLegacy(request) : fieldsOf32(request)).flatMap(([name, value]) =>
      value ? [[name, value] as const] : [],
    ),
    request.payment.providerFields,
  );
  const { signature } = signP24Form(mode, new Map(fields), crc);
  const { amount, currency } = request.payment;
  return {
    bound: { amount: String(amount), currency },
    redirect: {
      kind: 'form',
      method: 'POST',
      url: atOrigin(`${p24Host(account)}/${legacy ? 'index.php' : 'trnDirect'}`, account.endpoints.page),
      charset: 'utf-8',
      fields: [...fields, [legacy ? 'p24_crc' : 'p24_sign', signature] as const].map(([name, value]) => ({
        name,
        value,
      })),
    },
  };
}

/**
 * The status query: `trnVerify` or `transakcja.php` with our amount and currency, about the order that a verified
 * notification has named. Null where none has.
 * @throws Problem provider_error or provider_unreachable
 */
export async function queryP24Form(query: StatusQuery<P24Settings>): Promise<ProviderUpdate | null> {
  const { account, order, amount, currency, hint } = query;
  const { mode, merchant_id, crc } = account.settings;
  const { orderId } = hint;
  if (!orderId || !/^\d{1,15}$/.test(orderId)) return null;
  const legacy = mode === 'legacy';
  const fields: readonly (readonly [string, string])[] = legacy
    ? [
        ['p24_session_id', order],
        ['p24_order_id', orderId],
        ['p24_id_sprzedawcy', merchant_id],
        ['p24_kwota', String(amount)],
      ]
    : [
        ['p24_merchant_id', merchant_id],
        ['p24_pos_id', p24PosId(account)],
        ['p24_session_id', order],
        ['p24_amount', String(amount)],
        ['p24_currency', currency],
        ['p24_order_id', orderId],
      ];
  const { signature } = signP24Form(mode, new Map(fields), crc);
  const body = encodeForm([...fields, [legacy ? 'p24_crc' : 'p24_sign', signature]], charset('utf-8')) ?? '';
  const url = atOrigin(
    `${p24Host(account)}/${legacy ? 'transakcja.php' : 'trnVerify'}`,
    account.endpoints.api,
  );
  const { status, text } = await callApi(query.fetch, url, {
    headers: { 'content-type': FORM },
    body,
  });
  const { isVerified, code } = readP24Verification(mode, text);
  if (status !== 200 || !isVerified) {
    throw providerError(`Przelewy24 did not verify the payment: ${status} ${code}`, text);
  }
  return providerUpdate({
    order,
    key: `${orderId}/2`,
    outcome: 'paid',
    amount,
    currency,
    movement: orderId,
    providerReference: orderId,
    providerStatus: '2',
  });
}
