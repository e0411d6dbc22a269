/**
 * ePay.dk (Denmark): the classic payment window, an address with an MD5 hash over all values in the order sent, and a callback and return
 * hashed over all values in the order received.
 *
 * Facts: docs.epay.dk (payment window, accept and callback parameters, MD5 check); ePay/prestashop; the tests of django-getpaid 1.7.
 *
 * The hash has no separators, so that the same text can be cut into other values. Our own addresses therefore carry the order and the
 * order id, which are hashed with the rest, and a message counts only when its values stand in ePay's order, in their forms, with that
 * order id again. The order id itself is nine digits, because acquirers cut longer ones: three for the day, six counted in it. Only
 * successful authorisations are called back; the cancel address is unsigned and only shows. Currencies that ePay counts otherwise than ISO
 * 4217 are not offered.
 */

import * as v from 'valibot';
import { currencies, currency, currencyByNumber } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { equalText, hex, readable, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm, type RawField } from '../../signing/form.ts';
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
import { addressWithin, atOrigin } from '../kit/addresses.ts';
import { formBytes, formFields, inputFields, textFields } from '../kit/form-message.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { pattern, secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { cut } from '../kit/text.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { ask, cancel, capture, refund } from './remote.ts';

// --- Settings ---------------------------------------------------------------------------------------------

const settings = v.object({
  merchantnumber: v.pipe(
    text(1, 12),
    shown({ title: 'Merchant number', description: 'Test and production differ.' }),
  ),
  secret: v.pipe(
    text(8, 128),
    secret({ title: 'MD5 key', description: 'Set the MD5 check to "on accepturl and by authorization".' }),
  ),
  timeout: v.optional(
    v.pipe(
      pattern(/^\d{1,3}$/, 'is a number of minutes'),
      shown({ title: 'Minutes until the window closes' }),
    ),
    '60',
  ),
  instantcallback: v.optional(
    v.pipe(v.picklist(['0', '1']), shown({ title: 'Callback before the return' })),
    '1',
  ),
  instantcapture: v.optional(
    v.pipe(
      v.picklist(['0', '1']),
      shown({ title: 'Capture at once', description: '0: authorise, capture later.' }),
    ),
    '1',
  ),
  windowstate: v.optional(
    v.pipe(v.picklist(['1', '2', '3', '4']), shown({ title: 'Window', description: '3: full screen.' })),
    '3',
  ),
  language: v.optional(
    v.pipe(
      pattern(/^(?:\d|1[0-3])$/, 'is 0 to 13'),
      shown({ title: 'Language', description: '0: automatic.' }),
    ),
    '0',
  ),
  webservice_password: v.optional(
    v.pipe(
      text(0, 64),
      secret({
        title: 'Password of the web service',
        description: 'For capture, delete and credit; empty where the panel limits the addresses.',
      }),
    ),
  ),
});

type Settings = v.InferOutput<typeof settings>;

// --- Signatures -------------------------------------------------------------------------------------------

function hashOf(given: Partial<Settings>, values: readonly string[]): Signed {
  const base = utf8(values.join('') + (given.secret ?? ''));
  return { base, algorithm: 'MD5', signature: hex(weakDigests.md5(base)) };
}

function unhashed(fields: readonly (readonly [string, string])[]) {
  return fields.filter(([name]) => name !== 'hash');
}

interface Verified {
  /** In the order received. */
  readonly fields: readonly (readonly [string, string])[];
  readonly base: Uint8Array;
  readonly signature: string;
}

/** @throws Refusal */
function verify(given: Partial<Settings>, received: readonly RawField[]): Verified {
  const fields = received.map(({ name, value }) => [readable(name), readable(value)] as const);
  const names = fields.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Refusal('duplicate_field', `the parameter ${twice} came twice`);
  const hash = fields.find(([name]) => name === 'hash')?.[1] ?? '';
  const { base, signature } = hashOf(
    given,
    unhashed(fields).map(([, value]) => value),
  );
  if (hash === '' || !equalText(signature, hash)) {
    throw new Refusal(
      hash === '' ? 'signature_missing' : 'signature_mismatch',
      hash === '' ? 'there is no hash' : 'the hash does not fit the values and the MD5 key',
      { base: readable(base), expected: signature, received: hash },
    );
  }
  return { fields: unhashed(fields), base, signature };
}

function judge(given: Partial<Settings>, input: RecipeInput) {
  return verdict(() => {
    const { fields, base, signature } = verify(given, inputFields(input));
    return { base, signature, status: statusAlone(read(given, new Map(fields), 'paid')) };
  });
}

const recipes: Record<string, Recipe<Settings>> = {
  'request-signature': {
    kind: 'sign',
    sign: (given, input) =>
      hashOf(
        given,
        unhashed(textFields(input)).map(([, value]) => value),
      ),
  },
  'notification-signature': { kind: 'verify', verify: judge },
  'return-signature': { kind: 'verify', verify: judge },
  /** The cancel address is unsigned: it says nothing. */
  'browser-return': { kind: 'verify', verify: judge },
};

const SUSPICIONS: readonly LikelyCause[] = [
  {
    cause: 'the MD5 key has white space at an end',
    settings: (account) => ({ ...account, secret: String(account.secret).trim() }),
  },
];

// --- Start ------------------------------------------------------------------------------------------------

const DAY_MS = 86_400_000;

/** Nine digits: the day (in a cycle of 1000) and a number counted in it. */
function orderId(now: Date, number: number): string {
  const day = Math.floor(now.getTime() / DAY_MS) % 1000;
  return String(day).padStart(3, '0') + String(number % 1_000_000).padStart(6, '0');
}

const LANGUAGES: Readonly<Record<string, string>> = {
  da: '1',
  en: '2',
  sv: '3',
  no: '4',
  kl: '5',
  is: '6',
  de: '7',
  fi: '8',
  es: '9',
  fr: '10',
  pl: '11',
  it: '12',
  nl: '13',
};

const RESERVED = new Set([
  'merchantnumber',
  'orderid',
  'currency',
  'amount',
  'accepturl',
  'callbackurl',
  'cancelurl',
  'instantcapture',
  'hash',
]);

function fieldsOf(request: StartRequest<Settings>, number: number): (readonly [string, string])[] {
  const { payment, account, urls, order, now } = request;
  const given = account.settings;
  const id = orderId(now, number);
  const own = (url: string) => addressWithin(1000, `${url}?o=${order}&n=${id}`);
  const capture = payment.capture ? { manual: '0', automatic: '1' }[payment.capture] : given.instantcapture;
  const entries: (readonly [string, string | undefined])[] = [
    ['merchantnumber', given.merchantnumber],
    ['orderid', id],
    ['currency', currency(payment.currency)?.numeric],
    ['amount', String(payment.amount)],
    ['windowstate', given.windowstate],
    ['mobile', '1'],
    ['timeout', given.timeout],
    ['instantcallback', given.instantcallback],
    ['instantcapture', capture],
    ['language', LANGUAGES[payment.customer.language ?? ''] ?? given.language],
    ['description', cut(payment.description, 1000)],
    ['accepturl', own(urls.back)],
    ['callbackurl', own(urls.callback)],
    ['cancelurl', addressWithin(1000, `${urls.back}?via=cancel`)],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

// --- Notification -----------------------------------------------------------------------------------------

const DETAIL = [
  'date',
  'time',
  'txnfee',
  'paymenttype',
  'cardno',
  'fraud',
  'payercountry',
  'issuercountry',
  'orderid',
];

function read(
  given: Partial<Settings>,
  values: ReadonlyMap<string, string>,
  outcome: 'paid' | 'accepted',
): ProviderUpdate {
  const amount = values.get('amount') ?? '';
  const txnid = values.get('txnid') ?? '';
  return {
    kind: 'update',
    order: values.get('o') ?? '',
    key: txnid,
    outcome,
    amount: /^\d{1,12}$/.test(amount) ? Number(amount) : null,
    currency: currencyByNumber(values.get('currency') ?? '')?.alpha ?? values.get('currency') ?? null,
    movement: txnid,
    ...(txnid && { providerState: { txnid } }),
    providerReference: txnid || null,
    providerStatus: given.instantcapture === '0' ? 'authorised' : 'accepted',
    detail: Object.fromEntries(
      DETAIL.flatMap((name) => (values.get(name) ? [[name, values.get(name) ?? '']] : [])),
    ),
  };
}

/** The values of a message in ePay's order: `o` and `n` are our own, and come first. */
const FORMS: readonly (readonly [name: string, form: RegExp])[] = [
  ['o', /^[0-9A-Z]{18}$/],
  ['n', /^\d{9}$/],
  ['txnid', /^\d{1,19}$/],
  ['orderid', /^\d{9}$/],
  ['amount', /^[1-9]\d{0,11}$/],
  ['currency', /^\d{3}$/],
  ['date', /^\d{8}$|^\d{4}-\d\d-\d\d$/],
];

/** @throws Refusal where the hashed text could have been cut in another way. */
function requireOneReading(fields: readonly (readonly [string, string])[]): void {
  for (const [index, [name, form]] of FORMS.entries()) {
    const field = fields[index];
    if (field?.[0] !== name || !form.test(field[1])) {
      throw new Refusal('field_missing', `${name} is missing, malformed or not in its place`);
    }
  }
  const values = new Map(fields);
  if (values.get('n') !== values.get('orderid'))
    throw new Refusal('malformed', 'the order id is not the one that was sent');
}

// --- The provider -----------------------------------------------------------------------------------------

export const epaydk = defineProvider<typeof settings>({
  id: 'epaydk',
  aliases: [],
  caption: 'ePay.dk (classic payment window)',
  countries: ['DK', 'SE', 'NO'],
  // ePay counts hundredths for all but a few; ISK and HUF follow ISO 4217 otherwise.
  currencies: currencies([
    'DKK',
    'EUR',
    'GBP',
    'USD',
    'PLN',
    'SEK',
    'NOK',
    'CHF',
    'CAD',
    'AUD',
    'CZK',
    'JPY',
  ]),
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
    [
      { code: 'accepted', outcome: 'accepted' },
      { code: 'PAYMENT_NEW', outcome: 'authorized' },
      { code: 'PAYMENT_CAPTURED', outcome: 'paid' },
      { code: 'PAYMENT_DELETED', outcome: 'voided' },
      { code: 'cancelurl', outcome: 'none' },
    ],
    {},
  ),
  requires: [],
  maxAmount: 999_999_999_999,
  testOnly: false,
  freshOrderEachTrip: true,

  charset: () => charset('utf-8'),
  captureDefault: ({ instantcapture }) => (instantcapture === '0' ? 'manual' : 'automatic'),

  async start(request) {
    const { account, payment } = request;
    const number = await request.daily(account.settings.merchantnumber);
    const fields = withProviderFields(fieldsOf(request, number), payment.providerFields, {
      reserved: RESERVED,
      allowed: (name) => /^[a-z]+$/.test(name),
    });
    const { signature } = hashOf(
      account.settings,
      fields.map(([, value]) => value),
    );
    const page = atOrigin(
      'https://ssl.ditonlinebetalingssystem.dk/integration/ewindow/Default.aspx',
      account.endpoints.page,
    );
    return {
      kind: 'url',
      method: 'GET',
      url: `${page}?${encodeForm([...fields, ['hash', signature]], charset('utf-8')) ?? ''}`,
    };
  },

  async notification(request, account) {
    const { fields } = verify(account.settings, formFields(formBytes(request)));
    requireOneReading(fields);
    return read(account.settings, new Map(fields), 'accepted');
  },

  capture,
  cancel,
  refund,
  queryStatus: ask,

  reply: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' }),

  setup: ({ callback, origin }) => [
    {
      where: 'Settings > Payment system > MD5: on accepturl and by authorization; the key entered here',
      value: 'MD5 key',
    },
    { where: 'Settings > Payment system > domains of the shop', value: origin },
    { where: 'the callback is named by each payment; nothing else has to be entered', value: callback },
  ],
});
