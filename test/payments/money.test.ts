import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivePaymentId, fromOrderNumber, orderNumber, paymentId } from '../../src/payments/id.ts';
import { decimal, display, fromDecimal, minor, sum } from '../../src/payments/money.ts';

describe('money', () => {
  it('goes to decimal text and back without loss', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: 0, max: 4 }),
        (amount, digits) => {
          expect(fromDecimal(decimal(amount, digits), digits)).toBe(amount);
        },
      ),
    );
  });

  it.each([
    ['19.99', 2, 1999],
    ['20', 2, 2000],
    ['7.5', 2, 750],
    ['0.1', 2, 10],
    ['19.990', 2, 1999],
    ['1999', 0, 1999],
    ['1.005', 3, 1005],
    ['0.29', 2, 29],
    ['90071992547409.91', 2, 9007199254740991],
  ])('reads %s', (text, digits, amount) => {
    expect(fromDecimal(text, digits)).toBe(amount);
  });

  it.each(['', '.5', '5.', '-1', '+1', '1e3', '1,5', ' 1', '19.999', '0x10', '90071992547409.92', 'NaN'])(
    'does not take %j for an amount',
    (text) => {
      expect(fromDecimal(text, 2)).toBeNull();
    },
  );

  it('writes for people, and keeps to exact integers', () => {
    expect(decimal(5, 2)).toBe('0.05');
    expect(display(1999, 'EUR')).toBe('19.99 EUR');
    expect(display(1999, 'JPY')).toBe('1999 JPY');
    expect(minor(-1)).toBeNull();
    expect(minor(1.5)).toBeNull();
    expect(sum([1, 2, 3])).toBe(6);
    expect(() => sum([Number.MAX_SAFE_INTEGER, 1])).toThrow(RangeError);
  });
});

describe('payment ids', () => {
  const key = new Uint8Array(32).fill(7);

  it('are the same for the same reference, and others for any other', () => {
    expect(derivePaymentId(key, 'shop', 'order-1')).toBe(derivePaymentId(key, 'shop', 'order-1'));
    const ids = new Set(
      ['shop/order-1', 'shop/order-2', 'shop2/order-1', 'sho/porder-1'].map((pair) => {
        const [shop = '', reference = ''] = pair.split('/');
        return derivePaymentId(key, shop, reference);
      }),
    );
    expect(ids.size).toBe(4);
    expect(derivePaymentId(new Uint8Array(32), 'shop', 'order-1')).not.toBe(
      derivePaymentId(key, 'shop', 'order-1'),
    );
  });

  it('have 16 characters of Crockford base32', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (shop, reference) => {
        expect(paymentId(derivePaymentId(key, shop, reference))).not.toBeNull();
      }),
    );
  });

  it('are found again in an order number', () => {
    const id = derivePaymentId(key, 'shop', 'order-1');
    for (const attempt of [1, 10, 99]) {
      expect(orderNumber(id, attempt)).toHaveLength(18);
      expect(fromOrderNumber(orderNumber(id, attempt))).toEqual({ id, attempt });
    }
    for (const wrong of [
      '',
      id,
      `${id}00`,
      `${id}1`,
      `${id}001`,
      `${id.toLowerCase()}01`,
      `${id.slice(1)}I01`,
    ]) {
      expect(fromOrderNumber(wrong)).toBeNull();
    }
  });
});
