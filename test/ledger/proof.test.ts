/**
 * What a ledger does with a message by what it proves. The failures ruled out: a message of another attempt believed because
 * its signature is right, money that counts without proof, proof that comes later taken for a repeat.
 */
import { describe, expect, it } from 'vitest';
import type { Minor } from '../../src/payments/money.ts';
import { ledgerOf } from '../support/harness.ts';
import { create, newId, notify, signedAttempt } from './support.ts';

async function paymentWith(bound?: Readonly<Record<string, string>>) {
  const id = newId();
  const ledger = ledgerOf(id);
  await ledger.create(create(id, { attempt: signedAttempt(bound ? { bound } : {}) }));
  return ledger;
}

/** The kinds of what the ledger has still to do, and the types of its log. */
async function told(ledger: Awaited<ReturnType<typeof paymentWith>>) {
  const { events = [], pending = [] } = (await ledger.events()) ?? {};
  return { jobs: pending.map(({ kind }) => kind), log: events.map(({ type }) => type) };
}

describe('an update that is bound to its attempt', () => {
  it('is not believed when it brings back something else', async () => {
    const ledger = await paymentWith({ vads_trans_id: '000042', amount: '1999' });
    const echo = { vads_trans_id: '000043', amount: '1999' };
    expect(await ledger.applyUpdate(notify({ echo }))).toEqual({ kind: 'unbound', name: 'vads_trans_id' });
    expect((await ledger.read())?.view.status).toBe('created');
  });

  it('counts when it brings back the same, or an attempt of an older version has nothing to compare', async () => {
    const bound = { vads_trans_id: '000042' };
    for (const ledger of [await paymentWith(bound), await paymentWith()]) {
      expect(await ledger.applyUpdate(notify({ echo: bound }))).toMatchObject({ kind: 'answer' });
      expect((await ledger.read())?.view).toMatchObject({ status: 'paid', pendingReason: null });
    }
  });

  it('moves nothing on the way back either', async () => {
    const ledger = await paymentWith({ vads_trans_id: '000042' });
    const update = notify({ echo: { vads_trans_id: '1' }, channel: 'return' });
    await ledger.returned({ account: 'bank', update, refused: null });
    expect((await ledger.read())?.view.status).toBe('created');
  });
});

describe('a message that proves nothing', () => {
  it('makes the payment wait for proof, whatever it says, and moves no money', async () => {
    const ledger = await paymentWith();
    await ledger.applyUpdate(notify({ proven: false, proofMissing: true }));
    expect((await ledger.read())?.view).toMatchObject({
      status: 'pending',
      pendingReason: 'proof_missing',
      signed: false,
      amounts: { paid: 0 },
    });
  });

  it('is not the first of a repeat: the same with proof counts', async () => {
    const ledger = await paymentWith();
    await ledger.applyUpdate(notify({ proven: false, proofMissing: true }));
    await ledger.applyUpdate(notify({ proven: true, channel: 'status' }));
    expect((await ledger.read())?.view).toMatchObject({
      status: 'paid',
      pendingReason: null,
      signed: true,
    });
  });

  it('leaves what a later call would use, and the words of what is proven, as they are', async () => {
    const ledger = await paymentWith();
    await ledger.applyUpdate(notify({ proven: true, providerState: { bill: '1' } }));
    await ledger.applyUpdate(
      notify({
        proven: false,
        proofMissing: true,
        key: 'late',
        outcome: 'denied',
        providerStatus: '05',
        providerReference: 'forged',
        providerState: { bill: 'forged' },
      }),
    );
    expect((await ledger.read())?.view).toMatchObject({
      status: 'paid',
      signed: true,
      providerStatus: '00000',
      providerReference: 'T1',
    });
    expect((await ledger.statusQuery('bank', 1))?.providerState).toEqual({ bill: '1' });
  });

  it('is shown as proven once the proof of what was believed without it has come', async () => {
    const ledger = await paymentWith();
    await ledger.applyUpdate(notify({ proven: false }));
    expect((await ledger.read())?.view.signed).toBe(false);
    await ledger.applyUpdate(notify({ proven: true, channel: 'status', key: 'asked' }));
    expect((await ledger.read())?.view).toMatchObject({ status: 'paid', signed: true });
  });

  it('takes nothing from a payment that is paid', async () => {
    const ledger = await paymentWith();
    await ledger.applyUpdate(notify({ proven: true }));
    await ledger.applyUpdate(notify({ proven: false, proofMissing: true, outcome: 'refunded', key: 'T1/R' }));
    expect((await ledger.read())?.view).toMatchObject({ status: 'paid', amounts: { refunded: 0 } });
  });
});

describe('an attempt at a test platform, of a payment that asks for real money', () => {
  it('brings none, by no route', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { attempt: signedAttempt({ test: false }) }));
    // As an older version let a shopper begin it.
    await ledger.start(2, signedAttempt({ account: 'dummy', provider: 'dummy', test: true }));
    const update = notify({ attempt: 2, account: 'dummy' });
    expect(await ledger.applyUpdate(update)).toEqual({ kind: 'not_real' });
    await ledger.returned({ account: 'dummy', update: { ...update, channel: 'return' }, refused: null });
    expect((await ledger.read())?.view).toMatchObject({ status: 'forwarded', amounts: { paid: 0 } });
    expect(await ledger.applyUpdate(notify())).toMatchObject({ kind: 'answer' });
    expect((await ledger.read())?.view.status).toBe('paid');
  });
});

describe('a payment of which money counts that nothing proves', () => {
  const unproven = notify({ key: 'T1', movement: 'T1', amount: 1000, proven: false });
  const proven = notify({ key: 'T2', movement: 'T2', amount: 999, proven: true });
  const proof = { ...unproven, proven: true, channel: 'status', key: 'T1/asked' } as const;
  const gaveBack = { outcome: 'refunded', key: 'R1', movement: 'R1', amount: 500 } as const;

  async function signedAfter(...updates: ReturnType<typeof notify>[]) {
    const ledger = await paymentWith();
    for (const one of updates) await ledger.applyUpdate(one);
    return (await ledger.read())?.view.signed;
  }

  it.each([
    ['before', [unproven, proven]],
    ['after', [proven, unproven]],
  ])('is not called proven because of proven money beside it, which comes %s', async (_when, updates) => {
    expect(await signedAfter(...updates)).toBe(false);
  });

  it('is proven when the last of it is', async () => {
    expect(await signedAfter(unproven, proven, proof)).toBe(true);
    expect(await signedAfter(unproven, proof, proven)).toBe(true);
    const total = notify({ key: 'all', amount: 1999, cumulative: true, proven: true, channel: 'status' });
    expect(await signedAfter(unproven, proven, total)).toBe(true);
  });

  it('is not proven by a smaller amount of the same movement', async () => {
    expect(await signedAfter(unproven, { ...proof, amount: 400 })).toBe(false);
  });

  it('is not proven while a refund is not', async () => {
    const paid = notify({ proven: true });
    expect(await signedAfter(paid, notify({ ...gaveBack, proven: false }))).toBe(false);
    expect(await signedAfter(notify({ ...gaveBack, proven: false }), paid)).toBe(false);
    expect(await signedAfter(paid, notify({ ...gaveBack, proven: true }))).toBe(true);
  });

  it('is proven where what was held without proof is proven to be paid', async () => {
    const held = notify({ outcome: 'authorized', key: 'A', movement: 'A', proven: false });
    expect(await signedAfter(held)).toBe(false);
    expect(await signedAfter(held, notify({ proven: true }))).toBe(true);
  });
});

describe('money of an amount that cannot be', () => {
  const claims = [5000, 199_900];

  it.each(claims)(
    'is told to the shop, waits for a person and is not asked for again (%d)',
    async (amount) => {
      const ledger = await paymentWith();
      expect(await ledger.applyUpdate(notify({ amount }))).toMatchObject({ kind: 'answer', isUnclear: true });
      expect((await ledger.read())?.view).toMatchObject({
        status: 'pending',
        pendingReason: 'person_needed',
        amounts: { paid: 0 },
      });
      const { jobs, log } = await told(ledger);
      expect(jobs).toContain('webhook');
      expect(log).toContain('notification.conflict');
      const conclude = (said: { outcome: 'paid' | 'denied'; amount: number | null }) =>
        ledger.concludeAttempt({ attempt: 1, ...said, amount: said.amount as Minor | null });
      expect(await conclude({ outcome: 'paid', amount: null })).toMatchObject({ kind: 'amount_needed' });
      expect(await conclude({ outcome: 'paid', amount })).toMatchObject({ kind: 'concluded' });
      expect((await ledger.read())?.view).toMatchObject({ status: 'paid', amounts: { paid: amount } });
      expect(await conclude({ outcome: 'paid', amount })).toEqual({ kind: 'not_waiting' });
    },
  );

  it('that was nothing is denied by a person; money that is understood since needs none', async () => {
    const denied = await paymentWith();
    await denied.applyUpdate(notify({ amount: 5000 }));
    await denied.concludeAttempt({ attempt: 1, outcome: 'denied', amount: null });
    expect((await denied.read())?.view.status).toBe('denied');
    const asked = await paymentWith();
    await asked.applyUpdate(notify({ amount: 5000 }));
    await asked.applyUpdate(notify({ channel: 'status', key: 'asked' }));
    expect((await asked.read())?.view).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
    expect(await asked.concludeAttempt({ attempt: 1, outcome: 'denied', amount: null })).toEqual({
      kind: 'not_waiting',
    });
  });

  it.each([{ currency: 'USD' }, { amount: null }])(
    '%j can be concluded by a person too, and moves nothing before',
    async (changes) => {
      const ledger = await paymentWith();
      await ledger.applyUpdate(notify(changes));
      expect((await ledger.read())?.view).toMatchObject({ status: 'created', amounts: { paid: 0 } });
      expect((await told(ledger)).jobs).toContain('webhook');
      await ledger.concludeAttempt({ attempt: 1, outcome: 'paid', amount: 1800 as Minor });
      expect((await ledger.read())?.view).toMatchObject({ amounts: { paid: 1800 } });
    },
  );

  it('beside money that is paid takes nothing from it, and can be added by a person', async () => {
    const ledger = await paymentWith();
    await ledger.applyUpdate(notify());
    await ledger.applyUpdate(notify({ amount: 500_000, key: 'other', movement: 'T2' }));
    expect((await ledger.read())?.view).toMatchObject({ status: 'paid', amounts: { paid: 1999 } });
    expect(await ledger.concludeAttempt({ attempt: 1, outcome: 'denied', amount: null })).toEqual({
      kind: 'held',
    });
    await ledger.concludeAttempt({ attempt: 1, outcome: 'paid', amount: 501_999 as Minor });
    expect((await ledger.read())?.view).toMatchObject({ status: 'paid', amounts: { paid: 501_999 } });
  });

  it('that was given back is told to the shop, and waits for nobody', async () => {
    const ledger = await paymentWith();
    await ledger.applyUpdate(notify());
    const before = (await told(ledger)).jobs.length;
    await ledger.applyUpdate(notify({ outcome: 'refunded', amount: 50_000, key: 'r', movement: 'R' }));
    expect((await told(ledger)).jobs.length).toBe(before + 1);
    expect((await ledger.read())?.view).toMatchObject({ status: 'paid', amounts: { refunded: 0 } });
    expect(await ledger.concludeAttempt({ attempt: 1, outcome: 'denied', amount: null })).toEqual({
      kind: 'not_waiting',
    });
  });
});
