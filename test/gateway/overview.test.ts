/** Sums of the operator's first page. Ruled out: a day that begins at another moment, money of another shop, test money among real. */
import { beforeAll, describe, expect, it } from 'vitest';
import { lastDays, overviewOf } from '../../src/gateway/overview.ts';
import type { Service } from '../../src/gateway/service.ts';
import { admin, journey, network, type Problem, request, runAlarms } from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';

beforeAll(() => {
  network();
});

const at = (time: string, zone: string, count = 2) => lastDays(Date.parse(time), zone, count);

describe('the days of a zone', () => {
  it('begin at its midnight, also where the clock changes and where an hour has quarters', () => {
    expect(at('2026-11-26T12:00:00Z', 'UTC')).toEqual([
      { day: '2026-11-25', from: '2026-11-25T00:00:00.000Z', to: '2026-11-26T00:00:00.000Z' },
      { day: '2026-11-26', from: '2026-11-26T00:00:00.000Z', to: '2026-11-27T00:00:00.000Z' },
    ]);
    expect(at('2026-10-25T22:59:00Z', 'Europe/Paris', 1)).toEqual([
      { day: '2026-10-25', from: '2026-10-24T22:00:00.000Z', to: '2026-10-25T23:00:00.000Z' },
    ]);
    expect(at('2026-10-25T23:00:00Z', 'Europe/Paris', 1)[0]?.day).toBe('2026-10-26');
    expect(at('2026-11-26T18:20:00Z', 'Asia/Kathmandu', 1)[0]).toMatchObject({
      day: '2026-11-27',
      from: '2026-11-26T18:15:00.000Z',
    });
    expect(at('2026-11-26T10:00:00Z', 'Pacific/Kiritimati', 1)[0]?.day).toBe('2026-11-27');
    expect(at('2026-11-26T10:00:00Z', 'Pacific/Niue', 1)[0]?.day).toBe('2026-11-25');
  });

  it('follow one another without a gap over a year, in every kind of zone', () => {
    // Santiago, Cairo and Beirut change their clocks at midnight, which then does not exist.
    for (const zone of [
      'America/Santiago',
      'Africa/Cairo',
      'Asia/Beirut',
      'Australia/Lord_Howe',
      'America/St_Johns',
    ]) {
      const days = at('2026-11-26T12:00:00Z', zone, 366);
      for (const [index, { to }] of days.entries())
        if (days[index + 1]) expect(days[index + 1]?.from).toBe(to);
      for (const { day, from, to } of days) {
        const local = (time: number) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(time);
        expect([local(Date.parse(from)), local(Date.parse(to) - 1)]).toEqual([day, day]);
        expect(local(Date.parse(from) - 1) < day).toBe(true);
      }
    }
  });
});

it('the first page has the days that were asked for, today’s statuses, and the sums of all of them', async () => {
  const asked: unknown[] = [];
  const service = {
    now: () => Date.parse('2026-11-26T23:30:00Z'),
    directory: {
      sumUp: async (given: unknown) => {
        asked.push(given);
        return { statuses: ['statuses'], sums: ['sums'] };
      },
    },
  } as unknown as Service;
  const scope = { all: true } as const;
  expect(await overviewOf(service, scope, { zone: 'Europe/Zurich', days: 3 })).toEqual({
    zone: 'Europe/Zurich',
    days: ['2026-11-25', '2026-11-26', '2026-11-27'],
    today: { day: '2026-11-27', statuses: ['statuses'] },
    sums: ['sums'],
  });
  const days = ['2026-11-25', '2026-11-26', '2026-11-27'].map((day, index) => ({
    day,
    from: `2026-11-${24 + index}T23:00:00.000Z`,
    to: `2026-11-${25 + index}T23:00:00.000Z`,
  }));
  expect(asked).toEqual([{ scope, today: days[2], days }]);
  await expect(overviewOf(service, scope, { zone: 'Mars/Base', days: 3 })).rejects.toMatchObject({
    errors: [{ path: 'zone', message: 'is no time zone: it looks like Europe/Zurich' }],
  });
});

interface Overview {
  readonly zone: string;
  readonly days: readonly string[];
  readonly today: { readonly day: string; readonly statuses: readonly object[] };
  readonly sums: readonly object[];
}

describe('GET /v1/admin/overview', () => {
  it('sums up what the operator may see', async () => {
    const mine = await journey('ogone', { fields: { amount: 1500 } });
    await mine.notify('pay');
    const other = await journey('ogone', { fields: { amount: 700 } });
    await other.notify('pay');
    for (const { payment } of [mine, other]) await runAlarms(payment.id);
    const { token } = await makeToken({ role: 'view', shops: [mine.shop.id] });
    const { body } = await asToken(token)<Overview>('GET', '/overview?zone=Europe/Zurich&days=3');
    expect(body.days).toHaveLength(3);
    expect(body.today.day).toBe(body.days[2]);
    expect(body.today.statuses).toEqual([{ status: 'paid', test: true, count: 1 }]);
    expect(body.sums).toEqual([
      {
        day: body.today.day,
        currency: 'EUR',
        provider: 'ogone',
        test: true,
        count: 1,
        paid: 1500,
        refunded: 0,
      },
    ]);
    const all = (await admin<Overview>('GET', '/overview')).body;
    expect([all.zone, all.days.length]).toEqual(['UTC', 30]);
    expect(all.sums).toMatchObject([{ count: 2, paid: 2200 }]);
  });

  it('names what is wrong with a zone and with days', async () => {
    for (const [query, path] of [
      ['zone=Mars/Base', 'zone'],
      ['days=0', 'days'],
      ['days=91', 'days'],
    ]) {
      const { status, body } = await admin<Problem>('GET', `/overview?${query}`);
      expect([status, body.errors?.[0]?.path]).toEqual([400, path]);
    }
    for (const days of [1, 9, 10, 30, 89, 90])
      expect((await admin('GET', `/overview?days=${days}`)).status).toBe(200);
    expect((await request('/v1/admin/overview')).status).toBe(401);
  });
});

it("a payment in PolyBanking's words is what its website reads", async () => {
  const { payment, notify, shop } = await journey('ogone', {});
  await notify('pay');
  await runAlarms(payment.id);
  const { body } = await admin<{ transaction: Record<string, unknown>; logs: { log_type: string }[] }>(
    'GET',
    `/payments/${payment.id}/polybanking`,
  );
  expect(body.transaction).toMatchObject({
    postfinance_status: '9',
    internal_status: 'fb',
    reference: payment.reference,
  });
  expect(body.logs.map(({ log_type }) => log_type)).toContain('postfinanceStatus');
  const { token } = await makeToken({ role: 'view', shops: [(await journey('ogone', {})).shop.id] });
  expect((await asToken(token)('GET', `/payments/${payment.id}/polybanking`)).status).toBe(404);
  expect(shop.id).not.toBe('');
});
