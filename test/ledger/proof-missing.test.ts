/**
 * What a person says of an attempt that waits for proof. The failures ruled out: money concluded twice, or counted again when its
 * proof comes later; held money taken for paid; an attempt concluded that waits for nobody; an amount that somebody forged.
 */
import { describe, expect, it } from 'vitest';
import type { ConcludeAttemptCommand } from '../../src/ledger/operation-commands.ts';
import type { Minor } from '../../src/payments/money.ts';
import { ledgerOf } from '../support/harness.ts';
import { AMOUNT, create, newId, notify, signedAttempt } from './support.ts';

const unproven = { proven: false, proofMissing: true } as const;

async function paymentThatClaims(...claims: readonly Parameters<typeof notify>[0][]) {
  const id = newId();
  const ledger = ledgerOf(id);
  await ledger.create(create(id, { attempt: signedAttempt() }));
  for (const claim of claims) await ledger.applyUpdate(notify({ ...unproven, ...claim }));
  const conclude = (outcome: 'paid' | 'denied', changes: Partial<ConcludeAttemptCommand> = {}) =>
    ledger.concludeAttempt({ attempt: 1, outcome, amount: null, ...changes });
  return { ledger, conclude, view: async () => (await ledger.read())?.view };
}

describe('an attempt that waits for proof', () => {
  it('is concluded once, with the claimed amount, as a person says and not as proven', async () => {
    const { ledger, conclude, view } = await paymentThatClaims({});
    expect(await conclude('paid')).toEqual({ kind: 'concluded', outcome: 'paid', amount: AMOUNT });
    expect(await view()).toMatchObject({
      status: 'paid',
      pendingReason: null,
      signed: false,
      providerStatus: null,
      amounts: { paid: AMOUNT },
    });
    const events = (await ledger.events())?.events ?? [];
    expect(events.filter(({ type }) => type === 'attempt.concluded')).toMatchObject([
      {
        source: 'operator',
        detail: { attempt: 1, outcome: 'paid', amount: AMOUNT, from: 'pending', to: 'paid', signed: false },
      },
    ]);
    for (const outcome of ['paid', 'denied'] as const)
      expect(await conclude(outcome)).toEqual({ kind: 'not_waiting' });
    expect((await view())?.amounts.paid).toBe(AMOUNT);
  });

  it('is concluded once as denied too, and money that is proven later still counts', async () => {
    const { ledger, conclude, view } = await paymentThatClaims({});
    expect(await conclude('denied')).toEqual({ kind: 'concluded', outcome: 'denied', amount: null });
    expect(await view()).toMatchObject({ status: 'denied', signed: false });
    expect(await conclude('paid')).toEqual({ kind: 'not_waiting' });
    await ledger.applyUpdate(notify({ proven: true, channel: 'status', key: 'report' }));
    expect(await view()).toMatchObject({ status: 'paid', signed: true });
  });

  it.each(['denied', 'cancelled', 'expired', 'error'] as const)(
    'waits for a person where the claim comes after an end that brought nothing (%s), and a repeat of it asks nobody again',
    async (end) => {
      const { ledger, conclude, view } = await paymentThatClaims();
      await ledger.applyUpdate(notify({ proven: true, outcome: end, key: 'end', movement: 'first try' }));
      expect(await view()).toMatchObject({ status: end });
      await ledger.applyUpdate(notify(unproven));
      expect(await view()).toMatchObject({
        status: 'pending',
        pendingReason: 'proof_missing',
        signed: false,
      });
      expect(await conclude('denied')).toMatchObject({ kind: 'concluded' });
      await ledger.applyUpdate(notify(unproven));
      expect(await view()).toMatchObject({ status: 'denied' });
    },
  );

  it('is told of where a claim without proof says that what is held was taken, and says how much', async () => {
    const { ledger, conclude, view } = await paymentThatClaims();
    await ledger.applyUpdate(notify({ proven: true, outcome: 'authorized', key: 'hold', movement: 'hold' }));
    await ledger.applyUpdate(notify({ ...unproven, amount: 1500 }));
    expect(await view()).toMatchObject({ status: 'authorized', amounts: { paid: 0 } });
    const events = (await ledger.events())?.events ?? [];
    expect(events.map(({ detail }) => detail.reason)).toContain('amount_untold');
    expect(await conclude('denied')).toEqual({ kind: 'held' });
    expect(await conclude('paid')).toEqual({ kind: 'concluded', outcome: 'paid', amount: 1500 });
    expect(await view()).toMatchObject({ status: 'partially_paid', signed: false, amounts: { paid: 1500 } });
  });

  it.each([
    ['in another currency', { currency: 'JPY' }],
    ['in whole units', { amount: 100 * AMOUNT }],
  ])('is not concluded with an amount that was claimed %s', async (_how, claim) => {
    const { conclude } = await paymentThatClaims(claim);
    expect(await conclude('paid')).toEqual({ kind: 'amount_needed', claimed: [] });
    expect(await conclude('paid', { amount: AMOUNT })).toMatchObject({ kind: 'concluded', amount: AMOUNT });
  });

  it('does not wait by a message without proof that claims no money, after such an end', async () => {
    const { ledger, view } = await paymentThatClaims();
    await ledger.applyUpdate(notify({ proven: true, outcome: 'denied', key: 'end' }));
    await ledger.applyUpdate(notify({ ...unproven, outcome: 'cancelled' }));
    expect(await view()).toMatchObject({ status: 'denied' });
  });

  it('does not count the same money again when its proof comes', async () => {
    const { ledger, conclude, view } = await paymentThatClaims({});
    await conclude('paid');
    await ledger.applyUpdate(notify({ proven: true, channel: 'status', key: 'report' }));
    expect(await view()).toMatchObject({ status: 'paid', signed: true, amounts: { paid: AMOUNT } });
    await ledger.applyUpdate(notify({ proven: true, outcome: 'refunded', key: 'R', movement: 'R' }));
    expect((await view())?.status).toBe('refunded');
  });

  it('holds money that was only said to be held', async () => {
    const { conclude, view } = await paymentThatClaims({ outcome: 'authorized', key: 'A' });
    expect(await conclude('paid')).toMatchObject({ outcome: 'authorized', amount: AMOUNT });
    expect(await view()).toMatchObject({
      status: 'authorized',
      amounts: { paid: 0, authorized: AMOUNT },
    });
  });

  it('takes no amount of several, nor one of none, without the person saying it', async () => {
    const several = await paymentThatClaims({}, { amount: 1 as Minor, key: 'forged' });
    expect(await several.conclude('paid')).toEqual({ kind: 'amount_needed', claimed: [AMOUNT, 1] });
    expect((await several.view())?.status).toBe('pending');
    expect(await several.conclude('paid', { amount: AMOUNT })).toMatchObject({ amount: AMOUNT });
    const none = await paymentThatClaims({ outcome: 'denied', amount: null, key: 'no' });
    expect(await none.conclude('paid')).toEqual({ kind: 'amount_needed', claimed: [] });
    expect(await none.conclude('paid', { amount: 500 as Minor })).toMatchObject({ amount: 500 });
    expect((await none.view())?.status).toBe('partially_paid');
  });

  it('that a message proves meanwhile waits for nobody', async () => {
    const { ledger, conclude, view } = await paymentThatClaims({});
    await ledger.applyUpdate(notify({ proven: true, channel: 'status' }));
    expect(await conclude('denied')).toEqual({ kind: 'not_waiting' });
    expect((await view())?.status).toBe('paid');
  });
});

describe('an attempt that waits for nobody', () => {
  it('is not concluded: new, in process, or none', async () => {
    const { ledger, conclude, view } = await paymentThatClaims();
    expect(await conclude('paid')).toEqual({ kind: 'not_waiting' });
    await ledger.applyUpdate(notify({ proven: true, outcome: 'pending', amount: null, key: 'P' }));
    expect(await conclude('paid')).toEqual({ kind: 'not_waiting' });
    for (const attempt of [0, 2, Number.NaN, 1.5])
      expect(await conclude('paid', { attempt })).toEqual({ kind: 'not_found' });
    expect(await view()).toMatchObject({ status: 'pending', pendingReason: 'processing' });
    expect(await ledgerOf(newId()).concludeAttempt({ attempt: 1, outcome: 'paid', amount: null })).toEqual({
      kind: 'not_found',
    });
  });
});
