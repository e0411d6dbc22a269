/**
 * Paybox (Verifone e-commerce; Up2pay e-Transactions of the Crédit Agricole banks): a form signed with an HMAC,
 * notifications and returns signed by the platform with RSA and SHA-1 over the bytes as they travel.
 *
 * Facts: Paybox System and Paybox Direct manuals; real signatures published by LexikPayboxBundle and
 * highcanfly-club/up2pay; PayboxByVerifone/PrestaShop; eopayment's tests.
 *
 * Safe readings of what is unverified: RANG is sent as the contract says; the codes 00200 and 00300..00303,
 * which one plug-in counts as success, are not paid; nothing depends on the date letters; PBX_TIME is the
 * moment of signing in UTC.
 */

import * as v from 'valibot';
import { countryNumber } from '../../payments/countries.ts';
import { currency } from '../../payments/currencies.ts';
import { invalidField, Refusal } from '../../payments/errors.ts';
import type { Address, Customer } from '../../payments/types.ts';
import { fromBase64, fromHex, hexUpper, readable, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { hmacOf } from '../../signing/digests.ts';
import { percentDecode } from '../../signing/form.ts';
import { rsaVerify } from '../../signing/rsa.ts';
import {
  type Channel,
  defineProvider,
  type LikelyCause,
  type ProviderAccount,
  type ProviderUpdate,
  type Recipe,
  type RecipeInput,
  type Signed,
  type StartRequest,
  type UpdateOutcome,
} from '../contract.ts';
import { addressWithin, atOrigin, backBy, VIA, type Via } from '../kit/addresses.ts';
import { formBytes, textFields } from '../kit/form-message.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { asciiText, cut, plainAscii, requireCharset } from '../kit/text.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { direct, readApiResponse } from './direct.ts';

// --- Settings ---------------------------------------------------------------------------------------------

/** RSA 1024 bits, unchanged for years, the same for e-Transactions. */
const PAYBOX_PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDe+hkicNP7ROHUssGNtHwiT2Ew
HFrSk/qwrcq8v5metRtTTFPE/nmzSkRnTs3GMpi57rBdxBBJW5W9cpNyGUh0jNXc
VrOSClpD5Ri2hER/GcNrxVRP7RlWOqB1C03q4QYmwjHZ+zlM4OUhCCAtSWflB4wC
Ka1g88CjFwRw/PB9kwIDAQAB
-----END PUBLIC KEY-----
`;

/** What we ask the platform to tell: M first, so that the signed part starts there, K last. */
const DEFAULT_RETOUR = 'amount:M;ref:R;auth:A;error:E;trans:S;call:T;card:C;K:K';

const settings = v.object({
  host: v.optional(
    v.pipe(
      v.picklist(['paybox', 'e-transactions']),
      shown({ title: 'Brand', description: 'Paybox, or Up2pay e-Transactions of the Crédit Agricole.' }),
    ),
    'paybox',
  ),
  site: v.pipe(pattern(/^\d{7}$/, 'has 7 digits'), shown({ title: 'Site number (PBX_SITE)' })),
  rang: v.pipe(
    pattern(/^\d{2,3}$/, 'has 2 or 3 digits'),
    shown({
      title: 'Rank (PBX_RANG)',
      description: 'As the contract says it, with or without a leading zero.',
    }),
  ),
  identifiant: v.pipe(
    pattern(/^\d{1,9}$/, 'has 1 to 9 digits'),
    shown({ title: 'Identifier (PBX_IDENTIFIANT)' }),
  ),
  hmac_key: v.pipe(
    v.string(),
    v.regex(/^(?:[0-9A-Fa-f]{2}){16,128}$/, 'is an even number of hexadecimal digits, normally 128'),
    secret({
      title: 'HMAC key',
      description: 'Made in the back office, one for test and one for production, and confirmed by e-mail.',
    }),
  ),
  hmac_algorithm: v.optional(
    v.pipe(v.picklist(['SHA512', 'SHA384', 'SHA256', 'SHA224']), shown({ title: 'Algorithm of the HMAC' })),
    'SHA512',
  ),
  capture: v.optional(
    v.pipe(
      v.union([
        v.picklist(['automatic', 'manual']),
        v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(7)),
      ]),
      shown({ title: 'Capture', description: 'automatic, manual (authorise only), or after 1 to 7 days.' }),
    ),
    'automatic',
  ),
  public_key: v.optional(
    v.pipe(
      pattern(
        /^-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/,
        'is a PEM public key',
      ),
      shown({
        title: 'Public key of the platform',
        description: 'Leave it as it is, unless the platform changes it.',
      }),
    ),
    PAYBOX_PUBLIC_KEY,
  ),
  pbx_retour: v.optional(
    v.pipe(
      pattern(
        /^[A-Za-z0-9_]+:M;(?:[A-Za-z0-9_]+:[A-JL-Za-z];)*[A-Za-z0-9_]+:K$/,
        'is name:LETTER;..., M first, K last',
      ),
      v.check(
        (list) => ['R', 'E'].every((letter) => list.includes(`:${letter};`)),
        'holds the letters R and E',
      ),
      shown({ title: 'What the platform tells (PBX_RETOUR)' }),
    ),
    DEFAULT_RETOUR,
  ),
  cle: v.optional(
    v.pipe(text(1, 10), secret({ title: 'Direct password (CLE)', description: 'Old contracts only.' })),
  ),
  total_quantity: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(99),
      shown({ title: 'Articles in the cart', description: 'For 3-D Secure v2 (PBX_SHOPPINGCART).' }),
    ),
    1,
  ),
  billing_address: v.optional(
    v.pipe(
      text(1, 50),
      shown({ title: 'Street, where the shop knows none', description: 'For PBX_BILLING.' }),
    ),
  ),
  billing_zipcode: v.optional(
    v.pipe(text(1, 10), shown({ title: 'Postal code, where the shop knows none' })),
  ),
  billing_city: v.optional(v.pipe(text(1, 50), shown({ title: 'City, where the shop knows none' }))),
  billing_country: v.optional(
    v.pipe(
      pattern(/^[A-Z]{2}$/, 'is a country code of two letters'),
      v.check((code) => countryNumber(code) !== null, 'is not a country of ISO 3166-1'),
      shown({ title: 'Country, where the shop knows none' }),
    ),
  ),
});

type Settings = v.InferOutput<typeof settings>;

// --- Signatures -------------------------------------------------------------------------------------------

const MACS = { SHA224: 'sha224', SHA256: 'sha256', SHA384: 'sha384', SHA512: 'sha512' } as const;

function isMac(name: string | undefined): name is keyof typeof MACS {
  return name !== undefined && name in MACS;
}

/**
 * `NAME=value` joined by `&`, raw values in the order of the form, under the bytes that the hexadecimal key
 * stands for. The field PBX_HASH (HASH in Direct) names the algorithm.
 */
function signFields(account: Partial<Settings>, input: RecipeInput): Signed {
  const fields = textFields(input).filter(([name]) => name !== 'PBX_HMAC' && name !== 'HMAC');
  const base = utf8(fields.map(([name, value]) => `${name}=${value}`).join('&'));
  const named = fields.find(([name]) => name === 'PBX_HASH' || name === 'HASH')?.[1];
  const algorithm = isMac(named) ? named : (account.hmac_algorithm ?? 'SHA512');
  const key = fromHex(account.hmac_key ?? '') ?? new Uint8Array();
  return { base, algorithm: `HMAC-${algorithm}`, signature: hexUpper(hmacOf(MACS[algorithm], key, base)) };
}

/** The names that PBX_RETOUR gives to the letters. */
function namesOf(retour: string): ReadonlyMap<string, string> {
  return new Map(
    retour.split(';').map((part) => {
      const colon = part.lastIndexOf(':');
      return [part.slice(colon + 1), part.slice(0, colon)] as const;
    }),
  );
}

/** A message that verified: its signed parameters alone, decoded, by name. */
interface Feedback {
  readonly values: ReadonlyMap<string, string>;
  readonly base: string;
  readonly signature: string;
}

/** Paybox writes a space as %20; a plus sign is itself. */
function decoded(part: string): string {
  const bytes = percentDecode(utf8(part), 'literal');
  if (!bytes) throw new Refusal('malformed', 'the percent-encoding of the parameters is broken');
  return asciiText(bytes);
}

function parameters(raw: string): (readonly [name: string, value: string])[] {
  return raw
    .split('&')
    .filter(Boolean)
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0
        ? [decoded(part), '']
        : [decoded(part.slice(0, equals)), decoded(part.slice(equals + 1))];
    });
}

/**
 * The value of K as base64 text: percent-decoded once, once more if a `%` is left (POST encodes twice), its
 * spaces turned back into the plus signs that they were.
 */
function signatureText(raw: string): string {
  const once = decoded(raw);
  return (once.includes('%') ? decoded(once) : once).replaceAll(' ', '+');
}

/**
 * The texts that may be signed. A return, and a notification whose address comes from the back office: all
 * that stands before K. A notification to PBX_REPONDRE_A: the PBX_RETOUR variables alone, which follow our own.
 */
function signedTexts(head: string, names: ReadonlyMap<string, string>, channel: Channel): readonly string[] {
  if (channel === 'return') return [head];
  const known = new Set(names.values());
  let at = 0;
  for (const part of head.split('&')) {
    if (known.has(part.split('=', 1)[0] ?? '')) break;
    at += part.length + 1;
  }
  return at === 0 || at >= head.length ? [head] : [head.slice(at), head];
}

/**
 * Checks a message's RSA signature over its bytes as received.
 * @throws Refusal
 */
async function verifyFeedback(account: Partial<Settings>, raw: string, channel: Channel): Promise<Feedback> {
  const names = namesOf(account.pbx_retour ?? DEFAULT_RETOUR);
  const signatureName = names.get('K') ?? 'K';
  const marker = `&${signatureName}=`;
  const at = raw.lastIndexOf(marker);
  if (at < 0) throw new Refusal('signature_missing', `there is no ${signatureName}`, { base: raw });
  const head = raw.slice(0, at);
  const tail = raw.slice(at + marker.length);
  if (tail.includes('&'))
    throw new Refusal('malformed', `something follows ${signatureName}, which must be last`);
  refuseDuplicates(head, names, signatureName);
  const received = signatureText(tail);
  const signature = fromBase64(received);
  if (signature?.length !== 128) {
    throw new Refusal(
      received === '' ? 'signature_missing' : 'signature_malformed',
      received === '' ? `${signatureName} is empty` : `${signatureName} is not the base64 of 128 bytes`,
      { base: head, received },
    );
  }
  const texts = signedTexts(head, names, channel);
  for (const base of texts) {
    if (await rsaVerify('SHA-1', account.public_key ?? PAYBOX_PUBLIC_KEY, utf8(base), signature)) {
      return { values: new Map(parameters(base)), base, signature: received };
    }
  }
  throw new Refusal(
    'signature_mismatch',
    "the signature does not fit the parameters and the platform's key",
    {
      base: texts[0] ?? head,
      received,
    },
  );
}

/** A verifier that read by name would let an unsigned `error=00000&` in front of a refusal through. */
function refuseDuplicates(head: string, names: ReadonlyMap<string, string>, signatureName: string): void {
  const known = new Set(names.values());
  const seen = new Set([signatureName]);
  for (const [name] of parameters(head)) {
    if (!known.has(name)) continue;
    if (seen.has(name)) throw new Refusal('duplicate_field', `the parameter ${name} came twice`);
    seen.add(name);
  }
}

function judge(account: Partial<Settings>, input: RecipeInput, channel: Channel) {
  const raw =
    input.raw ??
    textFields(input)
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
  return verdict(async () => {
    const { base, signature, values } = await verifyFeedback(account, raw, channel);
    const capture = account.capture === 'manual' ? 'manual' : 'automatic';
    return { base: utf8(base), signature, status: statusAlone(read(account, values, channel), capture) };
  });
}

const recipes: Record<string, Recipe<Settings>> = {
  'request-signature': { kind: 'sign', sign: signFields },
  'notification-signature': {
    kind: 'verify',
    verify: (account, input) => judge(account, input, 'notification'),
  },
  'return-signature': { kind: 'verify', verify: (account, input) => judge(account, input, 'return') },
  'api-signature': { kind: 'sign', sign: signFields },
  'api-response': { kind: 'response', read: (_account, raw, asked) => readApiResponse(raw, asked) },
};

/** The bytes as Paybox writes them: a space is %20, and `@ / : ,` stay as they are. */
function asPayboxWrites(raw: string): string {
  return raw.replaceAll('+', '%20').replace(/%(?:40|2F|3A|2C)/gi, decodeURIComponent);
}

/** The mistakes that the sheet's traps name, each tried when a signature is refused. */
const SUSPICIONS: readonly LikelyCause[] = [
  {
    cause:
      'the message was decoded and encoded again on its way (a proxy, a framework): the bytes are not those signed',
    raw: (raw) => {
      const at = raw.lastIndexOf('&');
      return asPayboxWrites(raw.slice(0, at)) + raw.slice(at);
    },
  },
  {
    cause: "it is signed with the platform's own key, and the account trusts another one (public_key)",
    settings: (account) => ({ ...account, public_key: PAYBOX_PUBLIC_KEY }),
  },
  {
    cause: 'a parameter of our own stands in front of what is signed',
    raw: (raw) => raw.slice(raw.indexOf('&') + 1),
  },
];

// --- Start ------------------------------------------------------------------------------------------------

const HOSTS = {
  paybox: { test: 'https://preprod-tpeweb.paybox.com', production: 'https://tpeweb.paybox.com' },
  'e-transactions': {
    test: 'https://preprod-tpeweb.e-transactions.fr',
    production: 'https://tpeweb.e-transactions.fr',
  },
};

function pageOf(account: ProviderAccount<Settings>): string {
  const stage = account.environment === 'production' ? 'production' : 'test';
  const host = HOSTS[account.settings.host][stage];
  return atOrigin(`${host}/cgi/MYchoix_pagepaiement.cgi`, account.endpoints.page);
}

const LANGUAGES: Readonly<Record<string, string>> = {
  de: 'DEU',
  en: 'GBR',
  es: 'ESP',
  fr: 'FRA',
  it: 'ITA',
  nl: 'NLD',
  pt: 'PRT',
  sv: 'SWE',
};

const RESERVED = new Set([
  'PBX_SITE',
  'PBX_RANG',
  'PBX_IDENTIFIANT',
  'PBX_TOTAL',
  'PBX_DEVISE',
  'PBX_CMD',
  'PBX_RETOUR',
  'PBX_EFFECTUE',
  'PBX_REFUSE',
  'PBX_ANNULE',
  'PBX_ATTENTE',
  'PBX_REPONDRE_A',
  'PBX_RUF1',
  'PBX_AUTOSEULE',
  'PBX_DIFF',
  'PBX_HASH',
  'PBX_TIME',
  'PBX_HMAC',
]);

/** A value of the XML fields: ASCII, on one line, without what XML gives a meaning to. Cut after that. */
function xmlText(value: string | undefined, limit: number): string | undefined {
  return cut(plainAscii(value ?? '').replace(/[<>&"'\s]+/g, ' '), limit);
}

function element(name: string, value: string | undefined): string {
  return value ? `<${name}>${value}</${name}>` : '';
}

function shoppingCart(quantity: number): string {
  return `<?xml version="1.0" encoding="utf-8"?><shoppingcart><total><totalQuantity>${quantity}</totalQuantity></total></shoppingcart>`;
}

/** The buyer for 3-D Secure v2, or undefined when too little is known: half an address would be refused. */
function billing(customer: Customer, defaults: Settings): string | undefined {
  const address: Address = customer.address ?? {};
  const first = xmlText(customer.firstName, 22);
  const last = xmlText(customer.lastName, 22);
  const line1 = xmlText(address.line1 ?? defaults.billing_address, 50);
  const zip = xmlText(address.postalCode ?? defaults.billing_zipcode, 10);
  const city = xmlText(address.city ?? defaults.billing_city, 50);
  const country = countryNumber(address.country ?? defaults.billing_country ?? '');
  if (!first || !last || !line1 || !zip || !city || !country) return undefined;
  const inner = [
    element('FirstName', first),
    element('LastName', last),
    element('Address1', line1),
    element('Address2', xmlText(address.line2, 50)),
    element('ZipCode', zip),
    element('City', city),
    element('CountryCode', country),
  ].join('');
  return `<?xml version="1.0" encoding="utf-8"?><Billing><Address>${inner}</Address></Billing>`;
}

/** `2026-11-21T09:00:00+00:00`: seconds, and the offset in digits. */
function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, '+00:00');
}

function formOf(request: StartRequest<Settings>): (readonly [string, string])[] {
  const { payment, account, urls } = request;
  const own = account.settings;
  const { customer } = payment;
  const manual = (payment.capture ?? own.capture) === 'manual';
  const days = payment.capture === null && typeof own.capture === 'number' ? own.capture : null;
  const back = (via: Via) => addressWithin(150, backBy(urls, via));
  const entries: (readonly [string, string | undefined])[] = [
    ['PBX_SITE', own.site],
    ['PBX_RANG', own.rang],
    ['PBX_IDENTIFIANT', own.identifiant],
    ['PBX_TOTAL', String(payment.amount).padStart(3, '0')],
    ['PBX_DEVISE', currency(payment.currency)?.numeric],
    ['PBX_CMD', request.order],
    ['PBX_PORTEUR', customer.email],
    ['PBX_RETOUR', own.pbx_retour],
    ['PBX_EFFECTUE', back('success')],
    ['PBX_REFUSE', back('failure')],
    ['PBX_ANNULE', back('cancel')],
    ['PBX_ATTENTE', back('pending')],
    ['PBX_REPONDRE_A', addressWithin(150, urls.callback)],
    ['PBX_RUF1', 'POST'],
    ['PBX_SHOPPINGCART', shoppingCart(own.total_quantity)],
    ['PBX_BILLING', billing(customer, own)],
    ['PBX_AUTOSEULE', manual ? 'O' : undefined],
    ['PBX_DIFF', days === null ? undefined : String(days).padStart(2, '0')],
    ['PBX_LANGUE', LANGUAGES[customer.language ?? '']],
  ];
  return entries.filter((entry): entry is readonly [string, string] => Boolean(entry[1]));
}

// --- Notification -----------------------------------------------------------------------------------------

/** Error codes (letter E); the bank's own refusals, 001xx, are handled apart. */
const ERROR_CODES: Readonly<Record<string, UpdateOutcome>> = {
  '00000': 'accepted',
  '00001': 'error',
  '00002': 'error',
  '00003': 'error',
  '00004': 'denied',
  '00005': 'error',
  '00006': 'error',
  '00007': 'error',
  '00008': 'denied',
  '00009': 'error',
  '00010': 'error',
  '00011': 'error',
  '00012': 'error',
  '00013': 'error',
  '00014': 'error',
  '00015': 'error',
  '00016': 'error',
  '00017': 'error',
  '00018': 'error',
  '00020': 'denied',
  '00021': 'denied',
  '00022': 'denied',
  '00023': 'denied',
  '00024': 'denied',
  '00029': 'denied',
  '00030': 'expired',
  '00031': 'error',
  '00032': 'error',
  '00033': 'denied',
  '00039': 'none',
  '00040': 'denied',
  '00097': 'none',
  '00098': 'none',
  '00099': 'pending',
  '00117': 'cancelled',
  '99999': 'pending',
};

function outcomeOf(code: string, cancelled: boolean): UpdateOutcome {
  if (code === '00001' && cancelled) return 'cancelled';
  return ERROR_CODES[code] ?? (/^001\d\d$/.test(code) ? 'denied' : 'error');
}

/** What an operator sees: the letters that carry no secret, masked numbers as the platform masks them. */
const DETAIL = {
  A: 'authorization',
  C: 'card',
  P: 'means',
  T: 'call',
  S: 'transaction',
  I: 'ipCountry',
  Y: 'bankCountry',
};

function read(
  account: Partial<Settings>,
  values: ReadonlyMap<string, string>,
  channel: Channel,
): ProviderUpdate {
  const names = namesOf(account.pbx_retour ?? DEFAULT_RETOUR);
  const letter = (name: string) => values.get(names.get(name) ?? '') ?? '';
  const code = letter('E');
  const transaction = letter('S') || letter('T');
  const outcome = outcomeOf(code, channel === 'return' && values.get(VIA) === 'cancel');
  const amount = letter('M');
  return {
    kind: 'update',
    order: letter('R'),
    key: `${transaction}/${code}/${outcome}`,
    outcome,
    amount: /^\d{1,15}$/.test(amount) ? Number(amount) : null,
    currency: null,
    movement: transaction || 'payment',
    // Direct names the transaction that holds or has brought money by these two.
    ...(outcome === 'accepted' && { providerState: { numtrans: letter('S'), numappel: letter('T') } }),
    providerReference: transaction && transaction !== '0' ? transaction : null,
    providerStatus: code,
    detail: Object.fromEntries(
      Object.entries(DETAIL)
        .map(([name, word]) => [word, letter(name)] as const)
        .filter(([, value]) => value),
    ),
  };
}

// --- Words ----------------------------------------------------------------------------------------------

/** What each code says, in the provider’s words. */
const WORDS: Readonly<Record<string, string>> = {
  '00000': 'accepted',
  '00001': 'no connection or internal error',
  '00117': 'given up by the shopper (xx = 17)',
  '00002': 'coherence error, Paybox error',
  '00003': 'coherence error, Paybox error',
  '00004': 'card number or CVV wrong',
  '00015': 'already paid',
  '00016': 'subscriber exists, does not exist',
  '00017': 'subscriber exists, does not exist',
  '00018': 'transaction not found (Direct)',
  '00020': 'CVV missing (Direct)',
  '00021': 'card not accepted, limit reached, holder already seen, card does not fit',
  '00022': 'card not accepted, limit reached, holder already seen, card does not fit',
  '00023': 'card not accepted, limit reached, holder already seen, card does not fit',
  '00029': 'card not accepted, limit reached, holder already seen, card does not fit',
  '00024': 'country filtered (Direct)',
  '00030': 'shopper took over 15 minutes',
  '00031': 'reserved',
  '00032': 'reserved',
  '00033': 'country of the IP refused',
  '00039': 'question number used before (Direct)',
  '00040': 'no 3-D Secure, blocked by the filter',
  '00097': 'time-out of the connection, internal time-out (Direct)',
  '00098': 'time-out of the connection, internal time-out (Direct)',
  '00099': 'hosted page: waiting for the issuer of the means of payment',
  '99999': 'waiting for the means of payment (PayPal)',
};

// --- The provider -----------------------------------------------------------------------------------------

const calls = direct<Settings>((account, fields) => signFields(account, { fields }).signature);

export const paybox = defineProvider({
  id: 'paybox',
  aliases: ['up2pay'],
  caption: 'Paybox (Verifone e-commerce, Up2pay e-Transactions)',
  countries: ['FR'],
  currencies: ['EUR', 'USD', 'GBP', 'CHF', 'CAD', 'AUD', 'JPY', 'NOK', 'SEK', 'DKK', 'XOF', 'XAF', 'TND'],
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
    Object.entries(ERROR_CODES).map(([code, outcome]) => ({ code, outcome })),
    WORDS,
  ),
  requires: ['customer.email'],
  maxAmount: 9_999_999_999,
  testOnly: false,
  freshOrderEachTrip: false,

  charset: () => charset('utf-8'),
  captureDefault: (own) => (own.capture === 'manual' ? 'manual' : 'automatic'),

  start(request) {
    const { email } = request.payment.customer;
    if (!email || email.length < 6 || email.length > 120) {
      throw invalidField('customer.email', 'Paybox requires an e-mail address of 6 to 120 characters');
    }
    const own = request.account.settings;
    const shopFields = withProviderFields(formOf(request), request.payment.providerFields, {
      reserved: RESERVED,
      allowed: (name) => /^PBX_[A-Z0-9_]{1,40}$/.test(name),
    });
    const fields: (readonly [string, string])[] = [
      ...shopFields,
      ['PBX_HASH', own.hmac_algorithm],
      ['PBX_TIME', timestamp(request.now)],
    ];
    requireCharset(charset('utf-8'), fields, { PBX_PORTEUR: 'customer.email' });
    const { signature } = signFields(own, { fields });
    return {
      kind: 'form',
      method: 'POST',
      url: pageOf(request.account),
      charset: 'utf-8',
      fields: [...fields, ['PBX_HMAC', signature] as const].map(([name, value]) => ({ name, value })),
    };
  },

  async notification(request, account, channel) {
    const { values } = await verifyFeedback(account.settings, readable(formBytes(request)), channel);
    const fact = read(account.settings, values, channel);
    if (!fact.order) throw new Refusal('field_missing', 'there is no reference (letter R)');
    if (!fact.providerStatus) throw new Refusal('field_missing', 'there is no error code (letter E)');
    return fact;
  },

  capture: calls.capture,
  cancel: calls.cancel,
  refund: calls.refund,
  queryStatus: calls.ask,
  cannotQueryStatus: calls.lacks,

  // Redirects and other codes count as failures, and the merchant gets a warning by e-mail.
  reply: () => EMPTY_OK,

  setup: ({ callback }) => [
    {
      where: 'Back office > Information > Instant payment notification (IPN) URL',
      value: `${callback} (each payment also carries it as PBX_REPONDRE_A)`,
    },
    {
      where: 'Back office > Information > HMAC key',
      value: 'make one, enter it here, and confirm it by the e-mail link',
    },
    {
      where: 'The contract, for capture, cancel and refund',
      value: 'has to include Paybox Direct, and to allow the addresses that this service calls from',
    },
  ],
});
