/**
 * What everything stands on: numbers of a day, Durable Objects, and what is done every ten minutes. Ruled out: an order number that comes twice; a
 * failure of the platform that looks like one of ours, or the other way round; a task of the cron that stops the others, or fails unseen.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reached } from '../../src/gateway/reached.ts';
import { everyTenMinutes } from '../../src/gateway/scheduled.ts';
import type { dailyNumber } from '../../src/gateway/service.ts';
import { Problem } from '../../src/payments/errors.ts';
import { handMade, logLines } from './hand-made.ts';

afterEach(() => vi.restoreAllMocks());

describe('a number of the day', () => {
  let numberOf: typeof dailyNumber;
  beforeEach(async () => {
    // What it keeps of a zone is another in each test.
    vi.resetModules();
    numberOf = (await import('../../src/gateway/service.ts')).dailyNumber;
  });

  /** The number at a time, and what its counter was asked. */
  async function at(time: string, zone?: 'Europe/Paris') {
    const asked: string[][] = [];
    const { service } = handMade({
      changes: {
        now: () => Date.parse(time),
        daily: async (name, day) => {
          asked.push([name, day]);
          return 7;
        },
      },
    });
    return [await numberOf(service, 'payzen', 'shop-1', zone), ...asked];
  }

  it('is counted for the contract at its provider, by the day in UTC', async () => {
    expect(await at('2026-11-27T23:30:00.000Z')).toEqual([7, ['payzen/shop-1', '2026-11-27']]);
  });

  it('is counted by the day of a zone, even on one day and odd on the next', async () => {
    expect(await at('2026-11-26T23:30:00.000Z', 'Europe/Paris')).toEqual([
      14,
      ['payzen/shop-1', '2026-11-27'],
    ]);
    expect(await at('2026-11-27T22:59:59.000Z', 'Europe/Paris')).toEqual([
      14,
      ['payzen/shop-1', '2026-11-27'],
    ]);
    expect(await at('2026-11-27T23:00:00.000Z', 'Europe/Paris')).toEqual([
      15,
      ['payzen/shop-1', '2026-11-28'],
    ]);
  });

  it('makes what writes the days of a zone once', async () => {
    const made = vi.spyOn(Intl, 'DateTimeFormat');
    for (let count = 0; count < 3; count += 1) await at('2026-11-27T10:00:00.000Z', 'Europe/Paris');
    expect(made).toHaveBeenCalledTimes(1);
  });
});

describe('a Durable Object', () => {
  /** What a call of an object comes to that fails so. */
  const failing = (error: unknown) =>
    (reached({ call: () => Promise.reject(error) } as never) as unknown as { call(): Promise<unknown> })
      .call()
      .catch((thrown: unknown) => thrown);

  it('is called with what it is given, as its own member', async () => {
    const object = {
      name: 'object',
      call(this: { name: string }, ...given: unknown[]) {
        return [this.name, ...given];
      },
    };
    const client = reached(object as never) as unknown as typeof object;
    expect(await client.call(1, 2)).toEqual(['object', 1, 2]);
    expect(client.name).toBe('object');
  });

  it('that the platform did not get through to is unavailable, with the cause', async () => {
    for (const mark of ['overloaded', 'retryable']) {
      const cause = Object.assign(new Error('too much'), { [mark]: true });
      const problem = await failing(cause);
      expect(problem).toBeInstanceOf(Problem);
      expect(problem).toMatchObject({ code: 'unavailable', cause });
    }
  });

  it('that fails itself fails as it did', async () => {
    for (const error of [
      new Error('ours'),
      Object.assign(new Error('ours'), { overloaded: false, retryable: 'true' }),
      { overloaded: true },
      null,
      'a text',
    ])
      expect(await failing(error)).toBe(error);
  });
});

describe('every ten minutes', () => {
  /** Does it, where these fail. @returns what the directory was asked in turn, and what failed. */
  async function done(answers: object = {}) {
    const lines = logLines();
    const { service, directory } = handMade({
      directory: {
        sealAgain: { sealed: 0 },
        overdue: [],
        forgetFeed: undefined,
        drift: [],
        forgetDrift: undefined,
        refreshAttention: undefined,
        ...answers,
      },
    });
    await everyTenMinutes(service);
    const failed = lines.flatMap((line) => {
      const { event, error } = line as { event: string; error: string };
      return event === 'cron.failed' ? [error] : [];
    });
    return { asked: directory, names: directory.map(([name]) => name), failed };
  }

  it('records are sealed again before anything opens them, and what needs a person is seen after what does not', async () => {
    let isSealed = false;
    const overdue: boolean[] = [];
    const { asked, names } = await done({
      sealAgain: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        isSealed = true;
      },
      overdue: () => {
        overdue.push(isSealed);
        return [];
      },
    });
    expect(asked[0]).toEqual([
      'sealAgain',
      {
        by: { actor: 'countersign', actorName: null, address: null, request: null },
        acceptOlder: false,
      },
    ]);
    expect(overdue).toEqual([true]);
    expect(names).toEqual(expect.arrayContaining(['forgetFeed', 'overdue']));
    expect(names.filter((name) => name === 'forgetDrift' || name === 'refreshAttention')).toEqual([
      'forgetDrift',
      'refreshAttention',
    ]);
  });

  it('one task that fails is named in the log, and the others are done', async () => {
    const fails = (text: string) => () => Promise.reject(new Error(text));
    const { names, failed } = await done({
      sealAgain: fails('sealing failed'),
      forgetFeed: fails('the feed failed'),
      overdue: fails('the poll failed'),
    });
    expect(names).toEqual(expect.arrayContaining(['drift', 'refreshAttention']));
    expect(failed).toEqual(
      expect.arrayContaining(['Error: sealing failed', 'Error: the feed failed', 'Error: the poll failed']),
    );
  });
});
