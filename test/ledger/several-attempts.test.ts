/** A payment with several attempts: what one bank is processing is hidden by no result of another, and is not paid a second time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApplyUpdateCommand } from '../../src/ledger/commands.ts';
import { ledgerOf, network, runAlarms } from '../support/harness.ts';
import { makeShopFor } from '../support/shop-only.ts';
import { create, newId, notify, signedAttempt } from './support.ts';

let net: ReturnType<typeof network>;
let shop: string;
beforeEach(async () => {
  net = network();
  shop = await makeShopFor();
});
afterEach(() => net.restore());

const OTHER = signedAttempt({ account: 'other' });

/** A payment whose shopper left for one bank, came back, and left for another. */
async function leftTwice() {
  const id = newId();
  const ledger = ledgerOf(id);
  const { request } = create(id);
  await ledger.create(create(id, { shop, request: { ...request, choose: true } }));
  await ledger.hop(null, 'bank');
  expect(await ledger.hop(null, 'other')).toMatchObject({ kind: 'start', attempt: 2 });
  expect(await ledger.start(2, OTHER)).toMatchObject({ kind: 'go', account: 'other' });
  return { id, ledger };
}

const processing = notify({ outcome: 'pending', amount: null, key: 'P', providerStatus: '91' });
const declined = (changes: Partial<ApplyUpdateCommand> = {}) =>
  notify({ attempt: 2, account: 'other', outcome: 'denied', amount: null, key: 'D', ...changes });

const statuses = () =>
  net.webhooks.map(({ body }) => body.type).filter((type) => type !== 'payment.forwarded');

describe('a second attempt that was declined', () => {
  it.each([
    ['after', [processing, declined()], ['payment.pending']],
    ['before', [declined(), processing], ['payment.denied', 'payment.pending']],
  ] as const)('hides no first one that a bank is processing: %s', async (_, updates, webhooks) => {
    const { id, ledger } = await leftTwice();
    for (const update of updates) {
      await ledger.applyUpdate(update);
      await runAlarms(id);
    }
    const read = await ledger.read();
    expect(read?.view).toMatchObject({
      status: 'pending',
      pendingReason: 'processing',
      providerStatus: '91',
      declineReason: null,
    });
    expect(statuses()).toEqual(webhooks);
    // Nobody is asked to pay again, by whichever means; and it is not called off.
    for (const chosen of [null, 'bank', 'other', 'third'])
      expect(await ledger.hop(null, chosen), chosen ?? 'none').toMatchObject({ kind: 'finished' });
    expect(await ledger.callOff(shop)).toBe('not_open');
    await ledger.applyUpdate(notify({ outcome: 'denied', amount: null, key: 'E' }));
    expect((await ledger.read())?.view.status).toBe('denied');
    expect(await ledger.hop()).toMatchObject({ kind: 'choose', isPerhapsPaid: false });
  });

  it('ends with the first one, whose shop was told that it expired and hears nothing else while it is only processed', async () => {
    const { id, ledger } = await leftTwice();
    await ledger.applyUpdate(processing);
    await ledger.applyUpdate(declined());
    const schedules = { bank: { queryAfter: [], expireAfterMs: 0 } };
    expect(await ledger.overdue({ schedules })).toBeNull();
    await runAlarms(id);
    expect(statuses().at(-1)).toBe('payment.expired');
    const read = await ledger.read();
    expect(read?.attempts.map(({ status }) => status)).toEqual(['expired', 'denied']);
    expect(await ledger.overdue({ schedules })).toBeNull();
    await ledger.applyUpdate({ ...processing, key: 'P2' });
    expect((await ledger.read())?.view.status).toBe('expired');
    await ledger.applyUpdate(notify());
    expect((await ledger.read())?.view).toMatchObject({ status: 'paid', late: true });
  });
});

describe('a second attempt whose shopper only left', () => {
  it('is not gone on with while a bank is processing the first one', async () => {
    const { ledger } = await leftTwice();
    await ledger.applyUpdate(processing);
    for (const chosen of [null, 'bank', 'other'])
      expect(await ledger.hop(null, chosen), chosen ?? 'none').toMatchObject({ kind: 'finished' });
  });

  it('has no redirect for its shop while a bank is processing the first one', async () => {
    const id = newId();
    const ledger = ledgerOf(id);
    await ledger.create(create(id, { shop, attempt: signedAttempt({ oneRedirect: true }) }));
    await ledger.hop();
    expect(await ledger.hop()).toMatchObject({ kind: 'start', attempt: 2 });
    await ledger.start(2, signedAttempt());
    expect((await ledger.read())?.redirect).not.toBeNull();
    await ledger.applyUpdate(processing);
    expect((await ledger.read())?.redirect).toBeNull();
  });

  it('is not where the rest of what the first one brought in part is paid a second time', async () => {
    const { ledger } = await leftTwice();
    await ledger.applyUpdate(notify({ amount: 500 }));
    await ledger.applyUpdate({ ...processing, attempt: 2, account: 'other' });
    expect((await ledger.read())?.view.status).toBe('partially_paid');
    for (const chosen of ['bank', 'third'])
      expect(await ledger.hop(null, chosen), chosen).toMatchObject({ kind: 'finished' });
  });
});

describe('what pages say of the money', () => {
  it('is careful while an attempt was left of which nothing is known', async () => {
    const { ledger } = await leftTwice();
    await ledger.applyUpdate(declined());
    expect(await ledger.hop()).toMatchObject({ kind: 'choose', isPerhapsPaid: true });
    await ledger.applyUpdate(notify({ outcome: 'cancelled', amount: null, key: 'C' }));
    expect(await ledger.hop()).toMatchObject({ kind: 'choose', isPerhapsPaid: false });
  });

  it('is careful after we have ended what somebody left for, and not where nobody did', async () => {
    const schedules = {
      bank: { queryAfter: [], expireAfterMs: 0 },
      other: { queryAfter: [], expireAfterMs: 0 },
    };
    const { ledger } = await leftTwice();
    await ledger.overdue({ schedules });
    expect(await ledger.hop()).toMatchObject({ kind: 'over', reason: 'expired', isPerhapsPaid: true });
    const id = newId();
    await ledgerOf(id).create(create(id, { shop }));
    await ledgerOf(id).overdue({ schedules });
    expect(await ledgerOf(id).hop()).toMatchObject({ kind: 'over', isPerhapsPaid: false });
  });
});
