/** After the payment: every provider's capture, cancel and refund against its bank, and what goes wrong on the way. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OperationKind } from '../../src/payments/operations.ts';
import type { OperationView } from '../../src/payments/types.ts';
import { provider, providers } from '../../src/providers/registry.ts';
import {
  cut,
  type Journey,
  journey,
  network,
  type Payment,
  type Problem,
  runAlarms,
  trouble,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeAll(() => {
  net = network();
});
afterAll(() => net.restore());

/** Long after every provider has booked what it has taken. */
const SETTLED_MS = 3_600_000;

/** Does something at a later time. */
async function later(ms: number, work: () => Promise<unknown>): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  try {
    await work();
  } finally {
    vi.useRealTimers();
  }
}

type Read = Payment & { readonly operations: readonly OperationView[] };
type Failure = Problem & { readonly provider?: { readonly code: string; readonly text: string } };
type Answer = Omit<Read, 'status'> & Omit<Failure, 'status'>;

const AMOUNT = 1999;

/** Settings of contracts that hold money, where the contract decides it and not the payment. */
const BY_CONTRACT: Readonly<Record<string, object>> = {
  payu: { auto_receive: false },
  monetico: { capture: 'manual' },
};

/** A payment whose money is held, or has come. */
async function ready(providerId: string, kind: OperationKind, settings: object = {}): Promise<Journey> {
  const manual = kind === 'capture' || (kind === 'cancel' && isHeldOnly(providerId));
  const attempt = await journey(providerId, {
    settings: { ...(manual && BY_CONTRACT[providerId]), ...settings },
    fields: { amount: AMOUNT, ...(manual && { capture: 'manual' }) },
  });
  await attempt.notify('pay');
  await runAlarms(attempt.payment.id);
  expect((await attempt.shop.payment(attempt.payment.id)).status).toBe(manual ? 'authorized' : 'paid');
  return attempt;
}

/** Whether its cancel releases an authorization; else it takes back money that is not settled yet. */
function isHeldOnly(providerId: string): boolean {
  return provider(providerId)?.cancel?.rule.fundsSources.includes('held') ?? false;
}

const call = ({ shop, payment }: Journey, kind: string, body: object = {}, key: string = unique()) =>
  shop.call<Answer>('POST', `/payments/${payment.id}/${kind}`, body, { 'idempotency-key': key });

const read = async ({ shop, payment }: Journey) =>
  (await shop.call<Read>('GET', `/payments/${payment.id}`)).body;

/** Executes an operation, and refreshes where the bank has the result later. */
async function executed(attempt: Journey, kind: OperationKind, body: object = {}): Promise<Read> {
  const answer = await call(attempt, kind, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  const { operations } = await read(attempt);
  if (operations.at(-1)?.state === 'accepted') await call(attempt, 'refresh');
  const after = await read(attempt);
  expect(after.operations.at(-1), JSON.stringify(after.operations)).toMatchObject({
    kind,
    state: 'succeeded',
  });
  return after;
}

const WHOLE: Record<OperationKind, (held: boolean) => object> = {
  capture: () => ({ status: 'paid', amounts: { authorized: AMOUNT, paid: AMOUNT, refunded: 0 } }),
  cancel: (held) =>
    held
      ? { status: 'cancelled', amounts: { authorized: 0, paid: 0, refunded: 0 } }
      : { status: 'refunded', amounts: { authorized: 0, paid: AMOUNT, refunded: AMOUNT } },
  refund: () => ({ status: 'refunded', amounts: { authorized: 0, paid: AMOUNT, refunded: AMOUNT } }),
};

const able = providers.flatMap((entry) =>
  (['capture', 'cancel', 'refund'] as const)
    .filter((kind) => {
      const fundsSources = entry[kind]?.rule.fundsSources;
      return fundsSources?.some((fundsSource) => fundsSource !== 'open') && entry.id !== 'dummy';
    })
    .map((kind) => [entry.id, kind] as const),
);

/** Providers at which nothing proves that an operation was not executed. */
const UNPROVABLE = ['dotpay', 'monetico', 'paynow'];

/** Providers that show an operation by the number that its answer gave, and by nothing else: a lost one is for a person. */
const SHOWN_BY_NUMBER = ['paynow'];

describe.each(able)('%s: %s', (id, kind) => {
  const operation = provider(id)?.[kind];
  const held = isHeldOnly(id);

  it('does the whole, once', async () => {
    const attempt = await ready(id, kind);
    expect(await executed(attempt, kind)).toMatchObject(WHOLE[kind](held));
    const again = await call(attempt, kind);
    expect(again.status, JSON.stringify(again.body)).toBe(409);
    expect(again.body.code).toBe('invalid_state');
  });

  it('takes parts as its provider does', async () => {
    const attempt = await ready(id, kind);
    const { parts } = operation?.rule ?? {};
    // A cancel releases everything: an amount is none of its members.
    if (kind === 'cancel') {
      expect((await call(attempt, kind, { amount: 500 })).body.code).toBe('invalid_request');
      return;
    }
    if (parts === 'whole') {
      expect((await call(attempt, kind, { amount: 1 })).body.code).toBe('amount_out_of_range');
      return;
    }
    await executed(attempt, kind, { amount: 500 });
    if (parts === 'many') {
      expect((await call(attempt, kind, { amount: 1500 })).body.code).toBe('amount_out_of_range');
      expect(await executed(attempt, kind, { amount: 1499 })).toMatchObject(WHOLE[kind](held));
    }
    expect((await call(attempt, kind, { amount: 1 })).status).toBe(409);
  });

  it("fails with the provider's words when it declines, and can be requested again", async () => {
    const attempt = await ready(id, kind);
    const before = await read(attempt);
    await trouble(id, 'fail');
    const { status, body } = await call(attempt, kind);
    expect(status, JSON.stringify(body)).toBe(502);
    expect(body.code).toBe('provider_error');
    expect(body.provider?.code).toBeTruthy();
    const after = await read(attempt);
    expect(after.operations).toMatchObject([{ state: 'failed', error: { provider: body.provider } }]);
    expect(after).toMatchObject({ status: before.status, amounts: before.amounts });
    await executed(attempt, kind);
  });

  it('is unknown when the answer is lost, is not repeated, and is reconciled', async () => {
    const attempt = await ready(id, kind);
    cut('after');
    const key = unique();
    const lost = await call(attempt, kind, {}, key);
    expect(lost.status, JSON.stringify(lost.body)).toBe(504);
    expect((await read(attempt)).operations).toMatchObject([{ state: 'unknown' }]);
    expect((await call(attempt, kind)).status).toBe(409);
    expect((await call(attempt, kind, {}, key)).status).toBe(504);
    await call(attempt, 'refresh');
    const after = await read(attempt);
    const isShown = operation?.lookUp || provider(id)?.queryStatus;
    if (isShown && !SHOWN_BY_NUMBER.includes(id)) {
      expect(after.operations, JSON.stringify(after)).toMatchObject([{ state: 'succeeded' }]);
      expect(after).toMatchObject(WHOLE[kind](held));
      expect((await call(attempt, kind, {}, key)).status).toBe(200);
    } else expect(after.operations).toMatchObject([{ state: 'unknown' }]);
  });

  it('takes an answer that cannot be read for unknown', async () => {
    const attempt = await ready(id, kind);
    await trouble(id, 'html');
    const { status, body } = await call(attempt, kind);
    expect([502, 504], JSON.stringify(body)).toContain(status);
    expect(body.detail).toContain('not known');
    await call(attempt, 'refresh');
    expect((await read(attempt)).operations[0]?.state).toBe('unknown');
    await later(SETTLED_MS, () => call(attempt, 'refresh'));
    const { operations } = await read(attempt);
    expect(['failed', 'unknown']).toContain(operations[0]?.state);
    // Where a query shows that the bank has not executed it, it may be requested again.
    if (operations[0]?.state === 'failed') await executed(attempt, kind);
    else expect(UNPROVABLE).toContain(id);
  });
});
