/** The addresses that an account takes notifications from: what is a rule, whom it lets in, and what becomes of stored ones that are none. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isAllowed, unreadableAddressRules } from '../../src/gateway/allowed-ips.ts';
import {
  admin,
  bankOf,
  demoSettings,
  journey,
  makeAccount,
  type Problem,
  request,
  unique,
} from '../support/harness.ts';

afterEach(() => vi.restoreAllMocks());

interface AccountAnswer {
  readonly allowedIps: readonly string[];
  readonly warnings: readonly string[];
}

describe('a rule', () => {
  it.each([
    '1..2.3',
    'abc',
    '::::',
    '10.0.0.0/24/8',
    '*',
    '',
    ' 10.0.0.1',
    '10.0.0.1 ',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '0x7f.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/2 ',
    '/8',
    '2001:db8::/129',
    '2001:db8::1::2',
    '2001:db8:0:0:0:0:0',
    '2001:db8:0:0:0:0:0:0:1',
    '2001:db8::12345',
    'fe80::1%eth0',
    '::ffff:10.0.0.0/64',
    '::ffff:1.2.3.256',
    'example.com',
  ])('that is no address and no block is not taken: %j', async (rule) => {
    expect(unreadableAddressRules([rule])).toEqual([rule]);
    const body = { provider: 'ogone', settings: demoSettings('ogone'), allowedIps: ['192.0.2.1', rule] };
    const answer = await admin<Problem>('PUT', `/accounts/${unique()}`, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.errors?.map(({ path }) => path)).toEqual(['allowedIps.1']);
  });

  it('is named for every entry that is wrong', async () => {
    const allowedIps = ['abc', '192.0.2.1', '::::'];
    const body = { provider: 'ogone', settings: demoSettings('ogone'), allowedIps };
    const { errors } = (await admin<Problem>('PUT', `/accounts/${unique()}`, body)).body;
    expect(errors?.map(({ path }) => path)).toEqual(['allowedIps.0', 'allowedIps.2']);
    expect(errors?.[0]?.message).toContain('abc');
  });

  it.each([
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['194.2.122.0/24', '194.2.122.255', true],
    ['194.2.122.0/24', '194.2.123.0', false],
    ['194.2.122.77/24', '194.2.122.1', true],
    ['10.0.0.0/31', '10.0.0.1', true],
    ['10.0.0.0/31', '10.0.0.2', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['128.0.0.0/1', '200.0.0.1', true],
    ['128.0.0.0/1', '127.255.255.255', false],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1', true],
    ['2001:DB8::1', '2001:db8:0::0:1', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['::1/128', '::1', true],
    ['::/0', '2001:db8::1', true],
    ['::/0', '192.0.2.1', false],
    ['192.0.2.1', '::ffff:192.0.2.1', true],
    ['192.0.2.1', '::ffff:c000:201', true],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['::ffff:10.0.0.0/104', '10.255.0.1', true],
    ['::ffff:10.0.0.0/104', '11.0.0.1', false],
    ['192.0.2.1', 'unknown', false],
    ['192.0.2.1', '', false],
    ['abc', 'abc', false],
  ])('%s lets %s in: %s', (rule, ip, expected) => {
    expect(isAllowed([rule], ip)).toBe(expected);
    expect(isAllowed(['198.51.100.1', rule], ip)).toBe(expected);
  });

  it('lets nobody in whose address is not known, and no rule at all lets everybody in', () => {
    expect(isAllowed(['0.0.0.0/0', '::/0'], undefined)).toBe(false);
    expect(isAllowed([], undefined)).toBe(true);
    expect(isAllowed([], 'unknown')).toBe(true);
  });
});

describe('a stored rule that an earlier version took', () => {
  it('is logged and named, does not become an open door, and does not close the door of the others', async () => {
    const attempt = await journey('ogone');
    const store = (rules: readonly string[]) =>
      env.DIRECTORY.prepare('UPDATE accounts SET allowed_ips = ? WHERE id = ?')
        .bind(JSON.stringify(rules), attempt.account)
        .run();
    const log = vi.spyOn(console, 'warn');
    await store(['1..2.3', '10.0.0.0/24/8']);
    vi.setSystemTime(Date.now() + 6000);
    expect((await attempt.notify('pay')).status).toBe(403);
    expect(log).toHaveBeenCalledWith({
      event: 'account.unreadable_addresses',
      account: attempt.account,
      allowedIps: ['1..2.3', '10.0.0.0/24/8'],
    });
    for (const { body } of [
      await admin<AccountAnswer>('GET', `/accounts/${attempt.account}`),
      await admin<AccountAnswer>('PUT', `/accounts/${attempt.account}`, { provider: 'ogone', caption: 'x' }),
    ]) {
      expect(body.warnings).toHaveLength(2);
      expect(body.warnings[0]).toContain('1..2.3');
    }
    const { body } = await admin<{ data: (AccountAnswer & { id: string })[] }>('GET', '/accounts');
    expect(body.data.find(({ id }) => id === attempt.account)?.warnings[1]).toContain('10.0.0.0/24/8');
    await store(['::::', '0.0.0.0/0']);
    vi.setSystemTime(Date.now() + 6000);
    const message = bankOf('ogone').notification(attempt.order, attempt.merchant, 'pay', 'none');
    const from = (ip: string) =>
      request(message.url, {
        method: message.method,
        headers: { ...message.headers, 'cf-connecting-ip': ip },
        body: message.body,
      });
    expect((await from('2001:db8::1')).status).toBe(403);
    expect((await from('192.0.2.1')).status).toBe(200);
  });

  it('is no warning where every rule is one', async () => {
    const id = await makeAccount('ogone', { allowedIps: ['192.0.2.1', '2001:db8::/32'] });
    expect((await admin<AccountAnswer>('GET', `/accounts/${id}`)).body.warnings).toEqual([]);
  });
});
