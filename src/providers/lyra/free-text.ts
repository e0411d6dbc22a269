/**
 * Text that others choose (shop, shopper), on its way into the form. It comes back in the signed message, whose text has no names:
 * so nothing is sent that could be read there as a field that decides (reading.ts says where those stand).
 */
import { isPaymentConfig } from './schedule.ts';
import { isLyraWord } from './statuses.ts';

/** What the fields that decide look like. The gateway may change case, and may take out blanks and what is not printed. */
const FORMS_THAT_DECIDE: readonly RegExp[] = [
  // An order number of ours.
  /^[0-9A-HJKMNP-TV-Z]{16}\d\d$/i,
  // vads_trans_date
  /^20\d{12}$/,
  // vads_trans_uuid
  /^[0-9a-f]{32}$/i,
];

function decides(text: string): boolean {
  const bare = text.replace(/[\p{C}\p{Z}]/gu, '');
  return (
    bare === '' ||
    isLyraWord(bare) ||
    isPaymentConfig(bare) ||
    FORMS_THAT_DECIDE.some((form) => form.test(bare))
  );
}

/**
 * A value without what the vendor's SDK takes out before it signs, and without what could be taken for another field when it
 * comes back. Undefined where nothing is left.
 */
export function cleanedText(value: string | undefined): string | undefined {
  const text = value?.replace(/[<>]/g, '').replaceAll('+', ' ').replace(/ {2,}/g, ' ').trim();
  return text === undefined || decides(text) ? undefined : text;
}

/** Why a text may not be sent; null: it may. The shop's own fields are rejected, because the shop means what it sends. */
export function freeTextProblem(text: string): string | null {
  return text === '' || cleanedText(text) === text
    ? null
    : 'must not hold a plus sign or angle brackets, nor be a word of the protocol, an order number or a transaction date';
}

/**
 * Why an e-mail address may not be sent; null: it may. Without its plus sign it would be another address. With it, each piece stands
 * between two borders of the signed text, and may not be taken for another field. Between two plus signs stands nothing, which no field is
 * that decides.
 */
export function emailProblem(email: string): string | null {
  const isSafe = email
    .split('+')
    .every((piece) => piece === '' || !(/[<>]| {2}/.test(piece) || decides(piece)));
  return isSafe
    ? null
    : 'must have no angle brackets, and no word of the protocol, order number or date beside a plus sign';
}

/** A telephone number: an international one begins with 00, because a plus sign cannot be sent. */
export function phoneNumber(value: string | undefined): string | undefined {
  return value?.replace(/^\s*\+/, '00');
}

/** A shop's own text as it is sent: what the vendor's SDK takes out of it before it signs changes nothing of it. */
export function shopText(name: string, value: string): string {
  const text = value.replace(/ {2,}/g, ' ').trim();
  return name.endsWith('_phone') ? (phoneNumber(text) ?? '') : text;
}
