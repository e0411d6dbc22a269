/** What Dotpay's digests prove, all made with the merchant's PIN. Facts: SHEET.md, "What its signature proves". */
import type { Channel, Proof } from '../contract.ts';
import { merchantProof, unsignedProof } from '../kit/proof.ts';
import type { DotpaySettings } from './settings.ts';

/**
 * By mode. No value of a request or of another order can be read as one that counts: the forms of everything in front of the
 * free text leave one reading (urlc.ts).
 */
export function dotpayProof({ mode }: DotpaySettings, channel: Channel): Proof {
  if (channel === 'return') return unsignedProof(['status']);
  if (mode === 'legacy')
    return merchantProof(['id', 'control', 't_id', 'amount', 'email', 't_status'], {
      notCovered: ['orginal_amount', 't_date', 'channel'],
      bordersCovered: false,
      uniqueReading:
        'id, control, t_id and amount stand in front of the free values and t_status behind them, and none of them may hold a colon; orginal_amount is only shown',
      environmentMark: 't_id',
      requestIsNoAnswer:
        'requests of this mode are not signed; the signed text of a cancellation has login in front of the PIN',
    });
  return merchantProof(
    [
      'id',
      'operation_number',
      'operation_type',
      'operation_status',
      'operation_original_amount',
      'operation_original_currency',
      'control',
      'description',
    ],
    {
      bordersCovered: false,
      uniqueReading:
        'everything in front of the free text has a form whose end is known by its beginning; only a related number may run into the digits of control, and a control that is moved by a digit is no payment, because payments are numbered by a keyed hash; the free text names a refund of ours at most',
      requestIsNoAnswer:
        mode === 'next'
          ? 'a request is signed by HMAC over JSON, a notification by a plain SHA-256'
          : 'the signed text of a request begins with dev, that of a notification with the digits of id',
    },
  );
}
