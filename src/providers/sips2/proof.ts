/** What the seal of a SIPS 2 message proves. Facts: SHEET.md, "What its signature proves". */
import type { Proof } from '../contract.ts';
import { merchantProof } from '../kit/proof.ts';

/** The same for a notification and a return, in both algorithms and every encoding. */
export function sips2Proof(): Proof {
  return merchantProof(
    [
      'merchantId',
      'transactionReference',
      's10TransactionId',
      's10TransactionIdDate',
      'orderId',
      'responseCode',
      'acquirerResponseCode',
      'captureMode',
      'amount',
      'currencyCode',
    ],
    {
      notCovered: ['Encode'],
      requestIsNoAnswer:
        'an answer has a responseCode of two digits and no automaticResponseUrl or normalReturnUrl; every request has both addresses, and a shop cannot set a name of an answer',
    },
  );
}
