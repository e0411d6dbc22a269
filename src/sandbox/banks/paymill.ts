/** PAYMILL, simulated: its bridge, the API, and webhooks. */
import {
  type ApiCall,
  type Bank,
  BankError,
  type BankOrder,
  type Decision,
  type Memory,
  readForm,
  requiredField,
} from '../kit/bank.ts';
import { type Entry, entryOf, perform } from '../kit/bank-ledger.ts';

const STATUS: Record<Decision, readonly [status: string, code: number]> = {
  pay: ['closed', 20_000],
  decline: ['failed', 50_102],
  cancel: ['failed', 50_700],
  wait: ['pending', 31_000],
};

type Stored = {
  order: string;
  amount: number;
  currency: string;
  decision?: Decision;
  charged?: boolean;
  /** The bank's own transaction, which its list has. */
  listed?: boolean;
  manual?: boolean;
};

const place = (id: string) => `paymill/${id}`;

/** What PAYMILL's own script does: it gives a token for a card. A number that ends in 1 pays, any other is declined. */
export const BRIDGE = `
var paymill = { createToken: function (card, done) {
  fetch('/paymill/tokens', { method: 'POST', body: new URLSearchParams(card) })
    .then(function (answer) { return answer.json(); })
    .then(function (answer) { answer.token ? done(null, answer) : done(answer); });
} };`;

function transaction(id: string, { order, amount, currency, decision = 'wait', manual }: Stored) {
  const [decided, code] = STATUS[decision];
  const isHeld = manual === true && decision === 'pay';
  const status = isHeld ? 'preauth' : decided;
  return {
    id: `tran_${id}`,
    amount: String(amount),
    origin_amount: amount,
    status,
    description: order,
    livemode: false,
    currency,
    response_code: code,
    preauthorization: isHeld ? { id: `preauth_${order}`, status } : null,
  };
}

async function stored(memory: Memory, id: string): Promise<Stored | null> {
  const text = await memory.get(place(id));
  return text ? (JSON.parse(text) as Stored) : null;
}

/** The order that an id of this bank stands for. */
function orderOf(path: string): string {
  return (path.split('/').at(-1) ?? '').replace(/^(?:tran|preauth)_/, '').replace(/(?:pay|cap)$/, '');
}

/** The transaction that brought the money of an order, as it is after refunds. */
function takenTransaction(entry: Entry) {
  const { order, currency, taken, returned, held } = entry;
  const status = returned === 0 ? 'closed' : returned === taken ? 'refunded' : 'partial_refunded';
  return {
    id: `tran_${order}${held > 0 ? 'cap' : 'pay'}`,
    amount: String(taken - returned),
    origin_amount: taken,
    status,
    description: order,
    livemode: false,
    currency,
    response_code: 20_000,
  };
}

function preauthorization(entry: Entry) {
  const { order, held, currency, taken, cancelled } = entry;
  const status = cancelled ? 'deleted' : taken > 0 ? 'closed' : 'preauth';
  return { id: `preauth_${order}`, amount: String(held), currency, status, livemode: false };
}

/** Answers a call about a payment that was made before; null: the call is another one. */
async function answerOperation(
  { method, path, body, trouble }: ApiCall,
  memory: Memory,
): Promise<Response | null> {
  const form = new URLSearchParams(body);
  const [, , resource] = path.split('/');
  const isCapture = resource === 'transactions' && form.has('preauthorization');
  const entry = await entryOf(memory, orderOf(isCapture ? (form.get('preauthorization') ?? '') : path));
  if (!entry || (resource === 'transactions' && method === 'POST' && !isCapture)) return null;
  const data = (answer: object) => Response.json({ data: answer, mode: 'test' });
  if (method === 'GET' && resource === 'preauthorizations') return data(preauthorization(entry));
  if (method === 'GET') return entry.taken > 0 ? data(takenTransaction(entry)) : null;
  if (trouble === 'fail') return Response.json({ error: 'Transaction duplicate' }, { status: 403 });
  const kind = isCapture ? 'capture' : resource === 'refunds' ? 'refund' : 'cancel';
  const amount = form.get('amount');
  const result = await perform(memory, entry, { kind, amount: amount ? Number(amount) : null });
  if (typeof result === 'string')
    return Response.json({ error: { messages: { amount: `not possible: ${result}` } } }, { status: 412 });
  if (kind === 'capture') return data(takenTransaction(result.entry));
  if (kind === 'cancel') return data(preauthorization(result.entry));
  return data({
    id: `refund_${result.done.id}`,
    amount: String(result.done.amount),
    status: 'refunded',
    response_code: 20_000,
  });
}

/** The transactions of an order. */
async function listed(order: string, memory: Memory): Promise<Response> {
  const found = await Promise.all(
    (['pay', 'decline', 'wait'] as const).map(async (decision) => {
      const id = `${order}${decision}`;
      const one = await stored(memory, id);
      return one?.listed ? [transaction(id, one)] : [];
    }),
  );
  const entry = await entryOf(memory, order);
  const later = entry && entry.taken > 0 ? [takenTransaction(entry)] : [];
  const known = new Set(later.map(({ id }) => id));
  return Response.json({
    data: [...found.flat().filter(({ id }) => !known.has(id)), ...later],
    mode: 'test',
  });
}

/** Each decision about an order has a transaction of its own. */
const idOf = (order: BankOrder, decision: Decision) => `${order.order}${decision}`;

export const paymillBank: Bank = {
  providers: ['paymill'],
  caption: 'PAYMILL',
  pages: [{ method: 'POST', path: '/paymill/page' }],
  decisions: ['pay', 'decline', 'wait'],
  api: [
    { method: 'POST', path: '/v2.1/transactions' },
    { method: 'GET', path: '/v2.1/transactions' },
    { method: 'GET', path: '/v2.1/transactions/:id' },
    { method: 'POST', path: '/v2.1/preauthorizations' },
    { method: 'GET', path: '/v2.1/preauthorizations/:id' },
    { method: 'DELETE', path: '/v2.1/preauthorizations/:id' },
    { method: 'POST', path: '/v2.1/refunds/:id' },
    { method: 'POST', path: '/paymill/tokens' },
  ],

  movesMoney: ({ method, path, body }) =>
    method === 'DELETE' || path.includes('/refunds/') || body.includes('preauthorization='),

  async answer(call, merchants, memory) {
    const { method, path, query, headers, body } = call;
    const form = new URLSearchParams(body);
    if (path === '/paymill/tokens') {
      const number = form.get('number') ?? '';
      if (!/^\d{13,19}$/.test(number)) return Response.json({ apierror: 'field_invalid_card_number' });
      const token = `tok_${crypto.randomUUID().replaceAll('-', '')}`.slice(0, 32);
      const card = {
        amount: Number(form.get('amount_int')),
        currency: form.get('currency') ?? '',
        decision: number.endsWith('1') ? 'pay' : 'decline',
      };
      await memory.put(place(token), JSON.stringify(card));
      return Response.json({ token });
    }
    const known = merchants.some(
      ({ settings }) => headers.get('authorization') === `Basic ${btoa(`${String(settings.private_key)}:`)}`,
    );
    if (!known) return Response.json({ error: 'Access Denied' }, { status: 401 });
    if (method === 'GET' && path === '/v2.1/transactions')
      return listed(new URLSearchParams(query).get('description') ?? '', memory);
    const answered = await answerOperation(call, memory);
    if (answered) return answered;
    if (method === 'GET') {
      const id = (path.split('/').at(-1) ?? '').replace('tran_', '');
      const found = await stored(memory, id);
      if (!found) return Response.json({ error: 'Transaction not found' }, { status: 404 });
      return Response.json({ data: transaction(id, found), mode: 'test' });
    }
    const token = form.get('token') ?? '';
    const card = await stored(memory, token);
    if (!card || card.charged) return Response.json({ error: 'Token not Found' }, { status: 404 });
    const [amount, currency, order] = [
      Number(form.get('amount')),
      form.get('currency') ?? '',
      form.get('description') ?? '',
    ];
    if (card.amount !== amount || card.currency !== currency)
      return Response.json({ error: 'amount mismatch' }, { status: 412 });
    await memory.put(place(token), JSON.stringify({ ...card, charged: true }));
    const charge = { ...card, order, amount, currency, listed: true };
    const id = `${order}${card.decision ?? 'wait'}`;
    await memory.put(place(id), JSON.stringify(charge));
    if (!path.endsWith('/preauthorizations'))
      return Response.json({ data: transaction(id, charge), mode: 'test' });
    const held = transaction(id, { ...charge, manual: true });
    return Response.json({ data: { ...held, id: `preauth_${order}`, transaction: held }, mode: 'test' });
  },

  receive({ body }, merchants) {
    const fields = new Map(readForm(body, 'utf-8'));
    const key = requiredField(fields, 'public_key');
    const merchant = merchants.find(({ settings }) => settings.public_key === key);
    if (!merchant) throw new BankError('public_key', 'invalid_public_key');
    return {
      account: merchant.account,
      order: requiredField(fields, 'order'),
      amount: Number(requiredField(fields, 'amount')),
      currency: requiredField(fields, 'currency'),
      manual: fields.get('capture') === 'manual',
      shown: [],
      data: { back: fields.get('action') ?? '' },
    };
  },

  async decide(order, _merchant, decision, memory) {
    const { amount, currency, manual } = order;
    const charge: Stored = { order: order.order, amount, currency, decision, manual };
    await memory.put(place(idOf(order, decision)), JSON.stringify(charge));
    await memory.put(place(`tok_${idOf(order, decision)}`), JSON.stringify(charge));
  },

  notification(order, merchant, decision, spoiling) {
    const id =
      spoiling === 'bad-signature' || spoiling === 'unknown-key'
        ? `${order.order}nothing`
        : idOf(order, decision);
    const resource = transaction(id, { ...order, decision: 'pay' } as unknown as Stored);
    const event = {
      event_type: 'transaction.succeeded',
      event_resource: { ...resource, description: order.order },
      created_at: 1,
      app_id: null,
    };
    return {
      method: 'POST',
      url: merchant.callback,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ event }),
    };
  },

  back(order, merchant, decision) {
    const back = `${merchant.callback.replace('/callback/', '/return/')}/${order.order.slice(0, 16)}`;
    return `${back}?o=${order.order}&paymill_token=tok_${idOf(order, decision)}`;
  },
};
