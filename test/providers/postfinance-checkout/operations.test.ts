/**
 * Calls of PostFinance Checkout, and what is done after a payment. The failures ruled out: a refund made twice because its answer was lost,
 * or taken for made because a proxy said so; an answer about another operation; a capture that counts before FULFILL; a call that is signed
 * otherwise than it is sent.
 */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { derivePaymentId } from '../../../src/payments/id.ts';
import type { Minor } from '../../../src/payments/money.ts';
import type { PaymentRequest } from '../../../src/payments/types.ts';
import { postfinanceCheckout } from '../../../src/providers/postfinance-checkout/brands.ts';
import { signXMac } from '../../../src/providers/postfinance-checkout/request-signatures.ts';
import { setSlow } from '../../../src/sandbox/kit/bank-ledger.ts';
import {
  bankNetwork,
  cut,
  demoSettings,
  known,
  memory,
  merchant,
  network,
  trouble,
} from '../../support/harness.ts';
import {
  bankEntry,
  call,
  changeAnswer,
  conclude,
  inBackOffice,
  outcome,
  paid,
  read,
  refreshed,
  tell,
  wait,
  withJson,
} from '../operations-support.ts';
import { accountOf, begin, registered, request } from '../support.ts';

const ID = 'postfinance-checkout';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

const refunds = (mode: string) => (mode === 'v1' ? '/refund/refund' : '/payment/refunds');

describe.each(['v1', 'v2'])('a refund whose answer does not come (%s)', (mode) => {
  const settings = { mode };

  it.each([
    ['after the platform has made it', 'after', 'succeeded', 345],
    ['before it had the call', 'before', 'failed', 0],
  ] as const)('cut %s: unknown, never repeated, and found out', async (_name, when, state, refunded) => {
    const attempt = await paid(ID, { settings });
    cut(when);
    expect((await call(attempt, 'refund', { amount: 345 }, 'one-key')).status).toBe(504);
    expect((await outcome(attempt)).states).toEqual(['unknown']);
    // The same request again, and another one, call nobody.
    expect((await call(attempt, 'refund', { amount: 345 }, 'one-key')).status).toBe(504);
    expect((await call(attempt, 'refund', { amount: 1 })).status).toBe(409);
    wait();
    expect((await refreshed(attempt)).operations).toMatchObject([{ state }]);
    expect(await outcome(attempt)).toMatchObject({ refunded });
    const posted = vi.mocked(globalThis.fetch).mock.calls.filter(([input, init]) => {
      const url = String(input instanceof Request ? input.url : input);
      return new URL(url).pathname.endsWith(refunds(mode)) && init?.method === 'POST';
    });
    expect(posted).toHaveLength(1);
    expect((await bankEntry(attempt)).returned).toBe(refunded);
  });

  it('a proxy answers 500: unknown, and failed when no list has it long after', async () => {
    const attempt = await paid(ID, { settings });
    await trouble(ID, 'html');
    await call(attempt, 'refund', { amount: 345 });
    expect((await refreshed(attempt)).operations).toMatchObject([{ state: 'unknown' }]);
    wait();
    expect((await refreshed(attempt)).operations).toMatchObject([{ state: 'failed' }]);
  });
});

describe('an answer to a refund', () => {
  const REFUND = '/refund/refund';

  it.each([
    ['542', () => Response.json({ type: 'X', message: 'server' }, { status: 542 })],
    ['409', () => Response.json({ type: 'X', message: 'version' }, { status: 409 })],
    ['429', () => Response.json({ type: 'X', message: 'often' }, { status: 429 })],
    ['a refusal of a proxy', () => Response.json({ message: 'Forbidden' }, { status: 403 })],
    ['442 without words', () => new Response('<html>', { status: 442 })],
    ['no JSON', () => new Response('ok')],
    ['a word twice', () => new Response('{"state":"FAILED","state":"SUCCESSFUL"}')],
    ['no state', () => Response.json({ id: 5 })],
    ['a state that nobody knows', () => Response.json({ id: 5, state: 'STRANGE' })],
  ])('that decides nothing leaves it unknown, and the list decides: %s', async (_name, answer) => {
    const attempt = await paid(ID);
    changeAnswer(REFUND, answer);
    await call(attempt, 'refund', { amount: 345 });
    expect((await outcome(attempt)).states).toEqual(['unknown']);
    await refreshed(attempt);
    expect(await outcome(attempt)).toEqual({ states: ['succeeded'], paid: 10_000, refunded: 345 });
  });

  it.each([
    ['another amount', { amount: 3.46 }],
    ['another name', { externalId: 'OTHER' }],
    ['another space', { linkedSpaceId: 5 }],
    ['another transaction', { transaction: 5 }],
  ])('about something else is none: %s', async (_name, changes) => {
    const attempt = await paid(ID);
    changeAnswer(REFUND, withJson(changes));
    await call(attempt, 'refund', { amount: 345 });
    expect((await outcome(attempt)).states).toEqual(['unknown']);
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded'], refunded: 345 });
  });

  it('of 401 says that nothing was done: the call was not authenticated', async () => {
    const attempt = await paid(ID);
    changeAnswer(REFUND, () => Response.json({ message: 'not authenticated' }, { status: 401 }));
    await call(attempt, 'refund', { amount: 345 });
    expect((await outcome(attempt)).states).toEqual(['failed']);
  });

  it('of 442 declines with the words of the platform', async () => {
    const attempt = await paid(ID);
    const said = {
      type: 'END_USER_ERROR',
      message: 'The refund amount exceeds what can be refunded.',
      id: 'x',
    };
    changeAnswer(REFUND, () => Response.json(said, { status: 442 }));
    const { status, body } = await call(attempt, 'refund', { amount: 345 });
    expect([status, body.provider]).toEqual([502, { code: said.type, text: said.message }]);
    expect((await outcome(attempt)).states).toEqual(['failed']);
  });

  it.each(['MANUAL_CHECK', 'PENDING', 'SCHEDULED', 'CREATE'])(
    '%s is accepted, and counts when it is done',
    async (state) => {
      const attempt = await paid(ID);
      await setSlow(memory, attempt.order.order, true);
      changeAnswer(REFUND, withJson({ state }));
      await call(attempt, 'refund', { amount: 345 });
      expect(await outcome(attempt)).toMatchObject({ states: ['accepted'], refunded: 0 });
      const [done] = (await bankEntry(attempt)).done;
      if (!done) throw new Error('there is no refund');
      await tell(attempt, await conclude(attempt, done, 'done'));
      await refreshed(attempt);
      expect(await outcome(attempt)).toMatchObject({ states: ['succeeded'], refunded: 345 });
    },
  );
});

describe('a list', () => {
  it.each([
    ['another transaction', { transaction: 5 }],
    ['no number', { id: null }],
  ])('about something else decides nothing: %s', async (_name, changes) => {
    const attempt = await paid(ID);
    cut('after');
    await call(attempt, 'refund', { amount: 345 });
    changeAnswer('/refund/search', withJson(changes), 99);
    wait();
    expect((await refreshed(attempt)).operations).toMatchObject([{ state: 'unknown' }]);
  });

  it('of the back office adds to ours, and settles none of ours', async () => {
    const attempt = await paid(ID);
    await setSlow(memory, attempt.order.order, true);
    await call(attempt, 'refund', { amount: 500 });
    await setSlow(memory, attempt.order.order, false);
    await tell(attempt, await inBackOffice(attempt, 'refund', 500));
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['accepted'], refunded: 500 });
  });
});

/** Changes the state of a transaction, and of nothing else. */
const inState = (state: string) => (text: string) =>
  text.includes('"authorizationAmount"') ? withJson({ state })(text) : text;

describe.each(['v1', 'v2'])('a capture (%s)', (mode) => {
  const held = () => paid(ID, { held: true, settings: { mode } });

  it('is paid at FULFILL, and not before', async () => {
    const attempt = await held();
    changeAnswer(mode === 'v1' ? '/transaction/read' : '/payment/transactions/', inState('COMPLETED'), 99);
    await call(attempt, 'capture');
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['accepted'], paid: 0 });
    net.restore();
    net = network();
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded'], paid: 10_000 });
  });

  it('has failed where what it has captured is not to be delivered', async () => {
    const attempt = await held();
    changeAnswer(mode === 'v1' ? '/transaction/read' : '/payment/transactions/', inState('DECLINE'), 99);
    await call(attempt, 'capture');
    await refreshed(attempt);
    expect(await read(attempt)).toMatchObject({
      status: 'error',
      operations: [{ state: 'failed' }],
      amounts: { paid: 0 },
    });
  });

  it('of a part is the only one', async () => {
    const attempt = await held();
    await call(attempt, 'capture', { amount: 4000 });
    await refreshed(attempt);
    expect(await outcome(attempt)).toMatchObject({ states: ['succeeded'], paid: 4000 });
    expect((await call(attempt, 'capture', { amount: 1 })).status).toBe(409);
    expect((await bankEntry(attempt)).taken).toBe(4000);
  });
});

describe('a void', () => {
  it('that the platform does later is accepted, and failed where it is rejected', async () => {
    for (const [state, status] of [
      ['done', 'cancelled'],
      ['rejected', 'authorized'],
    ] as const) {
      const attempt = await paid(ID, { held: true });
      await setSlow(memory, attempt.order.order, true);
      await call(attempt, 'cancel');
      expect((await outcome(attempt)).states).toEqual(['accepted']);
      const [one] = (await bankEntry(attempt)).done;
      if (!one) throw new Error('there is no void');
      await conclude(attempt, one, state);
      await refreshed(attempt);
      expect(await read(attempt)).toMatchObject({
        status,
        operations: [{ state: state === 'done' ? 'succeeded' : 'failed' }],
      });
    }
  });
});

describe('what is sent', () => {
  const settings = demoSettings(ID);

  it.each([
    [1999, 'CHF', '19.99'],
    [1000, 'CHF', '10.00'],
    [5, 'EUR', '0.05'],
  ])('has its amount in the digits of the integer: %i %s', async (amount, currency, text) => {
    const bodies: string[] = [];
    const account = accountOf(postfinanceCheckout);
    known(merchant(ID, 'account', account.settings));
    const payment = request(postfinanceCheckout, { amount: amount as Minor, currency });
    await startWith(payment, async (input, init) => {
      bodies.push(String(init?.body));
      return bankNetwork(input, init);
    });
    expect(bodies[0]).toContain(`"amountIncludingTax":${text},`);
  });

  it('says when to capture and which money it is', async () => {
    const bodyOf = async (
      changes: object,
      account: object = {},
      environment: 'sandbox' | 'production' = 'sandbox',
    ) =>
      (
        await registered(postfinanceCheckout, request(postfinanceCheckout, changes), {
          ...accountOf(postfinanceCheckout, account as Record<string, unknown>),
          environment,
        })
      ).create;
    expect(await bodyOf({})).toMatchObject({
      completionBehavior: 'COMPLETE_IMMEDIATELY',
      environmentSelectionStrategy: 'FORCE_TEST_ENVIRONMENT',
      autoConfirmationEnabled: true,
    });
    expect(await bodyOf({ capture: 'manual' })).toMatchObject({ completionBehavior: 'COMPLETE_DEFERRED' });
    expect(await bodyOf({}, { completion: 'USE_CONFIGURATION' })).toMatchObject({
      completionBehavior: 'USE_CONFIGURATION',
    });
    expect(await bodyOf({ capture: 'automatic' }, { completion: 'COMPLETE_DEFERRED' })).toMatchObject({
      completionBehavior: 'COMPLETE_IMMEDIATELY',
    });
    expect(await bodyOf({}, {}, 'production')).toMatchObject({
      environmentSelectionStrategy: 'FORCE_PRODUCTION_ENVIRONMENT',
    });
    expect(await bodyOf({}, { payment_method_configurations: '1,22' })).toMatchObject({
      allowedPaymentMethodConfigurations: [1, 22],
    });
  });

  it('is signed as it is sent, with the query and the decoded key', async () => {
    const path = `/api/transaction/read?spaceId=${settings.space_id}&id=5`;
    const key = Buffer.from(String(settings.application_key), 'base64');
    const expected = createHmac('sha512', key)
      .update(`1|${settings.user_id}|1795251600|GET|${path}`)
      .digest('base64');
    const { signature } = signXMac(settings, { method: 'GET', path, timestamp: 1_795_251_600 });
    expect(signature).toBe(expected);
  });

  it('goes to the page that the platform names, and nowhere else', async () => {
    for (const answer of ['"javascript:alert(1)"', '"/relative"', '{}', '', 'nonsense', '5']) {
      await expect(beginWith(answer)).rejects.toMatchObject({ code: 'provider_error' });
    }
  });

  async function startWith(payment: PaymentRequest, fetcher: typeof fetch) {
    return postfinanceCheckout.start({
      id: derivePaymentId(new Uint8Array(32), 'shop', 'sent'),
      order: 'ABCDEFGHJKMNPQRS01',
      payment,
      account: accountOf(postfinanceCheckout),
      urls: { callback: 'https://pay.test/callback/account', back: 'https://pay.test/return/account/x' },
      now: new Date('2026-11-21T09:00:00Z'),
      ip: null,
      fetch: fetcher,
      daily: async () => 1,
    });
  }

  const beginWith = (answer: string) =>
    startWith(request(postfinanceCheckout), async (input, init) =>
      String(input).includes('payment-page-url') ? new Response(answer) : bankNetwork(input, init),
    );

  it('is the same in both web services', async () => {
    const v1 = await begin(postfinanceCheckout);
    const v2 = await begin(postfinanceCheckout, undefined, accountOf(postfinanceCheckout, { mode: 'v2' }));
    expect(v2.providerState).toEqual(v1.providerState);
  });
});
