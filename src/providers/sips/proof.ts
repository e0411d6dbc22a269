/** What an authentic message of SIPS 1 proves. Facts: SHEET.md, "What its signature proves". */
import type { Proof } from '../contract.ts';
import { merchantProof } from '../kit/proof.ts';

/** The same for a notification and a return. */
export function sipsProof(): Proof {
  return merchantProof(
    [
      'merchant_id',
      'order_id',
      'transaction_id',
      'payment_date',
      'response_code',
      'amount',
      'currency_code',
      'capture_mode',
    ],
    {
      bordersCovered: false,
      uniqueReading:
        'the middleware prints values by position: outcome, amount and currency stand before all free text, no value that we or our bridge send holds the separator, and order and capture mode are refused where they do not have their own forms',
      requestIsNoAnswer: 'an answer has a response_code of two digits, which is no parameter of a request',
    },
  );
}
