/**
 * What Przelewy24's signatures prove. The notification of a payment says no result: whatever it proves, it is a reason to verify
 * by our own call. That of a refund does. Facts: SHEET.md.
 */
import type { Channel, Proof } from '../contract.ts';
import { merchantProof, unsignedProof } from '../kit/proof.ts';
import type { P24Settings } from './settings.ts';

const REST: Proof = merchantProof(
  [
    'merchantId',
    'posId',
    'sessionId',
    'amount',
    'originAmount',
    'currency',
    'orderId',
    'methodId',
    'statement',
    'refundsUuid',
    'status',
  ],
  {
    requestIsNoAnswer:
      'the JSON text of a request begins with sessionId, that of an answer with merchantId or orderId',
  },
);

/** Why a text of values between bars can be cut in one way only. */
const BARS =
  'the text has one bar after each of its values, and none of the values that are read may hold a bar or be missing';

const MERCHANT_AS_ORDER =
  'a request has the merchant where an answer has the order, and an order of the merchant’s number is refused';

const FORM_32: Proof = merchantProof(['p24_session_id', 'p24_order_id', 'p24_amount', 'p24_currency'], {
  notCovered: ['p24_merchant_id'],
  bordersCovered: false,
  uniqueReading: BARS,
  requestIsNoAnswer: MERCHANT_AS_ORDER,
});

const LEGACY: Proof = merchantProof(['p24_session_id', 'p24_order_id', 'p24_kwota'], {
  notCovered: ['p24_id_sprzedawcy'],
  bordersCovered: false,
  uniqueReading: BARS,
  requestIsNoAnswer: MERCHANT_AS_ORDER,
});

const RETURN: Proof = { ...unsignedProof(['o']), undecided: ['order'] };

export function p24Proof(mode: P24Settings['mode'], channel: Channel): Proof {
  if (mode === 'legacy') return LEGACY;
  if (channel === 'return') return RETURN;
  return mode === 'rest' ? REST : FORM_32;
}
