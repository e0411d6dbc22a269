/** The bank pages of the two dummies: eopayment's demonstration bank, and the fake gateway of getpaid. */
import {
  type Bank,
  BankError,
  type BankMessage,
  type BankOrder,
  type Merchant,
  readForm,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';

/** Decimal text of major units, in cents. */
function cents(text: string, field: string): number {
  if (!/^\d+(?:\.\d{1,2})?$/.test(text)) throw new BankError(field, 'is not an amount');
  return Math.round(Number(text) * 100);
}

/** The id of a registered order: its parameters, encoded, because the gateway remembers nothing. */
export function registeredId(parameters: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(parameters)).toString('base64url');
}

function registered(id: string): Record<string, string> {
  try {
    return JSON.parse(Buffer.from(id, 'base64url').toString()) as Record<string, string>;
  } catch {
    throw new BankError('pay_id', 'is not registered');
  }
}

function merchantFor(
  merchants: readonly Merchant[],
  dialect: string,
  callback: string | undefined,
): Merchant {
  const ours = merchants.filter(({ settings }) => settings.dialect === dialect);
  const merchant = callback
    ? ours.find((entry) => new URL(callback).pathname === new URL(entry.callback).pathname)
    : ours[0];
  if (!merchant) throw new BankError('callback', `leads to no ${dialect} account`);
  return merchant;
}

function receiveEopayment(parameters: ReadonlyMap<string, string>, merchants: readonly Merchant[]) {
  const notify = requiredField(parameters, 'direct_notification_url');
  const transaction = requiredField(parameters, 'transaction_id');
  if (!/^[A-Za-z0-9]{30}$/.test(transaction))
    throw new BankError('transaction_id', 'has not 30 letters and digits');
  return {
    account: merchantFor(merchants, 'eopayment', notify).account,
    order: transaction.slice(0, 18),
    amount: cents(requiredField(parameters, 'amount'), 'amount'),
    currency: 'EUR',
    manual: false,
    shown: [
      ['Origin', parameters.get('origin') ?? ''],
      ['Order', parameters.get('orderid') ?? ''],
    ] as const,
    data: { ...Object.fromEntries(parameters), back: requiredField(parameters, 'return_url') },
  };
}

function receiveGetpaid(given: ReadonlyMap<string, string>, merchants: readonly Merchant[]) {
  const id = given.get('pay_id');
  const parameters = id ? new Map(Object.entries(registered(id))) : given;
  const order = parameters.get('ext_id') ?? requiredField(parameters, 'payment_id');
  const callback = parameters.get('callback');
  const merchant = merchantFor(merchants, 'getpaid', callback);
  return {
    account: merchant.account,
    order,
    amount: cents(parameters.get('value') ?? requiredField(parameters, 'amount'), 'value'),
    currency: requiredField(parameters, 'currency'),
    manual: false,
    shown: [['Order', parameters.get('description') ?? order]] as const,
    data: { ...Object.fromEntries(parameters), callback: callback ?? merchant.callback, dialect: 'getpaid' },
  };
}

function form(fields: readonly (readonly [string, string])[]): string {
  return fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}

/** The response: all parameters of the request, the result, and `signed`, without which it does not count. */
function response(order: BankOrder, ok: boolean, spoiling: Spoiling): string {
  const { back: _back, ...data } = order.data;
  const echoed = {
    ...data,
    transaction_id: order.order.padEnd(30, '0'),
    amount: (order.amount / 100).toFixed(2),
  };
  const signed = spoiling === 'bad-signature' || spoiling === 'unknown-key' ? [] : [['signed', '1'] as const];
  return form([...Object.entries(echoed), [ok ? 'ok' : 'nok', '1'], ...signed]);
}

export const dummyBank: Bank = {
  providers: ['dummy'],
  caption: 'Dummy bank',
  pages: [
    { method: 'GET', path: '/dummy/' },
    { method: 'GET', path: '/paywall/fake_gateway/' },
    { method: 'POST', path: '/form' },
  ],
  decisions: ['pay', 'decline'],

  receive({ path, query, body }, merchants) {
    if (path === '/form') return receiveGetpaid(new Map(readForm(body, 'utf-8')), merchants);
    const parameters = new Map(new URLSearchParams(query));
    return path.startsWith('/paywall/')
      ? receiveGetpaid(parameters, merchants)
      : receiveEopayment(parameters, merchants);
  },

  notification(order, _merchant, decision, spoiling): BankMessage {
    if (order.data.dialect === 'getpaid') {
      // Nothing is signed here: a spoilt message is one with a status that does not exist.
      const result = decision === 'pay' ? 'paid' : 'failed';
      const status = spoiling === 'none' || spoiling === 'wrong-charset' ? result : 'spoilt';
      return {
        method: 'POST',
        url: order.data.callback ?? '',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ payment_id: order.order, new_status: status }),
      };
    }
    return {
      method: 'POST',
      url: order.data.direct_notification_url ?? '',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: response(order, decision === 'pay', spoiling),
    };
  },

  back(order, _merchant, decision) {
    if (order.data.dialect === 'getpaid') {
      return order.data[decision === 'pay' ? 'success_url' : 'failure_url'] ?? '';
    }
    const address = order.data.back ?? '';
    return `${address}${address.includes('?') ? '&' : '?'}${response(order, decision === 'pay', 'bad-signature')}`;
  },
};
