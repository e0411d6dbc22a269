/**
 * A Django `dumpdata` of PolyBanking, read: configs.config, paiements.transaction, paiements.transactionlog. Names of
 * fields are those of the original's API and console; where versions differ, each known name is tried.
 */

interface Row {
  readonly model: string;
  readonly pk: number | string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A thing to take over, or why it cannot be. */
export type Read<T> =
  | { readonly name: string; readonly value: T }
  | { readonly name: string; readonly rejected: string };

export interface ShopToImport {
  readonly id: string;
  readonly name: string;
  readonly group: string | null;
  readonly active: boolean;
  readonly adminEnabled: boolean;
  readonly testMode: boolean;
  readonly accounts: readonly string[];
  readonly returnUrl: { readonly success: string | null; readonly failure: string | null };
  readonly webhook: { readonly url: string | null; readonly dialect: 'polybanking' };
  readonly keys: { readonly apiKey: string; readonly requestKey: string; readonly ipnKey: string };
}

export interface TransactionToImport {
  readonly config: string;
  readonly account: string;
  readonly transaction: Readonly<Record<string, unknown>>;
  readonly logs: readonly { readonly when: string; readonly type: string; readonly extraData: string }[];
}

class Unreadable extends Error {}

/** The first of several names that a row has. */
function field(row: Row, ...names: readonly string[]): unknown {
  const name = names.find((entry) => row.fields[entry] !== undefined);
  return name === undefined ? undefined : row.fields[name];
}

function text(row: Row, ...names: readonly string[]): string {
  const value = field(row, ...names);
  if (value === undefined || value === null) throw new Unreadable(`has no ${names[0]}`);
  return String(value);
}

function optional(row: Row, ...names: readonly string[]): string | null {
  const value = field(row, ...names);
  return value === undefined || value === null || value === '' ? null : String(value);
}

function flag(row: Row, fallback: boolean, ...names: readonly string[]): boolean {
  const value = field(row, ...names);
  return value === undefined || value === null ? fallback : value === true;
}

/** A time of Django as RFC 3339 UTC; one without a zone is taken as UTC, the original's setting. */
function time(row: Row, name: string): string | null {
  const value = optional(row, name);
  if (value === null) return null;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`;
  const milliseconds = Date.parse(zoned.replace(' ', 'T'));
  if (Number.isNaN(milliseconds)) throw new Unreadable(`${name} is no time: ${value}`);
  return new Date(milliseconds).toISOString();
}

function whole(row: Row, name: string): number {
  const value = Number(field(row, name));
  if (!Number.isSafeInteger(value) || value <= 0) {
    throw new Unreadable(`${name} is no amount in centimes: ${String(field(row, name))}`);
  }
  return value;
}

function read<T>(name: string, work: () => T): Read<T> {
  try {
    return { name, value: work() };
  } catch (error) {
    if (error instanceof Unreadable) return { name, rejected: error.message };
    throw error;
  }
}

/**
 * The rows of a dump.
 * @throws Error when it is not the JSON that dumpdata writes.
 */
export function rowsOf(json: string): readonly Row[] {
  const rows: unknown = JSON.parse(json);
  const isRow = (row: Partial<Row> | null) =>
    typeof row?.model === 'string' && typeof row.fields === 'object' && row.pk !== undefined;
  if (!Array.isArray(rows) || !rows.every(isRow)) throw new Error('this is not the output of dumpdata');
  return rows as Row[];
}

function named(rows: readonly Row[], model: string): readonly Row[] {
  return rows.filter((row) => row.model.toLowerCase() === model);
}

/** Groups are rows of their own, or a plain text. */
function groupOf(rows: readonly Row[], config: Row): string | null {
  const value = optional(config, 'group');
  const row = rows.find(({ model, pk }) => /^configs\..*group$/i.test(model) && String(pk) === value);
  return row ? optional(row, 'name') : value;
}

/** The accounts that the configs' payments went to: those of the configs in test mode may have one of their own. */
export interface ContractAccounts {
  readonly live: string;
  readonly test: string;
}

/** Test and live do not mix: a config in test mode has the account of the test contract. */
function accountFor(config: Row | undefined, { live, test }: ContractAccounts): string {
  return config && isTest(config) ? test : live;
}

function isTest(config: Row): boolean {
  return flag(config, false, 'test_mode', 'test');
}

/** Configs as shops, which use the account of their mode. */
export function shopsOf(rows: readonly Row[], accounts: ContractAccounts): Read<ShopToImport>[] {
  return named(rows, 'configs.config').map((row) =>
    read(`config ${row.pk}`, () => ({
      id: String(row.pk),
      name: optional(row, 'name') ?? `Config ${row.pk}`,
      group: groupOf(rows, row),
      active: flag(row, false, 'active'),
      adminEnabled: flag(row, true, 'admin_enable', 'admin_enabled'),
      testMode: isTest(row),
      accounts: [accountFor(row, accounts)],
      returnUrl: {
        success: optional(row, 'url_back_ok', 'url_ok', 'back_ok_url', 'ok_url'),
        failure: optional(row, 'url_back_err', 'url_back_error', 'url_err', 'url_error', 'error_url'),
      },
      webhook: { url: optional(row, 'url_ipn', 'ipn_url'), dialect: 'polybanking' as const },
      keys: {
        apiKey: text(row, 'key_api'),
        requestKey: text(row, 'key_request', 'key_requests'),
        ipnKey: text(row, 'key_ipn'),
      },
    })),
  );
}

/** Transactions with their logs, oldest first. */
export function transactionsOf(
  rows: readonly Row[],
  accounts: ContractAccounts,
): Read<TransactionToImport>[] {
  const configs = new Map(named(rows, 'configs.config').map((row) => [String(row.pk), row]));
  const logs = new Map<string, Row[]>();
  for (const row of named(rows, 'paiements.transactionlog')) {
    const of = String(field(row, 'transaction'));
    logs.set(of, [...(logs.get(of) ?? []), row]);
  }
  return named(rows, 'paiements.transaction').map((row) =>
    read(`transaction ${row.pk} (${optional(row, 'reference') ?? 'no reference'})`, () => ({
      config: text(row, 'config'),
      account: accountFor(configs.get(text(row, 'config')), accounts),
      transaction: {
        reference: text(row, 'reference'),
        extraData: optional(row, 'extra_data'),
        amount: whole(row, 'amount'),
        postfinanceId: optional(row, 'postfinance_id'),
        postfinanceStatus: optional(row, 'postfinance_status') ?? '??',
        internalStatus: optional(row, 'internal_status') ?? 'cr',
        ipnNeeded: flag(row, false, 'ipn_needed'),
        brand: optional(row, 'brand'),
        card: optional(row, 'card'),
        created: created(row),
        forwarded: time(row, 'last_userforwarded_date'),
        back: time(row, 'last_user_back_from_postfinance_date'),
        notified: time(row, 'last_postfinance_ipn_date'),
        ipn: time(row, 'last_ipn_date'),
      },
      logs: (logs.get(String(row.pk)) ?? [])
        .toSorted((a, b) => Number(a.pk) - Number(b.pk))
        .map((log) => ({
          when: time(log, 'when') ?? created(row),
          type: text(log, 'log_type'),
          extraData: optional(log, 'extra_data') ?? '',
        })),
    })),
  );
}

function created(row: Row): string {
  const at = time(row, 'creation_date');
  if (at === null) throw new Unreadable('has no creation_date');
  return at;
}
