/**
 * SIPS 2 (WL Sips: Mercanet, Sherlock's, Sogenactif, Scellius): the Paypage POST form, one sealed text of `key=value` pairs joined by
 * `|`; notification and return are sealed the same way.
 *
 * Facts: WL Sips documentation (Paypage POST, Office JSON, data dictionary); worldline/sips-sdk-php and sips-sdk-java (published seals);
 * eopayment's sips2 and cb.
 *
 * Safe readings of what is unverified: addresses of ours keep to 512 characters; the test hosts of Sogenactif and Scellius are those of
 * sips-services.com; the algorithm of a seal comes from the account, never from the message; code 34 is fraud only when the acquirer
 * answered too. A reference is burnt by its first use, so that each trip has a new one.
 */

import * as v from 'valibot';
import { currency, currencyByNumber, currencyCodes } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import type { Outcome } from '../../payments/statuses.ts';
import {
  base64,
  base64url,
  concat,
  equalText,
  fromBase64,
  fromUtf8,
  hex,
  readable,
  utf8,
} from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { digests, hmacOf } from '../../signing/digests.ts';
import type { RawField } from '../../signing/form.ts';
import {
  defineProvider,
  type Json,
  type LikelyCause,
  type ProviderAccount,
  type ProviderUpdate,
  type Recipe,
  type RecipeInput,
  type Signed,
  type StartRequest,
} from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { formBytes, formFields, inputFields, textFields } from '../kit/form-message.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { cut, ifFits } from '../kit/text.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { office } from './office.ts';

// --- Settings ---------------------------------------------------------------------------------------------

const PLATFORMS = {
  sips: {
    simu: 'payment-webinit.simu.sips-services.com',
    test: 'payment-webinit.test.sips-services.com',
    prod: 'payment-webinit.sips-services.com',
  },
  mercanet: {
    simu: 'payment-webinit.simu.mercanet.bnpparibas.net',
    test: 'payment-webinit-mercanet.test.sips-services.com',
    prod: 'payment-webinit.mercanet.bnpparibas.net',
  },
  sherlocks: {
    simu: 'sherlocks-payment-webinit-simu.secure.lcl.fr',
    test: 'payment-webinit.test.sips-services.com',
    prod: 'sherlocks-payment-webinit.secure.lcl.fr',
  },
  sogenactif: {
    simu: 'payment-webinit.simu.sogenactif.com',
    test: 'payment-webinit.test.sips-services.com',
    prod: 'payment-webinit.sogenactif.com',
  },
  scellius: {
    simu: 'payment-webinit-simu.scellius.labanquepostale.fr',
    test: 'payment-webinit.test.sips-services.com',
    prod: 'payment-webinit.scellius.labanquepostale.fr',
  },
} as const;

const settings = v.object({
  brand: v.optional(
    v.pipe(
      v.picklist(['sips', 'mercanet', 'sherlocks', 'sogenactif', 'scellius']),
      shown({
        title: 'Brand',
        description: 'The white label of your bank; decides the address of the page.',
      }),
    ),
    'sips',
  ),
  platform: v.optional(
    v.pipe(
      v.picklist(['simu', 'test', 'prod']),
      shown({
        title: 'Test platform',
        description: 'For accounts that are not in production: simu or test.',
      }),
    ),
    'simu',
  ),
  merchant_id: v.pipe(pattern(/^\d{15}$/, 'has 15 digits'), shown({ title: 'Merchant ID' })),
  secret_key: v.pipe(
    text(8, 128),
    secret({ title: 'Secret key', description: 'As downloaded; it is used as text, never decoded.' }),
  ),
  key_version: v.optional(
    v.pipe(pattern(/^\d{1,6}$/, 'is a number'), shown({ title: 'Version of the key' })),
    '1',
  ),
  seal_algorithm: v.optional(
    v.pipe(v.picklist(['HMAC-SHA-256', 'SHA-256']), shown({ title: 'Seal algorithm' })),
    'HMAC-SHA-256',
  ),
  data_encoding: v.optional(
    v.pipe(
      v.picklist(['', 'base64', 'base64url']),
      shown({ title: 'Encoding of Data', description: 'Empty: plain text.' }),
    ),
    '',
  ),
  interface_version: v.optional(
    v.pipe(pattern(/^HP_\d{1,2}\.\d{1,3}$/, 'looks like HP_2.3'), shown({ title: 'Interface version' })),
    'HP_2.3',
  ),
  capture_mode: v.optional(
    v.pipe(v.picklist(['AUTHOR_CAPTURE', 'IMMEDIATE', 'VALIDATION']), shown({ title: 'Capture mode' })),
    'AUTHOR_CAPTURE',
  ),
  capture_day: v.optional(
    v.pipe(
      pattern(/^\d{1,2}$/, 'is 0 to 99'),
      shown({ title: 'Days before the capture or the end of validation' }),
    ),
    '0',
  ),
  payment_means: v.optional(
    v.pipe(
      pattern(/^[A-Z0-9_]*(?:,[A-Z0-9_]+)*$/, 'looks like CB,VISA'),
      shown({ title: 'Means of payment', description: 'Separated by commas; empty: those of the contract.' }),
    ),
    '',
  ),
  use_s10_reference: v.optional(
    v.pipe(
      v.boolean(),
      shown({ title: 'SIPS 1 style references', description: 'For shops that were migrated from SIPS 1.' }),
    ),
    false,
  ),
});

type Settings = v.InferOutput<typeof settings>;

// --- Signatures -------------------------------------------------------------------------------------------

/** The seal of a text exactly as it travels, so of the base64 text where it is encoded. */
function sealOf(given: Partial<Settings>, data: Uint8Array): string {
  const key = utf8(given.secret_key ?? '');
  return hex(
    given.seal_algorithm === 'SHA-256' ? digests.sha256(concat([data, key])) : hmacOf('sha256', key, data),
  );
}

function encodedData(data: string, encoding: string): string {
  if (encoding === 'base64') return base64(utf8(data));
  return encoding === 'base64url' ? base64url(utf8(data)) : data;
}

function pairsText(pairs: Iterable<readonly [string, string]>): string {
  return [...pairs].map(([name, value]) => `${name}=${value}`).join('|');
}

function sealed(given: Partial<Settings>, data: string): Signed {
  const base = utf8(data);
  return { base, algorithm: given.seal_algorithm ?? 'HMAC-SHA-256', signature: sealOf(given, base) };
}

function signRequest(given: Partial<Settings>, input: RecipeInput): Signed {
  const form = Object.fromEntries((input.rest?.form ?? []) as [string, string][]);
  const data = pairsText(textFields(input));
  return sealed(given, encodedData(data, form.Encode ?? given.data_encoding ?? ''));
}

/** The values of a JSON message, names sorted; objects inside by the same rule, lists in the order sent, null nothing. */
function valuesOf(value: Json): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.map(valuesOf).join('');
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, member]) => valuesOf(member))
    .join('');
}

const UNSEALED = new Set(['keyVersion', 'sealAlgorithm', 'seal']);

/** The seal of Office and Paypage JSON: always HMAC unless the account says otherwise. */
function signJson(given: Partial<Settings>, message: { readonly [name: string]: Json }): Signed {
  const covered = Object.fromEntries(Object.entries(message).filter(([name]) => !UNSEALED.has(name)));
  return sealed({ ...given, seal_algorithm: 'HMAC-SHA-256' }, valuesOf(covered));
}

interface Verified {
  readonly values: ReadonlyMap<string, string>;
  readonly base: Uint8Array;
  readonly signature: string;
}

function decodedData(data: string, encoding: string): string | null {
  if (encoding === '') return data;
  const standard = encoding === 'base64url' ? data.replaceAll('-', '+').replaceAll('_', '/') : data;
  const bytes = fromBase64(
    standard.replace(/=*$/, '').padEnd(Math.ceil(standard.replace(/=*$/, '').length / 4) * 4, '='),
  );
  return bytes && fromUtf8(bytes);
}

/** Pairs split at the first `=`; the literal `null` and nothing both mean absent. */
function readPairs(data: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const pair of data.split('|')) {
    const at = pair.indexOf('=');
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    if (values.has(name)) throw new Refusal('duplicate_field', `the key ${name} came twice`);
    if (value !== '' && value !== 'null') values.set(name, value);
  }
  return values;
}

/** @throws Refusal */
function verify(given: Partial<Settings>, received: readonly RawField[]): Verified {
  const form = new Map<string, Uint8Array>();
  for (const { name, value } of received) {
    const field = readable(name);
    if (form.has(field)) throw new Refusal('duplicate_field', `the field ${field} came twice`);
    form.set(field, value);
  }
  const base = form.get('Data');
  if (!base) throw new Refusal('field_missing', 'there is no Data');
  const seal = readable(form.get('Seal') ?? new Uint8Array());
  const expected = sealOf(given, base);
  if (seal === '' || !equalText(expected, seal.toLowerCase())) {
    throw new Refusal(
      seal === '' ? 'signature_missing' : 'signature_mismatch',
      seal === '' ? 'there is no Seal' : 'the seal does not fit Data and the secret key',
      { base: readable(base), expected, received: seal },
    );
  }
  const text = fromUtf8(base);
  const encoding = readable(form.get('Encode') ?? new Uint8Array());
  const data = text === null ? null : decodedData(text, encoding);
  if (data === null) throw new Refusal('malformed', `Data is not ${encoding || 'UTF-8'}`);
  return { values: readPairs(data), base, signature: expected };
}

function judge(given: Partial<Settings>, input: RecipeInput) {
  return verdict(() => {
    const raw = (input.raw ?? '').startsWith('Data=') || input.rest?.form === undefined;
    const fields = raw
      ? inputFields(input)
      : inputFields({ fields: input.rest?.form as readonly (readonly [string, Json])[] });
    const { values, base, signature } = verify(given, fields);
    return { base, signature, status: statusAlone(read(given, values)) };
  });
}

const recipes: Record<string, Recipe<Settings>> = {
  'request-signature': { kind: 'sign', sign: signRequest },
  'notification-signature': { kind: 'verify', verify: judge },
  'return-signature': { kind: 'verify', verify: judge },
  'api-signature': {
    kind: 'sign',
    sign: (given, input) =>
      signJson(
        given,
        (Array.isArray(input.fields) ? Object.fromEntries(textFields(input)) : (input.fields ?? {})) as {
          readonly [name: string]: Json;
        },
      ),
  },
  primitive: {
    kind: 'sign',
    sign: (given, input) => sealed(given, String(input.rest?.base ?? input.raw ?? '')),
  },
};

const SUSPICIONS: readonly LikelyCause[] = [
  ...(['SHA-256', 'HMAC-SHA-256'] as const).map((algorithm) => ({
    cause: `it is sealed with ${algorithm}, and the account is set to the other algorithm`,
    settings: (account: Record<string, unknown>) => ({ ...account, seal_algorithm: algorithm }),
  })),
  {
    cause: 'the secret key has white space at an end',
    settings: (account) => ({ ...account, secret_key: String(account.secret_key).trim() }),
  },
];

// --- Start ------------------------------------------------------------------------------------------------

const RESERVED = new Set([
  'Data',
  'Seal',
  'SealAlgorithm',
  'InterfaceVersion',
  'Encode',
  'amount',
  'currencyCode',
  'merchantId',
  'keyVersion',
  'normalReturnUrl',
  'automaticResponseUrl',
  'transactionReference',
  's10TransactionReference.s10TransactionId',
  'orderId',
  'captureMode',
  'captureDay',
]);

/** There is no escaping: a bar would start a new pair. */
function withoutBars(value: string | undefined): string | undefined {
  return value?.replaceAll('|', ' ').trim() || undefined;
}

function captureMode({ payment, account }: StartRequest<Settings>): string {
  const { capture_mode } = account.settings;
  if (payment.capture === 'manual') return 'VALIDATION';
  return payment.capture === 'automatic' && capture_mode === 'VALIDATION' ? 'AUTHOR_CAPTURE' : capture_mode;
}

function dataOf(request: StartRequest<Settings>, s10: number | null): (readonly [string, string])[] {
  const { payment, account, urls, order } = request;
  const { customer } = payment;
  const given = account.settings;
  const entries: (readonly [string, string | undefined])[] = [
    ['amount', String(payment.amount)],
    ['currencyCode', currency(payment.currency)?.numeric],
    ['merchantId', given.merchant_id],
    ['keyVersion', given.key_version],
    ['normalReturnUrl', addressWithin(512, urls.back)],
    ['automaticResponseUrl', addressWithin(512, urls.callback)],
    s10 === null
      ? ['transactionReference', order]
      : ['s10TransactionReference.s10TransactionId', String(s10 % 1_000_000).padStart(6, '0')],
    ['orderId', order],
    ['captureMode', captureMode(request)],
    ['captureDay', given.capture_day],
    ['orderChannel', 'INTERNET'],
    ['paymentMeanBrandList', given.payment_means],
    ['customerLanguage', customer.language],
    ['customerIpAddress', customer.ip],
    ['customerContact.email', withoutBars(ifFits(customer.email, 128))],
    ['customerContact.firstname', withoutBars(cut(customer.firstName, 50))],
    ['customerContact.lastname', withoutBars(cut(customer.lastName, 50))],
    ['returnContext', withoutBars(cut(payment.description, 255))],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

function hostOf(account: ProviderAccount<Settings>): string {
  const { brand, platform } = account.settings;
  const stage = account.environment === 'production' ? 'prod' : platform === 'prod' ? 'test' : platform;
  return `https://${PLATFORMS[brand][stage]}`;
}

// --- Notification -----------------------------------------------------------------------------------------

const CODES: Readonly<Record<string, Outcome>> = {
  '00': 'paid',
  '01': 'paid',
  '02': 'denied',
  '03': 'error',
  '05': 'denied',
  '11': 'denied',
  '12': 'error',
  '14': 'denied',
  '17': 'cancelled',
  '24': 'none',
  '25': 'none',
  '30': 'error',
  '34': 'denied',
  '40': 'error',
  '51': 'denied',
  '54': 'denied',
  '55': 'denied',
  '57': 'none',
  '60': 'pending',
  '62': 'pending',
  '63': 'denied',
  '75': 'denied',
  '90': 'error',
  '94': 'error',
  '97': 'expired',
  '99': 'error',
};

const DETAIL = [
  'acquirerResponseCode',
  'authorisationId',
  'paymentMeanBrand',
  'paymentMeanType',
  'maskedPan',
  'panExpiryDate',
  'captureMode',
  'captureDay',
  'holderAuthentStatus',
  'guaranteeIndicator',
  'complementaryCode',
  'complementaryInfo',
  'transactionDateTime',
  's10TransactionId',
  's10TransactionIdDate',
];

function outcomeOf(code: string, values: ReadonlyMap<string, string>): Outcome {
  // Also the answer to a wrong seal or key version: then no bank was asked.
  if (code === '34' && !values.has('acquirerResponseCode')) return 'error';
  const outcome = CODES[code] ?? 'error';
  return outcome === 'paid' && values.get('captureMode') === 'VALIDATION' ? 'authorized' : outcome;
}

function read(given: Partial<Settings>, values: ReadonlyMap<string, string>): ProviderUpdate {
  const merchant = values.get('merchantId');
  if (given.merchant_id !== undefined && merchant !== given.merchant_id) {
    throw new Refusal('wrong_account', `the message is for the merchant ${merchant}`);
  }
  const code = values.get('responseCode') ?? '';
  const reference =
    values.get('transactionReference') ??
    [values.get('s10TransactionIdDate'), values.get('s10TransactionId')].filter(Boolean).join('/');
  const amount = values.get('amount') ?? '';
  return {
    kind: 'update',
    order: (given.use_s10_reference ? values.get('orderId') : values.get('transactionReference')) ?? '',
    key: `${reference}/${code}`,
    outcome: outcomeOf(code, values),
    amount: /^\d{1,12}$/.test(amount) ? Number(amount) : null,
    currency: currencyByNumber(values.get('currencyCode') ?? '')?.alpha ?? values.get('currencyCode') ?? null,
    movement: reference,
    ...(values.has('s10TransactionId') && {
      providerState: {
        s10_id: values.get('s10TransactionId') ?? '',
        s10_date: values.get('s10TransactionIdDate') ?? '',
      },
    }),
    providerReference: reference || null,
    providerStatus: code,
    detail: Object.fromEntries(
      DETAIL.flatMap((name) => (values.has(name) ? [[name, values.get(name) ?? '']] : [])),
    ),
  };
}

/** What each code says, in the provider’s words. */
const WORDS: Readonly<Record<string, string>> = {
  '00': 'accepted',
  '01': 'accepted in part (gift card or token)',
  '02': 'issuer wants a phone call',
  '03': 'merchant contract invalid',
  '05': 'refused',
  '11': 'card in the blocked list',
  '12': 'invalid request or transaction',
  '14': 'wrong card data or security code',
  '17': 'cancelled by the shopper',
  '24': 'operation impossible in this state',
  '25': 'transaction unknown',
  '30': 'format error',
  '34': 'suspected fraud',
  '40': 'function not allowed for this shop',
  '51': 'amount too high',
  '54': 'card expired',
  '55': 'prepaid card not accepted',
  '57': 'refund refused, original unpaid',
  '60': 'pending',
  '62': 'awaiting confirmation (PayPal and alike)',
  '63': 'security rules, stopped',
  '75': 'too many attempts',
  '90': 'service unavailable',
  '94': 'transactionReference used before',
  '97': 'session ended after 15 minutes without action',
  '99': 'temporary platform problem',
};

// --- The provider -----------------------------------------------------------------------------------------

const calls = office<Settings>((given, message) => signJson(given, message).signature);

export const sips2 = defineProvider<typeof settings>({
  id: 'sips2',
  aliases: [],
  caption: 'SIPS 2 (WL Sips: Mercanet, Sherlock’s, Sogenactif, Scellius)',
  countries: ['FR', 'BE', 'LU', 'NL'],
  currencies: currencyCodes,
  capabilities: {
    capture: true,
    cancel: true,
    refund: true,
    status: true,
    manualCapture: true,
    signedNotification: true,
    signedReturn: true,
  },
  settings,
  signatures: recipes,
  likelyCauses: SUSPICIONS,
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
    const { account } = request;
    const given = account.settings;
    const s10 = given.use_s10_reference ? await request.daily(given.merchant_id) : null;
    const pairs = withProviderFields(dataOf(request, s10), request.payment.providerFields, {
      reserved: RESERVED,
      allowed: (name) => /^[A-Za-z][A-Za-z0-9.]*$/.test(name),
    }).map(([name, value]) => [name, value.replaceAll('|', ' ')] as const);
    const data = encodedData(pairsText(pairs), given.data_encoding);
    const fields: (readonly [string, string])[] = [
      ['Data', data],
      ['InterfaceVersion', given.interface_version],
      ['Seal', sealOf(given, utf8(data))],
      // Absent it means plain SHA-256.
      ...(given.seal_algorithm === 'SHA-256' ? [] : [['SealAlgorithm', given.seal_algorithm] as const]),
      ...(given.data_encoding === '' ? [] : [['Encode', given.data_encoding] as const]),
    ];
    return {
      kind: 'form',
      method: 'POST',
      url: atOrigin(`${hostOf(account)}/paymentInit`, account.endpoints.page),
      charset: 'utf-8',
      fields: fields.map(([name, value]) => ({ name, value })),
    };
  },

  async notification(request, account) {
    const fact = read(account.settings, verify(account.settings, formFields(formBytes(request))).values);
    if (!fact.order) throw new Refusal('field_missing', 'there is no reference of ours');
    return fact;
  },

  capture: calls.capture,
  cancel: calls.cancel,
  refund: calls.refund,
  queryStatus: calls.ask,
  cannotQueryStatus: calls.lacks,

  reply: () => EMPTY_OK,

  setup: ({ callback, origin }) => [
    { where: 'nothing has to be entered at the bank: each payment names its addresses', value: callback },
    { where: 'Merchant Extranet, where the bank asks for the address of the shop', value: origin },
    { where: 'Merchant Extranet > Secret keys', value: 'the key and its version, entered here' },
  ],
});
