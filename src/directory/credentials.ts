/**
 * How users prove who they are, in D1: a password's hash, a sealed TOTP secret, the hashes of recovery codes, sessions. How passwords are
 * hashed and codes are checked is the console's; here each secret is stored once, taken once and ended once.
 */
import { base64url, hex, utf8 } from '../signing/bytes.ts';
import { hmacOf } from '../signing/digests.ts';
import { DirectoryPart } from './part.ts';
import { type SealedAgain, sealTableAgain } from './sealing.ts';
import type { Place } from './vault.ts';

/** A session ends so long after it began, and so long after it was last seen. Milliseconds. */
const SESSION_MS = 12 * 3_600_000;
const IDLE_MS = 30 * 60_000;

/** How often a session's last use is written, in milliseconds. */
const SEEN_EVERY_MS = 60_000;

/** What is stored of how a user proves who it is. */
export interface Credential {
  /** With its algorithm and costs, as the console writes it; null: the user has no password. */
  readonly passwordHash: string | null;
  readonly hasTotp: boolean;
  /** Recovery codes that are left. */
  readonly recoveryCodes: number;
  /** Wrong tries since the last right one. */
  readonly failures: number;
  /** RFC 3339 UTC; null: it is not locked. */
  readonly lockedUntil: string | null;
}

/** A sign-in of a user, without the token that proves it. */
export interface Session {
  readonly id: string;
  readonly user: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly address: string | null;
  readonly agent: string | null;
}

interface CredentialRow {
  readonly user: string;
  readonly password_hash: string | null;
  readonly totp_row: string | null;
  readonly totp_sealed: string | null;
  readonly recovery_codes: string;
  readonly failures: number;
  readonly locked_until: string | null;
}

interface SessionRow {
  readonly id: string;
  readonly user: string;
  readonly created_at: string;
  readonly last_seen_at: string;
  readonly address: string | null;
  readonly agent: string | null;
}

function sessionOf(row: SessionRow): Session {
  const { id, user, address, agent, created_at: createdAt, last_seen_at: lastSeenAt } = row;
  return { id, user, createdAt, lastSeenAt, address, agent };
}

function placeOf(user: string, row: string): Place {
  return { purpose: `user/${user}/totp`, row };
}

const NOTHING: Credential = {
  passwordHash: null,
  hasTotp: false,
  recoveryCodes: 0,
  failures: 0,
  lockedUntil: null,
};

export class Credentials extends DirectoryPart {
  #hashOf(kind: 'session' | 'recovery-code', text: string): string {
    return hex(hmacOf('sha256', this.hashKey, utf8(`operator-${kind}\0${text}`)));
  }

  async #row(user: string): Promise<CredentialRow | null> {
    return this.db.prepare('SELECT * FROM operator_credentials WHERE user = ?').bind(user).first();
  }

  /** Sets columns of a user's row, which is made where it is missing. */
  async #set(user: string, columns: Readonly<Record<string, string | number | null>>): Promise<void> {
    const names = Object.keys(columns);
    await this.db.batch([
      this.db
        .prepare(
          `INSERT INTO operator_credentials (user, recovery_codes, failures, updated_at) SELECT id, '[]', 0, ? FROM operator_users WHERE id = ?
           ON CONFLICT (user) DO NOTHING`,
        )
        .bind(this.at(), user),
      this.db
        .prepare(
          `UPDATE operator_credentials SET ${names.map((name) => `${name} = ?, `).join('')}updated_at = ? WHERE user = ?`,
        )
        .bind(...Object.values(columns), this.at(), user),
    ]);
  }

  async of(user: string): Promise<Credential> {
    const row = await this.#row(user);
    if (!row) return NOTHING;
    return {
      passwordHash: row.password_hash,
      hasTotp: row.totp_sealed !== null,
      recoveryCodes: (JSON.parse(row.recovery_codes) as string[]).length,
      failures: row.failures,
      lockedUntil: row.locked_until,
    };
  }

  putPassword(user: string, passwordHash: string | null): Promise<void> {
    return this.#set(user, { password_hash: passwordHash });
  }

  /** Sets the TOTP secret; null takes it away. */
  async putTotp(user: string, secret: string | null): Promise<void> {
    const row = secret === null ? null : this.newId();
    const sealed = secret === null || row === null ? null : await this.vault.seal(placeOf(user, row), secret);
    await this.#set(user, { totp_row: row, totp_sealed: sealed, totp_last_step: null });
  }

  async totpSecret(user: string): Promise<string | null> {
    const row = await this.#row(user);
    if (!row?.totp_sealed || row.totp_row === null) return null;
    return this.vault.open(placeOf(user, row.totp_row), row.totp_sealed);
  }

  /** Takes the time step of a right code. False: it, or a later one, was taken before: a code that was seen is no proof any more. */
  async takeTotpStep(user: string, step: number): Promise<boolean> {
    const taken = await this.db
      .prepare(
        `UPDATE operator_credentials SET totp_last_step = ? WHERE user = ? AND totp_sealed IS NOT NULL
           AND (totp_last_step IS NULL OR totp_last_step < ?) RETURNING user`,
      )
      .bind(step, user, step)
      .first<{ readonly user: string }>();
    return taken !== null;
  }

  /** Replaces the recovery codes, which are stored as keyed hashes. */
  putRecoveryCodes(user: string, codes: readonly string[]): Promise<void> {
    const hashes = codes.map((code) => this.#hashOf('recovery-code', code));
    return this.#set(user, { recovery_codes: JSON.stringify(hashes) });
  }

  /** Takes a recovery code, once. False: it is none of the user's, or was taken. */
  async takeRecoveryCode(user: string, code: string): Promise<boolean> {
    const taken = await this.db
      .prepare(
        `UPDATE operator_credentials SET recovery_codes =
             (SELECT json_group_array(value) FROM json_each(recovery_codes) WHERE value <> ?1)
         WHERE user = ?2 AND EXISTS (SELECT 1 FROM json_each(recovery_codes) WHERE value = ?1) RETURNING user`,
      )
      .bind(this.#hashOf('recovery-code', code), user)
      .first<{ readonly user: string }>();
    return taken !== null;
  }

  /** Counts a wrong try, however many come at once. @returns how many there were since the last right one. */
  async noteFailure(user: string): Promise<number> {
    await this.#set(user, {});
    const row = await this.db
      .prepare('UPDATE operator_credentials SET failures = failures + 1 WHERE user = ? RETURNING failures')
      .bind(user)
      .first<{ readonly failures: number }>();
    return row?.failures ?? 0;
  }

  /** Lets nobody try before a time (RFC 3339 UTC). */
  lockUntil(user: string, until: string): Promise<void> {
    return this.#set(user, { locked_until: until });
  }

  noteSuccess(user: string): Promise<void> {
    return this.#set(user, { failures: 0, locked_until: null });
  }

  // --- Sessions -------------------------------------------------------------------------------------------

  /** Begins a session. @returns the token that proves it, which is stored nowhere; null: the user is not there or is switched off. */
  async createSession(
    user: string,
    { address, agent }: Pick<Session, 'address' | 'agent'>,
  ): Promise<string | null> {
    const token = base64url(this.bytes(32));
    const at = this.at();
    const made = await this.db
      .prepare(
        `INSERT INTO operator_sessions (hash, id, user, created_at, last_seen_at, address, agent)
         SELECT ?, ?, id, ?, ?, ?, ? FROM operator_users WHERE id = ? AND active = 1 RETURNING id`,
      )
      .bind(this.#hashOf('session', token), hex(this.bytes(8)), at, at, address, agent, user)
      .first<{ readonly id: string }>();
    return made && token;
  }

  #lives(): readonly [string, string] {
    return [new Date(this.now() - SESSION_MS).toISOString(), new Date(this.now() - IDLE_MS).toISOString()];
  }

  /** The session of a token, if it has not ended; it counts as seen. */
  async session(token: string): Promise<Session | null> {
    const hash = this.#hashOf('session', token);
    const row = await this.db
      .prepare(
        'SELECT * FROM operator_sessions WHERE hash = ? AND ended_at IS NULL AND created_at > ? AND last_seen_at > ?',
      )
      .bind(hash, ...this.#lives())
      .first<SessionRow>();
    if (!row) return null;
    if (this.now() - Date.parse(row.last_seen_at) >= SEEN_EVERY_MS) {
      await this.db
        .prepare('UPDATE operator_sessions SET last_seen_at = ? WHERE hash = ? AND ended_at IS NULL')
        .bind(this.at(), hash)
        .run();
    }
    return sessionOf(row);
  }

  /** A user's sessions that have not ended, the newest first. */
  async sessions(user: string): Promise<readonly Session[]> {
    const { results } = await this.db
      .prepare(
        `SELECT * FROM operator_sessions WHERE user = ? AND ended_at IS NULL AND created_at > ? AND last_seen_at > ?
         ORDER BY created_at DESC, id`,
      )
      .bind(user, ...this.#lives())
      .all<SessionRow>();
    return results.map(sessionOf);
  }

  /** Ends a session of a user. */
  endSession(user: string, id: string): Promise<void> {
    return this.db
      .prepare('UPDATE operator_sessions SET ended_at = ? WHERE user = ? AND id = ? AND ended_at IS NULL')
      .bind(this.at(), user, id)
      .run();
  }

  /** Ends all of a user's sessions, and forgets those that ended before the longest a session lasts. */
  async endSessions(user: string): Promise<void> {
    const [longAgo] = this.#lives();
    await this.db.batch([
      this.db
        .prepare('UPDATE operator_sessions SET ended_at = ? WHERE user = ? AND ended_at IS NULL')
        .bind(this.at(), user),
      this.db.prepare('DELETE FROM operator_sessions WHERE user = ? AND created_at <= ?').bind(user, longAgo),
    ]);
  }

  /** Seals again every TOTP secret that an older version or an older master key holds. */
  sealAgain(acceptOlder: boolean): Promise<SealedAgain> {
    const { db, vault } = this;
    return sealTableAgain<CredentialRow>(
      { db, vault, table: 'operator_credentials', id: 'user', sealed: 'totp_sealed' },
      ({ user, totp_row, totp_sealed }) => ({
        id: user,
        sealed: totp_sealed ?? '',
        place: placeOf(user, totp_row ?? ''),
      }),
      acceptOlder,
    );
  }
}
