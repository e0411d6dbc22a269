/** PAYMILL, simulated: its bridge, the API, and webhooks. */
import {
  type Bank,
  BankError,
  type BankOrder,
  type Decision,
  type Memory,
  readForm,
  requiredField,
} from './bank.ts';

const STATUS: Record<Decision, readonly [status: string, code: number]> = {
  pay: ['closed', 20_000],
  refuse: ['failed', 50_102],
  cancel: ['failed', 50_700],
  wait: ['pending', 31_000],
};

type Stored = { order: string; amount: number; currency: string; decision?: Decision; charged?: boolean };

const place = (id: string) => `paymill/${id}`;

/** The script that the real bridge would be: a token for a card, the number's last digit tells what becomes of it. */
export const BRIDGE = `
var paymill = { createToken: function (card, done) {
  fetch('/paymill/tokens', { method: 'POST', body: new URLSearchParams(card) })
    .then(function (answer) { return answer.json(); })
    .then(function (answer) { answer.token ? done(null, answer) : done(answer); });
} };`;

function transaction(id: string, { order, amount, currency, decision = 'wait' }: Stored) {
  const [status, code] = STATUS[decision];
  return {
    id: `tran_${id}`,
    amount: String(amount),
    origin_amount: amount,
    status,
    description: order,
    livemode: false,
    currency,
    response_code: code,
  };
}

async function stored(memory: Memory, id: string): Promise<Stored | null> {
  const text = await memory.get(place(id));
  return text ? (JSON.parse(text) as Stored) : null;
}

/** One transaction for each decision about an order. */
const idOf = (order: BankOrder, decision: Decision) => `${order.order}${decision}`;

export const paymillBank: Bank = {
  providers: ['paymill'],
  caption: 'PAYMILL',
  pages: [{ method: 'POST', path: '/paymill/page' }],
  decisions: ['pay', 'refuse', 'wait'],
  api: [
    { method: 'POST', path: '/v2.1/transactions' },
    { method: 'GET', path: '/v2.1/transactions/:id' },
    { method: 'POST', path: '/paymill/tokens' },
  ],

  async answer({ method, path, headers, body }, merchants, memory) {
    const form = new URLSearchParams(body);
    if (path === '/paymill/tokens') {
      const number = form.get('number') ?? '';
      if (!/^\d{13,19}$/.test(number)) return Response.json({ apierror: 'field_invalid_card_number' });
      const token = `tok_${crypto.randomUUID().replaceAll('-', '')}`.slice(0, 32);
      const kept = {
        amount: Number(form.get('amount_int')),
        currency: form.get('currency') ?? '',
        decision: number.endsWith('1') ? 'pay' : 'refuse',
      };
      await memory.put(place(token), JSON.stringify(kept));
      return Response.json({ token });
    }
    const known = merchants.some(
      ({ settings }) => headers.get('authorization') === `Basic ${btoa(`${String(settings.private_key)}:`)}`,
    );
    if (!known) return Response.json({ error: 'Access Denied' }, { status: 401 });
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
    const charge = { ...card, order, amount, currency };
    const id = `${order}${card.decision ?? 'wait'}`;
    await memory.put(place(id), JSON.stringify(charge));
    return Response.json({ data: transaction(id, charge), mode: 'test' });
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
      manual: false,
      shown: [],
      data: { back: fields.get('action') ?? '' },
    };
  },

  async decide(order, _merchant, decision, memory) {
    const kept: Stored = { order: order.order, amount: order.amount, currency: order.currency, decision };
    await memory.put(place(idOf(order, decision)), JSON.stringify(kept));
    await memory.put(place(`tok_${idOf(order, decision)}`), JSON.stringify(kept));
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
