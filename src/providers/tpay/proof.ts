/** What tpay's signatures prove. Facts: SHEET.md, "What its signature proves". */
import type { Channel, Proof } from '../contract.ts';
import { merchantProof, unsignedProof } from '../kit/proof.ts';
import type { TpaySettings } from './settings.ts';

const BY_MD5SUM = ['id', 'tr_id', 'tr_amount', 'tr_crc'];
const BY_JWS_ALONE = ['tr_status', 'tr_paid', 'tr_currency', 'tr_error', 'tr_date', 'test_mode'];

/**
 * The JWS is the platform's, one for every merchant; `md5sum` is made with the merchant's code. Together they are the merchant's:
 * the platform says the whole body, in which the code binds the merchant, the order and its amount. `md5sum` alone leaves out
 * what decides.
 */
export function tpayProof(settings: TpaySettings, channel: Channel): Proof {
  if (channel === 'return') return unsignedProof(['o']);
  const requestIsNoAnswer =
    'a notification has a tr_id that begins with TR- behind the merchant id, where md5sum of a form of ours has the amount or &';
  if (settings.require_jws)
    return merchantProof([...BY_MD5SUM, ...BY_JWS_ALONE], {
      environmentMark: 'x5u, test_mode',
      requestIsNoAnswer: `we sign no JWS; and ${requestIsNoAnswer}`,
    });
  return merchantProof(BY_MD5SUM, {
    notCovered: BY_JWS_ALONE,
    undecided: ['outcome', 'amount', 'currency'],
    bordersCovered: false,
    environmentMark: 'test_mode',
    requestIsNoAnswer,
  });
}
