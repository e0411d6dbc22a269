/**
 * Webhooks of PostFinance Checkout. The failures ruled out: a message that moves money by what it says, one that is signed for another
 * merchant's space, a signature by another algorithm, test taken for money, another programme's payment that has the platform pause us,
 * calls in our name without end; a refund of the back office that nobody hears of, because nothing says that its listener is needed.
 */
import { createSign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countsAs } from '../../../src/gateway/proof.ts';
import { Problem } from '../../../src/payments/errors.ts';
import type { ProviderRequest } from '../../../src/providers/contract.ts';
import { postfinanceCheckout } from '../../../src/providers/postfinance-checkout/brands.ts';
import { SANDBOX_KEY_ID, SANDBOX_PRIVATE_KEY } from '../../../src/sandbox/banks/postfinance-checkout-keys.ts';
import { bankNetwork, deliver, type Journey, journey, network, runAlarms } from '../../support/harness.ts';
import { changeAnswer, withJson } from '../operations-support.ts';
import { accountOf, CONTEXT, ORDER, story } from '../support.ts';

const SPACE = 31_415;
const TRANSACTION = 1_472_041_829_003;

type Changes = Readonly<Record<string, unknown>>;

/** A message about something of the space, signed by the platform's key; the header may be another one. */
function message(changes: Changes, header?: string | null): ProviderRequest {
  const text = JSON.stringify({
    entityId: 1,
    eventId: 4711,
    listenerEntityId: TRANSACTION,
    listenerEntityTechnicalName: 'Transaction',
    spaceId: SPACE,
    state: 'FULFILL',
    timestamp: '2026-11-21T09:02:11+0000',
    webhookListenerId: 77,
    ...changes,
  });
  const signature = createSign('SHA256').update(text).sign(SANDBOX_PRIVATE_KEY, 'base64');
  const right = `algorithm=SHA256withECDSA, keyId=${SANDBOX_KEY_ID}, signature=${signature}`;
  return {
    method: 'POST',
    query: new Uint8Array(),
    body: new TextEncoder().encode(text),
    headers: header === null ? {} : { 'x-signature': header ?? right },
    contentType: 'application/json',
  };
}

const read = (given: ProviderRequest, changes: Changes = {}, fetcher: typeof fetch = bankNetwork) =>
  postfinanceCheckout.notification(given, accountOf(postfinanceCheckout, changes), 'notification', {
    ...CONTEXT,
    fetch: fetcher,
  });

/** A fetch that counts its calls. */
function counted() {
  const calls: string[] = [];
  const fetcher = (async (input, init) => {
    calls.push(String(input instanceof Request ? input.url : input));
    return bankNetwork(input, init);
  }) as typeof fetch;
  return { calls, fetcher };
}

async function transaction(): Promise<number> {
  const { started } = await story(postfinanceCheckout);
  return Number(started.providerState?.transactionId);
}

describe('a message', () => {
  it('is a reason to ask about the order that the platform names, whatever state it says', async () => {
    const entityId = await transaction();
    for (const state of ['FULFILL', 'FAILED', 'anything'])
      expect(await read(message({ entityId, state }))).toEqual({ kind: 'hint', order: ORDER, about: {} });
  });

  it('counts nowhere by itself', () => {
    for (const changes of [{}, { require_signature: false }, { mode: 'v2' }]) {
      const { settings } = accountOf(postfinanceCheckout, changes);
      for (const channel of ['notification', 'return'] as const)
        expect(countsAs(postfinanceCheckout, settings, channel)).toBe('query');
    }
  });

  it('of another space is refused before anything is fetched, although the platform has signed it', async () => {
    const { calls, fetcher } = counted();
    const foreign = message({ entityId: await transaction(), spaceId: 99_999 });
    await expect(read(foreign, {}, fetcher)).rejects.toMatchObject({ reason: 'wrong_account' });
    expect(calls).toEqual([]);
  });

  it('of a listener that is not ours is refused, where ours are known', async () => {
    const entityId = await transaction();
    expect(await read(message({ entityId }), { webhook_listener_id: '76,77' })).toMatchObject({
      kind: 'hint',
    });
    await expect(read(message({ entityId }), { webhook_listener_id: '7' })).rejects.toMatchObject({
      reason: 'wrong_account',
    });
    // One that names none is of nobody that we know.
    for (const webhookListenerId of [undefined, null, 0])
      await expect(
        read(message({ entityId, webhookListenerId }), { webhook_listener_id: '76,77' }),
      ).rejects.toMatchObject({ reason: 'wrong_account' });
    expect(await read(message({ entityId, webhookListenerId: undefined }))).toMatchObject({ kind: 'hint' });
  });

  it('about something that is not in the space is refused', async () => {
    await transaction();
    await expect(read(message({ entityId: 5 }))).rejects.toMatchObject({ reason: 'wrong_account' });
  });

  it.each([
    ['another entity', { listenerEntityId: 1_472_041_831_364 }],
    ['an entity that nobody knows', { listenerEntityId: 7 }],
  ])('about %s is acknowledged, and nothing is read for it', async (_name, changes) => {
    const { calls, fetcher } = counted();
    expect(await read(message(changes), {}, fetcher)).toMatchObject({ kind: 'acknowledgement' });
    expect(calls.filter((url) => !url.includes('encryption'))).toEqual([]);
  });

  it('about a transaction of another programme is acknowledged', async () => {
    const entityId = await transaction();
    const fetcher = (async (input, init) => {
      const answer = await bankNetwork(input, init);
      return new Response((await answer.text()).replaceAll(ORDER, 'shopware-1042'));
    }) as typeof fetch;
    expect(await read(message({ entityId }), {}, fetcher)).toMatchObject({ kind: 'acknowledgement' });
  });

  it('is answered with an error where the platform cannot be asked, so that it comes again', async () => {
    const entityId = await transaction();
    for (const status of [500, 542, 401]) {
      const fetcher = (async (input, init) =>
        String(input).includes('/read?') && String(input).includes('/transaction/')
          ? new Response('{}', { status })
          : bankNetwork(input, init)) as typeof fetch;
      await expect(read(message({ entityId }), {}, fetcher)).rejects.toThrow(Problem);
    }
  });

  it('of a test is refused on an account in production', async () => {
    const entityId = await transaction();
    const account = { ...accountOf(postfinanceCheckout), environment: 'production' as const };
    await expect(
      postfinanceCheckout.notification(message({ entityId }), account, 'notification', CONTEXT),
    ).rejects.toMatchObject({ reason: 'wrong_environment' });
  });

  it.each([
    ['a number as text', { entityId: '1' }],
    ['a fraction', { entityId: 1.5 }],
    ['more than a number holds', { entityId: 2 ** 60 }],
    ['below zero', { entityId: -1 }],
    ['no space', { spaceId: null }],
  ])('with %s is malformed', async (_name, changes) => {
    await expect(read(message(changes))).rejects.toMatchObject({ reason: 'malformed' });
  });
});

describe('the header', () => {
  const right = message({}).headers['x-signature'] ?? '';

  it.each([
    ['algorithm none', right.replace('SHA256withECDSA', 'none')],
    ['another algorithm', right.replace('SHA256withECDSA', 'SHA1withRSA')],
    ['the members in another order', right.replace(/^(algorithm=\S+), (keyId=\S+),/, '$2, $1,')],
    ['no blank', right.replaceAll(', ', ',')],
    ['something behind it', `${right} `],
    ['a key that is a path', right.replace(SANDBOX_KEY_ID, '../transaction/read')],
    ['a signature in base64url', right.replace(/signature=.*/, 'signature=ME-_')],
    ['nothing in it', 'algorithm=, keyId=, signature='],
  ])('with %s is refused before anything is fetched', async (_name, header) => {
    const { calls, fetcher } = counted();
    await expect(read(message({}, header), {}, fetcher)).rejects.toMatchObject({
      reason: 'signature_malformed',
    });
    expect(calls).toEqual([]);
  });

  it('that is missing is refused, with what to switch on; or is a reason to ask, where the account says so', async () => {
    const entityId = await transaction();
    const unsigned = message({ entityId, state: undefined }, null);
    await expect(read(unsigned)).rejects.toMatchObject({
      reason: 'signature_missing',
      message: expect.stringContaining('payload signature and state'),
    });
    expect(await read(unsigned, { require_signature: false })).toMatchObject({ kind: 'hint', order: ORDER });
    // What is there has to be right all the same.
    const wrong = message({ entityId }, message({ entityId: 2 }).headers['x-signature']);
    await expect(read(wrong, { require_signature: false })).rejects.toMatchObject({
      reason: 'signature_mismatch',
    });
  });

  it('names keys that are fetched once, and not without end', async () => {
    const entityId = await transaction();
    const { calls, fetcher } = counted();
    for (let count = 0; count < 5; count++) await read(message({ entityId }), {}, fetcher);
    expect(calls.filter((url) => url.includes('encryption')).length).toBeLessThanOrEqual(1);
    for (let count = 0; count < 60; count++) {
      const other = message({ entityId }, right.replace(SANDBOX_KEY_ID, `made-up-${count}`));
      await expect(read(other, {}, fetcher)).rejects.toMatchObject({ reason: 'signature_mismatch' });
    }
    expect(calls.filter((url) => url.includes('made-up')).length).toBeLessThanOrEqual(20);
    // The key that is known is not looked up.
    expect(await read(message({ entityId }), {}, fetcher)).toMatchObject({ kind: 'hint' });
  });

  it.each(['v1', 'v2'])('names keys of both web services: %s', async (mode) => {
    const { message: told } = await story(postfinanceCheckout);
    expect(await read(await told('pay'), { mode })).toMatchObject({ kind: 'hint', order: ORDER });
  });
});

describe('an answer', () => {
  /** A status query of an attempt, whose answer is changed on its way. */
  async function asked(changes: Changes, environment: 'sandbox' | 'production') {
    const { started } = await story(postfinanceCheckout);
    const answering = (async (input, init) => {
      const answer = await bankNetwork(input, init);
      return Response.json({ ...(await answer.json<object>()), ...changes });
    }) as typeof fetch;
    return postfinanceCheckout.queryStatus?.({
      order: ORDER,
      account: { ...accountOf(postfinanceCheckout), environment },
      amount: 1999,
      currency: 'CHF',
      capture: 'automatic',
      providerState: started.providerState ?? {},
      startedAt: new Date('2026-11-21T09:00:00Z'),
      now: new Date('2026-11-21T09:05:00Z'),
      hint: {},
      fetch: answering,
      daily: async () => 1,
    } as never);
  }

  it.each([
    [{ id: 300_000_001 }, 'sandbox', 'wrong_account'],
    [{ merchantReference: 'OTHER' }, 'sandbox', 'wrong_account'],
    [{ linkedSpaceId: 99_999 }, 'sandbox', 'wrong_account'],
    [{ currency: 'EUR' }, 'sandbox', 'wrong_account'],
    [{ environment: 'LIVE' }, 'sandbox', 'wrong_environment'],
    [{ environment: 'PREVIEW' }, 'production', 'wrong_environment'],
    [{ environment: undefined }, 'production', 'wrong_environment'],
    [{ environment: 'SOMETHING' }, 'production', 'wrong_environment'],
  ] as const)('%j is refused in %s: %s', async (changes, environment, reason) => {
    await expect(
      asked({ state: 'FULFILL', completedAmount: 19.99, ...changes }, environment),
    ).rejects.toMatchObject({ reason });
  });

  it('about the very transaction is believed', async () => {
    expect(await asked({ state: 'FULFILL', completedAmount: 19.99 }, 'sandbox')).toMatchObject([
      { outcome: 'paid', amount: 1999, order: ORDER },
    ]);
    const live = { state: 'FULFILL', completedAmount: 19.99, environment: 'LIVE' };
    expect(await asked(live, 'production')).toMatchObject([{ outcome: 'paid' }]);
  });
});

describe('at the door', () => {
  let net: ReturnType<typeof network>;
  beforeEach(() => {
    net = network();
  });
  afterEach(() => net.restore());

  const statusOf = async ({ shop, payment }: Journey) => {
    await runAlarms(payment.id);
    return shop.payment(payment.id);
  };

  it('a signed FULFILL of a transaction that nobody has paid moves nothing', async () => {
    const attempt = await journey('postfinance-checkout');
    const { method, headers, body } = asSent(message({ entityId: Number(attempt.order.data.transaction) }));
    const answer = await deliver({ method, url: attempt.merchant.callback, headers, body });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(await statusOf(attempt)).toMatchObject({ status: 'forwarded', amounts: { paid: 0 } });
  });

  it.each([
    [{ id: 300_000_001 }],
    [{ merchantReference: 'OTHER' }],
    [{ linkedSpaceId: 99_999 }],
    [{ currency: 'EUR' }],
    [{ environment: 'LIVE' }],
    [{ completedAmount: null }],
    [{ completedAmount: 19.999 }],
  ])('an answer about something else pays nothing: %j', async (changes) => {
    const attempt = await journey('postfinance-checkout');
    await attempt.notify('wait');
    changeAnswer('/transaction/read', withJson({ state: 'FULFILL', completedAmount: 19.99, ...changes }), 9);
    await attempt.shop.call('POST', `/payments/${attempt.payment.id}/refresh`);
    expect(await statusOf(attempt)).toMatchObject({ amounts: { paid: 0 } });
  });

  it.each([
    ['PROCESSING', { status: 'pending' }],
    ['AUTHORIZED', { status: 'authorized', amounts: { paid: 0 } }],
    ['COMPLETED', { status: 'authorized', amounts: { paid: 0 } }],
    ['FULFILL', { status: 'paid', amounts: { paid: 1999 } }],
    ['DECLINE', { status: 'error', declineReason: { text: expect.stringContaining('refunded') } }],
    ['FAILED', { status: 'denied' }],
    ['VOIDED', { status: 'cancelled' }],
    ['SOMETHING', { status: 'forwarded' }],
  ])('the state %s is read', async (state, expected) => {
    const attempt = await journey('postfinance-checkout');
    changeAnswer(
      '/transaction/read',
      withJson({ state, authorizationAmount: 19.99, completedAmount: 19.99 }),
      9,
    );
    await deliver(asDelivered(attempt));
    expect(await statusOf(attempt)).toMatchObject(expected);
  });

  it('COMPLETED is not paid until FULFILL, and DECLINE ends it', async () => {
    for (const [then, expected] of [
      ['FULFILL', { status: 'paid' }],
      ['DECLINE', { status: 'error', amounts: { paid: 0 } }],
    ] as const) {
      const attempt = await journey('postfinance-checkout');
      const money = { authorizationAmount: 19.99, completedAmount: 19.99 };
      changeAnswer('/transaction/read', withJson({ state: 'COMPLETED', ...money }), 2);
      await deliver(asDelivered(attempt));
      expect(await statusOf(attempt)).toMatchObject({ status: 'authorized' });
      changeAnswer('/transaction/read', withJson({ state: then, ...money }), 9);
      await deliver(asDelivered(attempt));
      expect(await statusOf(attempt)).toMatchObject(expected);
    }
  });

  it('less than the order is partially paid', async () => {
    const attempt = await journey('postfinance-checkout');
    changeAnswer('/transaction/read', withJson({ state: 'FULFILL', completedAmount: 5 }), 9);
    await deliver(asDelivered(attempt));
    expect(await statusOf(attempt)).toMatchObject({ status: 'partially_paid', amounts: { paid: 500 } });
  });

  it.each([
    ['END_USER', 'denied'],
    ['TEMPORARY_ISSUE', 'error'],
    ['INTERNAL', 'error'],
    ['CONFIGURATION', 'error'],
    ['DEVELOPER', 'error'],
    ['OTHER', 'denied'],
  ])('a failure by %s is %s', async (category, status) => {
    const attempt = await journey('postfinance-checkout');
    const said = { state: 'FAILED', failureReason: { category } };
    changeAnswer('/transaction/read', (text) => JSON.stringify({ ...JSON.parse(text), ...said }), 9);
    await deliver(asDelivered(attempt));
    expect(await statusOf(attempt)).toMatchObject({ status });
  });

  it('a failure when the time was over is expired, and one before it is not', async () => {
    for (const [failedOn, status] of [
      ['2026-11-21T09:30:00.000Z', 'expired'],
      ['2026-11-21T09:29:59.000Z', 'denied'],
    ]) {
      const attempt = await journey('postfinance-checkout');
      const said = { state: 'FAILED', failedOn, authorizationTimeoutOn: '2026-11-21T09:30:00.000Z' };
      changeAnswer('/transaction/read', (text) => JSON.stringify({ ...JSON.parse(text), ...said }), 9);
      await deliver(asDelivered(attempt));
      expect(await statusOf(attempt)).toMatchObject({ status });
    }
  });

  function asSent({ method, headers, body }: ProviderRequest) {
    return { method, headers: { 'content-type': 'application/json', ...headers }, body };
  }

  function asDelivered(attempt: Journey) {
    const sent = asSent(message({ entityId: Number(attempt.order.data.transaction) }));
    return { ...sent, url: attempt.merchant.callback };
  }
});

it('what is to be entered at the platform names a listener for each message that is taken, and what is not known without that of refunds', () => {
  const steps = postfinanceCheckout.setup({
    callback: 'https://pay.demo.com/callback/x',
    origin: 'https://pay.demo.com',
  });
  const listeners = steps.filter(({ where }) => where.startsWith('Webhooks > Listeners'));
  expect(listeners.map(({ where }) => /entity (\w+)/.exec(where)?.[1])).toEqual(['Transaction', 'Refund']);
  expect(listeners[1]).toMatchObject({
    where: expect.stringContaining('without it, what is refunded in the back office is not known here'),
    value: 'SUCCESSFUL, FAILED',
  });
});
