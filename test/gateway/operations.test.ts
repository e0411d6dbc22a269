/**
 * The one call that moves money, of a provider's code that misbehaves. The failures ruled out: an operation that is sent twice in one
 * execution; one that was never sent, and is called unknown for it, so that the shop may not ask for it again.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { executeOperation, lookUpOperation } from '../../src/gateway/operations.ts';
import type { OperationRequest } from '../../src/ledger/operation-commands.ts';
import { Declined, Problem, Refusal } from '../../src/payments/errors.ts';
import { orderNumber } from '../../src/payments/id.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { OperationOrder, OperationResult } from '../../src/providers/contract.ts';
import { provider } from '../../src/providers/registry.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { newId } from '../ledger/support.ts';
import { makeAccount } from '../support/harness.ts';

const URL_OF_BANK = 'https://bank.example/refund';
const AT = '2026-11-27T10:00:00.000Z';
const minor = (amount: number) => amount as Minor;
const BEFORE = {
  authorized: minor(0),
  released: minor(0),
  paid: minor(1999),
  refunded: minor(0),
  chargedBack: minor(0),
};

let account: string;
beforeAll(async () => {
  account = await makeAccount('payu');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function refundRequest(changes: Partial<OperationRequest> = {}): OperationRequest {
  const amount = minor(500);
  return {
    id: newId(),
    account,
    asked: minor(1999),
    currency: 'PLN',
    capture: 'automatic',
    providerState: {},
    startedAt: AT,
    origin: 'https://pay.example',
    operation: {
      kind: 'refund',
      attempt: 1,
      fundsSource: 'paid',
      amount,
      whole: false,
      expected: amount,
      outside: minor(0),
      before: BEFORE,
      number: 1,
      key: 'key-1',
      wanted: { kind: 'refund', amount, attempt: 1 },
      state: 'running',
      requestedAt: AT,
      finishedAt: null,
      problem: null,
      providerStatus: null,
      providerReference: null,
    },
    ...changes,
  };
}

const DONE: OperationResult = { state: 'succeeded', status: 'done', providerReference: 'R-1' };

type Execute = (order: OperationOrder<unknown>) => Promise<OperationResult>;

function refundOf(id = 'payu') {
  const { refund } = provider(id) ?? {};
  if (!refund) throw new Error(`${id} has refunds`);
  return refund;
}

/** A service whose calls are answered, and the addresses that were called. */
function serviceWith(answer: () => Response = () => new Response('ok')) {
  const called: string[] = [];
  const fetcher: typeof fetch = async (input, init) => {
    init?.signal?.throwIfAborted();
    called.push(String(input));
    return answer();
  };
  return { service: { ...serviceOf(env as unknown as Env), fetch: fetcher }, called };
}

/** Executes a refund by other code than the provider's own. @returns what came of it, what was called, and the lines of the log. */
async function executed(execute: Execute, answer?: () => Response, changes: Partial<OperationRequest> = {}) {
  vi.spyOn(refundOf(), 'execute').mockImplementation(execute);
  const lines: unknown[] = [];
  vi.spyOn(console, 'warn').mockImplementation((line) => void lines.push(line));
  const { service, called } = serviceWith(answer);
  const outcome = await executeOperation(service, refundRequest(changes));
  return { outcome, called, lines };
}

describe('an operation', () => {
  it('is not sent a second time, by code that tries to', async () => {
    const { outcome, called } = await executed(async ({ send }) => {
      await send(URL_OF_BANK);
      await send(URL_OF_BANK);
      return DONE;
    });
    expect(called).toEqual([URL_OF_BANK]);
    expect(outcome).toMatchObject({ result: 'unknown' });
  });

  it('is not sent a second time at the same moment, nor after an answer that was a mistake of the provider', async () => {
    const { called } = await executed(async ({ send }) => {
      await Promise.all([send(URL_OF_BANK), send(URL_OF_BANK)]);
      return DONE;
    });
    expect(called).toEqual([URL_OF_BANK]);
    const failing = await executed(
      async ({ send }) => {
        const response = await send(URL_OF_BANK);
        if (!response.ok) await send(URL_OF_BANK);
        return DONE;
      },
      () => new Response('', { status: 500 }),
    );
    expect(failing.called).toEqual([URL_OF_BANK]);
    expect(failing.outcome).toMatchObject({ result: 'unknown' });
  });

  it('is sent again where the provider took no notice of it: its token had ended (401)', async () => {
    let isKnown = false;
    const { outcome, called } = await executed(
      async ({ send }) => {
        if ((await send(URL_OF_BANK)).status === 401) await send(URL_OF_BANK);
        return DONE;
      },
      () => {
        const response = new Response('', { status: isKnown ? 200 : 401 });
        isKnown = true;
        return response;
      },
    );
    expect(called).toEqual([URL_OF_BANK, URL_OF_BANK]);
    expect(outcome).toMatchObject({ result: 'succeeded' });
  });

  it('whose time was over before it was sent has failed, and was not sent: nothing about it is unknown', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { outcome, called } = await executed(async ({ send }) => {
      // Whatever took the time did not notice that it was over.
      await vi.advanceTimersByTimeAsync(10_000);
      await send(URL_OF_BANK);
      return DONE;
    });
    expect(called).toEqual([]);
    expect(outcome).toMatchObject({ result: 'failed' });
    expect(JSON.stringify(outcome)).not.toContain('not known');
  });

  it('fails where its code fails before it is sent, and is unknown where that is afterwards', async () => {
    const fail = () => {
      throw new Problem('provider_error', 'no such thing');
    };
    expect((await executed(async () => fail())).outcome).toMatchObject({ result: 'failed' });
    const afterwards = await executed(async ({ send }) => {
      await send(URL_OF_BANK);
      return fail();
    });
    expect(afterwards.outcome).toMatchObject({
      result: 'unknown',
      problem: { detail: expect.stringContaining('not known') },
    });
  });

  it('that the provider has declined is known to have failed', async () => {
    const { outcome } = await executed(async ({ send }) => {
      await send(URL_OF_BANK);
      throw new Declined('51', 'the card does not take it');
    });
    expect(outcome).toMatchObject({ result: 'failed' });
    expect(JSON.stringify(outcome)).not.toContain('not known');
  });

  it('is about what is recorded: its order, its money, and our name for it', async () => {
    const given: unknown[] = [];
    const execute: Execute = async ({ send: _send, fetch: _fetch, daily: _daily, account: of, ...call }) => {
      given.push({ ...call, account: of.id });
      return DONE;
    };
    const request = refundRequest({ providerState: { token: 'T-1' } });
    const order = orderNumber(request.id, 1);
    await executed(execute, undefined, request);
    await executed(execute, undefined, { ...request, order: 'polybanking-7' });
    const { operation } = request;
    expect(given).toMatchObject([
      {
        account,
        order,
        operationReference: `${order}R1`,
        providerReference: null,
        kind: 'refund',
        fundsSource: 'paid',
        amount: operation.amount,
        whole: false,
        before: BEFORE,
        currency: 'PLN',
        capture: 'automatic',
        providerState: { token: 'T-1' },
        notMade: [],
        urls: { callback: `https://pay.example/callback/${account}` },
        startedAt: new Date(AT),
      },
      { order: 'polybanking-7', operationReference: 'polybanking-7R1' },
    ]);
    expect(Math.abs((given[0] as { now: Date }).now.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('has the words of whoever fails it, and the log has the cause', async () => {
    const words = async (error: unknown) => {
      const { outcome, lines } = await executed(async () => {
        throw error;
      });
      return [outcome, lines] as const;
    };
    const provided = { code: '51', text: 'no' };
    const [problem] = await words(new Problem('provider_error', 'no money', { provider: provided }));
    expect(problem).toEqual({
      result: 'failed',
      problem: { code: 'provider_error', detail: 'no money', provider: provided },
    });
    const [plain] = await words(new Problem('rate_limited', 'slowly'));
    expect(plain).toEqual({ result: 'failed', problem: { code: 'rate_limited', detail: 'slowly' } });
    const [refused] = await words(new Refusal('wrong_account', 'it is about another account'));
    expect(refused).toEqual({
      result: 'failed',
      problem: {
        code: 'provider_error',
        detail: "the provider's answer is not to be believed: it is about another account",
      },
    });
    const [ours, lines] = await words(
      new TypeError('undefined is not a function', { cause: new Error('why') }),
    );
    expect(ours).toEqual({
      result: 'failed',
      problem: { code: 'internal_error', detail: 'something failed on our side' },
    });
    expect(lines).toEqual([
      {
        event: 'operation.not_done',
        payment: expect.any(String),
        account,
        operation: 1,
        kind: 'refund',
        error: 'TypeError: undefined is not a function',
        cause: 'Error: why',
      },
    ]);
    const [, [line]] = await words(new Problem('provider_error', 'no', { cause: 'the answer' }));
    expect(line).toMatchObject({ cause: 'the answer' });
    const [, [stack]] = await words(new Error('no cause'));
    expect(stack).toMatchObject({ cause: expect.stringContaining('no cause') });
    const [, [bare]] = await words('a text');
    expect(bare).toMatchObject({ error: 'a text', cause: undefined });
  });

  it('of an account that is gone, or that its provider does not have, is not sent', async () => {
    const missing = await executed(async () => DONE, undefined, { account: 'nobody' });
    expect(missing.outcome).toMatchObject({ result: 'failed', problem: { code: 'misconfigured' } });
    const request = refundRequest();
    const spplus = await makeAccount('spplus');
    const lacking = await executed(async () => DONE, undefined, { ...request, account: spplus });
    expect(lacking.outcome).toMatchObject({ result: 'failed', problem: { code: 'unsupported_operation' } });
  });

  it('is sent as its provider’s code says', async () => {
    const sent: unknown[] = [];
    vi.spyOn(refundOf(), 'execute').mockImplementation(async ({ send }) => {
      await send(URL_OF_BANK, { method: 'POST', body: 'amount=500' });
      return DONE;
    });
    const { service } = serviceWith();
    const fetcher: typeof fetch = async (_input, init) => {
      sent.push(init);
      return new Response('ok');
    };
    await executeOperation({ ...service, fetch: fetcher }, refundRequest());
    expect(sent).toEqual([{ method: 'POST', body: 'amount=500', signal: expect.any(AbortSignal) }]);
  });

  it('ends all its calls at its time, those that have a time of their own too', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const own = new AbortController();
    const ends: boolean[] = [];
    const { outcome } = await executed(async ({ fetch: call }) => {
      await vi.advanceTimersByTimeAsync(9_999);
      await call(URL_OF_BANK, { signal: own.signal });
      await vi.advanceTimersByTimeAsync(1);
      for (const init of [{}, { signal: own.signal }])
        await call(URL_OF_BANK, init).catch(() => void ends.push(true));
      return DONE;
    });
    expect(ends).toEqual([true, true]);
    expect(outcome).toMatchObject({ result: 'succeeded' });
    own.abort();
    const aborted = await executed(async ({ fetch: call }) => {
      await call(URL_OF_BANK, { signal: own.signal });
      return DONE;
    });
    expect(aborted.outcome).toMatchObject({ result: 'failed' });
    // Nothing is left that would go off for an operation that has ended.
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a look-up of an operation', () => {
  type LookUp = NonNullable<ReturnType<typeof refundOf>['lookUp']>;
  const BOOKINGS = { entries: [], complete: true, status: 'nothing' };

  /** Looks up at a provider whose code answers so. */
  async function looked(id: string, answer: LookUp) {
    const refund = refundOf(id) as { lookUp: LookUp };
    vi.spyOn(refund, 'lookUp').mockImplementation(answer);
    const request = refundRequest({ account: id === 'payu' ? account : await makeAccount(id) });
    return lookUpOperation(serviceWith().service, request);
  }

  it('says how long a provider takes to book one: ten minutes, or what it says itself', async () => {
    const own = refundOf('payu').settlesAfterSeconds ?? 0;
    expect([own > 0, refundOf('sips2').settlesAfterSeconds]).toEqual([true, undefined]);
    expect(await looked('payu', async () => BOOKINGS)).toEqual({
      bookings: BOOKINGS,
      settlesAfterMs: own * 1000,
    });
    expect(await looked('sips2', async () => BOOKINGS)).toEqual({
      bookings: BOOKINGS,
      settlesAfterMs: 600_000,
    });
  });

  it('is nothing where the provider shows nothing or cannot be asked, and fails aloud where its answer is not to be believed', async () => {
    const lines: unknown[] = [];
    vi.spyOn(console, 'warn').mockImplementation((line) => void lines.push(line));
    expect(await looked('payu', async () => null)).toBeNull();
    const fails = looked('payu', async () => {
      throw new Refusal('wrong_account', 'of another account');
    });
    await expect(fails).rejects.toThrow('of another account');
    expect(lines).toMatchObject([{ event: 'operation.not_reconciled', operation: 1 }]);
    expect(refundOf('monetico').lookUp).toBeUndefined();
    const request = refundRequest({ account: await makeAccount('monetico') });
    expect(await lookUpOperation(serviceWith().service, request)).toBeNull();
  });
});
