/** What a sealed message says: the notification and the return, which the platform calls automatic and manual response. */
import { currencyByNumber } from '../../payments/currencies.ts';
import { Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate } from '../contract.ts';
import { expiryIn, withCard } from '../kit/card.ts';
import { ISSUER_ANSWERS, withReason } from '../kit/decline-reasons.ts';
import { pick } from '../kit/form-message.ts';
import { providerUpdate } from '../kit/update.ts';
import type { DataValues } from './data.ts';
import { wholeAmount, wholeReference } from './parts.ts';
import type { Sips2Settings } from './settings.ts';
import { SIPS2_DECLINES, sips2Outcome } from './statuses.ts';

/** Names of an answer that repeat what the request said, and the request's own name where it is another. */
export const SIPS2_ECHOED: readonly (readonly [name: string, request?: string])[] = [
  ['transactionReference'],
  ['s10TransactionId', 's10TransactionReference.s10TransactionId'],
  ['orderId'],
  ['currencyCode'],
];

/** Names that only a request has. */
const OF_REQUESTS = ['automaticResponseUrl', 'normalReturnUrl'];

/**
 * Checks that Data is an answer. Our own request is sealed with the same key in the same form.
 * @throws Refusal when it is a request, which says nothing.
 */
export function refuseSips2Request(values: DataValues): void {
  const name = OF_REQUESTS.find((one) => values.has(one));
  if (name) throw new Refusal('malformed', `Data holds ${name}: it is a request, not an answer`);
  if (!/^\d\d$/.test(values.get('responseCode') ?? ''))
    throw new Refusal('field_missing', 'Data holds no responseCode of two digits: it is no answer');
}

function echoOf(values: DataValues): Readonly<Record<string, string>> {
  return Object.fromEntries(
    SIPS2_ECHOED.flatMap(([name]) => {
      const value = values.get(name);
      // A later part of the attempt brings back a reference of its own.
      return value === undefined ? [] : [[name, wholeReference(value)]];
    }),
  );
}

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

/** guaranteeIndicator; U is unknown. */
const GUARANTEE: ReadonlyMap<string, boolean> = new Map([
  ['Y', true],
  ['N', false],
]);

/**
 * Reads a message whose seal has been checked.
 * @param values of Data, by their names; the amount is in minor units.
 * @throws Refusal when it is about another merchant.
 */
export function readSips2Response(settings: Partial<Sips2Settings>, values: DataValues): ProviderUpdate {
  const merchant = values.get('merchantId');
  if (settings.merchant_id !== undefined && merchant !== settings.merchant_id) {
    throw new Refusal('wrong_account', `the message is for the merchant ${merchant}`);
  }
  const code = values.get('responseCode') ?? '';
  const reference =
    values.get('transactionReference') ??
    [values.get('s10TransactionIdDate'), values.get('s10TransactionId')].filter(Boolean).join('/');
  const outcome = sips2Outcome(code, values);
  return providerUpdate({
    order: settings.use_s10_reference
      ? (values.get('orderId') ?? '')
      : wholeReference(values.get('transactionReference') ?? ''),
    key: `${reference}/${code}`,
    outcome,
    amount: wholeAmount(values),
    currency: currencyByNumber(values.get('currencyCode') ?? '')?.alpha ?? values.get('currencyCode') ?? null,
    movement: reference,
    // What is held under this reference ends with it. A declined try may come late, and ends nothing.
    ...(outcome === 'authorized' && { ofTransaction: true as const }),
    echo: echoOf(values),
    ...(values.has('s10TransactionId') && {
      providerState: {
        s10_id: values.get('s10TransactionId') ?? '',
        s10_date: values.get('s10TransactionIdDate') ?? '',
      },
    }),
    providerReference: reference || null,
    providerStatus: code,
    ...(outcome === 'denied' && {
      ...withReason(SIPS2_DECLINES, code),
      ...((code === '05' || code === '51') && withReason(ISSUER_ANSWERS, values.get('acquirerResponseCode'))),
    }),
    ...withCard({
      brand: values.get('paymentMeanBrand'),
      number: values.get('maskedPan'),
      expiry: expiryIn('YYYYMM', values.get('panExpiryDate')),
      liabilityShift: GUARANTEE.get(values.get('guaranteeIndicator') ?? '') ?? null,
    }),
    detail: pick(values, DETAIL),
  });
}
