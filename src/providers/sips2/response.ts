/** What a sealed message says: the notification and the return, which the platform calls automatic and manual response. */
import { currencyByNumber } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate } from '../contract.ts';
import type { Sips2Settings } from './settings.ts';
import { sips2Outcome } from './statuses.ts';

/** Values that an operator sees. The card number comes masked. */
const DETAIL = [
  'acquirerResponseCode',
  'authorisationId',
  'paymentMeanBrand',
  'paymentMeanType',
  'maskedPan',
  'panExpiryDate',
  'captureMode',
  'captureDay',
  'holderAuthentStatus',
  'guaranteeIndicator',
  'complementaryCode',
  'complementaryInfo',
  'transactionDateTime',
  's10TransactionId',
  's10TransactionIdDate',
];

/**
 * Reads a message whose seal has been checked.
 * @param values of Data, by their names; the amount is in minor units.
 * @throws Refusal when it is about another merchant.
 */
export function readSips2Response(
  settings: Partial<Sips2Settings>,
  values: ReadonlyMap<string, string>,
): ProviderUpdate {
  const merchant = values.get('merchantId');
  if (settings.merchant_id !== undefined && merchant !== settings.merchant_id) {
    throw new Refusal('wrong_account', `the message is for the merchant ${merchant}`);
  }
  const code = values.get('responseCode') ?? '';
  const reference =
    values.get('transactionReference') ??
    [values.get('s10TransactionIdDate'), values.get('s10TransactionId')].filter(Boolean).join('/');
  const amount = values.get('amount') ?? '';
  return {
    kind: 'update',
    order: (settings.use_s10_reference ? values.get('orderId') : values.get('transactionReference')) ?? '',
    key: `${reference}/${code}`,
    outcome: sips2Outcome(code, values),
    amount: /^\d{1,12}$/.test(amount) ? Number(amount) : null,
    currency: currencyByNumber(values.get('currencyCode') ?? '')?.alpha ?? values.get('currencyCode') ?? null,
    movement: reference,
    ...(values.has('s10TransactionId') && {
      providerState: {
        s10_id: values.get('s10TransactionId') ?? '',
        s10_date: values.get('s10TransactionIdDate') ?? '',
      },
    }),
    providerReference: reference || null,
    providerStatus: code,
    detail: Object.fromEntries(
      DETAIL.flatMap((name) => (values.has(name) ? [[name, values.get(name) ?? '']] : [])),
    ),
  };
}
