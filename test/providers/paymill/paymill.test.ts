/**
 * PAYMILL's tokens, through the routes. Ruled out: a shopper who pays twice with two tokens, whichever way they come; a token
 * charged of which it is not known what came; a shopper who cannot pay because of a token that was none.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Refusal } from '../../../src/payments/errors.ts';
import type { StatusQuery } from '../../../src/providers/contract.ts';
import { paymill } from '../../../src/providers/paymill/index.ts';
import {
  BANK_API,
  bankOf,
  currencyOf,
  type Journey,
  journey,
  makeAccount,
  makeShop,
  network,
  request,
  runAlarms,
} from '../../support/harness.ts';
import { accountOf, asRequest, CONTEXT, ORDER } from '../support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  net.restore();
  vi.useRealTimers();
});

/** What the bridge gives for a card: one that pays, or one that is declined. */
async function token({ payment }: Journey, pays = true): Promise<string> {
  const card = new URLSearchParams({
    number: pays ? '4111111111111111' : '4111111111111112',
    amount_int: String(payment.amount),
    currency: payment.currency,
  });
  const answer = await fetch(`${BANK_API}/paymill/tokens`, { method: 'POST', body: card });
  return (await answer.json<{ token: string }>()).token;
}

/** The card page posts a token. */
function bring({ account, payment }: Journey, given: string, attempt = 1): Promise<Response> {
  return request(`/return/${account}/${payment.id}?o=${payment.id}0${attempt}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `paymill_token=${given}&order=${payment.id}0${attempt}`,
  });
}

/** How often a token was to be charged. */
const charges = () =>
  net.calls.filter((url) => /\/v2\.1\/(?:transactions|preauthorizations)$/.test(url)).length;

const amountsOf = async ({ shop, payment }: Journey) => {
  const { status, amounts } = await shop.payment(payment.id);
  return [status, amounts.paid];
};

/** The next call of the API is lost: before PAYMILL has it, or after it has charged the card. */
function loseNext(when: 'before' | 'after'): void {
  const spy = vi.mocked(globalThis.fetch);
  const answered = spy.getMockImplementation();
  spy.mockImplementationOnce(async (...call) => {
    if (when === 'after') await answered?.(...call);
    throw new TypeError('connection lost');
  });
}

describe('tokens of one payment', () => {
  it('are not charged twice when many come at the same moment', async () => {
    const attempt = await journey('paymill');
    const tokens = await Promise.all([1, 2, 3, 4, 5].map(() => token(attempt)));
    await Promise.all(tokens.map((one) => bring(attempt, one)));
    expect(charges()).toBe(1);
    expect(await amountsOf(attempt)).toEqual(['paid', 1999]);
  });

  it('are not charged when nothing is left, one after the other', async () => {
    const attempt = await journey('paymill');
    for (let count = 0; count < 4; count++) await bring(attempt, await token(attempt));
    await runAlarms(attempt.payment.id);
    expect(charges()).toBe(1);
    expect(await amountsOf(attempt)).toEqual(['paid', 1999]);
  });

  it('are not charged when the money is held', async () => {
    const attempt = await journey('paymill', { fields: { capture: 'manual' } });
    for (let count = 0; count < 3; count++) await bring(attempt, await token(attempt));
    expect(charges()).toBe(1);
    expect(await attempt.shop.payment(attempt.payment.id)).toMatchObject({
      status: 'authorized',
      amounts: { authorized: 1999 },
    });
  });

  it('are not charged twice through two attempts, at once or later', async () => {
    const attempt = await journey('paymill');
    for (let hop = 0; hop < 2; hop++) await request(attempt.payment.checkoutUrl);
    const [one, two] = [await token(attempt), await token(attempt)];
    await Promise.all([bring(attempt, one, 1), bring(attempt, two, 2)]);
    await bring(attempt, await token(attempt), 2);
    await bring(attempt, await token(attempt), 1);
    expect(charges()).toBe(1);
    expect(await amountsOf(attempt)).toEqual(['paid', 1999]);
  });

  it('are not charged when another provider has brought the money', async () => {
    const accounts = [
      await makeAccount('paymill', { endpoints: { api: BANK_API } }),
      await makeAccount('ogone'),
    ];
    const shop = await makeShop(accounts);
    const { body } = await shop.pay({ account: undefined, currency: currencyOf('paymill') });
    const choose = (account: string | undefined) =>
      request(body.checkoutUrl, { method: 'POST', body: new URLSearchParams({ account: account ?? '' }) });
    await choose(accounts[0]);
    const page = await (await choose(accounts[1])).text();
    const order = /name="ORDERID" value="(\w+)"/.exec(page)?.[1] ?? '';
    const attempt = { payment: body, account: accounts[0], shop } as unknown as Journey;
    const bank = bankOf('ogone');
    const { merchant, deliver } = await import('../../support/harness.ts');
    const bankOrder = {
      account: accounts[1] ?? '',
      order,
      amount: 1999,
      currency: 'EUR',
      manual: false,
      shown: [],
      data: {},
      id: '77',
      bank: 'ogone',
    };
    await deliver(bank.notification(bankOrder, merchant('ogone', accounts[1] ?? ''), 'pay', 'none'));
    expect(await amountsOf(attempt)).toEqual(['paid', 1999]);
    await bring(attempt, await token(attempt), Number(order.slice(-1)) === 1 ? 2 : 1);
    expect(charges()).toBe(0);
  });
});

describe('a token', () => {
  it('whose answer was lost is not charged again, and no other one is until it is known what came of it', async () => {
    const attempt = await journey('paymill');
    const [one, two] = [await token(attempt), await token(attempt)];
    loseNext('after');
    await bring(attempt, one);
    for (const again of [two, one, two]) await bring(attempt, again);
    expect(await amountsOf(attempt)).toEqual(['created', 0]);
    vi.setSystemTime(Date.now() + 61_000);
    await runAlarms(attempt.payment.id);
    expect(await amountsOf(attempt)).toEqual(['paid', 1999]);
    await bring(attempt, two);
    expect([charges(), await amountsOf(attempt)]).toEqual([1, ['paid', 1999]]);
  });

  it('that never reached PAYMILL leaves the shopper free to try again, and is not charged behind their back', async () => {
    const attempt = await journey('paymill');
    const one = await token(attempt);
    loseNext('before');
    await bring(attempt, one);
    vi.setSystemTime(Date.now() + 61_000);
    await runAlarms(attempt.payment.id);
    expect([charges(), await amountsOf(attempt)]).toEqual([0, ['created', 0]]);
    await bring(attempt, one);
    expect([charges(), await amountsOf(attempt)]).toEqual([1, ['paid', 1999]]);
  });

  it('that is none, or was declined, does not keep the next one from paying', async () => {
    const attempt = await journey('paymill');
    await bring(attempt, 'tok_nothing');
    await bring(attempt, await token(attempt, false));
    expect((await amountsOf(attempt))[0]).toBe('denied');
    await bring(attempt, await token(attempt));
    expect(await amountsOf(attempt)).toEqual(['paid', 1999]);
  });

  it('is never charged without the ledger’s leave: as a job of an earlier version has it', async () => {
    const called: string[] = [];
    const query = {
      order: ORDER,
      account: accountOf(paymill),
      amount: 1999,
      currency: 'EUR',
      capture: 'automatic',
      providerState: {},
      hint: { token: 'tok_old' },
      fetch: (async (_url: unknown, init?: RequestInit) => {
        called.push(init?.method ?? 'GET');
        return Response.json({ data: [], mode: 'test' });
      }) as typeof fetch,
    } as unknown as StatusQuery<Record<string, unknown>>;
    expect(await paymill.queryStatus?.(query)).toEqual([]);
    expect(called).toEqual(['GET']);
    const known = { authorized: 0, released: 0, paid: 1999, refunded: 0, chargedBack: 0 };
    await paymill.queryStatus?.({ ...query, maySpend: true, known } as never);
    expect(called).toEqual(['GET', 'GET']);
  });
});

describe('a webhook', () => {
  it.each([
    ['test', 'production', false],
    ['live', 'sandbox', true],
  ] as const)('of the mode %s on an account in %s is refused', async (_mode, environment, livemode) => {
    const order = { order: ORDER, amount: 1999, currency: 'EUR', manual: false, data: {} } as never;
    const message = bankOf('paymill').notification(
      order,
      { callback: 'https://a.test/' } as never,
      'pay',
      'none',
    );
    const body = String(message.body).replace('"livemode":false', `"livemode":${livemode}`);
    await expect(
      paymill.notification(
        asRequest({ ...message, body }),
        { ...accountOf(paymill), environment },
        'notification',
        CONTEXT,
      ),
    ).rejects.toEqual(expect.objectContaining<Partial<Refusal>>({ reason: 'wrong_environment' }));
  });

  it.each([
    ['a number', 5],
    ['an object', { order: ORDER }],
    ['true', true],
  ])('whose description is %s is refused, and is no failure of ours', async (_type, description) => {
    const body = JSON.stringify({ event: { event_resource: { id: 'tran_1', description } } });
    const message = {
      method: 'POST',
      url: 'https://a.test/',
      headers: { 'content-type': 'application/json' },
      body,
    };
    await expect(
      paymill.notification(asRequest(message as never), accountOf(paymill), 'notification', CONTEXT),
    ).rejects.toEqual(expect.objectContaining<Partial<Refusal>>({ reason: 'malformed' }));
  });
});
