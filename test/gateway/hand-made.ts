/**
 * What the gateway's functions are given in tests that call them directly: parts made by hand, which answer as a test says and tell what they
 * were asked. What a test does not expect fails.
 */
import { type Mock, vi } from 'vitest';
import type { Account, Shop } from '../../src/directory/types.ts';
import { type OpenedAccount, open } from '../../src/gateway/accounts.ts';
import type { LedgerClient, Service } from '../../src/gateway/service.ts';
import type { PaymentId } from '../../src/payments/id.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { PaymentRequest } from '../../src/payments/types.ts';
import type { Proof, Provider, ProviderUpdate } from '../../src/providers/contract.ts';
import { ogone } from '../../src/providers/ogone/brands.ts';
import { provider as providerOf } from '../../src/providers/registry.ts';
import { demoSettings } from '../support/banks.ts';

/** One call of a part: its name, and what it was given. */
export type Call = readonly unknown[];

/** By the name of a member: what it answers, or what works the answer out. */
type Answers = Readonly<Record<string, unknown>>;

const AT = '2026-11-20T09:00:00.000Z';

/** The time of these tests. */
export const NOW = Date.parse('2026-11-27T10:00:00.000Z');

export const ID = '0123456789ABCDEF' as PaymentId;

/** Another payment. */
export const OTHER_ID = 'FEDCBA9876543210' as PaymentId;

/** A part of which only these members are there; each answers later. */
function part<Whole>(name: string, answers: Answers, note: (call: Call) => void): Whole {
  const get = (_target: object, member: string | symbol) => {
    const key = String(member);
    if (!Object.hasOwn(answers, key)) throw new Error(`nobody expects a call of ${name}.${key}`);
    return async (...given: unknown[]) => {
      note([key, ...given]);
      const answer = answers[key];
      return typeof answer === 'function' ? answer(...given) : answer;
    };
  };
  return new Proxy({}, { get }) as Whole;
}

/** An account of a provider, which is never written anywhere. */
export function accountOf(provider: string, changes: Partial<Account> = {}): Account {
  return {
    id: 'main',
    provider,
    caption: '',
    displayName: null,
    kind: null,
    environment: 'production',
    currencies: ['EUR'],
    settings: demoSettings(provider),
    endpoints: {},
    allowedIps: [],
    trustUnprovenNotifications: false,
    expireAfterHours: 24,
    retiredAt: null,
    succession: null,
    fallback: null,
    outage: null,
    secrets: {},
    createdAt: AT,
    updatedAt: AT,
    ...changes,
  };
}

export function shopOf(changes: Partial<Shop> = {}): Shop {
  return {
    id: 'shop',
    name: 'Shop',
    group: null,
    active: true,
    adminEnabled: true,
    testMode: false,
    region: null,
    rateLimit: null,
    expireAfterMinutes: null,
    accounts: ['main'],
    returnUrl: { success: null, failure: null },
    webhook: { url: null, dialect: 'standard', newPayments: false },
    createdAt: AT,
    updatedAt: AT,
    ...changes,
  };
}

export function requestOf(changes: Partial<PaymentRequest> = {}): PaymentRequest {
  return {
    reference: 'order-1',
    amount: 1999 as Minor,
    currency: 'EUR',
    description: 'Two tickets',
    capture: null,
    customer: { email: 'zoe@example.com', firstName: 'Zoé', lastName: 'Müller' },
    returnUrl: {},
    extraData: null,
    providerFields: {},
    ...changes,
  };
}

/** A signature that proves all that decides. */
const PROVEN: Proof = {
  keyOf: 'merchant',
  covered: [],
  notCovered: [],
  undecided: [],
  bordersCovered: true,
  uniqueReading: null,
  environmentMark: null,
  requestIsNoAnswer: '',
};

/** One that proves nothing. */
export const UNPROVEN: Proof = { ...PROVEN, keyOf: 'nobody' };

/** A provider whose messages prove what they say, and that cannot be asked. It is in no registry. */
export function providerLike(changes: Partial<Record<keyof Provider, unknown>> = {}): Provider {
  return {
    ...ogone,
    statuses: {
      codes: { '2': { outcome: 'denied', text: 'Declined' }, '9': { outcome: 'paid', text: 'Paid' } },
    },
    proof: () => PROVEN,
    reply: { status: 200, headers: {}, body: 'usual' },
    capabilities: { ...ogone.capabilities, signedReturn: true },
    queryStatus: undefined,
    cannotQueryStatus: undefined,
    queriesOnlyHints: undefined,
    hintMembers: ['number'],
    refused: undefined,
    ...changes,
  } as unknown as Provider;
}

/** What makes a provider one that can be asked. */
export const ASKABLE = { queryStatus: async () => null };

/** An account of a provider that is made by hand. */
export function openedOf(provider: Provider, changes: Partial<Account> = {}): OpenedAccount {
  const account = accountOf('ogone', changes);
  const { variants } = open(account);
  return { account, provider, variants };
}

/** What a message says. Its code is documented, unless a test says another. */
export function updateOf(changes: Partial<ProviderUpdate> = {}): ProviderUpdate {
  return {
    kind: 'update',
    order: `${ID}01`,
    key: 'T1/9',
    outcome: 'paid',
    amount: 1999,
    currency: 'EUR',
    movement: 'T1',
    providerReference: 'T1',
    providerStatus: '9',
    detail: {},
    ...changes,
  };
}

/** A provider of the registry. */
export function registered(id: string): Provider {
  const found = providerOf(id);
  if (!found) throw new Error(`there is no provider ${id}`);
  return found;
}

interface Parts {
  readonly accounts?: readonly Account[];
  readonly shops?: readonly Shop[];
  readonly ledger?: Answers;
  readonly directory?: Answers;
  readonly changes?: Partial<Service>;
}

/** What a test looks at of a service that is made by hand. */
interface HandMade {
  readonly service: Service;
  /** Of the ledgers, each with the payment's id behind its name. */
  readonly ledger: Call[];
  /** Of the directory, without those that read an account or a shop. */
  readonly directory: Call[];
  /** Of the network. */
  readonly fetched: Mock<typeof fetch>;
  /** What was handed over to be done beside the answer. */
  readonly later: Promise<void>[];
}

/** A service whose parts answer as a test says. */
export function handMade({
  accounts = [],
  shops = [],
  ledger = {},
  directory = {},
  changes,
}: Parts): HandMade {
  const made: HandMade['ledger'] = [];
  const asked: HandMade['directory'] = [];
  const later: Promise<void>[] = [];
  const fetched = vi.fn<typeof fetch>(async () => new Response('ok'));
  const read = {
    account: async (id: string) => accounts.find((account) => account.id === id) ?? null,
    shop: async (id: string) => shops.find((shop) => shop.id === id) ?? null,
    accounts: { list: async () => accounts },
  };
  const rest = part<object>('directory', directory, (call) => asked.push(call));
  const service = {
    config: {
      local: false,
      outgoingPorts: [],
      publicUrl: 'https://pay.example.com',
      idKey: new Uint8Array(32),
    },
    directory: new Proxy(read, {
      get: (target, name) =>
        Reflect.has(target, name) && !Object.hasOwn(directory, name)
          ? Reflect.get(target, name)
          : Reflect.get(rest, name),
    }),
    ledger: (id: PaymentId) =>
      part<LedgerClient>('ledger', ledger, ([name, ...given]) => made.push([name, id, ...given])),
    now: () => NOW,
    random: (bytes: Uint8Array) => void bytes.fill(0),
    fetch: fetched,
    later: (work: Promise<void>) => void later.push(work),
    ...changes,
  };
  return { service: service as unknown as Service, ledger: made, directory: asked, fetched, later };
}

/** The lines of the log from here on, without what they would print. */
export function logLines(): unknown[] {
  const lines: unknown[] = [];
  for (const level of ['warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(line));
  return lines;
}
