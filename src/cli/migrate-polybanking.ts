/**
 * `npm run migrate:polybanking -- dump.json [--url URL] [--account ID] [--test-account ID] [--dry-run]`: takes over
 * PolyBanking's configs and transactions; those of configs in test mode go to the test account, where one is named. Needs
 * ADMIN_TOKEN. Can be run again at any time: what is there already stays as it is.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Read, rowsOf, shopsOf, transactionsOf } from './polybanking-dump.ts';

/** Transactions that are sent at the same time. */
const AT_ONCE = 8;

/** How often progress is shown, in transactions. */
const STEP = 100;

interface Imported {
  readonly result: 'imported' | 'unchanged' | 'differs';
  readonly detail: string | null;
  readonly warnings?: readonly string[];
}

interface Account {
  readonly id: string;
  readonly provider: string;
  readonly currencies: readonly string[];
}

class Target {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async #call(path: string, body?: unknown): Promise<Response> {
    return fetch(new URL(path, this.#url), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${process.env.ADMIN_TOKEN ?? ''}`,
        'content-type': 'application/json',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async accounts(): Promise<readonly Account[]> {
    const response = await this.#call('/v1/admin/accounts');
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return ((await response.json()) as { readonly data: readonly Account[] }).data;
  }

  /** The result of importing one thing; `rejected` is the text of the problem. */
  async put(what: 'shop' | 'transaction', body: unknown): Promise<Imported | { readonly rejected: string }> {
    const response = await this.#call(`/v1/admin/imports/polybanking/${what}`, body);
    if (response.ok) return (await response.json()) as Imported;
    const problem = (await response.json()) as { readonly detail?: string };
    // Every other thing would fail the same way.
    if (response.status === 401 || response.status >= 500)
      throw new Error(`${response.status} ${problem.detail}`);
    return { rejected: problem.detail ?? String(response.status) };
  }
}

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

/** Counts the results, and lists what was rejected. */
class Tally {
  readonly #what: string;
  readonly #counts = { imported: 0, unchanged: 0, rejected: 0 };
  readonly rejections: string[] = [];
  readonly warnings: string[] = [];

  constructor(what: string) {
    this.#what = what;
  }

  count(name: string, outcome: Imported | { readonly rejected: string }): void {
    if ('rejected' in outcome) this.#reject(`${name}: ${outcome.rejected}`);
    else if (outcome.result === 'differs') this.#reject(`${name}: ${outcome.detail}`);
    else {
      this.#counts[outcome.result] += 1;
      for (const warning of outcome.warnings ?? []) this.warnings.push(`${name}: ${warning}`);
    }
  }

  #reject(line: string): void {
    this.#counts.rejected += 1;
    this.rejections.push(line);
  }

  get line(): string {
    const { imported, unchanged, rejected } = this.#counts;
    return `${this.#what}: ${imported} imported, ${unchanged} there already, ${rejected} rejected`;
  }
}

async function importAll<T>(
  things: readonly Read<T>[],
  tally: Tally,
  put: (value: T) => Promise<Imported | { readonly rejected: string }>,
): Promise<void> {
  for (let at = 0; at < things.length; at += AT_ONCE) {
    const part = things.slice(at, at + AT_ONCE);
    const outcomes = await Promise.all(
      part.map((thing) => ('rejected' in thing ? { rejected: thing.rejected } : put(thing.value))),
    );
    for (const [index, outcome] of outcomes.entries()) tally.count(part[index]?.name ?? '', outcome);
    if (Math.floor(at / STEP) !== Math.floor((at + AT_ONCE) / STEP)) console.log(`... ${tally.line}`);
  }
  console.log(tally.line);
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
      'usage: npm run migrate:polybanking -- dump.json [--url http://localhost:8787] [--account ID] [--test-account ID] [--dry-run]',
    );
  }
  const rows = rowsOf(readFileSync(file, 'utf8'));
  const target = new Target(values.url ?? 'http://localhost:8787');
  const dry = values['dry-run'] === true;
  const live = dry ? (values.account ?? 'account') : await accountOf(target, values.account);
  const accounts = { live, test: values['test-account'] ?? live };
  const read: Imported = { result: 'imported', detail: null };
  const [shops, transactions] = [new Tally('configs'), new Tally('transactions')];
  await importAll(shopsOf(rows, accounts), shops, async (shop) => (dry ? read : target.put('shop', shop)));
  await importAll(transactionsOf(rows, accounts), transactions, async (transaction) =>
    dry ? read : target.put('transaction', transaction),
  );
  const rejections = [...shops.rejections, ...transactions.rejections];
  const warnings = [...shops.warnings, ...transactions.warnings];
  if (warnings.length > 0) console.log(`\nto be mended:\n${warnings.map((line) => `  ${line}`).join('\n')}`);
  if (rejections.length > 0) console.log(`\nrejected:\n${rejections.map((line) => `  ${line}`).join('\n')}`);
  if (dry) console.log('\nnothing was sent: this was a dry run');
  return rejections.length > 0 ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
