/** The directory: everything in D1 behind one class, its hot reads cached in the isolate. */
import { isUnavailable } from '../payments/errors.ts';
import { hex } from '../signing/bytes.ts';
import { Accounts } from './accounts.ts';
import { Anchors } from './anchors.ts';
import {
  type AuditFilter,
  type AuditRecord,
  listAudit,
  recordAudit,
  recordAuditOnce,
  type WaitingAudit,
} from './audit.ts';
import { Availability } from './availability.ts';
import { BatchWriter } from './batch-writer.ts';
import { Cache } from './cache.ts';
import { Credentials } from './credentials.ts';
import { Database } from './database.ts';
import { ImportedRecords } from './imported.ts';
import { OlderRecords, type VaultSwitchClient } from './older-records.ts';
import { isTokenText, Operators, type OperatorToken, type OperatorUser, type Use } from './operators.ts';
import {
  hasProjected,
  listOverdue,
  listProjected,
  listReferences,
  project,
  projectedIds,
  type SearchablePayment,
  setNextChecks,
} from './projection.ts';
import { RecentChanges } from './recent-changes.ts';
import {
  listRefusals,
  MOST_REFUSALS,
  type RefusalRecord,
  recordRefusal,
  type StoredRefusal,
} from './refusals.ts';
import { claimReport, finishReport, type ReportOutcome } from './reports.ts';
import { type PaymentSearch, searchPayments } from './search.ts';
import { type ApprovalLimits, Settings } from './settings.ts';
import { type KeyHolder, Shops } from './shops.ts';
import type { StandbyClient, WaitingRow } from './standby.ts';
import type { Account, Actor, AuditEntry, LiveSecret, Shop } from './types.ts';
import { UseLog } from './uses.ts';
import { Vault } from './vault.ts';

export interface DirectoryOptions {
  readonly db: D1Database;
  readonly masterKey: Uint8Array;
  readonly previousMasterKey: Uint8Array | null;
  readonly hashKey: Uint8Array;
  readonly now: () => number;
  readonly random: (bytes: Uint8Array) => void;
  /** Made anew for each use. */
  readonly vaultSwitch: () => VaultSwitchClient;
  readonly standby: () => StandbyClient;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Where and how a shop's webhooks go. */
export interface WebhookTarget {
  readonly shop: Shop;
  readonly secrets: readonly LiveSecret[];
}

export class Directory {
  readonly accounts: Accounts;
  readonly shops: Shops;
  readonly imported: ImportedRecords;
  readonly anchors: Anchors;
  readonly operators: Operators;
  readonly credentials: Credentials;
  readonly settings: Settings;
  readonly #db: Database;
  readonly #cache: Cache;
  readonly #copies: BatchWriter<SearchablePayment>;
  readonly #uses: UseLog;
  readonly #standby: () => StandbyClient;
  readonly #now: () => number;

  readonly #older: OlderRecords;

  constructor(options: DirectoryOptions) {
    const { masterKey, previousMasterKey, hashKey, now, random, standby, vaultSwitch, pause } = options;
    this.#older = new OlderRecords(vaultSwitch, now);
    const vault = new Vault(masterKey, previousMasterKey, random, this.#older);
    const availability = new Availability(now);
    const changes = new RecentChanges(standby, now);
    const db = new Database(options.db, availability);
    const begin = changes.begin.bind(changes);
    this.#db = db;
    this.#now = now;
    this.#standby = standby;
    this.#cache = new Cache(now, availability, changes);
    this.#copies = new BatchWriter(pause);
    this.imported = new ImportedRecords(db);
    this.anchors = new Anchors(db);
    this.shops = new Shops({ db, vault, hashKey, now, random, begin });
    this.operators = new Operators({ db, hashKey, now, random, begin });
    this.credentials = new Credentials({ db, vault, hashKey, now, random });
    this.settings = new Settings(db, now, begin);
    this.#uses = new UseLog((uses) => this.operators.writeUses(uses));
    const newId = () => {
      const bytes = new Uint8Array(16);
      random(bytes);
      return hex(bytes);
    };
    this.accounts = new Accounts({ db, vault, now, newId, begin });
  }

  /** An account, cached. */
  account(id: string): Promise<Account | null> {
    return this.#cache.read<Account>(
      `account/${id}`,
      () => this.accounts.get(id),
      () => `account/${id}`,
    );
  }

  /** The shop that an API key opens, cached; null for a key that is unknown or dead. */
  async shopByKey(apiKey: string): Promise<Pick<KeyHolder, 'shop' | 'hash'> | null> {
    const hash = this.shops.hashOf(apiKey);
    const holder = await this.#cache.read<KeyHolder>(
      `key/${hash}`,
      () => this.shops.byHash(hash),
      ({ shop }) => `shop/${shop.id}`,
    );
    return holder && (holder.keyUntil === null || holder.keyUntil > this.#now()) ? holder : null;
  }

  /** An operator's token that is good now, cached; null for one that is unknown, revoked or over. */
  async operatorToken(text: string): Promise<OperatorToken | null> {
    if (!isTokenText(text)) return null;
    const hash = this.operators.hashOf(text);
    const token = await this.#cache.read<OperatorToken>(
      `token/${hash}`,
      () => this.operators.tokenByHash(hash),
      ({ id }) => `token/${id}`,
    );
    const isOver = token?.expiresAt && Date.parse(token.expiresAt) <= this.#now();
    return isOver ? null : token;
  }

  /** A user, cached; null for one that is not there or switched off. */
  async operatorUser(id: string): Promise<OperatorUser | null> {
    const user = await this.#cache.read<OperatorUser>(
      `user/${id}`,
      () => this.operators.user(id),
      () => `user/${id}`,
    );
    return user?.active ? user : null;
  }

  /** Notes that a token or user was used. @returns the write that is due now; null: none is. */
  noteUse(use: Omit<Use, 'at'>): Promise<void> | null {
    return this.#uses.note({ ...use, at: this.#now() });
  }

  /** Above which amounts an operator's refund needs a second person, cached. */
  async approvals(): Promise<ApprovalLimits> {
    const limits = await this.#cache.read<ApprovalLimits>(
      'setting/approvals',
      () => this.settings.approvals(),
      () => 'setting/approvals',
    );
    return limits ?? {};
  }

  /** A shop, cached. */
  shop(id: string): Promise<Shop | null> {
    return this.#cache.read<Shop>(
      `shop/${id}`,
      () => this.shops.get(id),
      () => `shop/${id}`,
    );
  }

  /** Where a shop's webhooks go, cached. */
  webhookTarget(shopId: string): Promise<WebhookTarget | null> {
    return this.#cache.read<WebhookTarget>(
      `webhook/${shopId}`,
      async () => {
        const shop = await this.shops.get(shopId);
        const kind = shop?.webhook.dialect === 'polybanking' ? 'ipnKey' : 'webhookSecret';
        return shop && { shop, secrets: await this.shops.keys(shopId, kind) };
      },
      () => `shop/${shopId}`,
    );
  }

  /** A shop's live keys for signed requests, the newest first, cached. */
  async requestKeys(shopId: string): Promise<readonly string[]> {
    const keys = await this.#cache.read<readonly LiveSecret[]>(
      `request-keys/${shopId}`,
      () => this.shops.keys(shopId, 'requestKey'),
      () => `shop/${shopId}`,
    );
    return (keys ?? [])
      .filter(({ notAfter }) => notAfter === null || notAfter > this.#now())
      .map(({ value }) => value);
  }

  /** References of a shop's payments, the newest first. */
  references(shop: string, limit: number): Promise<string[]> {
    return listReferences(this.#db, shop, limit);
  }

  /** After a change: this isolate sees it at once. */
  changed(): void {
    this.#cache.clear();
  }

  /**
   * Seals again every secret that an older version or an older master key holds. From then on records of older versions do not
   * open any more.
   * @param acceptOlder the operator says that those which are there are genuine: after a restore of the database.
   */
  async sealAgain({ by, acceptOlder }: { readonly by: Actor; readonly acceptOlder: boolean }) {
    const accounts = await this.accounts.sealAgain(acceptOlder);
    const shops = await this.shops.sealAgain(acceptOlder);
    const users = await this.credentials.sealAgain(acceptOlder);
    const sealed = [...accounts.sealed, ...shops.sealed, ...users.sealed];
    const failed = [...accounts.failed, ...shops.failed, ...users.failed];
    const isClosedNow = await this.#older.close();
    if (isClosedNow || acceptOlder || sealed.length > 0 || failed.length > 0)
      console.warn({ event: 'vault.sealed_again', sealed, failed, acceptOlder, isClosedNow });
    if (isClosedNow || acceptOlder || sealed.length > 0)
      await this.noteAudit({
        by,
        action: 'secrets.sealed_again',
        subject: 'secrets',
        shop: null,
        detail: {
          sealed,
          ...(acceptOlder && { acceptOlder }),
          ...(isClosedNow && { olderClosed: true }),
        },
      });
    this.changed();
    return {
      accounts: accounts.sealed.length,
      shops: shops.sealed.length,
      users: users.sealed.length,
      failed,
    };
  }

  /** Records something that an operator did outside of the directory: at once, or as soon as D1 answers again. */
  noteAudit(entry: AuditRecord): Promise<void> {
    const at = new Date(this.#now()).toISOString();
    const row: WaitingRow = { kind: 'audit', at, bound: null, body: JSON.stringify(entry) };
    return this.#orLater(row, recordAudit(this.#db, at, entry).run());
  }

  async #orLater(row: WaitingRow, writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await this.#standby().keep(row);
    }
  }

  /**
   * Writes a row that waited until D1 answers, once.
   * @throws Problem unavailable when it does not answer yet.
   */
  async writeWaiting({ kind, at, body }: WaitingRow): Promise<void> {
    const entry: unknown = JSON.parse(body);
    if (kind === 'audit') await recordAuditOnce(this.#db, at, entry as WaitingAudit).run();
    else await recordRefusal(this.#db, at, entry as RefusalRecord);
  }

  audit(filter: AuditFilter): Promise<AuditEntry[]> {
    return listAudit(this.#db, filter);
  }

  /** Writes a payment's searchable copy, together with those that others push in the same moment. */
  project(payment: SearchablePayment): Promise<void> {
    return this.#copies.add(payment, (payments) => project(this.#db, payments));
  }

  payments(filter: Parameters<typeof listProjected>[1]) {
    return listProjected(this.#db, filter);
  }

  /** Whether the searchable copy has a payment of an account or a shop. */
  hasPayments(of: Parameters<typeof hasProjected>[1]): Promise<boolean> {
    return hasProjected(this.#db, of);
  }

  /** A page of the payments that match an operator's search. */
  search(search: PaymentSearch) {
    return searchPayments(this.#db, search);
  }

  projectedIds(after: string, limit: number, isOlder: boolean): Promise<string[]> {
    return projectedIds(this.#db, after, limit, isOlder);
  }

  /** Payments without a result that are due to be checked. */
  overdue(limit: number) {
    return listOverdue(this.#db, new Date(this.#now()).toISOString(), limit);
  }

  /** Sets when payments are checked again. */
  setNextChecks(payments: Parameters<typeof setNextChecks>[1]): Promise<void> {
    return setNextChecks(this.#db, payments);
  }

  /** Stores a refusal: at once, or as soon as D1 answers again. */
  recordRefusal(entry: RefusalRecord): Promise<void> {
    const at = new Date(this.#now()).toISOString();
    const bound = { group: entry.account, most: MOST_REFUSALS };
    const row: WaitingRow = { kind: 'refusal', at, bound, body: JSON.stringify(entry) };
    return this.#orLater(row, recordRefusal(this.#db, at, entry));
  }

  /** The right to fetch an account's report, at most once in so many milliseconds; null: not now. */
  claimReport(account: string, pauseMs: number): Promise<{ readonly cursor: string | null } | null> {
    const now = this.#now();
    const [at, notSince] = [now, now - pauseMs].map((time) => new Date(time).toISOString());
    return claimReport(this.#db, account, at ?? '', notSince ?? '');
  }

  finishReport(account: string, cursor: string | null, outcome: ReportOutcome): Promise<void> {
    return finishReport(this.#db, account, cursor, outcome);
  }

  refusals(account: string, limit: number, before: number | null): Promise<StoredRefusal[]> {
    return listRefusals(this.#db, account, limit, before);
  }
}
