/** What the signatures of Lyra's platform prove (SHEET.md, "What its signature proves"). */
import type { Proof } from '../contract.ts';
import { merchantProof } from '../kit/proof.ts';

/** The form's fields that are read and decide or identify; kr-answer is signed whole. */
const COVERED = [
  'vads_action_mode',
  'vads_page_action',
  'vads_ctx_mode',
  'vads_site_id',
  'vads_order_id',
  'vads_amount',
  'vads_effective_amount',
  'vads_currency',
  'vads_operation_type',
  'vads_trans_status',
  'vads_trans_uuid',
  'vads_trans_date',
  'vads_trans_id',
  'kr-answer',
];

/** The same for both ways: a return is signed like a notification. */
export const LYRA_PROOF: Proof = merchantProof(COVERED, {
  bordersCovered: false,
  uniqueReading:
    'the places of the fields that decide are found in the signed text and not by their names: the first of each group that ' +
    'stands together there; no text that shop or shopper fill in may look like a member of such a group',
  environmentMark: 'vads_ctx_mode',
  requestIsNoAnswer:
    'a request has no word of an operation, no status and no vads_trans_uuid, and no text in it that others fill in may be one',
});
