/** A storefront and its shopper for scripts: the HTTP contract, and the sandbox banks as a browser would use them. */

import type { PaymentEvent, PaymentView, Redirect } from '../../payments/types.ts';
import { DEMO_KEYS } from '../demo.ts';
import type { BankOrder } from '../kit/bank.ts';
import type { Step, StepResult } from '../kit/disorder.ts';
import { toBank } from '../kit/shopper.ts';
import type { ReceivedWebhook } from '../kit/store.ts';

export type DemoPayment = PaymentView & { readonly redirect: Redirect; readonly checkoutUrl: string };

export class Storefront {
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  async #json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(this.#origin + path, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  #api<T>(path: string, body?: unknown): Promise<T> {
    return this.#json<T>(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${DEMO_KEYS.apiKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** The demo shop's accounts. */
  async accounts(): Promise<{ id: string; provider: string; currencies: string[] }[]> {
    return (
      await this.#api<{ data: { id: string; provider: string; currencies: string[] }[] }>('/v1/accounts')
    ).data;
  }

  create(fields: Record<string, unknown>): Promise<DemoPayment> {
    return this.#api('/v1/payments', fields);
  }

  payment(id: string): Promise<DemoPayment> {
    return this.#api(`/v1/payments/${id}`);
  }

  /** Captures, cancels or refunds the whole, or refreshes the status; returns the HTTP status. */
  async operate(id: string, what: 'capture' | 'cancel' | 'refund' | 'refresh'): Promise<number> {
    const response = await fetch(`${this.#origin}/v1/payments/${id}/${what}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${DEMO_KEYS.apiKey}` },
      body: '{}',
    });
    await response.body?.cancel();
    return response.status;
  }

  async events(id: string): Promise<PaymentEvent[]> {
    return (await this.#api<{ data: PaymentEvent[] }>(`/v1/payments/${id}/events`)).data;
  }

  /** What the demo shop's webhook received about a payment. */
  async webhooks(id: string): Promise<ReceivedWebhook[]> {
    return (await this.#json<{ data: ReceivedWebhook[] }>(`/shop/webhooks/${id}`)).data;
  }

  /** Follows a redirect to the bank, in the charset that it asks for. */
  toBank(redirect: Redirect): Promise<BankOrder> {
    return toBank(redirect, this.#origin, (request) => fetch(request));
  }

  /** Has the bank do something with an order, step by step or all at once. */
  async play(order: BankOrder, steps: readonly Step[], concurrently = false): Promise<StepResult[]> {
    const { results } = await this.#json<{ results: StepResult[] }>(`/sandbox/orders/${order.id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ steps, concurrently }),
    });
    return results;
  }

  /** Waits until something holds, for a few seconds at most. */
  async until<T>(look: () => Promise<T>, holds: (found: T) => boolean): Promise<T> {
    const end = Date.now() + 10_000;
    let found = await look();
    while (!holds(found) && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      found = await look();
    }
    return found;
  }
}
