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
import { decided, type Entry, entryOf, perform } from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';

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
function orderOf(id: string): string {
  return /^(?:tran|preauth)_([0-9A-Z]{18})/.exec(id)?.[1] ?? '';
}

const reservationId = (order: string) => `preauth_${order}`;

/** A preauthorization that is good is closed from its beginning, and stays so. */
function preauthorization(entry: Entry, { isWhole = true } = {}) {
  const { order, held, currency, cancelled } = entry;
  return {
    id: reservationId(order),
    amount: String(held),
    currency,
    status: cancelled ? 'deleted' : 'closed',
    livemode: false,
    ...(isWhole && { transaction: { id: `tran_${order}pay` } }),
  };
}

const CAPTURE_WORDS: Readonly<Record<BankOperation['state'], readonly [status: string, code: number]>> = {
  done: ['closed', 20_000],
  pending: ['pending', 31_101],
  rejected: ['failed', 50_102],
};

const REFUND_WORDS: Readonly<Record<BankOperation['state'], readonly [status: string, code: number]>> = {
  done: ['refunded', 20_000],
  pending: ['pending', 31_101],
  rejected: ['failed', 50_102],
};

/** The word of a transaction that took money, as it is after refunds. */
function takenWord({ taken, returned }: Entry): string {
  if (returned === 0) return 'closed';
  return returned === taken ? 'refunded' : 'partially_refunded';
}

/** A transaction of an order that took money, or was to take it. */
function transactionOf(entry: Entry, capture: BankOperation | null) {
  const { order, currency, taken, returned } = entry;
  const [status, code] = CAPTURE_WORDS[capture?.state ?? 'done'];
  const isDone = status === 'closed';
  const amount = capture?.amount ?? taken;
  return {
    id: capture
      ? `tran_${order}cap${entry.done.findIndex(({ id }) => id === capture.id)}`
      : `tran_${order}pay`,
    amount: String(isDone ? amount - returned : amount),
    origin_amount: amount,
    status: isDone ? takenWord(entry) : status,
    description: order,
    livemode: false,
    currency,
    response_code: code,
    preauthorization: capture ? preauthorization(entry, { isWhole: false }) : null,
  };
}

/** The transactions of an order beside its reservation: captures, or the one that took the money at once. */
function transactionsOf(entry: Entry) {
  if (entry.held === 0) return entry.taken > 0 ? [transactionOf(entry, null)] : [];
  return entry.done.flatMap((one) => (one.kind === 'capture' ? [transactionOf(entry, one)] : []));
}

/** The transaction that brought the money of an order; undefined: none has. */
function takenTransaction(entry: Entry) {
  return transactionsOf(entry).find(({ response_code }) => response_code === 20_000);
}

/** The transaction of a reservation. */
function heldTransaction(entry: Entry) {
  const { order, held: amount, currency } = entry;
  return transaction(`${order}pay`, { order, amount, currency, decision: 'pay', manual: true });
}

function refundOf(entry: Entry, operation: BankOperation) {
  const [status, code] = REFUND_WORDS[operation.state];
  return {
    id: `refund_${operation.id}`,
    amount: String(operation.amount),
    status,
    description: operation.operationReference || null,
    livemode: false,
    response_code: code,
    transaction: takenTransaction(entry) ?? null,
  };
}

const data = (answer: unknown) => Response.json({ data: answer, mode: 'test' });
const list = (answer: readonly unknown[]) =>
  Response.json({ data: answer, data_count: String(answer.length), mode: 'test' });
const notFound = () => Response.json({ error: 'Transaction not found' }, { status: 404 });
const missing = (name: string, why: string) =>
  Response.json({ error: { messages: { [name]: why } } }, { status: 412 });

/** Answers a question about a payment that was made before; null: the call is another one. */
async function answerQuestion({ path, query }: ApiCall, memory: Memory): Promise<Response | null> {
  const [, , resource, id = ''] = path.split('/');
  if (resource === 'refunds') {
    const transactionId = new URLSearchParams(query).get('transaction') ?? '';
    const entry = await entryOf(memory, orderOf(transactionId));
    if (!entry || takenTransaction(entry)?.id !== transactionId) return list([]);
    return list(entry.done.filter(({ kind }) => kind === 'refund').map((one) => refundOf(entry, one)));
  }
  if (id === '') return listed(new URLSearchParams(query).get('description') ?? '', memory);
  const entry = await entryOf(memory, orderOf(id));
  if (!entry) return null;
  if (resource === 'preauthorizations') return entry.held > 0 ? data(preauthorization(entry)) : notFound();
  const found = transactionsOf(entry).find((one) => one.id === id);
  return found ? data(found) : null;
}

/** Carries out an operation; null: the call is another one. */
async function answerOperation(
  { method, path, body, trouble }: ApiCall,
  memory: Memory,
): Promise<Response | null> {
  const form = new URLSearchParams(body);
  const [, , resource, id = ''] = path.split('/');
  const isCapture = resource === 'transactions' && form.has('preauthorization');
  if (method === 'POST' && !isCapture && resource !== 'refunds') return null;
  const entry = await entryOf(memory, orderOf(isCapture ? (form.get('preauthorization') ?? '') : id));
  if (!entry) return notFound();
  if (trouble === 'fail') return Response.json({ error: 'Transaction duplicate' }, { status: 403 });
  if (method === 'DELETE') {
    const result = await perform(memory, entry, { kind: 'cancel', amount: null });
    return typeof result === 'string' ? notFound() : data([]);
  }
  const amount = form.get('amount') ?? '';
  if (!/^[1-9]\d{0,14}$/.test(amount)) return missing('amount', 'is no number of minor units');
  if (isCapture && form.get('currency') !== entry.currency) return missing('currency', 'is another one');
  if (!isCapture && takenTransaction(entry)?.id !== id) return notFound();
  const result = await perform(memory, entry, {
    kind: isCapture ? 'capture' : 'refund',
    amount: Number(amount),
    operationReference: form.get('description') ?? '',
  });
  if (typeof result === 'string') return missing('amount', `not possible: ${result}`);
  return data((isCapture ? transactionOf : refundOf)(result.entry, result.done));
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
  const later = entry ? transactionsOf(entry) : [];
  const held = entry && entry.held > 0 ? [heldTransaction(entry)] : [];
  const known = new Set([...later, ...held].map(({ id }) => id));
  return list([...later, ...held, ...found.flat().filter(({ id }) => !known.has(id))]);
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
    { method: 'GET', path: '/v2.1/refunds' },
    { method: 'POST', path: '/paymill/tokens' },
  ],

  movesMoney: ({ method, path, body }) =>
    method === 'DELETE' ||
    (method === 'POST' && (path.includes('/refunds/') || body.includes('preauthorization='))),

  async answer(call, merchants, memory) {
    const { method, path, headers, body } = call;
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
    const merchant = merchants.find(
      ({ settings }) => headers.get('authorization') === `Basic ${btoa(`${String(settings.private_key)}:`)}`,
    );
    if (!merchant) return Response.json({ error: 'Access Denied' }, { status: 401 });
    const answered = await (method === 'GET' ? answerQuestion : answerOperation)(call, memory);
    if (answered) return answered;
    if (method === 'GET') {
      const id = (path.split('/').at(-1) ?? '').replace('tran_', '');
      const found = await stored(memory, id);
      return found ? data(transaction(id, found)) : notFound();
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
    const manual = path.endsWith('/preauthorizations');
    const paid = { id, bank: 'paymill', account: merchant.account, order, amount, currency, manual };
    if (card.decision === 'pay') await decided(memory, { ...paid, shown: [], data: {} }, 'pay');
    if (!manual) return Response.json({ data: transaction(id, charge), mode: 'test' });
    const held = transaction(id, { ...charge, manual: true });
    const reservation = { ...held, id: reservationId(order), status: 'closed', transaction: held };
    return Response.json({ data: reservation, mode: 'test' });
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
    await memory.put(place(idOf(order, decision)), JSON.stringify({ ...charge, listed: true }));
    // What was in process is so no more.
    if (decision !== 'wait') await memory.put(place(idOf(order, 'wait')), JSON.stringify(charge));
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

  operationNotification(entry, operation, merchant) {
    if (operation.kind === 'cancel') return null;
    const words = { done: 'succeeded', pending: 'created', rejected: 'failed' } as const;
    const isCapture = operation.kind === 'capture';
    const event = {
      event_type: `${isCapture ? 'transaction' : 'refund'}.${words[operation.state]}`,
      event_resource: (isCapture ? transactionOf : refundOf)(entry, operation),
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
