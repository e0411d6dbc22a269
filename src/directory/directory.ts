/**
 * The directory: everything in D1 behind one class, its hot reads cached in the isolate. The file is long because the class has a method
 * for each thing that is asked of it; what they do stands in the files that they call.
 */
import type { PaymentAttention } from '../payments/attention.ts';
import { isUnavailable } from '../payments/errors.ts';
import type { Moves } from '../payments/moves.ts';
import type { SearchablePayment } from '../payments/searchable.ts';
import { Accounts } from './accounts.ts';
import { Anchors } from './anchors.ts';
import {
  type Attention,
  type AttentionFilter,
  listAttention,
  openAttention,
  resolveAttention,
  type Sight,
  writePaymentAttention,
} from './attention.ts';
import { refreshAttention } from './attention-causes.ts';
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
import { Books } from './books.ts';
import {
  type Branding,
  brandingOf,
  deleteLogo,
  type Look,
  logoOf,
  NO_BRANDING,
  putBranding,
  putLogo,
  type StoredLogo,
} from './branding.ts';
import { Cache } from './cache.ts';
import { copiedPayments, namedPayments } from './copies.ts';
import { Credentials } from './credentials.ts';
import { Database } from './database.ts';
import { driftStatements, forgetDrift, listDrift } from './drift.ts';
import { type EndpointTarget, ShopEndpoints, SWITCHED_OFF_AFTER_MS } from './endpoints.ts';
import { type FeedPage, feedStatements, forgetFeed, readFeed } from './feed.ts';
import { HealthNotes, healthOf, noteAnswer, noteFailure, type ProviderHealth } from './health.ts';
import { ImportedRecords } from './imported.ts';
import { OlderRecords, type VaultSwitchClient } from './older-records.ts';
import { isTokenText, Operators, type OperatorToken, type OperatorUser, type Use } from './operators.ts';
import { claimTrial, endOutage, FailedAccounts, writeFailure } from './outages.ts';
import { sumUp } from './overview.ts';
import {
  everWentTo,
  hasProjected,
  listChanged,
  listOverdue,
  listProjected,
  listReferences,
  project,
  projectedIds,
  setNextChecks,
} from './projection.ts';
import { RecentChanges } from './recent-changes.ts';
import { Reconciliations } from './reconciliations.ts';
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
import { movesOf, type OpenPayments, openPayments } from './successions.ts';
import type { Account, Actor, AuditEntry, LiveSecret, Scope, Shop } from './types.ts';
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

export class Directory {
  readonly accounts: Accounts;
  readonly shops: Shops;
  readonly endpoints: ShopEndpoints;
  readonly imported: ImportedRecords;
  readonly anchors: Anchors;
  readonly books: Books;
  readonly reconciliations: Reconciliations;
  readonly operators: Operators;
  readonly credentials: Credentials;
  readonly settings: Settings;
  readonly #db: Database;
  readonly #cache: Cache;
  readonly #copies: BatchWriter<SearchablePayment>;
  readonly #uses: UseLog;
  readonly #attention: BatchWriter<PaymentAttention>;
  readonly #health: HealthNotes;
  readonly #failed = new FailedAccounts();
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
    this.#attention = new BatchWriter(pause);
    this.#health = new HealthNotes(now);
    this.imported = new ImportedRecords(db);
    this.anchors = new Anchors(db);
    this.books = new Books(db);
    this.reconciliations = new Reconciliations(db, now);
    const parts = { db, vault, hashKey, now, random, begin };
    this.shops = new Shops(parts);
    this.operators = new Operators(parts);
    this.credentials = new Credentials(parts);
    this.endpoints = new ShopEndpoints(parts);
    this.accounts = new Accounts(parts);
    this.settings = new Settings(db, now, begin);
    this.#uses = new UseLog((uses) => this.operators.writeUses(uses));
  }

  /** An account, cached. */
  account(id: string): Promise<Account | null> {
    return this.#cache.read<Account>(
      `account/${id}`,
      () => this.accounts.get(id),
      () => `account/${id}`,
    );
  }

  /** For each account with a successor the one at the end of its chain, cached. */
  async moves(): Promise<Moves> {
    const moves = await this.#cache.read<Moves>(
      'setting/moves',
      async () => movesOf(await this.accounts.links()),
      () => 'setting/moves',
    );
    return moves ?? {};
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

  /** Where a shop's webhooks go, cached; null: there is no such shop. */
  endpointTargets(shopId: string): Promise<readonly EndpointTarget[] | null> {
    return this.#cache.read<readonly EndpointTarget[]>(
      `webhook/${shopId}`,
      async () => {
        const shop = await this.shops.get(shopId);
        const kind = shop?.webhook.dialect === 'polybanking' ? 'ipnKey' : 'webhookSecret';
        return shop && this.endpoints.targets(shop, await this.shops.keys(shopId, kind));
      },
      () => `shop/${shopId}`,
    );
  }

  /** Notes that an endpoint took a message, where it had taken none before. */
  async endpointWorks(shop: string, target: EndpointTarget): Promise<void> {
    if (target.failingSince === null) return;
    await this.endpoints.works(shop, target.id);
    this.#cache.drop(`webhook/${shop}`);
  }

  /** Notes that an endpoint did not take a message, where that is news. @returns whether it is switched off for it. */
  async endpointFails(shop: string, { id, failingSince }: EndpointTarget): Promise<boolean> {
    const isNews = failingSince === null || Date.parse(failingSince) <= this.#now() - SWITCHED_OFF_AFTER_MS;
    if (!isNews) return false;
    const isOff = await this.endpoints.fails(shop, id);
    this.#cache.drop(`webhook/${shop}`);
    return isOff;
  }

  /** What signs the shopper's way back to a shop: its newest webhook secret, cached; null: it has none. */
  async returnSecret(shopId: string): Promise<string | null> {
    const secrets = await this.#cache.read<readonly LiveSecret[]>(
      `return-secret/${shopId}`,
      () => this.shops.keys(shopId, 'webhookSecret'),
      () => `shop/${shopId}`,
    );
    return secrets?.[0]?.value ?? null;
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
    const keys = await this.shops.sealAgain(acceptOlder);
    const endpoints = await this.endpoints.sealAgain(acceptOlder);
    const users = await this.credentials.sealAgain(acceptOlder);
    const shops = {
      sealed: [...keys.sealed, ...endpoints.sealed],
      failed: [...keys.failed, ...endpoints.failed],
    };
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

  /** Writes what of a payment needs a person, together with what others write in the same moment. */
  tellAttention(attention: PaymentAttention): Promise<void> {
    return this.#attention.add(attention, (payments) => writePaymentAttention(this.#db, payments));
  }

  /** Brings what needs a person in line with its causes, and lists it. */
  async attention(filter: AttentionFilter): ReturnType<typeof listAttention> {
    await refreshAttention(this.#db, this.#now());
    return listAttention(this.#db, filter);
  }

  refreshAttention(): Promise<void> {
    return refreshAttention(this.#db, this.#now());
  }

  openAttention(id: number, sight: Sight): Promise<Attention | null> {
    return openAttention(this.#db, id, sight);
  }

  resolveAttention(attention: Attention, by: Actor, note: string): Promise<void> {
    return resolveAttention(this.#db, attention, { by, at: new Date(this.#now()).toISOString(), note });
  }

  /** Writes a payment's searchable copy, together with those that others push in the same moment. */
  project(payment: SearchablePayment): Promise<void> {
    return this.#copies.add(payment, (payments) =>
      project(this.#db, payments, [
        ...this.#health.notifications(this.#db, payments),
        ...driftStatements(this.#db, payments),
        ...feedStatements(this.#db, payments, this.#now()),
      ]),
    );
  }

  /** Events of a shop, the oldest first. @throws Problem expired where the place is not there any more. */
  feed(page: Parameters<typeof readFeed>[1]): Promise<FeedPage> {
    return readFeed(this.#db, page, this.#now());
  }

  /** Removes events that were there for long enough. */
  forgetFeed(): Promise<void> {
    return forgetFeed(this.#db, this.#now());
  }

  /** Writes that a call to the provider of an account was answered or failed, where that is news. */
  async noteCall(account: string, failure: string | null): Promise<void> {
    const at = new Date(this.#now()).toISOString();
    if (failure === null) {
      if (this.#health.isAnswerDue(account)) await noteAnswer(this.#db, account, at).run();
    } else if (this.#health.isFailureDue(account)) await noteFailure(this.#db, account, at, failure).run();
  }

  /**
   * Notes that the provider of an account with a fallback could be reached, or why not, where that is news.
   * @param failure null: it has answered.
   */
  async noteReached({ id, fallback, outage }: Account, failure: string | null): Promise<void> {
    if (fallback === null) return;
    if (failure === null) {
      if (!this.#failed.answered(id) && outage === null) return;
      if (await endOutage(this.#db, id)) console.warn({ event: 'account.reached_again', account: id });
      this.#cache.drop(`account/${id}`);
      return;
    }
    this.#failed.failed(id);
    // It is known to be down already, and an answer alone ends that.
    if (outage !== null || !(await writeFailure(this.#db, id, this.#now(), failure))) return;
    console.error({ event: 'account.down', account: id, fallback, error: failure });
    this.#cache.drop(`account/${id}`);
  }

  /** The right to try again whether an account that is down can be reached: one attempt has it in a minute. */
  async claimTrial(account: string): Promise<boolean> {
    const isOurs = await claimTrial(this.#db, account, this.#now());
    this.#cache.drop(`account/${account}`);
    return isOurs;
  }

  /** What is open of accounts, of the shops of a scope. */
  openPayments(accounts: readonly string[], scope: Scope): Promise<readonly OpenPayments[]> {
    return openPayments(this.#db, { accounts, scope, now: this.#now() });
  }

  /** How the provider of an account answers; null: nothing is known. */
  providerHealth(account: string): Promise<ProviderHealth | null> {
    return healthOf(this.#db, account);
  }

  /** What was never seen before at a provider, and needs somebody. */
  drift(): ReturnType<typeof listDrift> {
    return listDrift(this.#db);
  }

  forgetDrift(values: Parameters<typeof forgetDrift>[1]): Promise<void> {
    return forgetDrift(this.#db, values);
  }

  /** How a shop looks, cached: on pages for shoppers, which do without where it cannot be read. */
  async look(shop: string): Promise<Branding> {
    const load = () => brandingOf(this.#db, shop);
    const found = this.#cache.read<Branding>(`look/${shop}`, load, () => `shop/${shop}`);
    return (await found.catch(() => null)) ?? NO_BRANDING;
  }

  /** How a shop looks. */
  branding(shop: string): Promise<Branding> {
    return brandingOf(this.#db, shop);
  }

  logo(shop: string): Promise<StoredLogo | null> {
    return logoOf(this.#db, shop);
  }

  async putBranding(shop: string, look: Look, by: Actor): Promise<Branding> {
    const change = { shop, by, at: new Date(this.#now()).toISOString() };
    const before = await brandingOf(this.#db, shop);
    await putBranding(this.#db, change, look, before);
    this.#cache.drop(`look/${shop}`);
    return { ...before, ...look };
  }

  async putLogo(shop: string, logo: StoredLogo, by: Actor): Promise<void> {
    await putLogo(this.#db, { shop, by, at: new Date(this.#now()).toISOString() }, logo);
    this.#cache.drop(`look/${shop}`);
  }

  async deleteLogo(shop: string, by: Actor): Promise<void> {
    await deleteLogo(this.#db, { shop, by, at: new Date(this.#now()).toISOString() });
    this.#cache.drop(`look/${shop}`);
  }

  /** Payments of a shop by their newest change, the earliest first. */
  changedPayments(page: Parameters<typeof listChanged>[1]) {
    return listChanged(this.#db, page);
  }

  payments(filter: Parameters<typeof listProjected>[1]) {
    return listProjected(this.#db, filter);
  }

  /** Whether the searchable copy has a payment of a shop. */
  hasPayments(shop: string): Promise<boolean> {
    return hasProjected(this.#db, shop);
  }

  /** Whether any attempt ever went to an account, as the searchable copy has it. */
  everWentTo(account: string): ReturnType<typeof everWentTo> {
    return everWentTo(this.#db, account);
  }

  /** A page of the payments that match an operator's search. */
  search(search: PaymentSearch) {
    return searchPayments(this.#db, search);
  }

  /** Sums for the operator's first page. */
  sumUp(of: Parameters<typeof sumUp>[1]) {
    return sumUp(this.#db, of);
  }

  projectedIds(after: string, limit: number, isOlder: boolean): Promise<string[]> {
    return projectedIds(this.#db, after, limit, isOlder);
  }

  /** Ids of payments that anything in the copy names, in their order, after one. */
  namedPayments(after: string, limit: number): Promise<string[]> {
    return namedPayments(this.#db, after, limit);
  }

  copiedPayments(ids: readonly string[]): ReturnType<typeof copiedPayments> {
    return copiedPayments(this.#db, ids);
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
