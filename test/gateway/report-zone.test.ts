/** The daily report whose zone changes. The failure ruled out: hours that are in no report, because the days of the new zone begin later. */
import { describe, expect, it } from 'vitest';
import { dueDays, progressOfReport } from '../../src/gateway/daily-report.ts';
import { beginningOf, dayAfter } from '../../src/payments/time-zones.ts';

const ZONES = [
  'Pacific/Kiritimati',
  'Asia/Kolkata',
  'Europe/Zurich',
  'UTC',
  'America/Sao_Paulo',
  'Pacific/Pago_Pago',
];
const LAST = '2030-03-29';
const NOW = Date.parse('2030-04-02T12:00:00Z');

describe('a report that is set anew', () => {
  it.each(ZONES.flatMap((from) => ZONES.map((to) => [from, to] as const)))(
    'from %s to %s begins where it ended, or before',
    (from, to) => {
      const before = {
        url: 'https://a.example',
        hour: 0,
        nonce: 'a',
        timeZone: from,
        firstDay: LAST,
        lastDay: LAST,
      };
      const after = { ...before, timeZone: to, ...progressOfReport(before, to, NOW) };
      const [first = ''] = dueDays(after, NOW);
      const end = Date.parse(beginningOf(dayAfter(LAST), from));
      const begins = Date.parse(beginningOf(first, to));
      expect(begins).toBeLessThanOrEqual(end);
      // Not a whole day twice.
      expect(Date.parse(beginningOf(dayAfter(first), to))).toBeGreaterThan(end);
      if (from === to) expect([after.firstDay, after.lastDay]).toEqual([LAST, LAST]);
    },
  );

  it('and was never sent keeps its first day', () => {
    const before = {
      url: 'https://a.example',
      hour: 0,
      nonce: 'a',
      timeZone: 'UTC',
      firstDay: LAST,
      lastDay: null,
    };
    const { firstDay, lastDay } = progressOfReport(before, 'America/Sao_Paulo', NOW);
    expect([firstDay, lastDay]).toEqual(['2030-03-28', null]);
    expect(progressOfReport(null, 'UTC', NOW)).toEqual({ firstDay: '2030-04-01', lastDay: null });
  });
});
