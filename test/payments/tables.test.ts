/** Our tables against published ones, each difference known. */
import currencyCodes from 'currency-codes';
import countries from 'i18n-iso-countries';
import { describe, expect, it } from 'vitest';
import { countryCodes, countryNumber } from '../../src/payments/countries.ts';
import { currenciesWithDigits, currency, currencyCodes as ours } from '../../src/payments/currencies.ts';

/** No minor unit. */
const NOT_PAYABLE = [
  'XAG',
  'XAU',
  'XBA',
  'XBB',
  'XBC',
  'XBD',
  'XDR',
  'XPD',
  'XPT',
  'XSU',
  'XTS',
  'XUA',
  'XXX',
];
/** Gone since the package's list: the Antillean guilder, the lev, the convertible peso. */
const WITHDRAWN = ['ANG', 'BGN', 'CUC'];
/** Come since. */
const NEW = { XCG: { numeric: '532', digits: 2 }, XAD: { numeric: '396', digits: 2 } };

describe('currencies', () => {
  it('are those of the package, less what went, plus what came', () => {
    const theirs = currencyCodes.data.filter(({ code }) => ![...NOT_PAYABLE, ...WITHDRAWN].includes(code));
    for (const { code, number, digits } of theirs) {
      expect(currency(code)).toEqual({ alpha: code, numeric: number, digits });
    }
    for (const [alpha, rest] of Object.entries(NEW)) expect(currency(alpha)).toEqual({ alpha, ...rest });
    expect(ours).toEqual([...theirs.map(({ code }) => code), ...Object.keys(NEW)].sort());
  });

  it('has the digits of ISO 4217, not those of a display rule', () => {
    expect(currency('HUF')?.digits).toBe(2);
    expect(currency('JPY')?.digits).toBe(0);
    expect(currency('TND')?.digits).toBe(3);
    expect(currency('CLF')?.digits).toBe(4);
    expect(currenciesWithDigits(4)).toEqual(['CLF', 'UYW']);
  });

  it.each(['eur', 'XXX', '', 'EURO', 'BGN'])('does not know %j', (code) => {
    expect(currency(code)).toBeNull();
  });
});

describe('countries', () => {
  it('are those of the package', () => {
    const theirs = Object.keys(countries.getAlpha2Codes()).filter((code) => code !== 'XK');
    expect(countryCodes).toEqual(theirs.sort());
    for (const code of theirs) expect(countryNumber(code)).toBe(countries.alpha2ToNumeric(code));
    expect(countryNumber('fr')).toBeNull();
  });
});
