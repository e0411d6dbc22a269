/**
 * SIPS 1.x (Atos: Mercanet, Sherlock's, Sogenactif, Scellius, e-Transactions, Elysnet, Webaffaires, Cyberplus), retired: replaced by SIPS 2;
 * closing dates per bank are unverified.
 *
 * The wire protocol is not public: the bank's own executables encrypt what is sent and decrypt what comes back, under a certificate that
 * stays on their machine. Our bridge (src/bridge/sips.ts) runs beside them; this file says what to ask it. `response` with code 0 is what
 * a verified signature is elsewhere.
 *
 * Facts: eopayment's sips.py and cb.py; ekyna/PayumSips; nursit/bank; the Crédit Agricole plug-in guide (sips.middleware.ts has the
 * positions). Safe readings of what is unverified: texts are sent as ASCII; nothing sent holds a `!`; a notification that
 * cannot be read because the bridge is down is kept and read later.
 */

import * as v from 'valibot';
import { currency, currencyByNumber, currencyCodes } from '../../payments/currencies.ts';
import { Problem, Refusal } from '../../payments/errors.ts';
import type { Outcome } from '../../payments/statuses.ts';
import { readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import {
  defineProvider,
  type Hint,
  type ProviderAccount,
  type ProviderRequest,
  type ProviderUpdate,
  type Recipe,
  type StartRequest,
  type VerificationContext,
} from '../contract.ts';
import { addressWithin, atOrigin, backBy } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { formBytes, formFields, inputFields, textFields } from '../kit/form-message.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { ifFits, plainAscii } from '../kit/text.ts';
import { statusAlone } from '../kit/verdict.ts';
import {
  argumentsOf,
  bridgeHeaders,
  REQUEST_PARAMETERS,
  readRequestOutput,
  readResponseOutput,
} from './middleware.ts';

// --- Settings ---------------------------------------------------------------------------------------------

const settings = v.object({
  merchant_id: v.pipe(pattern(/^\d{15}$/, 'has 15 digits'), shown({ title: 'Merchant ID' })),
  merchant_country: v.optional(
    v.pipe(pattern(/^[a-z]{2}$/, 'has two small letters'), shown({ title: 'Country of the merchant' })),
    'fr',
  ),
  pathfile: v.optional(
    v.pipe(
      pattern(/^(?:\/[^\s]{1,79})?$/, 'is an absolute path without spaces, at most 80 characters'),
      shown({ title: 'Pathfile', description: 'On the bridge, which has its own and uses that.' }),
    ),
    '',
  ),
  capture_mode: v.optional(
    v.pipe(v.picklist(['', 'AUTHOR_CAPTURE', 'VALIDATION']), shown({ title: 'Capture mode' })),
    '',
  ),
  capture_day: v.optional(
    v.pipe(pattern(/^\d{0,2}$/, 'is 0 to 99'), shown({ title: 'Days before the capture' })),
    '',
  ),
  payment_means: v.optional(
    v.pipe(
      pattern(/^(?:[A-Z0-9]+,\d(?:,[A-Z0-9]+,\d)*)?$/, 'looks like CB,2,VISA,2'),
      shown({ title: 'Means of payment and their blocks' }),
    ),
    '',
  ),
  bridgeUrl: v.pipe(
    text(8, 500),
    v.url('is not an address'),
    shown({ title: 'Address of the bridge', description: 'Where `npm run sips-bridge` answers, by https.' }),
  ),
  bridgeSecret: v.pipe(
    text(16, 200),
    secret({ title: 'Secret of the bridge', description: 'SIPS_BRIDGE_SECRET of the bridge.' }),
  ),
});

type Settings = v.InferOutput<typeof settings>;

// --- The bridge -------------------------------------------------------------------------------------------

async function bridge(
  account: ProviderAccount<Settings>,
  world: VerificationContext,
  what: 'request' | 'response',
  message: object,
): Promise<Record<string, unknown>> {
  const { bridgeUrl, bridgeSecret } = account.settings;
  const url = atOrigin(`${bridgeUrl.replace(/\/$/, '')}/${what}`, account.endpoints.api);
  const body = JSON.stringify(message);
  const headers = bridgeHeaders(bridgeSecret, world.now, new URL(url).pathname, body);
  const answer = await callApi(world.fetch, url, { headers, body });
  if (answer.status !== 200) {
    throw new Problem('provider_unreachable', `the SIPS bridge answered ${answer.status}`, {
      cause: answer.text,
    });
  }
  return jsonObject(answer.text);
}

// --- Recipes: the bank's executables hold the key -----------------------------------------------------------

/** What `response` printed, judged: only code 0 is authentic, and only about our merchant. */
function judged(given: Partial<Settings>, fields: Readonly<Record<string, string>>): ProviderUpdate {
  if (fields.code !== '0') {
    throw new Refusal(
      'signature_mismatch',
      `the middleware does not know this message: ${fields.error ?? ''}`,
    );
  }
  if (given.merchant_id !== undefined && fields.merchant_id !== given.merchant_id) {
    throw new Refusal('wrong_account', `the message is for the merchant ${fields.merchant_id}`);
  }
  return read(fields);
}

function responseCase(given: Partial<Settings>, raw: string, asked: Readonly<Record<string, unknown>>) {
  const fields = readResponseOutput(raw);
  try {
    const fact = judged(given, fields);
    const { amount = fields.amount } = (asked.expect ?? {}) as Readonly<Record<string, string>>;
    const less = fact.outcome === 'paid' && Number(fact.amount) < Number(amount);
    return { valid: true, fields, status: less ? 'partially_paid' : statusAlone(fact) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { valid: false, fields };
  }
}

const recipes: Record<string, Recipe<Settings>> = {
  'middleware-request': {
    kind: 'case',
    answer: (_given, input) => ({ argv: argumentsOf(textFields(input)) }),
  },
  'middleware-request-output': {
    kind: 'case',
    answer: (_given, input) => {
      const output = readRequestOutput(input.raw ?? '');
      return { valid: output.code === '0', fields: { ...output } };
    },
  },
  'middleware-response-output': {
    kind: 'case',
    answer: (given, input) => responseCase(given, input.raw ?? '', input.rest ?? {}),
  },
  'notification-body': {
    kind: 'case',
    answer: (given, input) => {
      const message = dataOf(inputFields(input));
      return {
        valid: message !== null,
        fields: message === null ? {} : { message },
        argv: argumentsOf([
          ['message', message ?? ''],
          ['pathfile', given.pathfile ?? ''],
        ]),
      };
    },
  },
};

/** The opaque text of a message: one field, its name in capitals. */
function dataOf(fields: readonly { readonly name: Uint8Array; readonly value: Uint8Array }[]): string | null {
  const found = fields.filter(({ name }) => readable(name) === 'DATA');
  return found.length === 1 && found[0] ? readable(found[0].value) : null;
}

// --- Start ------------------------------------------------------------------------------------------------

const RESERVED = new Set([
  'merchant_id',
  'merchant_country',
  'amount',
  'currency_code',
  'transaction_id',
  'order_id',
  'normal_return_url',
  'cancel_return_url',
  'automatic_response_url',
  'capture_mode',
  'capture_day',
]);

/** A `!` in a value would shift every later position of what comes back. */
function plain(value: string | undefined | null): string | undefined {
  return (
    plainAscii(value ?? '')
      .replaceAll('!', '')
      .trim() || undefined
  );
}

const LANGUAGES = new Set(['fr', 'en', 'de', 'es', 'it']);

function parametersOf(request: StartRequest<Settings>, number: number): (readonly [string, string])[] {
  const { payment, account, urls, order } = request;
  const given = account.settings;
  const { language, email, ip } = payment.customer;
  const capture = payment.capture
    ? { manual: 'VALIDATION', automatic: 'AUTHOR_CAPTURE' }[payment.capture]
    : given.capture_mode;
  const entries: (readonly [string, string | undefined])[] = [
    ['merchant_id', given.merchant_id],
    ['merchant_country', given.merchant_country],
    ['amount', String(payment.amount)],
    ['currency_code', currency(payment.currency)?.numeric],
    ['transaction_id', String(number % 1_000_000).padStart(6, '0')],
    ['order_id', order],
    ['normal_return_url', addressWithin(512, backBy(urls, 'success'))],
    ['cancel_return_url', addressWithin(512, backBy(urls, 'cancel'))],
    ['automatic_response_url', addressWithin(512, `${urls.callback}?o=${order}`)],
    ['language', language && LANGUAGES.has(language) ? language : undefined],
    ['payment_means', given.payment_means],
    ['capture_mode', capture],
    ['capture_day', given.capture_day],
    ['customer_email', plain(ifFits(email, 128))],
    ['customer_ip_address', ip],
    ['caddie', plain(payment.description)?.slice(0, 200)],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

/** The middleware's form inside a page: its logos are the buttons. */
function pageOf(buffer: string): string {
  return `<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="robots" content="noindex"><title>Paiement</title></head><body>${buffer}</body></html>`;
}

// --- Notification -----------------------------------------------------------------------------------------

const CODES: Readonly<Record<string, Outcome>> = {
  '00': 'paid',
  '02': 'denied',
  '03': 'error',
  '05': 'denied',
  '12': 'error',
  '17': 'cancelled',
  '30': 'error',
  '34': 'denied',
  '75': 'denied',
  '90': 'error',
  '94': 'error',
  '99': 'error',
};

const DETAIL = [
  'payment_means',
  'payment_certificate',
  'authorisation_id',
  'card_number',
  'bank_response_code',
  'complementary_code',
  'complementary_info',
  'capture_mode',
  'capture_day',
  'transaction_id',
  'payment_date',
  'payment_time',
];

function read(fields: Readonly<Record<string, string>>): ProviderUpdate {
  const code = fields.response_code ?? '';
  const outcome = CODES[code] ?? 'error';
  // A transaction_id begins anew every day.
  const transaction = `${fields.payment_date ?? ''}/${fields.transaction_id ?? ''}`;
  const amount = fields.amount ?? '';
  return {
    kind: 'update',
    order: fields.order_id ?? '',
    key: `${transaction}/${code}`,
    outcome: outcome === 'paid' && fields.capture_mode === 'VALIDATION' ? 'authorized' : outcome,
    amount: /^\d{1,12}$/.test(amount) ? Number(amount) : null,
    currency: currencyByNumber(fields.currency_code ?? '')?.alpha ?? (fields.currency_code || null),
    movement: transaction,
    providerReference: transaction,
    providerStatus: code,
    detail: Object.fromEntries(DETAIL.flatMap((name) => (fields[name] ? [[name, fields[name] ?? '']] : []))),
  };
}

/** Has the bridge decrypt a message. */
async function decrypted(
  account: ProviderAccount<Settings>,
  world: VerificationContext,
  message: string,
): Promise<ProviderUpdate> {
  const answer = await bridge(account, world, 'response', { message });
  const fields = (answer.fields ?? {}) as Record<string, string>;
  const fact = judged(account.settings, {
    ...fields,
    code: String(answer.code),
    error: String(answer.error),
  });
  if (!fact.order) throw new Refusal('field_missing', 'there is no order_id');
  return fact;
}

async function heard(
  request: ProviderRequest,
  account: ProviderAccount<Settings>,
  world: VerificationContext,
): Promise<ProviderUpdate | Hint> {
  const message = dataOf(formFields(formBytes(request)));
  if (message === null || message === '') throw new Refusal('signature_missing', 'there is no DATA');
  if (/[\x00-\x1f\x7f]/.test(message)) throw new Refusal('malformed', 'DATA holds control characters');
  try {
    return await decrypted(account, world, message);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // The middleware sends once: what cannot be read now is read later.
    const order = new URLSearchParams(readable(request.query)).get('o');
    if (order === null) throw error;
    return { kind: 'hint', order, about: { DATA: message } };
  }
}

/** What each code says, in the provider’s words. */
const WORDS: Readonly<Record<string, string>> = {
  '00': 'authorised',
  '02': 'phone call needed, over the limit',
  '03': 'merchant_id or contract invalid',
  '05': 'refused',
  '12': 'invalid transaction',
  '17': 'cancelled by the shopper',
  '30': 'format error',
  '34': 'suspected fraud',
  '75': 'too many card number attempts',
  '90': 'service unavailable',
  '94': 'transaction_id used before today',
  '99': 'temporary',
};

// --- The provider -----------------------------------------------------------------------------------------

export const sips = defineProvider<typeof settings>({
  id: 'sips',
  aliases: [],
  caption: 'SIPS 1.x (Atos middleware; retired, replaced by SIPS 2)',
  countries: ['FR'],
  currencies: currencyCodes,
  capabilities: {
    capture: false,
    cancel: false,
    refund: false,
    status: false,
    manualCapture: true,
    signedNotification: true,
    signedReturn: true,
  },
  settings,
  signatures: recipes,
  likelyCauses: [],
  statuses: legacyTable(
    Object.entries(CODES).map(([code, outcome]) => ({ code, outcome })),
    WORDS,
  ),
  requires: [],
  maxAmount: 999_999_999_999,
  testOnly: false,
  freshOrderEachTrip: true,

  charset: () => charset('utf-8'),
  captureDefault: ({ capture_mode }) => (capture_mode === 'VALIDATION' ? 'manual' : 'automatic'),

  async start(request) {
    const { account, payment } = request;
    const number = await request.daily(account.settings.merchant_id);
    const parameters = withProviderFields(parametersOf(request, number), payment.providerFields, {
      reserved: RESERVED,
      allowed: (name) => REQUEST_PARAMETERS.has(name),
    }).map(([name, value]) => [name, value.replaceAll('!', '')] as const);
    const answer = await bridge(account, request, 'request', { parameters: Object.fromEntries(parameters) });
    if (answer.code !== '0' || typeof answer.form !== 'string' || answer.form === '') {
      const reason = answer.error || 'the executable or its files cannot be read';
      throw new Problem('provider_error', `the SIPS middleware refused: ${String(reason)}`);
    }
    return { kind: 'html', html: pageOf(answer.form) };
  },

  /** Reads what could not be read when it came. */
  queriesOnlyHints: true,
  async queryStatus({ account, hint, now, fetch: fetcher }) {
    return hint.DATA ? decrypted(account, { now, fetch: fetcher }, hint.DATA) : null;
  },

  notification: (request, account, _channel, world) => heard(request, account, world),

  reply: () => EMPTY_OK,

  setup: ({ callback }) => [
    {
      where: 'the bridge: npm run sips-bridge beside the executables, its address in bridgeUrl',
      value: 'bridgeUrl',
    },
    { where: 'parmcom of the shop, AUTO_RESPONSE_URL (each payment names it too)', value: callback },
  ],
});
