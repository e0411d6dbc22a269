/**
 * `npm run migrate:polybanking -- dump.json [--url URL] [--account ID] [--test-account ID] [--dry-run]`: takes over
 * PolyBanking's configs and transactions, its users' names and the log of its configs' changes; what belongs to configs in test
 * mode goes to the test account, where one is named. Needs ADMIN_TOKEN. Can be run again at any time: what is there already stays
 * as it is. A dry run has the Worker check everything as a real one does, and stores nothing.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type ContractAccounts, type ShopToImport, shopsOf, transactionsOf } from './polybanking-dump.ts';
import { changesOf, usersOf } from './polybanking-people.ts';
import { rowsOf } from './polybanking-rows.ts';
import { importAll, Tally } from './polybanking-tally.ts';
import { type Importable, type ImportOutcome, Target, Unavailable } from './polybanking-target.ts';

const LOCAL_URL = 'http://localhost:8787';

/** The account that the transactions went to: the named one, or the only one at PostFinance. */
async function accountOf(target: Target, wanted: string | undefined): Promise<string> {
  const accounts = await target.accounts();
  const fitting = accounts.filter(({ id, provider, currencies }) =>
    wanted === undefined ? provider === 'postfinance' && currencies.includes('CHF') : id === wanted,
  );
  const [only] = fitting;
  if (only && fitting.length === 1) return only.id;
  const known = accounts.map(({ id }) => id).join(', ') || 'none';
  throw new Error(`say which account the payments went to: --account ID (there are: ${known})`);
}

/** Imports everything; `put` says what became of a thing. Returns the tallies. */
async function importDump(
  rows: ReturnType<typeof rowsOf>,
  accounts: ContractAccounts,
  {
    put,
    dryRun,
  }: {
    readonly put: (what: Importable, body: object) => Promise<ImportOutcome>;
    readonly dryRun: boolean;
  },
): Promise<readonly Tally[]> {
  const shops = new Tally('configs', true);
  const users = new Tally('users', false);
  const changes = new Tally('changes of configs', false);
  const transactions = new Tally('transactions', true);
  // For a dry run: the shops that a real one would have made by then.
  const made = new Map<string, Pick<ShopToImport, 'testMode' | 'accounts'>>();
  await importAll(shopsOf(rows, accounts), shops, {
    unique: { what: 'key_api', of: ({ keys }) => keys.apiKey },
    async put(shop) {
      const outcome = await put('shop', shop);
      const { id, testMode, accounts: used } = shop;
      if ('result' in outcome && outcome.result === 'imported') made.set(id, { testMode, accounts: used });
      return outcome;
    },
  });
  await importAll(usersOf(rows), users, { put: (user) => put('user', user) });
  await importAll(changesOf(rows), changes, { put: (change) => put('change', change) });
  await importAll(transactionsOf(rows, accounts), transactions, {
    unique: {
      what: 'reference',
      of: ({ config, transaction }) => JSON.stringify([config, transaction.reference]),
    },
    put: (transaction) =>
      put(
        'transaction',
        dryRun ? { ...transaction, shop: made.get(transaction.config) ?? null } : transaction,
      ),
  });
  return [shops, users, changes, transactions];
}

/** The Worker and the account; null for a dry run without a Worker, which checks the dump alone. */
async function reach(
  target: Target,
  account: string | undefined,
  isOptional: boolean,
): Promise<{ readonly live: string } | null> {
  try {
    return { live: await accountOf(target, account) };
  } catch (error) {
    if (!isOptional || !(error instanceof Unavailable)) throw error;
    console.log(`only the dump is checked, because no Worker can be asked: ${error.message}\n`);
    return null;
  }
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      account: { type: 'string' },
      'test-account': { type: 'string' },
      'dry-run': { type: 'boolean' },
    },
  });
  const [file] = positionals;
  if (!file) {
    throw new Error(
      `usage: npm run migrate:polybanking -- dump.json [--url ${LOCAL_URL}] [--account ID] [--test-account ID] [--dry-run]`,
    );
  }
  const rows = rowsOf(readFileSync(file, 'utf8'));
  const dryRun = values['dry-run'] === true;
  const target = new Target(values.url ?? LOCAL_URL, { token: process.env.ADMIN_TOKEN ?? '', dryRun });
  const reached = await reach(target, values.account, dryRun && values.url === undefined);
  const live = reached?.live ?? values.account ?? 'account';
  const tallies = await importDump(
    rows,
    { live, test: values['test-account'] ?? live },
    {
      put: async (what, body) => (reached ? target.put(what, body) : { result: 'imported', detail: null }),
      dryRun,
    },
  );
  const rejections = tallies.flatMap((tally) => tally.rejections);
  const warnings = tallies.flatMap((tally) => tally.warnings);
  if (warnings.length > 0) console.log(`\nto be mended:\n${warnings.map((line) => `  ${line}`).join('\n')}`);
  if (rejections.length > 0) console.log(`\nrejected:\n${rejections.map((line) => `  ${line}`).join('\n')}`);
  if (dryRun) console.log('\nnothing was stored: this was a dry run');
  return rejections.length > 0 ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    if (error instanceof Unavailable)
      console.error('run the import again when it can: it goes on where it ended');
    process.exitCode = 2;
  },
);
