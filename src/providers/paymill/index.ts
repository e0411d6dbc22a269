/**
 * PAYMILL (Germany), retired since mid-2019. The shopper's browser gives the card to PAYMILL's bridge and us a token, good once and for five minutes;
 * our server charges it. Webhooks are unsigned: the transaction is fetched, and only the answer counts.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - a token that was used already says nothing about the payment: the transactions of the order do;
 * - one token of a payment is charged at a time, and none when less than the attempt is left to pay;
 * - ISK has no decimals, HUF has two;
 * - an answer of another mode than the account's is refused.
 */

import * as v from 'valibot';
import { currencies } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { charset } from '../../signing/charsets.ts';
import {
  type Acknowledgement,
  defineProvider,
  type Hint,
  type ProviderAccount,
  type ProviderRequest,
} from '../contract.ts';
import { formFields } from '../kit/form-message.ts';
import { jsonText, parseMessage, readMembers } from '../kit/json-message.ts';
import { unsignedProof } from '../kit/proof.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { paymillPage } from './bridge.ts';
import { isPaymillToken, queryPaymill } from './charge.ts';
import { checkPaymill } from './check.ts';
import { paymillCancel, paymillCapture, paymillRefund } from './operations.ts';
import { PAYMILL_PUBLISHED_SECRETS, type PaymillSettings, paymillSettings } from './settings.ts';
import { paymillSignatures } from './signatures.ts';
import {
  PAYMILL_FAILURES,
  PAYMILL_PREAUTHORIZATION_STATUSES,
  PAYMILL_TRANSACTION_STATUSES,
} from './statuses.ts';

/**
 * Events about no payment: payouts, invoices, clients, cards that expire, the merchants of an app. PAYMILL switches a webhook off
 * whose events are not taken.
 */
const OTHER_EVENTS = /^(?:payout|invoice|client|payment|app)\.|^subscription\.(?!succeeded$|failed$)/;

const TRANSACTION = {
  id: v.nullish(v.string()),
  description: v.nullish(v.string()),
  livemode: v.nullish(v.boolean()),
  // Of a transaction that one has made, it is the preauthorization that has our description.
  preauthorization: v.nullish(v.union([v.string(), v.object({ description: v.nullish(v.string()) })])),
};

/** What is read of a webhook. */
const WEBHOOK = v.object({
  event: v.nullish(
    v.object({
      event_type: v.nullish(v.string()),
      event_resource: v.nullish(v.object({ ...TRANSACTION, transaction: v.nullish(v.object(TRANSACTION)) })),
    }),
  ),
});

/**
 * The order that a webhook names. One about no payment is acknowledged.
 * @throws Refusal when it names none, or is of another mode.
 */
function readWebhook(
  request: ProviderRequest,
  account: ProviderAccount<PaymillSettings>,
): Hint | Acknowledgement {
  const { event } = readMembers(WEBHOOK, parseMessage(jsonText(request)));
  if (!event) throw new Refusal('field_missing', 'there is no event');
  const type = event.event_type ?? '';
  if (OTHER_EVENTS.test(type)) return { kind: 'acknowledgement', about: type };
  if (!event?.event_resource) throw new Refusal('field_missing', 'there is no event_resource');
  // The resource is the transaction itself, or a refund or subscription with its transaction.
  const resource = event.event_resource.transaction ?? event.event_resource;
  const { id, livemode, preauthorization: held } = resource;
  const description = resource.description || (typeof held === 'object' ? held?.description : null);
  // What has no description was made by another software: ours always has one.
  if (!description) return { kind: 'acknowledgement', about: `${type} without a description` };
  if (typeof livemode === 'boolean' && livemode !== (account.environment === 'production'))
    throw new Refusal('wrong_environment', `the webhook has livemode ${livemode}`);
  if (!id || !/^tran_\w{1,60}$/.test(id))
    throw new Refusal('field_missing', 'there is no transaction of ours');
  // Anybody can name transactions: PAYMILL is asked for all that it has of the order, and once for all webhooks about it.
  return { kind: 'hint', order: description, about: {}, mayBeForeign: true };
}

/** The token that the card page has posted. @throws Refusal when there is none. */
function hintOfReturn(request: ProviderRequest): Hint {
  const fields = new Map(
    [request.query, request.body].flatMap(formFields).map(({ name, value }) => [name, value]),
  );
  const token = fields.get('paymill_token') ?? '';
  if (!/^\w{4,64}$/.test(token)) throw new Refusal('field_missing', 'there is no token');
  return { kind: 'hint', order: fields.get('o') ?? null, about: { token } };
}

export const paymill = defineProvider<typeof paymillSettings>({
  id: 'paymill',
  aliases: [],
  caption: 'PAYMILL (ended in July 2019)',
  // The supervisor suspended its payment institution on this day.
  ended: '2019-07-25',
  countries: ['DE', 'AT', 'CH'],
  currencies: currencies([
    'EUR',
    'CZK',
    'DKK',
    'HUF',
    'ISK',
    'ILS',
    'CHF',
    'NOK',
    'PLN',
    'SEK',
    'TRY',
    'GBP',
    'USD',
  ]),
  capabilities: {
    manualCapture: true,
    signedNotification: false,
    signedReturn: false,
  },
  settings: paymillSettings,
  publishedSecrets: PAYMILL_PUBLISHED_SECRETS,
  proof: (_settings, channel) => ({
    ...unsignedProof(channel === 'return' ? ['paymill_token', 'o'] : ['id', 'description', 'livemode']),
    undecided: ['order'],
    environmentMark: 'livemode',
  }),
  signatures: paymillSignatures,
  likelyCauses: [],
  statuses: {
    TRANSACTION: PAYMILL_TRANSACTION_STATUSES,
    FAILURE: PAYMILL_FAILURES,
    PREAUTHORIZATION: PAYMILL_PREAUTHORIZATION_STATUSES,
  },
  requires: [],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',

  start(request) {
    return { kind: 'html', html: paymillPage(request) };
  },

  async notification(request, account, channel) {
    return channel === 'return' ? hintOfReturn(request) : readWebhook(request, account);
  },

  reply: EMPTY_OK,

  setup: ({ callback }) => [
    {
      where:
        'Settings > Webhooks > transaction.succeeded, transaction.failed, refund.succeeded, chargeback.executed',
      value: callback,
    },
  ],

  hintMembers: ['token'],
  check: checkPaymill,
  queryStatus: queryPaymill,
  hintSpends: isPaymillToken,
  capture: paymillCapture,
  cancel: paymillCancel,
  refund: paymillRefund,
});
