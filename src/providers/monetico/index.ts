/**
 * Monetico Paiement (Crédit Mutuel, CIC; formerly CM-CIC p@iement and CyberMUT): a form and a notification, sealed by HMAC-SHA-1 over all
 * their fields, and two services for captures and refunds.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - Every field but contexte_commande is ASCII.
 * - payetest counts for accounts that are not in production alone, paiement for those that are.
 * - Annulation is denied, and not the last word: paiement may follow for the same reference.
 * - Later instalments change nothing: no payment of ours is divided.
 * - An operation whose answer is not certain is unknown until a person says what the portal shows.
 */
import { charset } from '../../signing/charsets.ts';
import { defineProvider } from '../contract.ts';
import { formBytes, formFields } from '../kit/form-message.ts';
import {
  MONETICO_PAGE_SECONDS,
  MONETICO_REQUIRES,
  MONETICO_SHOP_FIELDS,
  moneticoAddress,
  moneticoFields,
} from './form.ts';
import { moneticoKeyBytes } from './key.ts';
import { moneticoMeans } from './means.ts';
import { checkMoneticoEnvironment, readMoneticoNotification } from './notification.ts';
import { moneticoCancel, moneticoCapture, moneticoRefund } from './operations.ts';
import { moneticoProof } from './proof.ts';
import { moneticoReply, refusedMoneticoReply } from './replies.ts';
import { MONETICO_PUBLISHED_SECRETS, moneticoSettings } from './settings.ts';
import { moneticoSignatures, signMonetico, verifyMonetico } from './signatures.ts';
import { MONETICO_CODES, MONETICO_REFUSALS } from './statuses.ts';

export const monetico = defineProvider({
  id: 'monetico',
  aliases: ['cmcic', 'cybermut'],
  caption: 'Monetico Paiement (Crédit Mutuel, CIC)',
  countries: ['FR', 'CA'],
  currencies: ['EUR', 'USD', 'GBP', 'CHF', 'CAD', 'JPY'],
  capabilities: {
    // The contract decides it, not the payment.
    manualCapture: false,
    signedNotification: true,
    signedReturn: false,
  },
  settings: moneticoSettings,
  publishedSecrets: MONETICO_PUBLISHED_SECRETS,
  secretForm: (key) => String(moneticoKeyBytes(key)),
  proof: moneticoProof,
  signatures: moneticoSignatures,
  statuses: { 'code-retour': MONETICO_CODES, motifrefus: MONETICO_REFUSALS },
  likelyCauses: [],
  requires: MONETICO_REQUIRES,
  maxAmount: 999_999_999,
  testOnly: false,
  // A reference that was used is refused by the page.
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  shopFields: () => MONETICO_SHOP_FIELDS,
  captureDefault: ({ capture }) => capture,

  start(request) {
    const fields = moneticoFields(request);
    const { signature } = signMonetico(request.account.settings, fields);
    return {
      redirect: {
        kind: 'form',
        method: 'POST',
        url: moneticoAddress(request.account, 'paiement'),
        charset: 'utf-8',
        fields: [...fields, ['MAC', signature] as const].map(([name, value]) => ({ name, value })),
      },
      goodForSeconds: MONETICO_PAGE_SECONDS,
    };
  },

  async notification(request, { settings, environment }, channel) {
    // The shopper's button: nothing in it says what came of the payment.
    if (channel === 'return') return { kind: 'hint', order: null, about: {} };
    const { values } = verifyMonetico(settings, formFields(formBytes(request)));
    const update = readMoneticoNotification(settings, values);
    checkMoneticoEnvironment(update, environment);
    if (/_pf\d$/.test(update.providerStatus))
      console.warn({ event: 'monetico.instalment', order: update.order, code: update.providerStatus });
    return update;
  },

  reply: moneticoReply(true),
  refused: refusedMoneticoReply,

  setup: ({ callback }) => [
    {
      where:
        'Monetico portal, or an e-mail to the bank: address of the interface "retour" (CGI2), one for test and one for production',
      value: `${callback} (it cannot be sent with a payment: the bank has one address for each EPT)`,
    },
    { where: 'Monetico portal > Security key', value: 'download it, and enter its 40 characters here' },
    {
      where: 'The contract, for captures and refunds from here',
      value:
        'has to include the capture and recredit services; the bank may want the addresses that this service calls from',
    },
  ],

  methods: moneticoMeans,
  capture: moneticoCapture,
  cancel: moneticoCancel,
  refund: moneticoRefund,
});
