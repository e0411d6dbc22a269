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
import { pick } from '../kit/form-message.ts';
import { present } from '../kit/json-message.ts';
import { providerUpdate } from '../kit/update.ts';
import type { IpnValues } from './reading.ts';
import { isDivided, partsOf } from './schedule.ts';
import type { LyraSettings } from './settings.ts';
import { lyraOrderOutcome, lyraOutcome } from './statuses.ts';
import { toldOf } from './told.ts';
import { firstWith, type LyraTransaction, lyraRestUpdate, lyraUpdate } from './transactions.ts';

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
const FORMS = Object.entries({
  vads_action_mode: /^INTERACTIVE$/,
  vads_page_action: /^PAYMENT$/,
  vads_amount: /^\d{1,12}$/,
  vads_currency: /^\d{3}$/,
  vads_trans_date: /^\d{14}$/,
  vads_trans_id: /^[A-Za-z0-9]{6}$/,
  vads_trans_status: /^[A-Z_]+$/,
});

/** Outcomes that need an operation type, and of which each transaction is counted once, by its vads_trans_uuid. */
const MOVES_MONEY: ReadonlySet<UpdateOutcome> = new Set(['paid', 'authorized', 'reversed']);

const OPERATION_TYPE = /^(?:DEBIT|CREDIT|VERIFICATION)$/;

/** @throws Refusal naming the field. */
function requireForms(values: IpnValues): void {
  for (const [name, form] of FORMS) {
    if (!form.test(values.get(name) ?? ''))
      throw new Refusal('field_missing', `${name} is missing or malformed`);
  }
  const movesMoney = MOVES_MONEY.has(lyraOutcome(values.get('vads_trans_status') ?? ''));
  const type = values.get('vads_operation_type') ?? '';
  // Neither is sent where the shopper gave up.
  if ((movesMoney || type !== '') && !OPERATION_TYPE.test(type))
    throw new Refusal('field_missing', 'vads_operation_type is missing or malformed');
  if (movesMoney && !/^[0-9a-f]{32}$/.test(values.get('vads_trans_uuid') ?? '')) {
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
 * What the transaction is for, in minor units; null: the message does not say. Where a payment is in several parts, vads_amount is the
 * whole, and vads_effective_amount the part; where the merchant has lowered it, vads_effective_amount is what is left. In another
 * currency than the payment's it says neither.
 */
function amountOf(values: IpnValues): number | null {
  const whole = wholeNumber(values.get('vads_amount'));
  const effective = wholeNumber(values.get('vads_effective_amount'));
  const isOurs =
    (values.get('vads_effective_currency') || values.get('vads_currency')) === values.get('vads_currency');
  if (values.get('vads_operation_type') === 'CREDIT') return whole;
  if (values.get('vads_trans_status') === 'PARTIALLY_AUTHORISED') return effective;
  if (whole !== null && effective !== null && isOurs) return Math.min(whole, effective);
  return isDivided(configOf(values)) ? partIn(values) : whole;
}

function configOf(values: IpnValues): string {
  return values.get('vads_payment_config') ?? '';
}

/** The part that the schedule has for a message's place in it, in minor units. */
function partIn(values: IpnValues): number | null {
  const parts = partsOf(configOf(values), wholeNumber(values.get('vads_amount')) ?? 0);
  return parts[Number(values.get('vads_sequence_number')) - 1] ?? null;
}

/**
 * Whether several values of the signed text may be the amount of the transaction: names are not signed, and only a date beside it
 * shows which value is vads_effective_amount, or for which part the message is. The first part of a payment in several counts without
 * it: the message that a shopper holds is about that part, and another value can neither raise nor lower it.
 */
export function isAmountOpen(values: IpnValues, isSure: boolean): boolean {
  if (isSure || values.get('vads_operation_type') === 'CREDIT') return false;
  if (values.get('vads_trans_status') === 'PARTIALLY_AUTHORISED') return true;
  const whole = wholeNumber(values.get('vads_amount')) ?? 0;
  const [expected] = isDivided(configOf(values)) ? partsOf(configOf(values), whole) : [whole];
  // Another value, a postal code say, may have got the name: it would take from what was paid, or add to it.
  return amountOf(values) !== expected;
}

/**
 * Reads a verified form. `order` is empty where there is no vads_order_id.
 * @throws Refusal when it is of another shop or mode, or lacks a field that we rely on.
 */
export function readIpn(settings: Partial<LyraSettings>, values: IpnValues): ProviderUpdate {
  requireForms(values);
  requireOurs(settings, values.get('vads_site_id'), values.get('vads_ctx_mode'));
  const status = values.get('vads_trans_status') ?? '';
  const numeric = values.get('vads_currency') ?? '';
  return lyraUpdate({
    order: values.get('vads_order_id') ?? '',
    uuid: values.get('vads_trans_uuid') || `${values.get('vads_trans_date')}/${values.get('vads_trans_id')}`,
    operationType: values.get('vads_operation_type') ?? '',
    status,
    amount: amountOf(values),
    currency: currencyByNumber(numeric)?.alpha ?? numeric,
    echo: echoOf(values),
    ...toldOf(values),
    detail: pick(values, DETAIL),
  });
}

const TEXT = v.nullish(v.string());

const MAYBE_TEXT = v.exactOptional(v.nullable(v.string()));
const MAYBE_NUMBER = v.exactOptional(v.nullable(v.number()));

/** What decides nothing: of whatever type it is, the message counts. */
const SHOWN = v.exactOptional(v.unknown());

/** kr-answer, as far as we read it. */
export const KR_ANSWER = v.object({
  shopId: TEXT,
  orderStatus: TEXT,
  orderDetails: v.nullish(v.object({ orderId: TEXT, mode: TEXT, orderCurrency: TEXT })),
  transactions: v.nullish(
    v.array(
      v.object({
        uuid: TEXT,
        shopId: TEXT,
        orderDetails: v.nullish(v.object({ orderId: MAYBE_TEXT })),
        amount: v.nullish(v.number()),
        currency: TEXT,
        detailedStatus: TEXT,
        operationType: TEXT,
        transactionDetails: v.nullish(
          v.object({
            effectiveAmount: MAYBE_NUMBER,
            effectiveCurrency: MAYBE_TEXT,
            parentTransactionUuid: MAYBE_TEXT,
            liabilityShift: SHOWN,
            cardDetails: v.exactOptional(
              v.nullable(
                v.object({
                  effectiveBrand: SHOWN,
                  pan: SHOWN,
                  expiryMonth: SHOWN,
                  expiryYear: SHOWN,
                  authorizationResponse: SHOWN,
                  captureResponse: v.exactOptional(v.nullable(v.object({ refundAmount: MAYBE_NUMBER }))),
                }),
              ),
            ),
          }),
        ),
      }),
    ),
  ),
});

type KrAnswer = v.InferOutput<typeof KR_ANSWER>;

/**
 * Reads a verified kr-answer: each of its transactions is an update of its own. The one with the most to say comes first: paid, held,
 * in progress, or else the newest.
 * @throws Refusal when it is of another shop or mode, or says neither what became of the order nor of a transaction.
 */
export function readKrAnswer(settings: Partial<LyraSettings>, answer: KrAnswer): ProviderUpdate {
  requireOurs(settings, answer.shopId ?? undefined, answer.orderDetails?.mode ?? undefined);
  const order = answer.orderDetails?.orderId ?? '';
  const transactions: readonly LyraTransaction[] = (answer.transactions ?? []).map(present);
  const first =
    firstWith(transactions, 'paid') ??
    firstWith(transactions, 'authorized') ??
    firstWith(transactions, 'pending') ??
    transactions.at(-1);
  if (!first) return orderUpdate(order, answer);
  const also = transactions.filter((one) => one !== first).map((one) => lyraRestUpdate(order, one));
  return { ...lyraRestUpdate(order, first), ...(also.length > 0 && { also }) };
}

/**
 * What an answer says of an order that nobody has tried to pay.
 * @throws Refusal when it claims more.
 */
function orderUpdate(order: string, { orderStatus, orderDetails }: KrAnswer): ProviderUpdate {
  const said = orderStatus ?? '';
  const outcome = lyraOrderOutcome(said);
  if (outcome === null) throw new Refusal('field_missing', 'there is no transaction');
  return providerUpdate({
    order,
    key: `order/${said}`,
    outcome,
    currency: orderDetails?.orderCurrency ?? null,
    movement: order,
    providerStatus: said,
  });
}
