/**
 * PostFinance Checkout and wallee, simulated: both web services, the payment page, and webhooks signed by the platform's key.
 * Facts: providers/postfinance-checkout/SHEET.md.
 */
import { createSign } from 'node:crypto';
import { type Bank, BankError, type BankMessage, type Decision, type Spoiling } from '../kit/bank.ts';
import { pageToken } from '../kit/page-token.ts';
import { answerCheckout, CHECKOUT_API, movesCheckoutMoney } from './postfinance-checkout-api.ts';
import { SANDBOX_KEY_ID, SANDBOX_PRIVATE_KEY } from './postfinance-checkout-keys.ts';
import {
  checkoutOperationNumber,
  saveTransaction,
  transactionAt,
} from './postfinance-checkout-transactions.ts';

/** What a webhook says. */
interface Told {
  readonly entity: 'Transaction' | 'Refund';
  readonly id: number;
  readonly space: number;
  readonly state: string;
}

const ENTITIES = { Transaction: 1472041829003, Refund: 1472041839405 } as const;

/** A signed webhook. Nothing in it is more than ASCII: one of a wrong charset has a name that is none of the platform's. */
function webhook(url: string, { entity, id, space, state }: Told, spoiling: Spoiling): BankMessage {
  const body = JSON.stringify({
    entityId: id,
    eventId: 4711,
    listenerEntityId: ENTITIES[entity],
    listenerEntityTechnicalName: spoiling === 'wrong-charset' ? 'Zahlungsvorgänge' : entity,
    spaceId: space,
    state,
    timestamp: '2026-11-21T09:02:11+0000',
    webhookListenerId: 77,
  });
  const signed = spoiling === 'wrong-charset' ? Buffer.from(body, 'latin1') : Buffer.from(body);
  const signature = createSign('SHA256').update(signed).sign(SANDBOX_PRIVATE_KEY, 'base64');
  const keyId = spoiling === 'unknown-key' ? 'sandbox-of-another' : SANDBOX_KEY_ID;
  const sent =
    spoiling === 'bad-signature' ? Buffer.from(body.replace(/"state":"\w+"/, '"state":"FULFILL "')) : signed;
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      'X-Signature': `algorithm=SHA256withECDSA, keyId=${keyId}, signature=${signature}`,
    },
    body: Uint8Array.from(sent),
  };
}

const STATES: Readonly<Record<Decision, string>> = {
  pay: 'FULFILL',
  decline: 'FAILED',
  cancel: 'FAILED',
  wait: 'PROCESSING',
};

export const postfinanceCheckoutBank: Bank = {
  providers: ['postfinance-checkout', 'wallee'],
  caption: 'PostFinance Checkout',
  pages: [{ method: 'GET', path: '/s/:space/payment/transaction/pay/:id' }],
  decisions: ['pay', 'decline', 'wait'],
  api: CHECKOUT_API,
  movesMoney: movesCheckoutMoney,
  answer: answerCheckout,

  async receive({ path, query }, merchants, memory) {
    const [, , space, , , , id = ''] = path.split('/');
    const found = await transactionAt(memory, id);
    if (!found || found.space !== space) throw new BankError('transaction', 'is not known');
    if (new URLSearchParams(query).get('securityToken') !== pageToken(`${space}/${id}`))
      throw new BankError('securityToken', 'is none of this transaction');
    const merchant = merchants.find(({ account }) => account === found.account);
    if (!merchant) throw new BankError('space', 'is not known');
    return {
      account: found.account,
      order: found.order,
      amount: found.amount,
      currency: found.currency,
      manual: found.manual,
      shown: [['Description', found.description]],
      data: { transaction: id, space, success: found.success, failed: found.failed },
    };
  },

  async decide(order, _merchant, decision, memory) {
    const found = await transactionAt(memory, order.data.transaction ?? '');
    if (!found || decision === 'pay') return;
    await saveTransaction(memory, { ...found, state: decision === 'wait' ? 'PROCESSING' : 'FAILED' });
  },

  notification(order, merchant, decision, spoiling) {
    const { transaction, space } = order.data;
    const state = decision === 'pay' && order.manual ? 'AUTHORIZED' : STATES[decision];
    const told = {
      entity: 'Transaction',
      id: Number(transaction),
      space: Number(space),
      state,
    } as const;
    return webhook(merchant.callback, told, spoiling);
  },

  operationNotification(entry, operation, merchant) {
    const { data, cancelled } = entry;
    const { kind, state } = operation;
    if (state === 'pending') return null;
    const space = Number(data.space);
    if (kind === 'refund') {
      const word = state === 'done' ? 'SUCCESSFUL' : 'FAILED';
      const id = checkoutOperationNumber(Number(data.transaction), entry, operation);
      return webhook(merchant.callback, { entity: 'Refund', id, space, state: word }, 'none');
    }
    if (state !== 'done') return null;
    const word = cancelled ? 'VOIDED' : 'FULFILL';
    const told = { entity: 'Transaction', id: Number(data.transaction), space, state: word } as const;
    return webhook(merchant.callback, told, 'none');
  },

  back: ({ data }, _merchant, decision) =>
    (decision === 'pay' || decision === 'wait' ? data.success : data.failed) ?? '',
};
