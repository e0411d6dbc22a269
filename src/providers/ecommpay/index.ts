/**
 * ECommPay: Payment Page, reached by one signed URL, and the callbacks of Gate, JSON that carries its own
 * signature. One recipe signs all of it.
 *
 * Facts: the vendor's SDKs (ITECOMMPAY/paymentpage-sdk-*) with their tests, which agree wherever they overlap,
 * and its plug-ins. Where the SDKs differ, the order of paths is the natural one of the PHP SDK; a second try in
 * byte order is made when verifying.
 *
 * Safe readings of what is unverified: currencies with three or four decimals are not offered; chargebacks have
 * no status in the SDKs; an unknown status is pending and logged; a callback for a payment that we do not know
 * gets 404, so that it is repeated while an operator looks.
 */

import * as v from 'valibot';
import { currenciesWithDigits } from '../../payments/currencies.ts';
import { invalidField, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { Outcome, Status } from '../../payments/statuses.ts';
import { base64, compareBytes, equalText, fromBase64, fromUtf8, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { hmacOf } from '../../signing/digests.ts';
import { encodeForm } from '../../signing/form.ts';
import {
  type Acknowledgement,
  defineProvider,
  type Json,
  type LikelyCause,
  type ProviderUpdate,
  type Recipe,
  type RecipeInput,
  type Signed,
  type StartRequest,
} from '../contract.ts';
import { atOrigin, backBy } from '../kit/addresses.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { cut, ifFits, requireCharset } from '../kit/text.ts';
import { verdict } from '../kit/verdict.ts';
import { gate } from './gate.ts';

// --- Settings ---------------------------------------------------------------------------------------------

const httpsUrl = pattern(
  /^https:\/\/[^\s/?#]+(?:\/[^\s?#]*[^\s?#/])?$/,
  'is an https address without a slash at its end',
);

const settings = v.object({
  project_id: v.pipe(v.number(), v.integer(), v.minValue(1), shown({ title: 'Project id' })),
  secret_key: v.pipe(
    text(1, 200),
    secret({ title: 'Secret key', description: 'Used as the text it is, although it may look like base64.' }),
  ),
  base_url: v.optional(
    v.pipe(httpsUrl, shown({ title: 'Address of Payment Page' })),
    'https://paymentpage.ecommpay.com',
  ),
  gate_url: v.optional(v.pipe(httpsUrl, shown({ title: 'Address of Gate' })), 'https://api.ecommpay.com/v2'),
  operation_type: v.optional(
    v.pipe(
      v.picklist(['sale', 'auth']),
      shown({ title: 'Operation', description: 'sale takes the money at once, auth waits for a capture.' }),
    ),
    'sale',
  ),
  language_code: v.optional(
    v.pipe(
      pattern(/^[A-Za-z]{2}$/, 'is a language code of two letters'),
      shown({ title: 'Language of the page' }),
    ),
  ),
  force_payment_method: v.optional(v.pipe(text(1, 50), shown({ title: 'Only this means of payment' }))),
  terminal_id: v.optional(v.pipe(text(1, 50), shown({ title: 'Terminal id' }))),
  interface_type: v.optional(
    v.pipe(pattern(/^\{"id": ?\d+\}$/, 'looks like {"id":22}'), shown({ title: 'Interface type' })),
  ),
});

type Settings = v.InferOutput<typeof settings>;

// --- Signatures -------------------------------------------------------------------------------------------

/** A JSON number as its digits: an id beyond 2^53 keeps them all. */
class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Tree = string | boolean | null | Digits | readonly Tree[] | { readonly [name: string]: Tree };
type Branch = { readonly [name: string]: Tree };

function isBranch(tree: Tree | undefined): tree is Branch {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree) && !(tree instanceof Digits);
}

/** An integer keeps its digits, a fraction is printed as PHP and JavaScript do: 1.5, and 2 for 2.0. */
function numberText(source: string): string {
  return /^-?\d+$/.test(source) ? source : String(Number(source));
}

const parseWithSource = JSON.parse as (
  text: string,
  reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

/** JSON with its numbers as digits. Null when it is not JSON. */
function parseJson(source: string): Tree | null {
  try {
    return parseWithSource(source, (_name, value, context) =>
      typeof value === 'number' ? new Digits(numberText(context.source ?? String(value))) : value,
    ) as Tree;
  } catch {
    return null;
  }
}

function treeOf(json: Json): Tree {
  if (typeof json === 'number') return new Digits(String(json));
  if (Array.isArray(json)) return json.map(treeOf);
  if (typeof json === 'object' && json !== null) {
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, treeOf(value)]));
  }
  return json as string | boolean | null;
}

interface Leaf {
  readonly path: string;
  readonly value: string;
}

/** Each leaf with its path; empty arrays and objects contribute nothing; `frame_mode` is never signed. */
function leaves(tree: Tree, path: string): Leaf[] {
  if (tree instanceof Digits) return [{ path, value: tree.text }];
  if (tree === null) return [{ path, value: '' }];
  if (typeof tree === 'boolean') return [{ path, value: tree ? '1' : '0' }];
  if (typeof tree === 'string') return [{ path, value: tree }];
  return Object.entries(tree)
    .filter(([name]) => name !== 'frame_mode')
    .flatMap(([name, value]) => {
      const key = name.replaceAll(':', '::');
      return leaves(value as Tree, path === '' ? key : `${path}:${key}`);
    });
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Where the run of digits that starts at `from` ends. */
function digitsEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

/** Runs of digits compare as numbers, everything else in the order of code points, which is that of UTF-8. */
function naturalOrder(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (isDigit(a.charCodeAt(i)) && isDigit(b.charCodeAt(j))) {
      const [iEnd, jEnd] = [digitsEnd(a, i), digitsEnd(b, j)];
      const difference = compareNumbers(a.slice(i, iEnd), b.slice(j, jEnd));
      if (difference !== 0) return difference;
      [i, j] = [iEnd, jEnd];
      continue;
    }
    const [one, other] = [a.codePointAt(i) ?? 0, b.codePointAt(j) ?? 0];
    if (one !== other) return one - other;
    i += one > 0xffff ? 2 : 1;
    j += one > 0xffff ? 2 : 1;
  }
  return a.length - i - (b.length - j);
}

function compareNumbers(a: string, b: string): number {
  const [one, other] = [a.replace(/^0+(?=\d)/, ''), b.replace(/^0+(?=\d)/, '')];
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
}

function byteOrder(a: string, b: string): number {
  return compareBytes(utf8(a), utf8(b));
}

function baseOf(tree: Tree, order: (a: string, b: string) => number): Uint8Array {
  const lines = leaves(withoutSignature(tree), '').sort((a, b) => order(a.path, b.path));
  return utf8(lines.map(({ path, value }) => `${path}:${value}`).join(';'));
}

/** The member `signature` counts at the top and in `general`, nowhere else. */
function withoutSignature(tree: Tree): Tree {
  if (!isBranch(tree)) return tree;
  const { signature: _top, ...rest } = tree;
  if (!isBranch(rest.general)) return rest;
  const { signature: _general, ...general } = rest.general;
  return { ...rest, general };
}

function mac(secretKey: string, base: Uint8Array): string {
  return base64(hmacOf('sha512', utf8(secretKey), base));
}

const ALGORITHM = 'HMAC-SHA-512, key = secret text as UTF-8, standard base64 with padding';

function signTree(account: Partial<Settings>, tree: Tree): Signed {
  const base = baseOf(tree, naturalOrder);
  return { base, algorithm: ALGORITHM, signature: mac(account.secret_key ?? '', base) };
}

/** The tree of a recipe's input: the raw JSON where there is one, else the fields. */
function inputTree(input: RecipeInput): Tree {
  if (input.raw?.trimStart().startsWith('{')) return parseJson(input.raw) ?? {};
  return Array.isArray(input.fields)
    ? Object.fromEntries(
        (input.fields as readonly (readonly [string, Json])[]).map(([name, value]) => [name, treeOf(value)]),
      )
    : treeOf((input.fields ?? {}) as Json);
}

interface Verified {
  readonly body: Branch;
  readonly base: Uint8Array;
  readonly signature: string;
}

/**
 * Checks the signature that a callback carries.
 * @throws Refusal
 */
function verifyCallback(account: Partial<Settings>, tree: Tree | null): Verified {
  if (!isBranch(tree ?? undefined)) throw new Refusal('malformed', 'the body is not a JSON object');
  const body = tree as Branch;
  const general = isBranch(body.general) ? body.general : {};
  const received = body.signature ?? general.signature;
  const regular = baseOf(body, naturalOrder);
  if (typeof received !== 'string' || received === '') {
    throw new Refusal('signature_missing', 'there is no signature', { base: fromUtf8(regular) ?? '' });
  }
  const expected = mac(account.secret_key ?? '', regular);
  if (equalText(expected, received)) return { body, base: regular, signature: expected };
  const inBytes = baseOf(body, byteOrder);
  const other = mac(account.secret_key ?? '', inBytes);
  if (equalText(other, received)) return { body, base: inBytes, signature: other };
  throw new Refusal('signature_mismatch', 'the signature does not fit the body and the secret key', {
    base: fromUtf8(regular) ?? '',
    expected,
    received,
  });
}

const recipes: Record<string, Recipe<Settings>> = {
  // A page address is signed by its parameters, whatever their order in the URL.
  'request-signature': {
    kind: 'sign',
    sign: (account, { fields }) => signTree(account, inputTree({ ...(fields && { fields }) })),
  },
  'notification-signature': {
    kind: 'verify',
    verify: (account, input) =>
      verdict(() => {
        const { body, base, signature } = verifyCallback(account, inputTree(input));
        return { base, signature, status: STATUS_WORDS[wordOf(body)]?.status ?? null };
      }),
  },
  'api-signature': { kind: 'sign', sign: (account, input) => signTree(account, inputTree(input)) },
  'base-string': { kind: 'text', text: (_account, input) => baseOf(inputTree(input), naturalOrder) },
};

/** The mistakes that the sheet's traps name, each tried when a signature is refused. */
const SUSPICIONS: readonly LikelyCause[] = [
  {
    cause: 'the secret key was decoded from base64 before it was used; it is used as text',
    settings: (account) => ({ ...account, secret_key: decodedKey(String(account.secret_key)) }),
  },
  {
    cause: 'the secret key has white space at an end in one of the two places',
    settings: (account) => ({ ...account, secret_key: String(account.secret_key).trim() }),
  },
];

/** What the key would be if it were base64; the key itself where it is not. */
function decodedKey(key: string): string {
  const bytes = fromBase64(key);
  return (bytes && fromUtf8(bytes)) ?? key;
}

// --- Start ------------------------------------------------------------------------------------------------

const RESERVED = new Set([
  'project_id',
  'payment_id',
  'payment_amount',
  'payment_currency',
  'signature',
  'operation_type',
  'card_operation_type',
  'mode',
  'merchant_callback_url',
  'redirect_success_url',
  'redirect_fail_url',
  'redirect_return_url',
]);

const SOURCES = {
  payment_description: 'description',
  customer_first_name: 'customer.firstName',
  customer_last_name: 'customer.lastName',
  customer_email: 'customer.email',
  customer_state: 'customer.address.state',
  customer_city: 'customer.address.city',
  customer_address: 'customer.address.line1',
  customer_zip: 'customer.address.postalCode',
};

/** 4 to 24 digits, or nothing. */
function phoneDigits(phone: string | undefined): string | undefined {
  const digits = phone?.replace(/\D/g, '') ?? '';
  return digits.length >= 4 && digits.length <= 24 ? digits : undefined;
}

function parametersOf(request: StartRequest<Settings>): (readonly [string, string])[] {
  const { payment, account, urls } = request;
  const own = account.settings;
  const { customer } = payment;
  const operation = payment.capture
    ? { manual: 'auth', automatic: 'sale' }[payment.capture]
    : own.operation_type;
  const entries: (readonly [string, string | undefined])[] = [
    ['project_id', String(own.project_id)],
    ['payment_id', request.order],
    ['payment_amount', String(payment.amount)],
    ['payment_currency', payment.currency],
    // The vendor forbids the semicolon, which separates the lines of what is signed.
    ['payment_description', cut(payment.description?.replaceAll(';', ','), 255)],
    ['customer_first_name', cut(customer.firstName, 100)],
    ['customer_last_name', cut(customer.lastName, 100)],
    ['customer_email', ifFits(customer.email, 255)],
    ['customer_phone', phoneDigits(customer.phone)],
    ['customer_country', customer.address?.country],
    ['customer_state', cut(customer.address?.state, 100)],
    ['customer_city', cut(customer.address?.city, 100)],
    ['customer_address', cut(customer.address?.line1, 255)],
    ['customer_zip', ifFits(customer.address?.postalCode, 20)],
    ['language_code', customer.language ?? own.language_code],
    ['operation_type', operation],
    ['force_payment_method', own.force_payment_method],
    ['terminal_id', own.terminal_id],
    ['merchant_callback_url', urls.callback],
    ['redirect_success_url', backBy(urls, 'success')],
    ['redirect_success_mode', 'parent_page'],
    ['redirect_fail_url', backBy(urls, 'failure')],
    ['redirect_fail_mode', 'parent_page'],
    ['redirect_return_url', backBy(urls, 'cancel')],
    ['interface_type', own.interface_type],
  ];
  return entries.filter((entry): entry is readonly [string, string] => Boolean(entry[1]));
}

function refuseSemicolons(parameters: readonly (readonly [string, string])[]): void {
  for (const [name, value] of parameters) {
    if (value.includes(';')) {
      const source = SOURCES[name as keyof typeof SOURCES] ?? `providerFields.${name}`;
      throw invalidField(source, 'ECommPay forbids the semicolon');
    }
  }
}

// --- Notification -----------------------------------------------------------------------------------------

interface Meaning {
  readonly outcome: Outcome;
  readonly status: Status | null;
}

function all(words: string, outcome: Outcome, status: Status | null): Record<string, Meaning> {
  return Object.fromEntries(words.split(',').map((word) => [word.trim(), { outcome, status }]));
}

/** payment.status. `canceled` is what the platform sends; the PHP SDK once had `cancelled`. */
const STATUS_WORDS: Readonly<Record<string, Meaning>> = {
  ...all(
    `processing, external processing, awaiting 3ds result, awaiting redirect result, awaiting customer,
     awaiting customer action, awaiting clarification, awaiting clarify data, awaiting approval,
     awaiting merchant auth, awaiting confirmation, awaiting payment, awaiting finalization, awaiting retry,
     awaiting clearing, awaiting partially clearing, clearing processing, invoice sent,
     scheduled recurring processing`,
    'pending',
    'pending',
  ),
  ...all('awaiting capture', 'authorized', 'authorized'),
  ...all('partially paid', 'paid', 'partially_paid'),
  ...all('success', 'paid', 'paid'),
  ...all('decline, decline renewal', 'denied', 'denied'),
  ...all('canceled, cancelled, invoice cancelled', 'cancelled', 'cancelled'),
  ...all('expired', 'expired', 'expired'),
  ...all('error, internal error, external error', 'error', 'error'),
  ...all('partially refunded, partially reversed', 'refunded', 'partially_refunded'),
  ...all('refunded, reversed', 'reversed', 'refunded'),
  ...all('partially paid out', 'none', null),
};

function member(tree: Tree | undefined, name: string): Tree | undefined {
  return isBranch(tree) ? tree[name] : undefined;
}

function textOf(tree: Tree | undefined): string {
  return tree instanceof Digits ? tree.text : typeof tree === 'string' ? tree : '';
}

function wordOf(body: Branch): string {
  return textOf(member(body.payment, 'status'));
}

function amountOf(money: Tree | undefined): number | null {
  const digits = textOf(member(money, 'amount'));
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}

/** One operation, or the newest of several. */
function operationOf(body: Branch): Tree | undefined {
  const many = body.operations;
  return body.operation ?? (Array.isArray(many) ? (many.at(-1) as Tree | undefined) : undefined);
}

/** A refund that succeeded; a declined one leaves the payment as it was. */
function isRefund(operation: Tree | undefined): boolean {
  const type = textOf(member(operation, 'type'));
  return (type === 'refund' || type === 'reversal') && textOf(member(operation, 'status')) === 'success';
}

const DEEDS: Readonly<Record<string, OperationKind>> = {
  capture: 'capture',
  cancel: 'cancel',
  refund: 'refund',
  reversal: 'refund',
};

/** An operation of ours that was accepted, and failed: it leaves payment.status as it was. */
function refusalOf(operation: Tree | undefined): Pick<ProviderUpdate, 'declines'> {
  const kind = DEEDS[textOf(member(operation, 'type'))];
  const status = textOf(member(operation, 'status'));
  if (!kind || !['denied', 'error'].includes(STATUS_WORDS[status]?.outcome ?? '')) return {};
  return { declines: { kind, amount: amountOf(member(operation, 'sum_initial')) } };
}

/**
 * After a refund payment.sum is what is left, and the refunded sum is the operation's; a payment's own money is
 * one movement, however many callbacks tell of it.
 */
function read(body: Branch): ProviderUpdate {
  const payment = body.payment;
  const operation = operationOf(body);
  const word = wordOf(body);
  const operationId = textOf(member(operation, 'id'));
  const method = textOf(member(payment, 'method'));
  const known = STATUS_WORDS[word]?.outcome ?? 'pending';
  const refund = known === 'refunded';
  const money = refund ? member(operation, 'sum_initial') : member(payment, 'sum');
  const voided = known === 'cancelled' && textOf(member(operation, 'type')) === 'cancel';
  return {
    kind: 'update',
    order: textOf(member(payment, 'id')),
    key: [operationId, textOf(member(operation, 'status')), word].join('/'),
    outcome: refund && !isRefund(operation) ? 'none' : voided ? 'voided' : known,
    amount: amountOf(money),
    currency: textOf(member(money, 'currency')) || null,
    movement: refund ? `refund/${operationId}` : 'payment',
    ...refusalOf(operation),
    ...(method && (known === 'paid' || known === 'authorized') && { providerState: { method } }),
    providerReference: textOf(member(member(operation, 'provider'), 'payment_id')) || operationId || null,
    providerStatus: word,
    detail: Object.fromEntries(
      [
        ['method', method],
        ['operation', textOf(member(operation, 'type'))],
        ['operationId', operationId],
        ['code', textOf(member(operation, 'code'))],
        ['message', textOf(member(operation, 'message'))],
        ['card', textOf(member(body.account, 'number'))],
      ].filter(([, value]) => value),
    ),
  };
}

function projectOf(body: Branch): string {
  return textOf(body.project_id) || textOf(member(body.general, 'project_id'));
}

// --- The provider -----------------------------------------------------------------------------------------

const calls = gate<Settings>({
  sign: (account, body) => signTree(account, treeOf(body)).signature,
  verify(account, source) {
    const body = parseJson(source);
    const isSigned =
      member(body ?? undefined, 'signature') ?? member(member(body ?? undefined, 'general'), 'signature');
    if (isSigned !== undefined) verifyCallback(account, body);
  },
  outcomeOf: (word) => STATUS_WORDS[word]?.outcome ?? 'pending',
});

export const ecommpay = defineProvider({
  id: 'ecommpay',
  aliases: [],
  caption: 'ECommPay (Payment Page)',
  countries: [],
  currencies: currenciesWithDigits(0, 2),
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
  signatures: recipes,
  likelyCauses: SUSPICIONS,
  statuses: legacyTable(
    Object.entries(STATUS_WORDS).map(([code, { outcome }]) => ({ code, outcome })),
    {},
  ),
  requires: [],
  maxAmount: Number.MAX_SAFE_INTEGER,
  testOnly: false,
  // A payment_id is burnt by the first try.
  freshOrderEachTrip: true,

  charset: () => charset('utf-8'),
  captureDefault: (own) => (own.operation_type === 'auth' ? 'manual' : 'automatic'),

  start(request) {
    const own = request.account.settings;
    const parameters = withProviderFields(parametersOf(request), request.payment.providerFields, {
      reserved: RESERVED,
      // Names that start with an underscore are private to plug-ins and unsigned.
      allowed: (name) => /^[a-z][a-z0-9_]{0,63}$/.test(name),
    });
    requireCharset(charset('utf-8'), parameters, SOURCES);
    refuseSemicolons(parameters);
    const { signature } = signTree(own, inputTree({ fields: parameters }));
    const query = encodeForm([...parameters, ['signature', signature]], charset('utf-8'));
    const page = atOrigin(`${own.base_url}/payment`, request.account.endpoints.page);
    return { kind: 'url', method: 'GET', url: `${page}?${query}` };
  },

  async notification(request, account, channel): Promise<ProviderUpdate | Acknowledgement> {
    if (channel === 'return' || request.method !== 'POST') {
      throw new Refusal('signature_missing', 'only the POST of a callback is signed');
    }
    if (request.contentType !== 'application/json') {
      throw new Refusal(
        'malformed',
        `the body is ${request.contentType ?? 'of no type'}, not application/json`,
      );
    }
    const source = fromUtf8(request.body);
    if (source === null) throw new Refusal('malformed', 'the body is not UTF-8');
    const { body } = verifyCallback(account.settings, parseJson(source));
    const project = projectOf(body);
    if (project && project !== String(account.settings.project_id)) {
      throw new Refusal('wrong_account', `the callback is for the project ${project}`);
    }
    // Recurring and tokenisation callbacks have no payment: acknowledge, change nothing.
    if (!isBranch(body.payment)) return { kind: 'acknowledgement', about: 'a callback without a payment' };
    const fact = read(body);
    if (!fact.order) throw new Refusal('field_missing', 'there is no payment.id');
    return fact;
  },

  capture: calls.capture,
  cancel: calls.cancel,
  refund: calls.refund,
  queryStatus: calls.ask,

  reply: () => EMPTY_OK,

  setup: ({ callback }) => [
    {
      where: 'Dashboard > Project > Callbacks > URL',
      value: `${callback} (each payment also carries it as merchant_callback_url)`,
    },
  ],
});
