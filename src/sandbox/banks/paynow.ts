/**
 * Paynow, simulated: API v3, the page, and notifications without an amount. Whoever comes to the page again after a decline tries again: by
 * a new payment of the same reference. Facts: providers/paynow/SHEET.md.
 */
import { createHmac } from 'node:crypto';
import {
  type Bank,
  BankError,
  type BankMessage,
  type Decision,
  type Merchant,
  type Spoiling,
} from '../kit/bank.ts';
import { answerPaynow, movesPaynowMoney, PAYNOW_API } from './paynow-api.ts';
import {
  currentPayment,
  type KeptPayment,
  paymentAt,
  REFUND_WORDS,
  refundNumber,
  savePayment,
} from './paynow-payments.ts';

const STATUSES: Readonly<Record<Decision, KeptPayment['status']>> = {
  pay: 'CONFIRMED',
  decline: 'REJECTED',
  cancel: 'REJECTED',
  wait: 'PENDING',
};

/** A signed notification. Nothing in it is beyond ASCII: one of a wrong charset has a member more. */
function notification(told: object, merchant: Merchant, spoiling: Spoiling): BankMessage {
  const odd = spoiling === 'wrong-charset' ? { description: 'Zamówienie' } : {};
  const text = JSON.stringify({ ...told, modifiedAt: '2026-11-21T10:02:11', ...odd });
  const signed = Buffer.from(text, spoiling === 'wrong-charset' ? 'latin1' : 'utf8');
  const key = String(merchant.settings.signature_key) + (spoiling === 'unknown-key' ? ' of another' : '');
  const signature = createHmac('sha256', key).update(signed).digest('base64');
  const sent = spoiling === 'bad-signature' ? Buffer.from(text.replace('"status"', '"status" ')) : signed;
  return {
    method: 'POST',
    url: merchant.callback,
    headers: { 'content-type': 'application/json', Signature: signature },
    body: Uint8Array.from(sent),
  };
}

export const paynowBank: Bank = {
  providers: ['paynow'],
  caption: 'Paynow',
  pages: [{ method: 'GET', path: '/paynow/payment/:id' }],
  decisions: ['pay', 'decline', 'wait'],
  api: PAYNOW_API,
  movesMoney: movesPaynowMoney,
  answer: answerPaynow,

  async receive({ path, query }, merchants, memory) {
    const id = path.split('/').at(-1) ?? '';
    const first = await paymentAt(memory, id);
    if (!first) throw new BankError('payment', 'is not known');
    if (new URLSearchParams(query).get('token') !== first.token)
      throw new BankError('token', 'does not fit the payment');
    const payment = (await currentPayment(memory, id)) ?? first;
    if (!merchants.some(({ account }) => account === payment.account))
      throw new BankError('shop', 'is not known');
    return {
      account: payment.account,
      order: payment.externalId,
      amount: payment.amount,
      currency: payment.currency,
      manual: false,
      shown: [['Description', payment.description]],
      data: { paymentId: payment.id, continueUrl: payment.continueUrl, token: payment.token },
    };
  },

  async decide(order, _merchant, decision, memory) {
    const payment = await paymentAt(memory, order.data.paymentId ?? '');
    if (!payment || payment.status === 'CONFIRMED' || payment.status === 'ABANDONED') return;
    await savePayment(memory, { ...payment, status: STATUSES[decision] });
  },

  notification(order, merchant, decision, spoiling) {
    const { paymentId } = order.data;
    return notification(
      { paymentId, externalId: order.order, status: STATUSES[decision] },
      merchant,
      spoiling,
    );
  },

  operationNotification(entry, operation, merchant) {
    if (operation.state === 'pending') return null;
    const refundId = refundNumber(entry, operation);
    const status = REFUND_WORDS[operation.state];
    return notification({ refundId, externalId: entry.order, status }, merchant, 'none');
  },

  back: (order, _merchant, decision) => {
    const { paymentId, continueUrl } = order.data;
    return `${continueUrl}&paymentId=${paymentId}&paymentStatus=${STATUSES[decision]}`;
  },
};
