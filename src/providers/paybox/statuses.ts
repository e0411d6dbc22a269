/** The code tables of Paybox, by the names that SHEET.md gives them. */
import type { OperationKind } from '../../payments/operations.ts';
import type { UpdateOutcome } from '../contract.ts';
import { type DeclineTable, reasonsAmong } from '../kit/decline-reasons.ts';
import { type OperationTable, operationTable } from '../kit/operation-table.ts';
import { meaningOf, statusTable } from '../kit/statuses.ts';

/**
 * Letter E of PBX_RETOUR; the same codes are CODEREPONSE in Paybox Direct. 001xx is the bank's answer xx: a bank code that is
 * not listed is denied too.
 */
export const PAYBOX_ERRORS = statusTable([
  ['00000', 'accepted', 'accepted'],
  ['00001', 'error', 'no connection or internal error'],
  ['00002', 'error', 'coherence error'],
  ['00003', 'error', 'Paybox error'],
  ['00004', 'denied', 'card number or CVV wrong'],
  ['00005', 'error', 'query number wrong'],
  ['00006', 'error', 'access denied, or site, rank or identifier wrong'],
  ['00007', 'error', 'date wrong'],
  ['00008', 'denied', 'expiry date of the card wrong'],
  ['00009', 'error', 'the subscriber could not be created'],
  ['00010', 'error', 'currency unknown'],
  ['00011', 'error', 'amount wrong'],
  ['00012', 'error', 'reference wrong'],
  ['00013', 'error', 'version not supported'],
  ['00014', 'error', 'frame incoherent'],
  ['00015', 'error', 'already paid'],
  ['00016', 'error', 'the subscriber exists already'],
  ['00017', 'error', 'the subscriber does not exist'],
  ['00018', 'error', 'transaction not found (Direct)'],
  ['00020', 'denied', 'CVV missing (Direct)'],
  ['00021', 'denied', 'card not accepted'],
  ['00022', 'denied', 'limit reached'],
  ['00023', 'denied', 'card holder already seen'],
  ['00024', 'denied', 'country filtered (Direct)'],
  ['00029', 'denied', 'the card does not fit'],
  ['00030', 'expired', 'the shopper took over 15 minutes'],
  ['00031 00032', 'error', 'reserved'],
  ['00033', 'denied', 'country of the IP address not accepted'],
  ['00039', 'none', 'query number used before (Direct)'],
  ['00040', 'denied', 'no 3-D Secure, blocked by the filter'],
  ['00097', 'none', 'time-out of the connection (Direct)'],
  ['00098', 'none', 'internal time-out (Direct)'],
  ['00099', 'pending', 'waiting for the issuer of the means of payment'],
  ['00102', 'denied', 'bank: contact the issuer'],
  ['00103', 'denied', 'bank: invalid merchant'],
  ['00104 00107', 'denied', 'bank: keep the card'],
  ['00105', 'denied', 'bank: do not honour'],
  ['00108', 'denied', 'bank: approve after identification'],
  ['00112', 'denied', 'bank: invalid transaction'],
  ['00113', 'denied', 'bank: invalid amount'],
  ['00114', 'denied', 'bank: invalid card number'],
  ['00115', 'denied', 'bank: issuer unknown'],
  ['00117', 'cancelled', 'given up by the shopper'],
  ['00130', 'denied', 'bank: format error'],
  ['00131', 'denied', 'bank: acquirer unknown'],
  ['00133 00154', 'denied', 'bank: card expired'],
  ['00134 00159', 'denied', 'bank: suspected fraud'],
  ['00138 00175', 'denied', 'bank: too many PIN tries'],
  ['00141', 'denied', 'bank: card lost'],
  ['00143', 'denied', 'bank: card stolen'],
  ['00151', 'denied', 'bank: insufficient funds'],
  ['00155', 'denied', 'bank: wrong PIN'],
  ['00156', 'denied', 'bank: card not in the file'],
  ['00157', 'denied', 'bank: not permitted to the card holder'],
  ['00158', 'denied', 'bank: not permitted to the terminal'],
  ['00160', 'denied', 'bank: contact the acquirer'],
  ['00161', 'denied', 'bank: over the limit'],
  ['00163', 'denied', 'bank: security rules not respected'],
  ['00168', 'denied', 'bank: answer missing or late'],
  ['00176', 'denied', 'bank: card already opposed'],
  ['00189', 'denied', 'bank: authentication failed'],
  ['00190', 'denied', 'bank: system stopped'],
  ['00191', 'denied', 'bank: issuer unreachable'],
  ['00196', 'denied', 'bank: malfunction'],
  ['00197', 'denied', 'bank: time-out'],
  ['00198', 'denied', 'bank: server unreachable'],
  ['00199', 'denied', 'bank: incident'],
  ['99999', 'pending', 'waiting for the means of payment (PayPal)'],
]);

/**
 * What the code of an attempt stands for.
 * @param isGivenUp whether it came to the PBX_ANNULE address: 00001 is what comes there when the shopper gives up.
 */
export function payboxOutcome(code: string, isGivenUp: boolean): UpdateOutcome {
  if (code === '00001' && isGivenUp) return 'cancelled';
  return meaningOf(PAYBOX_ERRORS, code)?.outcome ?? (/^001\d\d$/.test(code) ? 'denied' : 'error');
}

/** Letter E, where it says why. */
export const PAYBOX_DECLINES: DeclineTable = reasonsAmong(PAYBOX_ERRORS, [
  ['00004 00020 00029 00114 00115 00156', 'invalid_card'],
  ['00008 00133 00154', 'expired_card'],
  ['00022 00161', 'limit_exceeded'],
  ['00024 00033 00104 00107 00134 00141 00143 00159 00163 00176', 'fraud_suspected'],
  ['00040 00108 00138 00155 00175 00189', 'authentication_failed'],
  ['00103 00112 00113 00130 00131 00160 00168 00190 00191 00196 00197 00198 00199', 'technical'],
  ['00117', 'cancelled_by_shopper'],
  ['00151', 'insufficient_funds'],
]);

/** STATUS of Direct's inquiry. It names no amounts: what was refunded cannot be concluded from it. */
export const PAYBOX_INQUIRY_STATUSES = statusTable([
  ['Autorisé', 'authorized', 'authorized'],
  ['Capturé', 'paid', 'captured'],
  ['Annulé', 'reversed', 'cancelled'],
  ['Remboursé', 'none', 'refunded'],
  ['Refusé', 'denied', 'declined'],
  ['Crédit', 'none', 'credit'],
  [['Demande de solde (Carte cadeaux)'], 'none', 'balance request of a gift card'],
  [['Rejet support'], 'none', 'means of payment rejected'],
]);

/** What STATUS says of any operation that is inquired about by its own number. */
const OWN_WORDS: OperationTable = { Refusé: 'failed', 'Rejet support': 'failed' };

/**
 * What Direct says of an operation (SHEET.md, "Operations"): CODEREPONSE of the answer to it, and by its kind STATUS of an inquiry about
 * its own number. Unknown are failures on the way, of the platform or of the bank, and what was done or asked before.
 */
export const PAYBOX_OPERATIONS = {
  CODEREPONSE: operationTable([
    ['00000', 'succeeded'],
    ['99999', 'accepted'],
    ['00001 00002 00003 00097 00098 00099', 'unknown'],
    ['00015 00039', 'unknown'],
    ['00168 00190 00191 00196 00197 00198 00199', 'unknown'],
    ['00004 00005 00006 00007 00008 00009 00010 00011 00012 00013 00014 00016 00017 00018', 'failed'],
    ['00020 00021 00022 00023 00024 00029 00030 00031 00032 00033 00040', 'failed'],
    ['00102 00103 00104 00105 00107 00108 00112 00113 00114 00115 00117 00130 00131 00133 00134', 'failed'],
    ['00138 00141 00143 00151 00154 00155 00156 00157 00158 00159 00160 00161 00163 00175', 'failed'],
    ['00176 00189', 'failed'],
  ]),
  capture: { Capturé: 'succeeded', ...OWN_WORDS },
  cancel: { Annulé: 'succeeded', ...OWN_WORDS },
  refund: { Remboursé: 'succeeded', Crédit: 'succeeded', ...OWN_WORDS },
} as const satisfies Readonly<Record<OperationKind | 'CODEREPONSE', OperationTable>>;
