/**
 * PAYMILL (Germany), retired since mid-2019. The shopper's browser gives the card to PAYMILL's bridge and us a token, good once and for five minutes;
 * our server charges it. Webhooks are unsigned: the transaction is fetched, and only the answer counts.
 *
 * Facts: paymill/paymill-documentation (API, bridge, response codes, webhooks); paymill/paymill-php; django-getpaid 1.7. Safe readings of what is
 * unverified: a token that was used already is no news about the payment; ISK has no decimals, HUF two; a webhook of another mode than the account's is
 * refused.
 */

import * as v from 'valibot';
import { currencies } from '../../payments/currencies.ts';
import { invalidField, Problem, Refusal } from '../../payments/errors.ts';
import type { Status } from '../../payments/statuses.ts';
import { fromUtf8, readable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { parseForm } from '../../signing/form.ts';
import {
  defineProvider,
  type Hint,
  type Json,
  type ProviderRequest,
  type ProviderUpdate,
  type Recipe,
  type StartRequest,
  type StatusQuery,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { jsonObject } from '../kit/api-call.ts';
import { textFields } from '../kit/form-message.ts';
import { EMPTY_OK } from '../kit/replies.ts';
import { secret, shown, text } from '../kit/settings.ts';
import { legacyTable } from '../kit/statuses.ts';
import { fullName } from '../kit/text.ts';
import {
  basic,
  call,
  formOf,
  outcomeOf,
  preauthorizationOf,
  STATUSES,
  type Transaction,
  transactionOf,
} from './calls.ts';
import { cancel, capture, refund } from './operations.ts';

const settings = v.object({
  public_key: v.pipe(
    text(8, 64),
    shown({ title: 'Public key', description: 'For the browser. Test or live decides the mode.' }),
  ),
  private_key: v.pipe(text(8, 64), secret({ title: 'Private key' })),
});

type Settings = v.InferOutput<typeof settings>;

// --- Recipes ----------------------------------------------------------------------------------------------

function statusOf(transaction: Transaction): Status | null {
  const outcome = outcomeOf(transaction);
  if (/^partial/.test(transaction.status ?? '')) return 'partially_refunded';
  return outcome === 'none' ? null : (outcome as Status);
}

const recipes: Record<string, Recipe<Settings>> = {
  'authorization-header': { kind: 'sign', sign: basic },
  'request-body': {
    kind: 'body',
    body: (_given, input) => formOf(textFields(input)),
  },
  'api-response': {
    kind: 'case',
    answer: (_given, input) => ({ valid: true, status: statusOf(transactionOf(input.raw ?? '')) }),
  },
  notification: {
    kind: 'case',
    answer: (_given, input): Readonly<Record<string, Json>> => {
      const { event } = jsonObject(input.raw ?? '') as { event?: { event_resource?: Transaction } };
      const claimed = event?.event_resource ?? {};
      const told = transactionOf(String(input.rest?.confirmation_response ?? '{}'));
      const same = told.id === claimed.id && told.status === claimed.status;
      return same ? { valid: true, status: statusOf(told) } : { valid: false };
    },
  },
};

// --- Start: the bridge page -------------------------------------------------------------------------------

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const html = (value: string) => value.replace(/[&<>"']/g, (character) => HTML[character] ?? '');

/** Card numbers have no name in the form: they never reach our server, with or without the script. */
const SCRIPT = `
addEventListener('DOMContentLoaded', function () {
  var form = document.forms[0], note = document.getElementById('note');
  form.addEventListener('submit', function (event) {
    if (form.paymill_token.value) return;
    event.preventDefault();
    var value = function (id) { return document.getElementById(id).value; };
    paymill.createToken({
      number: value('number'), exp_month: value('month'), exp_year: value('year'), cvc: value('cvc'), cardholder: value('holder'),
      amount_int: form.dataset.amount, currency: form.dataset.currency
    }, function (error, result) {
      if (error) { note.textContent = 'The card was not accepted: ' + error.apierror; return; }
      form.paymill_token.value = result.token;
      HTMLFormElement.prototype.submit.call(form);
    });
  });
});`;

function field(id: string, label: string, complete: string): string {
  return `<p><label for="${id}">${label}</label><br><input id="${id}" autocomplete="${complete}" required></p>`;
}

function pageOf({ payment, account, order, urls }: StartRequest<Settings>): string {
  const bridge = atOrigin('https://bridge.paymill.com/', account.endpoints.page);
  // The simulated bridge shares its host with other pages.
  const source = account.endpoints.page ? `${bridge}?paymill-bridge` : bridge;
  const key = JSON.stringify(account.settings.public_key).replace(/</g, '\\u003c');
  const holder = field('holder', 'Name on the card', 'cc-name').replace(
    'required',
    `value="${html(fullName(payment) ?? '')}" required`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>Pay by card</title><script>var PAYMILL_PUBLIC_KEY = ${key};</script><script src="${html(source)}"></script><script>${SCRIPT}</script></head><body><main><h1>Pay by card</h1><p id="note" role="status"></p><form method="post" action="${html(`${urls.back}?o=${order}`)}" data-amount="${payment.amount}" data-currency="${payment.currency}">${field('number', 'Card number', 'cc-number')}${field('month', 'Month of expiry', 'cc-exp-month')}${field('year', 'Year of expiry', 'cc-exp-year')}${field('cvc', 'Security code', 'cc-csc')}${holder}<input type="hidden" name="paymill_token" value=""><input type="hidden" name="order" value="${html(order)}"><input type="hidden" name="amount" value="${payment.amount}"><input type="hidden" name="currency" value="${payment.currency}"><input type="hidden" name="capture" value="${payment.capture ?? 'automatic'}"><input type="hidden" name="public_key" value="${html(account.settings.public_key)}"><button>Pay</button></form><noscript><p>Paying by card needs scripts.</p></noscript></main></body></html>`;
}

// --- Calls ------------------------------------------------------------------------------------------------

/** What later calls name: the transaction that brought the money, or the preauthorization that holds it. */
function kept(
  outcome: ProviderUpdate['outcome'],
  transaction: Transaction,
): Pick<ProviderUpdate, 'providerState'> {
  const preauthorization = preauthorizationOf(transaction);
  if (outcome === 'authorized') return preauthorization ? { providerState: { preauthorization } } : {};
  const isMoney = outcome === 'paid' || outcome === 'refunded';
  return isMoney && transaction.id ? { providerState: { transaction: transaction.id } } : {};
}

function factOf(
  question: StatusQuery<Settings>,
  transaction: Transaction,
  mode: unknown,
): ProviderUpdate | null {
  const { account, order } = question;
  const live = account.environment === 'production';
  if (transaction.description !== order || (typeof mode === 'string' && (mode === 'live') !== live)) {
    throw new Refusal('wrong_account', 'the answer is about another payment or mode');
  }
  const outcome = outcomeOf(transaction);
  if (outcome === 'none' || outcome === 'pending') return null;
  const { id = '', status = '', origin_amount, amount, currency = null } = transaction;
  const left = Number(amount);
  // `amount` shrinks with each refund; what was charged stays.
  const charged = Number(origin_amount);
  const moved = /refunded$/.test(status) ? (status === 'refunded' ? charged : charged - left) : charged;
  return {
    kind: 'update',
    order,
    key: `${id}/${status}/${String(amount)}`,
    outcome,
    amount: Number.isSafeInteger(moved) ? moved : null,
    currency,
    movement: outcome === 'refunded' ? `${id}/refunds` : id,
    ...kept(outcome, transaction),
    providerReference: id || null,
    providerStatus: status,
    detail: transaction.response_code ? { response_code: String(transaction.response_code) } : {},
  };
}

async function ask(question: StatusQuery<Settings>): Promise<ProviderUpdate | null> {
  const { account, hint, amount, currency, order, capture: mode, providerState } = question;
  const known = hint.transaction ?? (hint.token ? undefined : providerState.transaction);
  if (known) {
    const { status, answer } = await call(
      account,
      question.fetch,
      `transactions/${encodeURIComponent(known)}`,
    );
    if (status !== 200) throw new Problem('provider_error', `PAYMILL answered ${status}`, { cause: answer });
    return factOf(question, (answer.data ?? {}) as Transaction, answer.mode);
  }
  if (!hint.token) return null;
  const what = mode === 'manual' ? 'preauthorizations' : 'transactions';
  const { status, answer } = await call(account, question.fetch, what, [
    ['amount', String(amount)],
    ['currency', currency],
    ['token', hint.token],
    ['description', order],
  ]);
  // The token was used: a form posted again. The first post has its own answer.
  if (status === 404) return null;
  if (status !== 200)
    throw new Problem(
      'provider_error',
      `PAYMILL refused the charge: ${status} ${JSON.stringify(answer.error ?? '')}`,
      { cause: answer },
    );
  const data = (answer.data ?? {}) as Transaction & { readonly transaction?: Transaction };
  const fact = factOf(question, data.transaction ?? data, answer.mode);
  return fact && what === 'preauthorizations'
    ? { ...fact, providerState: { preauthorization: data.id ?? '' } }
    : fact;
}

// --- News -------------------------------------------------------------------------------------------------

function webhook(request: ProviderRequest): Hint {
  if (request.method !== 'POST' || request.contentType !== 'application/json') {
    throw new Refusal('malformed', 'a webhook is a POST of JSON');
  }
  let event: { event_resource?: Transaction & { transaction?: Transaction } } | undefined;
  try {
    event = (JSON.parse(fromUtf8(request.body) ?? '') as { event?: typeof event } | null)?.event;
  } catch (cause) {
    throw new Refusal('malformed', 'the body is not JSON', { cause });
  }
  const resource = event?.event_resource?.transaction ?? event?.event_resource;
  const { id, description } = resource ?? {};
  if (!description || !id || !/^tran_\w{1,60}$/.test(id))
    throw new Refusal('field_missing', 'there is no transaction of ours');
  return { kind: 'hint', order: description, about: { transaction: id } };
}

function returned(request: ProviderRequest): Hint {
  const fields = new Map(
    [request.query, request.body]
      .flatMap((part) => parseForm(part) ?? [])
      .map(({ name, value }) => [readable(name), readable(value)]),
  );
  const token = fields.get('paymill_token') ?? '';
  if (!/^\w{4,64}$/.test(token)) throw new Refusal('field_missing', 'there is no token');
  return { kind: 'hint', order: fields.get('o') ?? null, about: { token } };
}

export const paymill = defineProvider<typeof settings>({
  id: 'paymill',
  aliases: [],
  caption: 'PAYMILL (retired since 2019)',
  countries: ['DE', 'AT', 'CH'],
  currencies: currencies([
    'EUR',
    'CZK',
    'DKK',
    'HUF',
    'ISK',
    'ILS',
    'CHF',
    'NOK',
    'PLN',
    'SEK',
    'TRY',
    'GBP',
    'USD',
  ]),
  capabilities: {
    capture: true,
    cancel: true,
    refund: true,
    status: true,
    manualCapture: true,
    signedNotification: false,
    signedReturn: false,
  },
  settings,
  signatures: recipes,
  likelyCauses: [],
  statuses: legacyTable(
    Object.entries(STATUSES).map(([code, outcome]) => ({ code, outcome })),
    {},
  ),
  requires: [],
  maxAmount: 999_999_999,
  testOnly: false,
  freshOrderEachTrip: true,

  charset: () => charset('utf-8'),
  captureDefault: () => 'automatic',

  start(request) {
    const [extra] = Object.keys(request.payment.providerFields);
    if (extra !== undefined) throw invalidField(`providerFields.${extra}`, 'is not a field of this provider');
    return { kind: 'html', html: pageOf(request) };
  },

  queryStatus: ask,
  capture,
  cancel,
  refund,

  async notification(request, _account, channel) {
    return channel === 'return' ? returned(request) : webhook(request);
  },

  reply: () => EMPTY_OK,

  setup: ({ callback }) => [
    {
      where:
        'Settings > Webhooks > transaction.succeeded, transaction.failed, refund.succeeded, chargeback.executed',
      value: callback,
    },
  ],
});
