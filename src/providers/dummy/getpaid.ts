/** The getpaid dialect: the fake gateway of its example paywall, and callbacks in JSON that nobody signs. */
import * as v from 'valibot';
import { currency } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import { decimal, fromDecimal } from '../../payments/money.ts';
import type { Redirect } from '../../payments/types.ts';
import { readable } from '../../signing/bytes.ts';
import type { ProviderRequest, ProviderUpdate, StartRequest } from '../contract.ts';
import { atOrigin, backBy } from '../kit/addresses.ts';
import { callJson } from '../kit/api-call.ts';
import { fewValues, parseMessage, readMembers } from '../kit/json-message.ts';
import { providerError } from '../kit/provider-error.ts';
import { meaningOf } from '../kit/statuses.ts';
import { providerUpdate } from '../kit/update.ts';
import { pythonQuery } from './query.ts';
import type { DummySettings } from './settings.ts';
import { GETPAID_STATUSES } from './statuses.ts';

const GATEWAY = '/paywall/fake_gateway/';
const GATEWAY_API = '/paywall/fake_gateway_api/';

/** An address of the paywall, at the host of the bank page. */
function paywall(request: StartRequest<DummySettings>, path: string, kind: 'page' | 'api'): string {
  const { account } = request;
  return (account.endpoints[kind] ?? new URL(account.settings.dummy_service_url).origin) + path;
}

/**
 * The redirect to the paywall, by the account's paywall_method; REST registers the order first.
 * @throws Problem provider_error or provider_unreachable when the paywall does not register it.
 */
export async function startGetpaid(request: StartRequest<DummySettings>): Promise<Redirect> {
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
      url: `${paywall(request, GATEWAY, 'page')}?${pythonQuery(Object.entries(parameters))}`,
    };
  }
  const registered = await callJson(request.fetch, paywall(request, GATEWAY_API, 'api'), parameters);
  const { url } = registered;
  if (typeof url !== 'string' || !URL.canParse(url)) {
    throw providerError('the paywall answered without an address', registered);
  }
  return { kind: 'url', method: 'GET', url: atOrigin(url, account.endpoints.page) };
}

/** A status of the paywall, pushed or pulled. */
interface Callback {
  readonly order: string;
  /** A code of GETPAID_STATUSES. */
  readonly code: string;
  /** Decimal text of major units; null: the whole. */
  readonly amount: string | null;
}

function updateOf({ order, code, amount }: Callback): ProviderUpdate {
  return providerUpdate({
    order,
    key: `${code}/${amount ?? ''}`,
    outcome: meaningOf(GETPAID_STATUSES, code)?.outcome ?? 'none',
    amount: amount === null ? 'asked' : fromDecimal(amount, 2),
    movement: 'payment',
    providerStatus: code,
  });
}

/** The members of a callback. Amounts are decimal, as numbers or as text. */
const CALLBACK = v.object({
  payment_id: v.nullish(v.string()),
  new_status: v.nullish(v.string()),
  event: v.nullish(v.string()),
  paid_amount: v.nullish(v.union([v.string(), v.number()])),
  locked_amount: v.nullish(v.union([v.string(), v.number()])),
});

/**
 * Reads a callback's body.
 * @param orderInAddress the payment_id of the address, which counts where the body names none.
 * @throws Refusal malformed for anything but a JSON object with a payment and a known status.
 */
export function readGetpaidCallback(body: string, orderInAddress: string | null): ProviderUpdate {
  const members = readMembers(CALLBACK, parseMessage(body));
  const order = members.payment_id ?? orderInAddress;
  const code = members.new_status ?? members.event;
  if (!order) throw new Refusal('malformed', 'there is no payment_id');
  if (!code || !meaningOf(GETPAID_STATUSES, code))
    throw new Refusal('malformed', 'there is no known new_status');
  const amount = members.paid_amount ?? members.locked_amount;
  return updateOf({ order, code, amount: amount == null ? null : String(amount) });
}

/**
 * Reads a callback as it came.
 * @throws Refusal malformed
 */
export function readCallbackRequest(request: ProviderRequest): ProviderUpdate {
  if (request.method !== 'POST') throw new Refusal('malformed', 'a callback is a POST');
  return readGetpaidCallback(
    fewValues(request.body),
    new URLSearchParams(readable(request.query)).get('payment_id'),
  );
}

/** The codes of what a pull can answer: the setting spells pre-auth with an underscore. */
const PULLED = { paid: 'paid', pre_auth: 'pre-auth', failed: 'failed' } as const;

/** What a pull of an order answers: the account's confirmation_status, for the whole amount. */
export function pulledUpdate(settings: DummySettings, order: string): ProviderUpdate {
  return updateOf({ order, code: PULLED[settings.confirmation_status], amount: null });
}
