/**
 * A mobile telephone number as PBX_BILLING wants it: the calling code with its plus sign, and at most 10 digits
 * (nursit/bank#128, #130: banks refuse payments without them since October 2024).
 */

/** Calling codes of two digits (ITU-T E.164); 1 and 7 have one, all others three. */
const TWO_DIGITS = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** Calling codes of the countries whose shoppers give a number without one, by ISO 3166-1 alpha-2. */
const CALLING_CODES: Readonly<Record<string, string>> = {
  AT: '43',
  BE: '32',
  BL: '590',
  CH: '41',
  DE: '49',
  ES: '34',
  FR: '33',
  GB: '44',
  GF: '594',
  GP: '590',
  IE: '353',
  IT: '39',
  LU: '352',
  MC: '377',
  MF: '590',
  MQ: '596',
  NC: '687',
  NL: '31',
  PF: '689',
  PM: '508',
  PT: '351',
  RE: '262',
  US: '1',
  WF: '681',
  YT: '262',
};

interface MobilePhone {
  /** `+33` */
  readonly callingCode: string;
  readonly digits: string;
}

function callingCodeOf(digits: string): string {
  if (/^[17]/.test(digits)) return digits.slice(0, 1);
  return digits.slice(0, TWO_DIGITS.test(digits) ? 2 : 3);
}

/**
 * The parts of a number; null where it is none, or its country is not known.
 * @param country of the shopper's address, for a number without a calling code.
 */
export function mobilePhone(value: string | undefined, country: string | undefined): MobilePhone | null {
  // `+33 (0)6 ...`: the zero is of the number within the country.
  const text = (value ?? '').replace(/\(0\)/, '').replace(/[\s().\-/]/g, '');
  const international = /^(?:\+|00)([1-9]\d{5,14})$/.exec(text)?.[1];
  const code = international ? callingCodeOf(international) : CALLING_CODES[country ?? ''];
  if (!code || (!international && !/^\d{5,15}$/.test(text))) return null;
  const national = international ? international.slice(code.length) : text;
  // Dialled within Great Britain it has 11 digits, and its calling code stands for the zero.
  const digits = national.length > 10 ? national.replace(/^0/, '') : national;
  return digits.length >= 4 && digits.length <= 10 ? { callingCode: `+${code}`, digits } : null;
}
