/**
 * `countersign/testing`: signs webhooks and returns as countersign does, for the tests of a shop. What they make is taken by every library
 * of Standard Webhooks, and by `verifyWebhook` and `verifyReturn`.
 */
import { base64, hex, utf8 } from '../signing/bytes.ts';
import { polybankingBase } from '../signing/polybanking.ts';
import { hmacSha256, secretBytes, secretList, sha512 } from './mac.ts';
import { returnSignature } from './return-signature.ts';
import type { PaymentStatus, WebhookBody, WebhookPayment } from './types.ts';
import type { PolybankingWebhook } from './webhooks.ts';

/** A webhook as it is sent: `new Request(url, {method: 'POST', headers, body})`, or `{headers, rawBody: body}`. */
export interface TestWebhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How a webhook of a test is sent. */
export interface TestWebhookOptions {
  /** Left out: one of its own. The same id twice is the same message twice. */
  readonly id?: string | undefined;
  /** When it is sent, milliseconds since 1970; left out: now. */
  readonly sentAt?: number | undefined;
}

/** A payment as webhooks have it, paid unless `changes` say otherwise. */
export function testPayment(changes: Partial<WebhookPayment> = {}): WebhookPayment {
  const amount = changes.amount ?? 1999;
  const at = '2026-01-02T03:04:05.678Z';
  return {
    id: 'TESTTESTTESTTEST',
    version: 3,
    reference: 'order-1042',
    status: 'paid',
    amount,
    currency: 'EUR',
    account: 'paybox-main',
    provider: 'paybox',
    test: true,
    amounts: { authorized: 0, paid: amount, refunded: 0 },
    pendingReason: null,
    providerReference: '4242',
    providerStatus: '00000',
    providerStatusText: null,
    signed: true,
    declineReason: null,
    card: null,
    description: null,
    capture: 'automatic',
    extraData: null,
    metadata: {},
    lineItems: [],
    method: null,
    installments: null,
    customer: {},
    operations: [],
    expiresAt: null,
    paidAt: at,
    late: false,
    createdAt: at,
    updatedAt: at,
    ...changes,
  };
}

/**
 * Signs a webhook of the dialect `standard`.
 * @param body a text is sent as it is; of members, what is missing is a paid payment's.
 * @param secrets as the shop has them; several: as during a rotation.
 */
export async function signWebhook(
  body: string | Partial<WebhookBody>,
  secrets: string | readonly string[],
  {
    id = `msg_${hex(crypto.getRandomValues(new Uint8Array(12)))}`,
    sentAt = Date.now(),
  }: TestWebhookOptions = {},
): Promise<TestWebhook> {
  const text = typeof body === 'string' ? body : JSON.stringify(withDefaults(body, sentAt));
  const timestamp = String(Math.floor(sentAt / 1000));
  const signed = utf8(`${id}.${timestamp}.${text}`);
  const signatures: string[] = [];
  for (const secret of secretList(secrets)) {
    signatures.push(`v1,${base64(await hmacSha256(secretBytes(secret), signed))}`);
  }
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
    body: text,
  };
}

function withDefaults({ data = testPayment(), ...given }: Partial<WebhookBody>, sentAt: number): WebhookBody {
  return { type: `payment.${data.status}`, timestamp: new Date(sentAt).toISOString(), ...given, data };
}

/** Signs a webhook of the dialect `polybanking`. @param key the IPN key of the shop. */
export async function signIpn(
  {
    config,
    reference,
    postfinance_status,
    postfinance_status_good,
    last_update,
    test,
  }: PolybankingWebhook['data'],
  key: string,
): Promise<TestWebhook> {
  const fields = {
    config,
    reference,
    postfinance_status,
    postfinance_status_good: postfinance_status_good ? 'True' : 'False',
    last_update,
    ...(test && { test: 'True' }),
  };
  const sign = hex(await sha512(polybankingBase(fields, key)));
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...fields, sign }).toString(),
  };
}

/** What a return of a test says. */
export interface TestReturn {
  readonly payment: string;
  readonly reference: string;
  readonly status: PaymentStatus;
  /** Seconds since 1970; left out: in an hour. */
  readonly expires?: number | undefined;
}

/** The address that a shopper comes back by, signed. @param address one of the shop's two. */
export async function signReturnUrl(address: string, returned: TestReturn, secret: string): Promise<string> {
  const { payment, reference, status } = returned;
  const expires = String(returned.expires ?? Math.floor(Date.now() / 1000) + 3600);
  const signed = { payment, reference, status, expires };
  const url = new URL(address);
  for (const [name, value] of Object.entries(signed)) url.searchParams.set(name, value);
  url.searchParams.set('signature', await returnSignature(secret, signed));
  return url.href;
}
