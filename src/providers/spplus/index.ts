/**
 * SPPlus (Caisse d'Épargne), retired: replaced by SystemPay around 2010; no live host can be expected to answer. Kept
 * working so that old shops can be read, tested and moved.
 *
 * A GET address signed with HMAC-SHA-1, and a GET notification answered with exactly `spcheckok`.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - Values are sent as ASCII.
 * - `urlretour` gets the notification too. Our callback stands in the bank's registration, and the return counts only with
 *   a valid hmac.
 * - 30 (one instalment remitted) is a part of the money.
 * - 99 (a test in production) never pays, and is refused on an account in production.
 * - A text that can be cut into several codes of etat proves nothing: the payment waits for a person.
 */

import { Refusal } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm, percentDecode } from '../../signing/form.ts';
import { defineProvider, type LikelyCause, type StartRequest } from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { okText } from '../kit/replies.ts';
import { readingsOf, readNotification, SPPLUS_BOUND } from './notification.ts';
import { spplusProof } from './proof.ts';
import {
  MODALITE,
  MOYEN,
  SPPLUS_PUBLISHED_SECRETS,
  type SpplusSettings,
  spplusSettings,
} from './settings.ts';
import { signSpplusRequest, spplusSignatures, verifySpplusQuery } from './signatures.ts';
import { ETATS, TEST_ETAT } from './statuses.ts';

// --- Start ------------------------------------------------------------------------------------------------

const RESERVED = new Set([
  'siret',
  'reference',
  'langue',
  'devise',
  'montant',
  'taxe',
  'validite',
  'version',
  'urlretour',
  'hmac',
]);

/** What a shop may give. */
const OWN_FIELDS: Readonly<Record<string, RegExp>> = { modalite: MODALITE, moyen: MOYEN };

const DAY_MS = 86_400_000;

/** Tomorrow, `16/01/2024`: the last day on which the address is good. */
function lastDay(now: Date): string {
  const [year, month, day] = new Date(now.getTime() + DAY_MS).toISOString().slice(0, 10).split('-');
  return `${day}/${month}/${year}`;
}

function fieldsOf(request: StartRequest<SpplusSettings>): (readonly [string, string])[] {
  const { payment, account, order, urls } = request;
  const { settings } = account;
  const entries: (readonly [string, string | undefined])[] = [
    ['siret', settings.siret],
    ['reference', order],
    ['langue', settings.langue],
    ['devise', '978'],
    ['montant', decimal(payment.amount, 2)],
    ['taxe', settings.taxe],
    ['validite', lastDay(request.now)],
    ['version', '1'],
    ['modalite', settings.modalite],
    ['moyen', settings.moyen],
    // No email and no arg1: they come back after etat, where nothing of the shopper's or the shop's may stand.
    // No question mark: the bank appends its own.
    ['urlretour', addressWithin(255, urls.back)],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

// --- Diagnosis --------------------------------------------------------------------------------------------

const LIKELY_CAUSES: readonly LikelyCause[] = [
  {
    cause: 'it is signed over the decoded values: they were decoded and encoded again on the way',
    raw: (raw) =>
      raw.replace(
        /=([^&]*)/g,
        (_, value: string) => `=${(percentDecode(value) ?? value).replace(/[&=%]/g, '')}`,
      ),
  },
];

// --- The provider -----------------------------------------------------------------------------------------

export const spplus = defineProvider<typeof spplusSettings>({
  id: 'spplus',
  aliases: [],
  caption: 'SPPlus (Caisse d’Épargne; ended around 2011, replaced by SystemPay)',
  // Its day is not known.
  ended: '2011-12-31',
  successor: [{ provider: 'systempay', brand: 'systempay' }],
  countries: ['FR'],
  currencies: ['EUR'],
  capabilities: {
    manualCapture: false,
    signedNotification: true,
    signedReturn: true,
  },
  settings: spplusSettings,
  publishedSecrets: SPPLUS_PUBLISHED_SECRETS,
  proof: spplusProof,
  signatures: spplusSignatures,
  statuses: { ETAT: ETATS },
  likelyCauses: LIKELY_CAUSES,
  requires: [],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',
  shopFields: () => ({
    reserved: RESERVED,
    allows: (name) => Object.hasOwn(OWN_FIELDS, name),
    problemOf: (name, value) =>
      OWN_FIELDS[name]?.test(value) ? null : 'has a form that SPPlus does not know',
  }),

  start(request) {
    const { settings, endpoints } = request.account;
    const fields = withProviderFields(fieldsOf(request), request.payment.providerFields);
    const { signature } = signSpplusRequest(settings, fields);
    const query = encodeForm([...fields, ['hmac', signature]], charset('utf-8'));
    const url = `${atOrigin(settings.service_url, endpoints.page)}?${query}`;
    return { redirect: { kind: 'url', method: 'GET', url }, bound: SPPLUS_BOUND };
  },

  async notification(request, { settings, environment }) {
    const raw = readable(request.method === 'GET' ? request.query : request.body);
    const { values } = verifySpplusQuery(settings, raw);
    const readings = readingsOf(raw);
    const update = readNotification(settings, values);
    if (!update.order) throw new Refusal('field_missing', 'there is no reference');
    if (environment === 'production' && update.providerStatus === TEST_ETAT)
      throw new Refusal('wrong_environment', 'it was paid as a test, and the account is in production');
    if (readings === 'one' || readings === 'cancelled') return update;
    // 12 can always be cut into 2: whichever it is, nothing was paid, and the two are told alike.
    if (readings === 'losses') return { ...update, outcome: 'cancelled' };
    // refsfp and etat can be cut in another place, so it proves neither, and the bank cannot be asked.
    return { ...update, key: `${update.key}/read in several ways`, unproven: true };
  },

  // Anything else, white space included, counts as not received.
  reply: okText('spcheckok'),

  setup: ({ callback }) => [
    { where: 'registration at the bank: address of the notification (GET)', value: callback },
  ],
});
