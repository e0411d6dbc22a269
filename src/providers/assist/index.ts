import { currencies } from '../../payments/currencies.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { parseForm } from '../../signing/form.ts';
import { defineProvider, type Json, type LikelyCause, type Recipe } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { formBytes, formFields, inputFields, textFields } from '../kit/form-message.ts';
import { legacyTable } from '../kit/statuses.ts';
import { verdict } from '../kit/verdict.ts';
import { ask, askLacks, cancel, capture, refund } from './actions.ts';
import { actionError, actualBill, BILL_OUTCOMES, ReportReader, statusOfBill } from './bills.ts';
import { currentForm, resultFact, resultOf, STATES, signOrCheck, stateOf, verifyResult } from './current.ts';
import { legacyForm, percent1251, pushFact, verifyPush } from './legacy.ts';
import {
  accepted,
  codesOf,
  isLegacy,
  mapOf,
  requireForms,
  requireOurs,
  server,
  xmlReply,
} from './messages.ts';
import { REPORT_EVERY_SECONDS, reportRows } from './report.ts';
import { type AssistSettings, settings } from './settings.ts';

const recipes: Record<string, Recipe<AssistSettings>> = {
  'request-signature': { kind: 'sign', sign: signOrCheck },
  'notification-signature': {
    kind: 'verify',
    verify: (given, input) =>
      verdict(() => {
        const values = mapOf(inputFields(input), !isLegacy(given));
        const verified = isLegacy(given) ? verifyPush(given, values) : verifyResult(given, values);
        const status = isLegacy(given)
          ? statusOfBill(values.get('Status') ?? '')
          : (STATES[stateOf(values.get('orderstate'))]?.status ?? null);
        return { ...verified, status, reply: accepted(given, values) };
      }),
  },
  'request-body': {
    kind: 'body',
    body: (_given, input) =>
      textFields(input)
        .map((pair) => pair.map(percent1251).join('='))
        .join('&'),
  },
  'api-response': {
    kind: 'case',
    answer: (_given, { raw = '' }): Readonly<Record<string, Json>> => {
      if (raw.startsWith('ERROR')) {
        const error = actionError(raw);
        return { valid: error === null, fields: { ERROR: error ?? '' } };
      }
      const reader = new ReportReader();
      return {
        valid: true,
        fields: raw.split('\n').flatMap((line) => {
          const row = reader.row(line);
          return row ? [row] : [];
        }) as unknown as Json,
      };
    },
  },
  'actual-status': {
    kind: 'case',
    answer: (_given, input): Readonly<Record<string, Json>> => {
      const rows = (input.fields ?? []) as unknown as readonly Readonly<Record<string, string>>[];
      const actual = actualBill(
        rows.map((row) => ({ number: row.BillNumber ?? '', status: row.Status ?? '' })),
      );
      return { actual: actual?.number ?? null, status: actual ? statusOfBill(actual.status) : 'pending' };
    },
  },
};

const SUSPICIONS: readonly LikelyCause[] = [
  {
    cause: 'the check value is not in upper case',
    raw: (raw) =>
      raw.replace(/(checkvalue=)([0-9a-f]{32})/i, (_, name, digest) => name + digest.toUpperCase()),
  },
  {
    cause: 'the secret word has white space at an end',
    settings: (account) => ({ ...account, salt: String(account.salt ?? '').trim() }),
  },
];

/** What each code says, in the provider’s words. */
const WORDS: Readonly<Record<string, string>> = {
  AS000: 'success',
  AS100: 'declined',
  AS101: 'wrong card number',
  AS102: 'not enough funds',
  AS104: 'wrong expiry date',
  AS105: 'limit exceeded',
  AS106: 'wrong PIN',
  AS107: 'error in the data',
  AS108: 'suspected fraud',
  AS109: 'operation limit of ASSIST',
  AS110: '3-D Secure needed',
  AS200: 'repeated',
  AS300: 'in process',
  AS400: 'no such payment',
  AS998: 'system error',
};

export const assist = defineProvider<typeof settings>({
  id: 'assist',
  aliases: [],
  caption: 'ASSIST',
  countries: ['RU', 'BY', 'KZ'],
  currencies: currencies(['RUB', 'USD', 'EUR', 'BYN', 'KZT']),
  capabilities: {
    capture: true,
    cancel: true,
    refund: true,
    status: true,
    manualCapture: true,
    signedNotification: true,
    signedReturn: false,
  },
  settings,
  lackingSetting(given) {
    if (isLegacy(given)) return given.sendresult_secret ? null : 'sendresult_secret';
    return given.salt ? null : 'salt';
  },
  signatures: recipes,
  likelyCauses: SUSPICIONS,
  statuses: legacyTable(
    [
      ...Object.entries(STATES).map(([code, { outcome }]) => ({ code, outcome })),
      ...Object.entries(BILL_OUTCOMES).map(([code, outcome]) => ({ code, outcome })),
    ],
    WORDS,
  ),
  requires: [],
  maxAmount: 99_999_999_999_999,
  testOnly: false,
  freshOrderEachTrip: true,

  charset: ({ mode }) => charset(mode === 'legacy' ? 'windows-1251' : 'utf-8'),
  captureDefault: ({ delay }) => (delay ? 'manual' : 'automatic'),

  start(request) {
    const { account } = request;
    const {
      path,
      charset: name,
      fields,
    } = isLegacy(account.settings) ? legacyForm(request) : currentForm(request);
    return {
      kind: 'form',
      method: 'POST',
      url: atOrigin(server(account) + path, account.endpoints.page),
      charset: name,
      fields: fields.map(([field, value]) => ({ name: field, value })),
    };
  },

  queryStatus: ask,
  cannotQueryStatus: askLacks,
  capture,
  cancel,
  refund,

  report: {
    everySeconds: REPORT_EVERY_SECONDS,
    applies: (given) => isLegacy(given) && Boolean(given.login && given.password),
    rows: reportRows,
  },

  async notification(request, account, channel) {
    if (channel === 'return') {
      const names = (parseForm(request.query) ?? []).map(({ name }) => readable(name)).join(', ');
      return { kind: 'acknowledgement', about: `a return, which proves nothing (${names})` };
    }
    if (isLegacy(account.settings)) {
      const values = mapOf(formFields(formBytes(request)), false);
      requireOurs(account, values, 'Shop_IDP');
      verifyPush(account.settings, values);
      requireForms(values, ['OrderNumber', 'Total', 'Currency', 'BillNumber', 'PacketDate']);
      return pushFact(account.settings, values);
    }
    const values = resultOf(request);
    requireOurs(account, values, 'merchant_id');
    const verified = verifyResult(account.settings, values);
    const { amountField, currencyField } = verified;
    requireForms(values, ['ordernumber', amountField, currencyField, 'orderstate']);
    return resultFact(account.settings, values, verified);
  },

  reply: () => ({
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: '<pushpaymentresult firstcode="0" secondcode="0"/>',
  }),

  refused(refusal, given) {
    const [first, second] = codesOf(given, refusal);
    return xmlReply(
      given,
      refusal ? 403 : 404,
      `<pushpaymentresult firstcode="${first}" secondcode="${second}"/>`,
    );
  },

  setup: ({ callback }) => [
    { where: 'Settings of the shop > sending of results > address', value: callback },
    { where: 'the same page > format', value: 'form (POST); XML, SOAP and JSON are read too' },
    { where: 'the same page > reply', value: 'XML with firstcode and secondcode, not a bare HTTP 200' },
    { where: 'the same page > check value (legacy: MD5)', value: 'on, with the secret of this account' },
  ],
});
