/** Lyra's gateway, simulated: the form page, the IPN and the REST API, for systempay and payzen. */
import { createHash, createHmac } from 'node:crypto';
import { currencyByNumber } from '../../payments/currencies.ts';
import {
  type Bank,
  BankError,
  type BankOrder,
  type Decision,
  type Merchant,
  readForm,
  requiredField,
  type Spoiling,
} from '../kit/bank.ts';
import { refer } from '../kit/bank-ledger.ts';
import { amountOfMessage, checkedParts, partNumber } from '../kit/parts.ts';
import { operationFields, restApi, uuidOf } from './lyra-rest.ts';

const STATUS: Record<
  Decision,
  { readonly captured: string; readonly manual: string; readonly result: string }
> = {
  pay: { captured: 'AUTHORISED', manual: 'AUTHORISED_TO_VALIDATE', result: '00' },
  decline: { captured: 'REFUSED', manual: 'REFUSED', result: '05' },
  cancel: { captured: 'ABANDONED', manual: 'ABANDONED', result: '17' },
  wait: {
    captured: 'WAITING_AUTHORISATION',
    manual: 'WAITING_AUTHORISATION_TO_VALIDATE',
    result: '00',
  },
};

/** The gateway's own copy of the recipe. */
function signed(fields: Iterable<readonly [string, string]>, merchant: Merchant, key: string): string {
  const names = new Map([...fields].filter(([name]) => name.indexOf('vads_') === 0));
  const text = [...[...names.keys()].sort().map((name) => names.get(name)), key].join('+');
  return merchant.settings.signature_algorithm === 'sha-1'
    ? createHash('sha1').update(text, 'utf8').digest('hex')
    : createHmac('sha256', key).update(text, 'utf8').digest('base64');
}

function encoded(fields: readonly (readonly [string, string])[], charset: 'utf8' | 'latin1'): string {
  return fields
    .map(([name, value]) => {
      const bytes = Uint8Array.from(Buffer.from(value, charset));
      return `${name}=${Array.from(bytes, (byte: number) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`;
    })
    .join('&');
}

function numericOf(order: BankOrder): string {
  return (order.currency === order.data.alpha ? order.data.vads_currency : '840') ?? '';
}

function message(
  order: BankOrder,
  merchant: Merchant,
  decision: Decision,
  spoiling: Spoiling,
  server: boolean,
): string {
  const { captured, manual, result: code } = STATUS[decision];
  const number = partNumber(order);
  const uuid = uuidOf(order.id, decision, number);
  const fields: [string, string][] = [
    ...Object.entries(order.data).filter(([name]) => name.startsWith('vads_')),
    ['vads_trans_status', order.manual ? manual : captured],
    ['vads_result', code],
    ['vads_auth_mode', 'FULL'],
    ['vads_auth_number', decision === 'pay' ? '304050' : ''],
    ['vads_auth_result', code],
    ['vads_extra_result', ''],
    ['vads_operation_type', 'DEBIT'],
    ['vads_trans_uuid', uuid],
    ['vads_effective_amount', String(amountOfMessage(order))],
    ['vads_effective_creation_date', '20261121090001'],
    ['vads_effective_currency', numericOf(order)],
    ...(order.data.parts ? ([['vads_sequence_number', String(number)]] as [string, string][]) : []),
    ['vads_card_number', '497010XXXXXX0055'],
    ['vads_card_brand', 'CB'],
    ['vads_expiry_month', '6'],
    ['vads_expiry_year', '2030'],
    ...(server
      ? ([
          ['vads_hash', '7f'.repeat(32)],
          ['vads_url_check_src', 'PAY'],
        ] as [string, string][])
      : []),
  ];
  const values = new Map(fields);
  values.set('vads_amount', String(order.amount));
  values.set('vads_order_id', order.order);
  values.set('vads_currency', numericOf(order));
  const key = String(merchant.settings.key) + (spoiling === 'unknown-key' ? ' of another' : '');
  const signature = signed(values, merchant, key);
  if (spoiling === 'bad-signature') values.set('vads_amount', '1');
  return encoded([...values, ['signature', signature]], spoiling === 'wrong-charset' ? 'latin1' : 'utf8');
}

/** vads_payment_config as the gateway divides it: what does not divide is added to the last part. */
function partsOfConfig(fields: ReadonlyMap<string, string>) {
  const config = fields.get('vads_payment_config') ?? 'SINGLE';
  if (config === 'SINGLE' || config.startsWith('MULTI_EXT:')) return {};
  const [, first, count, period] = /^MULTI:first=(\d+);count=(\d+);period=(\d+)$/.exec(config) ?? [];
  if (!count || Number(period) < 1) throw new BankError('vads_payment_config', 'has a wrong form');
  const total = Number(fields.get('vads_amount'));
  const later = Number(count) - 1;
  const each = Math.floor((total - Number(first)) / later);
  const amounts = [Number(first), ...new Array<number>(later - 1).fill(each)];
  const last = total - amounts.reduce((sum, amount) => sum + amount, 0);
  return checkedParts([...amounts, last], total, 'vads_payment_config');
}

export const lyraBank: Bank = {
  providers: ['systempay', 'payzen'],
  caption: 'Lyra gateway',
  pages: [{ method: 'POST', path: '/vads-payment/' }],
  decisions: ['pay', 'decline', 'cancel', 'wait'],
  api: [
    { method: 'POST', path: '/api-payment/V4/Charge/SDKTest' },
    { method: 'POST', path: '/api-payment/V4/Order/Get' },
    { method: 'POST', path: '/api-payment/V4/Transaction/:name' },
  ],
  movesMoney: ({ path }) => !/\/(?:Get|Update|SDKTest)$/.test(path),
  answer: restApi,
  decide: (order, _merchant, _decision, memory) =>
    refer(memory, 'lyra', uuidOf(order.id, 'pay', partNumber(order)), order.order),

  receive({ body }, merchants) {
    const fields = new Map(readForm(body, 'utf-8'));
    const site = requiredField(fields, 'vads_site_id');
    const merchant = merchants.find(({ settings }) => settings.site_id === site);
    if (!merchant) throw new BankError('vads_site_id', `unknown shop ${site}`);
    const want: Record<string, RegExp> = {
      vads_version: /^V2$/,
      vads_page_action: /^PAYMENT$/,
      vads_action_mode: /^INTERACTIVE$/,
      vads_ctx_mode: /^(?:TEST|PRODUCTION)$/,
      vads_trans_id: /^(?!9\d{5})[A-Za-z0-9]{6}$/,
      vads_trans_date: /^\d{14}$/,
      vads_amount: /^[1-9]\d{0,11}$/,
      vads_currency: /^\d{3}$/,
      vads_order_id: /^[A-Za-z0-9_-]{1,64}$/,
    };
    for (const [name, pattern] of Object.entries(want)) {
      if (!pattern.test(requiredField(fields, name))) throw new BankError(name, 'has a wrong form');
    }
    const expected = signed(fields, merchant, String(merchant.settings.key));
    if (requiredField(fields, 'signature') !== expected)
      throw new BankError('signature', 'does not fit (00)');
    const alpha = currencyByNumber(requiredField(fields, 'vads_currency'))?.alpha ?? '';
    return {
      account: merchant.account,
      order: requiredField(fields, 'vads_order_id'),
      amount: Number(fields.get('vads_amount')),
      currency: alpha,
      manual: fields.get('vads_validation_mode') === '1',
      shown: [
        ['Shop', site],
        ['Order', fields.get('vads_order_id') ?? ''],
        ['Transaction', `${fields.get('vads_trans_date')} ${fields.get('vads_trans_id')}`],
        ['Description', fields.get('vads_order_info') ?? ''],
        ['Name', fields.get('vads_cust_last_name') ?? ''],
      ],
      data: { ...Object.fromEntries(fields), alpha, ...partsOfConfig(fields) },
    };
  },

  notification(order, merchant, decision, spoiling) {
    return {
      method: 'POST',
      url: order.data.vads_url_check ?? merchant.callback,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: message(order, merchant, decision, spoiling, true),
    };
  },

  operationNotification(entry, operation, merchant) {
    const values = new Map([
      ...Object.entries(entry.data).filter(([name]) => name.startsWith('vads_')),
      ...operationFields(entry, operation, merchant),
    ]);
    const signature = signed(values, merchant, String(merchant.settings.key));
    return {
      method: 'POST',
      url: entry.data.vads_url_check ?? merchant.callback,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: encoded([...values, ['signature', signature]], 'utf8'),
    };
  },

  back(order, merchant, decision) {
    return `${order.data.vads_url_return}?${message(order, merchant, decision, 'none', false)}`;
  },
};
