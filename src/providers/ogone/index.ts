/**
 * The Ogone platform (Ingenico / Worldline e-Commerce, the legacy hosted page) and its white labels (brands.ts): a form signed with
 * SHA-IN, feedback signed with SHA-OUT, and DirectLink for what comes after the payment. Facts: SHEET.md.
 *
 * Safe readings of what is unverified: currencies without two decimals are not offered (the documents say "x 100" for every
 * currency); ORDERID keeps to the older limit of 30; code 84, on which sources disagree, moves nothing; the reply is 200 with
 * an empty body in every mode.
 */

import { currenciesWithDigits } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { charset } from '../../signing/charsets.ts';
import { defineProvider, type Provider, type Successor } from '../contract.ts';
import { formBytes, formFields } from '../kit/form-message.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { checkOgone } from './check.ts';
import { directLink } from './directlink.ts';
import { readFeedback, requireFeedbackForms } from './feedback.ts';
import { ogoneForm, ogonePage, ogoneShopFields } from './form.ts';
import { holdsBorder } from './hashed-text.ts';
import { ogoneProof } from './proof.ts';
import { type BrandDefaults, OGONE_PUBLISHED_SECRETS, type OgoneSchema, ogoneSettings } from './settings.ts';
import { ogoneLikelyCauses, ogoneRecipes, signOgoneForm, verifyFeedback } from './signatures.ts';
import { OGONE_STATUSES } from './statuses.ts';

/** One brand of the platform. */
interface OgoneBrand {
  readonly id: string;
  readonly caption: string;
  readonly means?: NonNullable<Provider['means']>;
  readonly ended: string;
  readonly successor: readonly Successor[];
  readonly countries: readonly string[];
  /** Origin of its pages and of DirectLink. */
  readonly host: string;
  readonly defaults: BrandDefaults;
}

/** The provider of a brand. */
export function ogonePlatform(brand: OgoneBrand) {
  const { capture, cancel, refund, queryStatus, cannotQueryStatus } = directLink(brand.host);
  return defineProvider<OgoneSchema>({
    id: brand.id,
    aliases: [],
    caption: brand.caption,
    ...(brand.means && { means: brand.means }),
    ended: brand.ended,
    successor: brand.successor,
    countries: brand.countries,
    // The documents multiply by 100 whatever the currency.
    currencies: currenciesWithDigits(2),
    capabilities: {
      manualCapture: true,
      signedNotification: true,
      signedReturn: true,
    },
    requires: [],
    maxAmount: 999_999_999_999,
    testOnly: false,
    freshOrderEachRedirect: false,
    settings: ogoneSettings(brand.defaults),
    publishedSecrets: OGONE_PUBLISHED_SECRETS,
    settingWarnings: ({ sha_in, sha_out }) =>
      sha_in === sha_out
        ? [
            'settings.sha_in is the same as sha_out: what we send is signed like what we receive. Choose two passphrases in the back office, and rotate one here',
          ]
        : [],
    proof: ogoneProof,
    signatures: ogoneRecipes,
    likelyCauses: ogoneLikelyCauses,
    statuses: { STATUS: OGONE_STATUSES },
    charset: (settings) => charset(settings.encoding),
    shopFields: ogoneShopFields,
    captureDefault: (settings) => (settings.operation === 'RES' ? 'manual' : 'automatic'),

    start(request) {
      const { settings } = request.account;
      const encoder = charset(settings.encoding);
      const fields = ogoneForm(request);
      const { signature } = signOgoneForm(settings, { fields });
      return {
        kind: 'form',
        method: 'POST',
        url: ogonePage(brand.host, request.account),
        charset: encoder.name,
        fields: [...fields, ['SHASIGN', signature] as const].map(([name, value]) => ({ name, value })),
      };
    },

    async notification(request, account) {
      const { settings } = account;
      const { values, fields } = verifyFeedback(settings, formFields(formBytes(request)));
      for (const { name, octets } of fields) {
        if (holdsBorder(settings, octets)) throw new Refusal('malformed', `${name} holds the passphrase`);
      }
      if (settings.sha_mode === 'main-parameters-only') requireFeedbackForms(values);
      const update = readFeedback(values);
      if (!update.order) throw new Refusal('field_missing', 'there is no orderID');
      return update;
    },

    // A redirect or an error would be logged in the back office as "ONL PS ERROR".
    reply: EMPTY_OK,

    setup: ({ callback, origin }) => [
      {
        where: 'Technical information > Global security parameters > Hash algorithm, character encoding',
        value: 'as in the settings of this account; "Each parameter followed by the passphrase"',
      },
      {
        where:
          'Technical information > Data and origin verification > Checks for e-Commerce > URL of the merchant page',
        value: origin,
      },
      {
        where: 'Technical information > Data and origin verification > SHA-IN passphrase',
        value: 'the one entered here',
      },
      {
        where:
          'Technical information > Transaction feedback > Direct HTTP server-to-server request > URL, both lines',
        value: callback,
      },
      {
        where: 'Technical information > Transaction feedback > Timing of the request',
        value: 'Always online',
      },
      { where: 'Technical information > Transaction feedback > Request method', value: 'POST' },
      {
        where: 'Technical information > Transaction feedback > Dynamic e-Commerce parameters',
        value:
          'leave the standard list, which has AMOUNT, CURRENCY, ORDERID, PAYID and STATUS (without the amount nothing counts as paid), and add PAYIDSUB, so that captures and refunds are told apart',
      },
      {
        where:
          'Technical information > Transaction feedback > I would like to receive feedback parameters on the redirection URLs',
        value: 'yes',
      },
      {
        where: 'Technical information > Transaction feedback > HTTP request for status changes',
        value: `for each offline status change, ${callback}`,
      },
      {
        where: 'Technical information > Transaction feedback > SHA-OUT passphrase',
        value: 'the one entered here',
      },
    ],

    capture,
    cancel,
    refund,
    check: checkOgone(brand.host),
    queryStatus,
    cannotQueryStatus,
  });
}
