/**
 * A dump of PolyBanking, read. The failures ruled out: a config in test mode is given the account that takes real money; a dry run does
 * not see what an import rejects; a password leaves the dump.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { shopsOf, transactionsOf } from '../../src/cli/polybanking-dump.ts';
import { changesOf, usersOf } from '../../src/cli/polybanking-people.ts';
import { rowsOf } from '../../src/cli/polybanking-rows.ts';
import { importAll, Tally } from '../../src/cli/polybanking-tally.ts';
import type { ImportOutcome } from '../../src/cli/polybanking-target.ts';

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
  const rejections = async (run: (tally: Tally) => Promise<void>) => {
    const tally = new Tally('things', true);
    await run(tally);
    return [tally.line, tally.rejections];
  };
  const taken = async (rejected: readonly string[], id: string): Promise<ImportOutcome> =>
    rejected.includes(id) ? { rejected: 'bad' } : { result: 'imported', detail: null };

  it('is rejected because of the one that was taken, not of one that could not be: a reference', async () => {
    const again = (pk: number, of: number, fields: object = {}) =>
      row('paiements.transaction', pk, { ...transaction(7, of).fields, ...fields });
    const rows = readRows(
      config(1, true),
      config(2, true),
      // Of two of which the first cannot be read, or is not taken by the Worker, the second is the first.
      again(5000, 1, { amount: 'much' }),
      again(5001, 1),
      again(5002, 1),
      again(5003, 1),
      again(5004, 2),
    );
    const sent: (string | null)[] = [];
    const result = await rejections((tally) =>
      importAll(transactionsOf(rows, accounts), tally, {
        unique: {
          what: 'reference',
          of: ({ config: of, transaction: { reference } }) => `${of} ${reference}`,
        },
        put: ({ number }) => {
          sent.push(number);
          return taken(['5001'], number ?? '');
        },
      }),
    );
    expect(sent).toEqual(['5001', '5002', '5004']);
    expect(result).toEqual([
      'things: 2 imported, 0 there already, 3 rejected',
      [
        expect.stringContaining('transaction 5000 (r7): amount'),
        'transaction 5001 (r7): bad',
        'transaction 5003 (r7): reference is that of transaction 5002 (r7), too',
      ],
    ]);
  });

  it('is so for key_api, and for one that is there already', async () => {
    const rows = readRows(config(1, true), config(2, true), config(3, true));
    const put = (outcomes: Record<string, ImportOutcome>) =>
      rejections((tally) =>
        importAll(shopsOf(rows, accounts), tally, {
          unique: { what: 'key_api', of: ({ keys }) => keys.apiKey },
          put: async ({ id }) => outcomes[id] ?? { result: 'imported', detail: null },
        }),
      );
    expect(await put({ 1: { rejected: 'bad' } })).toEqual([
      'things: 1 imported, 0 there already, 2 rejected',
      ['config 1: bad', 'config 3: key_api is that of config 2, too'],
    ]);
    expect(await put({ 1: { result: 'unchanged', detail: null } })).toEqual([
      'things: 0 imported, 1 there already, 2 rejected',
      ['config 2: key_api is that of config 1, too', 'config 3: key_api is that of config 1, too'],
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
