/**
 * What needs a person, about payments and in general. The failures ruled out: a cause that nobody hears of, an entry that stays when its
 * cause has gone, one that is resolved and comes back without a new cause, or does not come back with one, and an operator who sees
 * another shop's.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { everyTenMinutes } from '../../src/gateway/scheduled.ts';
import { serviceOf } from '../../src/worker.ts';
import { ask, paid } from '../support/bank-office.ts';
import {
  admin,
  journey,
  network,
  type Problem,
  type ReceivedWebhook,
  request,
  runAlarms,
} from '../support/harness.ts';
import { type Listed, later, open, payment, place } from './attention-support.ts';

let net = network();
let answer: (webhook: ReceivedWebhook) => Response | Promise<Response>;
beforeEach(() => {
  answer = () => new Response();
  net = network((webhook) => answer(webhook));
});
afterEach(() => {
  net.restore();
  vi.useRealTimers();
});

describe('a webhook that keeps failing', () => {
  it('needs a person after the second failed try, and no more once it has arrived', async () => {
    const { account, shop } = await place();
    const { id, tell } = await payment(account, shop);
    answer = () => new Response(null, { status: 500 });
    await tell({});
    expect(await open('webhook_failing', id)).toEqual([]);
    later(10_000);
    await runAlarms(id);
    const [entry] = await open('webhook_failing', id);
    expect(entry).toMatchObject({
      shop: shop.id,
      detail: { endpoint: 'first', status: 500, abandoned: false },
    });
    answer = () => new Response();
    later(3600_000);
    await runAlarms(id);
    expect(await open('webhook_failing', id)).toEqual([]);
  });

  it('and was given up needs one until a later message has arrived there', async () => {
    const { account, shop } = await place();
    const { id, tell } = await payment(account, shop);
    answer = () => new Response(null, { status: 410 });
    await tell({});
    expect(await open('webhook_failing', id)).toMatchObject([{ detail: { abandoned: true, status: 410 } }]);
    answer = () => new Response();
    await tell({ key: 'R', movement: 'R', outcome: 'refunded' });
    expect(await open('webhook_failing', id)).toEqual([]);
  });
});

describe('an endpoint that was switched off', () => {
  it('needs a person until it is on again', async () => {
    const { account, shop } = await place();
    answer = () => new Response(null, { status: 500 });
    await (await payment(account, shop)).tell({});
    later(5 * 86_400_000 + 10_000);
    await (await payment(account, shop)).tell({});
    expect(await open('endpoint_off', shop.id)).toMatchObject([{ detail: { endpoint: 'first' } }]);
    await admin('PUT', `/shops/${shop.id}/endpoints/first`, { active: true });
    expect(await open('endpoint_off', shop.id)).toEqual([]);
    await (await payment(account, shop)).tell({});
    later(5 * 86_400_000 + 10_000);
    await (await payment(account, shop)).tell({});
    expect(await open('endpoint_off', shop.id)).toHaveLength(1);
    await admin('PUT', `/shops/${shop.id}`, { webhook: { url: 'https://new.shop-demo.com/hook' } });
    expect(await open('endpoint_off', shop.id)).toEqual([]);
  });
});

describe('money', () => {
  it('that was paid twice needs a person until it is given back', async () => {
    const { account, shop } = await place();
    const { id, tell } = await payment(account, shop);
    await tell({ key: 'a', movement: 'a' });
    await tell({ key: 'b', movement: 'b' });
    expect(await open('paid_twice', id)).toMatchObject([{ account, shop: shop.id }]);
    // A directory that was lost gets it again.
    await env.DIRECTORY.exec('DELETE FROM attention');
    await admin('POST', '/payments/rebuild', {});
    await runAlarms(id);
    expect(await open('paid_twice', id)).toHaveLength(1);
    await tell({ key: 'r', movement: 'r', outcome: 'refunded' });
    expect(await open('paid_twice', id)).toEqual([]);
  });

  it('of another currency is a conflict until a message of the attempt counts that fits', async () => {
    const { account, shop } = await place();
    const { id, tell } = await payment(account, shop);
    await tell({ key: 'usd', movement: 'usd', currency: 'USD' });
    expect(await open('conflict', id)).toMatchObject([
      { account, detail: { reason: 'currency', attempt: 1 } },
    ]);
    await tell({});
    expect(await open('conflict', id)).toEqual([]);
  });
});

describe('a payment that is pending', () => {
  it('for a person or for proof needs one until there is a result', async () => {
    const { account, shop } = await place();
    for (const [kind, changes] of [
      ['pending_person', { pendingReason: 'person_needed' as const }],
      ['pending_proof', { proofMissing: true as const }],
    ] as const) {
      const { id, tell } = await payment(account, shop);
      await tell({ key: 'p', movement: 'p', outcome: 'pending', amount: null, ...changes });
      expect(await open(kind, id), kind).toMatchObject([{ account, detail: { attempt: 1 } }]);
      await tell({});
      expect(await open(kind, id), kind).toEqual([]);
    }
  });
});

describe('an operation whose answer was lost', () => {
  it('needs a person, who is told what to look up, until it is settled', async () => {
    const attempt = await paid('sips2');
    const { id } = attempt.payment;
    const bank = net;
    const real = vi.mocked(globalThis.fetch).getMockImplementation();
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      if (String(input instanceof Request ? input.url : input).includes('/cashManagement/'))
        return new Response('<html>', { status: 502 });
      return real?.(input, init) ?? new Response();
    });
    await ask(attempt, 'refund', 100);
    bank.restore();
    net = network();
    await runAlarms(id);
    const [entry] = await open('operation_unknown', id);
    expect(entry).toMatchObject({
      account: attempt.account,
      detail: { operation: 1, kind: 'refund', amount: 100, lookUp: expect.stringContaining('look at sips2') },
    });
    await admin('POST', `/payments/${id}/operations/1`, { outcome: 'failed' });
    await runAlarms(id);
    expect(await open('operation_unknown', id)).toEqual([]);
  });
});

describe('what a person has resolved', () => {
  it('is gone, is in the audit log, and comes back when its cause comes anew', async () => {
    const attempt = await journey('ogone');
    await attempt.notify('pay', 'bad-signature');
    const [entry] = await open('refusals', attempt.account);
    const note = 'the bank has the right key now';
    const resolved = await admin('POST', `/attention/${entry?.id}/resolve`, { note });
    expect(resolved.status).toBe(200);
    expect(await open('refusals', attempt.account)).toEqual([]);
    const { data } = (await admin<{ data: { action: string; detail: object }[] }>('GET', '/audit?limit=1'))
      .body;
    expect(data[0]).toMatchObject({ action: 'attention.resolved', detail: { kind: 'refusals', note } });
    expect((await admin('POST', `/attention/${entry?.id}/resolve`, { note })).status).toBe(404);
    await everyTenMinutes(serviceOf(env as never));
    expect(await open('refusals', attempt.account)).toEqual([]);
    later(1000);
    await attempt.notify('pay', 'bad-signature');
    expect(await open('refusals', attempt.account)).toHaveLength(1);
  });
});

describe('the list', () => {
  it('comes in pages, counts by kind, and is of one shop where one is named', async () => {
    const { account, shop } = await place();
    for (let count = 0; count < 3; count++) {
      const { tell } = await payment(account, shop);
      await tell({ key: 'a', movement: 'a' });
      await tell({ key: 'b', movement: 'b' });
    }
    const first = (await admin<Listed>('GET', `/attention?shop=${shop.id}&limit=2`)).body;
    expect(first.data).toHaveLength(2);
    expect(first.counts).toEqual({ paid_twice: 3 });
    const cursor = encodeURIComponent(first.nextCursor ?? '');
    const second = (await admin<Listed>('GET', `/attention?shop=${shop.id}&limit=2&cursor=${cursor}`)).body;
    expect(second.data).toHaveLength(1);
    expect(second.nextCursor).toBeNull();
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(3);
  });

  it('shows an operator of some shops what is about these and their accounts alone', async () => {
    const [mine, other] = [await place('ogone'), await place('ogone')];
    for (const { account } of [mine, other])
      await admin('POST', `/accounts/${account}/secrets/sha_out/rotate`, {
        value: 'another passphrase of ours',
        graceSeconds: 3600,
      });
    const { directory } = serviceOf(env as never);
    const scope = { all: false as const, shops: [mine.shop.id], groups: [] };
    const sight = { scope, ofInstallation: true };
    const { data } = await directory.attention({ limit: 100, sight });
    expect(data.map(({ account }) => account)).toEqual([mine.account]);
    const [hidden] = await open('secret_ending', other.account);
    expect(await directory.openAttention(Number(hidden?.id), sight)).toBeNull();
  });
});

describe('bad input', () => {
  it('is refused by its name', async () => {
    const cases: [string, string, unknown, string][] = [
      ['GET', '/attention?kind=webhooks', undefined, 'kind'],
      ['GET', '/attention?limit=0', undefined, 'limit'],
      ['GET', '/attention?cursor=x', undefined, 'cursor'],
      ['GET', '/attention?state=open', undefined, 'state'],
      ['POST', '/attention/1/resolve', {}, 'note'],
      ['POST', '/attention/1/resolve', { note: '' }, 'note'],
      ['POST', '/attention/1/resolve', { note: 'x', by: 'me' }, 'by'],
    ];
    for (const [method, path, body, name] of cases) {
      const refused = await admin<Problem>(method, path, body);
      expect([refused.status, refused.body.errors?.[0]?.path], path).toEqual([400, name]);
    }
    for (const id of ['0', '999999999', 'x', '1e3'])
      expect((await admin('POST', `/attention/${id}/resolve`, { note: 'x' })).status, id).toBe(404);
    expect((await request('/v1/admin/attention')).status).toBe(401);
  });
});
