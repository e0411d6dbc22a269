/** Replay, races, reordering: one payment moves exactly once, whatever comes at once. */
import { evictDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ledgerOf, network, objectOf, runAlarms } from '../support/harness.ts';
import { makeShopFor } from '../support/shop-only.ts';
import { AMOUNT, create, newId, notify, signedAttempt } from './support.ts';

let net: ReturnType<typeof network>;
let shop: string;
beforeEach(async () => {
  net = network();
  shop = await makeShopFor();
});
afterEach(() => net.restore());

const types = async (id: string) => (await ledgerOf(id).events())?.events.map(({ type }) => type);

describe('replay', () => {
  it('500 concurrent copies of one notification: one transition, one webhook, 500 identical answers', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop }));
    const results = await Promise.all(Array.from({ length: 500 }, () => ledger.applyUpdate(notify())));
    expect(
      new Set(results.map((result) => JSON.stringify(result.kind === 'answer' && result.answer))).size,
    ).toBe(1);
    expect(results.filter((result) => result.kind === 'answer' && !result.repeat)).toHaveLength(1);
    await runAlarms(id);
    expect(net.webhooks.map(({ body }) => body.type)).toEqual(['payment.paid']);
    const log = (await ledger.events())?.events ?? [];
    expect(log.filter(({ type }) => type === 'notification.applied')).toHaveLength(1);
    const repeats = log.filter(({ type }) => type === 'notification.duplicate');
    expect(repeats.reduce((count, { detail }) => count + Number(detail.count), 0)).toBe(499);
  });

  it('gives the stored answer again after an eviction, byte for byte', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    const first = await ledgerOf(id).applyUpdate(notify());
    await evictDurableObject(objectOf(id));
    const changed = notify({ reply: { status: 500, headers: {}, body: 'new code' } });
    const again = await ledgerOf(id).applyUpdate(changed);
    expect(first.kind === 'answer' && first.answer).toEqual(again.kind === 'answer' && again.answer);
    expect(again).toMatchObject({ repeat: true, answer: { status: 200, body: 'ok T1/00000' } });
  });

  it('answers the notification the same when the return or anything else brought the update first', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop }));
    await ledger.returned({ account: 'bank', update: notify({ channel: 'return' }), refused: null });
    expect(await ledger.applyUpdate(notify())).toMatchObject({
      repeat: true,
      answer: { body: 'ok T1/00000' },
    });
    expect(await types(id)).toEqual([
      'created',
      'returned',
      'notification.applied',
      'notification.duplicate',
    ]);
  });
});

describe('races', () => {
  it('a create raced 100 times gives one payment', async () => {
    const id = newId();
    const results = await Promise.all(
      Array.from({ length: 100 }, () => ledgerOf(id).create(create(id, { shop }))),
    );
    expect(results.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'replayed')).toHaveLength(99);
    expect(await types(id)).toEqual(['created']);
  });

  it('another request under the same reference is a conflict', async () => {
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    expect(await ledgerOf(id).create(create(id, { shop, requestHash: 'other' }))).toMatchObject({
      kind: 'conflict',
    });
  });

  it('concurrent different notifications never lose money', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop }));
    const parts = Array.from({ length: 19 }, (_, part) =>
      notify({ key: `part-${part}`, movement: `part-${part}`, amount: 100 }),
    );
    const noise = (['pending', 'denied', 'cancelled', 'expired', 'error'] as const).map((outcome) =>
      notify({ key: outcome, outcome, amount: null }),
    );
    await Promise.all([...parts, ...noise, ...parts].map((command) => ledger.applyUpdate(command)));
    expect((await ledger.read())?.view).toMatchObject({ status: 'partially_paid', amounts: { paid: 1900 } });
    await ledger.applyUpdate(notify({ key: 'rest', movement: 'rest', amount: 99 }));
    expect((await ledger.read())?.view).toMatchObject({ status: 'paid', amounts: { paid: AMOUNT } });
  });

  it('two clicks on a failed payment make one new attempt', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop }));
    await ledger.applyUpdate(notify({ outcome: 'denied', key: 'T1/00105' }));
    const hops = await Promise.all([ledger.hop(), ledger.hop()]);
    expect(hops.map(({ kind }) => kind)).toEqual(['start', 'start']);
    const second = signedAttempt({
      redirect: { kind: 'url', method: 'GET', url: 'https://bank.test/second' },
    });
    const started = await Promise.all([ledger.start(2, second), ledger.start(2, second)]);
    const went = { kind: 'go', account: 'bank', redirect: second.redirect, shop, test: true };
    expect(started).toEqual([went, { kind: 'busy', attempt: 2 }]);
    expect(await ledger.follow(2, null)).toEqual(went);
    expect((await types(id))?.filter((type) => type === 'forwarded')).toHaveLength(2);
    expect(await ledger.applyUpdate(notify({ attempt: 3 }))).toEqual({ kind: 'unknown' });
  });
});

describe('reordering', () => {
  it('paid wins over a decline that comes later, and pending takes nothing back', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop }));
    await ledger.applyUpdate(notify());
    await ledger.applyUpdate(notify({ key: 'T0/00105', outcome: 'denied' }));
    await ledger.applyUpdate(notify({ key: 'T0/99999', outcome: 'pending' }));
    expect((await ledger.read())?.view.status).toBe('paid');
    expect(await types(id)).toContain('notification.ignored');
  });

  it('a refund that is notified before its payment counts once the payment is notified', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop }));
    await ledger.applyUpdate(notify({ key: 'R', movement: 'R', outcome: 'refunded', amount: 500 }));
    expect((await ledger.read())?.view).toMatchObject({
      status: 'created',
      amounts: { paid: 0, refunded: 0 },
    });
    await ledger.applyUpdate(notify());
    expect((await ledger.read())?.view).toMatchObject({
      status: 'partially_refunded',
      amounts: { paid: AMOUNT, refunded: 500 },
    });
  });
});

describe('what does not fit', () => {
  it.each([
    [{ currency: 'USD' }, 'currency'],
    [{ amount: null }, 'amount_missing'],
  ])('%j is a logged conflict that moves nothing and blocks nothing', async (changes, reason) => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop }));
    expect(await ledger.applyUpdate(notify(changes))).toMatchObject({
      kind: 'answer',
      answer: notify(changes).reply,
    });
    expect((await ledger.read())?.view).toMatchObject({ status: 'created', amounts: { paid: 0 } });
    const conflict = (await ledger.events())?.events.at(-1);
    expect(conflict).toMatchObject({ type: 'notification.conflict', detail: { reason } });
    await ledger.applyUpdate(notify());
    expect((await ledger.read())?.view.status).toBe('paid');
  });

  it.each([
    [1000, 'partially_paid', 'amount_below'],
    [2500, 'paid', 'amount_above'],
  ])('%d instead of 1999 counts as what it is and says so', async (amount, status, reason) => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop }));
    await ledger.applyUpdate(notify({ amount }));
    expect((await ledger.read())?.view).toMatchObject({ status, amounts: { paid: amount } });
    const log = (await ledger.events())?.events ?? [];
    expect(log.map(({ type }) => type)).toEqual(['created', 'notification.conflict', 'notification.applied']);
    expect(log[1]?.detail).toMatchObject({ reason });
  });

  it('a notification verified by another account is not about this payment', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop }));
    expect(await ledger.applyUpdate(notify({ account: 'other-bank' }))).toEqual({ kind: 'unknown' });
    expect(await types(id)).toEqual(['created']);
  });

  it('the same update with another amount is no repeat', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop }));
    await ledger.applyUpdate(notify());
    expect(await ledger.applyUpdate(notify({ amount: 2999 }))).toMatchObject({ repeat: false });
  });
});

describe('paid twice', () => {
  it('by two attempts is in the log and in a webhook', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop, attempt: signedAttempt({ oneRedirect: true }) }));
    await ledger.hop();
    await ledger.hop();
    await ledger.start(2, signedAttempt({ oneRedirect: true }));
    await ledger.applyUpdate(notify({ attempt: 2, key: 'T2' }));
    await ledger.applyUpdate(notify({ attempt: 1, key: 'T1' }));
    await runAlarms(id);
    expect((await types(id))?.filter((type) => type === 'payment.paid_twice')).toHaveLength(1);
    const sent = net.webhooks.map(({ body }) => body.type);
    // The amounts have changed under the same status: that is a message too.
    expect(sent).toEqual(['payment.forwarded', 'payment.paid', 'payment.paid', 'payment.paid_twice']);
    expect((await ledger.read())?.view.amounts.paid).toBe(2 * AMOUNT);
  });
});

describe('the checkout', () => {
  it('forwards nobody to an order whose payment was called off while it was registered', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop, attempt: signedAttempt({ redirect: null, deferred: true }) }));
    expect((await ledger.hop()).kind).toBe('start');
    expect(await ledger.callOff(shop)).toBe('called_off');
    expect(await ledger.start(1, signedAttempt({ deferred: true }))).toMatchObject({
      kind: 'over',
      reason: 'called_off',
    });
    expect((await ledger.read())?.view.status).toBe('cancelled');
  });

  it('sends the shopper again to the same order, and back to the shop when nothing is left to pay', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    expect(await ledger.hop()).toEqual({ kind: 'unknown' });
    await ledger.create(create(id, { shop }));
    expect(await ledger.hop()).toMatchObject({ kind: 'go', redirect: { url: 'https://bank.test/page' } });
    expect(await ledger.hop()).toMatchObject({ kind: 'go', redirect: { url: 'https://bank.test/page' } });
    await ledger.applyUpdate(notify());
    expect(await ledger.hop()).toMatchObject({ kind: 'finished', view: { status: 'paid' } });
  });

  it('has the shopper pay what is left after a part was paid', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop }));
    await ledger.applyUpdate(notify({ amount: 500 }));
    expect(await ledger.hop()).toMatchObject({ kind: 'start', attempt: 2, amount: 1499 });
  });

  it('does not start a second attempt where the first is in process under a number that cannot be used again', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop, attempt: signedAttempt({ oneRedirect: true }) }));
    await ledger.hop();
    await ledger.applyUpdate(notify({ outcome: 'pending', key: 'p' }));
    expect(await ledger.hop()).toMatchObject({ kind: 'finished', view: { status: 'pending' } });
  });

  it('is not over for good after 99 attempts: the newest redirect is used again', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop, attempt: signedAttempt({ oneRedirect: true }) }));
    await ledger.hop();
    for (let attempt = 2; attempt <= 99; attempt++)
      await ledger.start(attempt, signedAttempt({ oneRedirect: true }));
    expect(await ledger.hop()).toMatchObject({ kind: 'go' });
    expect((await ledger.read())?.attempts).toHaveLength(99);
  });
});

describe('authorize now, capture later', () => {
  it("resolves a protocol's one word for both by how the attempt was started", async () => {
    const [auto, manual] = [newId(), newId()];
    await ledgerOf(auto).create(create(auto, { shop }));
    await ledgerOf(manual).create(create(manual, { shop, attempt: signedAttempt({ capture: 'manual' }) }));
    for (const id of [auto, manual]) await ledgerOf(id).applyUpdate(notify({ outcome: 'accepted' }));
    expect((await ledgerOf(auto).read())?.view.status).toBe('paid');
    expect((await ledgerOf(manual).read())?.view).toMatchObject({
      status: 'authorized',
      amounts: { authorized: AMOUNT, paid: 0 },
    });
  });
});
