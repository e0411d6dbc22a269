/** Times in files that say whose they are. Ruled out: one that counts as local, so that payments around midnight are on the wrong day. */
import { describe, expect, it } from 'vitest';
import type { DateOrder } from '../../src/payments/reconciled.ts';
import { dayInFile } from '../../src/reconciliation/values.ts';

describe('a time late in the evening of UTC is of the next day in Zurich', () => {
  it.each([
    ['2026-11-27T23:30:00Z'],
    ['2026-11-27 23:30:00 UTC'],
    ['2026-11-27 23:30 utc'],
    ['2026-11-27 23:30:00 GMT'],
    ['2026-11-27 23:30:00 (UTC)'],
    ['2026-11-27T23:30:00+00'],
    ['2026-11-27T23:30:00-00:00'],
    ['2026-11-27 23:30:00.123456 +0000'],
    ['2026-11-27 23:30:00 UTC+0'],
    ['2026-11-27T23:30:00+00:00[UTC]'],
    ['2026-11-27T22:30:00-01'],
    ['2026-11-28T02:30:00+3'],
    ['2026-11-28T02:30:00 MSK'],
    ['2026-11-27 18:30:00 America/New_York'],
    ['20261127T233000Z'],
    ['20261127233000Z'],
    ['20261127 23:30 UTC'],
    ['27.11.2026 23:30:00 UTC', 'dmy'],
    ['11/27/2026 11:30:00 PM UTC', 'mdy'],
    ['11/27/2026, 11:30 pm GMT', 'mdy'],
  ] as const)('%s', (text: string, order: DateOrder = 'ymd') => {
    expect(dayInFile(text, order, 'Europe/Zurich')).toBe('2026-11-28');
  });
});

describe('a time that names no zone', () => {
  it.each([
    ['2026-11-27 23:30:00'],
    ['20261127233000'],
    ['2026-11-27T23:30'],
    ['2026-11-27 11:30:00 PM'],
    ['2026-11-27 23:30:00 Europe/Zurich'],
    ['2026-11-27 23:30:00 CET'],
    ['2026-11-27 23:30:00+0100'],
    ['2026-11-27 Fri'],
  ])('or the zone of the days that are compared counts as it stands: %s', (text) => {
    expect(dayInFile(text, 'ymd', 'Europe/Zurich')).toBe('2026-11-27');
  });

  it.each([['2026-11-27 23:30:00 XYZ'], ['2026-11-27 23:30:00 IST']])(
    'or names one that nobody knows has no day: %s',
    (text) => {
      expect(dayInFile(text, 'ymd', 'Europe/Zurich')).toBeNull();
    },
  );

  it('takes no time to be refused, however long it is', () => {
    expect(dayInFile(`2026-11-27 23:30:00 ${' ['.repeat(20_000)}`, 'ymd', 'Europe/Zurich')).toBeNull();
    expect(dayInFile(`2026-11-27 23:30:00 ${' '.repeat(20_000)}x`, 'ymd', 'Europe/Zurich')).toBeNull();
  });
});
