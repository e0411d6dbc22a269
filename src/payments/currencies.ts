/**
 * ISO 4217: alpha code, numeric code and number of minor-unit digits. Generated from the list of 25 June 2024
 * and brought up to date by hand with the later amendments: ANG gave way to XCG, XAD came, CUC and BGN went.
 * Codes without a minor unit (metals, testing, no currency) are left out: nobody can be asked to pay in them.
 * test/payments/tables.test.ts compares it with a published package.
 */
export interface Currency {
  /** Three letters, upper case. */
  readonly alpha: string;
  /** Three digits as text, leading zeros kept. */
  readonly numeric: string;
  /** How many decimal digits the minor unit has: 1999 with 2 digits is 19.99. */
  readonly digits: number;
}

const TABLE = `
  AED7842 AFN9712 ALL0082 AMD0512 AOA9732 ARS0322 AUD0362 AWG5332 AZN9442 BAM9772 BBD0522
  BDT0502 BHD0483 BIF1080 BMD0602 BND0962 BOB0682 BOV9842 BRL9862 BSD0442 BTN0642 BWP0722
  BYN9332 BZD0842 CAD1242 CDF9762 CHE9472 CHF7562 CHW9482 CLF9904 CLP1520 CNY1562 COP1702
  COU9702 CRC1882 CUP1922 CVE1322 CZK2032 DJF2620 DKK2082 DOP2142 DZD0122 EGP8182 ERN2322
  ETB2302 EUR9782 FJD2422 FKP2382 GBP8262 GEL9812 GHS9362 GIP2922 GMD2702 GNF3240 GTQ3202
  GYD3282 HKD3442 HNL3402 HTG3322 HUF3482 IDR3602 ILS3762 INR3562 IQD3683 IRR3642 ISK3520
  JMD3882 JOD4003 JPY3920 KES4042 KGS4172 KHR1162 KMF1740 KPW4082 KRW4100 KWD4143 KYD1362
  KZT3982 LAK4182 LBP4222 LKR1442 LRD4302 LSL4262 LYD4343 MAD5042 MDL4982 MGA9692 MKD8072
  MMK1042 MNT4962 MOP4462 MRU9292 MUR4802 MVR4622 MWK4542 MXN4842 MXV9792 MYR4582 MZN9432
  NAD5162 NGN5662 NIO5582 NOK5782 NPR5242 NZD5542 OMR5123 PAB5902 PEN6042 PGK5982 PHP6082
  PKR5862 PLN9852 PYG6000 QAR6342 RON9462 RSD9412 RUB6432 RWF6460 SAR6822 SBD0902 SCR6902
  SDG9382 SEK7522 SGD7022 SHP6542 SLE9252 SOS7062 SRD9682 SSP7282 STN9302 SVC2222 SYP7602
  SZL7482 THB7642 TJS9722 TMT9342 TND7883 TOP7762 TRY9492 TTD7802 TWD9012 TZS8342 UAH9802
  UGX8000 USD8402 USN9972 UYI9400 UYU8582 UYW9274 UZS8602 VED9262 VES9282 VND7040 VUV5480
  WST8822 XAD3962 XAF9500 XCD9512 XCG5322 XOF9520 XPF9530 YER8862 ZAR7102 ZMW9672 ZWG9242`;

const byAlpha = new Map<string, Currency>(
  TABLE.trim()
    .split(/\s+/)
    .map((row) => [
      row.slice(0, 3),
      { alpha: row.slice(0, 3), numeric: row.slice(3, 6), digits: Number(row.slice(6)) },
    ]),
);

/** The currency of an alpha code (upper case), or null. */
export function currency(alpha: string): Currency | null {
  return byAlpha.get(alpha) ?? null;
}

const byNumber = new Map([...byAlpha.values()].map((entry) => [entry.numeric, entry]));

/** The currency of a numeric code (three digits as text), or null. */
export function currencyByNumber(numeric: string): Currency | null {
  return byNumber.get(numeric) ?? null;
}

/** The codes of a list, sorted; a code that is none of ISO 4217 is a mistake of ours. */
export function currencies(codes: readonly string[]): readonly string[] {
  const unknown = codes.find((code) => !byAlpha.has(code));
  if (unknown) throw new RangeError(`${unknown} is not a currency of ISO 4217`);
  return codes.toSorted();
}

/** Every alpha code, sorted. */
export const currencyCodes: readonly string[] = [...byAlpha.keys()];

/** The codes whose minor unit has that many digits, sorted. */
export function currenciesWithDigits(...digits: readonly number[]): readonly string[] {
  return currencyCodes.filter((code) => digits.includes(byAlpha.get(code)?.digits ?? -1));
}
