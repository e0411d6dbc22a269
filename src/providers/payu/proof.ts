/** What PayU's signatures prove. Facts: SHEET.md. */
import type { Channel, Proof } from '../contract.ts';
import { merchantProof, unsignedProof } from '../kit/proof.ts';
import type { PayuSettings } from './settings.ts';

const REST: Proof = merchantProof(
  [
    'order.orderId',
    'order.extOrderId',
    'order.merchantPosId',
    'order.totalAmount',
    'order.currencyCode',
    'order.status',
    'orderId',
    'extOrderId',
    'refund.refundId',
    'refund.amount',
    'refund.currencyCode',
    'refund.status',
  ],
  {
    requestIsNoAnswer:
      'a request carries a token and no signature: nothing of ours is signed with the second key',
  },
);

/** The message has no result: it is a reason to ask, whatever its signature covers. */
const CLASSIC: Proof = merchantProof(['pos_id', 'session_id', 'ts'], {
  bordersCovered: false,
  environmentMark: 'trans_pay_type',
  requestIsNoAnswer: 'a request is signed with key 1, an answer with key 2',
});

const RETURN: Proof = { ...unsignedProof(['o']), undecided: ['order'] };

export function payuProof(mode: PayuSettings['mode'], channel: Channel): Proof {
  if (channel === 'return') return RETURN;
  return mode === 'rest' ? REST : CLASSIC;
}
