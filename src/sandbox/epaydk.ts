/** ePay's payment window, simulated. */
import { createHash } from 'node:crypto';
import { currency, currencyByNumber } from '../payments/currencies.ts';
import { type Bank, BankError, type BankOrder, type Merchant, requiredField, type Spoiling } from './bank.ts';

function md5(values: readonly string[], secret: string): string {
  return createHash('md5')
    .update(values.join('') + secret, 'utf8')
    .digest('hex');
}

function message(address: string, order: BankOrder, merchant: Merchant, spoiling: Spoiling): string {
  const own = [...new URL(address).searchParams];
  const fields: [string, string][] = [
    ...own,
    ['txnid', `4838${order.id.replace(/\D/g, '').padStart(6, '1').slice(0, 10)}`],
    ['orderid', order.data.orderid ?? ''],
    ['amount', String(order.amount)],
    ['currency', currency(order.currency)?.numeric ?? ''],
    ['date', '20261121'],
    ['time', '905'],
    ['txnfee', '0'],
    ['paymenttype', '1'],
    ['cardno', '444444XXXXXX4000'],
  ];
  if (order.order !== order.data.o) fields[0] = ['o', order.order];
  const secret = String(merchant.settings.secret) + (spoiling === 'unknown-key' ? ' of another' : '');
  const hash = md5(
    fields.map(([, value]) => value),
    secret,
  );
  const told = fields.map(([name, value]): [string, string] =>
    name === 'txnid' && spoiling === 'bad-signature' ? [name, '1'] : [name, value],
  );
  const url = new URL(address);
  url.search = new URLSearchParams([...told, ['hash', hash]]).toString();
  return url.href;
}

export const epaydkBank: Bank = {
  providers: ['epaydk'],
  caption: 'ePay',
  pages: [{ method: 'GET', path: '/integration/ewindow/Default.aspx' }],
  decisions: ['pay'],

  receive({ query }, merchants) {
    const pairs = [...new URLSearchParams(query)];
    const fields = new Map(pairs);
    const number = requiredField(fields, 'merchantnumber');
    const merchant = merchants.find(({ settings }) => settings.merchantnumber === number);
    if (!merchant) throw new BankError('merchantnumber', 'is not known');
    const values = pairs.filter(([name]) => name !== 'hash').map(([, value]) => value);
    if (requiredField(fields, 'hash') !== md5(values, String(merchant.settings.secret)))
      throw new BankError('hash', 'does not fit');
    if (!/^[a-zA-Z0-9]{1,9}$/.test(requiredField(fields, 'orderid')))
      throw new BankError('orderid', 'has a wrong form');
    if (!/^[1-9]\d*$/.test(requiredField(fields, 'amount')))
      throw new BankError('amount', 'has a wrong form');
    const code = currencyByNumber(requiredField(fields, 'currency'));
    if (!code) throw new BankError('currency', 'is not known');
    const accept = new URL(requiredField(fields, 'accepturl'));
    const o = accept.searchParams.get('o') ?? '';
    return {
      account: merchant.account,
      order: o,
      amount: Number(fields.get('amount')),
      currency: code.alpha,
      manual: fields.get('instantcapture') === '0',
      shown: [
        ['Merchant', number],
        ['Order', fields.get('orderid') ?? ''],
        ['Description', fields.get('description') ?? ''],
      ],
      data: { ...Object.fromEntries(fields), o },
    };
  },

  notification(order, merchant, _decision, spoiling) {
    return {
      method: 'GET',
      url: message(order.data.callbackurl ?? merchant.callback, order, merchant, spoiling),
      headers: {},
      body: null,
    };
  },

  back(order, merchant, decision) {
    if (decision !== 'pay') return `${order.data.cancelurl}&orderid=${order.data.orderid}&error=-5543`;
    return message(order.data.accepturl ?? '', order, merchant, 'none');
  },
};
