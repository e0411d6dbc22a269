/**
 * SPPlus (Caisse d'Épargne), retired: replaced by SystemPay around 2010; no live host can be expected to answer. Kept working so
 * that old shops can be read, tested and moved.
 *
 * A GET address signed with HMAC-SHA-1 under the NTKEY, which comes encrypted with DES-CBC under constants of every kit; a GET notification
 * signed over the raw values in the order received, answered with exactly `spcheckok`.
 *
 * Facts: eopayment's spplus.py and its tests; the 2011 release's documentation; public descriptions of the kit's functions. Safe readings
 * of what is unverified: values are sent as ASCII; `urlretour` gets the notification too, so our callback stands in the bank's registration
 * and the return counts only with a valid hmac; 30 (one instalment remitted) is a part of the money; 99 (a test in production) never pays.
 *
 * The signature covers raw values without names or separators: the same text can be cut into other values. A message therefore has to
 * have its fields in the kit's order and forms, and nothing after `etat` may begin with a digit, so that no refusal can be cut into a
 * payment (we send nothing of the shopper's that does).
 */

import * as v from 'valibot';
import { Refusal } from '../../payments/errors.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import type { Outcome } from '../../payments/statuses.ts';
import { equalText, fromHex, hex, hexUpper, readable, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { hmacOf } from '../../signing/digests.ts';
import { encodeForm, percentDecode } from '../../signing/form.ts';
import { desCbcDecrypt } from '../../signing/weak.ts';
import {
  defineProvider,
  type LikelyCause,
  type ProviderUpdate,
  type Recipe,
  type RecipeInput,
  type Signed,
  type StartRequest,
} from '../contract.ts';
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { textFields } from '../kit/form-message.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { ifFits, plainAscii } from '../kit/text.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';

// --- Settings ---------------------------------------------------------------------------------------------

const settings = v.object({
  cle: v.pipe(
    pattern(/^(?:\s*[0-9a-fA-F]){48}\s*$/, 'has 48 hexadecimal digits'),
    secret({
      title: 'NTKEY',
      description: 'The encrypted signing key: 24 bytes in hexadecimal, spaces allowed.',
    }),
  ),
  siret: v.pipe(
    pattern(/^\d{14}-\d{2,3}$/, 'looks like 00000000000001-01'),
    shown({ title: 'SIRET and site number' }),
  ),
  langue: v.optional(
    v.pipe(pattern(/^[A-Z]{2}$/, 'has two capital letters'), shown({ title: 'Language' })),
    'FR',
  ),
  taxe: v.optional(
    v.pipe(
      pattern(/^\d+\.\d\d$/, 'looks like 0.00'),
      shown({ title: 'Tax', description: 'Information only.' }),
    ),
    '0.00',
  ),
  modalite: v.optional(
    v.pipe(
      pattern(/^(?:[123xn]x(?:\/[123xn]x)*)?$/, 'looks like 1x/3x'),
      shown({ title: 'Instalments offered' }),
    ),
    '',
  ),
  moyen: v.optional(
    v.pipe(
      pattern(/^(?:[A-Z]{3}(?:\/[A-Z]{3})*)?$/, 'looks like CBS/AMX'),
      shown({ title: 'Means offered' }),
    ),
    '',
  ),
  service_url: v.optional(
    v.pipe(text(10, 200), v.url('is not an address'), shown({ title: 'Address of the page' })),
    'https://www.spplus.net/paiement/init.do',
  ),
});

type Settings = v.InferOutput<typeof settings>;

// --- Signatures -------------------------------------------------------------------------------------------

/** Constants of every SPPlus kit. */
const DES_KEY = Uint8Array.of(0x45, 0x1f, 0xba, 0x4f, 0x4c, 0x3f, 0xd4, 0x97);
const DES_IV = Uint8Array.of(0x30, 0x78, 0x30, 0x62, 0x2c, 0x30, 0x78, 0x30);

/** The decrypted NTKEY: 24 bytes. */
function decryptedKey(cle: string): Uint8Array {
  const encrypted = fromHex(cle.replace(/\s/g, ''));
  if (encrypted?.length !== 24) throw new RangeError('the NTKEY has 48 hexadecimal digits');
  return desCbcDecrypt(DES_KEY, DES_IV, encrypted);
}

/** The HMAC key is its first 20 bytes. */
function hmacKey(cle: string): Uint8Array {
  return decryptedKey(cle).subarray(0, 20);
}

/** The seven fields whose decoded values are signed in a request, in this order. */
const SIGNED = ['siret', 'reference', 'langue', 'devise', 'montant', 'taxe', 'validite'];

function mac(given: Partial<Settings>, base: Uint8Array): Signed {
  return {
    base,
    algorithm: 'HMAC-SHA-1, upper-case hex',
    signature: hexUpper(hmacOf('sha1', hmacKey(given.cle ?? ''), base)),
  };
}

function signRequest(given: Partial<Settings>, fields: Iterable<readonly [string, string]>): Signed {
  const values = new Map(fields);
  return mac(given, utf8(SIGNED.map((name) => values.get(name) ?? '').join('')));
}

interface RawPair {
  readonly name: string;
  /** As received, still encoded. */
  readonly value: string;
}

function rawPairs(query: string): RawPair[] {
  return query
    .split('&')
    .filter(Boolean)
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? { name: part, value: '' } : { name: part.slice(0, at), value: part.slice(at + 1) };
    });
}

/** The raw values in the order received, the signature left out wherever it stands. */
function rawBase(pairs: readonly RawPair[]): Uint8Array {
  return utf8(
    pairs
      .filter(({ name }) => name !== 'hmac')
      .map(({ value }) => value)
      .join(''),
  );
}

interface Verified {
  readonly values: ReadonlyMap<string, string>;
  readonly base: Uint8Array;
  readonly signature: string;
}

/** @throws Refusal */
function verify(given: Partial<Settings>, query: string): Verified {
  const pairs = rawPairs(query);
  const values = new Map<string, string>();
  for (const { name, value } of pairs) {
    if (values.has(name)) throw new Refusal('duplicate_field', `the parameter ${name} came twice`);
    const decoded = percentDecode(utf8(value));
    if (!decoded) throw new Refusal('malformed', 'the percent-encoding of the parameters is broken');
    values.set(name, readable(decoded));
  }
  const { base, signature } = mac(given, rawBase(pairs));
  const received = values.get('hmac') ?? '';
  if (received === '' || !equalText(signature, received.toUpperCase())) {
    throw new Refusal(
      received === '' ? 'signature_missing' : 'signature_mismatch',
      received === '' ? 'there is no hmac' : 'hmac does not fit the parameters and the key',
      { base: readable(base), expected: signature, received },
    );
  }
  return { values, base, signature };
}

function queryOf(input: RecipeInput): string {
  if (input.raw !== undefined) return input.raw;
  return encodeForm(textFields(input), charset('utf-8')) ?? '';
}

const recipes: Record<string, Recipe<Settings>> = {
  'request-signature': { kind: 'sign', sign: (given, input) => signRequest(given, textFields(input)) },
  'notification-signature': {
    kind: 'verify',
    verify: (given, input) =>
      verdict(() => {
        const { values, base, signature } = verify(given, queryOf(input));
        return { base, signature, status: statusAlone(read(given, values)) };
      }),
  },
  /** Any query string, as the kit's own function signs it. */
  'query-signature': { kind: 'sign', sign: (given, input) => mac(given, rawBase(rawPairs(queryOf(input)))) },
  /** How the first release of eopayment signed an address in 2011: never made any more. */
  'historical-signature': {
    kind: 'sign',
    sign: (given, input) => {
      const base = utf8(
        textFields(input)
          .map(([, value]) => value)
          .join(''),
      );
      return {
        base,
        algorithm: 'HMAC-SHA-1, lower-case hex',
        signature: hex(hmacOf('sha1', hmacKey(given.cle ?? ''), base)),
      };
    },
  },
  'key-decryption': {
    kind: 'case',
    answer: (given) => {
      const plain = decryptedKey(given.cle ?? '');
      return {
        fields: {
          plaintext_hex: hex(plain),
          hmac_key_hex: hex(plain.subarray(0, 20)),
          ciphertext_hex: (given.cle ?? '').replace(/\s/g, '').toLowerCase(),
        },
      };
    },
  },
};

const SUSPICIONS: readonly LikelyCause[] = [
  {
    cause: 'it is signed over the decoded values: they were decoded and encoded again on the way',
    raw: (raw) =>
      raw.replace(
        /=([^&]*)/g,
        (_, value: string) => `=${readable(percentDecode(utf8(value)) ?? utf8(value)).replace(/[&=%]/g, '')}`,
      ),
  },
];

// --- Start ------------------------------------------------------------------------------------------------

const RESERVED = new Set([
  'siret',
  'reference',
  'langue',
  'devise',
  'montant',
  'taxe',
  'validite',
  'version',
  'urlretour',
  'hmac',
]);

const DAY_MS = 86_400_000;

/** `16/01/2024`: the last day on which the address is good. */
function lastDay(now: Date): string {
  const [year, month, day] = new Date(now.getTime() + DAY_MS).toISOString().slice(0, 10).split('-');
  return `${day}/${month}/${year}`;
}

/** What comes back after `etat` must not look like a part of it. */
function withoutDigit(value: string | undefined): string | undefined {
  return value && /^[A-Za-z]/.test(value) ? value : undefined;
}

function fieldsOf(request: StartRequest<Settings>): (readonly [string, string])[] {
  const { payment, account, order, urls } = request;
  const given = account.settings;
  const entries: (readonly [string, string | undefined])[] = [
    ['siret', given.siret],
    ['reference', order],
    ['langue', given.langue],
    ['devise', '978'],
    ['montant', decimal(payment.amount, 2)],
    ['taxe', given.taxe],
    ['validite', lastDay(request.now)],
    ['version', '1'],
    ['modalite', given.modalite],
    ['moyen', given.moyen],
    ['email', withoutDigit(ifFits(payment.customer.email, 100))],
    ['arg1', withoutDigit(plainAscii(payment.description ?? '').slice(0, 100))],
    // No question mark: the bank appends its own.
    ['urlretour', addressWithin(255, urls.back)],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

// --- Notification -----------------------------------------------------------------------------------------

const ETATS: Readonly<Record<string, Outcome>> = {
  1: 'authorized',
  2: 'denied',
  4: 'authorized',
  5: 'denied',
  6: 'pending',
  8: 'paid',
  10: 'paid',
  11: 'cancelled',
  12: 'cancelled',
  15: 'none',
  16: 'none',
  17: 'refunded',
  20: 'charged_back',
  21: 'charged_back',
  30: 'paid',
  99: 'pending',
};

function read(given: Partial<Settings>, values: ReadonlyMap<string, string>): ProviderUpdate {
  const siret = values.get('siret');
  if (given.siret !== undefined && siret !== undefined && siret !== given.siret) {
    throw new Refusal('wrong_account', `the message is for the shop ${siret}`);
  }
  const etat = values.get('etat') ?? '';
  const reference = values.get('reference') ?? '';
  const bank = values.get('refsfp') ?? '';
  return {
    kind: 'update',
    order: reference,
    key: `${bank}/${etat}`,
    outcome: ETATS[etat] ?? 'error',
    amount: fromDecimal(values.get('montant') ?? '', 2),
    currency: values.get('devise') === '978' ? 'EUR' : (values.get('devise') ?? null),
    movement: bank,
    providerReference: bank || null,
    providerStatus: etat,
    detail: {},
  };
}

/** The fields of a message in the kit's order, each in a form that has one reading. */
const FORMS: readonly (readonly [name: string, form: RegExp])[] = [
  ['siret', /^\d{14}-\d{2,3}$/],
  ['reference', /^[0-9A-Z]{18}$/],
  ['langue', /^[A-Z]{2}$/],
  ['devise', /^\d{3}$/],
  ['montant', /^\d+\.\d\d$/],
  ['taxe', /^\d+\.\d\d$/],
  ['refsfp', /^[A-Za-z]\w*$/],
  ['etat', /^\d{1,2}$/],
];

/** @throws Refusal where the text that was signed could have been cut in another way. */
function requireOneReading(query: string): void {
  const pairs = rawPairs(query).filter(({ name }) => name !== 'hmac');
  for (const [index, [name, form]] of FORMS.entries()) {
    const pair = pairs[index];
    if (pair?.name !== name || !form.test(pair.value)) {
      throw new Refusal('field_missing', `${name} is missing, malformed or not in its place`);
    }
  }
  const rest = pairs.slice(FORMS.length);
  const odd = rest.find(
    ({ name, value }) => !['email', 'arg1', 'arg2'].includes(name) || /^[\d%]/.test(value),
  );
  if (odd) throw new Refusal('malformed', `${odd.name} is not expected after etat`);
}

/** What each code says, in the provider’s words. */
const WORDS: Readonly<Record<string, string>> = {
  '1': 'authorisation accepted',
  '2': 'authorisation refused',
  '4': 'instalment accepted, awaiting remittance',
  '5': 'instalment refused',
  '6': 'cheque accepted',
  '8': 'cheque cashed',
  '10': 'finished, remitted',
  '11': 'cancelled by the merchant',
  '12': 'abandoned by the shopper',
  '15': 'refund recorded',
  '16': 'refund cancelled',
  '17': 'refund accepted',
  '20': 'unpaid',
  '21': 'unpaid, awaiting validation',
  '30': 'instalment remitted',
  '99': 'test payment made in production',
};

// --- The provider -----------------------------------------------------------------------------------------

export const spplus = defineProvider<typeof settings>({
  id: 'spplus',
  aliases: [],
  caption: 'SPPlus (Caisse d’Épargne; retired, replaced by SystemPay around 2010)',
  countries: ['FR'],
  currencies: ['EUR'],
  capabilities: {
    capture: false,
    cancel: false,
    refund: false,
    status: false,
    manualCapture: false,
    signedNotification: true,
    signedReturn: true,
  },
  settings,
  signatures: recipes,
  likelyCauses: SUSPICIONS,
  statuses: legacyTable(
    Object.entries(ETATS).map(([code, outcome]) => ({ code, outcome })),
    WORDS,
  ),
  requires: [],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachTrip: true,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',

  start(request) {
    const given = request.account.settings;
    const fields = withProviderFields(fieldsOf(request), request.payment.providerFields, {
      reserved: RESERVED,
      allowed: (name) => ['modalite', 'moyen'].includes(name),
    });
    const { signature } = signRequest(given, fields);
    const query = encodeForm([...fields, ['hmac', signature]], charset('utf-8'));
    const page = atOrigin(given.service_url, request.account.endpoints.page);
    return { kind: 'url', method: 'GET', url: `${page}?${query}` };
  },

  async notification(request, account) {
    const raw = readable(request.method === 'GET' ? request.query : request.body);
    const { values } = verify(account.settings, raw);
    requireOneReading(raw);
    const fact = read(account.settings, values);
    if (!fact.order) throw new Refusal('field_missing', 'there is no reference');
    return fact;
  },

  // Anything else, white space included, counts as not received.
  reply: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'spcheckok' }),

  setup: ({ callback }) => [
    { where: 'registration at the bank: address of the notification (GET)', value: callback },
  ],
});
