/**
 * The gateway's own code at one account, with ledgers in memory: what a message comes to when it is sent to the address of
 * notifications or of returns, and what the payments hold then.
 */
import type { Account } from '../../src/directory/types.ts';
import { readConfig } from '../../src/env.ts';
import { type OpenedAccount, open } from '../../src/gateway/accounts.ts';
import { takeNotification } from '../../src/gateway/notifications.ts';
import { ledgerPorts } from '../../src/gateway/ports.ts';
import { isNobodyAsked } from '../../src/gateway/proof.ts';
import { takeReturn } from '../../src/gateway/returns.ts';
import type { Service } from '../../src/gateway/service.ts';
import type { ApplyUpdateCommand } from '../../src/ledger/commands.ts';
import type { LedgerPorts, StatusQueryOutcome } from '../../src/ledger/ports.ts';
import type { Attempt, LedgerRecord } from '../../src/ledger/record.ts';
import { Problem, Refusal } from '../../src/payments/errors.ts';
import type { Channel } from '../../src/providers/contract.ts';
import { base64 } from '../../src/signing/bytes.ts';
import { Ledgers } from './ledgers.ts';
import { type Letter, requestOf } from './letter.ts';
import { IDS, type Role } from './pool.ts';
import { READ_AT, type World } from './world.ts';

/** How a message is sent. */
export interface Sending {
  readonly channel: Channel;
  /** The sender's address. */
  readonly ip: string;
  /** The payment that a return names in its address. */
  readonly about: Role;
}

/** What the gateway logs of a message that it does not believe: some protocols have a reply that does not say why. */
const LOGGED: { reason: string | null } = { reason: null };

/** Runs `work` with the gateway's log kept from the terminal. */
export async function withLogKept<Result>(work: () => Promise<Result>): Promise<Result> {
  const { warn, error } = console;
  console.warn = (line: { readonly reason?: string; readonly event?: string }) => {
    LOGGED.reason ??= line.reason ?? null;
  };
  console.error = console.warn;
  try {
    return await work();
  } finally {
    console.warn = warn;
    console.error = error;
  }
}

/** A payment that a message has moved. */
export interface Moved {
  readonly role: Role;
  readonly before: LedgerRecord;
  readonly record: LedgerRecord;
  readonly attempt: Attempt;
  readonly by: readonly ApplyUpdateCommand[];
}

/** What a message came to. */
export interface Delivery {
  readonly moved: readonly Moved[];
  /** In a word, for the summary. */
  readonly word: string;
  /** A status query with the shopper's means of payment was made for it. */
  readonly hasSpent: boolean;
  /** The payments that wait for the answer to a query which nobody can be asked. */
  readonly unheard: readonly Role[];
  /** A ledger has made a query, whose answer may be a repeated one. */
  readonly hasQueried: boolean;
}

/** The attempt whose state is another one than before; null: none. */
function movedAttempt(before: LedgerRecord, after: LedgerRecord): Attempt | null {
  const stateOf = (attempt: Attempt | undefined) => JSON.stringify(attempt?.state);
  return (
    after.attempts.findLast((attempt, index) => stateOf(attempt) !== stateOf(before.attempts[index])) ?? null
  );
}

function storedAccount({ account, provider, situation }: World): Account {
  return {
    id: account.id,
    provider: provider.id,
    caption: '',
    displayName: null,
    kind: null,
    environment: account.environment,
    currencies: provider.currencies,
    settings: account.settings,
    endpoints: account.endpoints,
    allowedIps: situation.allowedIps,
    trustUnprovenNotifications: situation.trusts,
    expireAfterHours: 24,
    retiredAt: null,
    succession: null,
    fallback: null,
    outage: null,
    secrets: {},
    createdAt: READ_AT.toISOString(),
    updatedAt: READ_AT.toISOString(),
  };
}

/** What the gateway's routes for messages use of its service. */
type PlayedService = Pick<
  Service,
  'config' | 'directory' | 'ledger' | 'now' | 'random' | 'fetch' | 'daily' | 'later'
>;

const KEY = base64(new TextEncoder().encode('a key of the forge, of 32 bytes.'));
const CONFIG = readConfig({
  ADMIN_TOKEN: 'nobody calls here',
  MASTER_KEY: KEY,
  ID_KEY: KEY,
  PUBLIC_URL: 'https://pay.test',
  // The banks are reached by no name.
  LOCAL: '1',
});

export class Gateway {
  readonly world: World;
  readonly opened: OpenedAccount;
  readonly #service: Service;
  readonly #ports: LedgerPorts;
  /** Answers of the banks, which always say the same about one request. */
  readonly #answers = new Map<string, StatusQueryOutcome>();
  /** Whether a request that was made before is made again: once its answer is judged, it need not. */
  repeatsQueries = true;
  #ledgers: Ledgers;
  #hasQueried = false;

  constructor(world: World) {
    this.world = world;
    const stored = storedAccount(world);
    this.opened = open(stored);
    this.#service = this.#serviceFor(stored);
    const ports = ledgerPorts(this.#service);
    this.#ports = { ...ports, queryStatus: (request) => this.#ask(request, ports.queryStatus) };
    this.#ledgers = this.ledgers(world.records);
  }

  #serviceFor(account: Account): Service {
    type Directory = Service['directory'];
    const directory = {
      account: async (id) => (id === account.id ? account : null),
      recordRefusal: async () => {},
      noteCall: async () => {},
    } satisfies Partial<Directory> as Pick<Directory, 'account' | 'recordRefusal' | 'noteCall'> as Directory;
    let number = 500;
    const played: PlayedService = {
      config: CONFIG,
      directory,
      ledger: (id) => this.#ledgers.of(id).client,
      now: () => READ_AT.getTime(),
      // What is left for later decides nothing.
      later: () => {},
      random: (bytes) => {
        crypto.getRandomValues(bytes);
      },
      fetch: this.world.banks.fetch,
      daily: async () => {
        number += 1;
        return number;
      },
    };
    return played as Service;
  }

  async #ask(
    request: Parameters<LedgerPorts['queryStatus']>[0],
    query: LedgerPorts['queryStatus'],
  ): Promise<StatusQueryOutcome> {
    this.#hasQueried = true;
    const key = JSON.stringify(request);
    const known = this.#answers.get(key);
    if (known) return this.repeatsQueries ? known : { result: 'later', error: null };
    const answer = await query(request);
    this.#answers.set(key, answer);
    return answer;
  }

  /** Ledgers that hold these payments. */
  ledgers(records: Readonly<Record<Role, LedgerRecord>>): Ledgers {
    return new Ledgers(records, () => this.#ports);
  }

  /** Sends a message, and makes the status queries that it leads to. */
  async deliver(letter: Letter, { channel, ip, about }: Sending, ledgers: Ledgers): Promise<Delivery> {
    this.#ledgers = ledgers;
    this.#hasQueried = false;
    LOGGED.reason = null;
    const request = requestOf(letter);
    const sender = { requestId: 'forge', ip };
    let word = 'moves nothing';
    try {
      if (channel === 'notification') {
        const taken = await takeNotification(this.#service, this.opened, request, sender);
        if (taken instanceof Refusal) word = taken.reason;
      } else {
        const back = { id: IDS[about], sender, shopperIp: ip };
        await takeReturn(this.#service, this.opened, request, back);
      }
    } catch (error) {
      if (error instanceof Problem) word = error.code;
      else throw error;
    }
    const moved: Moved[] = [];
    let hasSpent = false;
    const unheard: Role[] = [];
    const asksNobody = isNobodyAsked(this.opened);
    for (const { role, ledger, before } of ledgers.touched()) {
      if (asksNobody && ledger.isToAsk) unheard.push(role);
      await ledger.query();
      hasSpent ||= ledger.hasSpent;
      const record = ledger.record ?? before;
      const attempt = movedAttempt(before, record);
      if (attempt) moved.push({ role, before, record, attempt, by: ledger.taken });
    }
    if (hasSpent) this.world.banks.restore(this.world.remembered);
    return {
      moved,
      word: moved.length > 0 ? 'counts' : (LOGGED.reason ?? word),
      hasSpent,
      unheard,
      hasQueried: this.#hasQueried,
    };
  }
}
