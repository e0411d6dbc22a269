/**
 * Configs and transactions of a dump (configs.config, paiements.transaction, paiements.transactionlog), as they are imported. Names
 * of fields are those of the original's models; where versions differ, each known name is tried.
 */
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import {
  field,
  flag,
  named,
  optional,
  type Read,
  type Row,
  read,
  textOf,
  time,
  Unreadable,
} from './polybanking-rows.ts';

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
  /** SHA-256 of its config's keys that sign: they prove that a shop is its config. */
  readonly configKeys: { readonly requestKey: string; readonly ipnKey: string };
  readonly account: string;
  /** Its number at the old server. */
  readonly number: string | null;
  readonly transaction: Readonly<Record<string, unknown>> & { readonly reference: string };
  readonly logs: readonly { readonly when: string; readonly type: string; readonly extraData: string }[];
}

function whole(row: Row, name: string): number {
  const value = Number(field(row, name));
  if (!Number.isSafeInteger(value) || value <= 0) {
    throw new Unreadable(`${name} is no amount in centimes: ${String(field(row, name))}`);
  }
  return value;
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
    read(`config ${row.pk}`, () => shopOf(row, rows, accounts)),
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
    keys: { apiKey: textOf(row, 'key_api'), ...signingKeysOf(row) },
  };
}

/** @throws Unreadable where the config has none. */
function signingKeysOf(config: Row) {
  return { requestKey: textOf(config, 'key_request', 'key_requests'), ipnKey: textOf(config, 'key_ipn') };
}

/** @throws Unreadable where the dump has no such config, or it has no keys. */
function keyHashesOf(config: Row | undefined): TransactionToImport['configKeys'] {
  if (!config) throw new Unreadable('its config is not in the dump');
  const hash = (key: string) => hex(digests.sha256(utf8(key)));
  const { requestKey, ipnKey } = signingKeysOf(config);
  return { requestKey: hash(requestKey), ipnKey: hash(ipnKey) };
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
    read(nameOf(row), () => transactionOf(row, logs.get(String(row.pk)) ?? [], configs, accounts)),
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
  const config = configs.get(textOf(row, 'config'));
  return {
    config: textOf(row, 'config'),
    configKeys: keyHashesOf(config),
    account: accountFor(config, accounts),
    number: /^\d{1,18}$/.test(String(row.pk)) ? String(row.pk) : null,
    transaction: {
      reference: textOf(row, 'reference'),
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
        type: textOf(log, 'log_type'),
        extraData: optional(log, 'extra_data') ?? '',
      })),
  };
}

function created(row: Row): string {
  const at = time(row, 'creation_date');
  if (at === null) throw new Unreadable('has no creation_date');
  return at;
}
