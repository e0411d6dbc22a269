/** Amounts in JSON. Ruled out: a digit that floating point changes, a text of a shop that stands where an amount belongs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonDecimal, jsonWithDecimals, minorOfJson } from '../../../src/providers/kit/json-decimals.ts';

describe('an amount', () => {
  it.each([
    [1999, 'CHF', '19.99'],
    [5, 'CHF', '0.05'],
    [1_000_000, 'EUR', '10000.00'],
    [500, 'JPY', '500'],
    [12_345, 'KWD', '12.345'],
  ])('%i %s is written as %3$s', (amount, currency, text) => {
    expect(jsonWithDecimals({ amount: JsonDecimal.of(amount, currency) })).toBe(`{"amount":${text}}`);
  });

  it('is the same when it is read, for every amount and every number of digits', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 999_999_999_999 }),
        fc.constantFrom('CHF', 'JPY', 'KWD'),
        (amount, currency) => {
          const text = jsonWithDecimals([JsonDecimal.of(amount, currency)]);
          expect(minorOfJson((JSON.parse(text) as unknown[])[0], currency)).toBe(amount);
        },
      ),
    );
  });

  it.each([[0.005], [-1], [1e21], [Number.NaN], [null], [{}], ['19,99'], ['']])('is none: %j', (value) => {
    expect(minorOfJson(value, 'CHF')).toBeNull();
  });

  it('is none in a currency that nobody knows', () => {
    expect(minorOfJson(1, 'XYZ')).toBeNull();
  });
});

it('JSON without amounts is what JSON.stringify makes of it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(jsonWithDecimals(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(jsonWithDecimals({ a: undefined, b: '"x":1', c: [null, true] })).toBe(
    '{"b":"\\"x\\":1","c":[null,true]}',
  );
});
