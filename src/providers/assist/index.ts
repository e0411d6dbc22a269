/**
 * ASSIST, one of the oldest Russian gateways, in the two generations of its protocol: current (order.cfm, Checkvalue) and legacy
 * (purchase.cfm, windows-1251, reports).
 *
 * Facts: SHEET.md, from the ASSIST documentation (docs.assist.ru, BelAssist edition), the manual "manual_new", and oxyum/django-assist-ru.
 *
 * Safe readings of what is unverified:
 * - a return is not signed and proves nothing: it is acknowledged;
 * - a message about no payment of ours gets 404, one that is not believed 403, each with the protocol's own codes;
 * - only the amount that was signed is believed.
 */

import { currencies } from '../../payments/currencies.ts';
import { charset } from '../../signing/charsets.ts';
import { parseForm } from '../../signing/form.ts';
import { defineProvider } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { formBytes, formFields } from '../kit/form-message.ts';
import { assistCancel, assistCapture, assistRefund } from './operations.ts';
import { ASSIST_REQUIRES, assistShopFields, currentOrderForm, legacyOrderForm } from './order-forms.ts';
import { isAboutOperation } from './order-operations.ts';
import { lacksOrderResult, queryAssistOrder } from './order-query.ts';
import { assistProof } from './proof.ts';
import { pushUpdate } from './push.ts';
import { formValues, requireEnvironment, requireForms, requireMerchant } from './received.ts';
import { refusedReply } from './replies.ts';
import { assistReport } from './report.ts';
import { resultUpdate, resultValues } from './result.ts';
import { lacksServices } from './service-call.ts';
import {
  ASSIST_PUBLISHED_SECRETS,
  assistServer,
  assistSettings,
  isLegacy,
  TEST_SERVERS,
} from './settings.ts';
import { assistLikelyCauses, assistSignatures, verifyPush, verifyResult } from './signatures.ts';
import { ASSIST_BILL_STATUS, ASSIST_ORDER_STATE, ASSIST_RESPONSE_CODE } from './statuses.ts';

export const assist = defineProvider<typeof assistSettings>({
  id: 'assist',
  aliases: [],
  caption: 'ASSIST',
  countries: ['RU', 'BY', 'KZ'],
  currencies: currencies(['RUB', 'USD', 'EUR', 'BYN', 'KZT']),
  capabilities: {
    manualCapture: true,
    signedNotification: true,
    signedReturn: false,
  },
  settings: assistSettings,
  publishedSecrets: ASSIST_PUBLISHED_SECRETS,
  wrongSetting: ({ server = '' }, environment) =>
    environment === 'production' && TEST_SERVERS.includes(server)
      ? { setting: 'server', problem: 'is a server for tests, and the account is in production' }
      : null,
  lackingSetting(settings) {
    if (isLegacy(settings)) return settings.sendresult_secret ? null : 'sendresult_secret';
    return settings.salt ? null : 'salt';
  },
  proof: assistProof,
  signatures: assistSignatures,
  likelyCauses: assistLikelyCauses,
  statuses: {
    ORDER_STATE: ASSIST_ORDER_STATE,
    BILL_STATUS: ASSIST_BILL_STATUS,
    RESPONSE_CODE: ASSIST_RESPONSE_CODE,
  },
  requires: ASSIST_REQUIRES,
  maxAmount: 99_999_999_999_999,
  testOnly: false,
  freshOrderEachRedirect: true,

  charset: ({ mode }) => charset(mode === 'legacy' ? 'windows-1251' : 'utf-8'),
  shopFields: assistShopFields,
  captureDefault: ({ delay }) => (delay ? 'manual' : 'automatic'),

  start(request) {
    const { account } = request;
    const form = isLegacy(account.settings) ? legacyOrderForm(request) : currentOrderForm(request);
    return {
      kind: 'form',
      method: 'POST',
      url: atOrigin(assistServer(account) + form.path, account.endpoints.page),
      charset: form.charset,
      fields: form.fields.map(([name, value]) => ({ name, value })),
    };
  },

  async notification(request, account, channel) {
    if (channel === 'return') {
      const names = (parseForm(request.query) ?? []).map(({ name }) => name).join(', ');
      return { kind: 'acknowledgement', about: `a return, which proves nothing (${names})` };
    }
    if (isLegacy(account.settings)) {
      const values = formValues(formFields(formBytes(request)), 'as-sent');
      requireMerchant(account, values, 'Shop_IDP');
      verifyPush(account.settings, values);
      requireForms(values, ['OrderNumber', 'Total', 'Currency', 'BillNumber', 'PacketDate']);
      return pushUpdate(account.settings, values, 'push');
    }
    const values = resultValues(request);
    requireMerchant(account, values, 'merchant_id');
    const verified = verifyResult(account.settings, values);
    requireForms(values, ['ordernumber', verified.amountField, verified.currencyField, 'orderstate']);
    requireEnvironment(account, values);
    const update = resultUpdate(account.settings, values, verified);
    // Which part was given back, and whether again, only ASSIST can say: the packet date is not signed.
    const isToBeAsked = update.outcome === 'refunded' || isAboutOperation(values);
    return isToBeAsked && lacksServices(account.settings) === null
      ? { kind: 'hint', order: update.order, about: {}, ...(update.reply && { reply: update.reply }) }
      : update;
  },

  reply: {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: '<pushpaymentresult firstcode="0" secondcode="0"/>',
  },
  refused: (refusal, settings) => refusedReply(settings, refusal),

  setup: ({ callback }) => [
    { where: 'Settings of the shop > sending of results > address', value: callback },
    { where: 'the same page > format', value: 'form (POST); XML, SOAP and JSON are read too' },
    { where: 'the same page > reply', value: 'XML with firstcode and secondcode, not a bare HTTP 200' },
    { where: 'the same page > check value (legacy: MD5)', value: 'on, with the secret of this account' },
  ],

  queryStatus: queryAssistOrder,
  cannotQueryStatus: lacksOrderResult,
  capture: assistCapture,
  cancel: assistCancel,
  refund: assistRefund,
  report: assistReport,
});
