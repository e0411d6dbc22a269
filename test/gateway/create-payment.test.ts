/**
 * Creating a payment, by a hand-made ledger. Ruled out: one payment twice, or two requests as one, because the same request has another hash or
 * another request has the same; one that can never be paid, or never ends; a shopper who chooses where the shop has chosen, or may not where it
 * has not; one that is replaced under the number of an attempt that is there.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Shop } from '../../src/directory/types.ts';
import { createPayment, type PaymentOrder, type Replacement } from '../../src/gateway/create-payment.ts';
import { derivePaymentId, orderNumber } from '../../src/payments/id.ts';
import type { PaymentRequest } from '../../src/payments/types.ts';
import { hex, utf8 } from '../../src/signing/bytes.ts';
import { digests } from '../../src/signing/digests.ts';
import { accountOf, handMade, NOW, registered, requestOf, shopOf } from './hand-made.ts';

const ACCOUNTS = [
  accountOf('ogone', { id: 'main', currencies: ['EUR', 'CZK'] }),
  accountOf('sips2', { id: 'second' }),
];
const PAYMENT = derivePaymentId(new Uint8Array(32), 'shop', 'order-1');
const CREATED = { kind: 'created', shop: 'shop' };
const CONFLICT = { kind: 'conflict', differences: ['amount'] };
const DAY_MS = 86_400_000;

/** The orders that attempts were started with. */
let orders: string[] = [];

beforeEach(() => {
  orders = [];
  for (const id of ['ogone', 'sips2'])
    vi.spyOn(registered(id), 'start').mockImplementation(({ order }) => {
      orders.push(order);
      return { kind: 'url', method: 'GET', url: 'https://bank.example/1' };
    });
});
afterEach(() => vi.restoreAllMocks());

interface Case {
  readonly request?: Partial<PaymentRequest>;
  readonly order?: Partial<PaymentOrder>;
  readonly shop?: Partial<Shop>;
  readonly ledger?: object;
  readonly replacement?: Replacement;
}

/** Creates a payment. @returns what that comes to, and what the ledger was told. */
async function created({ request, order, shop, ledger, replacement }: Case = {}) {
  const parts = handMade({ accounts: ACCOUNTS, ledger: { create: CREATED, replay: null, ...ledger } });
  const regions: unknown[] = [];
  const service = {
    ...parts.service,
    ledger: (...given: Parameters<typeof parts.service.ledger>) => {
      regions.push(given[1]);
      return parts.service.ledger(...given);
    },
  };
  const result = await createPayment(
    service,
    shopOf({ accounts: ['main', 'second'], ...shop }),
    { request: requestOf(request), account: null, provider: null, ...order },
    'https://pay.example',
    replacement ?? null,
  ).catch((error: unknown) => error);
  const commandOf = <Command>(name: string) =>
    parts.ledger.find(([called]) => called === name)?.[2] as Command;
  return { result, told: parts.ledger, names: parts.ledger.map(([name]) => name), commandOf, regions };
}

/** The request as its ledger is to keep it. */
const stored = async (some: Case) =>
  (await created(some)).commandOf<{ request: PaymentRequest }>('create').request;

describe('a payment', () => {
  it('is stored whole, under an id that follows from its shop and reference', async () => {
    const { result, told, regions } = await created({
      shop: { region: 'weur', accounts: ['main'] },
      order: { by: 'operator' },
    });
    expect(result).toEqual(CREATED);
    expect(told).toEqual([
      [
        'create',
        PAYMENT,
        {
          id: PAYMENT,
          shop: 'shop',
          requestHash: expect.any(String),
          request: requestOf(),
          attempt: {
            account: 'main',
            provider: 'ogone',
            test: false,
            capture: 'automatic',
            amount: 1999,
            oneRedirect: false,
            deferred: false,
            redirect: { kind: 'url', method: 'GET', url: 'https://bank.example/1' },
            providerState: {},
            goodUntil: null,
            queryAt: null,
          },
          wanted: { account: null, provider: null },
          announce: false,
          by: 'operator',
        },
      ],
    ]);
    expect(orders).toEqual([orderNumber(PAYMENT, 1)]);
    expect(regions).toEqual(['weur']);
    const plain = await created({ order: { account: 'main', provider: 'ogone' } });
    expect(plain.commandOf('create')).toMatchObject({ wanted: { account: 'main', provider: 'ogone' } });
    expect(plain.commandOf('create')).not.toHaveProperty('by');
  });

  it('has the hash of its request, whatever the order in which that names its members', async () => {
    const hashOf = async (some: Case) =>
      (await created(some)).commandOf<{ requestHash: string }>('create').requestHash;
    const request = { metadata: { b: '2', a: '1' }, lineItems: [{ quantity: 1, name: 'x', amount: 2 }] };
    const same = { lineItems: [{ amount: 2, name: 'x', quantity: 1 }], metadata: { a: '1', b: '2' } };
    // As stored payments have it: another text would make each of them a conflict.
    const text =
      '{"account":"main","provider":null,"request":{"amount":1999,"capture":null,"currency":"EUR",' +
      '"customer":{"email":"zoe@example.com","firstName":"Zoé","lastName":"Müller"},"description":"Two tickets","extraData":null,' +
      '"lineItems":[{"amount":2,"name":"x","quantity":1}],"metadata":{"a":"1","b":"2"},"providerFields":{},' +
      '"reference":"order-1","returnUrl":{}}}';
    const expected = hex(digests.sha256(utf8(text)));
    const order = { account: 'main' };
    expect(await hashOf({ request, order })).toBe(expected);
    expect(await hashOf({ request: same, order })).toBe(expected);
    const others = [
      { request, order: { account: 'second' } },
      { request, order: { ...order, provider: 'ogone' } },
      { request: { ...request, extraData: 'x' }, order },
      { request: { ...request, metadata: { a: '1', b: '3' } }, order },
    ];
    const hashes = await Promise.all(others.map(hashOf));
    expect(new Set([expected, ...hashes]).size).toBe(5);
  });

  it.each([
    [0, 'is in the past'],
    [1, null],
    [366 * DAY_MS, null],
    [366 * DAY_MS + 1, 'is more than a year away'],
  ])('that expires after %d ms: %s', async (after, message) => {
    const expiresAt = new Date(NOW + after).toISOString();
    const { result, names } = await created({ request: { expiresAt } });
    if (message === null) expect(result).toEqual(CREATED);
    else {
      expect(result).toMatchObject({
        code: 'invalid_request',
        message: `expiresAt: ${message}`,
        errors: [{ path: 'expiresAt', message }],
      });
      expect(names).toEqual(['replay']);
    }
  });

  it.each([
    [{ count: 3, periodDays: 30 }, 2, 'installments.count'],
    [{ count: 3, firstAmount: 1998, periodDays: 30 }, 1999, 'installments.firstAmount'],
  ])(
    'whose parts would be less than one minor unit is none: %j of %d',
    async (installments, amount, path) => {
      const { result } = await created({
        request: { installments, amount } as never,
        order: { account: 'second' },
      });
      expect(result).toMatchObject({
        code: 'invalid_request',
        errors: [{ path, message: 'leaves less than one minor unit for a part' }],
      });
    },
  );

  it('expires when its request says, or else after the time of its shop, or else as its account does', async () => {
    const expiresAt = new Date(NOW + DAY_MS).toISOString();
    const shop = { accounts: ['main'], expireAfterMinutes: 30 };
    expect(await stored({ request: { expiresAt }, shop })).toEqual(requestOf({ expiresAt }));
    expect(await stored({ shop })).toEqual(requestOf({ expiresAt: '2026-11-27T10:30:00.000Z' }));
    expect(await stored({ shop: { accounts: ['main'] } })).toEqual(requestOf());
  });

  it.each<[string, Case, boolean]>([
    ['leaves it to the shopper', {}, true],
    ['names an account', { order: { account: 'main' } }, false],
    ['names a provider', { order: { provider: 'ogone' } }, false],
    ['names both', { order: { account: 'main', provider: 'ogone' } }, false],
    ['pays by a code', { order: { byCode: true } }, false],
    ['has one account', { shop: { accounts: ['main'] } }, false],
    ['has one that can take it', { request: { currency: 'CZK' } }, false],
  ])(
    'of whose shop more than one account can take it may be chosen for: its shop %s',
    async (_name, some, isOpen) => {
      const request = await stored(some);
      expect(request).toEqual(requestOf({ ...some.request, ...(isOpen && { choose: true }) }));
    },
  );
});

describe('a payment whose reference is taken', () => {
  const replacement = { ifVersion: 3 };
  const attempts = (count: number) => ({ attempts: Array.from({ length: count }, () => ({})) });
  const REPLAYED = { kind: 'replayed', shop: 'shop' };

  it('is in conflict, unless it says that it replaces it', async () => {
    const { result, names } = await created({ ledger: { create: CONFLICT } });
    expect([result, names]).toEqual([CONFLICT, ['create']]);
    const fresh = await created({ replacement });
    expect([fresh.result, fresh.names]).toEqual([CREATED, ['create']]);
  });

  it('replaces it under a number of its own', async () => {
    for (const [count, number] of [
      [1, 2],
      [98, 99],
    ] as const) {
      orders = [];
      const { result, told, names } = await created({
        replacement,
        ledger: { create: CONFLICT, read: attempts(count), replace: 'replaced', replay: REPLAYED },
      });
      expect(result).toEqual({ ...REPLAYED, kind: 'replaced' });
      expect(names).toEqual(['create', 'read', 'replace', 'replay']);
      expect(told[2]?.slice(3)).toEqual([number, 3]);
      expect(orders).toEqual([orderNumber(PAYMENT, 1), orderNumber(PAYMENT, number)]);
    }
  });

  it.each([
    [99, 'replaced', 'invalid_state', ['create', 'read', 'replay']],
    [1, 'stale', 'conflict_version', ['create', 'read', 'replace', 'replay']],
    [1, 'not_open', 'invalid_state', ['create', 'read', 'replace', 'replay']],
  ])(
    'of %d attempts is not replaced where it may not be (%s): %s',
    async (count, replace, code, expected) => {
      const ledger = { create: CONFLICT, read: attempts(count), replace, replay: CONFLICT };
      const { result, names } = await created({ replacement, ledger });
      expect(result).toMatchObject({ code });
      expect(names).toEqual(expected);
    },
  );

  it('is in conflict where a third request came between', async () => {
    const ledger = { create: CONFLICT, read: attempts(1), replace: 'replaced', replay: CONFLICT };
    expect((await created({ replacement, ledger })).result).toEqual(CONFLICT);
    const gone = await created({ replacement, ledger: { ...ledger, read: null, replay: null } });
    expect(gone.result).toEqual(CONFLICT);
    expect(orders.at(-1)).toBe(orderNumber(PAYMENT, 1));
  });
});

describe('a repeat of a request that succeeded', () => {
  const REPLAYED = { kind: 'replayed', shop: 'shop' };

  it('gets its payment, although it could not be created now', async () => {
    const { result, told } = await created({ shop: { accounts: [] }, ledger: { replay: REPLAYED } });
    expect(result).toEqual(REPLAYED);
    expect(told).toEqual([
      [
        'replay',
        PAYMENT,
        {
          requestHash: expect.any(String),
          request: requestOf(),
          wanted: { account: null, provider: null },
        },
      ],
    ]);
  });

  it('has its problem where another request has the reference, and a fault of ours is none', async () => {
    const { result } = await created({ shop: { accounts: [] }, ledger: { replay: CONFLICT } });
    expect(result).toMatchObject({ code: 'not_found' });
    const fault = new TypeError('ours');
    const { result: thrown, names } = await created({
      ledger: {
        create: () => {
          throw fault;
        },
      },
    });
    expect([thrown, names]).toEqual([fault, ['create']]);
  });
});
