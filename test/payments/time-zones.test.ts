/** Days and months of named zones. The failures ruled out: a sum of a month that lacks an hour, or has one of the next month. */
import { describe, expect, it } from 'vitest';
import { beginningOf, dayAfter, dayIn, isZone, momentOf, monthAfter } from '../../src/payments/time-zones.ts';

const HOUR = 3_600_000;

/** How many hours a day or month has. */
function hours(from: string, to: string, zone: string): number {
  return (Date.parse(beginningOf(to, zone)) - Date.parse(beginningOf(from, zone))) / HOUR;
}

describe('the beginning of a day', () => {
  it.each([
    ['2026-03-29', 'Europe/Zurich', '2026-03-28T23:00:00.000Z', 23],
    ['2026-10-25', 'Europe/Zurich', '2026-10-24T22:00:00.000Z', 25],
    ['2026-11-01', 'Europe/Zurich', '2026-10-31T23:00:00.000Z', 24],
    ['2026-11-01', 'America/Sao_Paulo', '2026-11-01T03:00:00.000Z', 24],
    // The clocks went from midnight to one: the day began at one.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', 23],
    // At midnight they went back to eleven: the day before had the hour twice.
    ['2018-02-17', 'America/Sao_Paulo', '2018-02-17T02:00:00.000Z', 25],
    ['2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z', 24],
    ['2026-11-01', 'UTC', '2026-11-01T00:00:00.000Z', 24],
    ['2024-02-29', 'Asia/Kathmandu', '2024-02-28T18:15:00.000Z', 24],
  ])('of %s in %s', (day, zone, moment, length) => {
    expect(beginningOf(day, zone)).toBe(moment);
    expect(hours(day, dayAfter(day), zone)).toBe(length);
    expect(dayIn(Date.parse(moment), zone)).toBe(day);
    expect(dayIn(Date.parse(moment) - 1, zone)).toBe(dayAfter(day, -1));
  });

  it('of every day of ten years is where its date begins, and no moment is in two days or none', () => {
    for (const zone of ['Europe/Zurich', 'America/Sao_Paulo', 'Africa/Casablanca', 'Australia/Lord_Howe']) {
      let before = Date.parse(beginningOf('2012-12-31', zone));
      for (let day = '2013-01-01'; day < '2023-01-01'; day = dayAfter(day)) {
        const at = Date.parse(beginningOf(day, zone));
        expect(dayIn(at, zone)).toBe(day);
        expect(dayIn(at - 1, zone)).toBe(dayAfter(day, -1));
        expect((at - before) / HOUR).toBeGreaterThanOrEqual(23);
        expect((at - before) / HOUR).toBeLessThanOrEqual(25);
        before = at;
      }
    }
  });
});

describe('a month', () => {
  it('ends where the next one begins, in summer time and out of it', () => {
    expect(hours('2026-03', '2026-04', 'Europe/Zurich')).toBe(31 * 24 - 1);
    expect(hours('2026-10', '2026-11', 'Europe/Zurich')).toBe(31 * 24 + 1);
    expect(hours('2018-02', '2018-03', 'America/Sao_Paulo')).toBe(28 * 24 + 1);
    expect(hours('2018-11', '2018-12', 'America/Sao_Paulo')).toBe(30 * 24 - 1);
    expect(monthAfter('2026-12')).toBe('2027-01');
    expect(monthAfter('2026-01', -1)).toBe('2025-12');
  });
});

describe('a time of the clock', () => {
  const at = (text: string, zone: string) => new Date(momentOf(Date.parse(`${text}Z`), zone)).toISOString();

  it('that comes twice is the first one; one that the clocks leap over is the moment of the leap', () => {
    expect(at('2026-10-25T02:30:00', 'Europe/Zurich')).toBe('2026-10-25T00:30:00.000Z');
    expect(at('2026-03-29T02:30:00', 'Europe/Zurich')).toBe('2026-03-29T01:00:00.000Z');
    expect(at('2026-03-29T03:00:00', 'Europe/Zurich')).toBe('2026-03-29T01:00:00.000Z');
  });
});

describe('a name', () => {
  it('is a zone that the platform knows, or none', () => {
    expect(['UTC', 'Europe/Zurich', 'America/Sao_Paulo'].map(isZone)).toEqual([true, true, true]);
    expect(['Europe/Zurch', 'Mars/Base', '', 'x'.repeat(70), '+01:00', 'Europe/Zurich;'].some(isZone)).toBe(
      false,
    );
  });
});
