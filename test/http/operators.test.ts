/** Tokens and users: shown once, limited, revoked at once. */

import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/env.ts';
import { createApp } from '../../src/http/app.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { eventually } from '../support/eventually.ts';
import {
  admin,
  makeAccount,
  makeShop,
  network,
  type Problem,
  request,
  type TestShop,
  unique,
} from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';

let net: ReturnType<typeof network>;
let shop: TestShop;
beforeAll(async () => {
  shop = await makeShop([await makeAccount('paybox')], { group: 'theatres' });
});
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

type Token = { id: string; lastUsedAt: string | null; lastUsedFrom: string | null; revokedAt: string | null };
const listed = async (id: string) =>
  (await admin<{ data: Token[] }>('GET', '/tokens')).body.data.find((one) => one.id === id);

describe('a token', () => {
  it('is shown once, and is nowhere in the clear', async () => {
    const { token, id } = await makeToken({ role: 'view' });
    expect(token).toMatch(/^cst_[A-Za-z0-9_-]{43}$/);
    expect((await asToken(token)('GET', '/shops')).status).toBe(200);
    const rows = await Promise.all(
      ['operator_tokens', 'audit'].map((table) => env.DIRECTORY.prepare(`SELECT * FROM ${table}`).all()),
    );
    expect(JSON.stringify(rows.map(({ results }) => results))).not.toContain(token.slice(4));
    expect(JSON.stringify((await admin('GET', '/tokens')).body)).not.toContain(token.slice(4));
    expect(await listed(id)).not.toHaveProperty('hash');
  });

  it('opens nothing once it is revoked: here at once, and in another isolate when its cache is over', async () => {
    const { token, id } = await makeToken({ role: 'owner' });
    const call = asToken(token);
    expect((await call('GET', '/audit')).status).toBe(200);
    expect((await admin('DELETE', `/tokens/${id}`)).status).toBe(204);
    expect(await call<Problem>('GET', '/audit')).toMatchObject({
      status: 401,
      body: { code: 'unauthorized' },
    });
    expect((await admin('DELETE', `/tokens/${id}`)).status).toBe(204);
    expect((await listed(id))?.revokedAt).not.toBeNull();
    // Revoked elsewhere: this isolate has read it a moment ago.
    const other = await makeToken({ role: 'view' });
    expect((await asToken(other.token)('GET', '/shops')).status).toBe(200);
    await env.DIRECTORY.prepare("UPDATE operator_tokens SET revoked_at = '2026-01-01' WHERE id = ?")
      .bind(other.id)
      .run();
    vi.setSystemTime(Date.now() + 5001);
    expect((await asToken(other.token)('GET', '/shops')).status).toBe(401);
  });

  it('ends at its time, to the second, although it was read just before', async () => {
    const { token } = await makeToken({ role: 'view', expiresAt: new Date(Date.now() + 3000).toISOString() });
    expect((await asToken(token)('GET', '/shops')).status).toBe(200);
    vi.setSystemTime(Date.now() + 3000);
    expect((await asToken(token)('GET', '/shops')).status).toBe(401);
  });

  it('that nobody has made costs no query of the database, and one that could be real costs one', async () => {
    const prepare = vi.spyOn(env.DIRECTORY, 'prepare');
    const guess = `cst_${'A'.repeat(43)}`;
    for (const token of ['x', 'cst_short', `${guess}A`, guess, guess, guess])
      expect((await asToken(token)('GET', '/shops')).status).toBe(401);
    expect(prepare.mock.calls.filter(([sql]) => sql.includes('operator_tokens'))).toHaveLength(1);
    prepare.mockRestore();
  });

  it('shows when and from where it was last used, and is not written at each use', async () => {
    const { token, id } = await makeToken({ role: 'view' });
    vi.setSystemTime(Date.now() + 61_000);
    const at = Date.now();
    for (const address of ['203.0.113.7', '203.0.113.8', '203.0.113.9'])
      await asToken(token, { 'cf-connecting-ip': address })('GET', '/shops');
    await eventually(async () =>
      expect(await listed(id)).toMatchObject({
        lastUsedAt: new Date(at).toISOString(),
        lastUsedFrom: '203.0.113.7',
      }),
    );
    vi.setSystemTime(at + 60_000);
    await asToken(token, { 'cf-connecting-ip': '203.0.113.9' })('GET', '/shops');
    await eventually(async () => expect((await listed(id))?.lastUsedFrom).toBe('203.0.113.9'));
  });

  it('may make 600 requests a minute, and 60 at one time: then 429 with the time to wait', async () => {
    const [one, other] = [await makeToken({ role: 'view' }), await makeToken({ role: 'view' })];
    const call = asToken(one.token);
    const answers = await Promise.all(Array.from({ length: 61 }, () => call<Problem>('GET', '/approvals')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array<number>(60).fill(200), 429]);
    const limited = answers.find(({ status }) => status === 429);
    expect([limited?.body.code, limited?.headers.get('retry-after')]).toEqual(['rate_limited', '1']);
    expect((await asToken(other.token)('GET', '/approvals')).status).toBe(200);
    vi.setSystemTime(Date.now() + 1000);
    expect((await call('GET', '/approvals')).status).toBe(200);
  });

  it.each([
    ['name', {}],
    ['name', { name: '' }],
    ['role', { name: 'x' }],
    ['role', { name: 'x', role: 'admin' }],
    ['shops.0', { name: 'x', role: 'view', shops: ['nobody'] }],
    ['shops.0', { name: 'x', role: 'view', shops: ['a b'] }],
    ['shops', { name: 'x', role: 'view', shops: [] }],
    ['shops', { name: 'x', role: 'view', shops: [], groups: [] }],
    ['shops', { name: 'x', role: 'view', groups: [] }],
    ['groups', { name: 'x', role: 'view', groups: 'theatres' }],
    ['expiresAt', { name: 'x', role: 'view', expiresAt: '2020-01-01T00:00:00Z' }],
    ['expiresAt', { name: 'x', role: 'view', expiresAt: 'tomorrow' }],
    ['scopes', { name: 'x', role: 'view', scopes: [] }],
  ])('with a wrong %s is not made: %j', async (path, body) => {
    const answer = await admin<Problem>('POST', '/tokens', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.errors?.map((error) => error.path)).toContain(path);
  });

  it('gives no more than its maker has', async () => {
    const { token } = await makeToken({ role: 'owner', groups: ['theatres'] });
    const call = asToken(token);
    const make = (limits: object) => call<Problem>('POST', '/tokens', { name: 'x', role: 'view', ...limits });
    expect((await make({})).status).toBe(400);
    expect((await make({ groups: ['cinemas'] })).body.errors?.[0]?.path).toBe('groups.0');
    const foreign = await makeShop([]);
    expect((await make({ shops: [foreign.id] })).body.errors?.[0]?.path).toBe('shops.0');
    const made = await make({ shops: [shop.id] });
    expect(made.status).toBe(201);
    // Its list has its own, and not those that see more.
    const seen = (
      await call<{ data: { id: string; shops: string[] | null; groups: string[] | null }[] }>(
        'GET',
        '/tokens',
      )
    ).body.data;
    expect(seen.length).toBeGreaterThan(1);
    for (const { shops, groups } of seen)
      expect([shops?.every((id) => id === shop.id), groups?.every((group) => group === 'theatres')]).toEqual([
        true,
        true,
      ]);
    const wide = await makeToken({ role: 'view' });
    expect((await call('DELETE', `/tokens/${wide.id}`)).status).toBe(404);
  });
});

describe('ADMIN_TOKEN', () => {
  it.each([
    ['a part of it', 'test-admin-toke'],
    ['one letter of it', 't'],
    ['it and more', 'test-admin-token2'],
    ['it in other letters', 'TEST-ADMIN-TOKEN'],
    ['another of its length', 'test-admin-tokem'],
  ])('is not guessed by parts: %s opens nothing', async (_words, token) => {
    const statusOf = async (text: string) =>
      (await request('/v1/admin/approvals', { headers: { authorization: `Bearer ${text}` } })).status;
    expect(await statusOf(token)).toBe(401);
    expect(await statusOf('test-admin-token')).toBe(200);
  });
});

describe('ADMIN_TOKEN_PREVIOUS', () => {
  it('opens what ADMIN_TOKEN opens while it is set, and nothing before and after', async () => {
    const service = serviceOf(env as unknown as Env);
    const previous = 'the-one-of-before-it';
    const statusWith = async (token: string, previousAdminToken: string | null) => {
      const app = createApp(() => ({ ...service, config: { ...service.config, previousAdminToken } }));
      const headers = { authorization: `Bearer ${token}` };
      return (await app.request('https://pay.countersign.dev/v1/admin/approvals', { headers }, env)).status;
    };
    expect(await statusWith(previous, null)).toBe(401);
    expect(await statusWith(previous, previous)).toBe(200);
    expect(await statusWith('test-admin-token', previous)).toBe(200);
    for (const wrong of ['the-one-of-before-i', 'the-one-of-before-it2', 'test-admin-tokem'])
      expect(await statusWith(wrong, previous)).toBe(401);
  });

  it('must be as good as ADMIN_TOKEN', () => {
    const variables = { ...(env as unknown as Record<string, string>) };
    expect(readConfig(variables).previousAdminToken).toBeNull();
    const previous = 'the-one-of-before-it';
    expect(readConfig({ ...variables, ADMIN_TOKEN_PREVIOUS: previous }).previousAdminToken).toBe(previous);
    for (const bad of ['short', 'local-admin-token'])
      expect(() => readConfig({ ...variables, ADMIN_TOKEN_PREVIOUS: bad })).toThrow('ADMIN_TOKEN_PREVIOUS');
  });
});

describe('a user', () => {
  type User = {
    id: string;
    email: string;
    role: string;
    shops: string[] | null;
    groups: string[] | null;
    active: boolean;
  };
  const input = (changes: object = {}) => ({
    email: `${unique()}@Example.com`,
    name: 'Zoé',
    role: 'view',
    ...changes,
  });

  it('is made, changed and deleted, and what a change leaves out stays', async () => {
    const made = await admin<User>('POST', '/users', input({ shops: [shop.id] }));
    expect(made).toMatchObject({ status: 201, body: { active: true, groups: [], shops: [shop.id] } });
    expect(made.body.email).toBe(made.body.email.toLowerCase());
    const changed = await admin<User>('PUT', `/users/${made.body.id}`, { role: 'refund' });
    expect(changed.body).toMatchObject({ ...made.body, role: 'refund', updatedAt: expect.any(String) });
    expect(
      (await admin<User>('PUT', `/users/${made.body.id}`, { shops: null, groups: null })).body,
    ).toMatchObject({ shops: null, groups: null });
    expect((await admin('DELETE', `/users/${made.body.id}`)).status).toBe(204);
    expect((await admin('PUT', `/users/${made.body.id}`, {})).status).toBe(404);
    expect((await admin('DELETE', `/users/${made.body.id}`)).status).toBe(404);
  });

  it.each([
    ['email', { email: 'zoe' }],
    ['email', { email: '' }],
    ['role', { role: 'root' }],
    ['name', { name: 'a\u0000b' }],
    ['active', { active: 'yes' }],
    ['shops.0', { shops: ['nobody'] }],
    ['password', { password: 'x' }],
  ])('with a wrong %s is neither made nor changed: %j', async (path, change) => {
    const { id } = (await admin<User>('POST', '/users', input())).body;
    for (const answer of [
      await admin<Problem>('POST', '/users', input(change)),
      await admin<Problem>('PUT', `/users/${id}`, change),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body.errors?.map((error) => error.path)).toContain(path);
    }
  });

  it('has an e-mail address of its own, whatever its case', async () => {
    const one = (await admin<User>('POST', '/users', input())).body;
    const taken = { email: one.email.toUpperCase() };
    expect((await admin<Problem>('POST', '/users', input(taken))).body.errors?.[0]?.path).toBe('email');
    const other = (await admin<User>('POST', '/users', input())).body;
    expect((await admin<Problem>('PUT', `/users/${other.id}`, taken)).status).toBe(400);
    expect((await admin('PUT', `/users/${one.id}`, taken)).status).toBe(200);
  });
});
