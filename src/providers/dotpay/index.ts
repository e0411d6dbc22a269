/**
 * Dotpay (Poland; being folded into Przelewy24): three generations of one account. `legacy` sends unsigned and hears `t_status` with MD5;
 * `dev` and `next` sign the request (SHA-256 over values, HMAC-SHA-256 over a JSON text) and hear `operation_*` with SHA-256.
 *
 * Facts: Dotpay technical manual (payment API and URLC); dotpay/PHP-SDK; the tests of krzysiekpiasecki/Dotpay, vinted/dotpay and
 * django-getpaid 1.7.
 *
 * Safe readings of what is unverified: amounts of refunds count without their sign; a complaint moves nothing; `type` is 4, as the vendor's SDK
 * sends it, and 3 in legacy mode. In dev mode the values stand without separators in the digest, so that a message has to name its operation and
 * amounts in their forms; our account number and order come from it with fixed lengths.
 */

import * as v from 'valibot';
import { currencies } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import type { Outcome } from '../../payments/statuses.ts';
import { equalText, hex, readable, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { digests, hmacOf } from '../../signing/digests.ts';
import type { RawField } from '../../signing/form.ts';
import { weakDigests } from '../../signing/weak.ts';
import {
  defineProvider,
  type LikelyCause,
  type ProviderUpdate,
  type Recipe,
  type RecipeInput,
  type Signed,
  type StartRequest,
} from '../contract.ts';
import { addressWithin, atOrigin, backBy } from '../kit/addresses.ts';
import { formBytes, formFields, inputFields, textFields } from '../kit/form-message.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { cut, ifFits } from '../kit/text.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { panelCalls } from './api.ts';
import { NOTIFICATION_FIELDS, REQUEST_FIELDS } from './fields.ts';

// --- Settings ---------------------------------------------------------------------------------------------

const settings = v.object({
  id: v.pipe(pattern(/^\d{4,7}$/, 'has 4 to 7 digits'), shown({ title: 'Shop number (id)' })),
  PIN: v.pipe(
    pattern(/^[A-Za-z0-9]{16,32}$/, 'has 16 to 32 letters and digits'),
    secret({ title: 'PIN', description: 'Signs both ways.' }),
  ),
  mode: v.optional(
    v.pipe(
      v.picklist(['dev', 'next', 'legacy']),
      shown({ title: 'Generation', description: 'As the account is set in the panel.' }),
    ),
    'dev',
  ),
  lang: v.optional(
    v.pipe(v.picklist(['pl', 'en', 'de', 'fr', 'es', 'cz', 'ru', 'it', 'bg']), shown({ title: 'Language' })),
    'pl',
  ),
  onlinetransfer: v.optional(
    v.pipe(v.picklist(['0', '1']), shown({ title: 'Only channels that settle at once' })),
    '0',
  ),
  p_info: v.optional(v.pipe(text(0, 300), shown({ title: 'Shop name shown' })), ''),
  p_email: v.optional(v.pipe(text(0, 100), shown({ title: 'Shop e-mail shown' })), ''),
  login: v.optional(v.pipe(text(1, 100), shown({ title: 'API user' }))),
  password: v.optional(v.pipe(text(1, 100), secret({ title: 'API password' }))),
});

type Settings = v.InferOutput<typeof settings>;

// --- Signatures -------------------------------------------------------------------------------------------

function joined(
  names: readonly string[],
  values: ReadonlyMap<string, string>,
  head: string,
  separator = '',
): Uint8Array {
  return utf8([head, ...names.map((name) => values.get(name) ?? '')].join(separator));
}

/** `\uXXXX` for everything that is not ASCII, half of a pair by half: JSON.stringify alone is not enough. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function nextBase(values: ReadonlyMap<string, string>): Uint8Array {
  const named = new Map([...values].filter(([name]) => name !== 'chk'));
  const list = [...named.keys()].sort().join(';');
  const sorted = [...named, ['paramsList', list] as const].sort(([a], [b]) => (a < b ? -1 : 1));
  return utf8(asciiJson(Object.fromEntries(sorted)));
}

function signRequest(given: Partial<Settings>, fields: Iterable<readonly [string, string]>): Signed {
  const values = new Map(fields);
  const pin = given.PIN ?? '';
  if (given.mode === 'next') {
    const base = nextBase(values);
    return { base, algorithm: 'HMAC-SHA256', signature: hex(hmacOf('sha256', utf8(pin), base)) };
  }
  // `url` and `urlc` may be spelled in capitals and take the same place.
  for (const name of ['url', 'urlc']) {
    const upper = values.get(name.toUpperCase());
    if (upper !== undefined) values.set(name, upper);
  }
  const base = joined(REQUEST_FIELDS, values, pin);
  return { base, algorithm: 'SHA-256', signature: hex(digests.sha256(base)) };
}

function signCancellation(given: Partial<Settings>, input: RecipeInput): Signed {
  const values = new Map(textFields(input));
  const names = ['type', 'id', 't_id', 'amount', 'control'];
  const signed = [
    values.get('login') ?? given.login,
    given.PIN,
    ...names.map((name) => values.get(name) ?? ''),
  ];
  const base = utf8(signed.join(':'));
  return { base, algorithm: 'MD5', signature: hex(weakDigests.md5(base)) };
}

const LEGACY_FIELDS = [
  'id',
  'control',
  't_id',
  'amount',
  'email',
  'service',
  'code',
  'username',
  'password',
  't_status',
];

function notificationSignature(given: Partial<Settings>, values: ReadonlyMap<string, string>): Signed {
  const pin = given.PIN ?? '';
  if (given.mode === 'legacy') {
    const base = joined(LEGACY_FIELDS, values, pin, ':');
    return { base, algorithm: 'MD5', signature: hex(weakDigests.md5(base)) };
  }
  const base = joined(NOTIFICATION_FIELDS, values, pin);
  return { base, algorithm: 'SHA-256', signature: hex(digests.sha256(base)) };
}

interface Verified {
  readonly values: ReadonlyMap<string, string>;
  readonly base: Uint8Array;
  readonly signature: string;
}

/** @throws Refusal */
function verify(given: Partial<Settings>, received: readonly RawField[]): Verified {
  const values = new Map<string, string>();
  for (const { name, value } of received) {
    const field = readable(name);
    if (values.has(field)) throw new Refusal('duplicate_field', `the field ${field} came twice`);
    values.set(field, readable(value));
  }
  const { base, signature } = notificationSignature(given, values);
  const sent = values.get(given.mode === 'legacy' ? 'md5' : 'signature') ?? '';
  if (sent === '' || !equalText(signature, sent)) {
    throw new Refusal(
      sent === '' ? 'signature_missing' : 'signature_mismatch',
      sent === '' ? 'there is no signature' : 'the signature does not fit the fields and the PIN',
      { base: readable(base), expected: signature, received: sent },
    );
  }
  return { values, base, signature };
}

const recipes: Record<string, Recipe<Settings>> = {
  'request-signature': { kind: 'sign', sign: (given, input) => signRequest(given, textFields(input)) },
  'notification-signature': {
    kind: 'verify',
    verify: (given: Partial<Settings>, input: RecipeInput) =>
      verdict(() => {
        const { values, base, signature } = verify(given, inputFields(input));
        return { base, signature, status: statusAlone(read(given, values)) };
      }),
  },
  /** The classic cancellation of a payment. */
  'api-signature': {
    kind: 'sign',
    sign: signCancellation,
  },
};

const SUSPICIONS: readonly LikelyCause[] = [
  {
    cause: 'the account is set to the legacy generation in the panel',
    settings: (account) => ({ ...account, mode: 'legacy' }),
  },
  {
    cause: 'the account is set to the dev or next generation in the panel',
    settings: (account) => ({ ...account, mode: 'dev' }),
  },
];

// --- Start ------------------------------------------------------------------------------------------------

const RESERVED = new Set([
  'api_version',
  'id',
  'amount',
  'currency',
  'control',
  'url',
  'urlc',
  'URL',
  'URLC',
  'type',
  'chk',
  'md5',
]);

function fieldsOf(request: StartRequest<Settings>): (readonly [string, string])[] {
  const { payment, account, urls, order } = request;
  const given = account.settings;
  const { customer } = payment;
  const legacy = given.mode === 'legacy';
  const language = ['pl', 'en', 'de', 'fr', 'es', 'ru', 'it', 'bg'].includes(customer.language ?? '')
    ? customer.language
    : undefined;
  const back = addressWithin(500, backBy(urls, 'pending'));
  const callback = addressWithin(500, urls.callback);
  const entries: (readonly [string, string | undefined])[] = [
    ['api_version', legacy ? undefined : given.mode],
    ['charset', given.mode === 'dev' ? 'utf-8' : undefined],
    ['lang', language ?? given.lang],
    ['id', given.id],
    ['amount', decimal(payment.amount, 2)],
    ['currency', payment.currency],
    ['description', cut(payment.description, 255) ?? payment.reference],
    ['control', order],
    ['onlinetransfer', given.onlinetransfer === '1' ? '1' : undefined],
    [legacy ? 'URL' : 'url', back],
    ['type', legacy ? '3' : '4'],
    [legacy ? 'URLC' : 'urlc', callback],
    ['firstname', legacy ? undefined : cut(customer.firstName, 50)],
    ['lastname', legacy ? undefined : cut(customer.lastName, 50)],
    ['email', ifFits(customer.email, 100)],
    ['p_info', given.p_info],
    ['p_email', given.p_email],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

function pageOf(account: StartRequest<Settings>['account']): string {
  if (account.settings.mode === 'legacy') return 'https://ssl.dotpay.pl/';
  return account.environment === 'production'
    ? 'https://dproxy.przelewy24.pl/t2/'
    : 'https://ssl.dotpay.pl/test_payment/';
}

// --- Notification -----------------------------------------------------------------------------------------

const LEGACY_STATUSES: Readonly<Record<string, Outcome>> = {
  1: 'pending',
  2: 'paid',
  3: 'denied',
  4: 'refunded',
  5: 'none',
};

const OPERATIONS: Readonly<Record<string, Outcome>> = {
  'payment new': 'pending',
  'payment processing': 'pending',
  'payment processing_realization_waiting': 'pending',
  'payment processing_realization': 'pending',
  'payment completed': 'paid',
  'payment rejected': 'denied',
  'payment_multimerchant_parent completed': 'paid',
  'payment_multimerchant_parent rejected': 'denied',
  'refund completed': 'refunded',
  'refund new': 'none',
  'refund processing': 'none',
  'refund rejected': 'none',
};

const DETAIL = [
  'channel',
  'operation_datetime',
  'operation_related_number',
  'operation_commission_amount',
  'credit_card_masked_number',
  'credit_card_brand_codename',
  't_date',
  'email',
  'payer_bank_account_name',
];

function details(values: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    DETAIL.flatMap((name) => (values.get(name) ? [[name, values.get(name) ?? '']] : [])),
  );
}

function read(given: Partial<Settings>, values: ReadonlyMap<string, string>): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  if (given.id !== undefined && value('id') !== given.id) {
    throw new Refusal('wrong_account', `the message is for the shop ${value('id')}`);
  }
  if (given.mode === 'legacy') {
    // The signed amount is in złoty; what was asked for stands unsigned beside it, and is only compared.
    const [asked = '', code = 'PLN'] = value('orginal_amount').split(' ');
    const legacyOutcome = LEGACY_STATUSES[value('t_status')] ?? 'none';
    return {
      kind: 'update',
      order: value('control'),
      key: `${value('t_id')}/${value('t_status')}`,
      outcome: legacyOutcome,
      amount: code === 'PLN' ? fromDecimal(value('amount'), 2) : fromDecimal(asked, 2),
      currency: code,
      movement: value('t_id'),
      ...(legacyOutcome === 'paid' && { providerState: { number: value('t_id') } }),
      providerReference: value('t_id') || null,
      providerStatus: value('t_status'),
      detail: details(values),
    };
  }
  const operation = `${value('operation_type')} ${value('operation_status')}`;
  const number = value('operation_number');
  const outcome = OPERATIONS[operation] ?? 'none';
  const amount = fromDecimal(value('operation_original_amount').replace(/^-/, ''), 2);
  return {
    kind: 'update',
    order: value('control'),
    key: `${number}/${operation}`,
    outcome,
    amount,
    currency: value('operation_original_currency') || null,
    movement: number,
    ...(operation === 'refund rejected' && { declines: { kind: 'refund' as const, amount } }),
    ...(outcome === 'paid' && { providerState: { number } }),
    providerReference: outcome === 'refunded' ? null : number || null,
    providerStatus: operation,
    detail: details(values),
  };
}

const FORMS: Readonly<Record<string, RegExp>> = {
  id: /^\d{4,7}$/,
  operation_number: /^M\d+-\d+$/,
  operation_type: /^[a-z_]+$/,
  operation_status: /^[a-z_]+$/,
  operation_amount: /^-?\d+\.\d\d$/,
  operation_currency: /^[A-Z]{3}$/,
  operation_original_amount: /^-?\d+\.\d\d$/,
  operation_original_currency: /^[A-Z]{3}$/,
  control: /^[0-9A-Z]{18}$/,
};

/** @throws Refusal where the signed text could have been cut into other values. */
function requireForms(given: Settings, values: ReadonlyMap<string, string>): void {
  if (given.mode === 'legacy') return;
  for (const [name, form] of Object.entries(FORMS)) {
    if (!form.test(values.get(name) ?? ''))
      throw new Refusal('field_missing', `${name} is missing or malformed`);
  }
}

/** What each status says, in the provider’s words. */
const WORDS: Readonly<Record<string, string>> = {
  1: 'new',
  2: 'done',
  3: 'rejected',
  4: 'refunded',
  5: 'complaint',
};

// --- The provider -----------------------------------------------------------------------------------------

const calls = panelCalls<Settings>({
  sign: (given, fields) => signCancellation(given, { fields }).signature,
  operations: OPERATIONS,
});

export const dotpay = defineProvider<typeof settings>({
  id: 'dotpay',
  aliases: [],
  caption: 'Dotpay (being folded into Przelewy24; new merchants take that)',
  countries: ['PL'],
  currencies: currencies(['PLN', 'EUR', 'USD', 'GBP', 'CZK', 'SEK']),
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
    [...Object.entries(LEGACY_STATUSES), ...Object.entries(OPERATIONS)].map(([code, outcome]) => ({
      code,
      outcome,
    })),
    WORDS,
  ),
  requires: [],
  maxAmount: 99_999_999,
  testOnly: false,
  freshOrderEachTrip: false,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',

  start(request) {
    const { account, payment } = request;
    const fields = withProviderFields(fieldsOf(request), payment.providerFields, {
      reserved: RESERVED,
      allowed: (name) => REQUEST_FIELDS.includes(name),
    });
    const signed =
      account.settings.mode === 'legacy'
        ? fields
        : [...fields, ['chk', signRequest(account.settings, fields).signature] as const];
    return {
      kind: 'form',
      method: 'POST',
      url: atOrigin(pageOf(account), account.endpoints.page),
      charset: 'utf-8',
      fields: signed.map(([name, value]) => ({ name, value })),
    };
  },

  async notification(request, account) {
    const { values } = verify(account.settings, formFields(formBytes(request)));
    requireForms(account.settings, values);
    const fact = read(account.settings, values);
    if (!fact.order) throw new Refusal('field_missing', 'there is no control');
    return fact;
  },

  refund: calls.refund,
  queryStatus: calls.ask,
  cannotQueryStatus: calls.lacks,

  // Exactly these two letters, or it comes again.
  reply: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' }),

  setup: ({ callback }) => [
    { where: 'Settings > Shop configuration > edit > URLC parameters > URLC', value: callback },
    { where: 'the same page > Block external URLC', value: 'no' },
    {
      where: 'allowedIps of this account, where the sender should be checked',
      value: '195.150.9.37, 5.252.202.254, 5.252.202.255, 20.215.81.124',
    },
  ],
});
