/** What Python reads and prints. The failures ruled out: a client reads a time that is an hour, or a day, off; a number is read otherwise. */
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/env.ts';
import { pythonInt, zonedTime } from '../../src/http/polybanking/python.ts';

describe('a time in the zone of an installation', () => {
  it.each([
    ['2026-11-25T21:36:01.123Z', 'Europe/Zurich', '2026-11-25 22:36:01.123000+01:00'],
    ['2026-07-25T21:36:01.123456Z', 'Europe/Zurich', '2026-07-25 23:36:01.123456+02:00'],
    ['2026-12-31T23:30:00.000Z', 'Europe/Zurich', '2027-01-01 00:30:00+01:00'],
    ['2026-12-31T23:30:00.0000009Z', 'UTC', '2026-12-31 23:30:00+00:00'],
    ['2026-12-31T23:30:00.000001Z', 'UTC', '2026-12-31 23:30:00.000001+00:00'],
    // The hour that comes twice.
    ['2026-10-25T00:30:00Z', 'Europe/Zurich', '2026-10-25 02:30:00+02:00'],
    ['2026-10-25T01:30:00Z', 'Europe/Zurich', '2026-10-25 02:30:00+01:00'],
    ['2015-10-26T19:50:00Z', 'UTC', '2015-10-26 19:50:00+00:00'],
    ['2026-07-01T02:00:00Z', 'America/St_Johns', '2026-06-30 23:30:00-02:30'],
    ['2026-07-01T20:00:00Z', 'Asia/Kathmandu', '2026-07-02 01:45:00+05:45'],
  ])('%s in %s', (at, zone, expected) => {
    expect(zonedTime(at, zone)).toBe(expected);
  });
});

describe('the variable POLYBANKING_TIME_ZONE', () => {
  const key = (letter: string) => btoa(letter.repeat(32));
  const variables = {
    ADMIN_TOKEN: 'a-token-of-sixteen',
    PUBLIC_URL: 'https://pay.example.com',
    MASTER_KEY: key('m'),
    ID_KEY: key('i'),
  };
  const zoneOf = (zone?: string) =>
    readConfig({ ...variables, ...(zone !== undefined && { POLYBANKING_TIME_ZONE: zone }) })
      .polybankingTimeZone;

  it('is that of the original by default, another one where it is set, and never a wrong one', () => {
    expect([zoneOf(), zoneOf(''), zoneOf('Europe/Paris')]).toEqual([
      'Europe/Zurich',
      'Europe/Zurich',
      'Europe/Paris',
    ]);
    expect(() => zoneOf('Zurich')).toThrow('POLYBANKING_TIME_ZONE');
  });
});

describe('an integer of a form', () => {
  it.each([
    ['10', 10],
    [' 10\n', 10],
    ['+10', 10],
    ['-1', -1],
    ['007', 7],
    ['\x1f7\x1c', 7],
    ['', null],
    [' ', null],
    ['1 0', null],
    ['+ 1', null],
    ['1.0', null],
    ['1_000', null],
    ['0x10', null],
    ['1e3', null],
    ['10L', null],
    ['1\0', null],
    ['٥', null],
    ['\u00a01', null],
  ])('is read as Python 2 reads the ASCII text %j', (text, expected) => {
    expect(pythonInt(text)).toBe(expected);
  });
});
