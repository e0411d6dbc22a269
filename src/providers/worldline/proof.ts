/** What Worldline's signatures prove: a webhook is signed over its raw body; a return is not, and only shows whose trip it is. */
import type { Channel, Proof } from '../contract.ts';
import { merchantProof, unsignedProof } from '../kit/proof.ts';

const WEBHOOK: Proof = merchantProof(
  [
    'merchantId',
    'payment.id',
    'payment.status',
    'payment.statusOutput.statusCode',
    'payment.paymentOutput.amountOfMoney',
    'payment.paymentOutput.acquiredAmount',
    'payment.paymentOutput.references.merchantReference',
    'refund.id',
    'refund.status',
    'refund.statusOutput.statusCode',
    'refund.refundOutput.amountOfMoney',
    'refund.refundOutput.references.merchantReference',
  ],
  {
    notCovered: ['X-GCS-KeyId'],
    requestIsNoAnswer:
      'requests are signed with another secret, and their signed text begins with a method where a webhook has JSON',
  },
);

const RETURN: Proof = unsignedProof(['RETURNMAC', 'hostedCheckoutId']);

export function worldlineProof(channel: Channel): Proof {
  return channel === 'notification' ? WEBHOOK : RETURN;
}
