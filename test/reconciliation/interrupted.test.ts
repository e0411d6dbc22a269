/**
 * A run that is interrupted. The failures ruled out: one that nobody goes on with, one that is tried for ever by the same failure, and
 * one that cannot be deleted.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { admin } from '../support/harness.ts';
import { accountWith, COLUMNS, HEADER, order } from './one-account.ts';
import { putFile, type Read, reconciled, settled } from './support.ts';

/** A directory that does not answer. */
const DOWN = {
  DIRECTORY: {
    prepare: () => {
      throw new Error('D1 is down');
    },
  },
} as unknown as typeof env;

/** What an object reaches. */
const environmentOf = (object: object) => (object as { readonly env: typeof env }).env;

describe('a run that is interrupted', () => {
  const small = (account: string) => [order(account), `${HEADER};X;;10.00;EUR;2026-11-01\n`] as const;
  const objectOf = (id: string) => env.RECONCILIATION.get(env.RECONCILIATION.idFromName(id));

  it('goes on by its alarm, which is set before the work begins', async () => {
    const [body, file] = small(await accountWith([]));
    const { id } = (await admin<Read>('POST', '/reconciliations', body)).body;
    const bytes = new TextEncoder().encode(file);
    const alarms: Promise<number | null>[] = [];
    await runInDurableObject(objectOf(id), async (object, state) => {
      const real = environmentOf(object);
      // Whoever looks into the directory is killed there, as far as the alarm knows.
      const prepare = (sql: string) => {
        alarms.push(state.storage.getAlarm());
        return real.DIRECTORY.prepare(sql);
      };
      Object.defineProperty(object, 'env', {
        value: { ...real, DIRECTORY: { prepare } },
        configurable: true,
      });
      await object.put({ range: null, bytes });
      Object.defineProperty(object, 'env', { value: real, configurable: true });
    });
    expect(alarms.length).toBeGreaterThan(0);
    for (const alarm of await Promise.all(alarms)) expect(alarm).toBeLessThan(Date.now() + 120_000);
    expect((await settled(id)).status).toBe('done');
  });

  it('goes on by its last piece, when it comes again', async () => {
    const [body, file] = small(await accountWith([]));
    const read = await reconciled(body, file);
    await runInDurableObject(objectOf(read.id), async (_, state) => {
      state.storage.sql.exec(
        `UPDATE state SET value = json_set(value, '$.stage', 'inspecting', '$.readTo', 0, '$.reader', NULL, '$.listed', 0,
           '$.place', json('{"by":"provider_reference","after":""}')) WHERE name = 'state'`,
      );
      for (const table of ['lines', 'results', 'days']) state.storage.sql.exec(`DELETE FROM ${table}`);
      await state.storage.deleteAlarm();
    });
    const again = new TextEncoder().encode(file).subarray(10);
    const answer = await putFile(read.id, again, `bytes 10-${file.length - 1}/${file.length}`);
    expect(answer.body.status).toBe('done');
  });

  it('again and again by the same failure has failed, after longer and longer pauses', async () => {
    const [body, file] = small(await accountWith([]));
    const read = await reconciled(body, file);
    const pauses: number[] = [];
    await runInDurableObject(objectOf(read.id), async (object, state) => {
      const real = environmentOf(object);
      Object.defineProperty(object, 'env', { value: DOWN, configurable: true });
      await object.compare();
      for (let tries = 1; tries < 9; tries += 1) {
        pauses.push(Math.round((((await state.storage.getAlarm()) ?? 0) - Date.now()) / 1000));
        await object.alarm();
      }
      expect((await object.info())?.status).toBe('comparing');
      await object.alarm();
      expect(await object.info()).toMatchObject({ status: 'failed', fault: { code: 'not_finished' } });
      Object.defineProperty(object, 'env', { value: real, configurable: true });
    });
    for (const [failed, pause] of [30, 60, 120, 240].entries()) {
      expect(pauses[failed]).toBeGreaterThanOrEqual(pause - 1);
      expect(pauses[failed]).toBeLessThanOrEqual(pause * 1.2);
    }
    // A person has it read again.
    await admin('PUT', `/reconciliations/${read.id}/columns`, { columns: COLUMNS });
    expect((await settled(read.id)).status).toBe('done');
  });

  it('when it is to be deleted is deleted an hour later', async () => {
    const [body, file] = small(await accountWith([]));
    const read = await reconciled(body, file);
    await runInDurableObject(objectOf(read.id), async (object, state) => {
      const real = environmentOf(object);
      vi.setSystemTime(Date.now() + 401 * 86_400_000);
      Object.defineProperty(object, 'env', { value: DOWN, configurable: true });
      await object.alarm();
      const pause = ((await state.storage.getAlarm()) ?? 0) - Date.now();
      expect(pause > 3_500_000 && pause <= 1.2 * 3_600_000, `${pause}`).toBe(true);
      expect(await object.info()).not.toBeNull();
      Object.defineProperty(object, 'env', { value: real, configurable: true });
      await object.alarm();
      expect(await object.info()).toBeNull();
      vi.useRealTimers();
    });
  });
});
