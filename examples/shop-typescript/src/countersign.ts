/**
 * What a shop needs of countersign, in one file: three calls, and the two messages that it checks. Everything here is WebCrypto and fetch:
 * it runs on Node 20+, Deno, Bun and Workers.
 */

/** A payment, as far as this shop reads it. */
export interface Payment {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  /** Grows with each change: of two messages the one with the greater version is newer. */
  readonly version: number;
  readonly amounts: { readonly paid: number; readonly refunded: number };
  readonly checkoutUrl?: string;
}

export interface CountersignOptions {
  /** Where countersign is, like `https://pay.example.com`. */
  readonly url: string;
  readonly apiKey: string;
  readonly webhookSecret: string;
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** How old a webhook may be, in seconds. */
const TOLERANCE = 300;

const utf8 = (text: string) => new TextEncoder().encode(text);

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));

async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, utf8(text)));
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
function isSame(expected: string, received: string): boolean {
  let difference = expected.length ^ received.length;
  for (let at = 0; at < expected.length; at++)
    difference |= expected.charCodeAt(at) ^ (received.charCodeAt(at) || 0);
  return difference === 0;
}

export class CountersignShop {
  readonly #options: CountersignOptions;

  constructor(options: CountersignOptions) {
    this.#options = options;
  }

  async #call(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    idempotencyKey?: string,
  ): Promise<Payment> {
    const { url, apiKey, fetch: send = fetch } = this.#options;
    const answer = await send(
      new Request(`${url}/v1/payments${path}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
    if (!answer.ok) throw new Error(`countersign answers ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Payment;
  }

  /** Creates the payment of an order. The same reference again gives the same payment, so that this may be tried again. */
  create(order: object): Promise<Payment> {
    return this.#call('POST', '', order);
  }

  read(id: string): Promise<Payment> {
    return this.#call('GET', `/${encodeURIComponent(id)}`);
  }

  /** Gives back what is left of a payment. @param key the same one for the same refund: however often it is sent, it is done once */
  refund(id: string, key: string): Promise<Payment> {
    return this.#call('POST', `/${encodeURIComponent(id)}/refund`, {}, key);
  }

  #secret(): Uint8Array<ArrayBuffer> {
    return fromBase64(this.#options.webhookSecret.replace(/^whsec_/, ''));
  }

  /**
   * The payment of a webhook (standardwebhooks.com); null: it is not from countersign, or too old.
   * @param body as it came, before any framework has parsed it.
   */
  async webhook(headers: Headers, body: string): Promise<Payment | null> {
    const id = headers.get('webhook-id') ?? '';
    const timestamp = headers.get('webhook-timestamp') ?? '';
    const age = Math.abs(Date.now() / 1000 - Number(timestamp));
    // The id has no dot: the three are joined by dots before they are signed.
    if (!/^[^.]+$/.test(id) || !/^\d+$/.test(timestamp) || age > TOLERANCE) return null;
    const expected = `v1,${toBase64(await hmac(this.#secret(), `${id}.${timestamp}.${body}`))}`;
    const signatures = (headers.get('webhook-signature') ?? '').split(' ');
    if (!signatures.some((signature) => isSame(expected, signature))) return null;
    return (JSON.parse(body) as { readonly data: Payment }).data;
  }

  /**
   * What the address says that a shopper came back to; null: countersign has not signed it, or its time is over. The status in an address
   * that is not signed is never to be trusted: anybody can type it.
   */
  async signedReturn(address: string): Promise<Pick<Payment, 'id' | 'reference' | 'status'> | null> {
    const { searchParams } = new URL(address);
    const [id, reference, status, expires, signature] = [
      'payment',
      'reference',
      'status',
      'expires',
      'signature',
    ].map((name) => searchParams.get(name) ?? '') as [string, string, string, string, string];
    // The four are joined by dots before they are signed. With dots in the others, the same text would be that of another reference.
    if (!/^[0-9A-Z]{16}$/.test(id) || !/^[a-z_]+$/.test(status)) return null;
    if (!/^\d{1,12}$/.test(expires) || Number(expires) < Date.now() / 1000) return null;
    const key = await hmac(this.#secret(), 'return');
    const bytes = await hmac(key, [id, reference, status, expires].join('.'));
    const expected = toBase64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    return isSame(expected, signature) ? { id, reference, status } : null;
  }
}
