/** SIPS 2 and SIPS 1: what merchants report from the field, each named by what went wrong. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dailyNumber, type Service } from '../../../src/gateway/service.ts';
import { sixDigits } from '../../../src/providers/kit/number-space.ts';
import { sips } from '../../../src/providers/sips/index.ts';
import { sips2 } from '../../../src/providers/sips2/index.ts';
import { sealSips2Json } from '../../../src/providers/sips2/signatures.ts';
import { network } from '../../support/harness.ts';
import { call, changeAnswer, paid, read, refreshed } from '../operations-support.ts';
import { accountOf, begin, request } from '../support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('Mercanet', () => {
  it('is not asked at its old hosts', async () => {
    const page = async (environment: 'test' | 'production') => {
      const account = { ...accountOf(sips2, { brand: 'mercanet' }), environment, endpoints: {} };
      const { redirect } = await begin(sips2, request(sips2), account);
      return redirect.kind === 'form' && redirect.url;
    };
    expect(await page('production')).toBe('https://payment-webinit.mercanet.com/paymentInit');
    expect(await page('test')).toBe('https://payment-webinit.simu.mercanet.com/paymentInit');
  });

  it('is spoken to in the version that is recommended, or in an older one', async () => {
    expect(accountOf(sips2).settings.interface_version).toBe('HP_3.4');
    expect(accountOf(sips2, { interface_version: 'HP_2.3' }).settings.interface_version).toBe('HP_2.3');
  });
});

describe('the six digits of a day in Paris', () => {
  /** Numbers as the service gives them at these times: the counters begin again with each day's name. */
  async function numbersAt(
    times: readonly string[],
  ): Promise<readonly (readonly [time: string, number: number])[]> {
    const counts = new Map<string, number>();
    const numbers: (readonly [string, number])[] = [];
    for (const time of times) {
      const service = {
        now: () => Date.parse(time),
        daily: async (name: string, day: string) => {
          const count = counts.get(`${name} ${day}`) ?? 0;
          counts.set(`${name} ${day}`, count + 1);
          return count;
        },
      } as unknown as Service;
      numbers.push([time, await dailyNumber(service, 'sips2', '002001000000001', 'Europe/Paris')]);
    }
    return numbers;
  }

  it.each([
    ['in winter', '2026-11-21T20:00:00Z'],
    ['in summer', '2026-07-21T20:00:00Z'],
    ['at the end of a year', '2026-12-31T20:00:00Z'],
  ])('never come twice, also where the form arrives after midnight (%s)', async (_when, from) => {
    const times = Array.from({ length: 200 }, (_, index) =>
      new Date(Date.parse(from) + index * 120_000).toISOString(),
    );
    const numbers = (await numbersAt(times)).map(([, number]) => number);
    expect(new Set(numbers).size).toBe(200);
  });

  it('leave the numbers of another programme on the same shop alone', async () => {
    expect(sixDigits('000000-999999', 42)).toBe('000042');
    expect(sixDigits('500000-999999', 42)).toBe('500042');
    expect(() => sixDigits('500000-501000', 1001)).toThrow('are used');
    const account = accountOf(sips2, { use_s10_reference: true, s10_numbers: '500000-999999' });
    const { bound } = await begin(sips2, request(sips2), account);
    expect(bound).toMatchObject({ s10TransactionId: '500042' });
    for (const space of ['5-9', '000000-000100', '900000-100000']) {
      expect(() => accountOf(sips2, { s10_numbers: space })).toThrow();
      expect(() => accountOf(sips, { transaction_numbers: space })).toThrow();
    }
  });
});

describe('a transaction that has ended', () => {
  it.each(['EXPIRED', 'ABORTED'])('is expired by asking, not cancelled (%s)', async (transactionStatus) => {
    const attempt = await paid('sips2', { held: true });
    expect((await read(attempt)).status).toBe('authorized');
    changeAnswer('getTransactionData', (text) => {
      const { seal: _, ...answer } = { ...JSON.parse(text), transactionStatus };
      return JSON.stringify({ ...answer, seal: sealSips2Json(attempt.merchant.settings, answer).signature });
    });
    const { status, amounts } = await refreshed(attempt);
    expect([status, amounts.authorized]).toEqual(['expired', 0]);
  });
});

describe('a refund before the remittance', () => {
  it('says that a cancel is meant', async () => {
    const attempt = await paid('sips2');
    changeAnswer('cashManagement/refund', (text) => {
      const { seal: _, ...answer } = { ...JSON.parse(text), responseCode: '24' };
      return JSON.stringify({ ...answer, seal: sealSips2Json(attempt.merchant.settings, answer).signature });
    });
    expect(JSON.stringify((await call(attempt, 'refund', { amount: 500 })).body)).toContain('use cancel');
  });
});
