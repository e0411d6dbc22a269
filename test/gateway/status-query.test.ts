/**
 * Who is asked, and about whom an answer may be. The failures ruled out: a provider that cannot be asked, asked all the same because a hint
 * brought something; an answer about another payment that moves this one, or that one.
 */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  hasResult,
  isAboutHintAlone,
  queryPause,
  queryStatus,
  refresh,
} from '../../src/gateway/status-query.ts';
import type { PaymentRead, StatusQueryRequest } from '../../src/ledger/commands.ts';
import { Problem, Refusal } from '../../src/payments/errors.ts';
import { derivePaymentId, orderNumber } from '../../src/payments/id.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { Provider, ProviderUpdate } from '../../src/providers/contract.ts';
import { provider as providerOf } from '../../src/providers/registry.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { notify } from '../ledger/support.ts';
import { demoSettings, makeAccount, PROVIDER_IDS, unique } from '../support/harness.ts';
import { accountOf, handMade, ID, OTHER_ID, registered, updateOf } from './hand-made.ts';

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

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an answer', () => {
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

describe('a query', () => {
  it('says what is known of the attempt, and that it may take money only where it may', async () => {
    const account = await makeAccount('paybox');
    const entry = providerOf('paybox') as Required<Pick<Provider, 'queryStatus'>>;
    const query = vi.spyOn(entry, 'queryStatus').mockResolvedValue(null);
    const service = serviceOf(env as unknown as Env);
    const request = requestAt(account);
    expect(await queryStatus(service, request)).toBeNull();
    const known = {
      authorized: 1 as Minor,
      released: 0 as Minor,
      paid: 0 as Minor,
      refunded: 0 as Minor,
      chargedBack: 0 as Minor,
    };
    await queryStatus(service, { ...request, order: 'polybanking-7', known, spends: true });
    const [[first], [second]] = query.mock.calls as [[object], [object]];
    expect(first).toMatchObject({
      order: orderNumber(request.id, 1),
      amount: 1999,
      currency: 'PLN',
      capture: 'automatic',
      providerState: request.providerState,
      startedAt: new Date(request.startedAt),
      hint: request.hint,
      account: { id: account },
    });
    expect(first).not.toHaveProperty('known');
    expect(first).not.toHaveProperty('maySpend');
    expect(second).toMatchObject({ order: 'polybanking-7', known, maySpend: true });
  });

  it('of an account that is gone is a fault of the installation', async () => {
    const service = serviceOf(env as unknown as Env);
    await expect(queryStatus(service, requestAt('nobody'))).rejects.toMatchObject({ code: 'misconfigured' });
    expect(await isAboutHintAlone(service, requestAt('nobody'))).toBe(false);
  });

  it('depends on its hint alone where the provider says so', async () => {
    const service = serviceOf(env as unknown as Env);
    for (const [id, alone] of [
      ['sips', true],
      ['paybox', false],
    ] as const)
      expect(await isAboutHintAlone(service, requestAt(await makeAccount(id))), id).toBe(alone);
  });

  it('about an order that is named otherwise than by its id is answered about that order', async () => {
    const account = await makeAccount('paybox');
    const entry = providerOf('paybox') as Required<Pick<Provider, 'queryStatus'>>;
    const request = { ...requestAt(account), attempt: 2, order: 'polybanking-7' };
    vi.spyOn(entry, 'queryStatus').mockResolvedValue({
      kind: 'update',
      order: 'polybanking-7',
      key: 'T1',
      outcome: 'paid',
      amount: 1999,
      currency: 'PLN',
      movement: 'T1',
      providerReference: 'T1',
      providerStatus: '00000',
      detail: {},
    });
    const answered = await queryStatus(serviceOf(env as unknown as Env), request);
    expect(answered).toMatchObject([{ attempt: 2, account, channel: 'status', signedBy: 'asked' }]);
  });
});

describe('an answer is a result', () => {
  it.each([
    ['paid', true],
    ['none', true],
    ['pending', false],
    ['pending none', false],
    ['pending paid', true],
    ['', false],
  ] as const)('or not: %s', (outcomes, expected) => {
    const commands = outcomes
      .split(' ')
      .filter(Boolean)
      .map((outcome) => notify({ outcome: outcome as 'paid' | 'none' | 'pending' }));
    expect(hasResult(commands)).toBe(expected);
  });
});

describe('a provider that is asked about hints alone', () => {
  it('is not asked without one', async () => {
    const sips = accountOf('sips', { id: 'sips' });
    const query = vi.spyOn(registered('sips'), 'queryStatus').mockResolvedValue(null);
    const { service } = handMade({ accounts: [sips] });
    const request = { ...requestAt('sips'), currency: 'EUR' };
    await expect(queryStatus(service, { ...request, hint: {} })).rejects.toMatchObject({
      code: 'unsupported_operation',
    });
    expect(query).not.toHaveBeenCalled();
    expect(await queryStatus(service, { ...request, hint: { data: 'x' } })).toBeNull();
    // One that is asked about attempts is asked without a hint too.
    const ogone = vi.spyOn(registered('ogone'), 'queryStatus').mockResolvedValue(null);
    const other = handMade({ accounts: [accountOf('ogone')] });
    expect(await queryStatus(other.service, { ...request, account: 'main', hint: {} })).toBeNull();
    expect(ogone).toHaveBeenCalledTimes(1);
  });
});

describe('an answer about another attempt of the payment', () => {
  it('is told of that attempt', async () => {
    const { service } = handMade({ accounts: [accountOf('ogone')] });
    vi.spyOn(registered('ogone'), 'queryStatus').mockResolvedValue([
      updateOf({ order: orderNumber(ID, 2) }),
      updateOf(),
    ]);
    const request = { ...requestAt('main'), id: ID };
    expect(await queryStatus(service, request)).toMatchObject([{ attempt: 2 }, { attempt: 1 }]);
  });
});

describe('the pause before the next query', () => {
  it('is the provider’s, or else that of messages, and ends after the last', async () => {
    const own = { ...accountOf('ogone'), id: 'own' };
    const { service } = handMade({ accounts: [own] });
    const entry = registered('ogone') as { queryPauses?: readonly number[] };
    const pause = (queried: number, account = 'own') => queryPause(service, requestAt(account), queried);
    expect(await pause(1)).toBe(5000);
    expect(await pause(10)).toBeNull();
    expect(await pause(1, 'nobody')).toBe(5000);
    entry.queryPauses = [20, 90];
    try {
      expect([await pause(1), await pause(2), await pause(3)]).toEqual([20_000, 90_000, null]);
      expect(await pause(3, 'nobody')).toBe(1_800_000);
    } finally {
      delete entry.queryPauses;
    }
  });
});

describe('a refresh', () => {
  /** What each attempt's query comes to: updates, nothing, a failure; `gone` where the ledger has none to make. */
  type Answer = 'paid' | 'nothing' | 'gone' | Error;

  /** Refreshes a payment. @returns how many questions were asked, or why none could be; which attempts, and what the ledger was told. */
  async function refreshed(answers: readonly Answer[], states: readonly string[] = []) {
    const asked: number[] = [];
    vi.spyOn(registered('ogone'), 'queryStatus').mockImplementation(async ({ order }) => {
      const attempt = Number(order.slice(-2));
      asked.push(attempt);
      const answer = answers[attempt - 1];
      if (answer instanceof Error) throw answer;
      return answer === 'paid' ? updateOf({ order }) : null;
    });
    const { service, ledger } = handMade({
      accounts: [accountOf('ogone')],
      ledger: {
        statusQuery: (account: string, attempt: number) =>
          answers[attempt - 1] === 'gone' ? null : { ...requestAt(account), id: ID, attempt },
        applyUpdate: null,
        reconcileOperations: null,
      },
    });
    const read = {
      attempts: answers.map((_, index) => ({ attempt: index + 1, account: 'main' })),
      view: { operations: states.map((state) => ({ state })) },
    };
    const result = await refresh(service, ID, read as unknown as PaymentRead).catch(
      (error: unknown) => error,
    );
    const told = ledger.flatMap(([name, , command]) =>
      name === 'applyUpdate' ? [(command as { attempt: number }).attempt] : [],
    );
    return { result, asked, told, isReconciled: ledger.some(([name]) => name === 'reconcileOperations') };
  }

  const down = new Problem('provider_unreachable', 'no answer');
  const cannot = new Problem('unsupported_operation', 'it cannot be asked');

  it('asks about the five newest attempts, the newest first, and tells the ledger what is said', async () => {
    expect(await refreshed(['paid', 'paid', 'nothing', 'paid', 'nothing', 'paid', 'paid'])).toEqual({
      result: 5,
      asked: [7, 6, 5, 4, 3],
      told: [7, 6, 4],
      isReconciled: false,
    });
  });

  it.each<[readonly Answer[], readonly string[], unknown, boolean]>([
    [['gone', 'paid'], [], 1, false],
    [['gone'], [], 0, false],
    [[down, 'nothing'], [], 2, false],
    [['nothing', down], [], 2, false],
    [[cannot, down], [], down, false],
    [[down, cannot], [], cannot, false],
    [['nothing'], ['succeeded', 'failed'], 1, false],
    [['nothing'], ['succeeded', 'unknown', 'failed'], 2, true],
    [['nothing'], ['failed', 'running'], 2, true],
    [['gone'], ['unknown'], 1, true],
    // What became of its operations is an answer where nothing else can be asked.
    [[cannot], ['unknown'], 2, true],
    [[cannot], ['succeeded'], cannot, false],
    [[down], ['unknown'], down, true],
    [[down, 'nothing'], ['unknown'], 3, true],
  ])('of %j with operations that are %j', async (answers, states, result, isReconciled) => {
    expect(await refreshed(answers, states)).toMatchObject({ result, isReconciled });
  });

  it('says that an answer is not to be believed, and hides no fault of ours', async () => {
    const { result } = await refreshed([new Refusal('signature_mismatch', 'it does not fit')]);
    expect(result).toMatchObject({
      code: 'provider_error',
      message: "the provider's answer is not to be believed: it does not fit",
    });
    const fault = new TypeError('ours');
    expect((await refreshed([fault])).result).toBe(fault);
    const { service } = handMade({
      accounts: [accountOf('ogone')],
      ledger: { statusQuery: { ...requestAt('main'), id: OTHER_ID, attempt: 1 } },
    });
    vi.spyOn(registered('ogone'), 'queryStatus').mockResolvedValue(updateOf());
    const read = { attempts: [{ attempt: 1, account: 'main' }], view: { operations: [] } };
    await expect(refresh(service, OTHER_ID, read as unknown as PaymentRead)).rejects.toMatchObject({
      code: 'provider_error',
      message: "the provider's answer is not to be believed: the answer is about another payment",
    });
  });
});
