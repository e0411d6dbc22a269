/**
 * SIPS 2 (WL Sips: Mercanet, Sherlock's, Sogenactif, Scellius): the Paypage POST form, one sealed text of `key=value` pairs joined by
 * `|`; notification and return are sealed the same way.
 *
 * Facts: SHEET.md. Safe readings of what is unverified:
 * - Addresses of ours keep to 512 characters.
 * - The test hosts of Sogenactif and Scellius are those of sips-services.com.
 * - The algorithm of a seal comes from the account, never from the message.
 * - Code 34 is fraud only when the acquirer answered too.
 * - A reference is burnt by its first use: each attempt has a new one.
 */

import { currencyCodes } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { charset } from '../../signing/charsets.ts';
import { defineProvider } from '../contract.ts';
import { formBytes, formFields } from '../kit/form-message.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { checkSips2 } from './check.ts';
import { dataText, encodedData } from './data.ts';
import { querySips2Status, sips2Cancel, sips2Capture, sips2Refund } from './office.ts';
import { lacksSips2Office } from './office-call.ts';
import { sips2InstallmentsProblem } from './parts.ts';
import { SIPS2_SHOP_FIELDS, sips2Bound, sips2Page, sips2Pairs } from './paypage.ts';
import { sips2Proof } from './proof.ts';
import { readSips2Response, refuseSips2Request } from './response.ts';
import { SIPS2_PUBLISHED_SECRETS, sips2Settings } from './settings.ts';
import { sealSips2Data, sips2LikelyCauses, sips2Signatures, verifySips2Data } from './signatures.ts';
import { SIPS2_RESPONSE_CODES, SIPS2_TRANSACTION_STATUSES } from './statuses.ts';

export const sips2 = defineProvider<typeof sips2Settings>({
  id: 'sips2',
  aliases: [],
  caption: 'SIPS 2 (WL Sips: Mercanet, Sherlock’s, Sogenactif, Scellius)',
  countries: ['FR', 'BE', 'LU', 'NL'],
  currencies: currencyCodes,
  capabilities: {
    manualCapture: true,
    signedNotification: true,
    signedReturn: true,
  },
  settings: sips2Settings,
  publishedSecrets: SIPS2_PUBLISHED_SECRETS,
  proof: sips2Proof,
  signatures: sips2Signatures,
  likelyCauses: sips2LikelyCauses,
  statuses: { responseCode: SIPS2_RESPONSE_CODES, transactionStatus: SIPS2_TRANSACTION_STATUSES },
  requires: [],
  maxAmount: 999_999_999_999,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: () => charset('utf-8'),
  shopFields: () => SIPS2_SHOP_FIELDS,
  installmentsProblem: sips2InstallmentsProblem,
  captureDefault: ({ capture_mode }) => (capture_mode === 'VALIDATION' ? 'manual' : 'automatic'),

  async start(request) {
    const { account } = request;
    const { settings } = account;
    const s10 = settings.use_s10_reference ? await request.daily(settings.merchant_id, 'Europe/Paris') : null;
    const pairs = sips2Pairs(request, s10);
    const data = encodedData(dataText(pairs), settings.data_encoding);
    const fields: (readonly [string, string])[] = [
      ['Data', data],
      ['InterfaceVersion', settings.interface_version],
      ['Seal', sealSips2Data(settings, data).signature],
      // Left out, it means plain SHA-256.
      ...(settings.seal_algorithm === 'SHA-256' ? [] : [['SealAlgorithm', settings.seal_algorithm] as const]),
      ...(settings.data_encoding === '' ? [] : [['Encode', settings.data_encoding] as const]),
    ];
    return {
      redirect: {
        kind: 'form',
        method: 'POST',
        url: sips2Page(account),
        charset: 'utf-8',
        fields: fields.map(([name, value]) => ({ name, value })),
      },
      bound: sips2Bound(pairs),
      ...(request.payment.installments && {
        providerState: { parts: String(request.payment.installments.count) },
      }),
    };
  },

  async notification(request, { settings }) {
    const { values } = verifySips2Data(settings, formFields(formBytes(request)));
    refuseSips2Request(values);
    const update = readSips2Response(settings, values);
    if (!update.order) throw new Refusal('field_missing', 'there is no reference of ours');
    return update;
  },

  reply: EMPTY_OK,

  setup: ({ callback, origin }) => [
    { where: 'nothing has to be entered at the bank: each payment names its addresses', value: callback },
    { where: 'Merchant Extranet, where the bank asks for the address of the shop', value: origin },
    { where: 'Merchant Extranet > Secret keys', value: 'the key and its version, entered here' },
  ],

  capture: sips2Capture,
  cancel: sips2Cancel,
  refund: sips2Refund,
  check: checkSips2,
  queryStatus: querySips2Status,
  cannotQueryStatus: lacksSips2Office,
});
