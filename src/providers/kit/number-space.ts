/** Short order numbers of six digits, which another programme of the same shop may use too: each has a part of them. */
import * as v from 'valibot';
import { Problem } from '../../payments/errors.ts';
import { shown } from './settings.ts';

const RANGE = /^(\d{6})-(\d{6})$/;

function boundsOf(space: string): readonly [first: number, last: number] {
  const [, first = '000000', last = '999999'] = RANGE.exec(space) ?? [];
  return [Number(first), Number(last)];
}

/** The setting that says which of the six-digit numbers are ours. */
export const numberSpace = v.optional(
  v.pipe(
    v.string(),
    v.regex(RANGE, 'looks like 000000-499999'),
    v.check((space) => {
      const [first, last] = boundsOf(space);
      return last - first >= 1000;
    }, 'has a thousand numbers at least, the first one first'),
    shown({
      title: 'Transaction numbers',
      description:
        'Those that this account uses, where another programme uses the same shop: give each its own.',
    }),
  ),
  '000000-999999',
);

/**
 * The six digits of an order.
 * @param count of the order on its day, from 0.
 * @throws Problem unavailable when all numbers of the day are used.
 */
export function sixDigits(space: string, count: number): string {
  const [first, last] = boundsOf(space);
  if (first + count > last)
    throw new Problem('unavailable', `all transaction numbers of today are used (${space})`);
  return String(first + count).padStart(6, '0');
}
