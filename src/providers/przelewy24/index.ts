/**
 * Przelewy24 (Poland): REST API v1 (przelewy24.rest.ts), and the forms before it (przelewy24.classic.ts). In every generation a signed
 * notification is an advance payment only: it counts when our verification call, with our amount, has succeeded.
 *
 * Safe readings of what is unverified: each attempt has its own session; the second value of a 3.2 signature is the merchant; refused and aborted
 * payments are never told, so that an unfinished one is asked about after 15 minutes and later.
 */

import { currencies } from '../../payments/currencies.ts';
import { invalidField, Refusal } from '../../payments/errors.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import {
  type Channel,
  defineProvider,
  type Hint,
  type Json,
  type LikelyCause,
  type ProviderRequest,
  type ProviderUpdate,
  type Recipe,
  type RecipeInput,
} from '../contract.ts';
import { formBytes, formFields, inputFields, textFields } from '../kit/form-message.ts';
import { legacyTable } from '../kit/statuses.ts';
import { verdict } from '../kit/verdict.ts';
import {
  askClassic,
  newsClassic,
  readVerification,
  signClassic,
  startClassic,
  verifyClassic,
} from './classic.ts';
import { refund } from './refund.ts';
import {
  askRest,
  basicRest,
  bodyOf,
  newsRest,
  requireOursRest,
  signRest,
  startRest,
  verifyRest,
} from './rest.ts';
import { type P24Settings, settings } from './settings.ts';

/** What vectors call some settings. */
type Given = Partial<P24Settings> & {
  readonly merchantId?: number;
  readonly posId?: number;
  readonly apiKey?: string;
  readonly p24_id_sprzedawcy?: string;
};

function membersOf(input: RecipeInput): { readonly [name: string]: Json } {
  return Array.isArray(input.fields)
    ? Object.fromEntries(textFields(input))
    : ((input.fields ?? {}) as { [name: string]: Json });
}

function sign(given: Given, input: RecipeInput) {
  const { mode = 'rest', crc = '' } = given;
  if (mode !== 'rest') return signClassic(mode, new Map(textFields(input)), crc);
  return signRest(membersOf(input), crc);
}

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

function judge(given: Given, input: RecipeInput) {
  const { mode = 'rest', crc = '' } = given;
  return verdict(() => {
    if (mode !== 'rest') {
      return { ...verifyClassic(mode, valuesOf(inputFields(input)), crc), status: 'pending' as const };
    }
    const { members, base, signature } = verifyRest(new TextEncoder().encode(input.raw ?? ''), crc);
    const news = newsRest(members);
    if (news.kind === 'hint') return { base, signature, status: 'pending' as const };
    return { base, signature, status: news.outcome === 'refunded' ? ('refunded' as const) : null };
  });
}

const recipes: Record<string, Recipe<P24Settings>> = {
  'request-signature': { kind: 'sign', sign },
  'api-signature': { kind: 'sign', sign },
  'notification-signature': { kind: 'verify', verify: judge },
  'authorization-header': {
    kind: 'sign',
    sign: (given: Given) =>
      basicRest(
        String(given.posId ?? given.pos_id ?? given.merchantId ?? given.merchant_id ?? ''),
        given.apiKey ?? given.api_key ?? '',
      ),
  },
  'api-response': {
    kind: 'case',
    answer: ({ mode = 'legacy' }, input) => {
      const { ok } = readVerification(mode, input.raw ?? '');
      return { valid: true, status: ok ? 'paid' : 'error' };
    },
  },
};

const SUSPICIONS: readonly LikelyCause[] = [
  {
    cause: 'the CRC has white space at an end',
    settings: (account) => ({ ...account, crc: String(account.crc).trim() }),
  },
];

function heard(request: ProviderRequest, given: P24Settings, channel: Channel): ProviderUpdate | Hint {
  if (given.mode === 'rest') {
    // The way back carries nothing but our own order number: a reason to ask.
    if (channel === 'return') {
      const order = new URLSearchParams(readable(request.query)).get('o');
      if (!order) throw new Refusal('field_missing', 'there is no order');
      return { kind: 'hint', order, about: {} };
    }
    const { members } = verifyRest(bodyOf(request), given.crc);
    requireOursRest(given, members);
    return newsRest(members);
  }
  const values = valuesOf(formFields(formBytes(request)));
  if (channel === 'return' && given.mode === '3.2')
    throw new Refusal('signature_missing', 'a return of 3.2 carries nothing');
  verifyClassic(given.mode, values, given.crc);
  return newsClassic(given, values);
}

export const przelewy24 = defineProvider<typeof settings>({
  id: 'przelewy24',
  aliases: ['p24'],
  caption: 'Przelewy24',
  countries: ['PL'],
  currencies: currencies(['PLN', 'EUR', 'CZK', 'GBP', 'USD', 'CHF', 'SEK', 'NOK', 'DKK', 'RON']),
  capabilities: {
    capture: false,
    cancel: false,
    refund: true,
    status: true,
    manualCapture: false,
    signedNotification: true,
    signedReturn: false,
  },
  settings,
  signatures: recipes,
  likelyCauses: SUSPICIONS,
  statuses: legacyTable(
    [
      { code: '0', outcome: 'none' },
      { code: '1', outcome: 'pending' },
      { code: '2', outcome: 'paid' },
      { code: '3', outcome: 'refunded' },
      { code: 'refund 0', outcome: 'refunded' },
      { code: 'refund 1', outcome: 'none' },
    ],
    { 0: 'no payment', 1: 'advance payment', 2: 'paid', 3: 'returned' },
  ),
  requires: ['customer.email'],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachTrip: true,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',
  deferred: ({ mode }) => mode === 'rest',

  async start(request) {
    const { email } = request.payment.customer;
    if (!email || email.length > 50)
      throw invalidField('customer.email', 'Przelewy24 wants one of at most 50 characters');
    const [extra] = Object.keys(request.payment.providerFields);
    if (extra !== undefined) throw invalidField(`providerFields.${extra}`, 'is not a field of this provider');
    return request.account.settings.mode === 'rest' ? startRest(request) : startClassic(request);
  },

  refund,
  cannotQueryStatus: ({ mode }) => (mode === 'rest' ? null : 'the older protocols cannot be asked'),
  queryStatus: (question) =>
    question.account.settings.mode === 'rest' ? askRest(question) : askClassic(question),

  async notification(request, account, channel) {
    const news = heard(request, account.settings, channel);
    if (!news.order) throw new Refusal('field_missing', 'there is no session');
    return news;
  },

  reply: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' }),

  setup: ({ callback }) => [
    { where: 'nothing has to be entered: each order names its addresses (rest, 3.2)', value: callback },
    { where: 'legacy: the online address is set by the support', value: callback },
    { where: 'My data > API > addresses that may use the API', value: 'those of the Worker, or none' },
  ],
});
