/** Accounts in D1: one merchant contract each, its secrets sealed in a table of their own. */
import type { AccountKind } from '../payments/account-kinds.ts';
import type { Endpoints, Environment } from '../payments/types.ts';
import { changes, recordAudit } from './audit.ts';
import type { Statement } from './database.ts';
import { rotationOf } from './live-values.ts';
import { forgetOutage } from './outages.ts';
import { DirectoryPart } from './part.ts';
import { type SealedAgain, sealTableAgain } from './sealing.ts';
import { type AccountLink, accountLinks, succeed, wasSucceeded } from './successions.ts';
import {
  asIs,
  asJson,
  type MembersOf,
  namesOf,
  readRow,
  type StoredRow,
  upsert,
  valuesOf,
  yesNo,
} from './table.ts';
import type { Account, Actor, LiveSecret } from './types.ts';
import type { Place } from './vault.ts';

/** What an operator writes of an account, and when. */
const WRITTEN = {
  id: asIs<string>(),
  provider: asIs<string>(),
  caption: asIs<string>(),
  displayName: asIs<string | null>(),
  kind: asIs<AccountKind | null>(),
  environment: asIs<Environment>(),
  currencies: asJson<readonly string[]>(),
  settings: asJson<Readonly<Record<string, unknown>>>(),
  endpoints: asJson<Endpoints>(),
  allowedIps: asJson<readonly string[]>(),
  expireAfterHours: asIs<number>(),
  trustUnprovenNotifications: yesNo('trust_unproven'),
  fallback: asIs<string | null>(),
  createdAt: asIs<string>(),
  updatedAt: asIs<string>(),
};

/** The columns of an account. */
export const ACCOUNT_COLUMNS = {
  ...WRITTEN,
  retiredAt: asIs<string | null>(),
  succeededBy: asIs<string | null>(),
  succeededAt: asIs<string | null>(),
};

/** What is known of an account's outage, from beside it. */
const OUTAGE = { downSince: asIs<string | null>(), triedAt: asIs<string | null>() };

const WRITE = upsert('accounts', namesOf(WRITTEN), {
  key: ['id'],
  kept: ['id', 'provider', 'created_at'],
});

interface SecretRow {
  readonly id: string;
  readonly account: string;
  readonly setting: string;
  readonly sealed: string;
  readonly not_before: string;
  readonly not_after: string | null;
}

/** An account as an operator writes it, the secrets apart. */
export interface AccountInput extends Omit<MembersOf<typeof WRITTEN>, 'createdAt' | 'updatedAt'> {
  /** New values; a secret that is not named keeps its stored value, null takes it away. */
  readonly secrets: Readonly<Record<string, string | null>>;
}

function placeOf({ account, setting, id }: Pick<SecretRow, 'account' | 'setting' | 'id'>): Place {
  return { purpose: `account/${account}/${setting}`, row: id };
}

/** A new value of a secret. */
export interface SecretRotation {
  readonly setting: string;
  readonly value: string;
  /** How long the one before verifies. */
  readonly graceSeconds: number;
  /** The id of the new value, and the setting that it stands in; left out: values of this secret have none. */
  readonly keyId?: { readonly setting: string; readonly value: string };
}

/** What stands around the id of an earlier value, in front of it: no secret and no id holds this character. */
const BORDER = '\u0000';

/** An earlier value as it is sealed, with the id that it had. */
function withKeyId(value: string, keyId: string): string {
  return `${BORDER}${keyId}${BORDER}${value}`;
}

/** An earlier value, and the id that it had, if it has one. */
function withoutKeyId(opened: string): Pick<LiveSecret, 'value' | 'keyId'> {
  const end = opened.startsWith(BORDER) ? opened.indexOf(BORDER, 1) : -1;
  return end < 0 ? { value: opened } : { value: opened.slice(end + 1), keyId: opened.slice(1, end) };
}

/** The current value first, then those in their grace, the newest first. */
const NEWEST_FIRST = 'ORDER BY not_after IS NOT NULL, not_before DESC, rowid DESC';

/** Accounts with what is known of their outages. */
const SELECT = `SELECT accounts.*, outages.down_since, outages.tried_at
  FROM accounts LEFT JOIN outages ON outages.account = accounts.id`;

function milliseconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

export class Accounts extends DirectoryPart {
  async get(id: string): Promise<Account | null> {
    const [accounts, secrets] = await this.db.batch([
      this.db.prepare(`${SELECT} WHERE accounts.id = ?`).bind(id),
      this.db.prepare(`SELECT * FROM account_secrets WHERE account = ? ${NEWEST_FIRST}`).bind(id),
    ]);
    const row = accounts?.results[0] as StoredRow | undefined;
    return row ? this.#open(row, (secrets?.results ?? []) as SecretRow[]) : null;
  }

  /** Every account, by id. */
  async list(): Promise<Account[]> {
    const [accounts, secrets] = await this.db.batch([
      this.db.prepare(`${SELECT} ORDER BY accounts.id`),
      this.db.prepare(`SELECT * FROM account_secrets ${NEWEST_FIRST}`),
    ]);
    const secretRows = (secrets?.results ?? []) as SecretRow[];
    return Promise.all(
      ((accounts?.results ?? []) as StoredRow[]).map((row) =>
        this.#open(
          row,
          secretRows.filter((secret) => secret.account === row.id),
        ),
      ),
    );
  }

  async #open(row: StoredRow, secretRows: readonly SecretRow[]): Promise<Account> {
    const secrets: Record<string, LiveSecret[]> = {};
    const now = this.now();
    for (const secret of secretRows) {
      const notAfter = milliseconds(secret.not_after);
      if (notAfter !== null && notAfter <= now) continue;
      secrets[secret.setting] ??= [];
      const opened = await this.vault.open(placeOf(secret), secret.sealed);
      secrets[secret.setting]?.push({
        ...(notAfter === null ? { value: opened } : withoutKeyId(opened)),
        notBefore: Date.parse(secret.not_before),
        notAfter,
      });
    }
    const { succeededBy, succeededAt, ...account } = readRow(ACCOUNT_COLUMNS, row);
    const { downSince, triedAt } = readRow(OUTAGE, row);
    const isOut = account.fallback !== null && downSince !== null && triedAt !== null;
    return {
      ...account,
      succession:
        succeededBy === null || succeededAt === null ? null : { by: succeededBy, since: succeededAt },
      outage: isOut ? { since: downSince, triedAt } : null,
      secrets,
    };
  }

  /** Creates or replaces an account, in one batch with its secrets and the audit entry. */
  async put(input: AccountInput, before: Account | null, by: Actor): Promise<void> {
    await this.begin(`account/${input.id}`);
    const at = this.at();
    const members = { ...input, createdAt: at, updatedAt: at };
    const statements = [this.db.prepare(WRITE, valuesOf(WRITTEN, members))];
    for (const [setting, value] of Object.entries(input.secrets)) {
      statements.push(
        this.db
          .prepare('DELETE FROM account_secrets WHERE account = ? AND setting = ?')
          .bind(input.id, setting),
      );
      if (value !== null) statements.push(await this.#insertSecret(input.id, setting, value, at));
    }
    if (input.fallback === null) statements.push(forgetOutage(this.db, input.id));
    const { secrets, id, ...shown } = input;
    statements.push(
      recordAudit(this.db, at, {
        by,
        action: before ? 'account.updated' : 'account.created',
        subject: id,
        shop: null,
        detail: { ...changes(before && shownBefore(before, shown), shown), secrets: Object.keys(secrets) },
      }),
    );
    await this.db.batch(statements);
  }

  /** From now on the account begins no attempt; one that is retired already keeps its time. */
  async retire(id: string, by: Actor): Promise<void> {
    await this.begin(`account/${id}`);
    const at = this.at();
    await this.db.batch([
      this.db.prepare('UPDATE accounts SET retired_at = ? WHERE id = ? AND retired_at IS NULL').bind(at, id),
      recordAudit(this.db, at, { by, action: 'account.retired', subject: id, shop: null, detail: {} }),
    ]);
  }

  /**
   * From now on the payments of an account go to another; where that one's went to this one, that ends.
   * @returns false: the other is not in use.
   */
  async succeed(from: string, to: string, by: Actor): Promise<boolean> {
    await this.begin(`account/${from}`);
    await this.begin(`account/${to}`);
    await this.begin('setting/moves');
    return succeed(this.db, { from, to, by, at: this.at() });
  }

  /** Whether an account was ever succeeded. */
  wasSucceeded(id: string): Promise<boolean> {
    return wasSucceeded(this.db, id);
  }

  /** Every account that has a successor or a fallback. */
  links(): Promise<readonly AccountLink[]> {
    return accountLinks(this.db);
  }

  async #insertSecret(account: string, setting: string, value: string, at: string): Promise<Statement> {
    const id = this.newId();
    const sealed = await this.vault.seal(placeOf({ id, account, setting }), value);
    return this.db
      .prepare(
        'INSERT INTO account_secrets (id, account, setting, sealed, not_before) VALUES (?, ?, ?, ?, ?)',
      )
      .bind(id, account, setting, sealed, at);
  }

  /**
   * A new value that signs at once; the one before verifies for as long as the grace lasts. Those of earlier rotations keep
   * their own end.
   * @throws Problem invalid_state when too many are in their grace already.
   */
  async rotate(
    account: string,
    { setting, value, graceSeconds, keyId }: SecretRotation,
    by: Actor,
  ): Promise<void> {
    await this.begin(`account/${account}`);
    const now = this.now();
    const at = new Date(now).toISOString();
    const until = new Date(now + graceSeconds * 1000).toISOString();
    const [forgotten, ended] = await rotationOf(
      { db: this.db, table: 'account_secrets', whose: { account, setting } },
      {
        name: setting,
        at,
        until,
        graceSeconds,
        instead: 'set the new value in PUT /v1/admin/accounts/:id, which ends all earlier ones at once',
      },
    );
    const named = keyId ? await this.#namedBefore(account, setting, keyId.setting, until) : [];
    await this.db.batch([
      forgotten,
      ...named,
      ended,
      await this.#insertSecret(account, setting, value, at),
      ...(keyId
        ? [
            this.db
              .prepare('UPDATE accounts SET settings = json_set(settings, ?, ?), updated_at = ? WHERE id = ?')
              .bind(`$.${keyId.setting}`, keyId.value, at, account),
          ]
        : []),
      recordAudit(this.db, at, {
        by,
        action: 'account.secret_rotated',
        subject: account,
        shop: null,
        detail: { setting, graceSeconds, ...(keyId && { [keyId.setting]: keyId.value }) },
      }),
    ]);
  }

  /** The current value of a secret, sealed again with the id that it has now: its setting is about to name the next one. */
  async #namedBefore(
    account: string,
    setting: string,
    keyIdSetting: string,
    until: string,
  ): Promise<readonly Statement[]> {
    const before = await this.get(account);
    const keyId = before?.settings[keyIdSetting];
    const { results } = await this.db
      .prepare('SELECT * FROM account_secrets WHERE account = ? AND setting = ? AND not_after IS NULL')
      .bind(account, setting)
      .all<SecretRow>();
    const [current] = results;
    if (!current || typeof keyId !== 'string') return [];
    const value = await this.vault.open(placeOf(current), current.sealed);
    const sealed = await this.vault.seal(placeOf(current), withKeyId(value, keyId));
    return [
      this.db
        .prepare('UPDATE account_secrets SET sealed = ?, not_after = ? WHERE id = ? AND not_after IS NULL')
        .bind(sealed, until, current.id),
    ];
  }

  async delete(id: string, by: Actor): Promise<void> {
    await this.begin(`account/${id}`);
    const at = this.at();
    await this.db.batch([
      this.db.prepare('DELETE FROM account_secrets WHERE account = ?').bind(id),
      this.db.prepare('DELETE FROM accounts WHERE id = ?').bind(id),
      forgetOutage(this.db, id),
      recordAudit(this.db, at, { by, action: 'account.deleted', subject: id, shop: null, detail: {} }),
    ]);
  }

  /** Seals again every secret that an older version or an older master key holds. */
  sealAgain(acceptOlder: boolean): Promise<SealedAgain> {
    const { db, vault } = this;
    return sealTableAgain<SecretRow>(
      { db, vault, table: 'account_secrets', id: 'id', sealed: 'sealed' },
      (row) => ({ id: row.id, sealed: row.sealed, place: placeOf(row) }),
      acceptOlder,
    );
  }
}

/** What an operator may have written of an account before: the members that are written now. */
function shownBefore(account: Account, now: Omit<AccountInput, 'id' | 'secrets'>): Record<string, unknown> {
  const names = Object.keys(now) as (keyof typeof now)[];
  return Object.fromEntries(names.map((name) => [name, account[name]]));
}
