/**
 * The means of payment of Dotpay: the list of a shop (`payment_api/v1/channels/`, which needs no key), and what one becomes in the form.
 * Facts: SHEET.md, "Means of payment".
 */
import { Problem } from '../../payments/errors.ts';
import type { MeansOfPayment } from '../../payments/means.ts';
import { decimal } from '../../payments/money.ts';
import type { WantedMethod } from '../../payments/types.ts';
import type { MeansQuery } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi, jsonObject } from '../kit/api-call.ts';
import { kindByName, methodProblemOf } from '../kit/methods.ts';
import type { DotpaySettings } from './settings.ts';

/** Groups of channels. */
const GROUPS = { card: 'K', transfer: 'T' } as const;

/** Why a payment cannot be asked for by these means; null: it can. */
export function dotpayMethodProblem(method: WantedMethod, { mode }: DotpaySettings): string | null {
  if (mode === 'legacy') return 'the legacy request is not told by what means';
  if (method.kind === 'blik')
    return 'a BLIK code would go through the form, which the shopper holds and we keep: the shopper enters it at Dotpay';
  return methodProblemOf(method, ['bank', 'card', 'transfer'], /^\d{1,6}$/);
}

/** The fields that choose the means. A bank is chosen for good: the page offers no other. */
export function dotpayChoice(method: WantedMethod | undefined): Readonly<Record<string, string>> {
  if (!method || method.kind === 'blik') return {};
  return method.kind === 'bank'
    ? { channel: method.id, ch_lock: '1' }
    : { channel_groups: GROUPS[method.kind] };
}

interface Channel {
  readonly id?: unknown;
  readonly name?: unknown;
  /** Text: `True` or `False`. */
  readonly is_disable?: unknown;
}

/** What the list is asked about where no amount is named. The page takes no less. */
const ANY_AMOUNT = 30_000;

/** `GET payment_api/v1/channels/`. @throws Problem */
export async function listDotpayMethods({
  account,
  fetch: fetcher,
  currency,
  amount,
}: MeansQuery<DotpaySettings>): Promise<readonly MeansOfPayment[]> {
  const { settings, environment, endpoints } = account;
  const base =
    environment === 'production' ? 'https://dproxy.przelewy24.pl/t2/' : 'https://ssl.dotpay.pl/test_payment/';
  const query = new URLSearchParams({
    currency,
    id: settings.id,
    amount: decimal(amount ?? ANY_AMOUNT, 2),
    lang: settings.lang,
    format: 'json',
  });
  const address = atOrigin(`${base}payment_api/v1/channels/?${query}`, endpoints.api);
  const { status, text } = await callApi(fetcher, address, { method: 'GET', headers: {} });
  const { channels, error_code: code, detail } = jsonObject(text);
  if (status !== 200 || !Array.isArray(channels))
    throw new Problem('provider_error', `Dotpay did not list its channels: ${status}`, {
      ...(typeof code === 'string' && { provider: { code, text: String(detail ?? '') } }),
    });
  return (channels as readonly Channel[])
    .filter(({ id, name, is_disable }) => {
      const isOn = is_disable === undefined || is_disable === 'False' || is_disable === false;
      return isOn && /^\d{1,6}$/.test(String(id)) && typeof name === 'string';
    })
    .map(({ id, name }) => ({ id: String(id), name: String(name), kind: kindByName(String(name)) }));
}
