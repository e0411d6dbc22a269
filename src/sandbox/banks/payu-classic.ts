/** The classic API of the simulated PayU. */
import {
  type ApiCall,
  BankError,
  type BankMessage,
  type BankOrder,
  type Memory,
  type Merchant,
  type ReceivedOrder,
  readForm,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import { entryOf, perform } from '../kit/bank-ledger.ts';
import { payuMd5, payuOrder, payuPlace } from './payu-orders.ts';

/** Reads and checks the form NewPayment. @throws BankError */
export async function receiveNewPayment(
  body: Uint8Array,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<ReceivedOrder> {
  const fields = new Map(readForm(body, 'utf-8'));
  const merchant = merchants.find(
    ({ settings }) => settings.pos_id === requiredField(fields, 'pos_id') && settings.mode === 'legacy',
  );
  if (!merchant) throw new BankError('pos_id', '100');
  const names = [
    'pos_id',
    'pay_type',
    'session_id',
    'pos_auth_key',
    'amount',
    'desc',
    'order_id',
    'first_name',
    'last_name',
    'email',
    'language',
    'client_ip',
    'ts',
  ];
  const expected = payuMd5(
    names.map((name) => fields.get(name) ?? '').join('') + String(merchant.settings.key1),
  );
  if (requiredField(fields, 'sig') !== expected) throw new BankError('sig', '103');
  const order = requiredField(fields, 'session_id');
  await memory.put(
    payuPlace(order),
    JSON.stringify({
      extOrderId: order,
      orderId: order,
      totalAmount: fields.get('amount'),
      description: fields.get('desc'),
      status: '1',
    }),
  );
  return {
    account: merchant.account,
    order,
    amount: Number(fields.get('amount')),
    currency: 'PLN',
    manual: merchant.settings.auto_receive === false,
    shown: [['Description', fields.get('desc') ?? '']],
    data: {},
  };
}

/** Answers Payment/get, Payment/confirm and Payment/cancel. */
export async function answerPayuClassic(
  call: ApiCall,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response> {
  const fields = new Map(new URLSearchParams(call.body));
  const [pos, session, ts] = ['pos_id', 'session_id', 'ts'].map((name) => fields.get(name) ?? '');
  const merchant = merchants.find(
    ({ settings }) =>
      settings.pos_id === pos &&
      settings.mode === 'legacy' &&
      fields.get('sig') === payuMd5(`${pos}${session}${ts}${String(settings.key1)}`),
  );
  if (!merchant) return new Response('status:ERROR\nerror_nr:103\nerror_message:sig');
  const found = await payuOrder(memory, session ?? '');
  if (!found) return new Response('status:ERROR\nerror_nr:500\nerror_message:no such transaction');
  const entry = await entryOf(memory, found.extOrderId);
  // What was done after the payment, at once or later, decides.
  const current = entry?.cancelled ? '2' : entry && entry.taken > 0 ? '99' : found.status;
  if (!call.path.includes('/get/')) {
    const isConfirm = call.path.includes('/confirm/');
    const wrongState = () => new Response('status:ERROR\nerror_nr:599\nerror_message:wrong state');
    if (call.trouble === 'fail' || !entry || current !== '5') return wrongState();
    const done = await perform(memory, entry, { kind: isConfirm ? 'capture' : 'cancel', amount: null });
    if (typeof done === 'string') return wrongState();
    const key = String(merchant.settings.key2) + (call.trouble === 'bad-signature' ? ' of another' : '');
    const short = payuMd5(`${pos}${session}${ts}${key}`);
    return new Response(
      `status:OK\ntrans_pos_id:${pos}\ntrans_session_id:${session}\ntrans_ts:${ts}\ntrans_sig:${short}\n`,
    );
  }
  const sign = payuMd5(
    `${pos}${session}${session}${current}${found.totalAmount}${found.description}${ts}${String(merchant.settings.key2)}`,
  );
  return new Response(
    `status:OK\ntrans_id:77${found.orderId.length}\ntrans_pos_id:${pos}\ntrans_session_id:${session}\ntrans_order_id:${session}\ntrans_amount:${found.totalAmount}\ntrans_status:${current}\ntrans_desc:${found.description}\ntrans_ts:${ts}\ntrans_sig:${sign}\n`,
  );
}

/** The notification of the classic API (UrlOnline). */
export function urlOnlineMessage(
  order: Pick<BankOrder, 'order'>,
  merchant: Merchant,
  spoiling: Spoiling,
): BankMessage {
  const key = String(merchant.settings.key2) + (spoiling === 'none' ? '' : ' of another');
  const pos = String(merchant.settings.pos_id);
  const sig = payuMd5(`${pos}${order.order}1111${key}`);
  return {
    method: 'POST',
    url: merchant.callback,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ pos_id: pos, session_id: order.order, ts: '1111', sig }).toString(),
  };
}
