/**
 * The platform of Lyra (SystemPay, PayZen and many brands): a form of `vads_*` fields (version V2) signed with HMAC-SHA-256 or
 * SHA-1, the same signature on notifications and returns, and `kr-hash` on those of its REST API.
 *
 * Facts: Systempay, PayZen and Lyra Collect documentation (form: computing the signature, IPN, vads_trans_status; REST:
 * IPN, kr-hash); lyra/plugin-woocommerce and lyra/rest-php-sdk (published vectors); eopayment's systempayv2.
 *
 * Readings where the documents leave a choice: AUTHORISED is paid, as for the vendor's plug-ins; a CANCELLED after it takes
 * everything back; vads_trans_id is a counter of the day (digits first, as old documents want); IDR is not offered, because the vendor
 * counts it without decimals and ISO 4217 with two; `<`, `>` and double blanks are left out of values, as the vendor's SDK does before
 * it signs.
 *
 * The signature covers values alone, joined by `+`: whoever sees a signed return may give its values other names in the same order, and a
 * value with a `+` in it counts as two. A shopper called "AUTHORISED" could so turn a refusal into a payment. Therefore no value that
 * comes from outside holds a `+` or is a word of the protocol when we send it, and a message must have every field that we rely on, in
 * its form.
 */

import * as v from 'valibot';
import { currency, currencyByNumber, currencyCodes } from '../../payments/currencies.ts';
import { invalidField, Refusal } from '../../payments/errors.ts';
import type { Outcome, Status } from '../../payments/statuses.ts';
import { base64, concat, equalText, hex, readable, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { hmacOf } from '../../signing/digests.ts';
import type { RawField } from '../../signing/form.ts';
import { weakDigests } from '../../signing/weak.ts';
import {
  type Channel,
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
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { formBytes, formFields, inputFields, textFields } from '../kit/form-message.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { cut, ifFits } from '../kit/text.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { type RestBrand, restCalls } from './rest.ts';
import { factOf, STATUSES, WORDS } from './transactions.ts';

// --- Settings ---------------------------------------------------------------------------------------------

/** Where each brand's form is; test and production share the host. */
export const HOSTS = {
  systempay: 'https://paiement.systempay.fr',
  payzen: 'https://secure.payzen.eu',
  'payzen-lat': 'https://secure.payzen.lat',
  'payzen-br': 'https://secure.payzen.com.br',
  'payzen-in': 'https://secure.payzen.co.in',
  sogecommerce: 'https://sogecommerce.societegenerale.eu',
  clicandpay: 'https://clicandpay.groupecdn.fr',
  scellius: 'https://scelliuspaiement.labanquepostale.fr',
  'lyra-collect': 'https://secure.lyra.com',
  micuentaweb: 'https://secure.micuentaweb.pe',
  epaync: 'https://epaync.nc',
  osb: 'https://secure.osb.pf',
  payty: 'https://secure.payty.com',
  cobroinmediato: 'https://secure.cobroinmediato.tech',
  innopay: 'https://secure.innopay.ch',
  bnpp: 'https://e-paiement-securite-bici.com',
} as const;

export type Brand = keyof typeof HOSTS & RestBrand;
const BRANDS = Object.keys(HOSTS) as [Brand, ...Brand[]];

function platformSettings(brand: Brand) {
  return v.object({
    brand: v.optional(
      v.pipe(v.picklist(BRANDS), shown({ title: 'Brand', description: 'Decides the address of the page.' })),
      brand,
    ),
    site_id: v.pipe(pattern(/^\d{8,9}$/, 'has 8 digits'), shown({ title: 'Shop number (site_id)' })),
    key: v.pipe(
      text(8, 64),
      secret({
        title: 'Form key',
        description: 'Settings > Shop > Keys: the one of test or of production, as the account is.',
      }),
    ),
    signature_algorithm: v.optional(
      v.pipe(
        v.picklist(['hmac-sha-256', 'sha-1']),
        shown({ title: 'Signature algorithm', description: 'As chosen in Settings > Shop > Keys.' }),
      ),
      'hmac-sha-256',
    ),
    payment_cards: v.optional(
      v.pipe(
        pattern(/^[A-Z0-9_]*(?:;[A-Z0-9_]+)*$/, 'looks like CB;VISA'),
        shown({ title: 'Means of payment', description: 'Separated by semicolons; empty: all.' }),
      ),
      '',
    ),
    capture_delay: v.optional(
      v.pipe(
        pattern(/^(?:\d{0,2}|[12]\d\d|3[0-5]\d|36[0-5])$/, 'is 0 to 365 or empty'),
        shown({ title: 'Days before the remittance', description: 'Empty: as in the back office.' }),
      ),
      '',
    ),
    validation_mode: v.optional(
      v.pipe(
        v.picklist(['', '0', '1']),
        shown({
          title: 'Validation',
          description: '0 automatic, 1 by hand (authorise only), empty: as in the back office.',
        }),
      ),
      '',
    ),
    payment_config: v.optional(
      v.pipe(
        pattern(/^(?:SINGLE|MULTI:[\w=;]+)$/, 'is SINGLE or MULTI:first=...;count=...;period=...'),
        shown({ title: 'Instalments' }),
      ),
      'SINGLE',
    ),
    rest_password: v.optional(
      v.pipe(
        text(8, 100),
        secret({
          title: 'REST password',
          description: 'For refunds and questions; of the same mode as the key.',
        }),
      ),
    ),
    rest_hmac_key: v.optional(
      v.pipe(
        text(8, 100),
        secret({ title: 'REST HMAC key', description: 'Checks returns of the embedded form.' }),
      ),
    ),
  });
}

type PlatformSchema = ReturnType<typeof platformSettings>;
/** `ctx_mode` comes from the account's environment; a vector may name it. */
type Settings = v.InferOutput<PlatformSchema> & { readonly ctx_mode?: string };

// --- Signatures -------------------------------------------------------------------------------------------

const ALGORITHMS = {
  'hmac-sha-256': {
    label: 'HMAC-SHA-256',
    sign: (base: Uint8Array, key: Uint8Array) => base64(hmacOf('sha256', key, base)),
  },
  'sha-1': { label: 'SHA-1', sign: (base: Uint8Array) => hex(weakDigests.sha1(base)) },
} as const;

const PLUS = utf8('+');

interface Named {
  readonly name: string;
  readonly value: Uint8Array;
}

/** Values of all `vads_` fields, empty ones too, in byte order of their names, and the key, joined by `+`. */
function baseOf(fields: readonly Named[], key: string): Uint8Array {
  const sorted = fields
    .filter(({ name }) => name.startsWith('vads_'))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return concat([...sorted.flatMap(({ value }) => [value, PLUS]), utf8(key)]);
}

/** The HMAC is over the whole text, the key at its end included. */
function sign(settings: Partial<Settings>, fields: readonly Named[], named?: string): Signed {
  const { key = '' } = settings;
  const byName = named === 'SHA-1' ? 'sha-1' : 'hmac-sha-256';
  const { label, sign: signed } = ALGORITHMS[settings.signature_algorithm ?? byName];
  const base = baseOf(fields, key);
  return { base, algorithm: label, signature: signed(base, utf8(key)) };
}

function namedFields(input: RecipeInput): Named[] {
  return textFields(input).map(([name, value]) => ({ name, value: utf8(value) }));
}

/** A verified message's values by name, and what was signed. */
interface Verified {
  readonly values: ReadonlyMap<string, string>;
  readonly base: Uint8Array;
  readonly signature: string;
}

function valuesOf(received: readonly RawField[]): Map<string, Uint8Array> {
  const values = new Map<string, Uint8Array>();
  for (const { name, value } of received) {
    const text = readable(name);
    if (values.has(text)) throw new Refusal('duplicate_field', `the field ${text} came twice`);
    values.set(text, value);
  }
  return values;
}

function compare(base: Uint8Array, expected: string, received: string, name: string): void {
  if (received !== '' && equalText(expected, received)) return;
  throw new Refusal(
    received === '' ? 'signature_missing' : 'signature_mismatch',
    received === '' ? `there is no ${name}` : `${name} does not fit the message and the key`,
    { base: readable(base), expected, received },
  );
}

/** @throws Refusal */
function verifyForm(settings: Partial<Settings>, values: ReadonlyMap<string, Uint8Array>): Verified {
  const fields = [...values].map(([name, value]) => ({ name, value }));
  const { base, signature } = sign(settings, fields);
  compare(base, signature, readable(values.get('signature') ?? new Uint8Array()), 'signature');
  const signed = fields.filter(({ name }) => name.startsWith('vads_'));
  return {
    values: new Map(signed.map(({ name, value }) => [name, readable(value)])),
    base,
    signature,
  };
}

/** The JSON of the REST API, over its text as received with `\/` read as `/`: never parsed and printed again. */
function verifyAnswer(
  settings: Partial<Settings>,
  values: ReadonlyMap<string, Uint8Array>,
  channel: Channel,
): { readonly answer: Answer; readonly base: Uint8Array; readonly signature: string } {
  const text = readable(values.get('kr-answer') ?? new Uint8Array()).replaceAll('\\/', '/');
  const base = utf8(text);
  // By the door, not by kr-hash-key: the sender must not choose the key.
  const key = channel === 'return' ? settings.rest_hmac_key : settings.rest_password;
  if (!key) throw new Refusal('signature_mismatch', 'the account has no key for kr-hash');
  const signature = hex(hmacOf('sha256', utf8(key), base));
  compare(base, signature, readable(values.get('kr-hash') ?? new Uint8Array()), 'kr-hash');
  try {
    return { answer: JSON.parse(text) as Answer, base, signature };
  } catch (cause) {
    throw new Refusal('malformed', 'kr-answer is not JSON', { cause });
  }
}

function judge(settings: Partial<Settings>, input: RecipeInput, channel: Channel) {
  return verdict(() => {
    const values = valuesOf(inputFields(input));
    if (values.has('kr-answer')) {
      const { answer, base, signature } = verifyAnswer(settings, values, channel);
      return { base, signature, status: statusOf(readAnswer(settings, answer)) };
    }
    const { values: verified, base, signature } = verifyForm(settings, values);
    return { base, signature, status: statusOf(readForm(settings, verified)) };
  });
}

/** A credit alone does not say whether it is all; a cancellation alone cancels. */
function statusOf(fact: ProviderUpdate): Status | null {
  if (fact.outcome === 'reversed') return 'cancelled';
  return fact.outcome === 'refunded' ? 'partially_refunded' : statusAlone(fact);
}

const recipes: Record<string, Recipe<Settings>> = {
  'request-signature': {
    kind: 'sign',
    sign: (settings, input) => sign(settings, namedFields(input), String(input.rest?.algorithm ?? '')),
  },
  'notification-signature': {
    kind: 'verify',
    verify: (settings, input) => judge(settings, input, 'notification'),
  },
  'return-signature': { kind: 'verify', verify: (settings, input) => judge(settings, input, 'return') },
  'api-signature': {
    kind: 'sign',
    sign: ({ site_id = '', rest_password = '' }) => {
      const base = utf8(`${site_id}:${rest_password}`);
      return { base, algorithm: 'HTTP Basic', signature: `Basic ${base64(base)}` };
    },
  },
};

const SUSPICIONS: readonly LikelyCause[] = [
  {
    cause: 'it is signed with SHA-1, and the account is set to HMAC-SHA-256',
    settings: (account) => ({ ...account, signature_algorithm: 'sha-1' }),
  },
  {
    cause: 'it is signed with HMAC-SHA-256, and the account is set to SHA-1',
    settings: (account) => ({ ...account, signature_algorithm: 'hmac-sha-256' }),
  },
  {
    cause: 'a form parser has read the `+` of the base64 signature as a blank',
    raw: (raw) => raw.replace(/(signature=[^&]*)/, (part) => part.replace(/\+|%20/g, '%2B')),
  },
  {
    cause: 'the key has white space at an end',
    settings: (account) => ({ ...account, key: String(account.key).trim() }),
  },
];

// --- Start ------------------------------------------------------------------------------------------------

/** The gateway's own range of transaction numbers starts here. */
const DIGITS_LIMIT = 900_000;

/** Six characters, unique per shop and UTC day, compared without regard to case: digits first, then letters too. */
export function transactionId(number: number): string {
  if (number < DIGITS_LIMIT) return String(number).padStart(6, '0');
  return `a${(number - DIGITS_LIMIT).toString(36).padStart(5, '0')}`;
}

/** `20261121090000`, in UTC. */
function stamp(date: Date): string {
  return date.toISOString().replace(/\D/g, '').slice(0, 14);
}

/** A trip is accepted for half an hour after its date; the shopper needs some of it. */
const GOOD_FOR_SECONDS = 25 * 60;

const RESERVED = new Set([
  'vads_version',
  'vads_page_action',
  'vads_action_mode',
  'vads_ctx_mode',
  'vads_site_id',
  'vads_amount',
  'vads_currency',
  'vads_trans_date',
  'vads_trans_id',
  'vads_order_id',
  'vads_url_return',
  'vads_url_check',
  'vads_return_mode',
  'vads_validation_mode',
  'signature',
]);

function contextOf(account: ProviderAccount<Settings>): 'TEST' | 'PRODUCTION' {
  return account.environment === 'production' ? 'PRODUCTION' : 'TEST';
}

/**
 * What the vendor's SDK takes out before it signs, and what could be taken for another field when it comes back. Undefined where
 * nothing is left.
 */
function cleaned(value: string | undefined): string | undefined {
  const text = value?.replace(/[<>]/g, '').replaceAll('+', ' ').replace(/ {2,}/g, ' ').trim();
  return text === undefined || text === '' || isWord(text) ? undefined : text;
}

/** Words with which the protocol says what happened. */
function isWord(text: string): boolean {
  return text.toUpperCase() in STATUSES || /^(?:DEBIT|CREDIT|VERIFICATION)$/i.test(text);
}

/** An international number begins with 00 where a plus sign cannot be sent. */
function phone(value: string | undefined): string | undefined {
  return value?.replace(/^\s*\+/, '00');
}

/** A plus sign in an e-mail address cannot be left out: it would be another address. */
function email(value: string | undefined): string | undefined {
  return value?.includes('+') ? undefined : ifFits(value, 150);
}

function formOf(request: StartRequest<Settings>, number: number): (readonly [string, string])[] {
  const { payment, account, urls } = request;
  const { settings } = account;
  const { customer } = payment;
  const { address } = customer;
  const validation = payment.capture
    ? { manual: '1', automatic: '0' }[payment.capture]
    : settings.validation_mode;
  const entries: (readonly [string, string | undefined])[] = [
    ['vads_version', 'V2'],
    ['vads_page_action', 'PAYMENT'],
    ['vads_action_mode', 'INTERACTIVE'],
    ['vads_payment_config', settings.payment_config],
    ['vads_ctx_mode', contextOf(account)],
    ['vads_site_id', settings.site_id],
    ['vads_amount', String(payment.amount)],
    ['vads_currency', currency(payment.currency)?.numeric],
    ['vads_trans_date', stamp(request.now)],
    ['vads_trans_id', transactionId(number)],
    ['vads_order_id', request.order],
    ['vads_order_info', cleaned(cut(payment.description, 255))],
    ['vads_cust_email', email(customer.email)],
    ['vads_cust_first_name', cleaned(cut(customer.firstName, 63))],
    ['vads_cust_last_name', cleaned(cut(customer.lastName, 63))],
    ['vads_cust_address', cleaned(cut(address?.line1, 255))],
    ['vads_cust_zip', cleaned(ifFits(address?.postalCode, 64))],
    ['vads_cust_city', cleaned(cut(address?.city, 127))],
    ['vads_cust_country', address?.country],
    ['vads_cust_phone', cleaned(ifFits(phone(customer.phone), 32))],
    ['vads_language', customer.language],
    ['vads_capture_delay', settings.capture_delay],
    ['vads_validation_mode', validation],
    ['vads_payment_cards', settings.payment_cards],
    ['vads_url_return', addressWithin(1024, urls.back)],
    ['vads_return_mode', 'GET'],
    // The form is refused when this address is not https; locally the back office's address does.
    ['vads_url_check', urls.callback.startsWith('https:') ? addressWithin(1024, urls.callback) : undefined],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

/** @throws Problem invalid_request naming the field. */
function requireClean(fields: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value !== '' && cleaned(value) !== value) {
      throw invalidField(
        `providerFields.${name}`,
        'must not hold a plus sign, angle brackets or double blanks, nor be a word of the protocol',
      );
    }
  }
}

// --- Notification -----------------------------------------------------------------------------------------

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

const DETAIL = [
  'vads_result',
  'vads_extra_result',
  'vads_auth_result',
  'vads_auth_number',
  'vads_auth_mode',
  'vads_card_brand',
  'vads_card_number',
  'vads_threeds_status',
  'vads_warranty_result',
  'vads_sequence_number',
  'vads_url_check_src',
  'vads_trans_id',
  'vads_trans_date',
];

/** @throws Refusal when it is about another shop or mode. */
function requireOurs(settings: Partial<Settings>, site: string | undefined, mode: string | undefined): void {
  if (settings.site_id !== undefined && site !== settings.site_id) {
    throw new Refusal('wrong_account', `the message is for the shop ${site}`);
  }
  if (settings.ctx_mode !== undefined && mode !== settings.ctx_mode) {
    throw new Refusal('wrong_account', `the message is of the mode ${mode}`);
  }
}

/** The fields that we rely on, each in its form: the signature does not cover names. */
const FORMS: Readonly<Record<string, RegExp>> = {
  vads_action_mode: /^INTERACTIVE$/,
  vads_page_action: /^PAYMENT$/,
  vads_amount: /^\d{1,12}$/,
  vads_currency: /^\d{3}$/,
  vads_operation_type: /^(?:DEBIT|CREDIT|VERIFICATION)$/,
  vads_trans_date: /^\d{14}$/,
  vads_trans_id: /^[A-Za-z0-9]{6}$/,
  vads_trans_status: /^[A-Z_]+$/,
};

/** @throws Refusal naming the field. */
function requireForms(values: ReadonlyMap<string, string>): void {
  for (const [name, form] of Object.entries(FORMS)) {
    if (!form.test(values.get(name) ?? ''))
      throw new Refusal('field_missing', `${name} is missing or malformed`);
  }
  const moves = MONEY.has(STATUSES[values.get('vads_trans_status') ?? ''] ?? 'none');
  if (moves && !/^[0-9a-f]{32}$/.test(values.get('vads_trans_uuid') ?? '')) {
    throw new Refusal('field_missing', 'vads_trans_uuid is missing or malformed');
  }
}

const MONEY: ReadonlySet<Outcome> = new Set(['paid', 'authorized', 'reversed']);

function readForm(settings: Partial<Settings>, values: ReadonlyMap<string, string>): ProviderUpdate {
  requireForms(values);
  requireOurs(settings, values.get('vads_site_id'), values.get('vads_ctx_mode'));
  const status = values.get('vads_trans_status') ?? '';
  const partial = status === 'PARTIALLY_AUTHORISED';
  return factOf({
    order: values.get('vads_order_id') ?? '',
    uuid: values.get('vads_trans_uuid') ?? `${values.get('vads_trans_date')}/${values.get('vads_trans_id')}`,
    operation: values.get('vads_operation_type') ?? '',
    status,
    amount: wholeNumber(values.get(partial ? 'vads_effective_amount' : 'vads_amount')),
    currency:
      currencyByNumber(values.get('vads_currency') ?? '')?.alpha ?? values.get('vads_currency') ?? null,
    detail: Object.fromEntries(
      DETAIL.flatMap((name) => (values.get(name) ? [[name, values.get(name) ?? '']] : [])),
    ),
  });
}

interface Answer {
  readonly shopId?: string;
  readonly orderDetails?: { readonly orderId?: string | null; readonly mode?: string };
  readonly transactions?: readonly {
    readonly uuid?: string;
    readonly amount?: number;
    readonly currency?: string;
    readonly detailedStatus?: string;
    readonly operationType?: string;
  }[];
}

function readAnswer(settings: Partial<Settings>, answer: Answer): ProviderUpdate {
  requireOurs(settings, answer.shopId, answer.orderDetails?.mode);
  // Refused tries may come before the success of the same order.
  const [first] = answer.transactions ?? [];
  const transaction =
    answer.transactions?.find(({ detailedStatus = '' }) => STATUSES[detailedStatus] === 'paid') ?? first;
  if (!transaction) throw new Refusal('field_missing', 'there is no transaction');
  return factOf({
    order: answer.orderDetails?.orderId ?? '',
    uuid: transaction.uuid ?? '',
    operation: transaction.operationType ?? 'DEBIT',
    status: transaction.detailedStatus ?? '',
    amount: Number.isSafeInteger(transaction.amount) ? (transaction.amount ?? null) : null,
    currency: transaction.currency ?? null,
    detail: {},
  });
}

// --- The provider -----------------------------------------------------------------------------------------

interface Edition {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly caption: string;
  readonly countries: readonly string[];
  readonly brand: Brand;
}

const calls = restCalls<Settings>();

/** A provider on the platform. */
export function lyraPlatform(edition: Edition): Provider {
  return defineProvider<PlatformSchema>({
    id: edition.id,
    aliases: edition.aliases,
    caption: edition.caption,
    countries: edition.countries,
    currencies: currencyCodes.filter((code) => code !== 'IDR'),
    capabilities: {
      capture: true,
      cancel: true,
      refund: true,
      status: true,
      manualCapture: true,
      signedNotification: true,
      signedReturn: true,
    },
    settings: platformSettings(edition.brand),
    signatures: recipes,
    likelyCauses: SUSPICIONS,
    statuses: legacyTable(
      Object.entries(STATUSES).map(([code, outcome]) => ({ code, outcome })),
      WORDS,
    ),
    requires: [],
    maxAmount: 999_999_999_999,
    testOnly: false,
    // A number that was used once, whatever came of it, is refused.
    freshOrderEachTrip: true,

    charset: () => charset('utf-8'),
    captureDefault: (settings) => (settings.validation_mode === '1' ? 'manual' : 'automatic'),

    async start(request) {
      const { account } = request;
      const { settings } = account;
      requireClean(request.payment.providerFields);
      const number = await request.daily(`${settings.site_id}/${contextOf(account)}`);
      const fields = withProviderFields(formOf(request, number), request.payment.providerFields, {
        reserved: RESERVED,
        allowed: (name) => /^vads_[A-Za-z0-9_]+$/.test(name),
      });
      const { signature } = sign(
        settings,
        fields.map(([name, value]) => ({ name, value: utf8(value) })),
      );
      return {
        redirect: {
          kind: 'form',
          method: 'POST',
          url: atOrigin(`${HOSTS[settings.brand]}/vads-payment/`, account.endpoints.page),
          charset: 'utf-8',
          fields: [...fields, ['signature', signature] as const].map(([name, value]) => ({ name, value })),
        },
        goodForSeconds: GOOD_FOR_SECONDS,
      };
    },

    async notification(request, account, channel) {
      const settings = { ...account.settings, ctx_mode: contextOf(account) };
      const values = valuesOf(formFields(formBytes(request)));
      const fact = values.has('kr-answer')
        ? readAnswer(settings, verifyAnswer(settings, values, channel).answer)
        : readForm(settings, verifyForm(settings, values).values);
      if (!fact.order) throw new Refusal('field_missing', 'there is no order');
      return fact;
    },

    capture: calls.capture,
    cancel: calls.cancel,
    refund: calls.refund,
    queryStatus: calls.ask,
    cannotQueryStatus: calls.lacks,

    // The first characters are shown to the merchant in the back office.
    reply: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' }),

    setup: ({ callback }) => [
      {
        where:
          'Settings > Notification rules > Instant Payment Notification URL on end of payment, test and production',
        value: callback,
      },
      {
        where:
          'Settings > Notification rules > on cancellation, on an operation coming from the Back Office, on batch',
        value: callback,
      },
      { where: 'the same rules > Automatic retry in case of failure', value: 'on' },
      { where: 'Settings > Shop > Keys > Signature algorithm', value: 'as in the settings of this account' },
    ],
  });
}
