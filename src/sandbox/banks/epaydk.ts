/** ePay, simulated: the payment window, the callback, and the payment web service. Facts: providers/epaydk/SHEET.md. */
import { createHash } from 'node:crypto';
import { currency, currencyByNumber } from '../../payments/currencies.ts';
import { readXml } from '../../providers/kit/xml.ts';
import {
  type ApiCall,
  type Bank,
  BankError,
  type BankOrder,
  type Memory,
  type Merchant,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import {
  type BankOperationKind,
  concluded,
  type Entry,
  entryByReference,
  perform,
  refer,
} from '../kit/bank-ledger.ts';

function md5(values: readonly string[], secret: string): string {
  return createHash('md5')
    .update(values.join('') + secret, 'utf8')
    .digest('hex');
}

/** Where the order id of the window is kept. */
const orderidPlace = (order: string) => `epaydk/orderid/${order}`;

/** The txnid of an order. */
function txnidOf(order: BankOrder): string {
  return `4838${order.id.replace(/\D/g, '').padStart(6, '1').slice(0, 10)}`;
}

/** A callback or accept return: an address of the shop's with ePay's parameters and the hash behind its own. */
function messageUrl(address: string, order: BankOrder, merchant: Merchant, spoiling: Spoiling): string {
  const own = [...new URL(address).searchParams];
  const fields: [string, string][] = [
    ...own,
    ['txnid', txnidOf(order)],
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
  const sent = fields.map(([name, value]): [string, string] =>
    name === 'txnid' && spoiling === 'bad-signature' ? [name, '1'] : [name, value],
  );
  const url = new URL(address);
  url.search = new URLSearchParams([...sent, ['hash', hash]]).toString();
  return url.href;
}

/** Operations of the web service that move money. */
const OPERATIONS: Readonly<Record<string, BankOperationKind>> = {
  capture: 'capture',
  delete: 'cancel',
  credit: 'refund',
};

function statusOf({ cancelled, taken }: Entry): string {
  if (cancelled) return 'PAYMENT_DELETED';
  return taken > 0 ? 'PAYMENT_CAPTURED' : 'PAYMENT_NEW';
}

/** The payment web service: the operation of a SOAP envelope, and its answer. */
async function paymentService(
  call: ApiCall,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response> {
  const tree = readXml(call.body) as { Envelope?: { Body?: Record<string, Record<string, string>> } };
  const [name = '', parameters = {}] = Object.entries(tree.Envelope?.Body ?? {})[0] ?? [];
  const reply = (ok: boolean, more = '') =>
    new Response(
      `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><${name}Response xmlns="https://ssl.ditonlinebetalingssystem.dk/remote/payment"><${name}Result>${ok}</${name}Result>${more}</${name}Response></soap:Body></soap:Envelope>`,
      { headers: { 'content-type': 'text/xml; charset=utf-8' } },
    );
  const error = (code: number) =>
    reply(false, `<pbsresponse>-1</pbsresponse><epayresponse>${code}</epayresponse>`);
  const isKnown = merchants.some(
    ({ settings }) =>
      settings.merchantnumber === parameters.merchantnumber &&
      (settings.webservice_password ?? '') === parameters.pwd,
  );
  if (!isKnown) return error(-1019);
  if (name === 'getEpayError')
    return reply(true, '<epayresponsestring>Transaction not possible</epayresponsestring>');
  if (!/^\d{1,19}$/.test(parameters.transactionid ?? '')) return error(-1008);
  const entry = await entryByReference(memory, 'epaydk', parameters.transactionid ?? '');
  if (!entry) return error(-1008);
  if (name === 'gettransaction') {
    const orderid = (await memory.get(orderidPlace(entry.order))) ?? '';
    const elements: Readonly<Record<string, string | number>> = {
      authamount: entry.held || entry.taken,
      currency: currency(entry.currency)?.numeric ?? '',
      capturedamount: entry.taken,
      creditedamount: entry.returned,
      orderid,
      status: statusOf(entry),
      // What was done, in words for people.
      history: ['authorized', ...entry.done.map(({ kind }) => kind)]
        .map((event) => `<TransactionHistoryInfo><eventMsg>${event}</eventMsg></TransactionHistoryInfo>`)
        .join(''),
      transactionid: parameters.transactionid ?? '',
    };
    const inner = Object.entries(elements).map(([element, value]) => `<${element}>${value}</${element}>`);
    return reply(
      true,
      `<transactionInformation>${inner.join('')}</transactionInformation><epayresponse>-1</epayresponse>`,
    );
  }
  const kind = OPERATIONS[name];
  if (!kind || call.trouble === 'fail') return error(-1021);
  // Only before a capture.
  if (kind === 'cancel' && entry.taken > 0) return error(-1021);
  if (kind !== 'cancel' && !/^[1-9]\d{0,11}$/.test(parameters.amount ?? '')) return error(-1002);
  const amount = kind === 'cancel' ? null : Number(parameters.amount);
  const result = await perform(memory, entry, { kind, amount });
  if (typeof result === 'string') return error(-1002);
  // The acquirer has done it when the call is completed: nothing is done later.
  await concluded(memory, result.entry, result.done.id, 'done');
  return reply(true, '<epayresponse>-1</epayresponse>');
}

export const epaydkBank: Bank = {
  providers: ['epaydk'],
  caption: 'ePay',
  pages: [{ method: 'GET', path: '/integration/ewindow/Default.aspx' }],
  decisions: ['pay'],
  api: [{ method: 'POST', path: '/remote/payment.asmx' }],
  movesMoney: ({ body }) => /<(?:capture|delete|credit) /.test(body),
  answer: paymentService,
  async decide(order, _merchant, _decision, memory) {
    await memory.put(orderidPlace(order.order), order.data.orderid ?? '');
    await refer(memory, 'epaydk', txnidOf(order), order.order);
  },

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
      url: messageUrl(order.data.callbackurl ?? merchant.callback, order, merchant, spoiling),
      headers: {},
      body: null,
    };
  },

  back(order, merchant, decision) {
    if (decision !== 'pay') return `${order.data.cancelurl}&orderid=${order.data.orderid}&error=-5543`;
    return messageUrl(order.data.accepturl ?? '', order, merchant, 'none');
  },
};
