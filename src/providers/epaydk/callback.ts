/** The content of a callback, or of the return by accepturl, whose hash was checked. Both carry the same parameters. */
import { currencyByNumber } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate } from '../contract.ts';
import { meaningOf } from '../kit/statuses.ts';
import type { EpaydkSettings } from './settings.ts';
import { EPAYDK_MESSAGES } from './statuses.ts';

/** What an operator may want to see. */
const DETAIL = [
  'date',
  'time',
  'txnfee',
  'paymenttype',
  'cardno',
  'fraud',
  'payercountry',
  'issuercountry',
  'orderid',
];

/** Reads a verified message. It names the order in `o`, a parameter of our own. */
export function readEpayCallback(
  settings: Partial<EpaydkSettings>,
  values: ReadonlyMap<string, string>,
): ProviderUpdate {
  const amount = values.get('amount') ?? '';
  const currency = values.get('currency');
  const txnid = values.get('txnid') ?? '';
  const status = settings.instantcapture === '0' ? 'authorised' : 'accepted';
  return {
    kind: 'update',
    order: values.get('o') ?? '',
    key: txnid,
    outcome: meaningOf(EPAYDK_MESSAGES, status)?.outcome ?? 'none',
    amount: /^\d{1,12}$/.test(amount) ? Number(amount) : null,
    currency: currencyByNumber(currency ?? '')?.alpha ?? currency ?? null,
    movement: txnid,
    ...(txnid && { providerState: { txnid } }),
    providerReference: txnid || null,
    providerStatus: status,
    detail: Object.fromEntries(
      DETAIL.flatMap((name) => (values.get(name) ? [[name, values.get(name) ?? '']] : [])),
    ),
  };
}

/** The first parameters of a message, in their order. `o` and `n` are our own; ePay keeps them in front. */
const FORMS: readonly (readonly [name: string, form: RegExp])[] = [
  ['o', /^[0-9A-Z]{18}$/],
  ['n', /^\d{9}$/],
  ['txnid', /^\d{1,19}$/],
  ['orderid', /^\d{9}$/],
  ['amount', /^[1-9]\d{0,11}$/],
  ['currency', /^\d{3}$/],
  ['date', /^\d{8}$|^\d{4}-\d\d-\d\d$/],
];

/**
 * The values are hashed without separators, so that the same text can be cut into other values. The order and the forms of the
 * values, and the order id that stands in `n` too, leave one way to cut it.
 * @throws Refusal field_missing, malformed
 */
export function requireCallbackForms(fields: readonly (readonly [string, string])[]): void {
  for (const [index, [name, form]] of FORMS.entries()) {
    const field = fields[index];
    if (field?.[0] !== name || !form.test(field[1])) {
      throw new Refusal('field_missing', `${name} is missing, malformed or not in its place`);
    }
  }
  const values = new Map(fields);
  if (values.get('n') !== values.get('orderid'))
    throw new Refusal('malformed', 'the order id is not the one that was sent');
}
