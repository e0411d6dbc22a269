/** SIPS 1, simulated: the bridge with the bank's executables behind it, and the bank's page. */
import { createHmac } from 'node:crypto';
import { currency, currencyByNumber } from '../../payments/currencies.ts';
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

const CODE: Record<Decision, string> = { pay: '00', decline: '05', cancel: '17', wait: '90' };

/** What the certificate does: nobody else can make or change a DATA. */
function sealed(values: readonly string[], certificate: string): string {
  const text = Buffer.from(JSON.stringify(values)).toString('base64url');
  return `${text}.${createHmac('sha256', certificate).update(text).digest('hex')}`;
}

function opened(data: string, certificate: string): string[] | null {
  const [text = '', mac] = data.split('.');
  if (createHmac('sha256', certificate).update(text).digest('hex') !== mac) return null;
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as string[];
}

function certificateOf(merchantId: string): string {
  return `certif.fr.${merchantId}`;
}

function calledByUs(headers: Headers, path: string, body: string, merchants: readonly Merchant[]): boolean {
  const [timestamp, nonce] = [headers.get('x-countersign-timestamp'), headers.get('x-countersign-nonce')];
  const text = `${timestamp}.${nonce}.${path}.${body}`;
  return merchants.some(
    ({ settings }) =>
      createHmac('sha256', String(settings.bridgeSecret)).update(text).digest('hex') ===
      headers.get('x-countersign-signature'),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;' };

function requestOutput(parameters: Readonly<Record<string, string>>, origin: string) {
  const { merchant_id = '', amount = '', order_id = '', transaction_id = '' } = parameters;
  if (!/^\d{15}$/.test(merchant_id)) return { code: '-1', error: 'merchant_id incorrect', form: '' };
  if (!/^[1-9]\d{0,11}$/.test(amount)) return { code: '-1', error: 'amount incorrect', form: '' };
  if (!/^\d{6}$/.test(transaction_id)) return { code: '-1', error: 'transaction_id incorrect', form: '' };
  if (!/^[A-Za-z0-9]{1,32}$/.test(order_id)) return { code: '-1', error: 'order_id incorrect', form: '' };
  const data = sealed([JSON.stringify(parameters)], certificateOf(merchant_id));
  const escaped = data.replace(/[&"<]/g, (character) => ESCAPES[character] ?? '');
  return {
    code: '0',
    error: '',
    form: `<!-- SIPS! --><form method="post" action="${origin}/sips/card"><input type="hidden" name="DATA" value="${escaped}"><button>CB</button></form>`,
  };
}

function responseValues(order: BankOrder, decision: Decision): string[] {
  const { data } = order;
  return [
    data.merchant_id ?? '',
    'fr',
    String(order.amount),
    data.transaction_id ?? '',
    'CB',
    '20261121090000',
    '100000',
    '20261121',
    CODE[decision],
    decision === 'pay' ? '1eb6a4b7f2a5' : '',
    decision === 'pay' ? '614521' : '',
    currency(order.currency)?.numeric ?? '',
    '4974.90',
    '1',
    '4D',
    decision === 'pay' ? '00' : '05',
    '',
    '',
    data.return_context ?? '',
    data.caddie ?? '',
    '',
    'fr',
    'fr',
    '',
    order.order,
    data.customer_email ?? '',
    '192.0.2.7',
    '0',
    data.capture_mode ?? 'AUTHOR_CAPTURE',
    '',
  ];
}

const NAMES = [
  'merchant_id',
  'merchant_country',
  'amount',
  'transaction_id',
  'payment_means',
  'transmission_date',
  'payment_time',
  'payment_date',
  'response_code',
  'payment_certificate',
  'authorisation_id',
  'currency_code',
  'card_number',
  'cvv_flag',
  'cvv_response_code',
  'bank_response_code',
  'complementary_code',
  'complementary_info',
  'return_context',
  'caddie',
  'receipt_complement',
  'merchant_language',
  'language',
  'customer_id',
  'order_id',
  'customer_email',
  'customer_ip_address',
  'capture_day',
  'capture_mode',
  'data',
];

function message(order: BankOrder, decision: Decision, spoiling: Spoiling): string {
  const certificate =
    certificateOf(order.data.merchant_id ?? '') + (spoiling === 'unknown-key' ? ' of another' : '');
  const data = sealed(responseValues(order, decision), certificate);
  const sent =
    spoiling === 'bad-signature' ? data.replace(/^./, (first) => (first === 'a' ? 'b' : 'a')) : data;
  return `DATA=${encodeURIComponent(sent)}`;
}

export const sipsBank: Bank = {
  providers: ['sips'],
  caption: 'SIPS 1 (Atos)',
  pages: [{ method: 'POST', path: '/sips/card' }],
  decisions: ['pay', 'decline', 'cancel'],
  api: [
    { method: 'POST', path: '/sips-bridge/request' },
    { method: 'POST', path: '/sips-bridge/response' },
  ],

  async answer({ path, headers, body, origin }, merchants) {
    if (!calledByUs(headers, path, body, merchants))
      return Response.json({ error: 'not from the Worker' }, { status: 401 });
    const given = JSON.parse(body) as { parameters?: Record<string, string>; message?: string };
    if (path.endsWith('/request')) return Response.json(requestOutput(given.parameters ?? {}, origin));
    const certificates = merchants.map(({ settings }) => certificateOf(String(settings.merchant_id)));
    const values = certificates.map((certificate) => opened(given.message ?? '', certificate)).find(Boolean);
    if (!values) return Response.json({ code: '-1', error: 'message invalide', fields: {} });
    // The same certificate encrypts a request: what it has of an answer is printed at its positions.
    const asked = values.length === 1 ? (JSON.parse(values[0] ?? '') as Record<string, string>) : null;
    const fields = Object.fromEntries(
      NAMES.map((name, index) => [name, (asked ? asked[name] : values[index]) ?? '']),
    );
    return Response.json({ code: '0', error: '', fields: { code: '0', error: '', ...fields } });
  },

  receive({ body }, merchants) {
    const data = requiredField(new Map(readForm(body, 'utf-8')), 'DATA');
    const merchant = merchants.find(({ settings }) =>
      opened(data, certificateOf(String(settings.merchant_id))),
    );
    const [text] = merchant ? (opened(data, certificateOf(String(merchant.settings.merchant_id))) ?? []) : [];
    if (!merchant || !text) throw new BankError('DATA', 'was changed, or is of another certificate');
    const values = JSON.parse(text) as Record<string, string>;
    return {
      account: merchant.account,
      order: values.order_id ?? '',
      amount: Number(values.amount),
      currency: currencyByNumber(values.currency_code ?? '')?.alpha ?? '',
      manual: values.capture_mode === 'VALIDATION',
      shown: [
        ['Merchant', values.merchant_id ?? ''],
        ['Order', values.order_id ?? ''],
        ['Description', values.caddie ?? ''],
      ],
      data: values,
    };
  },

  notification(order, merchant, decision, spoiling) {
    return {
      method: 'POST',
      url: order.data.automatic_response_url ?? merchant.callback,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: message(order, decision, spoiling),
    };
  },

  back(order, _merchant, decision) {
    const address = decision === 'cancel' ? order.data.cancel_return_url : order.data.normal_return_url;
    return `${address}&${message(order, decision, 'none')}`;
  },
};
