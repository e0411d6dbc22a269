/**
 * What the cron does with reports, and what an operator finds of it. The failures ruled out: a row that goes to no payment, or counts as new
 * twice; a place in the report that goes back, or on although it broke off; an account that stops the others; hundreds of problems stored.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import { fetchReports } from '../../src/gateway/reports.ts';
import type { Service } from '../../src/gateway/service.ts';
import type { ApplyUpdateCommand } from '../../src/ledger/commands.ts';
import { Problem } from '../../src/payments/errors.ts';
import { orderNumber, type PaymentId } from '../../src/payments/id.ts';
import { assistReport } from '../../src/providers/assist/report.ts';
import type { ProviderUpdate, ReportRow } from '../../src/providers/contract.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');

const account = (id: string, changes: Partial<Account> = {}): Account => ({
  id,
  provider: 'assist',
  caption: '',
  displayName: null,
  kind: null,
  environment: 'production',
  currencies: ['EUR'],
  settings: { mode: 'legacy', merchant_id: '123456', login: 'shop', sendresult_secret: 's', password: 'p' },
  endpoints: {},
  allowedIps: [],
  trustUnprovenNotifications: false,
  expireAfterHours: 24,
  retiredAt: null,
  succession: null,
  fallback: null,
  outage: null,
  secrets: {},
  createdAt: '2026-11-21T09:00:00Z',
  updatedAt: '2026-11-21T09:00:00Z',
  ...changes,
});

const idOf = (index: number) => `SCPE${String(index).padStart(12, '0')}` as PaymentId;

/** A row about the first attempt of a payment. */
const about = (index: number, cursor: string | null = null): ReportRow => ({
  update: {
    kind: 'update',
    order: orderNumber(idOf(index), 1),
    key: `key ${index}`,
    outcome: 'paid',
    providerStatus: 'Authorized',
  } as unknown as ProviderUpdate,
  problem: null,
  cursor,
});
const wrong = (problem: string, cursor: string | null = null): ReportRow => ({
  update: null,
  problem,
  cursor,
});

/** Gives every report these rows; an error breaks it off. */
function rows(given: readonly (ReportRow | Error)[]) {
  return vi.spyOn(assistReport, 'rows').mockImplementation(async function* () {
    for (const row of given) {
      if (row instanceof Error) throw row;
      yield row;
    }
  });
}

/** A service with these accounts. @param answers what the ledger of a payment answers: where none is given, it takes the update. */
function serviceOf(
  accounts: readonly Account[],
  { cursor = null as string | null, answers = {} as Readonly<Record<string, object>> } = {},
) {
  const finished: unknown[] = [];
  const claimed: unknown[] = [];
  const applied: { readonly id: string; readonly command: ApplyUpdateCommand }[] = [];
  const seen = { most: 0, open: 0 };
  const service = {
    now: () => NOW,
    config: { local: true },
    fetch: async () => new Response(),
    directory: {
      accounts: { list: async () => accounts },
      claimReport: async (id: string, pause: number) => {
        claimed.push([id, pause]);
        return id === 'claimed' ? null : { cursor };
      },
      finishReport: async (...given: unknown[]) => {
        finished.push(given);
      },
    },
    ledger: (id: string) => ({
      applyUpdate: async (command: ApplyUpdateCommand) => {
        applied.push({ id, command });
        seen.open += 1;
        seen.most = Math.max(seen.most, seen.open);
        await Promise.resolve();
        seen.open -= 1;
        return answers[id] ?? { kind: 'answer', repeat: false };
      },
    }),
  } as unknown as Service;
  return { service, finished, claimed, applied, seen };
}

/** What was logged, by its kind. */
let logged: Record<'log' | 'warn' | 'error', unknown[]>;
beforeEach(() => {
  logged = { log: [], warn: [], error: [] };
  for (const kind of ['log', 'warn', 'error'] as const)
    vi.spyOn(console, kind).mockImplementation((...line) => void logged[kind].push(...line));
});
afterEach(() => vi.restoreAllMocks());

describe('a report', () => {
  it('has each row applied as an answer of the provider, and counts those that were new', async () => {
    const report = rows([about(1), about(2), about(3), about(4)]);
    const { service, finished, applied } = serviceOf([account('one')], {
      cursor: '2026-11-20 10:00:00',
      answers: {
        [idOf(2)]: { kind: 'answer', repeat: true },
        [idOf(3)]: { kind: 'not_found' },
      },
    });
    await fetchReports(service);
    expect(applied.map(({ id }) => id)).toEqual([1, 2, 3, 4].map(idOf));
    expect(applied[0]?.command).toMatchObject({
      attempt: 1,
      account: 'one',
      key: 'key 1',
      outcome: 'paid',
      channel: 'status',
      signedBy: 'asked',
      proven: true,
    });
    const outcome = { rows: 4, applied: 2, problems: [], error: null };
    expect(finished).toEqual([['one', '2026-11-20 10:00:00', outcome]]);
    expect(logged).toEqual({
      log: [{ event: 'report.read', account: 'one', ...outcome }],
      warn: [],
      error: [],
    });
    expect(report.mock.calls.map(([{ after, now }]) => [after, now])).toEqual([
      ['2026-11-20 10:00:00', new Date(NOW)],
    ]);
  });

  it('applies sixteen rows at a time, the last of them too, and does not count orders of other software', async () => {
    const foreign = { ...about(0), update: { ...about(0).update, order: 'order-7' } as ProviderUpdate };
    rows([foreign, ...Array.from({ length: 35 }, (_, index) => about(index)), wrong('x')]);
    const { service, finished, applied, seen } = serviceOf([account('one')]);
    await fetchReports(service);
    expect([applied.length, seen.most]).toEqual([35, 16]);
    expect(finished).toMatchObject([['one', null, { rows: 37, applied: 35 }]]);
  });

  it('is read from where the newest row stood, whatever their order', async () => {
    rows([wrong('', 'b'), about(1, 'd'), about(2, null), about(3, 'c')]);
    const first = serviceOf([account('one')]);
    await fetchReports(first.service);
    expect(first.finished).toMatchObject([['one', 'd', {}]]);
    const later = serviceOf([account('one')], { cursor: 'e' });
    await fetchReports(later.service);
    expect(later.finished).toMatchObject([['one', 'e', {}]]);
  });

  it('that has rows which nobody can read says so, and the first twenty of them', async () => {
    rows([...Array.from({ length: 21 }, (_, index) => wrong(`row ${index}`)), about(1)]);
    const { service, finished } = serviceOf([account('one')]);
    await fetchReports(service);
    const problems = Array.from({ length: 20 }, (_, index) => `row ${index}`);
    const outcome = { rows: 22, applied: 1, problems, error: null };
    expect(finished).toEqual([['one', null, outcome]]);
    expect(logged).toEqual({
      log: [],
      warn: [{ event: 'report.read', account: 'one', ...outcome }],
      error: [],
    });
  });

  it.each([
    [new Problem('provider_unreachable', 'ASSIST broke off'), 'ASSIST broke off'],
    [new RangeError('of ours'), 'RangeError: of ours'],
  ])('that breaks off stays where it was: the next one has its rows again: %s', async (cause, error) => {
    rows([about(1, 'z'), cause]);
    const { service, finished } = serviceOf([account('one')], { cursor: 'a' });
    await fetchReports(service);
    const outcome = { rows: 1, applied: 0, problems: [], error };
    expect(finished).toEqual([['one', null, outcome]]);
    expect(logged).toEqual({
      log: [],
      warn: [{ event: 'report.failed', account: 'one', ...outcome }],
      error: [],
    });
  });
});

describe('the reports of all accounts', () => {
  it('are fetched of those that have one and are due, although another account cannot be opened', async () => {
    const report = rows([about(1)]);
    const { service, finished, claimed } = serviceOf([
      account('gone', { provider: 'nobody' }),
      account('modern', { settings: { ...account('x').settings, login: '' } }),
      account('none', { provider: 'ogone', settings: { pspid: 'x', sha_in: 'x', sha_out: 'x' } }),
      account('claimed'),
      account('last'),
    ]);
    await fetchReports(service);
    // At most once in ten minutes.
    expect(claimed).toEqual([
      ['claimed', 600_000],
      ['last', 600_000],
    ]);
    expect(finished.map((given) => (given as readonly string[])[0])).toEqual(['last']);
    expect(report).toHaveBeenCalledTimes(1);
    const [first] = logged.error;
    expect(first).toEqual({
      event: 'report.failed',
      account: 'gone',
      error: 'Problem: the account gone is for an unknown provider',
    });
  });
});
