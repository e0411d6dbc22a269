/** Operators in D1: named tokens, stored as a keyed hash, and users. What users prove themselves by is in `credentials.ts`. */
import { base64url, hex, utf8 } from '../signing/bytes.ts';
import { hmacOf } from '../signing/digests.ts';
import { changes, recordAudit } from './audit.ts';
import { DirectoryPart } from './part.ts';
import type { Actor, Role, Scope } from './types.ts';

/** What a token or user may do, and of which shops. */
export interface Grant {
  readonly name: string;
  readonly role: Role;
  readonly scope: Scope;
}

interface Used {
  /** RFC 3339 UTC, about a minute late at most; null: never. */
  readonly lastUsedAt: string | null;
  readonly lastUsedFrom: string | null;
}

export interface OperatorToken extends Grant, Used {
  readonly id: string;
  readonly createdAt: string;
  /** Null: it has no end. */
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

export interface OperatorUser extends Grant, Used {
  readonly id: string;
  /** In lower case: who signs in is found by it. */
  readonly email: string;
  readonly active: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface GrantRow {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly shops: string | null;
  readonly shop_groups: string | null;
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly last_used_from: string | null;
}

interface TokenRow extends GrantRow {
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

interface UserRow extends GrantRow {
  readonly email: string;
  readonly active: number;
  readonly updated_at: string;
}

function scopeOf({ shops, shop_groups }: Pick<GrantRow, 'shops' | 'shop_groups'>): Scope {
  if (shops === null && shop_groups === null) return { all: true };
  return {
    all: false,
    shops: JSON.parse(shops ?? '[]') as string[],
    groups: JSON.parse(shop_groups ?? '[]') as string[],
  };
}

/** The two columns of a scope. */
function columnsOf(scope: Scope): readonly [string | null, string | null] {
  return scope.all ? [null, null] : [JSON.stringify(scope.shops), JSON.stringify(scope.groups)];
}

function grantOf(row: GrantRow) {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    scope: scopeOf(row),
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}

function tokenOf(row: TokenRow): OperatorToken {
  return { ...grantOf(row), expiresAt: row.expires_at, revokedAt: row.revoked_at };
}

function userOf(row: UserRow): OperatorUser {
  return { ...grantOf(row), email: row.email, active: row.active === 1, updatedAt: row.updated_at };
}

/** What the audit log says of a grant. */
function shownGrant({ name, role, scope }: Grant): Record<string, unknown> {
  const limits = scope.all ? null : scope;
  return { name, role, shops: limits?.shops ?? null, groups: limits?.groups ?? null };
}

/** The form of every token: so a search of published code or a log finds one that leaked. */
const TOKEN = /^cst_[A-Za-z0-9_-]{43}$/;

/** Whether a text can be a token: what cannot is looked up nowhere. */
export function isTokenText(text: string): boolean {
  return TOKEN.test(text);
}

/** When and from where a token or user was last seen. */
export interface Use {
  readonly kind: 'token' | 'user';
  readonly id: string;
  readonly at: number;
  readonly address: string | null;
}

export class Operators extends DirectoryPart {
  // --- Tokens ---------------------------------------------------------------------------------------------

  /** The stored form of a token. */
  hashOf(token: string): string {
    return hex(hmacOf('sha256', this.hashKey, utf8(`operator-token\0${token}`)));
  }

  /** A new token; nobody can read its text again. */
  async createToken(
    grant: Grant & { readonly expiresAt: string | null },
    by: Actor,
  ): Promise<{ readonly token: string; readonly created: OperatorToken }> {
    const at = this.at();
    const id = hex(this.bytes(8));
    const token = `cst_${base64url(this.bytes(32))}`;
    const { name, role, scope, expiresAt } = grant;
    await this.db.batch([
      this.db
        .prepare(
          `INSERT INTO operator_tokens (id, name, role, shops, shop_groups, hash, created_at, expires_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .bind(id, name, role, ...columnsOf(scope), this.hashOf(token), at, expiresAt),
      recordAudit(this.db, at, {
        by,
        action: 'token.created',
        subject: id,
        shop: null,
        detail: { ...shownGrant(grant), expiresAt },
      }),
    ]);
    const created = {
      ...{ id, name, role, scope, expiresAt, createdAt: at },
      ...{ revokedAt: null, lastUsedAt: null, lastUsedFrom: null },
    };
    return { token, created };
  }

  /** The tokens, those that are revoked or over too, the newest first. */
  async tokens(): Promise<readonly OperatorToken[]> {
    const { results } = await this.db
      .prepare('SELECT * FROM operator_tokens ORDER BY created_at DESC, id')
      .all<TokenRow>();
    return results.map(tokenOf);
  }

  async token(id: string): Promise<OperatorToken | null> {
    const row = await this.db
      .prepare('SELECT * FROM operator_tokens WHERE id = ?')
      .bind(id)
      .first<TokenRow>();
    return row && tokenOf(row);
  }

  /** The token of a hash, if it is good now. */
  async tokenByHash(hash: string): Promise<OperatorToken | null> {
    const row = await this.db
      .prepare(
        'SELECT * FROM operator_tokens WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)',
      )
      .bind(hash, this.at())
      .first<TokenRow>();
    return row && tokenOf(row);
  }

  /** From now on the token opens nothing. */
  async revokeToken({ id, name }: Pick<OperatorToken, 'id' | 'name'>, by: Actor): Promise<void> {
    await this.begin(`token/${id}`);
    const at = this.at();
    await this.db.batch([
      this.db
        .prepare('UPDATE operator_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL')
        .bind(at, id),
      recordAudit(this.db, at, {
        by,
        action: 'token.revoked',
        subject: id,
        shop: null,
        detail: { name },
      }),
    ]);
  }

  // --- Users ----------------------------------------------------------------------------------------------

  async users(): Promise<readonly OperatorUser[]> {
    const { results } = await this.db.prepare('SELECT * FROM operator_users ORDER BY email').all<UserRow>();
    return results.map(userOf);
  }

  async user(id: string): Promise<OperatorUser | null> {
    const row = await this.db.prepare('SELECT * FROM operator_users WHERE id = ?').bind(id).first<UserRow>();
    return row && userOf(row);
  }

  /** @param email in any case. */
  async userByEmail(email: string): Promise<OperatorUser | null> {
    const row = await this.db
      .prepare('SELECT * FROM operator_users WHERE email = ?')
      .bind(email.toLowerCase())
      .first<UserRow>();
    return row && userOf(row);
  }

  /**
   * Makes a user, or changes one.
   * @param before null: a new one.
   * @returns its id. Somebody else's e-mail address is refused by the database's own constraint.
   */
  async putUser(
    input: Grant & Pick<OperatorUser, 'email' | 'active'>,
    before: OperatorUser | null,
    by: Actor,
  ): Promise<string> {
    const id = before?.id ?? hex(this.bytes(8));
    await this.begin(`user/${id}`);
    const at = this.at();
    const shown = (user: Grant & Pick<OperatorUser, 'email' | 'active'>) => ({
      ...shownGrant(user),
      email: user.email,
      active: user.active,
    });
    const { email, name, role, scope, active } = input;
    await this.db.batch([
      this.db
        .prepare(
          `INSERT INTO operator_users (id, email, name, role, shops, shop_groups, active, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, role = excluded.role,
             shops = excluded.shops, shop_groups = excluded.shop_groups, active = excluded.active, updated_at = excluded.updated_at`,
        )
        .bind(id, email, name, role, ...columnsOf(scope), active ? 1 : 0, at, at),
      // Who was switched off has to sign in anew.
      this.db
        .prepare('UPDATE operator_sessions SET ended_at = ? WHERE user = ? AND ended_at IS NULL AND ? = 0')
        .bind(at, id, active ? 1 : 0),
      recordAudit(this.db, at, {
        by,
        action: before ? 'user.updated' : 'user.created',
        subject: id,
        shop: null,
        detail: changes(before && shown(before), shown(input)),
      }),
    ]);
    return id;
  }

  /** Deletes a user with everything that proves who it is. */
  async deleteUser({ id, email, name }: OperatorUser, by: Actor): Promise<void> {
    await this.begin(`user/${id}`);
    const at = this.at();
    await this.db.batch([
      this.db.prepare('DELETE FROM operator_sessions WHERE user = ?').bind(id),
      this.db.prepare('DELETE FROM operator_credentials WHERE user = ?').bind(id),
      this.db.prepare('DELETE FROM operator_users WHERE id = ?').bind(id),
      recordAudit(this.db, at, {
        by,
        action: 'user.deleted',
        subject: id,
        shop: null,
        detail: { email, name },
      }),
    ]);
  }

  // --- Uses -----------------------------------------------------------------------------------------------

  /** Writes when tokens and users were last used, in one batch. An older use than the one that is written changes nothing. */
  async writeUses(uses: readonly Use[]): Promise<void> {
    const tables = { token: 'operator_tokens', user: 'operator_users' } as const;
    await this.db.batch(
      uses.map(({ kind, id, at, address }) => {
        const time = new Date(at).toISOString();
        return this.db
          .prepare(
            `UPDATE ${tables[kind]} SET last_used_at = ?, last_used_from = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)`,
          )
          .bind(time, address, id, time);
      }),
    );
  }
}
