/**
 * What a verified message of Lyra's platform says (SHEET.md, "Notification (IPN)"): the form's fields, or the JSON of the REST API.
 *
 * The form's signature covers values alone, joined by `+`. Whoever sees a signed return can therefore give its values other names
 * in the same order. So a message must have every field that we rely on, each in its form, and where the signed text has it
 * (reading.ts).
 */
import * as v from 'valibot';
import { currencyByNumber } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate, UpdateOutcome } from '../contract.ts';
import { present } from '../kit/json-message.ts';
import type { LyraSettings } from './settings.ts';
import { lyraOutcome } from './statuses.ts';
import { firstWith, type LyraTransaction, lyraRestUpdate, lyraUpdate } from './transactions.ts';

/** A verified form's `vads_` fields by name. */
export type IpnValues = ReadonlyMap<string, string>;

/** What an operator sees of a message. The card number comes masked. */
const DETAIL = [
  'vads_result',
  'vads_extra_result',
  'vads_auth_result',
  'vads_auth_number',
  'vads_auth_mode',
  'vads_card_brand',
  'vads_card_number',
  'vads_threeds_status',
  'vads_warranty_result',
  'vads_sequence_number',
  'vads_url_check_src',
  'vads_trans_id',
  'vads_trans_date',
];

/** The fields that we rely on, each in its form. */
const FORMS: Readonly<Record<string, RegExp>> = {
  vads_action_mode: /^INTERACTIVE$/,
  vads_page_action: /^PAYMENT$/,
  vads_amount: /^\d{1,12}$/,
  vads_currency: /^\d{3}$/,
  vads_operation_type: /^(?:DEBIT|CREDIT|VERIFICATION)$/,
  vads_trans_date: /^\d{14}$/,
  vads_trans_id: /^[A-Za-z0-9]{6}$/,
  vads_trans_status: /^[A-Z_]+$/,
};

/** Outcomes of which each transaction is counted once, by its vads_trans_uuid. */
const NEEDS_UUID: ReadonlySet<UpdateOutcome> = new Set(['paid', 'authorized', 'reversed']);

/** @throws Refusal naming the field. */
function requireForms(values: IpnValues): void {
  for (const [name, form] of Object.entries(FORMS)) {
    if (!form.test(values.get(name) ?? ''))
      throw new Refusal('field_missing', `${name} is missing or malformed`);
  }
  const needsUuid = NEEDS_UUID.has(lyraOutcome(values.get('vads_trans_status') ?? ''));
  if (needsUuid && !/^[0-9a-f]{32}$/.test(values.get('vads_trans_uuid') ?? '')) {
    throw new Refusal('field_missing', 'vads_trans_uuid is missing or malformed');
  }
}

/** @throws Refusal when it is about another shop, or of test where money is real and the other way round. */
function requireOurs(
  settings: Partial<LyraSettings>,
  site: string | undefined,
  mode: string | undefined,
): void {
  if (settings.site_id !== undefined && site !== settings.site_id) {
    throw new Refusal('wrong_account', `the message is for the shop ${site}`);
  }
  if (settings.ctx_mode !== undefined && mode !== settings.ctx_mode) {
    throw new Refusal('wrong_environment', `the message is of the mode ${mode}`);
  }
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/**
 * What a message brings back of the form. Every debit that the shopper's form started has its number; refunds, and what is done in
 * the back office, have others of the gateway's own range.
 */
function echoOf(values: IpnValues): ProviderUpdate['echo'] {
  const id = values.get('vads_trans_id')?.toLowerCase() ?? '';
  if (values.get('vads_operation_type') === 'CREDIT' || /^9\d{5}$/.test(id)) return undefined;
  return { vads_trans_id: id, vads_trans_date: values.get('vads_trans_date') ?? '' };
}

/**
 * Reads a verified form. `order` is empty where there is no vads_order_id.
 * @throws Refusal when it is of another shop or mode, or lacks a field that we rely on.
 */
export function readIpn(settings: Partial<LyraSettings>, values: IpnValues): ProviderUpdate {
  requireForms(values);
  requireOurs(settings, values.get('vads_site_id'), values.get('vads_ctx_mode'));
  const status = values.get('vads_trans_status') ?? '';
  const isPartial = status === 'PARTIALLY_AUTHORISED';
  const numeric = values.get('vads_currency') ?? '';
  return lyraUpdate({
    order: values.get('vads_order_id') ?? '',
    uuid: values.get('vads_trans_uuid') ?? `${values.get('vads_trans_date')}/${values.get('vads_trans_id')}`,
    operationType: values.get('vads_operation_type') ?? '',
    status,
    amount: wholeNumber(values.get(isPartial ? 'vads_effective_amount' : 'vads_amount')),
    currency: currencyByNumber(numeric)?.alpha ?? numeric,
    echo: echoOf(values),
    detail: Object.fromEntries(
      DETAIL.flatMap((name) => (values.get(name) ? [[name, values.get(name) ?? '']] : [])),
    ),
  });
}

const TEXT = v.nullish(v.string());

/** kr-answer, as far as we read it. */
export const KR_ANSWER = v.object({
  shopId: TEXT,
  orderDetails: v.nullish(v.object({ orderId: TEXT, mode: TEXT })),
  transactions: v.nullish(
    v.array(
      v.object({
        uuid: TEXT,
        amount: v.nullish(v.number()),
        currency: TEXT,
        detailedStatus: TEXT,
        operationType: TEXT,
        transactionDetails: v.nullish(v.object({ effectiveAmount: v.exactOptional(v.nullable(v.number())) })),
      }),
    ),
  ),
});

type KrAnswer = v.InferOutput<typeof KR_ANSWER>;

/**
 * Reads a verified kr-answer. Declined tries may come before the success of the same order.
 * @throws Refusal when it is of another shop or mode, or has no transaction.
 */
export function readKrAnswer(settings: Partial<LyraSettings>, answer: KrAnswer): ProviderUpdate {
  requireOurs(settings, answer.shopId ?? undefined, answer.orderDetails?.mode ?? undefined);
  const transactions: readonly LyraTransaction[] = (answer.transactions ?? []).map(present);
  const transaction = firstWith(transactions, 'paid') ?? transactions[0];
  if (!transaction) throw new Refusal('field_missing', 'there is no transaction');
  return lyraRestUpdate(answer.orderDetails?.orderId ?? '', transaction);
}
