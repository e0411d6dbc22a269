/** What the console's Worker is given: users' secrets that no route reaches, and requests that run as a user. */
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { admin, makeShop, network, ORIGIN, request, unique } from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const api = () => exports.OperatorApi;
const BROWSER = { address: '203.0.113.5', agent: 'a browser' };

async function makeUser(grant: object = { role: 'view' }): Promise<string> {
  const email = `${unique()}@example.com`;
  return (await admin<{ id: string }>('POST', '/users', { email, name: 'Zoé', ...grant })).body.id;
}

const as = (user: string, path: string, init: RequestInit = {}) =>
  api().fetchAs(user, new Request(`${ORIGIN}${path}`, init), BROWSER);

describe('a request as a user', () => {
  it('may do what the user’s role and shops allow, decided here', async () => {
    const [mine, foreign] = [await makeShop([]), await makeShop([])];
    const user = await makeUser({ role: 'configure', shops: [mine.id] });
    expect((await as(user, `/v1/admin/shops/${mine.id}`)).status).toBe(200);
    expect((await as(user, `/v1/admin/shops/${foreign.id}`)).status).toBe(404);
    const change = { method: 'PUT', body: JSON.stringify({ name: 'Renamed' }) };
    const answer = await as(user, `/v1/admin/shops/${mine.id}`, change);
    expect([answer.status, await answer.json()]).toMatchObject([200, { name: 'Renamed' }]);
    expect((await as(user, '/v1/admin/tokens')).status).toBe(403);
    const { data } = (await admin<{ data: object[] }>('GET', `/audit?actor=user:${user}`)).body;
    expect(data).toMatchObject([
      {
        actorName: 'Zoé',
        address: BROWSER.address,
        action: 'shop.updated',
        request: answer.headers.get('x-request-id'),
      },
    ]);
  });

  it('counts as nobody else, whatever it carries', async () => {
    const user = await makeUser({ role: 'view' });
    const headers = { authorization: 'Bearer test-admin-token' };
    expect((await as(user, '/v1/admin/tokens', { headers })).status).toBe(403);
    for (const path of ['/v1/payments', '/health', '/v1/adminx', '/v1/providersx', '/v1/admin/../payments'])
      expect((await as(user, path, { headers })).status, path).toBe(404);
  });

  it('opens nothing for a user who is switched off, deleted, or was never there', async () => {
    const user = await makeUser({ role: 'owner' });
    expect((await as(user, '/v1/admin/audit')).status).toBe(200);
    await admin('PUT', `/users/${user}`, { active: false });
    expect((await as(user, '/v1/admin/audit')).status).toBe(401);
    await admin('PUT', `/users/${user}`, { active: true });
    expect((await as(user, '/v1/admin/audit')).status).toBe(200);
    await admin('DELETE', `/users/${user}`);
    for (const nobody of [user, 'nobody', '']) expect((await as(nobody, '/v1/admin/audit')).status).toBe(401);
  });

  it('is counted: 60 at one time', async () => {
    const user = await makeUser();
    const statuses = await Promise.all(
      Array.from({ length: 61 }, async () => (await as(user, '/v1/admin/approvals')).status),
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });

  it('cannot be made from outside, by any header', async () => {
    const user = await makeUser({ role: 'owner' });
    for (const name of ['x-user', 'x-signed-in', 'cf-access-authenticated-user-email', 'x-operator'])
      expect((await request('/v1/admin/audit', { headers: { [name]: user } })).status).toBe(401);
    expect((await request('/v1/admin/audit', { headers: { authorization: `Bearer ${user}` } })).status).toBe(
      401,
    );
  });
});

describe('what proves who a user is', () => {
  it('is stored sealed or hashed, and found by the e-mail address in any case', async () => {
    const user = await makeUser();
    const email = (await api().user(user))?.email ?? '';
    expect((await api().userByEmail(email.toUpperCase()))?.id).toBe(user);
    expect(await api().userByEmail('nobody@example.com')).toBeNull();
    await api().putCredential(
      user,
      {
        passwordHash: 'scrypt$hash',
        totpSecret: 'JBSWY3DPEHPK3PXP',
        recoveryCodes: ['code-one', 'code-two'],
      },
      BROWSER,
    );
    expect(await api().credential(user)).toEqual({
      passwordHash: 'scrypt$hash',
      hasTotp: true,
      recoveryCodes: 2,
      failures: 0,
      lockedUntil: null,
    });
    expect(await api().totpSecret(user)).toBe('JBSWY3DPEHPK3PXP');
    const token = (await api().createSession(user, BROWSER)) ?? '';
    const tables = ['operator_credentials', 'operator_sessions', 'audit'];
    const rows = await Promise.all(
      tables.map((table) => env.DIRECTORY.prepare(`SELECT * FROM ${table}`).all()),
    );
    const stored = JSON.stringify(rows.map(({ results }) => results));
    for (const secret of ['JBSWY3DPEHPK3PXP', 'code-one', token]) expect(stored).not.toContain(secret);
    expect(JSON.stringify((await admin('GET', '/users')).body)).not.toContain('scrypt');
  });

  it('is taken once, however many come at the same time: codes of both kinds', async () => {
    const user = await makeUser();
    const change = { totpSecret: 'JBSWY3DPEHPK3PXP', recoveryCodes: ['code-one', 'code-two'] };
    await api().putCredential(user, change, BROWSER);
    const taken = await Promise.all(
      Array.from({ length: 10 }, () => api().takeRecoveryCode(user, 'code-one')),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect((await api().credential(user)).recoveryCodes).toBe(1);
    expect(await api().takeRecoveryCode(user, 'no such code')).toBe(false);
    const steps = await Promise.all(Array.from({ length: 10 }, () => api().takeTotpStep(user, 58_000_000)));
    expect(steps.filter(Boolean)).toHaveLength(1);
    expect([await api().takeTotpStep(user, 57_999_999), await api().takeTotpStep(user, 58_000_001)]).toEqual([
      false,
      true,
    ]);
    expect(await api().takeTotpStep(await makeUser(), 1)).toBe(false);
  });

  it('is locked by what the console decides, and every wrong try counts', async () => {
    const user = await makeUser();
    const counts = await Promise.all(Array.from({ length: 5 }, () => api().noteFailure(user)));
    expect(counts.toSorted()).toEqual([1, 2, 3, 4, 5]);
    await api().lockUntil(user, '2036-01-01T00:00:00.000Z');
    expect(await api().credential(user)).toMatchObject({
      failures: 5,
      lockedUntil: '2036-01-01T00:00:00.000Z',
    });
    await api().noteSuccess(user);
    expect(await api().credential(user)).toMatchObject({ failures: 0, lockedUntil: null });
  });
});

describe('a session', () => {
  const begin = async (user: string) => (await api().createSession(user, BROWSER)) ?? '';

  it('is listed, is ended alone or with all others, and is nobody else’s to end', async () => {
    const [user, other] = [await makeUser(), await makeUser()];
    const tokens = [await begin(user), await begin(user), await begin(user)];
    const listed = await api().sessions(user);
    expect(listed).toHaveLength(3);
    const first = await api().session(tokens[0] ?? '');
    expect(first).toMatchObject({ user, address: BROWSER.address, agent: BROWSER.agent });
    await api().endSession(other, first?.id ?? '');
    expect(await api().session(tokens[0] ?? '')).not.toBeNull();
    await api().endSession(user, first?.id ?? '');
    expect(await api().session(tokens[0] ?? '')).toBeNull();
    expect(await api().session(tokens[1] ?? '')).not.toBeNull();
    await api().endSessions(user);
    expect(await api().sessions(user)).toEqual([]);
    for (const token of [...tokens, 'guess', '']) expect(await api().session(token)).toBeNull();
  });

  it('ends after half an hour without use, and after twelve hours in any case', async () => {
    const user = await makeUser();
    const [idle, busy] = [await begin(user), await begin(user)];
    const start = Date.now();
    for (let minutes = 20; minutes < 12 * 60; minutes += 20) {
      vi.setSystemTime(start + minutes * 60_000);
      expect(await api().session(busy), `${minutes}`).not.toBeNull();
    }
    vi.setSystemTime(start + 12 * 3_600_000);
    expect(await api().session(busy)).toBeNull();
    expect(await api().session(idle)).toBeNull();
    vi.setSystemTime(start + 30 * 60_000);
    expect(await api().session(idle)).toBeNull();
  });

  it('ends when its user is switched off, gets a new password, or is deleted, and begins for no such user', async () => {
    const user = await makeUser();
    let token = await begin(user);
    await api().putCredential(user, { passwordHash: 'new' }, BROWSER);
    expect(await api().session(token)).toBeNull();
    token = await begin(user);
    await admin('PUT', `/users/${user}`, { active: false });
    expect(await api().session(token)).toBeNull();
    expect(await api().createSession(user, BROWSER)).toBeNull();
    await admin('PUT', `/users/${user}`, { active: true });
    expect(await api().session(token)).toBeNull();
    token = await begin(user);
    await admin('DELETE', `/users/${user}`);
    expect(await api().session(token)).toBeNull();
    expect(await api().createSession(user, BROWSER)).toBeNull();
  });
});
