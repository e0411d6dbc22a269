/**
 * PayU's classic API (Platnosci.pl): the form NewPayment, and Payment/get, Payment/confirm and Payment/cancel, whose text answers are
 * signed. Facts: SHEET.md; the tests of django-getpaid 1.7; a Zend client (error numbers, statuses).
 */
import { Declined, invalidField, Refusal } from '../../payments/errors.ts';
import type { Environment } from '../../payments/types.ts';
import { charset } from '../../signing/charsets.ts';
import { encodeForm } from '../../signing/form.ts';
import type { ProviderUpdate, StartedAttempt, StartRequest, StatusQuery } from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { withReason } from '../kit/decline-reasons.ts';
import { FORM } from '../kit/form-message.ts';
import { withoutOrderNumbers } from '../kit/order-numbers.ts';
import { providerError } from '../kit/provider-error.ts';
import { withProviderFields } from '../kit/provider-fields.ts';
import type { Requirement } from '../kit/requirements.ts';
import { meaningOf } from '../kit/statuses.ts';
import { cut, cutMandatory } from '../kit/text.ts';
import { providerUpdate } from '../kit/update.ts';
import { type PayuValues, payuLinesOf } from './messages.ts';
import type { PayuSettings } from './settings.ts';
import { signPayuCall, signPayuNewPayment, verifyPayuAnswer } from './signatures.ts';
import { PAYU_CLASSIC_DECLINES, PAYU_CLASSIC_DECLINES_BY_STATUS, PAYU_CLASSIC_STATUSES } from './statuses.ts';

/** The means of payment of a test. */
const TEST_PAY_TYPE = 't';

const HOST = 'https://www.platnosci.pl';

function ofClassic({ mode }: PayuSettings): boolean {
  return mode === 'legacy';
}

/** What the classic API needs; the shopper's address is known when the shopper comes. */
export const PAYU_REQUIRES: readonly Requirement<PayuSettings>[] = [
  {
    field: 'currency',
    when: 'mode is legacy: PLN',
    applies: ofClassic,
    problemOf: (value) => (value === 'PLN' ? null : 'the classic API takes PLN only'),
  },
  ...['customer.email', 'customer.firstName', 'customer.lastName'].map((field) => ({
    field,
    when: 'mode is legacy',
    applies: ofClassic,
  })),
];

function withoutPayType({
  pay_type: _type,
  ...fields
}: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return fields;
}

/** The signed form NewPayment. @throws Problem where nobody knows the shopper's address. */
export function startPayuClassic(request: StartRequest<PayuSettings>): StartedAttempt {
  const { payment, account, order, now } = request;
  const { settings } = account;
  const { customer } = payment;
  const ip = customer.ip ?? request.ip;
  if (!ip) throw invalidField('customer.ip', 'PayU wants the address of the payer');
  const entries: (readonly [string, string | undefined])[] = [
    ['pos_id', settings.pos_id],
    // There is no sandbox: on an account for tests every payment has to be one of test.
    ['pay_type', settings.testing || account.environment !== 'production' ? TEST_PAY_TYPE : undefined],
    ['session_id', order],
    ['pos_auth_key', settings.pos_auth_key],
    ['amount', String(payment.amount)],
    ['desc', cut(payment.description, 50) ?? cut(withoutOrderNumbers(payment.reference), 50)],
    ['order_id', order],
    ['first_name', cutMandatory(customer.firstName, 100)],
    ['last_name', cutMandatory(customer.lastName, 100)],
    ['email', customer.email],
    ['language', customer.language === 'en' ? 'en' : 'pl'],
    ['client_ip', ip],
    ['ts', String(now.getTime())],
  ];
  const fields = withProviderFields(
    entries.flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
    // On an account for tests the means of payment is that of a test.
    entries.some(([name, value]) => name === 'pay_type' && value)
      ? withoutPayType(payment.providerFields)
      : payment.providerFields,
  );
  const { signature } = signPayuNewPayment(new Map(fields), settings);
  return {
    redirect: {
      kind: 'form',
      method: 'POST',
      url: atOrigin(`${HOST}/paygw/UTF/NewPayment`, account.endpoints.page),
      charset: 'utf-8',
      fields: [...fields, ['sig', signature] as const].map(([name, value]) => ({ name, value })),
    },
  };
}

/**
 * Payment/get, Payment/confirm or Payment/cancel about one payment. The answer is checked.
 * @throws Declined with PayU's number and text; Problem where PayU is not well itself; Refusal when the answer is not to be
 *   believed.
 */
export async function callPayuClassic(
  fetcher: typeof fetch,
  what: 'get' | 'confirm' | 'cancel',
  { account, order, now }: Pick<StatusQuery<PayuSettings>, 'account' | 'order' | 'now'>,
): Promise<PayuValues> {
  const { settings } = account;
  const fields = [
    ['pos_id', settings.pos_id],
    ['session_id', order],
    ['ts', String(now.getTime())],
  ] as const;
  const { signature } = signPayuCall(new Map(fields), settings);
  const { status, text } = await callApi(
    fetcher,
    atOrigin(`${HOST}/paygw/UTF/Payment/${what}/txt`, account.endpoints.api),
    {
      headers: { 'content-type': FORM },
      body: encodeForm([...fields, ['sig', signature]], charset('utf-8')) ?? '',
    },
  );
  const values = status === 200 ? payuLinesOf(text) : new Map<string, string>();
  const [code = '', said = ''] = [values.get('error_nr'), values.get('error_message')];
  if (status === 200 && values.get('status') === 'ERROR' && PAYU_CLASSIC_DECLINES.has(code))
    throw new Declined(code, said);
  if (status !== 200 || values.get('status') !== 'OK') {
    throw providerError(`PayU was asked: ${status} ${code} ${said}`.trim(), text);
  }
  verifyPayuAnswer(values, settings);
  // Both have to fit: the point of sale and the order.
  if (values.get('trans_pos_id') !== settings.pos_id || values.get('trans_session_id') !== order) {
    throw new Refusal('wrong_account', 'the answer is about another payment');
  }
  return values;
}

/**
 * Requires that a payment was made in the account's environment: pay type `t` is a test, every other one real money.
 * @throws Refusal wrong_environment. An answer without a pay type says nothing.
 */
function requirePayType(environment: Environment, payType: string): void {
  if (payType === '') return;
  const isTest = payType === TEST_PAY_TYPE;
  if (isTest && environment === 'production')
    throw new Refusal('wrong_environment', 'it was paid as a test, and the account is in production');
  if (!isTest && environment !== 'production')
    throw new Refusal('wrong_environment', `it was paid by ${payType}, and the account is for tests`);
}

/**
 * The status query: Payment/get. Null: no result yet.
 * @throws as callPayuClassic.
 */
export async function queryPayuClassic(query: StatusQuery<PayuSettings>): Promise<ProviderUpdate | null> {
  const { order, account } = query;
  const values = await callPayuClassic(query.fetch, 'get', query);
  requirePayType(account.environment, values.get('trans_pay_type') ?? '');
  const code = values.get('trans_status') ?? '';
  const amount = values.get('trans_amount') ?? '';
  const outcome = meaningOf(PAYU_CLASSIC_STATUSES, code)?.outcome ?? 'none';
  if (outcome === 'none') return null;
  return providerUpdate({
    order,
    key: `${values.get('trans_id')}/${code}`,
    outcome,
    amount: /^\d{1,12}$/.test(amount) ? Number(amount) : null,
    currency: 'PLN',
    movement: values.get('trans_id') ?? '',
    providerReference: values.get('trans_id') || null,
    providerStatus: code,
    ...withReason(PAYU_CLASSIC_DECLINES_BY_STATUS, code),
    detail: Object.fromEntries(
      ['trans_pay_type', 'trans_pay_gw_name', 'trans_create', 'trans_recv'].flatMap((name) =>
        values.get(name) ? [[name, values.get(name) ?? '']] : [],
      ),
    ),
  });
}
