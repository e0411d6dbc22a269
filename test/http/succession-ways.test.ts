/**
 * Where an account may be moved, and back. The failures ruled out: a move that leads to other money, other currencies, nowhere, or round
 * in a circle; a way back that leaves a shop or a payment behind; an operator who moves other shops' payments.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { itself } from '../../src/directory/types.ts';
import { endsOf, movedTo } from '../../src/payments/moves.ts';
import { admin, demoSettings, makeAccount, makeShop, network, runAlarms } from '../support/harness.ts';
import { asToken, makeToken } from '../support/operators.ts';
import { accountsOf, euros, hopOf, move, shown, successor } from './succession-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('the way back', () => {
  it('leads everything to the old account again, and can be gone again', async () => {
    const old = await euros();
    const shop = await makeShop([old]);
    const to = await makeAccount('paybox', { currencies: ['EUR', 'CHF'] });
    await move(old, to);
    const { body: begun } = await shop.pay();
    const back = await move(to, old);
    expect([back.status, back.body.succession?.by]).toEqual([200, old]);
    expect(await shown(old)).toMatchObject({ retiredAt: null, succession: null });
    expect((await shop.pay()).body.account).toBe(old);
    // What began at the new account meanwhile goes on at the old one.
    await hopOf(begun);
    expect(await accountsOf(shop, begun.id)).toEqual([to, old]);
    expect((await move(old, to)).status).toBe(200);
    expect((await shop.pay()).body.account).toBe(to);
  });

  it('is 409 while payments are open that the old account cannot take, and where it was retired by hand', async () => {
    const old = await euros();
    const shop = await makeShop([old]);
    const to = await successor();
    await move(old, to);
    const { body } = await shop.pay({ currency: 'CHF' });
    await runAlarms(body.id);
    const refused = await move(to, old);
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('CHF')]);
    expect((await shown(old)).succession?.by).toBe(to);
    await shop.call('POST', `/payments/${body.id}/cancel`);
    await runAlarms(body.id);
    await admin('POST', `/accounts/${old}/retire`);
    expect((await move(to, old)).status).toBe(409);
    expect((await shop.pay()).body.account).toBe(to);
  });
});

it('the way back is 409 while a shop has the newer account by its own name, for what the old one does not take', async () => {
  const old = await euros();
  const to = await successor();
  await makeShop([to]);
  await move(old, to);
  const back = await move(to, old);
  expect([back.status, back.body.detail]).toEqual([409, expect.stringContaining('CHF')]);
  expect((await shown(old)).succession?.by).toBe(to);
});

it('the way back is 409 while the newer account stands in for a third one too, for what that one takes', async () => {
  const [old, to, third, before] = [
    await euros(),
    await successor(),
    await makeAccount('ogone', { currencies: ['CHF'] }),
    await makeAccount('ogone', { currencies: ['CHF'] }),
  ];
  const shop = await makeShop([before]);
  await move(old, to);
  await move(before, third);
  await move(third, to);
  const back = await move(to, old);
  expect([back.status, back.body.detail]).toEqual([409, expect.stringContaining('CHF')]);
  expect((await shown(old)).succession?.by).toBe(to);
  expect((await shop.pay({ currency: 'CHF' })).body.account).toBe(to);
});

describe('the way back and retired accounts', () => {
  it('is 409 to an account that was retired by hand, and says so', async () => {
    const [old, to] = [await euros(), await euros()];
    const shop = await makeShop([old]);
    await move(old, to);
    await admin('POST', `/accounts/${old}/retire`);
    const back = await move(to, old);
    expect([back.status, back.body.detail]).toEqual([409, expect.stringMatching(/retired$/)]);
    expect([(await shown(old)).succession?.by, (await shown(to)).succession]).toEqual([to, null]);
    expect((await shop.pay()).body.account).toBe(to);
  });

  it('is not gone where the account is retired between the check and the write', async () => {
    const { serviceOf } = await import('../../src/worker.ts');
    const { env } = await import('cloudflare:workers');
    const { directory } = serviceOf(env as never);
    const [old, to] = [await euros(), await euros()];
    await move(old, to);
    await admin('POST', `/accounts/${old}/retire`);
    expect(await directory.accounts.succeed(to, old, itself('a test'))).toBe(false);
    expect([(await shown(old)).succession?.by, (await shown(to)).succession]).toEqual([to, null]);
  });

  it('is open from an account that was retired: else its payments would have nowhere to go', async () => {
    const [old, to] = [await euros(), await euros()];
    const shop = await makeShop([old]);
    await move(old, to);
    await admin('POST', `/accounts/${to}/retire`);
    expect((await shop.pay()).status).toBe(409);
    expect((await move(to, old)).status).toBe(200);
    expect((await shop.pay()).body.account).toBe(old);
    // And not again to the one that is retired.
    const again = await move(old, to);
    expect([again.status, again.body.detail]).toEqual([409, expect.stringMatching(/retired$/)]);
  });
});

describe('a move is rejected', () => {
  const conflict = async (from: string, to: string, says: string) => {
    const { status, body } = await move(from, to);
    expect([status, body.code, body.detail]).toEqual([409, 'invalid_state', expect.stringContaining(says)]);
    expect((await shown(from)).succession?.by).not.toBe(to);
  };

  it('to an account that takes less, or is of another environment', async () => {
    const from = await makeAccount('ogone', { currencies: ['EUR', 'CHF', 'USD'] });
    await conflict(from, await makeAccount('ogone', { currencies: ['EUR', 'CHF'] }), 'USD');
    for (const [one, other] of [
      ['test', 'production'],
      ['production', 'test'],
      ['sandbox', 'test'],
    ] as const)
      await conflict(
        await euros('ogone', { environment: one }),
        await euros('ogone', { environment: other }),
        one,
      );
  });

  it('to one that is retired, has moved itself, or is the account', async () => {
    const [from, to, third] = [await euros(), await euros(), await euros()];
    await conflict(from, from, 'itself');
    await admin('POST', `/accounts/${to}/retire`);
    await conflict(from, to, 'retired');
    const moved = await euros();
    await move(moved, third);
    await conflict(from, moved, third);
  });

  it('round in a circle, however long, and however many are asked for at once', async () => {
    const [one, two, three] = [await euros(), await euros(), await euros()];
    await move(one, two);
    await move(two, three);
    await conflict(three, one, 'circle');
    const shop = await makeShop([one]);
    expect((await shop.pay()).body.account).toBe(three);
    const [a, b, c] = [await euros(), await euros(), await euros()];
    await Promise.all([move(a, b), move(b, c), move(c, a), move(b, a)]);
    const ring = await makeShop([a, b, c]);
    const begun = await ring.pay({ account: a });
    expect(begun.status).toBe(201);
  });

  it('to nothing, and with anything else in the request', async () => {
    const from = await euros();
    expect(await move(from, 'no-such-account')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'account' }] },
    });
    expect((await move('no-such-account', from)).status).toBe(404);
    for (const body of [{}, { account: 1 }, { account: from, force: true }])
      expect((await admin('POST', `/accounts/${from}/succeed`, body)).status).toBe(400);
  });

  it('where its operator may not see one of the two, or others use them', async () => {
    const [mine, both, foreign] = [await euros(), await euros(), await euros()];
    const shop = await makeShop([mine, both]);
    await makeShop([both, foreign]);
    const { token } = await makeToken({ role: 'configure', shops: [shop.id] });
    const call = asToken(token);
    const succeed = (from: string, to: string) => call('POST', `/accounts/${from}/succeed`, { account: to });
    expect((await succeed(foreign, mine)).status).toBe(404);
    expect((await succeed(mine, foreign)).status).toBe(400);
    expect((await succeed(both, mine)).status).toBe(403);
    expect((await succeed(mine, both)).status).toBe(200);
    const { token: other } = await makeToken({ role: 'refund', shops: [shop.id] });
    expect((await asToken(other)('POST', `/accounts/${mine}/succeed`, { account: both })).status).toBe(403);
  });

  it('and a successor that others stand on is kept as they need it', async () => {
    const old = await euros();
    const shop = await makeShop([old]);
    const to = await successor();
    await move(old, to);
    const change = (fields: object) => admin('PUT', `/accounts/${to}`, { provider: 'ecommpay', ...fields });
    expect((await change({ currencies: ['CHF'] })).status).toBe(409);
    expect((await change({ environment: 'production', settings: demoSettings('ecommpay') })).status).toBe(
      409,
    );
    expect((await change({ currencies: ['EUR'] })).status).toBe(200);
    expect((await admin('DELETE', `/accounts/${to}`)).status).toBe(409);
    // Who sees a shop sees where its payments go, and may not change it where others' go there too.
    const { token } = await makeToken({ role: 'configure', shops: [shop.id] });
    expect((await asToken(token)('GET', `/accounts/${to}`)).status).toBe(200);
    const second = await euros();
    await makeShop([second]);
    await move(second, to);
    expect((await asToken(token)('POST', `/accounts/${to}/retire`)).status).toBe(403);
  });
});

describe('chains', () => {
  it('end at their last account, and what leads back ends before it does', () => {
    const moves = endsOf(
      new Map([
        ['a', 'b'],
        ['b', 'c'],
        ['x', 'y'],
        ['y', 'x'],
        ['constructor', 'a'],
      ]),
    );
    expect(movedTo(moves, 'a')).toBe('c');
    expect(movedTo(moves, 'b')).toBe('c');
    expect(movedTo(moves, 'constructor')).toBe('c');
    expect(movedTo(moves, 'toString')).toBeNull();
    expect(movedTo(moves, 'c')).toBeNull();
    expect(movedTo(moves, 'x')).toBe('y');
  });
});
