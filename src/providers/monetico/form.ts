/** The form that sends the shopper to the page: its address, and its fields before they are signed. Facts: SHEET.md, "Starting a payment". */
import type { ProviderAccount, StartRequest } from '../contract.ts';
import { addressWithin, atOrigin, backBy } from '../kit/addresses.ts';
import { pageLanguage } from '../kit/languages.ts';
import { type ShopFields, shopFieldsOfForms, withProviderFields } from '../kit/provider-fields.ts';
import type { Requirement } from '../kit/requirements.ts';
import { CONTEXT_REQUIRES, moneticoContext } from './context.ts';
import { MONETICO_LANGUAGES, type MoneticoSettings } from './settings.ts';
import { montant, parisTime } from './texts.ts';

/** The protocol's version, of forms and of server calls. */
export const MONETICO_VERSION = '3.0';

const HOST = 'https://p.monetico-services.com';

/** The address of a service: test and production differ by the path. */
export function moneticoAddress(
  { environment, endpoints }: ProviderAccount<MoneticoSettings>,
  service: 'paiement' | 'capture_paiement' | 'recredit_paiement',
): string {
  const path = environment === 'production' ? '' : 'test/';
  const origin = service === 'paiement' ? endpoints.page : endpoints.api;
  return atOrigin(`${HOST}/${path}${service}.cgi`, origin);
}

/** The page lives so long; a form that is older is signed anew. */
export const MONETICO_PAGE_SECONDS = 45 * 60;

const CHALLENGES = [
  'no_preference',
  'challenge_preferred',
  'challenge_mandated',
  'no_challenge_requested',
  'no_challenge_requested_strong_authentication',
  'no_challenge_requested_trusted_third_party',
  'no_challenge_requested_risk_analysis',
];

const MEANS = '(?:1euro|3xcb|4xcb|paypal|lyfpay)';

const ONE_OR_NOTHING = { form: /^[01]$/, says: 'is 0 or 1' };

/** The signed text joins fields with an asterisk. */
const LABEL = {
  form: /^[\x20-\x29\x2b-\x7e]{1,32}$/,
  says: 'has at most 32 characters of ASCII, and no asterisk',
};

/** What a shop may give. */
const SHOP_FORMS = {
  ThreeDSecureChallenge: {
    form: new RegExp(`^(?:${CHALLENGES.join('|')})$`),
    says: `is one of ${CHALLENGES.join(', ')}`,
  },
  '3dsdebrayable': ONE_OR_NOTHING,
  forcesaisiecb: ONE_OR_NOTHING,
  libelleMonetique: LABEL,
  libelleMonetiqueLocalite: LABEL,
  desactivemoyenpaiement: {
    form: new RegExp(`^${MEANS}(?:,${MEANS})*$`),
    says: 'is a list of 1euro, 3xcb, 4xcb, paypal, lyfpay with commas',
  },
  protocole: { form: new RegExp(`^${MEANS}$`), says: 'is one of 1euro, 3xcb, 4xcb, paypal, lyfpay' },
};

/** Fields that a shop cannot set: they decide what is paid, in how many parts, by which card, and what tells of it. */
const RESERVED: ReadonlySet<string> = new Set([
  ...[
    'version',
    'TPE',
    'societe',
    'date',
    'montant',
    'reference',
    'contexte_commande',
    'lgue',
    'mail',
    'MAC',
  ],
  ...['texte-libre', 'url_retour_ok', 'url_retour_err', 'aliascb', 'nbrech'],
  ...[1, 2, 3, 4].flatMap((part) => [`dateech${part}`, `montantech${part}`]),
]);

export const MONETICO_SHOP_FIELDS: ShopFields = shopFieldsOfForms(SHOP_FORMS, RESERVED);

/** What a payment needs. */
export const MONETICO_REQUIRES: readonly Requirement<MoneticoSettings>[] = [
  {
    field: 'customer.email',
    problemOf: (value) =>
      /^[\x21-\x29\x2b-\x7e]+$/.test(value) ? null : 'takes characters of ASCII, and no asterisk',
  },
  ...CONTEXT_REQUIRES,
];

/**
 * The fields of the form, all but MAC. All are ASCII: the protocol names no charset.
 * @throws Problem misconfigured when an address of ours is too long.
 */
export function moneticoFields(
  request: StartRequest<MoneticoSettings>,
): readonly (readonly [string, string])[] {
  const { payment, account, urls, order, id, now } = request;
  const { settings } = account;
  const { customer } = payment;
  const languages = MONETICO_LANGUAGES.map((language) => language.toLowerCase());
  const back = (via: 'success' | 'failure') => addressWithin(2048, backBy(urls, via));
  return withProviderFields(
    [
      ['version', MONETICO_VERSION],
      ['TPE', settings.tpe],
      ['societe', settings.societe],
      ['date', parisTime(now)],
      ['montant', montant(payment.amount, payment.currency)],
      ['reference', order],
      ['contexte_commande', moneticoContext(customer)],
      ['lgue', pageLanguage(customer.language, settings.lgue.toLowerCase(), languages).toUpperCase()],
      ['mail', customer.email?.trim() ?? ''],
      ['texte-libre', id],
      ['url_retour_ok', back('success')],
      ['url_retour_err', back('failure')],
    ],
    payment.providerFields,
  );
}
