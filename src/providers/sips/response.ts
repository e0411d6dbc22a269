/** What the bank sends: one opaque text, DATA, and what `response` makes of it. */
import { currencyByNumber } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import type { RawField } from '../../signing/form.ts';
import type { ProviderUpdate } from '../contract.ts';
import { withCard } from '../kit/card.ts';
import { ISSUER_ANSWERS, withReason } from '../kit/decline-reasons.ts';
import { providerUpdate } from '../kit/update.ts';
import { SIPS_ECHOED } from './parameters.ts';
import type { SipsSettings } from './settings.ts';
import { SIPS_DECLINES, sipsOutcome } from './statuses.ts';

/** The DATA of a message, form-decoded and untouched; null where it is missing or there are several. */
export function sipsDataOf(fields: readonly RawField[]): string | null {
  const found = fields.filter(({ name }) => name === 'DATA');
  return found.length === 1 && found[0] ? found[0].value : null;
}

/** Values that an operator sees. The card number comes masked. */
const DETAIL = [
  'payment_means',
  'payment_certificate',
  'authorisation_id',
  'card_number',
  'bank_response_code',
  'complementary_code',
  'complementary_info',
  'capture_mode',
  'capture_day',
  'transaction_id',
  'payment_date',
  'payment_time',
];

/** A transaction_id is one with or without zeros in front. */
function echoOf(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    SIPS_ECHOED.flatMap((name) => {
      const value = values[name] ?? '';
      return value === '' ? [] : [[name, name === 'transaction_id' ? value.padStart(6, '0') : value]];
    }),
  );
}

function updateOf(values: Readonly<Record<string, string>>): ProviderUpdate {
  const code = values.response_code ?? '';
  // A transaction_id begins anew every day.
  const transaction = `${values.payment_date ?? ''}/${values.transaction_id ?? ''}`;
  const amount = values.amount ?? '';
  return providerUpdate({
    order: values.order_id ?? '',
    key: `${transaction}/${code}`,
    outcome: sipsOutcome(code, values.capture_mode),
    amount: /^\d{1,12}$/.test(amount) ? Number(amount) : null,
    currency: currencyByNumber(values.currency_code ?? '')?.alpha ?? (values.currency_code || null),
    movement: transaction,
    echo: echoOf(values),
    providerReference: transaction,
    providerStatus: code,
    ...(code === '05'
      ? withReason(ISSUER_ANSWERS, values.bank_response_code)
      : withReason(SIPS_DECLINES, code)),
    ...withCard({ brand: values.payment_means, number: values.card_number }),
    detail: Object.fromEntries(DETAIL.flatMap((name) => (values[name] ? [[name, values[name] ?? '']] : []))),
  });
}

/**
 * Reads what `response` printed. Only code 0 is authentic, and only a message about this merchant counts.
 * @param values by the names of middleware.ts; amounts in minor units.
 * @throws Refusal
 */
export function readSipsResponse(
  settings: Partial<SipsSettings>,
  values: Readonly<Record<string, string>>,
): ProviderUpdate {
  if (values.code !== '0') {
    throw new Refusal(
      'signature_mismatch',
      `the middleware does not know this message: ${values.error ?? ''}`,
    );
  }
  if (settings.merchant_id !== undefined && values.merchant_id !== settings.merchant_id) {
    throw new Refusal('wrong_account', `the message is for the merchant ${values.merchant_id}`);
  }
  return updateOf(values);
}

/** What each position of an answer looks like; an empty one is left to the reader. */
const FORMS: Readonly<Record<string, RegExp>> = {
  amount: /^\d{1,12}$/,
  transaction_id: /^\d{1,6}$/,
  payment_date: /^\d{8}$/,
  currency_code: /^\d{3}$/,
  order_id: /^[A-Za-z0-9]{1,32}$/,
  capture_mode: /^[A-Z_]+$/,
};

/**
 * Checks that what `response` printed is an answer, each value at its own position. Our own request is encrypted under the same
 * certificate, and has no response_code.
 * @throws Refusal
 */
export function refuseSipsRequest(values: Readonly<Record<string, string>>): void {
  if (!/^\d\d$/.test(values.response_code ?? ''))
    throw new Refusal('field_missing', 'there is no response_code: DATA is a request, not an answer');
  for (const [name, form] of Object.entries(FORMS)) {
    const value = values[name] ?? '';
    if (value !== '' && !form.test(value))
      throw new Refusal('malformed', `${name} does not look like one: the positions are shifted`);
  }
}
