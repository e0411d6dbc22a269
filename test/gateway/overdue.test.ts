/**
 * The cron's walk through payments without a result. The failures ruled out: only the first page is polled, so that the others neither
 * expire nor are queried; one that fails stops the others, or is polled in every page of the same run.
 */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { pollOverduePayments } from '../../src/gateway/overdue.ts';
import type { LedgerClient, Service } from '../../src/gateway/service.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { accountOf, handMade, logLines, NOW } from './hand-made.ts';

/** More than two pages. */
const MANY = 250;

const DUE = '2020-01-01T00:00:00.000Z';

const idOf = (number: number) => String(number).padStart(16, '0');

/** Payments that are due, without ledgers. */
async function storeDue(count: number): Promise<void> {
  await env.DIRECTORY.prepare(
    `INSERT INTO payments (id, version, shop, reference, status, amount, currency, account, provider, test, paid, refunded, created_at,
       updated_at, body, check_at)
     WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     SELECT printf('%016d', i), 1, 's', 'r' || i, 'pending', 1, 'EUR', 'a', 'p', 1, 0, 0, '', '', '{}', ? FROM n`,
  )
    .bind(count - 1, DUE)
    .run();
}

/** A service whose ledgers say by their ids when they are to be polled again. @returns which were polled, how often. */
function polling(next: (id: string) => number | null): { service: Service; polled: Map<string, number> } {
  const polled = new Map<string, number>();
  const service = serviceOf(env as unknown as Env);
  const ledger: Service['ledger'] = (id) => {
    const overdue: LedgerClient['overdue'] = async () => {
      polled.set(id, (polled.get(id) ?? 0) + 1);
      return next(id);
    };
    return new Proxy(service.ledger(id), {
      get: (target, name) => (name === 'overdue' ? overdue : Reflect.get(target, name)),
    });
  };
  return { service: { ...service, ledger }, polled };
}

const checkTimes = async () =>
  (
    await env.DIRECTORY.prepare('SELECT id, check_at FROM payments ORDER BY id').all<{
      id: string;
      check_at: string | null;
    }>()
  ).results;

beforeEach(async () => {
  await env.DIRECTORY.prepare('DELETE FROM payments').run();
});

describe('payments that are overdue', () => {
  it('are polled all, beyond the first page, each once in a run', async () => {
    await storeDue(MANY);
    const { service, polled } = polling(() => null);
    await pollOverduePayments(service);
    expect([...polled.keys()].toSorted()).toEqual(Array.from({ length: MANY }, (_, number) => idOf(number)));
    expect(new Set(polled.values())).toEqual(new Set([1]));
    expect((await checkTimes()).every(({ check_at }) => check_at === null)).toBe(true);
    await pollOverduePayments(service);
    expect(new Set(polled.values())).toEqual(new Set([1]));
  });

  it('do not stand in the way of each other: the ledger that fails is polled again later, the others have their times', async () => {
    await storeDue(MANY);
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const later = Date.now() + 3_600_000;
    const { service, polled } = polling((id) => {
      if (id === idOf(7)) throw new Error('this ledger is broken');
      return later;
    });
    const before = Date.now();
    await pollOverduePayments(service);
    vi.restoreAllMocks();
    expect(polled.size).toBe(MANY);
    expect(polled.get(idOf(7))).toBe(1);
    for (const { id, check_at } of await checkTimes()) {
      if (id !== idOf(7)) expect(check_at).toBe(new Date(later).toISOString());
      else expect(Date.parse(check_at ?? '')).toBeGreaterThanOrEqual(before + 600_000);
    }
  });
});

describe('a run', () => {
  /** Polls by hand-made parts. @param pages how many payments are due, page by page. @returns what the directory and the ledgers were told */
  async function run(pages: (page: number) => number, overdue: unknown = null) {
    let [page, groups] = [0, 0];
    const lines = logLines();
    const { service, directory, ledger } = handMade({
      accounts: [
        accountOf('ogone', { id: 'asked', expireAfterHours: 2 }),
        accountOf('sips', { id: 'hinted' }),
        accountOf('tipi', { id: 'own' }),
        accountOf('ogone', { id: 'broken', settings: {} }),
      ],
      directory: {
        overdue: () => {
          page += 1;
          // A run without an end is none.
          if (page > 20) throw new Error('it goes on for ever');
          return Array.from({ length: pages(page) }, (_, index) => ({ id: idOf(index), checkAt: DUE }));
        },
        setNextChecks: () => {
          groups += 1;
          if (groups > 100) throw new Error('a page has no end');
        },
      },
      ledger: { overdue },
    });
    await pollOverduePayments(service);
    vi.restoreAllMocks();
    return { directory, ledger, lines, groups: directory.filter(([name]) => name === 'setNextChecks') };
  }

  it('tells the ledgers when each account is asked, and when its payments expire', async () => {
    const { ledger, lines } = await run((page) => (page === 1 ? 1 : 0));
    expect(ledger).toEqual([
      [
        'overdue',
        idOf(0),
        {
          schedules: {
            asked: { queryAfter: [900, 3600, 14_400, 43_200, 79_200], expireAfterMs: 7_200_000 },
            hinted: { queryAfter: [], expireAfterMs: 86_400_000 },
            own: { queryAfter: [], expireAfterMs: 86_400_000 },
          },
        },
      ],
    ]);
    expect(lines).toEqual([
      {
        event: 'overdue.account',
        account: 'broken',
        error: 'Problem: the settings of the account broken are not complete',
      },
    ]);
  });

  it('takes eight pages, each in groups of sixteen, and ends before where no more are due', async () => {
    const whole = await run(() => 96, NOW);
    expect(whole.ledger).toHaveLength(8 * 96);
    expect(whole.groups).toHaveLength(8 * 6);
    expect(whole.groups[0]?.[1]).toHaveLength(16);
    const some = await run((page) => (page === 1 ? 96 : 17), NOW);
    expect(some.groups.map(([, group]) => (group as unknown[]).length)).toEqual([
      16, 16, 16, 16, 16, 16, 16, 1,
    ]);
    const none = await run(() => 0);
    expect(none.directory).toEqual([['overdue', 96]]);
  });

  it('says which ledger failed, and when it is polled again', async () => {
    const { groups, lines } = await run(
      () => 1,
      () => Promise.reject(new Error('broken')),
    );
    const next = new Date(NOW + 600_000).toISOString();
    expect(groups).toEqual([['setNextChecks', [{ id: idOf(0), checkAt: DUE, next }]]]);
    expect(lines.at(-1)).toEqual({ event: 'overdue.failed', payment: idOf(0), error: 'Error: broken' });
  });
});
