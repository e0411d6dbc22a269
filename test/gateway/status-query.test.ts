/**
 * Who is asked, and about whom an answer may be. The failures ruled out: a provider that cannot be asked, asked all the same because a hint
 * brought something; an answer about another payment that moves this one, or that one.
 */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { queryStatus } from '../../src/gateway/status-query.ts';
import type { StatusQueryRequest } from '../../src/ledger/commands.ts';
import { derivePaymentId, orderNumber } from '../../src/payments/id.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { Provider, ProviderUpdate } from '../../src/providers/contract.ts';
import { provider as providerOf } from '../../src/providers/registry.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { demoSettings, makeAccount, PROVIDER_IDS, unique } from '../support/harness.ts';

/** Settings with which a provider cannot be asked, of those that can be asked with others. */
const UNASKED: Readonly<Record<string, Record<string, unknown>>> = {
  assist: { login: undefined, password: undefined },
  dotpay: { login: undefined, password: undefined },
  dummy: { dialect: 'eopayment' },
  ogone: { userid: undefined, pswd: undefined },
  paybox: { direct: false },
  payzen: { rest_password: undefined },
  postfinance: { userid: undefined, pswd: undefined },
  sips2: { brand: 'scellius' },
  systempay: { rest_password: undefined },
  tipi: { mode: 'url' },
  tpay: { mode: 'classic' },
};

const newId = () => derivePaymentId(new Uint8Array(32), 'shop', unique());

function requestAt(account: string): StatusQueryRequest {
  return {
    id: newId(),
    shop: 'shop',
    attempt: 1,
    account,
    amount: 1999 as Minor,
    currency: 'PLN',
    capture: 'automatic',
    providerState: {
      orderId: '301234567',
      transactionId: 't',
      title: 'TR-1',
      idOp: 'cc0cb210-1cd4',
      token: 't',
    },
    startedAt: new Date().toISOString(),
    hint: { orderId: '301234567', number: '1', transaction: '2' },
  };
}

/** Asks about an attempt because of a hint, as one that waited in the outbox while the account was changed. */
async function ask(provider: string, settings: object) {
  const account = await makeAccount(provider, { settings: { ...demoSettings(provider), ...settings } });
  const asked: string[] = [];
  const service = {
    ...serviceOf(env as unknown as Env),
    fetch: (async (input: RequestInfo) => {
      asked.push(new Request(input).url);
      return new Response('', { status: 503 });
    }) as typeof fetch,
  };
  const problem = await queryStatus(service, requestAt(account)).then(
    () => null,
    (error: { code?: string }) => error.code,
  );
  return { problem, asked };
}

describe.each(Object.entries(UNASKED))('%s', (provider, settings) => {
  it('is not asked where its account lacks what that takes, whatever a hint has brought', async () => {
    expect(await ask(provider, settings)).toEqual({ problem: 'unsupported_operation', asked: [] });
  });
});

describe('Przelewy24 in its older modes', () => {
  it('is asked about the order of a notification, which is what verifies it', async () => {
    for (const mode of ['3.2', 'legacy']) {
      const { problem, asked } = await ask('przelewy24', { mode });
      expect([problem, asked.length]).toEqual(['provider_error', 1]);
    }
  });
});

it('is said of every provider that has such settings', () => {
  expect(PROVIDER_IDS).toEqual(expect.arrayContaining(Object.keys(UNASKED)));
});

describe('an answer', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Asks a provider whose code answers about the given orders. */
  async function answered(orders: (request: StatusQueryRequest) => readonly string[]) {
    const account = await makeAccount('paybox');
    const request = requestAt(account);
    const update = (order: string): ProviderUpdate => ({
      kind: 'update',
      order,
      key: `T1/${order}`,
      outcome: 'paid',
      amount: 1999,
      currency: 'PLN',
      movement: 'T1',
      providerReference: 'T1',
      providerStatus: '00000',
      detail: {},
    });
    const entry = providerOf('paybox') as Required<Pick<Provider, 'queryStatus'>>;
    vi.spyOn(entry, 'queryStatus').mockResolvedValue(orders(request).map(update));
    return queryStatus(serviceOf(env as unknown as Env), request);
  }

  it('about the order of another payment is not believed, nor is what stands beside it', async () => {
    const ours = ({ id }: StatusQueryRequest) => orderNumber(id, 1);
    expect(await answered((request) => [ours(request)])).toMatchObject([{ attempt: 1, outcome: 'paid' }]);
    for (const other of [orderNumber(newId(), 1), 'no-order-of-ours'])
      for (const orders of [() => [other], (request: StatusQueryRequest) => [ours(request), other]])
        await expect(answered(orders)).rejects.toMatchObject({ reason: 'wrong_account' });
  });
});
