/** The code table of SIPS 1, by the name that SHEET.md gives it. */
import type { UpdateOutcome } from '../contract.ts';
import { reasonsAmong } from '../kit/decline-reasons.ts';
import { meaningOf, statusTable } from '../kit/statuses.ts';

/** response_code. */
export const SIPS_RESPONSE_CODES = statusTable([
  ['00', 'paid', 'authorised'],
  ['02', 'denied', 'phone call needed, over the limit'],
  ['03', 'error', 'merchant_id or contract invalid'],
  ['05', 'denied', 'declined'],
  ['12', 'error', 'invalid transaction'],
  ['17', 'cancelled', 'cancelled by the shopper'],
  ['30', 'error', 'format error'],
  ['34', 'denied', 'suspected fraud'],
  ['75', 'denied', 'too many card number attempts'],
  ['90', 'error', 'service unavailable'],
  ['94', 'error', 'transaction_id used before today'],
  ['99', 'error', 'temporary'],
]);

/** response_code, where it says why. Of 05 bank_response_code says more. */
export const SIPS_DECLINES = reasonsAmong(SIPS_RESPONSE_CODES, [
  ['02', 'limit_exceeded'],
  ['34', 'fraud_suspected'],
  ['75', 'invalid_card'],
]);

/** What a response_code stands for: with capture_mode VALIDATION, 00 is an authorization. */
export function sipsOutcome(code: string, captureMode: string | undefined): UpdateOutcome {
  const outcome = meaningOf(SIPS_RESPONSE_CODES, code)?.outcome ?? 'error';
  return outcome === 'paid' && captureMode === 'VALIDATION' ? 'authorized' : outcome;
}
