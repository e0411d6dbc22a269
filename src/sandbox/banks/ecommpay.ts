/** A simulated ECommPay, written from src/providers/ecommpay/SHEET.md: Payment Page, its callbacks, and Gate. */
import { createHmac } from 'node:crypto';
import {
  type ApiCall,
  type Bank,
  BankError,
  type BankOrder,
  type Decision,
  digits,
  type Memory,
  type Merchant,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import { type Entry, entryOf, perform } from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';

type Member = string | number | readonly Member[] | { readonly [name: string]: Member };

/** The `path:value` lines of what is signed, unsorted. */
function baseText(member: { readonly [name: string]: Member }, prefix = ''): string[] {
  return Object.entries(member).flatMap(([name, value]) =>
    typeof value === 'object'
      ? baseText(value as { readonly [name: string]: Member }, `${prefix}${name}:`)
      : [`${prefix}${name}:${value}`],
  );
}

function signature(member: { readonly [name: string]: Member }, secret: string): string {
  const text = baseText(member).sort().join(';');
  return createHmac('sha512', secret).update(text, 'utf8').digest('base64');
}

const STATUS: Record<Decision, { readonly sale: string; readonly auth: string }> = {
  pay: { sale: 'success', auth: 'awaiting capture' },
  decline: { sale: 'decline', auth: 'decline' },
  cancel: { sale: 'canceled', auth: 'canceled' },
  wait: { sale: 'processing', auth: 'processing' },
};

const OPERATION: Record<Decision, string> = {
  pay: 'success',
  decline: 'decline',
  cancel: 'canceled',
  wait: 'processing',
};

function callbackBody(order: BankOrder, merchant: Merchant, decision: Decision, spoiling: Spoiling): string {
  const kind = order.manual ? 'auth' : 'sale';
  const sum = { amount: order.amount, currency: order.currency };
  const body = {
    project_id: Number(merchant.settings.project_id),
    payment: {
      id: order.order,
      type: 'purchase',
      status: STATUS[decision][kind],
      date: order.data.date ?? '',
      method: 'card',
      sum,
      description: order.data.payment_description ?? '',
    },
    account: {
      number: '400000******0077',
      type: 'visa',
      card_holder: 'ZOÉ DOE',
      expiry_month: '11',
      expiry_year: '2030',
    },
    operation: {
      id: Number(`${decision === 'pay' ? '9' : '8'}${order.data.operation}`),
      type: kind,
      status: OPERATION[decision],
      date: order.data.date ?? '',
      request_id: `sandbox-${order.id}`,
      sum_initial: sum,
      code: decision === 'decline' ? '2003' : '0',
      message: decision === 'decline' ? 'Declined by the issuer' : 'Success',
      provider: { id: 6, payment_id: order.data.operation ?? '' },
    },
  };
  const secret = String(merchant.settings.secret_key) + (spoiling === 'unknown-key' ? ' of another' : '');
  const signed = { ...body, signature: signature(body, secret) };
  if (spoiling === 'bad-signature') {
    return JSON.stringify({ ...signed, payment: { ...signed.payment, sum: { ...sum, amount: 1 } } });
  }
  return JSON.stringify(signed);
}

/** What was given back by whole payments' reversals is `reversed`, everything else `refunded`. */
function wordOf(entry: Entry): string {
  if (entry.cancelled) return 'canceled';
  if (entry.taken === 0) return entry.held > 0 ? 'awaiting capture' : 'decline';
  if (entry.returned === 0) return 'success';
  if (entry.returned < entry.taken) return 'partially refunded';
  return entry.done.some((one) => one.state === 'done' && typeOf(entry, one) === 'reversal')
    ? 'reversed'
    : 'refunded';
}

/** A refund of the whole on the day of the payment is a reversal. */
function typeOf({ taken }: Entry, { kind, amount }: BankOperation): string {
  return kind === 'refund' && amount === taken ? 'reversal' : kind;
}

const OPERATION_WORDS: Readonly<Record<BankOperation['state'], string>> = {
  done: 'success',
  pending: 'processing',
  rejected: 'decline',
};

/** An operation after the payment, as status answers and callbacks have it. */
function operationOf(entry: Entry, operation: BankOperation) {
  const isRejected = operation.state === 'rejected';
  return {
    id: Number(operation.id.slice(0, 12)),
    type: typeOf(entry, operation),
    status: OPERATION_WORDS[operation.state],
    request_id: `request-${operation.id}`,
    sum_initial: { amount: operation.amount, currency: entry.currency },
    code: isRejected ? '3283' : '0',
    message: isRejected ? 'Declined' : 'Success',
  };
}

/** A payment as it is now: its sum is what is left. */
function paymentOf(entry: Entry) {
  const amount = (entry.taken || entry.held) - entry.returned;
  return {
    id: entry.order,
    type: 'purchase',
    status: wordOf(entry),
    method: 'card',
    sum: { amount, currency: entry.currency },
  };
}

/** A call of Gate. */
type GateCall = {
  readonly general: { readonly [name: string]: Member } & {
    readonly project_id: number;
    readonly payment_id: string;
    readonly signature: string;
  };
  readonly payment?: {
    readonly amount: number;
    readonly currency: string;
    readonly merchant_refund_id?: string;
  };
};

/** Answers a call of Gate. An operation is accepted; its result is in the status. */
async function gate(call: ApiCall, merchants: readonly Merchant[], memory: Memory): Promise<Response> {
  const request = JSON.parse(call.body) as GateCall;
  const { signature: given, ...general } = request.general;
  const ofProject = merchants.filter(({ settings }) => settings.project_id === general.project_id);
  const signed = { ...request, general } as unknown as Record<string, Member>;
  const merchant = ofProject.find(({ settings }) => given === signature(signed, String(settings.secret_key)));
  const decline = (code: string, message: string) =>
    Response.json(
      { status: 'error', code, message, payment_id: general.payment_id, project_id: general.project_id },
      { status: 400 },
    );
  if (ofProject.length === 0) return decline('1001', 'unknown project');
  if (!merchant) return decline('1002', 'signature is not valid');
  const secret = String(merchant.settings.secret_key);
  const entry = await entryOf(memory, String(general.payment_id));
  if (!entry) return decline('3061', 'transaction not found');
  const [, , , method, kind] = call.path.split('/');
  if (method === 'status') {
    const body = {
      project_id: general.project_id,
      payment: paymentOf(entry),
      operations: entry.done.map((done) => operationOf(entry, done)),
    };
    return Response.json({ ...body, signature: signature(body, secret) });
  }
  if (method !== 'card') return decline('402', 'unknown method');
  if (kind !== 'capture' && kind !== 'cancel' && kind !== 'refund') return decline('402', 'unknown request');
  if (!/^https?:\/\//.test(String(general.merchant_callback_url ?? '')))
    return decline('402', 'merchant_callback_url is missing');
  if ((kind === 'cancel') !== (request.payment === undefined)) return decline('402', 'payment');
  if (request.payment && request.payment.currency !== entry.currency)
    return decline('3041', 'wrong currency');
  if (request.payment && !(Number.isSafeInteger(request.payment.amount) && request.payment.amount > 0))
    return decline('402', 'payment.amount is no number of minor units');
  if (call.trouble === 'fail') return decline('3283', 'Refund amount more than init amount');
  const result = await perform(memory, entry, {
    kind,
    amount: request.payment?.amount ?? null,
    operationReference: request.payment?.merchant_refund_id ?? '',
  });
  if (typeof result === 'string') return decline('3162', `operation not allowed: ${result}`);
  return Response.json({
    status: 'success',
    request_id: `request-${result.done.id}`,
    project_id: general.project_id,
    payment_id: entry.order,
  });
}

export const ecommpayBank: Bank = {
  providers: ['ecommpay'],
  caption: 'ECommPay Payment Page',
  pages: [{ method: 'GET', path: '/payment' }],
  decisions: ['pay', 'decline', 'cancel', 'wait'],
  api: [
    { method: 'POST', path: '/v2/payment/status' },
    { method: 'POST', path: '/v2/payment/:method/:kind' },
  ],
  movesMoney: ({ path }) => !path.endsWith('/status'),
  answer: gate,

  receive({ query }, merchants) {
    const parameters = new Map(new URLSearchParams(query));
    const project = requiredField(parameters, 'project_id');
    const merchant = merchants.find(({ settings }) => String(settings.project_id) === project);
    if (!merchant) throw new BankError('project_id', `unknown project ${project}`);
    for (const [name, value] of parameters) {
      if (value.includes(';')) throw new BankError(name, 'holds a semicolon');
    }
    const amount = requiredField(parameters, 'payment_amount');
    if (!/^\d{1,15}$/.test(amount)) throw new BankError('payment_amount', 'is not a number of minor units');
    const signedMembers = Object.fromEntries(
      [...parameters].filter(
        ([name]) => name !== 'signature' && name !== 'frame_mode' && !name.startsWith('_'),
      ),
    );
    if (
      requiredField(parameters, 'signature') !==
      signature(signedMembers, String(merchant.settings.secret_key))
    ) {
      throw new BankError('signature', 'does not fit the parameters');
    }
    return {
      account: merchant.account,
      order: requiredField(parameters, 'payment_id'),
      amount: Number(amount),
      currency: requiredField(parameters, 'payment_currency'),
      manual: parameters.get('operation_type') === 'auth',
      shown: [
        ['Project', project],
        ['Payment', parameters.get('payment_id') ?? ''],
        ['Description', parameters.get('payment_description') ?? ''],
      ],
      data: {
        ...Object.fromEntries(parameters),
        operation: digits(6),
        date: new Date().toISOString().replace(/\.\d+Z$/, '+0000'),
      },
    };
  },

  notification(order, merchant, decision, spoiling) {
    const text = callbackBody(order, merchant, decision, spoiling);
    return {
      method: 'POST',
      url: order.data.merchant_callback_url ?? merchant.callback,
      headers: { 'content-type': 'application/json' },
      body: spoiling === 'wrong-charset' ? new Uint8Array(Buffer.from(text, 'latin1')) : text,
    };
  },

  operationNotification(entry, operation, merchant) {
    const { operationReference } = operation;
    const body = {
      project_id: Number(merchant.settings.project_id),
      payment: {
        ...paymentOf(entry),
        ...(operationReference && { merchant_refund_id: operationReference }),
      },
      operation: operationOf(entry, operation),
    };
    return {
      method: 'POST',
      url: entry.data.merchant_callback_url || merchant.callback,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, signature: signature(body, String(merchant.settings.secret_key)) }),
    };
  },

  back(order, _merchant, decision) {
    const name = {
      pay: 'redirect_success_url',
      decline: 'redirect_fail_url',
      cancel: 'redirect_return_url',
      wait: 'redirect_success_url',
    };
    return order.data[name[decision]] ?? '';
  },
};
