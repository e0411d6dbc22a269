/**
 * The platform of Lyra (SystemPay, PayZen and many brands): a form of `vads_*` fields (version V2) signed with HMAC-SHA-256 or
 * SHA-1, the same signature on notifications and returns, and `kr-hash` on those of its REST API. Facts: SHEET.md.
 *
 * Readings where the documents leave a choice: AUTHORISED is paid, as for the vendor's plug-ins; a CANCELLED after it takes
 * everything back; vads_trans_id is a counter of the day; IDR is not offered, because the vendor counts it without decimals and
 * ISO 4217 with two; `<`, `>` and double blanks are left out of values, as the vendor's SDK does before it signs.
 */

import { currencyCodes } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { charset } from '../../signing/charsets.ts';
import { defineProvider, type ProviderUpdate } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { formBytes, formFields, UniqueFields } from '../kit/form-message.ts';
import { okText } from '../kit/replies.ts';
import { checkLyra } from './check.ts';
import { LYRA_REQUIRES, LYRA_SHOP_FIELDS, lyraForm } from './form.ts';
import { LYRA_HOSTS, type LyraBrand } from './hosts.ts';
import { isAmountOpen, readIpn, readKrAnswer } from './ipn.ts';
import { cancelBeforeRemittance, refundAfterRemittance, validateTransaction } from './operations.ts';
import { queryLyraOrder } from './order-query.ts';
import { LYRA_PROOF } from './proof.ts';
import { isEffectiveAmountSure, requireOneReading } from './reading.ts';
import { cannotUseLyraRest } from './rest-call.ts';
import {
  LYRA_PUBLISHED_SECRETS,
  type LyraSchema,
  lyraMode,
  lyraSettings,
  wrongRestPassword,
} from './settings.ts';
import {
  isKrMessage,
  lyraLikelyCauses,
  lyraRecipes,
  signLyraForm,
  verifyKrAnswer,
  verifyLyraForm,
} from './signatures.ts';
import { LYRA_CREDIT_STATUSES, LYRA_STATUSES } from './statuses.ts';

/** A redirect is accepted for half an hour after its vads_trans_date, and the shopper needs some of it. */
const GOOD_FOR_SECONDS = 25 * 60;

/**
 * What every message about a shopper's transaction brings back under its signature. Whether the parts of a payment in several
 * (MULTI) keep the date is not documented.
 */
function boundOf(fields: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const id = { vads_trans_id: fields.get('vads_trans_id') ?? '' };
  if (fields.get('vads_payment_config') !== 'SINGLE') return id;
  return { ...id, vads_trans_date: fields.get('vads_trans_date') ?? '' };
}

/** @throws Refusal */
function withOrder(update: ProviderUpdate): ProviderUpdate {
  if (!update.order) throw new Refusal('field_missing', 'there is no order');
  return update;
}

/** One edition of the platform. */
interface Edition {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly caption: string;
  readonly countries: readonly string[];
  /** That of accounts which name none. */
  readonly brand: LyraBrand;
}

/** The provider of an edition. */
export function lyraPlatform(edition: Edition) {
  return defineProvider<LyraSchema>({
    id: edition.id,
    aliases: edition.aliases,
    caption: edition.caption,
    countries: edition.countries,
    currencies: currencyCodes.filter((code) => code !== 'IDR'),
    capabilities: {
      manualCapture: true,
      signedNotification: true,
      signedReturn: true,
    },
    requires: LYRA_REQUIRES,
    maxAmount: 999_999_999_999,
    testOnly: false,
    // The platform declines a vads_trans_id that was used before, whatever came of it.
    freshOrderEachRedirect: true,
    settings: lyraSettings(edition.brand),
    publishedSecrets: LYRA_PUBLISHED_SECRETS,
    wrongSetting: ({ rest_password }, environment) => wrongRestPassword(rest_password, environment),
    proof: () => LYRA_PROOF,
    signatures: lyraRecipes,
    likelyCauses: lyraLikelyCauses,
    statuses: { vads_trans_status: LYRA_STATUSES, CREDIT: LYRA_CREDIT_STATUSES },
    charset: () => charset('utf-8'),
    shopFields: () => LYRA_SHOP_FIELDS,
    // Each part is a transaction of its own, with its own messages.
    installmentsProblem: () => null,
    captureDefault: (settings) => (settings.validation_mode === '1' ? 'manual' : 'automatic'),

    async start(request) {
      const { account } = request;
      const { settings } = account;
      const number = await request.daily(`${settings.site_id}/${lyraMode(account.environment)}`);
      const fields = lyraForm(request, number);
      const { signature } = signLyraForm(settings, { fields });
      return {
        redirect: {
          kind: 'form',
          method: 'POST',
          url: atOrigin(`${LYRA_HOSTS[settings.brand].form}/vads-payment/`, account.endpoints.page),
          charset: 'utf-8',
          fields: [...fields, ['signature', signature] as const].map(([name, value]) => ({ name, value })),
        },
        goodForSeconds: GOOD_FOR_SECONDS,
        bound: boundOf(new Map(fields)),
      };
    },

    async notification(request, account, channel) {
      const settings = { ...account.settings, ctx_mode: lyraMode(account.environment) };
      const received = new UniqueFields(formFields(formBytes(request)));
      if (isKrMessage(received)) {
        return withOrder(readKrAnswer(settings, verifyKrAnswer(settings, received, channel).answer));
      }
      const { values } = verifyLyraForm(settings, received);
      const update = withOrder(readIpn(settings, values));
      requireOneReading(values);
      // Asking about it needs nothing that the message names.
      const isOpen = isAmountOpen(values, isEffectiveAmountSure(values));
      return isOpen ? { ...update, unproven: true } : update;
    },

    // The first characters are shown to the merchant in the back office.
    reply: okText('OK'),

    setup: ({ callback }) => [
      {
        where:
          'Settings > Notification rules > Instant Payment Notification URL on end of payment, test and production',
        value: callback,
      },
      {
        where:
          'Settings > Notification rules > on cancellation, on an operation coming from the Back Office, on batch',
        value: callback,
      },
      { where: 'the same rules > Automatic retry in case of failure', value: 'on' },
      { where: 'Settings > Shop > Keys > Signature algorithm', value: 'as in the settings of this account' },
    ],

    capture: validateTransaction,
    cancel: cancelBeforeRemittance,
    refund: refundAfterRemittance,
    check: checkLyra,
    queryStatus: queryLyraOrder,
    cannotQueryStatus: cannotUseLyraRest,
  });
}
