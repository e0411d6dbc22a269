/** The flood script: what it takes, and what it does not let pass. */
import { describe, expect, it } from 'vitest';
import { attacks } from '../flood/attacks.ts';
import { flood } from '../flood/flood.ts';
import { floodOptions } from '../flood/options.ts';
import { type Outcome, problemsOf } from '../flood/report.ts';

const NAMES = attacks([], { method: 'POST', path: '' }).map(({ name }) => name);

describe('an option of the flood', () => {
  it.each([
    [['--seconds', '0'], '--seconds takes a number from 2'],
    [['--seconds', '1e3'], '--seconds takes a number'],
    [['--seconds=-5'], '--seconds takes a number'],
    [['--connections', '0'], '--connections takes a number'],
    [['--rate', '91'], '--rate takes a number from 1 to 90'],
    [['--only', 'nothing'], '--only nothing is no attack: there are hostile-bodies'],
    [['--second', '5'], "Unknown option '--second'"],
    [['5'], "Unexpected argument '5'"],
  ])('that is wrong is not taken for a default: %j', (args, message) => {
    expect(() => floodOptions(args, NAMES)).toThrow(message);
  });

  it('is 60 seconds of all attacks where nothing is said, and none of them where help is asked for', () => {
    expect(floodOptions([], NAMES)).toMatchObject({ seconds: 60, only: [], isLenient: false });
    expect(floodOptions(['--help', '--seconds', '5'], NAMES)).toBeNull();
  });
});

const trade = (milliseconds: number) => ({
  creates: [milliseconds],
  notifications: [milliseconds],
  webhooks: [milliseconds],
  problems: [],
});
const held: Outcome = {
  quiet: trade(100),
  traded: trade(249),
  reports: [],
  kept: { middle: 12, end: 14 },
  resident: { middle: 300, end: 400 },
  load: 0.5,
};
const LONG = { seconds: 60, isLenient: false };

describe('a flood in which', () => {
  it('everything holds has no problem', () => {
    expect(problemsOf(LONG, held)).toEqual([]);
  });

  it('the good shop waits is one, on a slow machine only beyond eight times what it waits without a flood', () => {
    const slow = { ...held, traded: trade(799) };
    expect(problemsOf(LONG, slow)).toEqual(["the good shop's p99 is 799 ms, not under 250 ms"]);
    expect(problemsOf({ ...LONG, isLenient: true }, slow)).toEqual([]);
    expect(problemsOf({ ...LONG, isLenient: true }, { ...held, traded: trade(801) })).toHaveLength(1);
    const busy = { ...held, traded: trade(1999), load: 4 };
    expect(problemsOf({ ...LONG, isLenient: true }, busy)).toEqual([]);
    expect(problemsOf(LONG, busy)).toHaveLength(1);
    const silent = { ...trade(1), creates: [], notifications: [] };
    expect(problemsOf(LONG, { ...held, traded: silent })).toHaveLength(1);
  });

  it('memory grows is one, once everything is warm', () => {
    const grown = { ...held, kept: { middle: 12, end: 18 } };
    const sentence = 'what the Worker keeps grew from 12.0 MiB in the middle to 18.0 MiB at the end';
    expect(problemsOf(LONG, grown)).toEqual([sentence]);
    expect(problemsOf({ ...LONG, seconds: 10 }, grown)).toEqual([]);
    const swollen = { ...held, resident: { middle: 300, end: 600 } };
    expect(problemsOf(LONG, swollen)[0]).toMatch(/^the Worker's process grew from 300/);
    expect(problemsOf(LONG, { ...held, resident: null })).toEqual([]);
  });

  it('a payment or a webhook of the good shop is missing is one', () => {
    const missing = { ...trade(1), problems: ['no webhook says that X is paid'] };
    expect(problemsOf(LONG, { ...held, traded: missing })).toEqual([
      'the good shop: no webhook says that X is paid',
    ]);
  });

  it.each([500, 503, 0])('anything is answered with %d is one', async (status) => {
    let left = 20;
    const reports = await flood(
      async ({ path }) => ({ status: path === '/bad' ? status : 404, text: 'x', milliseconds: 1 }),
      [
        { name: 'good', next: () => ({ method: 'GET', path: '/good' }) },
        { name: 'bad', next: () => ({ method: 'GET', path: '/bad' }) },
      ],
      2,
      () => left-- <= 0,
    );
    expect(reports[0]?.problems).toEqual([]);
    expect(problemsOf(LONG, { ...held, reports })[0]).toBe(`bad: GET /bad: ${status} x`);
  });
});

describe('the attacks', () => {
  it('have bodies that are read to their end, and no larger ones that are turned away', () => {
    const victim = {
      account: 'a',
      id: 'X',
      link: '/pay/X/t',
      back: '/return/a/X',
      forged: { method: 'POST', path: '/callback/a' },
    };
    const hostile = attacks([victim], { method: 'POST', path: '' }).filter(({ name }) =>
      /^hostile/.test(name),
    );
    expect(hostile).toHaveLength(3);
    for (const { next } of hostile) {
      for (let count = 0; count < 14; count++) {
        const { body = '' } = next(count);
        expect(Buffer.byteLength(body)).toBeGreaterThan(30_000);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(64 * 1024);
      }
    }
  });
});
