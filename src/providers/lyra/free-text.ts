/**
 * Text that others choose (shop, shopper), on its way into the form. It comes back in the signed message, whose text has no names:
 * so nothing is sent that could be read there as a field that decides (reading.ts says where those stand).
 */
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
  return bare === '' || isLyraWord(bare) || FORMS_THAT_DECIDE.some((form) => form.test(bare));
}

/**
 * A value without what the vendor's SDK takes out before it signs, and without what could be taken for another field when it
 * comes back. Undefined where nothing is left.
 */
export function cleanedText(value: string | undefined): string | undefined {
  const text = value?.replace(/[<>]/g, '').replaceAll('+', ' ').replace(/ {2,}/g, ' ').trim();
  return text === undefined || decides(text) ? undefined : text;
}

/** The shop's own fields are not cleaned but rejected, because the shop means what it sends. Why; null: the text may be sent. */
export function freeTextProblem(text: string): string | null {
  return text === '' || cleanedText(text) === text
    ? null
    : 'must not hold a plus sign, angle brackets or double blanks, nor be a word of the protocol, an order number or a transaction date';
}
