/** PayU, simulated: REST with its tokens, and the classic API. */
import type { Bank } from '../kit/bank.ts';
import { answerPayuClassic, receiveNewPayment, urlOnlineMessage } from './payu-classic.ts';
import { payuOrder, payuPlace, payuStatus } from './payu-orders.ts';
import { answerPayuRest, payuOperationMessage, payuRestMessage, receivePayuOrder } from './payu-rest.ts';

export const payuBank: Bank = {
  providers: ['payu'],
  caption: 'PayU',
  pages: [
    { method: 'GET', path: '/pay/summary/:order' },
    { method: 'POST', path: '/paygw/UTF/NewPayment' },
  ],
  decisions: ['pay', 'cancel', 'wait'],
  api: [
    { method: 'POST', path: '/pl/standard/user/oauth/authorize' },
    { method: 'GET', path: '/api/v2_1/paymethods' },
    { method: 'POST', path: '/api/v2_1/orders' },
    { method: 'GET', path: '/api/v2_1/orders/:order' },
    { method: 'DELETE', path: '/api/v2_1/orders/:order' },
    { method: 'POST', path: '/api/v2_1/orders/:order/captures' },
    { method: 'POST', path: '/api/v2_1/orders/:order/refunds' },
    { method: 'GET', path: '/api/v2_1/orders/:order/refunds' },
    { method: 'POST', path: '/paygw/UTF/Payment/:call/txt' },
  ],
  movesMoney: ({ method, path }) =>
    method === 'DELETE' ||
    /\/(?:confirm|cancel)\/txt$/.test(path) ||
    (method === 'POST' && /\/(?:captures|refunds)$/.test(path)),

  async answer(call, merchants, memory) {
    return call.path.startsWith('/paygw/')
      ? answerPayuClassic(call, merchants, memory)
      : answerPayuRest(call, merchants, memory);
  },

  async receive({ path, body }, merchants, memory) {
    return path.startsWith('/pay/summary/')
      ? receivePayuOrder(path, merchants, memory)
      : receiveNewPayment(body, merchants, memory);
  },

  async decide(order, merchant, decision, memory) {
    const found = await payuOrder(memory, order.order);
    const classic = merchant.settings.mode === 'legacy';
    if (!found || found.status === 'COMPLETED' || found.status === '99') return;
    await memory.put(
      payuPlace(order.order),
      JSON.stringify({
        ...found,
        totalAmount: String(order.amount),
        currencyCode: order.currency,
        status: payuStatus(order, classic, decision),
      }),
    );
  },

  notification(order, merchant, decision, spoiling) {
    if (merchant.settings.mode === 'legacy') return urlOnlineMessage(order, merchant, spoiling);
    return {
      method: 'POST',
      url: order.data.notifyUrl ?? merchant.callback,
      ...payuRestMessage(order, merchant, decision, spoiling),
    };
  },

  operationNotification(entry, operation, merchant) {
    if (merchant.settings.mode === 'legacy')
      return urlOnlineMessage({ order: entry.order }, merchant, 'none');
    const message = payuOperationMessage(entry, operation, merchant);
    return message && { method: 'POST', url: entry.data.notifyUrl || merchant.callback, ...message };
  },

  back: (order, merchant, decision) => {
    const address = order.data.continueUrl ?? merchant.callback.replace('/callback/', '/return/');
    return decision === 'pay' ? address : `${address}&error=501`;
  },
};
