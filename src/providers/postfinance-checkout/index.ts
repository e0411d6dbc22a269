/**
 * PostFinance Checkout (Switzerland), run by wallee, which sells the same platform under its own name. A transaction is created by API, the
 * shopper goes to its page, and webhooks say that something has changed: never what, because one key signs for everybody there. The
 * transaction is read, each time.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - FULFILL is paid; COMPLETED, where the delivery is not decided, is held as AUTHORIZED is;
 * - each transaction says whether it is one of test, and one of the other environment is refused;
 * - a space may have other programmes: what they do there is acknowledged;
 * - failed payments are always notified; the first status query is due after an hour all the same.
 */
import { currencyCodes } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { defineProvider, type Hint, type Provider, type ProviderRequest } from '../contract.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { checkCheckout } from './check.ts';
import { checkoutMeans } from './means.ts';
import { checkoutCancel, checkoutCapture, checkoutRefund } from './operations.ts';
import { checkoutProof } from './proof.ts';
import { checkoutKeyForm } from './request-signatures.ts';
import { CHECKOUT_PUBLISHED_SECRETS, type CheckoutSchema, checkoutSettingsOf } from './settings.ts';
import { checkoutSignatures } from './signatures.ts';
import { startCheckout } from './start.ts';
import { queryCheckout } from './status-query.ts';
import { CHECKOUT_FAILURES, CHECKOUT_REFUND_STATES, CHECKOUT_TRANSACTION_STATES } from './statuses.ts';
import { takeWebhook } from './webhook.ts';

/** What tells an edition of the platform from the others. */
interface Edition {
  readonly id: string;
  readonly caption: string;
  readonly means?: NonNullable<Provider['means']>;
  readonly countries: readonly string[];
  /** Those of a new account that names none. */
  readonly defaultCurrencies: readonly string[];
  readonly origin: string;
}

/** The return is unsigned: a reason for a status query about the order that our own address names. @throws Refusal */
function readReturn(request: ProviderRequest): Hint {
  const order = new URLSearchParams(readable(request.query)).get('o');
  if (!order) throw new Refusal('field_missing', 'there is no order');
  return { kind: 'hint', order, about: {} };
}

const STATES = 'CONFIRMED, PROCESSING, AUTHORIZED, COMPLETED, FULFILL, DECLINE, FAILED, VOIDED';

/** One edition of the platform. */
export function checkoutEdition({ id, caption, means, countries, defaultCurrencies, origin }: Edition) {
  return defineProvider<CheckoutSchema>({
    id,
    aliases: [],
    caption,
    ...(means && { means }),
    countries,
    // Which ones a space may use is set there.
    currencies: currencyCodes,
    defaultCurrencies,
    capabilities: {
      manualCapture: true,
      signedNotification: true,
      signedReturn: false,
    },
    settings: checkoutSettingsOf(origin),
    publishedSecrets: CHECKOUT_PUBLISHED_SECRETS,
    secretForm: checkoutKeyForm,
    proof: checkoutProof,
    signatures: checkoutSignatures,
    statuses: {
      TRANSACTION: CHECKOUT_TRANSACTION_STATES,
      FAILURE: CHECKOUT_FAILURES,
      REFUND: CHECKOUT_REFUND_STATES,
    },
    likelyCauses: [],
    requires: [],
    maxAmount: 999_999_999,
    testOnly: false,
    freshOrderEachRedirect: true,

    charset: () => charset('utf-8'),
    captureDefault: ({ completion }) => (completion === 'COMPLETE_DEFERRED' ? 'manual' : 'automatic'),
    deferred: () => true,
    start: startCheckout,

    async notification(request, account, channel, context) {
      return channel === 'return' ? readReturn(request) : takeWebhook(request, account, context);
    },

    reply: EMPTY_OK,

    setup: ({ callback }) => [
      { where: 'Space > Features: switch the feature on', value: 'Webhook' },
      { where: 'Space > Settings > Webhooks > URLs: a new one', value: callback },
      {
        where:
          'Webhooks > Listeners: a new one with that URL, entity Transaction, "payload signature and state" on, states',
        value: STATES,
      },
      {
        where:
          'Webhooks > Listeners: another one with that URL, entity Refund (without it, what is refunded in the back office is not known here until somebody refreshes the payment), "payload signature and state" on, states',
        value: 'SUCCESSFUL, FAILED',
      },
      {
        where: 'Account > Users > Application Users: a new one; its number and its key are entered here',
        value:
          'a role with the rights for transactions, completions, voids, refunds and webhooks of the space',
      },
    ],

    check: checkCheckout,
    methods: checkoutMeans,
    queryStatus: queryCheckout,
    capture: checkoutCapture,
    cancel: checkoutCancel,
    refund: checkoutRefund,
  });
}
