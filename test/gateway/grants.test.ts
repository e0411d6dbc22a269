/**
 * What owners give to tokens and users (grants.ts). The failures ruled out: a grant of more than its maker has; a limit that leaves nothing and
 * is taken for everything; an answer that tells what is outside from what is not there.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Grant, OperatorToken, OperatorUser } from '../../src/directory/operators.ts';
import type { Scope } from '../../src/directory/types.ts';
import {
  type GrantChange,
  grantOf,
  isGrantWithin,
  knownToken,
  knownUser,
  requireFreeEmail,
} from '../../src/gateway/grants.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { liveShop } from '../support/shop.ts';
import { problemOf, told, wrongField } from '../support/thrown.ts';

const service = serviceOf(env as unknown as Env);

const ALL: Scope = { all: true };
const FRANCE: Scope = { all: false, shops: [], groups: ['france'] };
const PARIS: Scope = { all: false, shops: ['paris'], groups: [] };

beforeEach(() => {
  vi.spyOn(service.directory.shops, 'list').mockResolvedValue([
    liveShop({ id: 'paris', group: 'france' }),
    liveShop({ id: 'lyon', group: 'france' }),
    liveShop({ id: 'bern', group: 'schweiz' }),
    liveShop({ id: 'alone', group: null }),
  ]);
});
afterEach(() => vi.restoreAllMocks());

describe('a grant', () => {
  const given = async (scope: Scope, change: GrantChange, before: Grant | null = null) =>
    (await grantOf(service, { scope }, { name: 'Zoé', role: 'view', ...change }, before)).scope;
  const refused = (scope: Scope, change: GrantChange, before: Grant | null = null) =>
    problemOf(() => grantOf(service, { scope }, { name: 'Zoé', role: 'view', ...change }, before));
  const BEFORE: Grant = {
    name: 'Zoé',
    role: 'refund',
    scope: { all: false, shops: ['paris'], groups: ['france'] },
  };

  it('is of all shops where its maker sees them all and names none', async () => {
    expect(await given(ALL, {})).toEqual(ALL);
    expect(await given(ALL, { shops: null, groups: null }, BEFORE)).toEqual(ALL);
    expect(await refused(FRANCE, {})).toEqual(
      wrongField('shops', 'name shops or groups: you may not see all of them yourself'),
    );
    expect(await refused(FRANCE, { shops: null, groups: null }, BEFORE)).toMatchObject({
      code: 'invalid_request',
    });
  });

  it('is of the shops and groups that are named', async () => {
    expect(await given(ALL, { shops: ['alone'] })).toEqual({ all: false, shops: ['alone'], groups: [] });
    // A group that has no shop yet.
    expect(await given(ALL, { groups: ['mars'] })).toEqual({ all: false, shops: [], groups: ['mars'] });
    expect(await given(FRANCE, { shops: ['lyon'], groups: ['france'] })).toEqual({
      all: false,
      shops: ['lyon'],
      groups: ['france'],
    });
  });

  it('keeps what a change does not say: name, role, shops and groups', async () => {
    const change = (body: GrantChange) => grantOf(service, { scope: ALL }, body, BEFORE);
    expect(await change({})).toEqual(BEFORE);
    expect(await change({ name: 'Léa', role: 'view' })).toEqual({ ...BEFORE, name: 'Léa', role: 'view' });
    expect((await change({ shops: ['bern'] })).scope).toEqual({
      all: false,
      shops: ['bern'],
      groups: ['france'],
    });
    expect((await change({ groups: ['schweiz'] })).scope).toEqual({
      all: false,
      shops: ['paris'],
      groups: ['schweiz'],
    });
    expect((await change({ groups: null })).scope).toEqual({ all: false, shops: ['paris'], groups: [] });
    expect((await grantOf(service, { scope: ALL }, {}, { ...BEFORE, scope: ALL })).scope).toEqual(ALL);
    expect(
      (await grantOf(service, { scope: ALL }, { groups: ['france'] }, { ...BEFORE, scope: ALL })).scope,
    ).toEqual(FRANCE);
  });

  it('of nothing is refused: it must not be taken for everything', async () => {
    const NOTHING = wrongField('shops', 'names no shop, and groups names none: null for both is every shop');
    expect(await refused(ALL, { shops: [] })).toEqual(NOTHING);
    expect(await refused(ALL, { shops: [], groups: [] })).toEqual(NOTHING);
    expect(await refused(ALL, { shops: ['paris'], groups: ['france'] })).toBeNull();
  });

  it('of more than its maker has is refused, each thing by its place, and tells nothing of what is outside', async () => {
    const message = 'is not one of the groups that you may see';
    expect(
      await refused(FRANCE, { shops: ['paris', 'bern', 'gone'], groups: ['france', 'schweiz'] }),
    ).toEqual({
      code: 'invalid_request',
      detail: 'shops.1: there is no shop bern',
      errors: [
        { path: 'shops.1', message: 'there is no shop bern' },
        { path: 'shops.2', message: 'there is no shop gone' },
        { path: 'groups.1', message },
      ],
    });
    expect(await refused(ALL, { shops: ['gone'] })).toEqual(wrongField('shops.0', 'there is no shop gone'));
    expect(await refused(PARIS, { groups: ['france'] })).toEqual(wrongField('groups.0', message));
    // By its name alone it is seen, whatever its group is.
    expect(await given(PARIS, { shops: ['paris'] })).toEqual({ all: false, shops: ['paris'], groups: [] });
  });

  it('that is new has a name and a role', async () => {
    expect(await problemOf(() => grantOf(service, { scope: ALL }, { role: 'view' }))).toEqual(
      wrongField('name', 'is missing'),
    );
    expect(await problemOf(() => grantOf(service, { scope: ALL }, { name: 'Zoé' }))).toEqual(
      wrongField('role', 'is missing'),
    );
  });

  it('is seen by who sees all that it shows', async () => {
    const france = await isGrantWithin(service, FRANCE);
    const scopes: readonly Scope[] = [ALL, FRANCE, PARIS, { all: false, shops: ['bern'], groups: [] }];
    expect(scopes.map((scope) => france({ scope }))).toEqual([false, true, true, false]);
    const all = await isGrantWithin(service, ALL);
    expect(scopes.map((scope) => all({ scope }))).toEqual([true, true, true, true]);
  });

  it('of a token or user outside is not there, in the same words', async () => {
    const { operators } = service.directory;
    vi.spyOn(operators, 'token').mockImplementation(async (id) =>
      id === 'gone' ? null : ({ id, scope: PARIS } as OperatorToken),
    );
    vi.spyOn(operators, 'user').mockImplementation(async (id) =>
      id === 'gone' ? null : ({ id, scope: ALL } as OperatorUser),
    );
    expect((await knownToken(service, FRANCE, 't1')).id).toBe('t1');
    expect((await knownUser(service, ALL, 'u1')).id).toBe('u1');
    expect(await problemOf(() => knownToken(service, FRANCE, 'gone'))).toEqual(
      told('not_found', 'there is no token gone'),
    );
    expect(
      await problemOf(() => knownToken(service, { all: false, shops: ['lyon'], groups: [] }, 't1')),
    ).toEqual(told('not_found', 'there is no token t1'));
    expect(await problemOf(() => knownUser(service, ALL, 'gone'))).toEqual(
      told('not_found', 'there is no user gone'),
    );
    expect(await problemOf(() => knownUser(service, FRANCE, 'u1'))).toEqual(
      told('not_found', 'there is no user u1'),
    );
  });

  it('has an address that nobody else has', async () => {
    const zoe = { id: 'u1', email: 'zoe@example.com' } as OperatorUser;
    vi.spyOn(service.directory.operators, 'userByEmail').mockImplementation(async (email) =>
      email === zoe.email ? zoe : null,
    );
    const TAKEN = wrongField('email', 'belongs to another user');
    expect(await problemOf(() => requireFreeEmail(service, 'lea@example.com', null))).toBeNull();
    expect(await problemOf(() => requireFreeEmail(service, 'zoe@example.com', null))).toEqual(TAKEN);
    expect(
      await problemOf(() =>
        requireFreeEmail(service, 'zoe@example.com', { ...zoe, email: 'lea@example.com' }),
      ),
    ).toEqual(TAKEN);
    expect(await problemOf(() => requireFreeEmail(service, 'zoe@example.com', zoe))).toBeNull();
  });
});
