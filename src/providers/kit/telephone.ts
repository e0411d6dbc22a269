/**
 * A mobile telephone number as French banks want it: the calling code with its plus sign, and the rest in digits
 * (nursit/bank#128, #130: banks refuse payments without them since October 2024).
 */
import { callingCodeIn, callingCodeOf } from './calling-codes.ts';

interface MobilePhone {
  /** `+33` */
  readonly callingCode: string;
  readonly digits: string;
}

/** Digits of a number with its calling code (ITU-T E.164). */
const MAX_DIGITS = 15;

/** What is dialled after the connection is made: `ext. 4`, `poste 4`, `;ext=4`, `#4`. */
const EXTENSION =
  /[\s;,]*(?:(?<!\p{L})(?:poste|extension|ext|app|int|wew|dw|x)(?!\p{L})|#)\s*[.:=]?\s*\d{0,6}$/iu;

/**
 * The parts of a number; null where it is none, or its country is not known.
 * @param country of the shopper's address, for a number without a calling code.
 */
export function mobilePhone(value: string | undefined, country: string | undefined): MobilePhone | null {
  const plain = (value ?? '')
    .normalize('NFKC')
    .replace(/^\s*(?:tel|t[ée]l|mobile?|phone)?[.:\s]*/i, '')
    .replace(EXTENSION, '');
  // `+33 (0)6 ...`: the zero is of the number within the country.
  const text = plain.replace(/\(0\)/, '').replace(/[^\p{L}\d+*]/gu, '');
  const international = /^(?:\+|00)([1-9]\d{5,14})$/.exec(text)?.[1];
  if (international !== undefined) {
    const code = callingCodeOf(international);
    return code === null ? null : divided(code, international.slice(code.length));
  }
  const code = callingCodeIn(country ?? '');
  if (!code || !/^\d{5,15}$/.test(text)) return null;
  return divided(code, text);
}

function divided(code: string, national: string): MobilePhone | null {
  // What is dialled within the country has a zero of its own, which the calling code stands for. Banks take it with ten digits (France).
  const digits = national.length > 10 ? national.replace(/^0/, '') : national;
  return digits.length >= 4 && code.length + digits.length <= MAX_DIGITS
    ? { callingCode: `+${code}`, digits }
    : null;
}
