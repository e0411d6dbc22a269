/** The content of a notification (URLC) whose signature was checked, in its two formats. */
import { Refusal } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import type { ProviderUpdate } from '../contract.ts';
import { meaningOf } from '../kit/statuses.ts';
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
];

function detailOf(values: Values): Record<string, string> {
  return Object.fromEntries(
    DETAIL.flatMap((name) => (values.get(name) ? [[name, values.get(name) ?? '']] : [])),
  );
}

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
  // The signed amount is in złoty. The asked amount stands beside it, unsigned (`orginal_amount`, so spelt).
  const [originalAmount = '', currency = 'PLN'] = value('orginal_amount').split(' ');
  const outcome = meaningOf(DOTPAY_LEGACY_STATUSES, value('t_status'))?.outcome ?? 'none';
  return {
    kind: 'update',
    order: value('control'),
    key: `${value('t_id')}/${value('t_status')}`,
    outcome,
    amount: currency === 'PLN' ? fromDecimal(value('amount'), 2) : fromDecimal(originalAmount, 2),
    currency,
    movement: value('t_id'),
    ...(outcome === 'paid' && { providerState: { number: value('t_id') } }),
    providerReference: value('t_id') || null,
    providerStatus: value('t_status'),
    detail: detailOf(values),
  };
}

function readOperation(values: Values): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  const operation = `${value('operation_type')} ${value('operation_status')}`;
  const number = value('operation_number');
  const outcome = meaningOf(DOTPAY_OPERATIONS, operation)?.outcome ?? 'none';
  // The sign of a refund's amount is not documented.
  const amount = fromDecimal(value('operation_original_amount').replace(/^-/, ''), 2);
  return {
    kind: 'update',
    order: value('control'),
    key: `${number}/${operation}`,
    outcome,
    amount,
    currency: value('operation_original_currency') || null,
    movement: number,
    ...(operation === 'refund rejected' && { declines: { kind: 'refund' as const, amount } }),
    ...(outcome === 'paid' && { providerState: { number } }),
    providerReference: outcome === 'refunded' ? null : number || null,
    providerStatus: operation,
    detail: detailOf(values),
  };
}

const FORMS: Readonly<Record<string, RegExp>> = {
  id: /^\d{4,7}$/,
  operation_number: /^M\d+-\d+$/,
  operation_type: /^[a-z_]+$/,
  operation_status: /^[a-z_]+$/,
  operation_amount: /^-?\d+\.\d\d$/,
  operation_currency: /^[A-Z]{3}$/,
  operation_original_amount: /^-?\d+\.\d\d$/,
  operation_original_currency: /^[A-Z]{3}$/,
  control: /^[0-9A-Z]{18}$/,
};

/**
 * In the modes `dev` and `next` the values are signed without separators, so that the same text can be cut into other values.
 * The forms of the values leave one way to cut it.
 * @throws Refusal field_missing
 */
export function requireUrlcForms(settings: DotpaySettings, values: Values): void {
  if (settings.mode === 'legacy') return;
  for (const [name, form] of Object.entries(FORMS)) {
    if (!form.test(values.get(name) ?? ''))
      throw new Refusal('field_missing', `${name} is missing or malformed`);
  }
}
