/** What is kept of other people's texts. The failures ruled out: a whole card number is kept because of how it is written, or lies beside another number. */
import { describe, expect, it } from 'vitest';
import { withoutCards } from '../../../src/providers/kit/masking.ts';

const MASKED = '411111******1111';

describe('a card number', () => {
  it.each([
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '4111+1111+1111+1111',
    '4111%201111%201111%201111',
    '4111\u00a01111\u00a01111\u00a01111',
  ])('is masked however it is grouped: %s', (written) => {
    // Beside other numbers too: the security code, the number of an order.
    for (const [before, after] of [
      ['', ''],
      ['card=', '&cvv=123'],
      ['order 77 ', ' 123'],
      ['2222 ', '.'],
    ])
      expect(withoutCards(`${before}${written}${after}`)).toBe(`${before}${MASKED}${after}`);
  });

  it.each([
    ['378282246310005', '378282*****0005'],
    ['3782 822463 10005', '378282*****0005'],
    ['6304 0000 0000 0000 000', '630400*********0000'],
  ])('of another length is masked as well: %s', (written, masked) => {
    expect(withoutCards(`(${written})`)).toBe(`(${masked})`);
  });

  it.each(['2026-11-26 16:17:11', '4111 1111 1111 1112', '4111-1111 1111-1111', '41111111111111111111111'])(
    'is nothing else: %s',
    (text) => {
      expect(withoutCards(text)).toBe(text);
    },
  );
});
