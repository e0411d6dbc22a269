/**
 * Every route of the operator with every role, and from outside of its shops. The routes come from the document: one that is added is
 * walked by itself.
 */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROLES } from '../../src/directory/types.ts';
import { mayDo, type Permission } from '../../src/gateway/permissions.ts';
import type { ApiDocument, DocumentedRoute } from '../../src/http/reference/document.ts';
import {
  admin,
  journey,
  makeAccount,
  makeShop,
  network,
  request,
  runAlarms,
  unique,
} from '../support/harness.ts';
import { makeToken } from '../support/operators.ts';

interface Walked {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly permission: Permission;
  readonly route: DocumentedRoute;
  /** Whether only operators of all shops may call it. */
  readonly unlimitedOnly: boolean;
}

const PREFIX = '/v1/admin/';

/** All routes one after the other: longer than a test may take by default. */
vi.setConfig({ testTimeout: 60_000 });

/** A picture of one pixel, for routes that take no JSON. */
const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII='),
  (character) => character.charCodeAt(0),
);

let walked: readonly Walked[];
/** What another shop has, by the part of a path that comes before its id. */
let foreign: Readonly<Record<string, string>>;
/** Texts that only somebody who sees the other shop may read. */
let secretTexts: readonly string[];
/** The other shop's account gets a message that is refused. */
let refuseOne: () => Promise<Response>;
let mine: { readonly id: string; readonly account: string };

beforeAll(async () => {
  network();
  const document = await (await request('/openapi.json')).json<ApiDocument>();
  walked = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, route]) => {
      if (!path.startsWith(PREFIX)) return [];
      const permission = route['x-permission'];
      if (!permission) throw new Error(`${method} ${path} says no permission`);
      const unlimitedOnly = route.description?.includes(', of all shops') ?? false;
      const name = `${method.toUpperCase()} ${path}`;
      return [{ name, method: method.toUpperCase(), path, permission, route, unlimitedOnly }];
    }),
  );
  const attempt = await journey('ogone', { fields: { reference: `foreign-${unique()}` } });
  await attempt.notify('pay');
  refuseOne = () => attempt.notify('pay', 'bad-signature');
  await runAlarms(attempt.payment.id);
  const account = await makeAccount('ogone');
  mine = { id: (await makeShop([account])).id, account };
  const wide = await makeToken({ role: 'view' });
  const compared = await admin<{ id: string }>('POST', '/reconciliations', { account: attempt.account });
  const user = await admin<{ id: string }>('POST', '/users', {
    ...{ email: `${unique()}@example.com`, name: 'Foreign', role: 'view' },
    shops: [attempt.shop.id],
  });
  foreign = {
    shops: attempt.shop.id,
    accounts: attempt.account,
    payments: attempt.payment.id,
    tokens: wide.id,
    users: user.body.id,
    // Numbers of what others have: whatever they are, they are not there.
    attention: '1',
    reconciliations: compared.body.id,
  };
  secretTexts = [
    attempt.shop.id,
    attempt.account,
    attempt.payment.id,
    attempt.payment.reference,
    compared.body.id,
    wide.id,
    user.body.id,
  ];
});

/** What needs a person does so for a day, and the walk passes time. */
beforeEach(async () => {
  await refuseOne();
});

/** What stands for each further parameter of a path: something that the other shop's thing has. */
const PARTS: Readonly<Record<string, string>> = {
  setting: 'sha_out',
  kind: 'apiKey',
  operation: '1',
  attempt: '1',
  endpoint: 'first',
  line: '1',
};

/** The address of a route, with the things of the given ids. */
function addressOf({ name, path }: Walked, ids: Readonly<Record<string, string>>): string {
  return path.replace(/([\w-]+)\/\{(\w+)\}/g, (_, before: string, parameter: string) => {
    const value = parameter === 'id' ? ids[before] : PARTS[parameter];
    if (value === undefined)
      throw new Error(`${name}: this test knows no value for ${before}/{${parameter}}`);
    return `${before}/${value}`;
  });
}

/** Calls a route with what its example sends. */
async function call(one: Walked, authorization: string | null, address: string) {
  // A bucket of requests is full again: it is not what this file is about.
  vi.setSystemTime(Date.now() + 1000);
  const content = one.route.requestBody?.content;
  const json = content?.['application/json'];
  const response = await request(address, {
    method: one.method,
    headers: {
      ...(authorization && { authorization }),
      ...(content && !json && { 'content-type': 'image/png' }),
    },
    ...(content && { body: json ? JSON.stringify(json.example ?? {}) : PNG }),
  });
  return { status: response.status, text: await response.text() };
}

const nothing = () =>
  Object.fromEntries(
    Object.keys(foreign).map((name) => [name, name === 'payments' ? '0'.repeat(16) : 'nobody']),
  );

describe('every operator’s route', () => {
  it('is found here, and says its permission and 403 in the document', () => {
    expect(walked.length).toBeGreaterThan(30);
    for (const { name, route, permission, unlimitedOnly } of walked) {
      const statuses = Object.keys(route.responses);
      expect(statuses, name).toContain('401');
      if (permission !== 'view' || unlimitedOnly) expect(statuses, name).toContain('403');
      expect(route.description, name).toContain(`\`${permission}\``);
    }
  });

  it('rejects everybody without a token, with a shop’s key, and with a token that was revoked', async () => {
    const shop = await makeShop([]);
    const revoked = await makeToken({ role: 'owner' });
    await admin('DELETE', `/tokens/${revoked.id}`);
    for (const one of walked) {
      for (const authorization of [null, `Bearer ${shop.apiKey}`, `Bearer ${revoked.token}`, 'Bearer ']) {
        expect((await call(one, authorization, addressOf(one, nothing()))).status, one.name).toBe(401);
      }
    }
  });

  it.each(ROLES)('lets %s do what the role may do, and nothing else', async (role) => {
    const { token } = await makeToken({ role });
    for (const one of walked) {
      const { status } = await call(one, `Bearer ${token}`, addressOf(one, nothing()));
      if (mayDo(role, one.permission)) {
        expect([401, 403, 429, 500], `${role}: ${one.name}`).not.toContain(status);
      } else expect(status, `${role}: ${one.name}`).toBe(403);
    }
  });

  it.each(ROLES)(
    'is 404 for what is outside of the shops of %s, and 403 where it is about all of them',
    async (role) => {
      for (const limits of [{ shops: [mine.id] }, { groups: ['a group of nobody'] }]) {
        const { token } = await makeToken({ role, ...limits });
        for (const one of walked.filter(({ path }) => path.includes('{'))) {
          const answer = await call(one, `Bearer ${token}`, addressOf(one, foreign));
          const isForbidden = one.unlimitedOnly || !mayDo(role, one.permission);
          expect(answer.status, `${one.name}: ${answer.text}`).toBe(isForbidden ? 403 : 404);
          // Nor does the answer tell that it is there.
          if (isForbidden) continue;
          const absent = await call(one, `Bearer ${token}`, addressOf(one, nothing()));
          const neutral = (text: string, ids: Readonly<Record<string, string>>) =>
            Object.values(ids).reduce((before, id) => before.replaceAll(id, '...'), text);
          expect(neutral(answer.text, foreign), one.name).toBe(neutral(absent.text, nothing()));
        }
      }
    },
  );

  /** The lists, as they are and asked for what the other shop has. */
  const listQueries = () =>
    walked
      .filter(({ path, method }) => method === 'GET' && !path.includes('{'))
      .flatMap((one) => {
        const names = (one.route.parameters ?? []).filter((parameter) => parameter.in === 'query');
        const asked = names.flatMap(({ name }) => {
          const value = foreign[`${name}s`] ?? (name === 'subject' ? foreign.shops : undefined);
          return value === undefined ? [] : [`?${name}=${encodeURIComponent(value)}`];
        });
        return ['', ...asked].map((query) => ({ one, query }));
      });

  it.each(ROLES)('lists nothing of another shop for %s, whatever is asked for', async (role) => {
    const { token } = await makeToken({ role, shops: [mine.id] });
    for (const { one, query } of listQueries()) {
      const { text, status } = await call(one, `Bearer ${token}`, one.path + query);
      if (!mayDo(role, one.permission)) expect(status, one.name).toBe(403);
      // An error may name what was asked for.
      if (query !== '' && text.includes('"detail"') && status >= 400) continue;
      for (const secret of secretTexts) expect(text, `${one.name}${query}`).not.toContain(secret);
    }
  });

  it('lists the same for whoever may see all shops: nothing was looked for in the wrong place', async () => {
    const wide = await makeToken({ role: 'owner' });
    const seen = new Map<string, Set<string>>();
    for (const { one, query } of listQueries()) {
      const { text } = await call(one, `Bearer ${wide.token}`, one.path + query);
      const found = seen.get(one.path) ?? new Set();
      for (const secret of secretTexts) if (text.includes(secret)) found.add(secret);
      seen.set(one.path, found);
    }
    const {
      shops = '',
      accounts = '',
      payments = '',
      tokens = '',
      users = '',
      reconciliations = '',
    } = foreign;
    for (const [path, texts] of Object.entries({
      shops: [shops],
      accounts: [accounts],
      payments: [payments, shops, accounts],
      attention: [accounts],
      audit: [shops, accounts, tokens, users],
      reconciliations: [reconciliations, accounts],
      tokens: [tokens],
      users: [users],
    }))
      expect([...(seen.get(PREFIX + path) ?? [])], path).toEqual(expect.arrayContaining(texts));
  });

  it('changes nothing of another shop for a limited configurer who names it in a body', async () => {
    const { token } = await makeToken({ role: 'configure', shops: [mine.id], groups: ['ours'] });
    const put = (path: string, body: object) =>
      request(`${PREFIX}${path}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
    // Another's account would pay out there, or tell its refusals.
    expect((await put(`shops/${mine.id}`, { accounts: [foreign.accounts] })).status).toBe(400);
    expect((await put(`shops/${mine.id}`, { group: 'theirs' })).status).toBe(400);
    expect((await put(`shops/${mine.id}`, { group: 'ours', accounts: [mine.account] })).status).toBe(200);
    expect((await put(`shops/${mine.id}`, { group: null })).status).toBe(400);
    // A new shop belongs to one of its groups.
    expect((await put(`shops/new-${unique()}`, {})).status).toBe(404);
    expect((await put(`shops/new-${unique()}`, { group: 'theirs' })).status).toBe(404);
    expect((await put(`shops/new-${unique()}`, { group: 'ours' })).status).toBe(201);
    expect((await put(`accounts/new-${unique()}`, { provider: 'ogone' })).status).toBe(404);
    // An account that others use as well is theirs to change too, and its refusals may be about their shoppers.
    await admin('PUT', `/shops/${foreign.shops}`, { accounts: [foreign.accounts, mine.account] });
    expect((await put(`accounts/${mine.account}`, { provider: 'ogone', caption: 'x' })).status).toBe(403);
    const read = (path: string) =>
      request(`${PREFIX}${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await read(`accounts/${mine.account}/refusals`)).status).toBe(403);
    expect(
      (await request(`${PREFIX}accounts/${mine.account}`, { headers: { authorization: `Bearer ${token}` } }))
        .status,
    ).toBe(200);
  });
});
