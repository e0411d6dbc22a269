/**
 * A Django `dumpdata` of PolyBanking, read: configs.config, paiements.transaction, paiements.transactionlog, and where it has
 * them configs.configlogs, auth.user and auth.group. Names of fields are those of the original's models; where versions
 * differ, each known name is tried.
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
  /** Its number at the old server. */
  readonly number: string | null;
  readonly transaction: Readonly<Record<string, unknown>>;
  readonly logs: readonly { readonly when: string; readonly type: string; readonly extraData: string }[];
}

/** A user as a name: its password is not read. */
export interface UserToImport {
  readonly id: string;
  readonly username: string | null;
  readonly name: string;
  readonly email: string;
  readonly superuser: boolean;
  readonly staff: boolean;
  readonly active: boolean;
  readonly groups: readonly string[];
  /** The configs that allow it. */
  readonly configs: readonly string[];
}

/** A line of the log of a config's changes. */
export interface ChangeToImport {
  readonly id: number;
  readonly config: string;
  readonly at: string;
  readonly user: string | null;
  readonly text: string;
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

/**
 * A time of Django as RFC 3339 UTC, with the fraction that it has, if any; one without a zone is taken as UTC, the original's
 * setting.
 */
function time(row: Row, name: string): string | null {
  const value = optional(row, name);
  if (value === null) return null;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`;
  const milliseconds = Date.parse(zoned.replace(' ', 'T'));
  if (Number.isNaN(milliseconds)) throw new Unreadable(`${name} is no time: ${value}`);
  const [, fraction = ''] = /:\d\d(\.\d{1,9})/.exec(value) ?? [];
  return `${new Date(milliseconds).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}${fraction}Z`;
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

/** Refuses what has the key of an earlier thing: both cannot be taken over. */
class Firsts {
  readonly #owners = new Map<string, string>();
  readonly #what: string;

  constructor(what: string) {
    this.#what = what;
  }

  /** @throws Unreadable naming the earlier thing. */
  require(key: string, owner: string): void {
    const first = this.#owners.get(key);
    if (first !== undefined) throw new Unreadable(`${this.#what} is that of ${first}, too`);
    this.#owners.set(key, owner);
  }
}

/** Configs as shops, which use the account of their mode. */
export function shopsOf(rows: readonly Row[], accounts: ContractAccounts): Read<ShopToImport>[] {
  const keys = new Firsts('key_api');
  return named(rows, 'configs.config').map((row) =>
    read(`config ${row.pk}`, () => {
      const shop = shopOf(row, rows, accounts);
      keys.require(shop.keys.apiKey, `config ${row.pk}`);
      return shop;
    }),
  );
}

function shopOf(row: Row, rows: readonly Row[], accounts: ContractAccounts): ShopToImport {
  return {
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
    webhook: { url: optional(row, 'url_ipn', 'ipn_url'), dialect: 'polybanking' },
    keys: {
      apiKey: text(row, 'key_api'),
      requestKey: text(row, 'key_request', 'key_requests'),
      ipnKey: text(row, 'key_ipn'),
    },
  };
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
  const references = new Firsts('reference');
  return named(rows, 'paiements.transaction').map((row) =>
    read(nameOf(row), () => {
      const transaction = transactionOf(row, logs.get(String(row.pk)) ?? [], configs, accounts);
      references.require(JSON.stringify([transaction.config, text(row, 'reference')]), nameOf(row));
      return transaction;
    }),
  );
}

function nameOf(row: Row): string {
  // On one line, whatever the reference is.
  const reference = JSON.stringify(optional(row, 'reference') ?? '').slice(1, -1);
  return `transaction ${row.pk} (${reference || 'no reference'})`;
}

function transactionOf(
  row: Row,
  logs: readonly Row[],
  configs: ReadonlyMap<string, Row>,
  accounts: ContractAccounts,
): TransactionToImport {
  const extra = field(row, 'extra_data');
  return {
    config: text(row, 'config'),
    account: accountFor(configs.get(text(row, 'config')), accounts),
    number: /^\d{1,18}$/.test(String(row.pk)) ? String(row.pk) : null,
    transaction: {
      reference: text(row, 'reference'),
      extraData: extra === undefined || extra === null ? null : String(extra),
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
    logs: logs
      .toSorted((a, b) => Number(a.pk) - Number(b.pk))
      .map((log) => ({
        when: time(log, 'when') ?? created(row),
        type: text(log, 'log_type'),
        extraData: optional(log, 'extra_data') ?? '',
      })),
  };
}

function created(row: Row): string {
  const at = time(row, 'creation_date');
  if (at === null) throw new Unreadable('has no creation_date');
  return at;
}

/** What a field with several references holds: numbers, or the lists of names of `dumpdata --natural`. */
function references(row: Row, name: string): readonly unknown[] {
  const value = field(row, name);
  return Array.isArray(value) ? value : [];
}

/** The users of a dump by what refers to them. */
class Users {
  readonly #byName: ReadonlyMap<string, string>;

  constructor(rows: readonly Row[]) {
    this.#byName = new Map(rows.map((row) => [String(field(row, 'username')), String(row.pk)]));
  }

  /** The id of the user that a reference is about; null: about none. */
  idOf(reference: unknown): string | null {
    if (reference === null || reference === undefined) return null;
    if (!Array.isArray(reference)) return String(reference);
    const name = String(reference[0]);
    return this.#byName.get(name) ?? name;
  }
}

/** Users as names, with the configs that allow them; of a dump without users, the numbers that configs allow. */
export function usersOf(rows: readonly Row[]): Read<UserToImport>[] {
  const known = named(rows, 'auth.user');
  const users = new Users(known);
  const groups = new Map(
    named(rows, 'auth.group').map((row) => [String(row.pk), optional(row, 'name') ?? '']),
  );
  const configs = new Map<string, string[]>();
  for (const config of named(rows, 'configs.config')) {
    for (const reference of references(config, 'allowed_users')) {
      const id = users.idOf(reference);
      if (id !== null) configs.set(id, [...(configs.get(id) ?? []), String(config.pk)]);
    }
  }
  const rowsById = new Map<string, Row | null>(known.map((row) => [String(row.pk), row]));
  for (const id of configs.keys()) if (!rowsById.has(id)) rowsById.set(id, null);
  return [...rowsById].map(([id, row]) => {
    const username = row && optional(row, 'username');
    return read(username ? `user ${id} (${username})` : `user ${id}`, () => ({
      id,
      username,
      name: row ? [optional(row, 'first_name'), optional(row, 'last_name')].filter(Boolean).join(' ') : '',
      email: (row && optional(row, 'email')) ?? '',
      superuser: row !== null && flag(row, false, 'is_superuser'),
      staff: row !== null && flag(row, false, 'is_staff'),
      active: row === null || flag(row, true, 'is_active'),
      groups: row
        ? references(row, 'groups').map((group) =>
            Array.isArray(group) ? String(group[0]) : (groups.get(String(group)) ?? String(group)),
          )
        : [],
      configs: configs.get(id) ?? [],
    }));
  });
}

/** The log of the configs' changes. */
export function changesOf(rows: readonly Row[]): Read<ChangeToImport>[] {
  const users = new Users(named(rows, 'auth.user'));
  return named(rows, 'configs.configlogs').map((row) =>
    read(`change ${row.pk}`, () => {
      const id = Number(row.pk);
      if (!Number.isSafeInteger(id)) throw new Unreadable('has no number');
      const at = time(row, 'when');
      if (at === null) throw new Unreadable('has no when');
      return {
        id,
        config: text(row, 'config'),
        at,
        user: users.idOf(field(row, 'user')),
        text: text(row, 'text'),
      };
    }),
  );
}
