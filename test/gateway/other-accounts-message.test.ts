/**
 * Messages that come to the address of another account than their attempt's. Ruled out: money that nobody hears of because the bank has one
 * address for two accounts, and a message that counts although the attempt's own account would not believe it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  admin,
  BANK_API,
  bankOf,
  deliver,
  demoSettings,
  type Journey,
  journey,
  makeAccount,
  merchant,
  network,
  PROVIDER_IDS,
  turned,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const ACKNOWLEDGED = 'version=2\ncdr=0\n';
const statusOf = async ({ shop, payment }: Journey) => (await shop.payment(payment.id)).status;
const refusalsOf = async (account: string) =>
  (await admin<{ data: { reason: string }[] }>('GET', `/accounts/${account}/refusals`)).body.data.map(
    ({ reason }) => reason,
  );

/** Has the bank tell of an attempt at another account's address. @param settings of the account whose secrets seal it */
async function toldAt(attempt: Journey, account: string, settings: Record<string, unknown> = {}) {
  const provider = attempt.order.bank;
  return deliver(
    bankOf(provider).notification(attempt.order, merchant(provider, account, settings), 'pay', 'none'),
  );
}

describe('a message at the address of another account', () => {
  it('counts for the attempt where one contract has two accounts', async () => {
    const attempt = await journey('monetico');
    const next = await makeAccount('monetico', { endpoints: { api: BANK_API } });
    expect((await admin('POST', `/accounts/${attempt.account}/succeed`, { account: next })).status).toBe(200);
    const first = await toldAt(attempt, next);
    expect([first.status, await first.text()]).toEqual([200, ACKNOWLEDGED]);
    expect(await statusOf(attempt)).toBe('paid');
    // Once more at either address: a repeat.
    for (const account of [next, attempt.account])
      expect(await (await toldAt(attempt, account)).text()).toBe(ACKNOWLEDGED);
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(1999);
    expect(await refusalsOf(next)).toEqual([]);
  });

  it('is refused and listed where its seal is of that account alone', async () => {
    const attempt = await journey('monetico');
    const own = { ...demoSettings('monetico'), key: turned(String(demoSettings('monetico').key)) };
    const other = await makeAccount('monetico', { settings: own });
    await toldAt(attempt, other, own);
    expect(await statusOf(attempt)).toBe('created');
    expect(await refusalsOf(other)).toEqual(['wrong_account']);
  });

  it('is refused where the attempt is of another environment', async () => {
    const attempt = await journey('monetico');
    const other = await makeAccount('monetico', { environment: 'test' });
    await toldAt(attempt, other);
    expect(await statusOf(attempt)).toBe('created');
    expect(await refusalsOf(other)).toEqual(['wrong_account']);
  });

  it('is refused where the attempt’s account does not allow its sender', async () => {
    const attempt = await journey('monetico');
    const closed = { id: attempt.account, endpoints: { api: BANK_API }, allowedIps: ['192.0.2.1'] };
    await makeAccount('monetico', closed);
    const other = await makeAccount('monetico');
    await toldAt(attempt, other);
    expect(await statusOf(attempt)).toBe('created');
    expect(await refusalsOf(other)).toEqual(['wrong_account']);
  });

  it.each(PROVIDER_IDS.filter((id) => id !== 'dummy'))('of %s is as good as at its own', async (provider) => {
    const [here, there] = [await journey(provider), await journey(provider)];
    const other = await makeAccount(provider, { endpoints: { api: BANK_API } });
    const [own, others] = [await here.notify('pay'), await toldAt(there, other)];
    expect(others.status).toBe(own.status);
    expect(await statusOf(there)).toBe(await statusOf(here));
  });
});
