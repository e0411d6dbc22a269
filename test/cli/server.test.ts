/** The commands that need a running server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/sandbox/run/port.ts';
import { type LocalServer, localServer } from '../../src/sandbox/run/server.ts';
import { Storefront } from '../../src/sandbox/run/storefront.ts';
import { sender } from '../flood/send.ts';
import { PolyBankingClient } from '../polybanking/client.ts';
import { runSecretScript } from './support.ts';

let server: LocalServer;
const state = mkdtempSync(join(tmpdir(), 'countersign-server-'));

beforeAll(async () => {
  server = await localServer(await freePort(), { output: 'ignore', state });
});
afterAll(async () => {
  server?.stop();
  await server?.ended;
  rmSync(state, { recursive: true, force: true });
});

describe('the local server', () => {
  it('starts beside others that start at the same moment', async () => {
    const folders = [0, 1, 2].map(() => mkdtempSync(join(tmpdir(), 'countersign-beside-')));
    const others = await Promise.all(
      folders.map(async (folder) => localServer(await freePort(), { output: 'ignore', state: folder })),
    );
    for (const { origin, stop } of others) {
      expect((await fetch(`${origin}/health`)).status).toBe(200);
      stop();
    }
    await Promise.all(others.map(({ ended }) => ended));
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('takes local webhook addresses, keeps its data, and serves the document', async () => {
    const shop = new Storefront(server.origin);
    const payment = await shop.create({ reference: 'kept', amount: 1, currency: 'EUR', provider: 'ogone' });
    expect(payment.checkoutUrl).toMatch(`${server.origin}/pay/${payment.id}/`);
    expect((await fetch(payment.checkoutUrl)).status).toBe(200);
    const document = (await (await fetch(`${server.origin}/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(document.paths)).toContain('/v1/payments/{id}/events');
  });
});

describe('a Host header of somebody else', () => {
  it.each(['/health', '/v1/payments', '/sandbox/payments/x', '/callback/paybox-sandbox', '/'])(
    'is no failure of ours at %s: the answer says what to do',
    async (path) => {
      const send = sender(Number(new URL(server.origin).port), 1);
      const answered = await send({ method: 'GET', path, headers: { host: 'evil.example' } });
      expect(answered.status).toBe(403);
      const problem = JSON.parse(answered.text) as { code: string; detail: string };
      expect(problem.code).toBe('forbidden');
      expect(problem.detail).toContain('evil.example');
      expect(problem.detail).toContain('http://localhost');
    },
  );
});

describe('the docs', () => {
  it('are served beside the Worker, and an error leads to its page', async () => {
    expect(await (await fetch(`${server.origin}/docs`)).text()).toContain('<h1>countersign</h1>');
    const { type } = (await (await fetch(`${server.origin}/v1/payments`)).json()) as { type: string };
    const page = await fetch(type);
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("default-src 'none'"),
    ]);
    expect(await page.text()).toContain('<h1>unauthorized</h1>');
  });
});

describe('the move from PolyBanking', () => {
  const environment = { ADMIN_TOKEN: 'local-admin-token' };
  const dump = join(state, 'dump.json');
  const keys = { request: 'q'.repeat(128), ipn: 'i'.repeat(128), api: 'a'.repeat(128) };
  const config = (pk: number, changes: object) => ({
    model: 'configs.config',
    pk,
    fields: {
      name: `Config ${pk}`,
      active: true,
      admin_enable: true,
      test_mode: true,
      group: 3,
      url_ipn: 'https://website.example/ipn',
      url_back_ok: 'https://website.example/ok',
      url_back_err: 'https://website.example/error',
      key_request: keys.request,
      key_ipn: keys.ipn,
      key_api: keys.api,
      allowed_users: [1],
      ...changes,
    },
  });
  const transaction = (pk: number, changes: object) => ({
    model: 'paiements.transaction',
    pk,
    fields: {
      config: 42,
      reference: `old/${pk}`,
      extra_data: 'x=1',
      amount: 1050,
      postfinance_id: '3123',
      postfinance_status: '9',
      internal_status: 'fb',
      ipn_needed: false,
      brand: 'VISA',
      card: 'XXXXXXXXXXXX1111',
      creation_date: '2015-10-26T19:50:00Z',
      last_userforwarded_date: '2015-10-26T19:50:05.123Z',
      last_user_back_from_postfinance_date: null,
      last_postfinance_ipn_date: '2015-10-26T19:52:03.999Z',
      last_ipn_date: '2015-10-26T19:52:04Z',
      ...changes,
    },
  });
  const log = (pk: number, of: number, when: string, log_type: string, extra_data = '') => ({
    model: 'paiements.transactionlog',
    pk,
    fields: { transaction: of, when, log_type, extra_data },
  });
  const rows = [
    {
      model: 'auth.user',
      pk: 1,
      fields: { username: 'alice', first_name: 'Alice', password: 'pbkdf2_sha256$1$x', groups: [5] },
    },
    { model: 'auth.group', pk: 5, fields: { name: 'treasurers' } },
    {
      model: 'configs.configlogs',
      pk: 9,
      fields: { config: 42, user: 1, when: '2015-10-26T19:40:00Z', text: 'Config has been created' },
    },
    { model: 'configs.configgroup', pk: 3, fields: { name: 'Concerts' } },
    config(42, {}),
    config(43, { key_api: 'b'.repeat(128), url_ipn: 'ftp://website.example/' }),
    config(44, { key_api: null }),
    transaction(1, {}),
    log(1, 1, '2015-10-26T19:50:00Z', 'created'),
    log(2, 1, '2015-10-26T19:50:05Z', 'userForwarded', '203.0.113.9'),
    log(3, 1, '2015-10-26T19:52:03Z', 'postfinanceId', '3123'),
    log(4, 1, '2015-10-26T19:52:03Z', 'postfinanceStatus', '9'),
    log(5, 1, '2015-10-26T19:52:04Z', 'ipnfailled', '500'),
    log(6, 1, '2015-10-26T19:53:04Z', 'ipnsuccess'),
    transaction(2, { postfinance_status: '8', ipn_needed: true }),
    log(7, 2, '2015-10-26T19:52:03', 'postfinanceStatus', '9'),
    log(8, 2, '2015-11-26T19:52:03', 'postfinanceStatus', '8'),
    transaction(3, {
      postfinance_status: '??',
      postfinance_id: null,
      internal_status: 'cr',
      last_userforwarded_date: null,
    }),
    transaction(4, { amount: '10.50' }),
    transaction(5, { creation_date: 'yesterday' }),
    transaction(6, { postfinance_status: '77' }),
    transaction(7, { config: 43 }),
    transaction(8, { reference: 'x'.repeat(256) }),
    transaction(9, { reference: 'old/1' }),
    log(9, 6, '2015-10-26T19:52:03Z', 'of another type'),
  ];
  const migrate = (...more: string[]) =>
    runSecretScript('migrate:polybanking', [dump, '--url', server.origin, ...more], environment);
  const client = () => new PolyBankingClient('42', keys, (path, init) => fetch(server.origin + path, init));

  it('takes over shops and transactions, and lists what it rejects', async () => {
    writeFileSync(dump, JSON.stringify(rows));
    const dry = await migrate('--dry-run');
    const { stdout, status } = await migrate();
    expect(dry.stdout).toBe(`${stdout}\nnothing was stored: this was a dry run\n`);
    expect(dry.status).toBe(status);
    expect(stdout).toContain('configs: 1 imported, 0 there already, 2 rejected');
    expect(stdout).toContain('users: 1 imported, 0 there already, 0 rejected');
    expect(stdout).toContain('changes of configs: 1 imported, 0 there already, 0 rejected');
    expect(stdout).toContain('transactions: 4 imported, 0 there already, 5 rejected');
    for (const line of [
      /config 43: .*webhook/,
      /config 44: has no key_api/,
      /transaction 4 .*10\.50/,
      /transaction 5 .*yesterday/,
      /transaction 6 .*no type of log/,
      /transaction 7 .*no shop 43/,
      /transaction 9 .*reference is that of transaction 1/,
    ]) {
      expect(stdout).toMatch(line);
    }
    expect(status).toBe(1);
    const again = await migrate();
    expect(again.stdout).toContain('configs: 0 imported, 1 there already, 2 rejected');
    expect(again.stdout).toContain('transactions: 0 imported, 4 there already, 5 rejected');
  });

  it('keeps times, amounts, log and keys', async () => {
    expect(await client().transaction('old/1')).toMatchObject({
      amount: '1050',
      extra_data: 'x=1',
      postfinance_id: '3123',
      postfinance_status: '9',
      internal_status: 'fb',
      ipn_needed: 'False',
      brand: 'VISA',
      card: 'XXXXXXXXXXXX1111',
      creation_date: '2015-10-26 20:50:00+01:00',
      last_userforwarded_date: '2015-10-26 20:50:05.123000+01:00',
      last_postfinance_ipn_date: '2015-10-26 20:52:03.999000+01:00',
    });
    expect((await client().logs('old/1')).map((line) => [line.log_type, line.extra_data])).toEqual([
      ['ipnsuccess', ''],
      ['ipnfailled', '500'],
      ['postfinanceStatus', '9'],
      ['postfinanceId', '3123'],
      ['userForwarded', '203.0.113.9'],
      ['created', ''],
    ]);
    expect(await client().transaction('old/2')).toMatchObject({
      postfinance_status: '8',
      ipn_needed: 'True',
    });
    expect(await client().transaction('old/3')).toMatchObject({ internal_status: 'cr', ipn_needed: 'False' });
    const headers = { authorization: 'Bearer local-admin-token' };
    const users = await fetch(`${server.origin}/v1/admin/imports/polybanking/users`, { headers });
    const read = await users.text();
    expect(JSON.parse(read)).toMatchObject({
      data: expect.arrayContaining([
        expect.objectContaining({
          id: '1',
          username: 'alice',
          groups: ['treasurers'],
          configs: ['42', '43', '44'],
        }),
      ]),
    });
    expect(read).not.toContain('pbkdf2');
    const found = await fetch(`${server.origin}/v1/payments?reference=old/2`, {
      headers: { authorization: `Bearer ${keys.api}` },
    });
    expect(await found.json()).toMatchObject({
      data: [{ status: 'refunded', amounts: { paid: 1050, refunded: 1050 } }],
    });
  });

  it('leaves what differs as it is, and goes on where the old gateway stopped', async () => {
    writeFileSync(dump, JSON.stringify([config(42, { name: 'Renamed' }), transaction(1, { amount: 1 })]));
    const { stdout } = await migrate();
    expect(stdout).toMatch(/config 42: there already, with other values: name/);
    expect(stdout).toMatch(/transaction 1 .*there already, with another content/);
    expect((await client().start('1050', 'old/1'))[1].status).toBe('REFERENCE_ERROR');
    expect((await client().start('1050', 'new'))[1].status).toBe('OK');
    writeFileSync(dump, '{"not": "a dump"}');
    expect(await migrate()).toMatchObject({ status: 2, stderr: expect.stringContaining('dumpdata') });
    expect((await runSecretScript('migrate:polybanking')).stderr).toContain('usage');
  });
});

describe('the rebuild', () => {
  it('goes over every payment that the copy knows', async () => {
    const environment = { ADMIN_TOKEN: 'local-admin-token' };
    const shop = new Storefront(server.origin);
    const rebuilt = () => runSecretScript('rebuild', [server.origin], environment);
    const [, queued] = /all done: (\d+) payments/.exec((await rebuilt()).stdout) ?? [];
    const before = Number(queued);
    expect(before).toBeGreaterThan(0);
    await shop.create({ reference: 'another', amount: 1, currency: 'EUR', provider: 'ogone' });
    const line = `all done: ${before + 1} payments queued, 0 objects without one`;
    const { stdout, status } = await shop.until(rebuilt, ({ stdout: text }) => text.includes(line));
    expect(stdout).toContain(line);
    expect(status).toBe(0);
    expect((await runSecretScript('rebuild', [server.origin], { ADMIN_TOKEN: 'x' })).status).toBe(1);
    expect((await runSecretScript('rebuild')).stderr).toContain('usage');
  });
});

describe('the setup of an account', () => {
  const setup = (args: readonly string[], token = 'local-admin-token') =>
    runSecretScript('setup', args, { ADMIN_TOKEN: token });

  it('is printed as steps, in order', async () => {
    const { stdout, status } = await setup(['dotpay-sandbox', '--url', server.origin]);
    expect(status).toBe(0);
    expect(stdout).toContain('dotpay-sandbox: dotpay, sandbox');
    expect(stdout).toMatch(
      new RegExp(`1\\. Settings > .*URLC\\n {3}${server.origin}/callback/dotpay-sandbox`),
    );
  });

  it('says what is wrong', async () => {
    expect((await setup([])).stderr).toContain('usage');
    expect((await setup(['nobody', '--url', server.origin])).stderr).toContain('404');
    expect((await setup(['dotpay-sandbox', '--url', server.origin], 'wrong')).stderr).toContain('401');
    expect((await setup(['dotpay-sandbox', '--url', 'http://localhost:1'])).stderr).toContain(
      'does not answer',
    );
  });
});
