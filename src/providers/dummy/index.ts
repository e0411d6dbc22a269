/**
 * Dummy: the test providers of eopayment and django-getpaid, in the dialects of both, for shops that were written
 * for either and for laptops without any bank. No cryptography at all: never for an account in production.
 *
 * Facts: eopayment/dummy.py; getpaid/backends/dummy of django-getpaid 1.7.5 and its example paywall.
 *
 * Safe readings of what is unverified: further states that newer eopayment pages may send count as not paid; a
 * browser return is never believed in the eopayment dialect, unless the account counts every response as signed.
 */

import * as v from 'valibot';
import { currency } from '../../payments/currencies.ts';
import { Problem, Refusal } from '../../payments/errors.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import type { OperationKind, OperationRule } from '../../payments/operations.ts';
import type { Outcome, Status } from '../../payments/statuses.ts';
import type { Redirect } from '../../payments/types.ts';
import { fromUtf8, readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm, type RawField } from '../../signing/form.ts';
import {
  defineProvider,
  type ProviderOperation,
  type ProviderRequest,
  type ProviderUpdate,
  type Recipe,
  type RecipeInput,
  type Reply,
  type StartRequest,
} from '../contract.ts';
import { atOrigin, backBy } from '../kit/addresses.ts';
import { callJson } from '../kit/api-call.ts';
import { formBytes, formFields, inputFields, textFields } from '../kit/form-message.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { pattern, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { fullName } from '../kit/text.ts';
import { verdict } from '../kit/verdict.ts';

// --- Settings ---------------------------------------------------------------------------------------------

const webUrl = pattern(/^https?:\/\/[^\s?#]+$/, 'is an http or https address without a query');

const settings = v.object({
  dialect: v.optional(
    v.pipe(
      v.picklist(['eopayment', 'getpaid']),
      shown({ title: 'Dialect', description: 'Whose dummy it plays.' }),
    ),
    'eopayment',
  ),
  dummy_service_url: v.optional(
    v.pipe(webUrl, shown({ title: 'Address of the bank page' })),
    'http://dummy-payment.demo.entrouvert.com/',
  ),
  siret: v.optional(v.pipe(text(1, 50), shown({ title: 'Made-up shop number' }))),
  origin: v.optional(v.pipe(text(1, 100), shown({ title: 'Name of the shop on the page' }))),
  consider_all_response_signed: v.optional(
    v.pipe(
      v.boolean(),
      shown({
        title: 'Count every response as signed',
        description: 'For laptops that no bank can call: the browser return then counts too.',
      }),
    ),
    false,
  ),
  paywall_method: v.optional(
    v.pipe(
      v.picklist(['REST', 'GET', 'POST']),
      shown({ title: 'How getpaid orders are handed over', description: 'REST registers the order first.' }),
    ),
    'REST',
  ),
  confirmation_method: v.optional(
    v.pipe(v.picklist(['push', 'pull']), shown({ title: 'Confirmation (getpaid)' })),
    'push',
  ),
  confirmation_status: v.optional(
    v.pipe(v.picklist(['paid', 'pre_auth', 'failed']), shown({ title: 'What a pull answers (getpaid)' })),
    'paid',
  ),
});

type Settings = v.InferOutput<typeof settings>;

/** The amount of the eopayment dialect has no currency. */
const EOPAYMENT_CURRENCY = 'EUR';

// --- Messages of the eopayment dialect --------------------------------------------------------------------

const SIGNED_REPLY: Reply = {
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'signature ok',
};

/** Parameters with a value; the original drops those without. The first of a name counts. */
function present(fields: readonly RawField[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of fields) {
    const key = readable(name);
    if (value.length > 0 && !values.has(key)) values.set(key, readable(value));
  }
  return values;
}

/** @throws Refusal when there is no transaction or the message does not count as signed. */
function readResponse(
  account: Partial<Settings>,
  fields: readonly RawField[],
  believeSigned: boolean,
): ProviderUpdate {
  const values = present(fields);
  const transaction = values.get('transaction_id');
  if (!transaction) throw new Refusal('field_missing', 'there is no transaction_id');
  const signed = believeSigned && values.has('signed');
  if (!signed && account.consider_all_response_signed !== true) {
    throw new Refusal('signature_missing', 'the message does not say that it is signed');
  }
  const ok = values.has('ok');
  const amount = values.get('amount');
  return {
    kind: 'update',
    // The order number is followed by what makes 30 characters of it.
    order: transaction.slice(0, 18),
    key: ok ? 'ok' : 'nok',
    outcome: ok ? 'paid' : 'error',
    amount: amount === undefined ? 'asked' : fromDecimal(amount, currency(EOPAYMENT_CURRENCY)?.digits ?? 2),
    currency: EOPAYMENT_CURRENCY,
    movement: transaction,
    providerReference: transaction,
    providerStatus: values.get('reason') ?? (ok ? 'ok' : 'nok'),
    detail: {},
    reply: values.has('signed') ? SIGNED_REPLY : EMPTY_OK,
  };
}

// --- Messages of the getpaid dialect ----------------------------------------------------------------------

/** `new_status`, or the `event` of the page's other form. */
const GETPAID: Readonly<Record<string, { readonly outcome: Outcome; readonly status: Status }>> = {
  paid: { outcome: 'paid', status: 'paid' },
  payment_confirmed: { outcome: 'paid', status: 'paid' },
  'pre-auth': { outcome: 'authorized', status: 'authorized' },
  payment_locked: { outcome: 'authorized', status: 'authorized' },
  failed: { outcome: 'denied', status: 'denied' },
  payment_failed: { outcome: 'denied', status: 'denied' },
  // A refund that was asked for: the payment stays what it is.
  refund_started: { outcome: 'none', status: 'paid' },
  refunded: { outcome: 'reversed', status: 'refunded' },
};

interface Callback {
  readonly order: string;
  readonly word: string;
  /** Decimal text of major units, or null: the whole. */
  readonly amount: string | null;
}

/** @throws Refusal */
function readCallback(source: string | null, orderInAddress: string | null): Callback {
  let body: unknown;
  try {
    body = JSON.parse(source ?? '');
  } catch (cause) {
    throw new Refusal('malformed', 'the body is not JSON', { cause });
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal('malformed', 'the body is not a JSON object');
  }
  const members = body as Readonly<Record<string, unknown>>;
  const order = members.payment_id ?? orderInAddress;
  const word = members.new_status ?? members.event;
  if (typeof order !== 'string' || order === '') throw new Refusal('malformed', 'there is no payment_id');
  if (typeof word !== 'string' || !(word in GETPAID))
    throw new Refusal('malformed', 'there is no known new_status');
  const amount = members.paid_amount ?? members.locked_amount;
  return { order, word, amount: amount === undefined ? null : String(amount) };
}

function callbackFact({ order, word, amount }: Callback): ProviderUpdate {
  return {
    kind: 'update',
    order,
    key: `${word}/${amount ?? ''}`,
    outcome: GETPAID[word]?.outcome ?? 'none',
    amount: amount === null ? 'asked' : fromDecimal(amount, 2),
    currency: null,
    movement: 'payment',
    providerReference: null,
    providerStatus: word,
    detail: {},
  };
}

// --- Recipes ----------------------------------------------------------------------------------------------

const NOTHING = new Uint8Array();

/** Form-encoded as Python does it: a plus for a space. */
function query(fields: Iterable<readonly [string, string]>): string {
  return (encodeForm(fields, charset('utf-8')) ?? '').replaceAll('%20', '+');
}

function addressOf(account: Partial<Settings>, input: RecipeInput): string {
  return `${account.dummy_service_url ?? ''}?${query(textFields(input))}`;
}

const recipes: Record<string, Recipe<Settings>> = {
  'request-url': { kind: 'address', address: addressOf },
  notification: {
    kind: 'verify',
    verify: (account, input) =>
      verdict(() => {
        const fact = readResponse(account, inputFields(input), true);
        const status = fact.outcome === 'paid' ? 'paid' : 'error';
        return { base: NOTHING, signature: '', status, ...(fact.reply && { reply: fact.reply }) };
      }),
  },
  'getpaid-callback': {
    kind: 'verify',
    verify: (_account, input) =>
      verdict(() => {
        const { word } = readCallback(
          input.raw ?? JSON.stringify(Object.fromEntries(textFields(input))),
          null,
        );
        return { base: NOTHING, signature: '', status: GETPAID[word]?.status ?? null, reply: EMPTY_OK };
      }),
  },
};

// --- Start ------------------------------------------------------------------------------------------------

const RESERVED = new Set([
  'transaction_id',
  'amount',
  'return_url',
  'direct_notification_url',
  'siret',
  'origin',
]);

const allowed = (name: string) => /^(?:info[123]|[a-z_]{1,30})$/.test(name);

/** A page of 30 letters and digits, of which the first 18 are our order number. */
function transactionId(order: string): string {
  return order.padEnd(30, '0');
}

function startEopayment(request: StartRequest<Settings>): Redirect {
  const { payment, account, urls } = request;
  if (payment.currency !== EOPAYMENT_CURRENCY) {
    throw new Problem(
      'unsupported_currency',
      'amounts of the eopayment dialect have no currency: EUR is meant',
    );
  }
  const { customer } = payment;
  const own: (readonly [string, string | undefined])[] = [
    ['transaction_id', transactionId(request.order)],
    ['siret', account.settings.siret],
    ['amount', decimal(payment.amount, 2)],
    ['email', customer.email],
    ['return_url', urls.back],
    ['direct_notification_url', urls.callback],
    ['origin', account.settings.origin],
    ['name', fullName(payment)],
    ['phone', customer.phone],
    ['orderid', payment.reference],
  ];
  const known = own.filter((entry): entry is readonly [string, string] => Boolean(entry[1]));
  const fields = withProviderFields(known, payment.providerFields, { reserved: RESERVED, allowed });
  const page = atOrigin(account.settings.dummy_service_url, account.endpoints.page);
  return {
    kind: 'url',
    method: 'GET',
    url: addressOf({ ...account.settings, dummy_service_url: page }, { fields }),
  };
}

const GATEWAY = '/paywall/fake_gateway/';
const GATEWAY_API = '/paywall/fake_gateway_api/';

/** The address of the paywall, at the host of the bank page. */
function paywall(request: StartRequest<Settings>, path: string, kind: 'page' | 'api'): string {
  const { account } = request;
  return (account.endpoints[kind] ?? new URL(account.settings.dummy_service_url).origin) + path;
}

async function startGetpaid(request: StartRequest<Settings>): Promise<Redirect> {
  const { payment, account, urls, order } = request;
  const value = decimal(payment.amount, currency(payment.currency)?.digits ?? 2);
  if (account.settings.paywall_method === 'POST') {
    const fields = [
      { name: 'payment_id', value: order },
      { name: 'amount', value },
      { name: 'currency', value: payment.currency },
    ];
    return { kind: 'form', method: 'POST', url: paywall(request, '/form', 'page'), charset: 'utf-8', fields };
  }
  const parameters = {
    ext_id: order,
    value,
    currency: payment.currency,
    description: payment.description ?? payment.reference,
    // The original page sends only the status to an address that names the payment.
    callback: `${urls.callback}?payment_id=${order}`,
    success_url: backBy(urls, 'success'),
    failure_url: backBy(urls, 'failure'),
  };
  if (account.settings.paywall_method === 'GET') {
    return {
      kind: 'url',
      method: 'GET',
      url: `${paywall(request, GATEWAY, 'page')}?${query(Object.entries(parameters))}`,
    };
  }
  const registered = await callJson(request.fetch, paywall(request, GATEWAY_API, 'api'), parameters);
  const { url } = registered;
  if (typeof url !== 'string' || !URL.canParse(url)) {
    throw new Problem('provider_error', 'the paywall answered without an address', { cause: registered });
  }
  return { kind: 'url', method: 'GET', url: atOrigin(url, account.endpoints.page) };
}

// --- The provider -----------------------------------------------------------------------------------------

function getpaidRequest(request: ProviderRequest): Callback {
  if (request.method !== 'POST') throw new Refusal('malformed', 'a callback is a POST');
  return readCallback(fromUtf8(request.body), new URLSearchParams(readable(request.query)).get('payment_id'));
}

// --- After the payment ------------------------------------------------------------------------------------

/** All of it happens here, and always succeeds. */
function always(kind: OperationKind, rule: OperationRule): ProviderOperation<Settings> {
  return {
    rule,
    execute: async ({ operationReference }) => ({
      state: 'succeeded',
      status: `dummy ${kind}`,
      providerReference: `dummy-${kind}-${operationReference}`,
    }),
  };
}

export const dummy = defineProvider({
  id: 'dummy',
  aliases: [],
  caption: 'Dummy (for tests, without any signature)',
  countries: [],
  currencies: ['EUR', 'PLN', 'USD', 'GBP', 'CHF', 'CZK'],
  capabilities: {
    capture: true,
    cancel: true,
    refund: true,
    status: true,
    manualCapture: false,
    signedNotification: false,
    signedReturn: true,
  },
  settings,
  signatures: recipes,
  likelyCauses: [],
  statuses: legacyTable(
    [
      { code: 'ok', outcome: 'paid' },
      { code: 'nok', outcome: 'error' },
      ...Object.entries(GETPAID).map(([code, { outcome }]) => ({ code, outcome })),
    ],
    {},
  ),
  requires: [],
  maxAmount: Number.MAX_SAFE_INTEGER,
  testOnly: true,
  freshOrderEachTrip: false,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',

  start: (request) =>
    request.account.settings.dialect === 'getpaid' ? startGetpaid(request) : startEopayment(request),

  async notification(request, account, channel) {
    if (account.settings.dialect === 'getpaid') {
      if (channel === 'return')
        throw new Refusal('signature_missing', 'which address the shopper hit says nothing');
      return callbackFact(getpaidRequest(request));
    }
    return readResponse(account.settings, formFields(formBytes(request)), channel === 'notification');
  },

  /** getpaid's pull: what the account says that it answers. */
  async queryStatus({ account, order }) {
    const word = { paid: 'paid', pre_auth: 'pre-auth', failed: 'failed' }[
      account.settings.confirmation_status
    ];
    return callbackFact({ order, word, amount: null });
  },
  cannotQueryStatus: ({ dialect, confirmation_method }) =>
    dialect === 'getpaid' && confirmation_method === 'pull'
      ? null
      : 'only the getpaid dialect answers questions, with confirmation_method pull',
  capture: always('capture', { parts: 'many', fundsSources: ['held'] }),
  cancel: always('cancel', { parts: 'whole', fundsSources: ['held', 'paid', 'open'] }),
  refund: {
    ...always('refund', { parts: 'many', fundsSources: ['paid'] }),
    lacks: ({ dialect }) => (dialect === 'getpaid' ? null : 'the eopayment dialect has no refund'),
  },

  reply: () => EMPTY_OK,

  setup: ({ callback }) => [
    { where: 'Nowhere: each payment carries its notification address', value: callback },
  ],
});
