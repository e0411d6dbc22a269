/**
 * Who sees which reconciliation, and how providers are asked about differences. The failures ruled out: a payment of another shop is shown to
 * an operator of some shops, in a page, a preview, a line or a number; a provider is asked more often than it lets; a question is lost.
 * The file is long because what is seen and what is asked need the same files and operators.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ListedReconciliation } from '../../src/directory/reconciliations.ts';
import type { Scope } from '../../src/directory/types.ts';
import type { Operator } from '../../src/gateway/permissions.ts';
import {
  askAbout,
  beginReconciliation,
  done,
  type FoundReconciliation,
  listedReconciliations,
  scopedReconciliation,
} from '../../src/gateway/reconciliations.ts';
import type { Service } from '../../src/gateway/service.ts';
import { Problem } from '../../src/payments/errors.ts';
import type {
  HandedOut,
  LinesQuery,
  ReconciledLine,
  ReconciliationClient,
  ReconciliationInfo,
} from '../../src/payments/reconciled.ts';

const SHOPS = [
  { id: 'mine', name: 'Mine', group: null, accounts: ['own', 'shared', 'gone'] },
  { id: 'other', name: 'Other', group: null, accounts: ['shared', 'theirs'] },
];
const MINE: Scope = { all: false, shops: ['mine'], groups: [] };
const ALL: Scope = { all: true };
const NOT_THERE = { code: 'not_found', message: 'there is no such reconciliation' };

const listed = (id: string, account = 'own'): ListedReconciliation => ({
  id,
  account,
  fileName: 'file.csv',
  createdAt: `2026-11-01T10:00:0${id.at(-1)}.000Z`,
  createdBy: 'ann',
  createdByName: 'Ann',
  status: 'done',
  differences: 3,
  finishedAt: null,
});

/** What an object says of its comparison. */
const infoOf = (changes: Partial<ReconciliationInfo> = {}) =>
  ({
    account: 'own',
    status: 'done',
    shops: ['mine'],
    elsewhere: 2,
    preview: { header: ['a'], rows: [['secret']] },
    unreadable: [{ line: 1, problem: 'x', detail: 'secret' }],
    fault: { line: 1, problem: 'x', detail: 'secret' },
    ...changes,
  }) as unknown as ReconciliationInfo;

const line = (shop: string | null, isElsewhere = true) => ({ shop, isElsewhere }) as ReconciledLine;
const QUERY = {} as LinesQuery;

/** A directory with these reconciliations, the newest first, and their objects. */
function serviceWith(
  all: readonly ListedReconciliation[],
  infos: Readonly<Record<string, ReconciliationInfo | null>> = {},
  lines: readonly ReconciledLine[] = [],
) {
  const asked: { readonly accounts: readonly string[] | null; readonly before: unknown }[] = [];
  const added: unknown[] = [];
  const service = {
    random: (bytes: Uint8Array) => bytes.fill(0xab),
    directory: {
      shops: { list: async () => SHOPS },
      accounts: {
        links: async () => [],
        get: async (id: string) => {
          if (id === 'down') throw new Problem('unavailable', 'storage');
          if (id === 'damaged') throw new RangeError('of a record');
          return id === 'gone' ? null : { id };
        },
      },
      reconciliations: {
        get: async (id: string) => all.find((one) => one.id === id) ?? null,
        add: async (...given: unknown[]) => {
          added.push(given);
        },
        list: async (accounts: readonly string[] | null, before: { id: string } | null, limit: number) => {
          asked.push({ accounts, before });
          const of = all.filter(({ account }) => accounts?.includes(account) ?? true);
          const from = before ? of.findIndex(({ id }) => id === before.id) + 1 : 0;
          return of.slice(from, from + limit);
        },
      },
    },
    reconciliation: (id: string) =>
      ({
        info: async () => (id in infos ? infos[id] : infoOf()),
        begin: async (order: object) =>
          'problem' in order ? order : infoOf({ ...(order as Partial<ReconciliationInfo>) }),
        lines: async () => lines,
      }) as unknown as ReconciliationClient,
  } as unknown as Service;
  return { service, asked, added };
}

const read = (service: Service, scope: Scope, id = 'r1', actor = 'eve') =>
  scopedReconciliation(service, { scope, actor }, id);

describe('a reconciliation', () => {
  it('of an account that other shops use too, or of another one, is not there for an operator of some shops', async () => {
    for (const account of ['shared', 'theirs', 'gone', 'unknown']) {
      const { service } = serviceWith([listed('r1', account)]);
      await expect(read(service, MINE)).rejects.toMatchObject(NOT_THERE);
      expect((await read(service, ALL)).listed.account).toBe(account);
    }
    const { service } = serviceWith([listed('r1')]);
    expect((await read(service, MINE)).listed).toEqual(listed('r1'));
    for (const scope of [ALL, MINE])
      await expect(read(service, scope, 'r2')).rejects.toMatchObject(NOT_THERE);
    const forgotten = serviceWith([listed('r1')], { r1: null });
    await expect(read(forgotten.service, ALL)).rejects.toMatchObject(NOT_THERE);
  });

  it('is not said to be missing where it could not be looked up', async () => {
    for (const [account, error] of [
      ['down', 'storage'],
      ['damaged', 'of a record'],
    ] as const) {
      const { service } = serviceWith([listed('r1')]);
      const shops = { list: async () => [{ ...SHOPS[0], accounts: ['own', account] }] };
      const broken = { ...service, directory: { ...service.directory, shops } } as unknown as Service;
      await expect(read(broken, MINE)).rejects.toThrow(error);
    }
  });

  it('that has found a payment of another shop is not there, in what is read now and in what is answered later', async () => {
    for (const shops of [['other'], ['mine', 'other'], ['other', 'mine'], ['gone']]) {
      const { service } = serviceWith([listed('r1')], { r1: infoOf({ shops }) });
      await expect(read(service, MINE)).rejects.toMatchObject(NOT_THERE);
      expect((await read(service, ALL)).info.shops).toEqual(shops);
      const before = await read(serviceWith([listed('r1')]).service, MINE);
      expect(() => before.seen(infoOf({ shops }))).toThrow(expect.objectContaining(NOT_THERE));
    }
    const { service } = serviceWith([listed('r1')], { r1: infoOf({ shops: [] }) });
    expect((await read(service, MINE)).info.shops).toEqual([]);
  });

  it('shows what is in its file to whoever sent it, and to others when it is known whose payments these are', async () => {
    const unknown = { r1: infoOf({ shops: null }) };
    const { service } = serviceWith([listed('r1')], unknown);
    expect((await read(service, ALL)).info).toEqual(unknown.r1);
    expect((await read(service, MINE, 'r1', 'ann')).info).toEqual({ ...unknown.r1, elsewhere: 0 });
    expect((await read(service, MINE, 'r1', 'eve')).info).toEqual({
      ...unknown.r1,
      elsewhere: 0,
      preview: null,
      unreadable: [],
      fault: { line: 1, problem: 'x', detail: '' },
    });
    const fine = serviceWith([listed('r1')], { r1: infoOf({ shops: null, fault: null }) });
    expect((await read(fine.service, MINE)).info.fault).toBeNull();
    const compared = serviceWith([listed('r1')]);
    expect((await read(compared.service, MINE)).info).toEqual({ ...infoOf(), elsewhere: 0 });
    expect((await read(compared.service, ALL)).seen(infoOf())).toEqual(infoOf());
  });

  it('shows no line that is about another shop, and not whether another account has a payment', async () => {
    const own = [line('mine'), line(null)];
    const { service } = serviceWith([listed('r1')], {}, own);
    expect(await (await read(service, ALL)).lines(QUERY)).toEqual(own);
    expect(await (await read(service, MINE)).lines(QUERY)).toEqual([line('mine', false), line(null, false)]);
    for (const found of [
      [line('other'), line('mine')],
      [line('mine'), line('gone')],
    ]) {
      const mixed = serviceWith([listed('r1')], {}, found);
      expect(await (await read(mixed.service, ALL)).lines(QUERY)).toEqual(found);
      await expect((await read(mixed.service, MINE)).lines(QUERY)).rejects.toMatchObject(NOT_THERE);
    }
  });

  it('begins with an id of its own, for an account that no other shop uses', async () => {
    const id = 'abababababababab';
    const by = { actor: 'ann', scope: MINE } as unknown as Operator;
    const begin = (account: string, more: object = {}) => {
      const { service, added } = serviceWith([listed(id)]);
      const order = { account, ...more } as unknown as Parameters<typeof beginReconciliation>[2];
      return beginReconciliation(service, by, order, 'file.csv').then((begun) => ({ begun, added }));
    };
    const { begun, added } = await begin('own');
    expect(begun).toEqual({ listed: listed(id), info: infoOf({ id, account: 'own' }) });
    expect(added).toEqual([[id, 'own', 'file.csv', by]]);
    await expect(begin('shared')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(begin('theirs')).rejects.toMatchObject({ code: 'not_found' });
    const problem = { code: 'invalid_state', detail: 'no' };
    await expect(begin('own', { problem })).rejects.toMatchObject({ code: 'invalid_state', message: 'no' });
  });
});

it('a problem that an object says names its field, where it has one', () => {
  expect(done({ id: 'x' })).toEqual({ id: 'x' });
  const said = (path?: string) => ({
    problem: { code: 'invalid_request', detail: 'no', ...(path !== undefined && { path }) } as const,
  });
  expect(() => done(said())).toThrow(
    expect.objectContaining({ code: 'invalid_request', message: 'no', errors: [] }),
  );
  expect(() => done(said('columns'))).toThrow(
    expect.objectContaining({ errors: [{ path: 'columns', message: 'no' }] }),
  );
});

describe('the list of reconciliations', () => {
  const foreign = infoOf({ shops: ['mine', 'other'] });
  const ids = (page: readonly ListedReconciliation[]) => page.map(({ id }) => id);

  it('fills its pages with what an operator may read, and does not tell how many others there are', async () => {
    const all = ['r8', 'r7', 'r6', 'r5', 'r4', 'r3', 'r2', 'r1'].map((id) => listed(id));
    const { service, asked } = serviceWith(all, { r7: foreign, r6: foreign, r2: null });
    const page = (before: ListedReconciliation | null, limit: number, scope: Scope = MINE) =>
      listedReconciliations(service, scope, null, before, limit);
    expect(ids(await page(null, 2))).toEqual(['r8', 'r5']);
    // Of the three that are read for the rest, one is for the next page.
    expect(ids(await page(null, 3))).toEqual(['r8', 'r5', 'r4']);
    expect(asked.map(({ before }) => before)).toEqual([null, all[1], null, all[2]]);
    expect(ids(await page(listed('r4'), 2))).toEqual(['r3', 'r1']);
    expect(ids(await page(null, 5))).toEqual(['r8', 'r5', 'r4', 'r3', 'r1']);
    expect(ids(await page(null, 9))).toEqual(['r8', 'r5', 'r4', 'r3', 'r1']);
    expect(ids(await page(null, 3, ALL))).toEqual(['r8', 'r7', 'r6']);
    expect(ids(await page(listed('r2'), 3, ALL))).toEqual(['r1']);
  });

  it('does not ask again for a page that is full', async () => {
    const { service, asked } = serviceWith(['r3', 'r2', 'r1'].map((id) => listed(id)));
    expect(ids(await listedReconciliations(service, MINE, null, null, 2))).toEqual(['r3', 'r2']);
    expect(asked).toHaveLength(1);
  });

  it('is of the accounts of the scope, and of the one that was asked for among them', async () => {
    const { service, asked } = serviceWith([listed('r2', 'theirs'), listed('r1')]);
    const of = async (scope: Scope, account: string | null) => {
      asked.length = 0;
      const found = ids(await listedReconciliations(service, scope, account, null, 5));
      return [found, asked[0]?.accounts];
    };
    expect(await of(ALL, null)).toEqual([['r2', 'r1'], null]);
    expect(await of(ALL, 'theirs')).toEqual([['r2'], ['theirs']]);
    expect(await of(MINE, null)).toEqual([['r1'], ['own']]);
    expect(await of(MINE, 'own')).toEqual([['r1'], ['own']]);
    expect(await of(MINE, 'theirs')).toEqual([[], []]);
  });

  it('has no number of differences that a comparison of before has found, which may be of others', async () => {
    const { service } = serviceWith([listed('r2'), listed('r1')], { r1: infoOf({ shops: null }) });
    expect(await listedReconciliations(service, MINE, null, null, 5)).toEqual([
      listed('r2'),
      { ...listed('r1'), differences: null },
    ]);
  });
});

describe('asking the provider about differences', () => {
  const IDS = ['SCPE0000000000A1', 'SCPE0000000000A2', 'SCPE0000000000A3'] as const;
  const by = { actor: 'ann' } as unknown as Operator;
  let waits: number[];
  let clock: number;
  beforeEach(() => {
    waits = [];
    clock = 1_000_000;
    vi.stubGlobal('setTimeout', (resolve: () => void, milliseconds: number) => {
      waits.push(milliseconds);
      resolve();
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  /**
   * Payments that are handed out, each a second after the one before.
   * @param ledgers what refreshing each does: how many questions, or why there is no answer.
   */
  function asking(
    ledgers: Readonly<Record<string, number | Error | 'gone'>>,
    retryAfter: number | null = null,
  ) {
    const asked: unknown[] = [];
    const audit: unknown[] = [];
    const handed: HandedOut = {
      payments: Object.keys(ledgers).map((payment, index) => ({
        payment,
        account: 'own',
        wait: index * 1000,
      })),
      retryAfter,
    };
    const client = {
      toAsk: async (limit: number) => ({ ...handed, payments: handed.payments.slice(0, limit) }),
      asked: async (...given: unknown[]) => {
        asked.push(given);
      },
    } as unknown as ReconciliationClient;
    const refreshed = new Set<string>();
    const service = {
      now: () => clock,
      directory: {
        account: async () => null,
        noteAudit: async (entry: unknown) => {
          audit.push(entry);
        },
      },
      // Nobody asks a provider here: the ledger reconciles an operation for each question, or says why there is no answer.
      ledger: (id: string) => {
        const does = ledgers[id];
        const attempts = typeof does === 'number' ? Array.from({ length: does }, (_, n) => n + 1) : [1];
        return {
          read: async () => {
            if (does === undefined || does === 'gone') return null;
            const status = refreshed.has(id) ? 'paid' : 'pending';
            return {
              shop: 'mine',
              attempts: attempts.map((attempt) => ({ attempt, account: 'own' })),
              view: { status, operations: does === 0 ? [] : [{ state: 'unknown' }] },
            };
          },
          statusQuery: async (_account: string, attempt: number) => {
            if (does instanceof Error) throw does;
            clock += 10;
            // The operation is one question; each attempt but the newest is another.
            return attempt === attempts.length ? null : { id, attempt, account: 'own', hint: {} };
          },
          reconcileOperations: async () => {
            refreshed.add(id);
          },
        };
      },
    } as unknown as Service;
    vi.spyOn(service.directory, 'account').mockRejectedValue(new Problem('unsupported_operation', 'no'));
    const ask = (limit = 9) =>
      askAbout(service, { client, listed: listed('r1') } as unknown as FoundReconciliation, limit, by);
    return { ask, asked, audit };
  }

  it('notes what each has become, who asked, and goes on at the times that were given', async () => {
    const [one, two, three] = IDS;
    // Two questions about the first: a second more for each after it.
    const { ask, asked, audit } = asking({ [one]: 2, [two]: 1, [three]: 0 }, 7);
    expect(await ask()).toEqual({
      asked: [
        { payment: one, outcome: 'paid', detail: null },
        { payment: two, outcome: 'paid', detail: null },
        { payment: three, outcome: 'pending', detail: null },
      ],
      retryAfter: 7,
    });
    expect(asked).toEqual([
      [one, 'paid', 1000],
      [two, 'paid', 0],
      [three, 'pending', 0],
    ]);
    expect(waits).toEqual([0, 1000 + 1000 - 20, 2000 + 1000 - 30]);
    expect(audit).toEqual(
      [
        [one, 'paid'],
        [two, 'paid'],
        [three, 'pending'],
      ].map(([subject, to]) => ({
        by,
        action: 'payment.refreshed',
        subject,
        shop: 'mine',
        detail: { from: 'pending', to, reconciliation: 'r1' },
      })),
    );
  });

  it('passes over a payment that is not there, and says why one could not be asked about', async () => {
    const [one, two] = IDS;
    const refusal = new Problem('provider_error', 'it says no');
    const { ask, asked, audit } = asking({ [one]: 'gone', 'no id of ours': 1, [two]: refusal });
    expect(await ask()).toEqual({
      asked: [{ payment: two, outcome: 'provider_error', detail: 'it says no' }],
      retryAfter: null,
    });
    expect(asked).toEqual([
      [one, 'not_found', 0],
      ['no id of ours', 'not_found', 0],
      [two, 'provider_error', 0],
    ]);
    expect(audit).toEqual([]);
  });

  it.each([
    [{ retryAfter: 90 }, 90],
    [{}, 10],
  ])(
    'leaves the provider alone where it wants that: this one and the rest are asked about again: %j',
    async (more, seconds) => {
      const [one, two, three] = IDS;
      const limited = new Problem('rate_limited', 'later', more);
      const { ask, asked } = asking({ [one]: 1, [two]: limited, [three]: 1 });
      expect(await ask()).toEqual({
        asked: [{ payment: one, outcome: 'paid', detail: null }],
        retryAfter: seconds,
      });
      expect(asked).toEqual([
        [one, 'paid', 0],
        [two, null, seconds * 1000],
        [three, null, 0],
      ]);
    },
  );

  it('breaks off where our own storage does not answer, or we have made a mistake', async () => {
    for (const error of [new Problem('unavailable', 'storage'), new RangeError('of ours')]) {
      const { ask, asked } = asking({ [IDS[0]]: error, [IDS[1]]: 1 });
      await expect(ask()).rejects.toThrow(error.message);
      expect(asked).toEqual([]);
    }
  });
});
