/**
 * PayU (Poland and central Europe): REST API 2.1 (payu.rest.ts), and the classic API before it (payu.classic.ts), deprecated.
 *
 * Safe readings of what is unverified: a payment that arrived after its cancellation (REJECTED, 7) is denied, and a person has to look; the body is
 * hashed as received; HUF is counted in hundredths, as PayU and ISO 4217 do.
 */

import { currencies } from '../../payments/currencies.ts';
import { invalidField, Refusal } from '../../payments/errors.ts';
import type { Outcome, Status } from '../../payments/statuses.ts';
import { readable, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { defineProvider, type LikelyCause, type Recipe, type RecipeInput } from '../contract.ts';
import { formBytes, formFields, inputFields, textFields } from '../kit/form-message.ts';
import { legacyTable } from '../kit/statuses.ts';
import { statusAlone, verdict, verifyingSecret } from '../kit/verdict.ts';
import {
  askClassic,
  CLASSIC_STATUSES,
  newsClassic,
  readLines,
  signNewPayment,
  signShort,
  startClassic,
  verifyAnswer,
  verifyOnline,
} from './classic.ts';
import { cancel, capture, refund } from './operations.ts';
import {
  askRest,
  basicOld,
  newsRest,
  REST_STATUSES,
  readBody,
  signForm,
  startRest,
  verifyBody,
} from './rest.ts';
import { type PayuSettings, settings } from './settings.ts';

type Given = Partial<Omit<PayuSettings, 'mode'>> & { readonly mode?: string };

function valuesOf(
  fields: readonly { readonly name: Uint8Array; readonly value: Uint8Array }[],
): Map<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of fields) {
    const field = readable(name);
    if (values.has(field)) throw new Refusal('duplicate_field', `the field ${field} came twice`);
    values.set(field, readable(value));
  }
  return values;
}

/** The header of a vector, or one made of its bare digest. */
function headerOf({ rest }: RecipeInput): string {
  if (rest?.header !== undefined) return String(rest.header_value ?? '');
  return `signature=${String(rest?.signature ?? '')};algorithm=${String(rest?.algorithm ?? 'MD5').split(/[ (]/, 1)[0]}`;
}

function judge(given: Given, input: RecipeInput) {
  const classic = given.mode === 'legacy';
  return verdict(() => {
    if (classic)
      return { ...verifyOnline(given as Partial<PayuSettings>, valuesOf(inputFields(input))), status: null };
    const body = utf8(input.raw ?? '');
    const verified = verifyBody(body, headerOf(input), verifyingSecret(given.second_key, 'second_key'));
    // A text of the vectors that is no message still has a digest.
    const status = input.raw?.trim().startsWith('{') ? statusAlone(readBody(body, given.pos_id)) : null;
    return { ...verified, status };
  });
}

const recipes: Record<string, Recipe<PayuSettings>> = {
  'request-signature': {
    kind: 'sign',
    sign: (given: Given, input) =>
      given.mode === 'legacy'
        ? signNewPayment(new Map(textFields(input)), given.key1)
        : signForm(
            textFields(input),
            given.pos_id ?? '',
            given.second_key ?? '',
            /algorithm=([\w-]+)/.exec(String(input.rest?.signature ?? ''))?.[1] ?? 'SHA-256',
          ),
  },
  'api-signature': {
    kind: 'sign',
    sign: (given, input) => signShort(new Map(textFields(input)), given.key1),
  },
  'notification-signature': { kind: 'verify', verify: judge },
  'api-response-signature': {
    kind: 'verify',
    verify: (given, input) =>
      verdict(() => {
        const values = readLines(input.raw ?? '');
        const verified = verifyAnswer(given, values);
        return { ...verified, status: statusOf(CLASSIC_STATUSES[values.get('trans_status') ?? '']) };
      }),
  },
  'authorization-header': {
    kind: 'sign',
    sign: ({ pos_id = '', second_key = '' }) => basicOld(pos_id, second_key),
  },
};

/** The status that an outcome of the classic API alone stands for. */
function statusOf(outcome: Outcome = 'none'): Status | null {
  if (outcome === 'none') return null;
  return outcome === 'voided' ? 'cancelled' : (outcome as Status);
}

const SUSPICIONS: readonly LikelyCause[] = [
  {
    cause: 'it is signed with the client secret instead of the second key',
    settings: (account) => ({ ...account, second_key: account.client_secret }),
  },
  {
    cause: 'it is signed with key 1 instead of key 2',
    settings: (account) => ({ ...account, key2: account.key1 }),
  },
];

export const payu = defineProvider<typeof settings>({
  id: 'payu',
  aliases: [],
  caption: 'PayU (Poland and central Europe)',
  countries: ['PL', 'CZ', 'SK', 'RO', 'HU', 'BG'],
  currencies: currencies([
    'CHF',
    'CZK',
    'DKK',
    'EUR',
    'GBP',
    'HUF',
    'NOK',
    'PLN',
    'RON',
    'SEK',
    'UAH',
    'USD',
  ]),
  capabilities: {
    capture: true,
    cancel: true,
    refund: true,
    status: true,
    manualCapture: false,
    signedNotification: true,
    signedReturn: false,
  },
  settings,
  lackingSetting({ mode, second_key, key2 }) {
    if (mode === 'rest') return second_key ? null : 'second_key';
    return key2 ? null : 'key2';
  },
  signatures: recipes,
  likelyCauses: SUSPICIONS,
  statuses: legacyTable(
    [...Object.entries(REST_STATUSES), ...Object.entries(CLASSIC_STATUSES)].map(([code, outcome]) => ({
      code,
      outcome,
    })),
    {
      1: 'new',
      2: 'cancelled',
      3: 'rejected',
      4: 'started',
      5: 'waiting for reception',
      7: 'rejected, the money arrived after a cancellation',
      99: 'received',
      888: 'wrong status',
    },
  ),
  requires: [],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachTrip: true,

  charset: () => charset('utf-8'),
  captureDefault: ({ auto_receive }) => (auto_receive ? 'automatic' : 'manual'),
  deferred: () => true,

  async start(request) {
    const [extra] = Object.keys(request.payment.providerFields);
    if (extra !== undefined) throw invalidField(`providerFields.${extra}`, 'is not a field of this provider');
    if (request.account.settings.mode === 'rest') return startRest(request);
    if (request.payment.currency !== 'PLN') throw invalidField('currency', 'the classic API takes PLN only');
    return startClassic(request);
  },

  capture,
  cancel,
  refund,
  queryStatus: async (question) =>
    question.account.settings.mode === 'rest' ? askRest(question) : askClassic(question),

  async notification(request, account, channel) {
    if (channel === 'return') {
      // Unsigned: a reason to ask, about the order that our own address names.
      const order = new URLSearchParams(readable(request.query)).get('o');
      return { kind: 'hint', order, about: {} };
    }
    const news =
      account.settings.mode === 'rest'
        ? newsRest(request, account.settings)
        : newsClassic(account.settings, valuesOf(formFields(formBytes(request))));
    if (!news.order) throw new Refusal('field_missing', 'there is no order of ours');
    return news;
  },

  reply: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' }),

  setup: ({ callback }) => [
    { where: 'REST: nothing has to be entered, each order names its addresses', value: callback },
    { where: 'classic: POS > configuration > address for reports (UrlOnline)', value: callback },
  ],
});
