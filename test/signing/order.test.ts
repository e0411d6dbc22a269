/** Names are in the order that sorting gives, whatever was sorted before. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptOrder } from '../../src/signing/order.ts';

describe('an order that is kept', () => {
  it('is that of sorting, for lists that came before and for new ones', () => {
    const orderOf = keptOrder();
    const name = fc.constantFrom('a', 'b', 'B', 'ab', '_', '');
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), (names) => {
        const sorted = names.toSorted();
        expect(orderOf(names).map((place) => names[place])).toEqual(sorted);
        expect(orderOf([...names]).map((place) => names[place])).toEqual(sorted);
      }),
    );
  });

  it('is worked out once for the names of an account, and forgotten when many others came', () => {
    let compared = 0;
    const orderOf = keptOrder((a, b) => {
      compared += 1;
      return a < b ? -1 : 1;
    });
    orderOf(['b', 'a']);
    expect(compared).toBe(1);
    orderOf(['b', 'a']);
    expect(compared).toBe(1);
    for (let number = 0; number < 31; number++) orderOf([`${number}`, 'x']);
    expect(compared).toBe(32);
    orderOf(['b', 'a']);
    expect(compared).toBe(32);
    orderOf(['31', 'x']);
    orderOf(['b', 'a']);
    expect(compared).toBe(34);
    // The very same list, not only an equal one.
    const names = ['d', 'c'];
    orderOf(names);
    orderOf(names);
    expect(compared).toBe(35);
  });

  it('leaves equal names in the order in which they came', () => {
    const orderOf = keptOrder((a, b) => a.length - b.length);
    expect(orderOf(['bb', 'aa', 'c'])).toEqual([2, 0, 1]);
    expect(keptOrder()(['b', 'a', 'a'])).toEqual([1, 2, 0]);
  });
});
