/** Worldline Direct, simulated: its hosted page, and its webhooks. The API stands in worldline-api.ts. */
import { createHash, createHmac } from 'node:crypto';
import {
  type Bank,
  BankError,
  type BankMessage,
  type BankOrder,
  type Decision,
  type Merchant,
  type Spoiling,
} from '../kit/bank.ts';
import type { Entry } from '../kit/bank-ledger.ts';
import { refer } from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';
import { addressedOf } from '../kit/receive.ts';
import { answerWorldline } from './worldline-api.ts';
import { operationObject, payIdOf, paymentObject, sessionOf, stateOfDecision } from './worldline-objects.ts';

/** An event's number: the same event has the same one each time that it is told. */
function eventId(content: object): string {
  const digest = createHash('md5').update(JSON.stringify(content)).digest('hex');
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(12, 16),
    digest.slice(16, 20),
    digest.slice(20),
  ].join('-');
}

/** A signed webhook. The signature is over the bytes of the body, by the key that X-GCS-KeyId names. */
function webhook(content: object, url: string, merchant: Merchant, spoiling: Spoiling): BankMessage {
  const { merchant_id, webhook_key_id, webhook_secret } = merchant.settings;
  const event = {
    apiVersion: 'v1',
    created: '2026-11-21T10:02:11.9529667+01:00',
    id: eventId(content),
    merchantId: String(merchant_id),
    ...content,
  };
  const body = JSON.stringify(event);
  const secret = String(webhook_secret) + (spoiling === 'unknown-key' ? ' of another' : '');
  const sent = spoiling === 'bad-signature' ? body.replace(/"amount":\d+/, '"amount":1') : body;
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      'X-GCS-KeyId': String(webhook_key_id),
      'X-GCS-Signature': createHmac('sha256', secret).update(body, 'utf8').digest('base64'),
    },
    body: spoiling === 'wrong-charset' ? Uint8Array.from(Buffer.from(sent, 'utf16le')) : sent,
  };
}

/** The address of an order's session, or else that of the portal. */
function addressIn(data: Readonly<Record<string, string>>, merchant: Merchant): string {
  return data.webhooksUrl || merchant.callback;
}

export const worldlineBank: Bank = {
  providers: ['worldline'],
  caption: 'Worldline Direct',
  pages: [{ method: 'GET', path: '/hostedcheckout/Payment/Form/:form' }],
  decisions: ['pay', 'decline', 'cancel', 'wait'],
  api: [
    { method: 'POST', path: '/v2/:merchant/hostedcheckouts' },
    { method: 'GET', path: '/v2/:merchant/hostedcheckouts/:id' },
    { method: 'GET', path: '/v2/:merchant/services/testconnection' },
    { method: 'GET', path: '/v2/:merchant/products' },
    { method: 'GET', path: '/v2/:merchant/payments/:id' },
    { method: 'GET', path: '/v2/:merchant/payments/:id/details' },
    { method: 'GET', path: '/v2/:merchant/payments/:id/captures' },
    { method: 'GET', path: '/v2/:merchant/payments/:id/refunds' },
    { method: 'POST', path: '/v2/:merchant/payments/:id/capture' },
    { method: 'POST', path: '/v2/:merchant/payments/:id/cancel' },
    { method: 'POST', path: '/v2/:merchant/payments/:id/refund' },
  ],
  movesMoney: ({ method, path }) =>
    method === 'POST' && /\/payments\/[^/]+\/(?:capture|cancel|refund)$/.test(path),
  answer: answerWorldline,

  async receive({ path }, merchants, memory) {
    const session = await sessionOf(memory, path.slice('/hostedcheckout/Payment/Form/'.length));
    const ofId = merchants.filter(({ settings }) => settings.merchant_id === session?.merchantId);
    const merchant = session && addressedOf(ofId, session.webhooksUrl);
    if (!session || !merchant) throw new BankError('form', 'is not known, or has ended');
    const { order, amount, currency, mode, returnUrl, webhooksUrl, returnmac, hostedCheckoutId } = session;
    return {
      account: merchant.account,
      order,
      amount,
      currency,
      manual: mode !== 'SALE',
      shown: [['Reference', order]],
      data: { returnUrl, webhooksUrl, returnmac, hostedCheckoutId },
    };
  },

  async decide(order, _merchant, decision, memory) {
    await refer(memory, 'worldline', payIdOf(order.data), order.order);
    const place = `worldline/decision/${order.data.hostedCheckoutId}`;
    // Once it is paid, later decisions change nothing.
    if ((await memory.get(place)) !== 'pay') await memory.put(place, decision);
  },

  notification(order: BankOrder, merchant: Merchant, decision: Decision, spoiling: Spoiling) {
    const state = stateOfDecision(decision, order.manual);
    const payment = paymentObject(order, state);
    const content = { payment, type: `payment.${state.status.toLowerCase()}` };
    return webhook(content, addressIn(order.data, merchant), merchant, spoiling);
  },

  operationNotification(entry: Entry, operation: BankOperation, merchant: Merchant) {
    const { object, status, kind } = operationObject(entry, operation);
    const content = {
      [kind === 'refund' ? 'refund' : 'payment']: object,
      type: `payment.${status.toLowerCase()}`,
    };
    return webhook(content, addressIn(entry.data, merchant), merchant, 'none');
  },

  back({ data }) {
    const url = new URL(data.returnUrl ?? '');
    url.searchParams.set('RETURNMAC', data.returnmac ?? '');
    url.searchParams.set('hostedCheckoutId', data.hostedCheckoutId ?? '');
    return url.toString();
  },
};
