/** A storefront and its shopper for scripts: the HTTP contract, and the sandbox banks as a browser would use them. */

import type { PaymentEvent, PaymentView, Redirect } from '../../payments/types.ts';
import { type Charset, type CharsetName, charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type { BankOrder } from '../bank.ts';
import { DEMO_KEYS } from '../demo.ts';
import type { Step, StepResult } from '../disorder.ts';
import type { ReceivedWebhook } from '../store.ts';

const CHARSETS: readonly CharsetName[] = ['utf-8', 'iso-8859-1', 'windows-1251'];

/** The charset in which a browser posts a form. */
export function formCharset(redirect: Extract<Redirect, { kind: 'form' }>): Charset {
  return charset(CHARSETS.find((name) => name === redirect.charset) ?? 'utf-8');
}

export type Payment = PaymentView & { readonly redirect: Redirect; readonly checkoutUrl: string };

function plainText(html: string): string {
  return html
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}

/** The form of a page, as the shopper's browser would post it. */
export function formOf(html: string): Extract<Redirect, { kind: 'form' }> {
  const [, action = ''] = /<form[^>]* action="([^"]+)"/i.exec(html) ?? [];
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/gi)].map(
    ([, name = '', value = '']) => ({ name: plainText(name), value: plainText(value) }),
  );
  return { kind: 'form', method: 'POST', url: plainText(action), charset: 'utf-8', fields };
}

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

  create(fields: Record<string, unknown>): Promise<Payment> {
    return this.#api('/v1/payments', fields);
  }

  payment(id: string): Promise<Payment> {
    return this.#api(`/v1/payments/${id}`);
  }

  async events(id: string): Promise<PaymentEvent[]> {
    return (await this.#api<{ data: PaymentEvent[] }>(`/v1/payments/${id}/events`)).data;
  }

  /** What the demo shop's webhook received about a payment. */
  async webhooks(id: string): Promise<ReceivedWebhook[]> {
    return (await this.#json<{ data: ReceivedWebhook[] }>(`/shop/webhooks/${id}`)).data;
  }

  /** Follows a redirect to the bank, in the charset that it asks for. */
  async toBank(redirect: Redirect): Promise<BankOrder> {
    if (redirect.kind === 'html') {
      const form = formOf(redirect.html);
      // The card form comes back to us with a token; the sandbox bank has a page of its own in its place.
      const isCard = redirect.html.includes('name="paymill_token"');
      return this.toBank(isCard ? { ...form, url: `${this.#origin}/paymill/page` } : form);
    }
    const accept = { accept: 'application/json' };
    const response =
      redirect.kind === 'url'
        ? await fetch(redirect.url, { headers: accept })
        : await fetch(redirect.url, {
            method: 'POST',
            headers: { ...accept, 'content-type': 'application/x-www-form-urlencoded' },
            body: encodeForm(
              redirect.fields.map(({ name, value }) => [name, value] as const),
              formCharset(redirect),
            ),
          });
    const text = await response.text();
    if (!response.ok) throw new Error(`the bank refused the order: ${text}`);
    if (response.headers.get('content-type')?.startsWith('text/html'))
      return this.toBank({ kind: 'html', html: text });
    return JSON.parse(text) as BankOrder;
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
