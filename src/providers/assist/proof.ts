/** What ASSIST's signatures prove. Facts: SHEET.md, "What its signature proves". */
import type { Channel, Proof } from '../contract.ts';
import { merchantProof, unsignedProof } from '../kit/proof.ts';
import { type AssistSettings, isLegacy } from './settings.ts';

const RESULT_COVERED = ['merchant_id', 'ordernumber', 'amount', 'currency', 'orderstate'];
const RESULT_NOT_COVERED = [
  'testmode',
  'orderamount',
  'ordercurrency',
  'billnumber',
  'packetdate',
  'responsecode',
];
const PUSH_COVERED = ['Shop_IDP', 'OrderNumber', 'Total', 'Currency'];
const PUSH_NOT_COVERED = ['Status', 'Response_Code', 'PaymentTransactionType_id', 'BillNumber', 'PacketDate'];

/** What a message of an account proves. A return carries no more than numbers. */
export function assistProof(settings: AssistSettings, channel: Channel): Proof {
  if (channel === 'return') return unsignedProof([]);
  if (isLegacy(settings)) {
    return merchantProof(PUSH_COVERED, {
      notCovered: PUSH_NOT_COVERED,
      undecided: ['outcome'],
      bordersCovered: false,
      uniqueReading:
        'merchant number of the account, order number of 18 characters, amount that ends with its two decimals, currency of three letters, and then the secret',
      requestIsNoAnswer: 'the order form is not signed',
    });
  }
  return merchantProof(RESULT_COVERED, {
    notCovered: RESULT_NOT_COVERED,
    // testmode says whether the outcome is about money; whether an amount is a part follows from names that are not signed.
    undecided: ['outcome', 'amount'],
    bordersCovered: false,
    // Without a separator a shopper can move the borders of an order form, too, and have ASSIST sign the same text for less money.
    uniqueReading:
      settings.delimiter === ''
        ? null
        : 'merchant number of the account, order number of 18 characters, amount that ends with its two decimals, currency of three letters, and the letters of a state',
    environmentMark: 'testmode',
    requestIsNoAnswer:
      settings.delimiter === ''
        ? 'what follows the currency in a request is empty or digits, and in a result the letters of a state'
        : 'a request has a semicolon after the merchant number, a result an order number of 18 letters and digits',
  });
}
