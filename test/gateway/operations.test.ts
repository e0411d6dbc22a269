/**
 * The one call that moves money, of a provider's code that misbehaves. The failures ruled out: an operation that is sent twice in one
 * execution; one that was never sent, and is called unknown for it, so that the shop may not ask for it again.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { executeOperation } from '../../src/gateway/operations.ts';
import type { OperationRequest } from '../../src/ledger/commands.ts';
import { Declined, Problem } from '../../src/payments/errors.ts';
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

function refundRequest(): OperationRequest {
  const amount = minor(500);
  return {
    id: newId(),
    account,
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
  };
}

const DONE: OperationResult = { state: 'succeeded', status: 'done', providerReference: 'R-1' };

type Execute = (order: OperationOrder<unknown>) => Promise<OperationResult>;

/** Executes a refund by other code than the provider's own. @returns what came of it, and the addresses that were called. */
async function executed(execute: Execute, answer: () => Response = () => new Response('ok')) {
  const { refund } = provider('payu') ?? {};
  if (!refund) throw new Error('PayU has refunds');
  vi.spyOn(refund, 'execute').mockImplementation(execute);
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const called: string[] = [];
  const fetcher: typeof fetch = async (input, init) => {
    init?.signal?.throwIfAborted();
    called.push(String(input));
    return answer();
  };
  const service = { ...serviceOf(env as unknown as Env), fetch: fetcher };
  const outcome = await executeOperation(service, refundRequest());
  return { outcome, called };
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
});
