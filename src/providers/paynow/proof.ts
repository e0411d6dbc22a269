/** What the signature of a notification proves. Facts: SHEET.md, "What its signature proves". */
import type { Channel, Proof } from '../contract.ts';
import { merchantProof, unsignedProof } from '../kit/proof.ts';

const NOTIFICATION: Proof = merchantProof(['paymentId', 'externalId', 'refundId', 'status'], {
  // A message has neither: it is a reason to ask, whatever its signature covers.
  undecided: ['amount', 'currency'],
  requestIsNoAnswer:
    'a request is signed as a JSON of headers, parameters and body: read as a notification it has no paymentId, externalId and status',
});

export function paynowProof(_settings: unknown, channel: Channel): Proof {
  // The return is unsigned: our own order number in it is a reason to ask.
  return channel === 'return' ? unsignedProof(['o']) : NOTIFICATION;
}
