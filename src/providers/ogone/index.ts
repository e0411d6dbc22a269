/**
 * Ogone (Ingenico / Worldline e-Commerce, the legacy hosted page), and the platform that it shares with its
 * white labels (postfinance.ts): a form signed with SHA-IN, feedback signed with SHA-OUT.
 *
 * Facts: PostFinance DirectLink Integration Guide 4.3.3; Ogone e-Commerce and Transaction feedback guides; the
 * tests of marlon-be/marlon-ogone and of eopayment. The vendor announced the hosted page as unsupported from
 * 1 January 2026; whether the old endpoints still answer for accounts that were not migrated is unverified.
 *
 * Safe readings of what is unverified: currencies without two decimals are not offered (the documents say
 * "x 100" for every currency); ORDERID keeps to the older limit of 30; code 84, on which sources disagree,
 * moves nothing; the reply is 200 with an empty body in every mode.
 */

import * as v from 'valibot';
import { currenciesWithDigits, currency } from '../../payments/currencies.ts';
import { invalidField, Refusal } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import { concat, equalText, hexUpper, readable, utf8 } from '../../signing/bytes.ts';
import { type CharsetName, charset } from '../../signing/charsets.ts';
import { digests } from '../../signing/digests.ts';
import type { RawField } from '../../signing/form.ts';
import { weakDigests } from '../../signing/weak.ts';
import {
  defineProvider,
  type LikelyCause,
  type Provider,
  type ProviderAccount,
  type ProviderUpdate,
  type Recipe,
  type RecipeInput,
  type Signed,
  type StartRequest,
} from '../contract.ts';
import { addressWithin, atOrigin, backBy, type Via } from '../kit/addresses.ts';
import { formBytes, formFields, inputFields, textFields } from '../kit/form-message.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { asciiText, cut, fullName, ifFits, requireCharset } from '../kit/text.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { directLink, kept, REFUSES, readApiResponse, STATUS_CODES } from './directlink.ts';
import { isSignedInFeedback, isSignedInRequest } from './fields.ts';
import { OGONE_WORDS } from './words.ts';

// --- Settings ---------------------------------------------------------------------------------------------

const passphrase = v.pipe(
  v.string(),
  v.minLength(16, 'a passphrase has 16 to 32 characters'),
  v.maxLength(32, 'a passphrase has 16 to 32 characters'),
);

/** The settings of an account on this platform; the defaults are the brand's. */
function platformSettings(defaults: {
  readonly hash: HashName;
  readonly encoding: 'utf-8' | 'iso-8859-1';
  readonly language: string;
}) {
  return v.object({
    pspid: v.pipe(text(1, 30), shown({ title: 'PSPID', description: 'The account name.' })),
    sha_in: v.pipe(
      passphrase,
      secret({
        title: 'SHA-IN passphrase',
        description: 'Signs what we send. Technical information, Data and origin verification, e-Commerce.',
      }),
    ),
    sha_out: v.pipe(
      passphrase,
      secret({
        title: 'SHA-OUT passphrase',
        description: 'Signs what we receive. Technical information, Transaction feedback.',
      }),
    ),
    sha_in_directlink: v.optional(
      v.pipe(
        passphrase,
        secret({ title: 'SHA-IN passphrase of DirectLink', description: 'Where it differs from SHA-IN.' }),
      ),
    ),
    hash_algorithm: v.optional(
      v.pipe(
        v.picklist(['sha1', 'sha256', 'sha512']),
        shown({ title: 'Hash algorithm', description: 'As chosen in Global security parameters.' }),
      ),
      defaults.hash,
    ),
    sha_mode: v.optional(
      v.pipe(
        v.picklist(['each-parameter', 'main-parameters-only']),
        shown({
          title: 'What is hashed',
          description: 'Accounts from before May 2010 may be on "main parameters only"; better to switch.',
        }),
      ),
      'each-parameter',
    ),
    encoding: v.optional(
      v.pipe(
        v.picklist(['utf-8', 'iso-8859-1']),
        shown({
          title: 'Character encoding',
          description: 'As chosen in the back office; decides the endpoint.',
        }),
      ),
      defaults.encoding,
    ),
    userid: v.optional(
      v.pipe(
        text(1, 50),
        shown({ title: 'API user', description: 'For DirectLink: capture, cancel, refund.' }),
      ),
    ),
    pswd: v.optional(v.pipe(text(1, 50), secret({ title: 'Password of the API user' }))),
    language: v.optional(
      v.pipe(pattern(/^[a-z]{2}_[A-Z]{2}$/, 'looks like fr_FR'), shown({ title: 'Language of the page' })),
      defaults.language,
    ),
    operation: v.optional(
      v.pipe(
        v.picklist(['', 'RES', 'SAL']),
        shown({
          title: 'Operation',
          description: 'RES authorises only, SAL captures at once, empty leaves it to the account.',
        }),
      ),
      '',
    ),
  });
}

type PlatformSchema = ReturnType<typeof platformSettings>;
type Settings = v.InferOutput<PlatformSchema>;
type HashName = 'sha1' | 'sha256' | 'sha512';

// --- Signatures -------------------------------------------------------------------------------------------

const HASHES = {
  sha1: { digest: weakDigests.sha1, label: 'SHA-1' },
  sha256: { digest: digests.sha256, label: 'SHA-256' },
  sha512: { digest: digests.sha512, label: 'SHA-512' },
} as const;

/** A parameter that is signed: its name in upper case, its value in the bytes that are hashed. */
interface SignedField {
  readonly name: string;
  readonly value: Uint8Array;
}

type Order = (a: SignedField, b: SignedField) => number;

/** Names that are signed are ASCII, in which the order of text is the order of bytes. */
const byteOrder: Order = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** The vendor's PHP SDK sorts as a dictionary: underscore, then digits, then letters. */
const dictionaryOrder: Order = (a, b) => {
  const [one, other] = [dictionaryKey(a.name), dictionaryKey(b.name)];
  return one < other ? -1 : one > other ? 1 : 0;
};

function dictionaryKey(name: string): string {
  return name.replaceAll('_', '\u0001');
}

/** `NAME=value` and the passphrase, for each field; empty values are not signed, the text `0` is. */
function eachParameterBase(fields: readonly SignedField[], order: Order, pass: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const field of fields.filter((entry) => entry.value.length > 0).sort(order)) {
    parts.push(utf8(`${field.name}=`), field.value, pass);
  }
  return concat(parts);
}

/** The parameters of "main parameters only", in its order, without names or separators. */
const MAIN_OUT = [
  'ORDERID',
  'CURRENCY',
  'AMOUNT',
  'PM',
  'ACCEPTANCE',
  'STATUS',
  'CARDNO',
  'PAYID',
  'NCERROR',
  'BRAND',
];
const MAIN_IN = ['ORDERID', 'AMOUNT', 'CURRENCY', 'PSPID'];

function mainParametersBase(names: readonly string[], fields: readonly SignedField[], pass: Uint8Array) {
  const values = names.flatMap((name) => fields.filter((field) => field.name === name).map((f) => f.value));
  return concat([...values, pass]);
}

function hashName(settings: Partial<Settings>): HashName {
  return settings.hash_algorithm ?? 'sha1';
}

function encodingOf(settings: Partial<Settings>): CharsetName {
  return settings.encoding ?? 'utf-8';
}

/** A passphrase that the account's charset lacks cannot be the account's; UTF-8 keeps it from matching. */
function passBytes(passphraseText: string, name: CharsetName): Uint8Array {
  return charset(name).encode(passphraseText) ?? utf8(passphraseText);
}

function sign(
  settings: Partial<Settings>,
  pass: string | undefined,
  base: (pass: Uint8Array) => Uint8Array,
): Signed {
  const hash = HASHES[hashName(settings)];
  const bytes = base(passBytes(pass ?? '', encodingOf(settings)));
  return { base: bytes, algorithm: hash.label, signature: hexUpper(hash.digest(bytes)) };
}

/** The fields of a request that SHA-IN covers. Text that the charset lacks was refused before. */
function requestFields(settings: Partial<Settings>, input: RecipeInput): SignedField[] {
  const encoder = charset(encodingOf(settings));
  const seen = new Map<string, Uint8Array>();
  for (const [name, value] of textFields(input)) {
    const upper = name.toUpperCase();
    if (upper === 'SHASIGN' || !isSignedInRequest(upper)) continue;
    seen.set(upper, encoder.encode(value) ?? utf8(value));
  }
  return Array.from(seen, ([name, value]) => ({ name, value }));
}

function signRequest(settings: Partial<Settings>, input: RecipeInput, pass: string | undefined): Signed {
  const fields = requestFields(settings, input);
  return sign(settings, pass, (bytes) =>
    settings.sha_mode === 'main-parameters-only'
      ? mainParametersBase(MAIN_IN, fields, bytes)
      : eachParameterBase(fields, byteOrder, bytes),
  );
}

/** DirectLink hashes every parameter, with a passphrase that may be its own. */
function signCall(settings: Partial<Settings>, input: RecipeInput): Signed {
  const pass = settings.sha_in_directlink ?? settings.sha_in;
  return signRequest({ ...settings, sha_mode: 'each-parameter' }, input, pass);
}

/** A verified message: its signed parameters alone, by upper-case name. */
interface Feedback {
  readonly values: ReadonlyMap<string, Uint8Array>;
  readonly base: Uint8Array;
  readonly signature: string;
}

/**
 * Checks a message's SHASIGN over the bytes received.
 * @throws Refusal
 */
function verifyFeedback(settings: Partial<Settings>, received: readonly RawField[]): Feedback {
  const values = new Map<string, Uint8Array>();
  for (const { name, value } of received) {
    const upper = asciiText(name).toUpperCase();
    // `STATUS=2&status=9`: one would be verified and the other used.
    if (values.has(upper)) throw new Refusal('duplicate_field', `the parameter ${upper} came twice`);
    values.set(upper, value);
  }
  const signature = asciiText(values.get('SHASIGN') ?? new Uint8Array());
  const fields = [...values]
    .filter(([name]) => name !== 'SHASIGN' && isSignedInFeedback(name))
    .map(([name, value]) => ({ name, value }));
  const hash = HASHES[hashName(settings)];
  let regular: { readonly base: Uint8Array; readonly digest: string } | null = null;
  for (const base of feedbackBases(settings, fields)) {
    const digest = hexUpper(hash.digest(base));
    if (signature !== '' && equalText(digest, signature.toUpperCase())) {
      return { values: new Map(fields.map((field) => [field.name, field.value])), base, signature: digest };
    }
    regular ??= { base, digest };
  }
  throw new Refusal(
    signature === '' ? 'signature_missing' : 'signature_mismatch',
    signature === ''
      ? 'there is no SHASIGN'
      : 'SHASIGN does not fit the parameters and the SHA-OUT passphrase',
    {
      base: textOf(regular?.base ?? new Uint8Array(), encodingOf(settings)),
      expected: regular?.digest ?? '',
      received: signature,
    },
  );
}

/** A base for people: read in the charset in which it was made, where it is valid in that. */
function textOf(base: Uint8Array, name: CharsetName): string {
  return charset(name).decode(base) ?? readable(base);
}

/**
 * The texts that the platform may have hashed, the regular one first: the bytes as received; the same
 * converted to the other charset, because a UTF-8 account notified through an ISO endpoint hashes one and
 * sends the other; each in byte order and, where it differs, in the vendor's dictionary order.
 */
function* feedbackBases(settings: Partial<Settings>, fields: readonly SignedField[]): Generator<Uint8Array> {
  const own = encodingOf(settings);
  const pass = settings.sha_out ?? '';
  function* variants() {
    yield { fields, pass: passBytes(pass, own) };
    if (!fields.some((field) => field.value.some((byte) => byte > 127)) && !/[^\0-\x7f]/.test(pass)) return;
    for (const [from, to] of [
      ['iso-8859-1', 'utf-8'],
      ['utf-8', 'iso-8859-1'],
    ] as const) {
      const there = convert(fields, from, to);
      if (there) yield { fields: there, pass: passBytes(pass, to) };
    }
  }
  for (const variant of variants()) {
    if (settings.sha_mode === 'main-parameters-only') {
      yield mainParametersBase(MAIN_OUT, variant.fields, variant.pass);
      continue;
    }
    yield eachParameterBase(variant.fields, byteOrder, variant.pass);
    // Only an underscore is sorted in two ways.
    if (variant.fields.some((field) => field.name.includes('_'))) {
      yield eachParameterBase(variant.fields, dictionaryOrder, variant.pass);
    }
  }
}

function convert(fields: readonly SignedField[], from: CharsetName, to: CharsetName): SignedField[] | null {
  const out: SignedField[] = [];
  for (const { name, value } of fields) {
    const decoded = charset(from).decode(value);
    const converted = decoded === null ? null : charset(to).encode(decoded);
    if (!converted) return null;
    out.push({ name, value: converted });
  }
  return out;
}

function judge(settings: Partial<Settings>, input: RecipeInput) {
  return verdict(() => {
    const { base, signature, values } = verifyFeedback(settings, inputFields(input));
    return { base, signature, status: statusAlone(read(values)) };
  });
}

const recipes: Record<string, Recipe<Settings>> = {
  'request-signature': {
    kind: 'sign',
    sign: (settings, input) => signRequest(settings, input, settings.sha_in),
  },
  'notification-signature': { kind: 'verify', verify: judge },
  'notification-signature-legacy': {
    kind: 'verify',
    verify: (settings, input) => judge({ ...settings, sha_mode: 'main-parameters-only' }, input),
  },
  'return-signature': { kind: 'verify', verify: judge },
  'api-signature': { kind: 'sign', sign: signCall },
  'api-response': { kind: 'response', read: (_settings, raw) => readApiResponse(raw) },
};

/** The mistakes that the platform's users make, each tried when a signature is refused. */
const SUSPICIONS: readonly LikelyCause[] = [
  {
    cause: 'it is signed with the SHA-IN passphrase: the two passphrases are swapped in the back office',
    settings: (account) => ({ ...account, sha_out: account.sha_in }),
  },
  ...(['sha1', 'sha256', 'sha512'] as const).map((name) => ({
    cause: `it is hashed with ${HASHES[name].label}, and the account is set to another algorithm`,
    settings: (account: Record<string, unknown>) =>
      account.hash_algorithm === name ? account : { ...account, hash_algorithm: name },
  })),
  {
    cause:
      'only the main parameters are hashed: the back office is not set to "each parameter followed by the passphrase"',
    settings: (account) => ({ ...account, sha_mode: 'main-parameters-only' }),
  },
  {
    cause: 'the passphrase has white space at an end in one of the two places',
    settings: (account) => ({ ...account, sha_out: String(account.sha_out).trim() }),
  },
];

// --- Start ------------------------------------------------------------------------------------------------

/** What countersign answers for, and no shop may set by hand. */
const RESERVED = new Set([
  'PSPID',
  'ORDERID',
  'AMOUNT',
  'CURRENCY',
  'SHASIGN',
  'OPERATION',
  'ACCEPTURL',
  'DECLINEURL',
  'EXCEPTIONURL',
  'CANCELURL',
  'USERID',
  'PSWD',
]);

const SOURCES = {
  CN: 'customer.firstName',
  EMAIL: 'customer.email',
  OWNERADDRESS: 'customer.address.line1',
  OWNERZIP: 'customer.address.postalCode',
  OWNERTOWN: 'customer.address.city',
  OWNERTELNO: 'customer.phone',
  COM: 'description',
};

/** The fields of the form in the sheet's order. Text for people is cut to the sheet's limit, data that does not fit is left out. */
function formOf(request: StartRequest<Settings>): (readonly [string, string])[] {
  const { payment, account, urls } = request;
  const { customer } = payment;
  const back = (via: Via) => addressWithin(200, backBy(urls, via));
  const operation = payment.capture
    ? { manual: 'RES', automatic: 'SAL' }[payment.capture]
    : account.settings.operation;
  const entries: (readonly [string, string | undefined])[] = [
    ['PSPID', account.settings.pspid],
    ['ORDERID', request.order],
    ['AMOUNT', String(payment.amount)],
    ['CURRENCY', payment.currency],
    ['LANGUAGE', localeOf(customer.language, customer.address?.country) ?? account.settings.language],
    ['CN', cut(fullName(payment), 35)],
    ['EMAIL', ifFits(customer.email, 50)],
    ['OWNERADDRESS', cut(customer.address?.line1, 35)],
    ['OWNERZIP', ifFits(customer.address?.postalCode, 10)],
    ['OWNERTOWN', cut(customer.address?.city, 25)],
    ['OWNERCTY', customer.address?.country],
    ['OWNERTELNO', ifFits(customer.phone, 30)],
    ['COM', cut(payment.description, 100)],
    ['OPERATION', operation],
    ['ACCEPTURL', back('success')],
    ['DECLINEURL', back('failure')],
    ['EXCEPTIONURL', back('pending')],
    ['CANCELURL', back('cancel')],
  ];
  return entries.filter((entry): entry is readonly [string, string] => Boolean(entry[1]));
}

const LOCALES: Readonly<Record<string, string>> = {
  de: 'de_DE',
  en: 'en_US',
  es: 'es_ES',
  fr: 'fr_FR',
  it: 'it_IT',
  nl: 'nl_NL',
};

/** The platform wants language and country; de, fr and it have a Swiss edition. */
function localeOf(language: string | undefined, country: string | undefined): string | undefined {
  if (!language) return undefined;
  return country === 'CH' && ['de', 'fr', 'it'].includes(language) ? `${language}_CH` : LOCALES[language];
}

/** Names whose place in the signed text depends on which of the two sort orders the platform uses. */
function refuseAmbiguousOrder(names: readonly string[]): void {
  const fields = names.map((name) => ({ name: name.toUpperCase(), value: new Uint8Array() }));
  const inBytes = [...fields].sort(byteOrder);
  const inDictionary = [...fields].sort(dictionaryOrder);
  const at = inBytes.findIndex((field, index) => field !== inDictionary[index]);
  if (at >= 0) {
    throw invalidField(
      `providerFields.${inBytes[at]?.name}`,
      'cannot be sent together with the other fields: the platform sorts such names in two ways',
    );
  }
}

// --- Notification -----------------------------------------------------------------------------------------

/** What an operator sees of a message. CARDNO comes masked. */
const DETAIL = ['PM', 'BRAND', 'CARDNO', 'ACCEPTANCE', 'NCERROR', 'TRXDATE', 'CN', 'IP', 'ECI'];

function read(values: Feedback['values']): ProviderUpdate {
  const value = (name: string) => asciiText(values.get(name) ?? new Uint8Array());
  const status = value('STATUS');
  const payid = value('PAYID');
  // Accounts that do not send PAYIDSUB mean the first operation, which the platform numbers 0.
  const operation = `${payid}/${value('PAYIDSUB') || '0'}`;
  const code = value('CURRENCY');
  const digits = currency(code)?.digits;
  const outcome = STATUS_CODES[status] ?? 'none';
  const amount = digits === undefined ? null : fromDecimal(value('AMOUNT'), digits);
  const refused = REFUSES[status];
  return {
    kind: 'update',
    order: value('ORDERID'),
    key: `${operation}/${status}`,
    outcome,
    amount,
    currency: code || null,
    movement: operation,
    ...(refused && { declines: { kind: refused, amount } }),
    ...kept(outcome, payid),
    providerReference: payid || null,
    providerStatus: status,
    detail: Object.fromEntries(DETAIL.map((name) => [name, value(name)] as const).filter(([, text]) => text)),
  };
}

// --- The provider -----------------------------------------------------------------------------------------

/** One brand of the platform. */
interface Brand {
  readonly id: string;
  readonly caption: string;
  readonly countries: readonly string[];
  readonly currencies: readonly string[];
  /** Origin of its pages. */
  readonly host: string;
  readonly defaults: Parameters<typeof platformSettings>[0];
}

/** The path of the page says test or production, and the charset. */
function pageOf(host: string, account: ProviderAccount<Settings>): string {
  const stage = account.environment === 'production' ? 'prod' : 'test';
  const page = account.settings.encoding === 'utf-8' ? 'orderstandard_utf8.asp' : 'orderstandard.asp';
  return atOrigin(`${host}/ncol/${stage}/${page}`, account.endpoints.page);
}

/** A provider on the Ogone platform. */
export function ogonePlatform(brand: Brand): Provider {
  const calls = directLink<Settings>(
    brand.host,
    (settings, fields) => signCall(settings, { fields }).signature,
  );
  return defineProvider<PlatformSchema>({
    id: brand.id,
    aliases: [],
    caption: brand.caption,
    countries: brand.countries,
    currencies: brand.currencies,
    capabilities: {
      capture: true,
      cancel: true,
      refund: true,
      status: true,
      manualCapture: true,
      signedNotification: true,
      signedReturn: true,
    },
    settings: platformSettings(brand.defaults),
    signatures: recipes,
    likelyCauses: SUSPICIONS,
    statuses: legacyTable(
      Object.entries(STATUS_CODES).map(([code, outcome]) => ({ code, outcome })),
      OGONE_WORDS,
    ),
    requires: [],
    maxAmount: 999_999_999_999,
    testOnly: false,
    freshOrderEachTrip: false,

    charset: (settings) => charset(settings.encoding),
    captureDefault: (settings) => (settings.operation === 'RES' ? 'manual' : 'automatic'),

    start(request) {
      const { settings } = request.account;
      const encoder = charset(settings.encoding);
      const fields = withProviderFields(formOf(request), request.payment.providerFields, {
        reserved: RESERVED,
        allowed: (name) => name === name.toUpperCase() && isSignedInRequest(name),
      });
      refuseAmbiguousOrder(fields.map(([name]) => name));
      requireCharset(encoder, fields, SOURCES);
      const { signature } = signRequest(settings, { fields }, settings.sha_in);
      return {
        kind: 'form',
        method: 'POST',
        url: pageOf(brand.host, request.account),
        charset: encoder.name,
        fields: [...fields, ['SHASIGN', signature] as const].map(([name, value]) => ({ name, value })),
      };
    },

    async notification(request, account) {
      const { values } = verifyFeedback(account.settings, formFields(formBytes(request)));
      const fact = read(values);
      if (!fact.order) throw new Refusal('field_missing', 'there is no orderID');
      return fact;
    },

    capture: calls.capture,
    cancel: calls.cancel,
    refund: calls.refund,
    queryStatus: calls.ask,
    cannotQueryStatus: calls.lacks,

    // A redirect or an error would be logged in the back office as "ONL PS ERROR".
    reply: () => EMPTY_OK,

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
        value: 'leave the standard list and add PAYIDSUB, so that captures and refunds are told apart',
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
  });
}

/** Currencies with two decimals: the documents multiply by 100 whatever the currency. */
export const TWO_DECIMALS = currenciesWithDigits(2);

export const ogone = ogonePlatform({
  id: 'ogone',
  caption: 'Ogone (Ingenico, Worldline e-Commerce; unsupported by its vendor since 1 January 2026)',
  countries: ['BE', 'FR', 'DE', 'NL', 'LU', 'AT', 'GB', 'ES', 'IT'],
  currencies: TWO_DECIMALS,
  host: 'https://secure.ogone.com',
  defaults: { hash: 'sha1', encoding: 'utf-8', language: 'en_US' },
});
