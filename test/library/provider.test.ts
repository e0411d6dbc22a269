/** The library without the service: what is proven has a result, what is not has none, and nothing is carried out twice. */
import { describe, expect, it } from 'vitest';
import type { LibraryAttempt } from '../../src/library/attempt.ts';
import { libraryProvider, newOrder, Problem, Refusal } from '../../src/library/provider.ts';
import { provenResult, type ReceivedMessage, type VerifiedMessage } from '../../src/library/verify.ts';
import { ecommpay as declaredEcommpay } from '../../src/providers/ecommpay/index.ts';
import { paybox as declaredPaybox } from '../../src/providers/paybox/index.ts';
import { sips2 as declaredSips2 } from '../../src/providers/sips2/index.ts';
import type { BankMessage } from '../../src/sandbox/kit/bank.ts';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import { makeTrouble } from '../../src/sandbox/kit/trouble.ts';
import {
  BANK_API,
  bankNetwork,
  bankOf,
  cut,
  demoSettings,
  known,
  memory,
  merchant,
  shopperAtBank,
} from '../support/harness.ts';

const sips2 = libraryProvider(declaredSips2);
const paybox = libraryProvider(declaredPaybox);
const ecommpay = libraryProvider(declaredEcommpay);

const world = { fetch: bankNetwork };
const payment = (order: string, changes: object = {}) => ({
  order,
  reference: 'order-1042',
  amount: 1999,
  currency: 'EUR',
  description: 'Two tickets',
  customer: {
    email: 'zoe@example.com',
    firstName: 'Zoé',
    lastName: 'Müller',
    phone: '+33 6 12 34 56 78',
    address: { line1: '12 rue de la Paix', postalCode: '75002', city: 'Paris', country: 'FR' },
  },
  callbackUrl: 'https://shop-demo.com/callback',
  backUrl: 'https://shop-demo.com/back',
  ...changes,
});

/** A message of a bank as a server of the application receives it. */
function received({ method, url, headers, body }: BankMessage): ReceivedMessage {
  return { method, url, headers, ...(body !== null && { rawBody: body }) };
}

async function sips2Journey(changes: object = {}) {
  const settings = demoSettings('sips2') as { merchant_id: string; secret_key: string };
  const account = sips2.account({
    id: 'sips2-lib',
    environment: 'sandbox',
    endpoints: { api: BANK_API },
    settings,
  });
  const { redirect, attempt } = await sips2.start(account, payment(newOrder(), changes), world);
  const who = known(merchant('sips2', 'sips2-lib'));
  const order = await shopperAtBank('sips2', redirect, who);
  const bank = bankOf('sips2');
  const message = async (decision: 'pay' | 'decline', spoiling: 'none' | 'bad-signature' = 'none') => {
    if (spoiling === 'none') {
      await decided(memory, order, decision);
      await bank.decide?.(order, who, decision, memory);
    }
    return received(bank.notification(order, who, decision, spoiling));
  };
  return { account, attempt, message };
}

const keeping = (attempt: LibraryAttempt) => ({
  attemptOf: (order: string) => (order === attempt.order ? attempt : null),
});

function proven(message: VerifiedMessage) {
  if (message.standing !== 'proven') throw new Error(`it is ${message.standing}`);
  return message;
}

describe('an account', () => {
  it('names every setting that is wrong, and those that it does not have', () => {
    const make = () =>
      sips2.account({ environment: 'test', settings: { merchant_id: '', cle: 'x' } as never });
    expect(make).toThrow(Problem);
    try {
      make();
    } catch (error) {
      const paths = (error as Problem).errors.map(({ path }) => path);
      expect(paths).toEqual(expect.arrayContaining(['cle', 'merchant_id', 'secret_key']));
    }
  });
});

describe('a payment', () => {
  it('that the provider or its protocol cannot take is a problem before anything is signed', async () => {
    const { account } = await sips2Journey();
    for (const [changes, code] of [
      [{ amount: 0 }, 'amount_out_of_range'],
      [{ amount: 1.5 }, 'amount_out_of_range'],
      [{ currency: 'XXX' }, 'unsupported_currency'],
      [{ order: 'order-1042' }, 'invalid_request'],
    ] as const)
      await expect(sips2.start(account, payment(newOrder(), changes))).rejects.toMatchObject({ code });
  });

  it('has an order number of its own', () => {
    const orders = new Set(Array.from({ length: 100 }, newOrder));
    expect(orders.size).toBe(100);
    for (const order of orders) expect(order).toMatch(/^[0-9A-HJKMNP-TV-Z]{16}01$/);
  });
});

describe('an environment that there is not', () => {
  it.each(['prod', 'live', 'Production', '', undefined, null])(
    'is not taken for a test: %j',
    (environment) => {
      const settings = demoSettings('sips2') as never;
      const account = () => sips2.account({ environment: environment as never, settings });
      expect(account).toThrow(Problem);
      expect(account).toThrow('environment: is one of test, production, sandbox');
    },
  );
});

describe('a message', () => {
  it('that is proven has a result, which is counted once however often it comes', async () => {
    const { account, attempt, message } = await sips2Journey();
    const verify = async () =>
      proven(await sips2.verify(account, await message('pay'), 'notification', keeping(attempt)));
    const [first, second] = [await verify(), await verify()];
    expect(first.results).toHaveLength(1);
    expect(first.results[0]).toMatchObject({
      outcome: 'paid',
      amount: 1999,
      currency: 'EUR',
      isEnough: true,
    });
    expect(second.results[0]?.onlyOnce).toBe(first.results[0]?.onlyOnce);
    expect(first.reply.status).toBe(200);
  });

  it('of money that is held, and of the same money when it is taken, is two to book, and one for the goods', async () => {
    const { attempt } = await sips2Journey();
    const { order, amount, currency } = attempt;
    const said = { kind: 'update', order, key: '1', movement: '1', amount, currency, detail: {} } as const;
    const told = { ...said, providerReference: null, providerStatus: '00' };
    const [held, taken, refunded] = (['authorized', 'paid', 'refunded'] as const).map((outcome) =>
      provenResult({ ...told, outcome }, attempt),
    );
    expect([held?.isEnough, taken?.isEnough]).toEqual([true, true]);
    expect(held?.onlyOnce).not.toBe(taken?.onlyOnce);
    expect(held?.goodsOnce).toBe(`${order}/goods`);
    expect(taken?.goodsOnce).toBe(held?.goodsOnce);
    const little = provenResult({ ...told, outcome: 'paid', amount: amount - 1 }, attempt);
    // As much of another currency is other money; a message that names none means the attempt's.
    const dollars = provenResult({ ...told, outcome: 'paid', currency: 'USD' }, attempt);
    const unnamed = provenResult({ ...told, outcome: 'paid', currency: null }, attempt);
    expect(dollars.onlyOnce).not.toBe(taken?.onlyOnce);
    expect(unnamed.onlyOnce).toBe(taken?.onlyOnce);
    expect([little.goodsOnce, refunded?.goodsOnce]).toEqual([null, null]);
  });

  it('of less than was asked for, or in another currency, is not enough', async () => {
    const { account, attempt, message } = await sips2Journey();
    const dear = keeping({ ...attempt, amount: 2000 });
    const foreign = keeping({ ...attempt, currency: 'GBP' });
    for (const context of [dear, foreign]) {
      const { results } = proven(await sips2.verify(account, await message('pay'), 'notification', context));
      expect(results[0]?.isEnough).toBe(false);
    }
    const declined = proven(
      await sips2.verify(account, await message('decline'), 'notification', keeping(attempt)),
    );
    expect(declined.results[0]).toMatchObject({ outcome: 'denied', isEnough: false });
  });

  it('that is forged is refused, and the protocol has its own reply', async () => {
    const { account, attempt, message } = await sips2Journey();
    const forged = sips2.verify(
      account,
      await message('pay', 'bad-signature'),
      'notification',
      keeping(attempt),
    );
    const refusal = await forged.catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(sips2.refusedReply(account, refusal as Refusal).status).toBeGreaterThanOrEqual(400);
  });

  it('of another attempt, or of another account, is about none of ours', async () => {
    const { account, attempt, message } = await sips2Journey();
    const other = keeping({ ...attempt, account: 'another' });
    for (const context of [other, { attemptOf: () => null }])
      expect((await sips2.verify(account, await message('pay'), 'notification', context)).standing).toBe(
        'unknown',
      );
  });

  it('that everybody could have signed has no result: the provider is asked, and its answer counts', async () => {
    const settings = demoSettings('paybox') as never;
    const account = paybox.account({
      id: 'paybox-lib',
      environment: 'sandbox',
      endpoints: { api: BANK_API },
      settings,
    });
    const { redirect, attempt } = await paybox.start(account, payment(newOrder()), world);
    const who = known(merchant('paybox', 'paybox-lib'));
    const order = await shopperAtBank('paybox', redirect, who);
    const bank = bankOf('paybox');
    await decided(memory, order, 'pay');
    await bank.decide?.(order, who, 'pay', memory);
    const told = await paybox.verify(
      account,
      received(bank.notification(order, who, 'pay', 'none')),
      'notification',
      keeping(attempt),
    );
    if (told.standing !== 'ask') throw new Error(`it is ${told.standing}`);
    expect(told).not.toHaveProperty('results');
    let count = 0;
    const daily = async () => count++;
    const results = await paybox.query(account, attempt, told.about, { ...world, daily });
    expect(results?.[0]).toMatchObject({ outcome: 'paid', amount: 1999, isEnough: true });
  });
});

describe('an operation', () => {
  const money = { authorized: 0, paid: 1999, refunded: 0 };
  const operation = { number: 1, money, callbackUrl: 'https://shop-demo.com/callback' };

  it('is carried out with one call, and says what came of it', async () => {
    const { account, attempt, message } = await sips2Journey();
    proven(await sips2.verify(account, await message('pay'), 'notification', keeping(attempt)));
    expect(await sips2.refund(account, attempt, { ...operation, amount: 500 }, world)).toMatchObject({
      result: 'done',
      state: 'succeeded',
    });
    await makeTrouble(bankOf('sips2'), 'fail', memory);
    expect(
      await sips2.refund(account, attempt, { ...operation, number: 2, amount: 500 }, world),
    ).toMatchObject({ result: 'failed' });
  });

  it('whose answer was lost is unknown, not failed', async () => {
    const { account, attempt, message } = await sips2Journey();
    await message('pay');
    cut('after');
    const lost = await sips2.refund(account, attempt, { ...operation, amount: 500 }, world);
    expect(lost.result).toBe('unknown');
    cut(null);
  });

  it('that the provider or the money do not allow is sent to nobody', async () => {
    const { account, attempt } = await sips2Journey();
    const silent = { fetch: () => Promise.reject(new Error('nobody is called')) };
    await expect(sips2.capture(account, attempt, operation, silent)).rejects.toMatchObject({
      code: 'invalid_state',
    });
    await expect(
      sips2.refund(account, attempt, { ...operation, amount: 2000 }, silent),
    ).rejects.toMatchObject({ code: 'amount_out_of_range' });
    await expect(sips2.refund(account, attempt, { ...operation, number: 0 }, silent)).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const none = { ...operation, money: { authorized: 0, paid: 0, refunded: 0 } };
    await expect(sips2.refund(account, attempt, none, silent)).rejects.toMatchObject({
      code: 'invalid_state',
    });
  });
});

describe('a provider that signs a URL', () => {
  it('starts without a network', async () => {
    const settings = demoSettings('ecommpay') as never;
    const account = ecommpay.account({ environment: 'sandbox', settings });
    const { redirect } = await ecommpay.start(account, payment(newOrder()), {
      fetch: () => Promise.reject(new Error('none')),
    });
    expect(redirect.kind).toBe('url');
  });
});
