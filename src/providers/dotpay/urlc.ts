/** The content of a notification (URLC) whose signature was checked, in its two formats. */
import { Refusal } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import type { ProviderUpdate } from '../contract.ts';
import { pick } from '../kit/form-message.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import { URLC_FIELDS } from './fields.ts';
import { refundNews } from './refund-names.ts';
import type { DotpaySettings } from './settings.ts';
import { DOTPAY_LEGACY_STATUSES, DOTPAY_OPERATIONS } from './statuses.ts';

type Values = ReadonlyMap<string, string>;

/** What an operator may want to see. */
const DETAIL = [
  'channel',
  'operation_datetime',
  'operation_related_number',
  'operation_commission_amount',
  'credit_card_masked_number',
  'credit_card_brand_codename',
  't_date',
  'email',
  'payer_bank_account_name',
  'orginal_amount',
];

/**
 * Reads a verified notification.
 * @param settings `mode` says which format it has; `id`, where it is there, is the shop that it must be for.
 * @throws Refusal wrong_account
 */
export function readUrlc(settings: Partial<DotpaySettings>, values: Values): ProviderUpdate {
  const id = values.get('id') ?? '';
  if (settings.id !== undefined && id !== settings.id) {
    throw new Refusal('wrong_account', `the message is for the shop ${id}`);
  }
  return settings.mode === 'legacy' ? readLegacy(values) : readOperation(values);
}

function readLegacy(values: Values): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  const outcome = meaningOf(DOTPAY_LEGACY_STATUSES, value('t_status'))?.outcome ?? 'none';
  return providerUpdate({
    order: value('control'),
    key: `${value('t_id')}/${value('t_status')}`,
    outcome,
    // The signed amount is in złoty. What was asked for stands beside it unsigned (`orginal_amount`, so spelt): for an order in
    // another currency no amount in it is proven, and the payment is a conflict for a person.
    amount: fromDecimal(value('amount'), 2),
    currency: 'PLN',
    movement: value('t_id'),
    ...(outcome === 'paid' && { providerState: { number: value('t_id') } }),
    providerReference: value('t_id') || null,
    providerStatus: value('t_status'),
    detail: pick(values, DETAIL),
  });
}

function readOperation(values: Values): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  const operation = `${value('operation_type')} ${value('operation_status')}`;
  const number = value('operation_number');
  const outcome = meaningOf(DOTPAY_OPERATIONS, operation)?.outcome ?? 'none';
  // The sign of a refund's amount is not documented. A payment has none.
  const signed = value('operation_original_amount');
  const amount = fromDecimal(value('operation_type') === 'refund' ? signed.replace(/^-/, '') : signed, 2);
  const after = URLC_FIELDS.slice(URLC_FIELDS.indexOf('description') + 1)
    .map(value)
    .join('');
  return providerUpdate({
    order: value('control'),
    key: `${number}/${operation}`,
    outcome,
    amount,
    currency: value('operation_original_currency') || null,
    movement: number,
    ...refundNews(operation, { number, amount, description: value('description'), after }),
    ...(outcome === 'paid' && { providerState: { number } }),
    providerReference: outcome === 'refunded' ? null : number || null,
    providerStatus: operation,
    detail: pick(values, DETAIL),
  });
}

/** An order number of ours (payments/id.ts). */
const CONTROL = /^[0-9A-HJKMNP-TV-Z]{16}\d\d$/;

/** What is signed in front of what counts and behind it has no colon, so that the colons of the rest move no border. */
const LEGACY_FORMS: Readonly<Record<string, RegExp>> = {
  id: /^\d{4,7}$/,
  control: CONTROL,
  t_id: /^[\w-]{1,64}$/,
  amount: /^\d{1,10}\.\d\d$/,
  t_status: /^\d$/,
};

const AMOUNT = /^-?\d{1,10}\.\d\d$/;

/** Everything that is signed up to `control`. What follows is free text: nothing in it counts but our own name for a refund. */
const FORMS: Readonly<Record<string, RegExp>> = {
  id: /^\d{4,7}$/,
  operation_number: /^M\d+-\d+$/,
  operation_type:
    /^(?:payment|payment_multimerchant_child|payment_multimerchant_parent|refund|payout|release_rollback|unidentified_payment|complaint)$/,
  operation_status: /^[a-z][a-z_]*$/,
  operation_amount: AMOUNT,
  operation_currency: /^[A-Z]{3}$/,
  operation_withdrawal_amount: /^(?:-?\d{1,10}\.\d\d)?$/,
  operation_commission_amount: /^(?:-?\d{1,10}\.\d\d)?$/,
  is_completed: /^(?:true|false)?$/i,
  operation_original_amount: AMOUNT,
  operation_original_currency: /^[A-Z]{3}$/,
  operation_datetime: /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)?$/,
  operation_related_number: /^(?:M\d+-\d+)?$/,
  control: CONTROL,
};

/**
 * Values are signed without separators (modes `dev` and `next`) or with a colon that a value may hold too (`legacy`), so that the
 * same text can be cut into other values. The forms of all values in front of the free text leave one way to cut it.
 * @throws Refusal field_missing
 */
export function requireUrlcForms(settings: DotpaySettings, values: Values): void {
  const forms = settings.mode === 'legacy' ? LEGACY_FORMS : FORMS;
  for (const [name, form] of Object.entries(forms)) {
    if (!form.test(values.get(name) ?? ''))
      throw new Refusal('field_missing', `${name} is missing or malformed`);
  }
}

/**
 * Whether a notification is about no order of ours: an operation of the account, a refund of the panel's that names no order, or what
 * another software on the same contract was paid. It is acknowledged, whatever else it says: any other answer makes Dotpay repeat it.
 */
export function isUrlcOfNoOrder(values: Values): boolean {
  return !CONTROL.test(values.get('control') ?? '');
}

/**
 * Requires that a payment was made in the account's environment. Mode `legacy` alone says it: it numbers payments of test with `-TST`.
 * @throws Refusal wrong_environment
 */
export function requireUrlcEnvironment(
  values: Values,
  mode: DotpaySettings['mode'],
  isProduction: boolean,
): void {
  if (mode !== 'legacy') return;
  const isTest = /^\d+-TST\d+$/.test(values.get('t_id') ?? '');
  if (isProduction && isTest)
    throw new Refusal('wrong_environment', 'the notification is about a payment of test (t_id)');
  if (!isProduction && !isTest)
    throw new Refusal('wrong_environment', 'the notification is not about a payment of test (t_id)');
}
