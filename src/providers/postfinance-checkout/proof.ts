/** What a webhook's signature proves: SHEET.md, "What its signature proves". */
import type { Channel, Proof } from '../contract.ts';
import { unsignedProof } from '../kit/proof.ts';
import type { CheckoutSettings } from './settings.ts';

const READ = ['entityId', 'listenerEntityId', 'spaceId', 'webhookListenerId', 'state'];

/**
 * The whole body is signed by a key that is the platform's: it speaks for whoever has an account there. A message has neither amount nor
 * order, and what it says of the state is not read.
 */
export function checkoutProof({ require_signature }: CheckoutSettings, channel: Channel): Proof {
  if (channel === 'return') return unsignedProof(['o']);
  if (!require_signature) return unsignedProof(READ);
  return {
    keyOf: 'platform',
    covered: READ,
    notCovered: [],
    undecided: [],
    bordersCovered: true,
    uniqueReading: null,
    environmentMark: null,
    requestIsNoAnswer: 'we sign by HMAC, with a key of our own, and never by ECDSA',
  };
}
