/**
 * The panel's API of Dotpay: refunds and the status of an operation (dev, next), and the cancellation of the classic account (legacy).
 *
 * Safe readings of what is unverified: refunds are asked for in złoty only, because the unit of other currencies is not told;
 * an answer of 5xx leaves the outcome open; an operation's JSON names its amounts `original_amount` and `original_currency`, or
 * `amount` and `currency`; that a search finds nothing proves nothing; any text but `OK` is a refusal of a classic cancellation.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import type { Outcome } from '../../payments/statuses.ts';
import { base64, utf8 } from '../../signing/bytes.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderAccount,
  ProviderOperation,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { type ApiAnswer, callApi, jsonObject } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';

/** What the API needs of an account's settings. */
interface ApiSettings {
  readonly id: string;
  readonly mode: 'legacy' | 'dev' | 'next';
  readonly login?: string | undefined;
  readonly password?: string | undefined;
}

/** What the provider's file lends: its recipe `api-signature`, and its words. */
interface Lent<Settings> {
  sign(settings: Settings, fields: readonly (readonly [string, string])[]): string;
  readonly operations: Readonly<Record<string, Outcome>>;
}

/** An operation as the API shows it. */
interface Shown {
  readonly number?: string;
  readonly type?: string;
  readonly status?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly original_amount?: string;
  readonly original_currency?: string;
  readonly control?: string;
  readonly description?: string;
}

function lacksPanel({ login, password }: ApiSettings): string | null {
  return login && password ? null : 'login and password are not set: the API is used as a user of the panel';
}

function callPanel(
  fetcher: typeof fetch,
  { settings, environment, endpoints }: ProviderAccount<ApiSettings>,
  path: string,
  body?: object,
): Promise<ApiAnswer> {
  const base =
    environment === 'production'
      ? 'https://dproxy.przelewy24.pl/s2/login/api/v1/'
      : 'https://ssl.dotpay.pl/test_seller/api/v1/';
  return callApi(fetcher, atOrigin(`${base}${path}`, endpoints.api), {
    method: body ? 'POST' : 'GET',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${base64(utf8(`${settings.login ?? ''}:${settings.password ?? ''}`))}`,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

function requirePln({ currency }: OperationCall<ApiSettings>): void {
  if (currency !== 'PLN')
    throw new Problem(
      'unsupported_operation',
      `refunds of ${currency} are made in the panel: their unit is not told`,
    );
}

function numberOf({ providerState }: OperationCall<ApiSettings>): string {
  if (!providerState.number) throw new Problem('invalid_state', 'the number of this payment is not known');
  return providerState.number;
}

/** What a refund is called in the panel, by which it is found again. */
function titleOf({ operationReference }: OperationCall<ApiSettings>): string {
  return `Refund ${operationReference}`;
}

async function refundInPanel(order: OperationOrder<ApiSettings>): Promise<OperationResult> {
  const { status, text } = await callPanel(
    order.send,
    order.account,
    `payments/${encodeURIComponent(numberOf(order))}/refund/`,
    { amount: decimal(order.amount, 2), description: titleOf(order), control: order.order },
  );
  if (status >= 200 && status < 300)
    return { state: 'accepted', status: 'accepted', providerReference: null };
  if (status >= 400 && status < 500) throw new Declined(String(status), refusalText(text));
  throw new Problem('provider_error', `Dotpay answered ${status}`, { cause: text.slice(0, 1000) });
}

function refusalText(text: string): string {
  try {
    const body = jsonObject(text);
    return String(body.detail ?? body.error ?? JSON.stringify(body)).slice(0, 300);
  } catch {
    return '';
  }
}

async function refundOutcome(asked: OperationCall<ApiSettings>): Promise<OperationResult | null> {
  if (asked.account.settings.mode === 'legacy') return null;
  const title = titleOf(asked);
  const path = `operations/?format=json&description=${encodeURIComponent(title)}`;
  const { status, text } = await callPanel(asked.fetch, asked.account, path);
  if (status !== 200) throw new Problem('provider_error', `Dotpay answered ${status}`);
  const found = (jsonObject(text).results ?? []) as readonly Shown[];
  const ours = found.find(({ type, description }) => type === 'refund' && description === title);
  if (!ours) return null;
  if (ours.status === 'rejected') throw new Declined('rejected', 'the refund was rejected');
  const state = ours.status === 'completed' ? 'succeeded' : 'accepted';
  return { state, status: `refund ${ours.status ?? ''}`, providerReference: ours.number ?? null };
}

/** Calls about the payments of an account. */
export function panelCalls<Settings extends ApiSettings>(lent: Lent<Settings>) {
  async function cancelClassic(order: OperationOrder<Settings>): Promise<OperationResult> {
    const { account, amount, whole, before } = order;
    const { settings } = account;
    const fields: (readonly [string, string])[] = [
      ['id', settings.id],
      ['login', settings.login ?? ''],
      ['passwd', settings.password ?? ''],
      ['t_id', numberOf(order)],
      ['amount', decimal(amount, 2)],
      ['control', order.order],
      ['type', whole && before.refunded === 0 ? '1' : '2'],
    ];
    const body = new URLSearchParams(
      [...fields, ['md5', lent.sign(settings, fields)]].map(([name = '', value = '']) => [name, value]),
    );
    const url = atOrigin('https://ssl.dotpay.pl/api/cancel/', account.endpoints.api);
    const { status, text } = await callApi(order.send, url, {
      headers: { 'content-type': FORM },
      body: body.toString(),
    });
    const said = text.trim();
    if (status === 200 && said === 'OK') return { state: 'succeeded', status: 'OK', providerReference: null };
    if (status === 200 && /^[\w .,-]{1,80}$/.test(said)) throw new Declined(said, '');
    throw new Problem('provider_error', `Dotpay answered ${status}`, { cause: text.slice(0, 1000) });
  }

  const refund: ProviderOperation<Settings> = {
    rule: { parts: 'many', fundsSources: ['paid'] },
    lacks: lacksPanel,
    async execute(order) {
      requirePln(order);
      return order.account.settings.mode === 'legacy' ? cancelClassic(order) : refundInPanel(order);
    },
    reconcile: refundOutcome,
  };

  return {
    refund,

    lacks: (settings: Settings) =>
      settings.mode === 'legacy' ? 'the classic account cannot be asked' : lacksPanel(settings),

    /** What the panel says of the operation that a notification has named; before the first one there is no number to ask by. */
    async ask({
      account,
      providerState,
      order,
      fetch: fetcher,
    }: StatusQuery<Settings>): Promise<ProviderUpdate | null> {
      if (!providerState.number) return null;
      const path = `operations/${encodeURIComponent(providerState.number)}/?format=json`;
      const { status, text } = await callPanel(fetcher, account, path);
      if (status === 404) return null;
      if (status !== 200) throw new Problem('provider_error', `Dotpay answered ${status}`);
      const shown = jsonObject(text) as Shown;
      if (shown.control !== order || shown.number !== providerState.number)
        throw new Refusal('wrong_account', 'the answer is about another payment');
      const operation = `${shown.type ?? ''} ${shown.status ?? ''}`;
      return {
        kind: 'update',
        order,
        key: `${providerState.number}/${operation}`,
        outcome: lent.operations[operation] ?? 'none',
        amount: fromDecimal((shown.original_amount ?? shown.amount ?? '').replace(/^-/, ''), 2),
        currency: shown.original_currency ?? shown.currency ?? null,
        movement: providerState.number,
        providerReference: providerState.number,
        providerStatus: operation,
        detail: {},
      };
    },
  };
}
