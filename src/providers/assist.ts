/**
 * ASSIST (Russia; also BelAssist and Assist Kazakhstan): `pay/order.cfm` with Checkvalue or an RSA Signature and the sending of results;
 * and the protocol before it (`legacy`): unsigned forms in windows-1251, results with an MD5 check value.
 *
 * Facts: ASSIST documentation (docs.assist.ru); the manual "manual_new"; oxyum/django-assist-ru; assist-group/assist-ru-php-core.
 *
 * Safe readings of what is unverified: a refused message is answered with the codes of the protocol and HTTP 403, because an account may
 * take a bare 200 for success; letters that windows-1251 lacks become question marks (nothing signs them, and a sale is worth more than a
 * comment); Signature is RSA with MD5 as a DigestInfo; part of an order taken back counts only where the message names a part. The texts
 * that are signed have no separators and, in the legacy protocol, leave out Status and BillNumber: what is read one way only is required,
 * and money has the order for its identity, never an unsigned number.
 */
import { createSign, createVerify } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import { currencies } from '../payments/currencies.ts';
import { invalidField, Refusal } from '../payments/errors.ts';
import { decimal, fromDecimal } from '../payments/money.ts';
import type { Outcome, Status } from '../payments/statuses.ts';
import { base64, equalText, fromBase64, fromUtf8, hexUpper, readable, utf8 } from '../signing/bytes.ts';
import { charset } from '../signing/charsets.ts';
import { parseForm } from '../signing/form.ts';
import { weakDigests } from '../signing/weak.ts';
import { actionError, actualBill, BILL_OUTCOMES, ReportReader, statusOfBill } from './assist.bills.ts';
import { type AssistSettings, settings } from './assist.settings.ts';
import {
  defineProvider,
  type Fact,
  type Json,
  type ProviderAccount,
  type ProviderRequest,
  type Recipe,
  type RecipeInput,
  type Reply,
  type Signed,
  type StartRequest,
  type Suspicion,
} from './contract.ts';
import {
  addressWithin,
  atOrigin,
  backBy,
  cut,
  formBytes,
  formFields,
  ifFits,
  inputFields,
  textFields,
  verdict,
  withProviderFields,
} from './protocol.ts';

/** What vectors call some settings. */
type Given = Partial<AssistSettings> & {
  readonly Merchant_ID?: string;
  readonly Shop_IDP?: string;
  readonly rsa_public_key_pem?: string;
};

type Values = ReadonlyMap<string, string>;

// --- Signatures -------------------------------------------------------------------------------------------

const md5 = (text: Uint8Array) => hexUpper(weakDigests.md5(text));

/** Both inner digests as text, in upper case, hashed once more. */
function checkvalue(salt: string, base: Uint8Array): string {
  return md5(utf8(md5(utf8(salt)) + md5(base)));
}

const ORDER = ['Merchant_ID', 'OrderNumber', 'OrderAmount', 'OrderCurrency'];
const ORDER_OPTIONAL = ['OrderMaxPoints', 'CustomerNumber', 'Disable3DS', 'Prepayment'];

function orderBase(values: Values, delimiter: string): Uint8Array {
  const optional = ORDER_OPTIONAL.flatMap((name) => values.get(name) || []);
  return utf8([...ORDER.map((name) => values.get(name) ?? ''), ...optional].join(delimiter));
}

/** The field that the form gets beside the order: Signature where the account has a key, else Checkvalue. */
function signOrder(given: Given, values: Values): Signed {
  const base = orderBase(values, given.delimiter ?? ';');
  if (given.rsa_private_key) {
    const signature = createSign('RSA-MD5').update(base).sign(given.rsa_private_key);
    return { base, algorithm: 'RSA-MD5', signature: base64(Uint8Array.from(signature)) };
  }
  return { base, algorithm: 'MD5', signature: checkvalue(given.salt ?? '', base) };
}

/** A vector with the public key alone: its signature is checked in place of being made again. */
function signOrCheck(given: Given, input: RecipeInput): Signed {
  const values = new Map(textFields(input));
  if (!given.rsa_public_key_pem) return signOrder(given, values);
  const base = orderBase(values, given.delimiter ?? ';');
  const signature = String(input.rest?.signature ?? '');
  const bytes = fromBase64(signature) ?? new Uint8Array();
  const fits = createVerify('RSA-MD5').update(base).verify(given.rsa_public_key_pem, bytes);
  return { base, algorithm: 'RSA-MD5', signature: fits ? signature : '' };
}

function isLegacy(given: Given): boolean {
  return given.mode === 'legacy';
}

interface Verified {
  readonly base: Uint8Array;
  readonly signature: string;
}

/** Upper case alone is right: a digest in lower case is refused. */
function requireEqual<Found extends Verified>(
  expected: readonly Found[],
  received: string,
  field: string,
): Found {
  const found =
    received === '' ? undefined : expected.find(({ signature }) => equalText(signature, received));
  if (found) return found;
  const [first] = expected;
  throw new Refusal(
    received === '' ? 'signature_missing' : 'signature_mismatch',
    received === '' ? `there is no ${field}` : `${field} does not fit the values and the secret`,
    {
      base: readable(first?.base ?? new Uint8Array()),
      expected: first?.signature ?? '',
      received,
      field,
    },
  );
}

/** What a result signed for money: the operation's, or the order's in another revision of the documentation. */
const MONEY = [
  ['amount', 'currency'],
  ['orderamount', 'ordercurrency'],
] as const;

interface VerifiedResult extends Verified {
  readonly amountField: (typeof MONEY)[number][0];
  readonly currencyField: (typeof MONEY)[number][1];
}

/** @throws Refusal */
function verifyResult(given: Given, values: Values): VerifiedResult {
  const value = (name: string) => values.get(name) ?? '';
  const expected = MONEY.map(([amountField, currencyField]) => {
    const base = utf8(
      value('merchant_id') +
        value('ordernumber') +
        value(amountField) +
        value(currencyField) +
        value('orderstate'),
    );
    return { base, signature: checkvalue(given.salt ?? '', base), amountField, currencyField };
  });
  return requireEqual(expected, value('checkvalue'), 'checkvalue');
}

/** @throws Refusal */
function verifyPush(given: Given, values: Values): Verified {
  const text = ['Shop_IDP', 'OrderNumber', 'Total', 'Currency']
    .map((name) => values.get(name) ?? '')
    .join('');
  const base = utf8(text + (given.sendresult_secret ?? ''));
  return requireEqual([{ base, signature: md5(base) }], values.get('CheckValue') ?? '', 'CheckValue');
}

function mapOf(
  fields: readonly { readonly name: Uint8Array; readonly value: Uint8Array }[],
  lower: boolean,
): Values {
  const values = new Map<string, string>();
  for (const { name, value } of fields) {
    const field = lower ? readable(name).toLowerCase() : readable(name);
    if (values.has(field)) throw new Refusal('duplicate_field', `the field ${field} came twice`);
    values.set(field, fromUtf8(value) ?? readable(value));
  }
  return values;
}

const recipes: Record<string, Recipe<AssistSettings>> = {
  'request-signature': { kind: 'sign', sign: signOrCheck },
  'notification-signature': {
    kind: 'verify',
    verify: (given, input) =>
      verdict(() => {
        const values = mapOf(inputFields(input), !isLegacy(given));
        const verified = isLegacy(given) ? verifyPush(given, values) : verifyResult(given, values);
        const status = isLegacy(given)
          ? statusOfBill(values.get('Status') ?? '')
          : (STATES[stateOf(values.get('orderstate'))]?.status ?? null);
        return { ...verified, status, reply: accepted(given, values) };
      }),
  },
  'request-body': {
    kind: 'body',
    body: (_given, input) =>
      textFields(input)
        .map((pair) => pair.map(percent1251).join('='))
        .join('&'),
  },
  'api-response': {
    kind: 'case',
    answer: (_given, { raw = '' }): Readonly<Record<string, Json>> => {
      if (raw.startsWith('ERROR')) {
        const error = actionError(raw);
        return { valid: error === null, fields: { ERROR: error ?? '' } };
      }
      const reader = new ReportReader();
      return {
        valid: true,
        fields: raw.split('\n').flatMap((line) => {
          const row = reader.row(line);
          return row ? [row] : [];
        }) as unknown as Json,
      };
    },
  },
  'actual-status': {
    kind: 'case',
    answer: (_given, input): Readonly<Record<string, Json>> => {
      const rows = (input.fields ?? []) as unknown as readonly Readonly<Record<string, string>>[];
      const actual = actualBill(
        rows.map((row) => ({ number: row.BillNumber ?? '', status: row.Status ?? '' })),
      );
      return { actual: actual?.number ?? null, status: actual ? statusOfBill(actual.status) : 'pending' };
    },
  },
};

const SUSPICIONS: readonly Suspicion[] = [
  {
    cause: 'the check value is not in upper case',
    raw: (raw) =>
      raw.replace(/(checkvalue=)([0-9a-f]{32})/i, (_, name, digest) => name + digest.toUpperCase()),
  },
  {
    cause: 'the secret word has white space at an end',
    settings: (account) => ({ ...account, salt: String(account.salt ?? '').trim() }),
  },
];

// --- Start ------------------------------------------------------------------------------------------------

const windows1251 = charset('windows-1251');

/** What windows-1251 has of a text; a question mark for each other character. */
function within1251(text: string): string {
  return Array.from(text, (character) =>
    windows1251.firstMissing(character) === null ? character : '?',
  ).join('');
}

function percent1251(text: string): string {
  return Array.from(windows1251.encode(text) ?? [], (byte) => {
    const character = String.fromCharCode(byte);
    if (/[\w.*-]/.test(character)) return character;
    return character === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function server({ environment, settings: given }: ProviderAccount<AssistSettings>): string {
  if (given.server) return given.server;
  const real = environment === 'production';
  if (isLegacy(given)) return real ? 'https://secure.assist.ru' : 'https://test.assist.ru';
  return real ? 'https://payments.paysecure.ru' : 'https://payments.demo.paysecure.ru';
}

type Entry = readonly [name: string, value: string | undefined];

function filled(entries: readonly Entry[]): (readonly [string, string])[] {
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

const METHODS = [
  'CardPayment',
  'YMPayment',
  'WMPayment',
  'QIWIPayment',
  'ApplePayPayment',
  'GooglePayPayment',
  'SamsungPayPayment',
  'MirPayPayment',
  'FastPayPayment',
];
const CURRENT_EXTRA = new Set([
  ...METHODS,
  ...ORDER_OPTIONAL,
  'Middlename',
  'HomePhone',
  'WorkPhone',
  'Fax',
  'TestMode',
  'ChequeItems',
]);
const LEGACY_EXTRA = new Set([
  'ChoosenCardType',
  'CardPayment',
  'WebMoneyPayment',
  'PayCashPayment',
  'QiwiBeelinePayment',
  'AssistIDCCPayment',
  'MiddleName',
]);

/** Said with every order, so that the account's own default never decides. */
function delayOf({ payment, account }: StartRequest<AssistSettings>): '0' | '1' {
  return (payment.capture ?? (account.settings.delay ? 'manual' : 'automatic')) === 'manual' ? '1' : '0';
}

function currentForm(request: StartRequest<AssistSettings>) {
  const { payment, account, order, urls } = request;
  const { customer } = payment;
  const back = (via: 'success' | 'failure' | 'pending') => addressWithin(256, backBy(urls, via));
  const fields = withProviderFields(
    filled([
      ['Merchant_ID', account.settings.merchant_id],
      ['OrderNumber', order],
      ['OrderAmount', decimal(payment.amount, 2)],
      ['OrderCurrency', payment.currency],
      ['Language', customer.language === 'ru' ? 'RU' : customer.language ? 'EN' : undefined],
      ['Delay', delayOf(request)],
      ['OrderComment', cut(payment.description, 256) ?? payment.reference],
      ['Lastname', cut(customer.lastName, 70)],
      ['Firstname', cut(customer.firstName, 70)],
      ['Email', ifFits(customer.email, 128)],
      ['Address', cut(customer.address?.line1, 256)],
      ['MobilePhone', ifFits(customer.phone, 20)],
      ['City', cut(customer.address?.city, 70)],
      ['Zip', ifFits(customer.address?.postalCode, 25)],
      ['URL_RETURN', back('pending')],
      ['URL_RETURN_OK', back('success')],
      ['URL_RETURN_NO', back('failure')],
    ]),
    payment.providerFields,
    { reserved: new Set([...ORDER, 'Checkvalue', 'Signature']), allowed: (name) => CURRENT_EXTRA.has(name) },
  );
  const { salt, rsa_private_key } = account.settings;
  if (!salt && !rsa_private_key) return { path: '/pay/order.cfm', charset: 'utf-8' as const, fields };
  const { signature } = signOrder(account.settings, new Map(fields));
  const signed = [rsa_private_key ? 'Signature' : 'Checkvalue', signature] as const;
  return { path: '/pay/order.cfm', charset: 'utf-8' as const, fields: [...fields, signed] };
}

function buyerData({ payment: { customer } }: StartRequest<AssistSettings>): readonly Entry[] {
  for (const name of ['lastName', 'firstName', 'email'] as const) {
    if (!customer[name]) throw invalidField(`customer.${name}`, 'is needed by this account');
  }
  return [
    ['LastName', cut(customer.lastName, 64)],
    ['FirstName', cut(customer.firstName, 64)],
    ['Email', ifFits(customer.email, 64)],
    ['Phone', ifFits(customer.phone, 64)],
    ['Address', cut(customer.address?.line1, 128)],
    ['City', cut(customer.address?.city, 64)],
    ['Zip', ifFits(customer.address?.postalCode, 64)],
  ];
}

function legacyForm(request: StartRequest<AssistSettings>) {
  const { payment, account, order, urls } = request;
  const given = account.settings;
  const asksShop = given.buyer_data === 'shop';
  const back = (via: 'success' | 'failure' | 'pending') => addressWithin(128, backBy(urls, via));
  const fields = withProviderFields(
    filled([
      ['Shop_IDP', given.merchant_id],
      ['Order_IDP', order],
      ['Subtotal_P', decimal(payment.amount, 2)],
      ['Currency', payment.currency],
      ['Language', payment.customer.language && payment.customer.language !== 'ru' ? '1' : '0'],
      ['Delay', delayOf(request)],
      ['URL_RETURN', back('pending')],
      ['URL_RETURN_OK', back('success')],
      ['URL_RETURN_NO', back('failure')],
      ['Comment', cut(payment.description, 255) ?? payment.reference],
      ...(asksShop ? buyerData(request) : []),
      // Known by the test server alone.
      ['DemoResult', given.testing && account.environment !== 'production' ? given.demo_result : undefined],
    ]),
    payment.providerFields,
    {
      reserved: new Set(['Shop_IDP', 'Order_IDP', 'Subtotal_P', 'Currency', 'DemoResult']),
      allowed: (name) => LEGACY_EXTRA.has(name),
    },
  );
  return {
    path: asksShop ? '/shops/cardpayment.cfm' : '/shops/purchase.cfm',
    charset: 'windows-1251' as const,
    fields: fields.map(([name, value]) => [name, within1251(value)] as const),
  };
}

// --- Results ----------------------------------------------------------------------------------------------

/** `orderstate` without spaces and case. */
const STATES: Readonly<Record<string, { readonly outcome: Outcome; readonly status: Status }>> = {
  inprocess: { outcome: 'pending', status: 'pending' },
  delayed: { outcome: 'authorized', status: 'authorized' },
  approved: { outcome: 'paid', status: 'paid' },
  partialdelayed: { outcome: 'paid', status: 'partially_paid' },
  partialapproved: { outcome: 'paid', status: 'partially_paid' },
  partialcanceled: { outcome: 'refunded', status: 'partially_refunded' },
  canceled: { outcome: 'reversed', status: 'cancelled' },
  declined: { outcome: 'denied', status: 'denied' },
  timeout: { outcome: 'expired', status: 'expired' },
};

function stateOf(text = ''): string {
  return text.replace(/\s+/g, '').toLowerCase();
}

const xml = new XMLParser({ removeNSPrefix: true, parseTagValue: false, trimValues: true });

/** The first object in a tree that has an order number, whatever envelope is around it. */
function withOrder(tree: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof tree !== 'object' || tree === null) return null;
  const members = Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (typeof members.ordernumber === 'string' || typeof members.ordernumber === 'number') return members;
  for (const member of Object.values(members)) {
    const found = withOrder(member);
    if (found) return found;
  }
  return null;
}

function parsed(request: ProviderRequest): unknown {
  const text = fromUtf8(request.body) ?? '';
  try {
    if (request.contentType?.endsWith('json')) return JSON.parse(text);
    // Entities of its own are the only thing a document type could bring.
    return text.includes('<!DOCTYPE') ? null : xml.parse(text);
  } catch (cause) {
    throw new Refusal('malformed', 'the body is neither JSON nor XML', { cause });
  }
}

/** The members of a result in any of the four formats, by lower-case name. */
function resultOf(request: ProviderRequest): Values {
  if (!/json$|xml$/.test(request.contentType ?? '')) return mapOf(formFields(formBytes(request)), true);
  const found = withOrder(parsed(request));
  if (!found) throw new Refusal('field_missing', 'there is no ordernumber', { field: 'ordernumber' });
  return new Map(
    Object.entries(found).flatMap(([name, value]) => {
      if (typeof value === 'number' && /amount$/.test(name)) return [[name, value.toFixed(2)] as const];
      return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)] as const] : [];
    }),
  );
}

/** Forms by which a text without separators can be read one way only. */
const FORMS: Readonly<Record<string, RegExp>> = {
  ordernumber: /^[0-9A-Z]{18}$/,
  amount: /^\d{1,15}\.\d\d$/,
  currency: /^[A-Z]{3}$/,
  orderamount: /^\d{1,15}\.\d\d$/,
  ordercurrency: /^[A-Z]{3}$/,
  orderstate: /^[A-Za-z ]+$/,
  OrderNumber: /^[0-9A-Z]{18}$/,
  Total: /^\d{1,15}\.\d\d$/,
  Currency: /^[A-Z]{3}$/,
  BillNumber: /^\d{1,20}$/,
  PacketDate: /^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$/,
};

/** @throws Refusal */
function requireForms(values: Values, names: readonly string[]): void {
  for (const field of names) {
    if (!FORMS[field]?.test(values.get(field) ?? ''))
      throw new Refusal('field_missing', `${field} is missing or malformed`, { field });
  }
}

/** @throws Refusal */
function requireOurs(account: ProviderAccount<AssistSettings>, values: Values, field: string): void {
  const received = values.get(field) ?? '';
  if (received !== account.settings.merchant_id)
    throw new Refusal('wrong_account', `the message is for the merchant ${received}`, { field });
}

const DETAIL = [
  'responsecode',
  'Response_Code',
  'operationtype',
  'meantypename',
  'CardType',
  'meannumber',
  'CardNumber',
  'approvalcode',
  'ApprovalCode',
  'Message',
  'Recommendation',
  'testmode',
];

/** The middle of a card's number, should it come whole. */
function masked(value: string): string {
  return value.replace(/\b(\d{6})\d{3,9}(\d{4})\b/g, '$1****$2');
}

function details(values: Values): Record<string, string> {
  return Object.fromEntries(
    DETAIL.flatMap((name) => {
      const value = values.get(name);
      return value && value !== 'UNKNOWN' ? [[name, masked(value)] as const] : [];
    }),
  );
}

/** The amount that was signed; null where a part of the order is told and only the whole was signed. */
function amountOf(values: Values, { amountField }: VerifiedResult): number | null {
  const amount = fromDecimal(values.get(amountField) ?? '', 2);
  const { status } = STATES[stateOf(values.get('orderstate'))] ?? { status: null };
  if (!status?.startsWith('partially')) return amount;
  if (amountField === 'orderamount') return null;
  const whole = fromDecimal(values.get('orderamount') ?? '', 2);
  // A refund of a part that names the whole does not say which part.
  return status === 'partially_refunded' && amount === whole ? null : amount;
}

function resultFact(given: AssistSettings, values: Values, verified: VerifiedResult): Fact {
  const value = (name: string) => values.get(name) ?? '';
  const { outcome } = STATES[stateOf(value('orderstate'))] ?? { outcome: 'none' as const };
  const packet = `${value('billnumber')}/${value('packetdate')}`;
  return {
    kind: 'fact',
    order: value('ordernumber'),
    key: `${packet}/${value('orderstate')}`,
    outcome,
    amount: amountOf(values, verified),
    currency: value(verified.currencyField),
    movement: outcome === 'refunded' ? `refund/${packet}` : value('ordernumber'),
    providerReference: value('billnumber') || null,
    providerStatus: value('orderstate'),
    detail: details(values),
    reply: accepted(given, values),
  };
}

/** What a transaction was, where its Status does not tell. */
const CHARGEBACK = '6';

function pushFact(given: AssistSettings, values: Values): Fact {
  const value = (name: string) => values.get(name) ?? '';
  const status = value('Status').toLowerCase();
  const outcome =
    value('PaymentTransactionType_id') === CHARGEBACK && !status.startsWith('not ')
      ? 'charged_back'
      : // 3-D Secure is asked for: not a refusal.
        value('Response_Code') === 'AS110'
        ? 'pending'
        : (BILL_OUTCOMES[status] ?? 'none');
  return {
    kind: 'fact',
    order: value('OrderNumber'),
    key: `${value('BillNumber')}/${value('PacketDate')}/${value('Status')}`,
    outcome,
    amount: fromDecimal(value('Total'), 2),
    currency: value('Currency'),
    movement: outcome === 'refunded' ? `refund/${value('BillNumber')}` : value('OrderNumber'),
    providerReference: value('BillNumber') || null,
    providerStatus: value('Status'),
    detail: details(values),
    reply: accepted(given, values),
  };
}

// --- Replies ----------------------------------------------------------------------------------------------

const XML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escaped = (value: string) => value.replace(/[&<>"]/g, (character) => XML_ENTITIES[character] ?? '');

function xmlReply(given: Given, status: number, element: string): Reply {
  return isLegacy(given)
    ? { status, headers: { 'content-type': 'text/xml; charset=windows-1251' }, body: element }
    : {
        status,
        headers: { 'content-type': 'text/xml; charset=utf-8' },
        body: `<?xml version="1.0" encoding="UTF-8"?>${element}`,
      };
}

/** Number and date exactly as received: a date in another form makes ASSIST repeat for ever. */
function accepted(given: Given, values: Values): Reply {
  const value = (name: string) => escaped(values.get(name) ?? '');
  const [bill, packet] = isLegacy(given) ? ['BillNumber', 'PacketDate'] : ['billnumber', 'packetdate'];
  return xmlReply(
    given,
    200,
    `<pushpaymentresult firstcode="0" secondcode="0"><order><billnumber>${value(bill ?? '')}</billnumber><packetdate>${value(packet ?? '')}</packetdate></order></pushpaymentresult>`,
  );
}

/** `secondcode` of the legacy protocol by the field at fault. */
const FIELD_CODES: Readonly<Record<string, number>> = {
  Shop_IDP: 100,
  Date: 104,
  Currency: 105,
  CardNumber: 106,
  OrderNumber: 107,
  Total: 108,
  Comment: 110,
  CardType: 111,
  CardHolder: 114,
  CVC2: 115,
  IPAddress: 116,
  LastName: 117,
  FirstName: 118,
  MiddleName: 119,
  Email: 120,
  Country: 128,
  BillNumber: 143,
  CheckValue: 158,
  Sign: 159,
};

function codesOf(given: Given, refusal: Refusal | null): readonly [first: number, second: number] {
  if (!isLegacy(given)) return refusal?.field === 'checkvalue' ? [9, 7] : [1, 0];
  const code = refusal ? FIELD_CODES[refusal.field ?? ''] : FIELD_CODES.OrderNumber;
  return code ? [5, code] : [1, 0];
}

// --- The provider -----------------------------------------------------------------------------------------

/** What each code says, in the provider’s words. */
const WORDS: Readonly<Record<string, string>> = {
  AS000: 'success',
  AS100: 'declined',
  AS101: 'wrong card number',
  AS102: 'not enough funds',
  AS104: 'wrong expiry date',
  AS105: 'limit exceeded',
  AS106: 'wrong PIN',
  AS107: 'error in the data',
  AS108: 'suspected fraud',
  AS109: 'operation limit of ASSIST',
  AS110: '3-D Secure needed',
  AS200: 'repeated',
  AS300: 'in process',
  AS400: 'no such payment',
  AS998: 'system error',
};

export const assist = defineProvider<typeof settings>({
  id: 'assist',
  aliases: [],
  caption: 'ASSIST',
  countries: ['RU', 'BY', 'KZ'],
  currencies: currencies(['RUB', 'USD', 'EUR', 'BYN', 'KZT']),
  capabilities: {
    capture: false,
    cancel: false,
    refund: false,
    status: false,
    manualCapture: true,
    signedNotification: true,
    signedReturn: false,
  },
  settings,
  signatures: recipes,
  suspicions: SUSPICIONS,
  words: WORDS,
  statuses: [
    ...Object.entries(STATES).map(([code, { outcome }]) => ({ code, outcome })),
    ...Object.entries(BILL_OUTCOMES).map(([code, outcome]) => ({ code, outcome })),
  ],
  requires: [],
  maxAmount: 99_999_999_999_999,
  testOnly: false,
  freshOrderEachTrip: true,

  charset: ({ mode }) => charset(mode === 'legacy' ? 'windows-1251' : 'utf-8'),
  captureDefault: ({ delay }) => (delay ? 'manual' : 'automatic'),

  start(request) {
    const { account } = request;
    const {
      path,
      charset: name,
      fields,
    } = isLegacy(account.settings) ? legacyForm(request) : currentForm(request);
    return {
      kind: 'form',
      method: 'POST',
      url: atOrigin(server(account) + path, account.endpoints.page),
      charset: name,
      fields: fields.map(([field, value]) => ({ name: field, value })),
    };
  },

  async notification(request, account, channel) {
    if (channel === 'return') {
      const names = (parseForm(request.query) ?? []).map(({ name }) => readable(name)).join(', ');
      return { kind: 'acknowledgement', about: `a return, which proves nothing (${names})` };
    }
    if (isLegacy(account.settings)) {
      const values = mapOf(formFields(formBytes(request)), false);
      requireOurs(account, values, 'Shop_IDP');
      verifyPush(account.settings, values);
      requireForms(values, ['OrderNumber', 'Total', 'Currency', 'BillNumber', 'PacketDate']);
      return pushFact(account.settings, values);
    }
    const values = resultOf(request);
    requireOurs(account, values, 'merchant_id');
    const verified = verifyResult(account.settings, values);
    const { amountField, currencyField } = verified;
    requireForms(values, ['ordernumber', amountField, currencyField, 'orderstate']);
    return resultFact(account.settings, values, verified);
  },

  reply: () => ({
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: '<pushpaymentresult firstcode="0" secondcode="0"/>',
  }),

  refused(refusal, given) {
    const [first, second] = codesOf(given, refusal);
    return xmlReply(
      given,
      refusal ? 403 : 404,
      `<pushpaymentresult firstcode="${first}" secondcode="${second}"/>`,
    );
  },

  setup: ({ callback }) => [
    { where: 'Settings of the shop > sending of results > address', value: callback },
    { where: 'the same page > format', value: 'form (POST); XML, SOAP and JSON are read too' },
    { where: 'the same page > reply', value: 'XML with firstcode and secondcode, not a bare HTTP 200' },
    { where: 'the same page > check value (legacy: MD5)', value: 'on, with the secret of this account' },
  ],
});
