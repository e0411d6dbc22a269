/**
 * The daily report as an operator's endpoint gets it. The failures ruled out: a report that is not whole, that nobody can verify, or whose
 * day is passed over because it was not delivered; a day that is sent before it has ended.
 */
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BookSums } from '../../src/directory/books.ts';
import type { ReportTarget } from '../../src/directory/settings.ts';
import { dueDays, reportSecret, sendDailyReports } from '../../src/gateway/daily-report.ts';
import type { Service } from '../../src/gateway/service.ts';

const URL_OF_REPORT = 'https://books.example.com/report';
const target: ReportTarget = {
  url: URL_OF_REPORT,
  timeZone: 'Europe/Zurich',
  hour: 6,
  nonce: 'n0',
  lastDay: '2026-11-24',
};
const NOW = Date.parse('2026-11-27T09:00:00.000Z');

const sum: BookSums = {
  key: 'shop',
  currency: 'EUR',
  test: false,
  payments: 2,
  refundCount: 1,
  chargebackCount: 0,
  gross: 3000,
  refunds: 400,
  chargebacks: 0,
};
const { key: _key, ...sums } = sum;

/** A service whose report goes to this target. @param statuses what the endpoint answers, one after the other. */
function serviceOf(to: ReportTarget | null, statuses: readonly number[] = []) {
  const received: {
    readonly url: string;
    readonly headers: Record<string, string>;
    readonly body: string;
  }[] = [];
  const reported: unknown[] = [];
  const asked: unknown[] = [];
  const service = {
    now: () => NOW,
    config: { idKey: new Uint8Array(32), local: true },
    directory: {
      settings: {
        report: async () => to,
        reported: async (...given: unknown[]) => {
          reported.push(given);
        },
      },
      shops: { list: async () => [{ id: 'shop', name: 'The shop', group: null, accounts: [] }] },
      books: {
        sums: async (...given: unknown[]) => {
          asked.push(given);
          return [sum];
        },
      },
      attention: async (...given: unknown[]) => {
        asked.push(given);
        return { data: [{ id: 'newest' }], counts: { refused: 3 } };
      },
    },
    fetch: async (url: string, { headers, body }: { headers: Record<string, string>; body: string }) => {
      received.push({ url, headers, body });
      return new Response(null, { status: statuses[received.length - 1] ?? 204 });
    },
  } as unknown as Service;
  return { service, received, reported, asked };
}

let told: unknown[];
beforeEach(() => {
  told = [];
  vi.spyOn(console, 'error').mockImplementation((...line) => void told.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('the daily report', () => {
  it('is sent whole, signed by its own secret, under one id a day, the earliest day first', async () => {
    const { service, received, reported, asked } = serviceOf(target);
    await sendDailyReports(service);
    expect(received.map(({ url, headers }) => [url, headers['webhook-id']])).toEqual([
      [URL_OF_REPORT, 'report_n0_2026-11-25'],
      [URL_OF_REPORT, 'report_n0_2026-11-26'],
    ]);
    expect(reported).toEqual([
      ['n0', '2026-11-25'],
      ['n0', '2026-11-26'],
    ]);
    const [first] = received;
    const secret = reportSecret(service, target);
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(reportSecret(service, { nonce: 'n1' })).not.toBe(secret);
    vi.setSystemTime(NOW);
    expect(new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {})).toEqual({
      type: 'report.daily',
      timestamp: '2026-11-27T09:00:00.000Z',
      data: {
        day: '2026-11-25',
        timeZone: 'Europe/Zurich',
        from: '2026-11-24T23:00:00.000Z',
        to: '2026-11-25T23:00:00.000Z',
        sums: [{ ...sum, name: 'The shop', net: 2600 }],
        totals: [{ ...sums, net: 2600 }],
        attention: { counts: { refused: 3 }, newest: [{ id: 'newest' }] },
      },
    });
    // Of everything that there is, what is the installation's own included.
    expect(asked.slice(0, 2)).toEqual([
      [
        {
          dateBy: 'movement',
          from: '2026-11-24T23:00:00.000Z',
          to: '2026-11-25T23:00:00.000Z',
          shops: null,
          test: null,
          statuses: null,
        },
        'shop',
      ],
      [{ limit: 50, sight: { scope: { all: true }, ofInstallation: true } }],
    ]);
    expect(told).toEqual([]);
  });

  it('stops at a day that was not delivered, and says so: it is not passed over', async () => {
    const { service, received, reported } = serviceOf(target, [204, 503]);
    await sendDailyReports({ ...service, now: () => NOW + 86_400_000 });
    expect([received.length, reported]).toEqual([2, [['n0', '2026-11-25']]]);
    expect(told).toEqual([[{ event: 'report.not_delivered', day: '2026-11-26', status: 503, error: null }]]);
  });

  it('goes nowhere where nobody wants it', async () => {
    const { service, received, asked } = serviceOf(null);
    await sendDailyReports(service);
    expect([received, asked]).toEqual([[], []]);
  });

  it.each([
    // In winter six o'clock is five in UTC.
    ['2026-11-27T04:59:59.999Z', 6, '2026-11-25', []],
    ['2026-11-27T05:00:00.000Z', 6, '2026-11-25', ['2026-11-26']],
    ['2026-11-27T22:59:59.999Z', 6, '2026-11-25', ['2026-11-26']],
    ['2026-11-27T23:00:00.000Z', 6, '2026-11-25', ['2026-11-26']],
    ['2026-11-28T05:00:00.000Z', 6, '2026-11-25', ['2026-11-26', '2026-11-27']],
    // The last movements of a day come ten minutes after it.
    ['2026-11-26T23:09:59.999Z', 0, '2026-11-25', []],
    ['2026-11-26T23:10:00.000Z', 0, '2026-11-25', ['2026-11-26']],
    ['2026-11-27T22:55:00.000Z', 0, '2026-11-25', ['2026-11-26']],
    // A week at most.
    [
      '2026-11-27T09:00:00.000Z',
      6,
      '2026-11-01',
      [20, 21, 22, 23, 24, 25, 26].map((day) => `2026-11-${day}`),
    ],
    [
      '2026-11-27T09:00:00.000Z',
      6,
      '2026-11-19',
      [20, 21, 22, 23, 24, 25, 26].map((day) => `2026-11-${day}`),
    ],
    ['2026-11-27T09:00:00.000Z', 6, '2026-11-20', [21, 22, 23, 24, 25, 26].map((day) => `2026-11-${day}`)],
  ])('at %s, of hour %i, after %s, is due for %j', (now, hour, lastDay, days) => {
    expect(dueDays({ ...target, hour, lastDay }, Date.parse(now))).toEqual(days);
  });
});
