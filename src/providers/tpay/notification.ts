/** The content of a notification whose signatures were checked: the same form for both request protocols. */
import * as v from 'valibot';
import { Refusal } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import type { ProviderUpdate } from '../contract.ts';
import { withCard } from '../kit/card.ts';
import { formFields, pick } from '../kit/form-message.ts';
import { fewValues, parseMessage, readMembers } from '../kit/json-message.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import { hasOlderApi } from './chargeback.ts';
import type { TpaySettings } from './settings.ts';
import { TPAY_STATUSES } from './statuses.ts';

/** What an operator may want to see. */
const DETAIL = ['tr_date', 'tr_error', 'tr_channel', 'test_mode', 'card_tail', 'card_brand'];

/** `tr_error` where another sum than asked has come: less, or more. */
const WRONG_SUMS: ReadonlySet<string> = new Set(['surcharge', 'overpay']);

/**
 * Reads a verified notification.
 * @param settings `id`, where it is there, is the merchant that it must be for.
 * @throws Refusal wrong_account
 */
export function readTpayNotification(
  settings: Partial<TpaySettings>,
  values: ReadonlyMap<string, string>,
): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  if (settings.id !== undefined && value('id') !== settings.id) {
    throw new Refusal('wrong_account', `the message is for the merchant ${value('id')}`);
  }
  const status = value('tr_status').toUpperCase();
  const title = value('tr_id');
  const stated = meaningOf(TPAY_STATUSES, status)?.outcome ?? 'none';
  const paid = value('tr_paid') || value('tr_amount');
  // Another sum than asked has come and is not accepted: the merchant takes it or sends it back, in tpay's panel.
  const isHeldUp = stated === 'denied' && WRONG_SUMS.has(value('tr_error').toLowerCase());
  const outcome = isHeldUp ? 'pending' : stated;
  return providerUpdate({
    order: value('tr_crc'),
    key: `${title}/${status}/${paid}`,
    outcome,
    amount: fromDecimal(paid, 2),
    currency: value('tr_currency') || 'PLN',
    // Refunds of one transaction have no numbers. Those of different amounts are different ones.
    movement: outcome === 'refunded' ? `${title}/${status}/${paid}` : title,
    echo: { title },
    ...(isHeldUp && { pendingReason: 'person_needed' }),
    // Two refunds of one amount are told alike. How many there were, the list says.
    ...(outcome === 'refunded' &&
      (settings.mode === 'openapi' || hasOlderApi(settings)) && { ask: { refunded: paid } }),
    ...((outcome === 'paid' || outcome === 'refunded') && { providerState: { title } }),
    providerReference: title || null,
    providerStatus: status,
    // Without a JWS nobody signs what stands here.
    ...(settings.require_jws && withCard({ brand: value('card_brand'), number: value('card_tail') })),
    detail: pick(values, DETAIL),
  });
}

const FORMS: Readonly<Record<string, RegExp>> = {
  tr_id: /^TR-[\w-]{1,60}$/,
  tr_amount: /^\d{1,9}\.\d\d$/,
};

/** An order number of ours (payments/id.ts). */
const OURS = /^[0-9A-HJKMNP-TV-Z]{16}\d\d$/;

/**
 * `md5sum` joins its values without separators, and without `tr_id` it would be the `md5sum` of a form of ours (recipe
 * `concat`): these values have to be there, in their forms. `tr_id` begins with a letter where the form has its amount.
 * @throws Refusal field_missing
 */
export function requireTpayForms(values: ReadonlyMap<string, string>): void {
  for (const [name, form] of Object.entries(FORMS)) {
    if (!form.test(values.get(name) ?? ''))
      throw new Refusal('field_missing', `${name} is missing or malformed`);
  }
}

/** Notifications that are sent from the panel to try it out. */
const PANEL_TEST = /^TR-[A-Z0-9]+-TST\d+X$/;

/**
 * Whether a message is about no payment of ours: one that the panel has sent to try the address out, about no order or on an account
 * whose money is real. It is acknowledged.
 */
export function isTpayTrial(values: ReadonlyMap<string, string>, isProduction: boolean): boolean {
  if (!PANEL_TEST.test(values.get('tr_id') ?? '')) return false;
  return isProduction || !OURS.test(values.get('tr_crc') ?? '');
}

/**
 * Whether a message is about no order of ours: another software's on the same contract, or a payment link of the panel's. Rightly signed,
 * it is acknowledged, because any other answer makes tpay repeat it, or send the money back.
 */
export function isOfOtherSoftware(values: ReadonlyMap<string, string>): boolean {
  return !OURS.test(values.get('tr_crc') ?? '');
}

/** What a message is about that is about no payment: a card that was stored, a BLIK alias, a sale of a marketplace. */
export interface OtherTpayMessage {
  readonly about: string;
}

/**
 * Reads a message that may be about no payment: it has a `type` or an `event` and no `tr_id`. Null: it is a payment's.
 * @param body as it came: JSON, or a form.
 * @throws Refusal malformed when it says that it is JSON and is not, or says nothing and begins like JSON.
 */
export function otherTpayMessage(body: Uint8Array, contentType: string | null): OtherTpayMessage | null {
  const isJson = contentType === 'application/json' || (contentType === null && body[0] === BRACE);
  const members = isJson ? readMembers(MEMBERS, parseMessage(fewValues(body))) : formMembers(body);
  if (members.tr_id !== undefined) return null;
  const about = members.type ?? members.event;
  return typeof about === 'string' && about !== '' ? { about } : null;
}

/** The first byte of a JSON object. A form of tpay's begins with a name. */
const BRACE = 0x7b;

/** What is read of a message in JSON. */
const MEMBERS = v.object({
  tr_id: v.optional(v.unknown()),
  type: v.optional(v.unknown()),
  event: v.optional(v.unknown()),
});

function formMembers(body: Uint8Array): Readonly<Record<string, unknown>> {
  return Object.fromEntries(formFields(body).map(({ name, value }) => [name, value]));
}

/**
 * Refuses a message of test on an account whose money is real. Without a JWS also one that is not of test on an account for
 * tests; with it, the host of the certificate has said which of the two it is.
 * @throws Refusal wrong_environment
 */
export function requireTpayEnvironment(
  values: ReadonlyMap<string, string>,
  isProduction: boolean,
  hasJws: boolean,
): void {
  const mark = values.get('test_mode') ?? '';
  const isTest = (mark !== '' && mark !== '0') || PANEL_TEST.test(values.get('tr_id') ?? '');
  if (isProduction && isTest)
    throw new Refusal('wrong_environment', 'the notification is one of test (test_mode)');
  if (!isProduction && !hasJws && mark === '0' && !isTest)
    throw new Refusal('wrong_environment', 'the notification is not one of test (test_mode)');
}
