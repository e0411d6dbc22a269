/**
 * A dump of PolyBanking, read. The failures ruled out: a config in test mode is given the account that takes real money; a dry run does
 * not see what an import rejects; a password leaves the dump.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { shopsOf, transactionsOf } from '../../src/cli/polybanking-dump.ts';
import { changesOf, usersOf } from '../../src/cli/polybanking-people.ts';
import { rowsOf } from '../../src/cli/polybanking-rows.ts';

const config = (pk: number, test_mode: boolean) => ({
  model: 'configs.config',
  pk,
  fields: { active: true, test_mode, key_api: 'a', key_request: 'r', key_ipn: 'i' },
});
const transaction = (pk: number, of: number) => ({
  model: 'paiements.transaction',
  pk,
  fields: { config: of, reference: `r${pk}`, amount: 100, creation_date: '2015-10-26T19:50:00Z' },
});

describe('the accounts of configs', () => {
  it('are those of their mode, for their transactions as well', () => {
    const rows = rowsOf(
      JSON.stringify([
        config(1, false),
        { ...config(2, true), fields: { ...config(2, true).fields, key_api: 'b' } },
        transaction(7, 1),
        transaction(8, 2),
      ]),
    );
    const accounts = { live: 'pf-live', test: 'pf-test' };
    expect(shopsOf(rows, accounts)).toMatchObject([
      { value: { testMode: false, accounts: ['pf-live'] } },
      { value: { testMode: true, accounts: ['pf-test'] } },
    ]);
    expect(transactionsOf(rows, accounts)).toMatchObject([
      { value: { account: 'pf-live' } },
      { value: { account: 'pf-test' } },
    ]);
  });
});

const accounts = { live: 'live', test: 'test' };
const row = (model: string, pk: number, fields: object) => ({ model, pk, fields });
const readRows = (...rows: object[]) => rowsOf(JSON.stringify(rows));

describe('what cannot be taken over twice', () => {
  it('is rejected here, so that a dry run says it, too: a key and a reference', () => {
    const rows = readRows(
      config(1, true),
      config(2, true),
      transaction(7, 1),
      row('paiements.transaction', 8, { ...transaction(7, 1).fields }),
      row('paiements.transaction', 9, { ...transaction(7, 2).fields }),
      // Of two of which the first cannot be read, the second is the first.
      row('paiements.transaction', 10, { ...transaction(11, 1).fields, amount: 'much' }),
      transaction(11, 1),
    );
    expect(shopsOf(rows, accounts)).toMatchObject([
      { value: { id: '1' } },
      { rejected: 'key_api is that of config 1, too' },
    ]);
    expect(transactionsOf(rows, accounts)).toMatchObject([
      { value: { number: '7' } },
      { name: 'transaction 8 (r7)', rejected: 'reference is that of transaction 7 (r7), too' },
      { value: { number: '9' } },
      { rejected: expect.stringContaining('much') },
      { value: { number: '11' } },
    ]);
  });
});

describe('a transaction', () => {
  it('proves its config by hashes of the keys, and is rejected without it', () => {
    const rows = readRows(config(1, true), transaction(7, 1), transaction(8, 3));
    const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
    expect(transactionsOf(rows, accounts)).toMatchObject([
      { value: { configKeys: { requestKey: sha256('r'), ipnKey: sha256('i') } } },
      { rejected: 'its config is not in the dump' },
    ]);
  });
});

describe('what a dump says', () => {
  it('keeps fractions of seconds, empty texts and none apart, and names on one line', () => {
    const fields = { ...transaction(7, 1).fields, reference: 'a\nb' };
    const rows = readRows(
      config(1, true),
      row('paiements.transaction', 7, {
        ...fields,
        extra_data: null,
        creation_date: '2015-10-26T19:50:00Z',
        last_userforwarded_date: '2015-10-26 20:50:00.000+01:00',
        last_ipn_date: '2015-10-26T19:50:00.123456',
      }),
      row('paiements.transaction', 8, { ...fields, reference: '', extra_data: '' }),
    );
    expect(transactionsOf(rows, accounts)).toMatchObject([
      {
        name: 'transaction 7 (a\\nb)',
        value: {
          transaction: {
            reference: 'a\nb',
            extraData: null,
            created: '2015-10-26T19:50:00Z',
            forwarded: '2015-10-26T19:50:00.000Z',
            ipn: '2015-10-26T19:50:00.123456Z',
          },
        },
      },
      {
        name: 'transaction 8 (no reference)',
        value: { transaction: { reference: '', extraData: '' } },
      },
    ]);
  });
});

describe('users', () => {
  const user = (pk: number, username: string, fields: object = {}) =>
    row('auth.user', pk, {
      username,
      password: 'pbkdf2_sha256$12000$salt$hash',
      email: `${username}@example.com`,
      first_name: 'Ann',
      last_name: 'Other',
      is_staff: false,
      is_superuser: false,
      is_active: true,
      groups: [],
      ...fields,
    });
  const allowing = (pk: number, allowed_users: unknown[]) =>
    row('configs.config', pk, { ...config(pk, true).fields, key_api: `a${pk}`, allowed_users });
  const change = (pk: number, by: unknown) =>
    row('configs.configlogs', pk, {
      config: 1,
      user: by,
      when: '2015-10-26T19:50:00Z',
      text: 'Config has been created',
    });

  it('come as names with the configs that allow them, never with a password', () => {
    const rows = readRows(
      row('auth.group', 5, { name: 'treasurers', permissions: [] }),
      user(3, 'alice', { is_superuser: true, groups: [5] }),
      user(4, 'bob'),
      allowing(1, [3, 4]),
      allowing(2, [4, 9]),
      change(12, 4),
    );
    const found = usersOf(rows);
    expect(found).toEqual([
      {
        name: 'user 3 (alice)',
        value: {
          id: '3',
          username: 'alice',
          name: 'Ann Other',
          email: 'alice@example.com',
          superuser: true,
          staff: false,
          active: true,
          groups: ['treasurers'],
          configs: ['1'],
        },
      },
      { name: 'user 4 (bob)', value: expect.objectContaining({ username: 'bob', configs: ['1', '2'] }) },
      { name: 'user 9', value: expect.objectContaining({ id: '9', username: null, configs: ['2'] }) },
    ]);
    expect(JSON.stringify(found)).not.toContain('pbkdf2');
    expect(changesOf(rows)).toEqual([
      {
        name: 'change 12',
        value: {
          id: 12,
          config: '1',
          at: '2015-10-26T19:50:00Z',
          user: '4',
          text: 'Config has been created',
        },
      },
    ]);
  });

  it('may be named by their names, as dumpdata --natural does', () => {
    const rows = readRows(
      user(3, 'alice', { groups: [['treasurers']] }),
      allowing(1, [['alice'], ['carol']]),
      change(12, ['carol']),
    );
    expect(usersOf(rows)).toMatchObject([
      { value: { id: '3', groups: ['treasurers'], configs: ['1'] } },
      { value: { id: 'carol', username: 'carol', configs: ['1'] } },
    ]);
    expect(changesOf(rows)).toMatchObject([{ value: { user: 'carol' } }]);
  });
});
