/**
 * Lyra: amounts in messages that merchants report from the field. The failures ruled out: a part that counts for the whole, or twice; an
 * amount in the currency of the shopper's card that counts as the payment's.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systempay } from '../../../src/providers/lyra/brands.ts';
import { partsOf } from '../../../src/providers/lyra/schedule.ts';
import { admin, network, runAlarms } from '../../support/harness.ts';
import { begin, request } from '../support.ts';
import { DATED, type Fields, OTHER_UUID, sent, UUID } from './sent.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('a payment in several parts', () => {
  const config = 'MULTI:first=2590;count=3;period=30';
  const part = (amount: number, sequence: number, uuid: string): Fields => ({
    vads_trans_status: 'AUTHORISED',
    vads_effective_amount: String(amount),
    vads_effective_currency: '978',
    vads_sequence_number: String(sequence),
    vads_trans_uuid: uuid,
  });

  it.each(['sandbox', 'production'])('is not paid whole by its first part (%s)', async (environment) => {
    const { tell, money, shop, id, form } = await sent({ amount: 7590, config, environment });
    expect(form.vads_payment_config).toBe(config);
    expect((await tell(part(2590, 1, UUID))).status).toBe(200);
    expect(await money()).toEqual(['partially_paid', 2590, 0]);
    await tell({ ...part(2500, 2, OTHER_UUID), ...DATED });
    expect(await money()).toEqual(['partially_paid', 5090, 0]);
    await tell({ ...part(2500, 3, 'f'.repeat(32)), ...DATED, vads_trans_status: 'CAPTURED' });
    expect(await money()).toEqual(['paid', 7590, 0]);
    const types = (await shop.events(id)).map(({ detail }) => detail.reason).filter(Boolean);
    expect(types).not.toContain('amount_above');
  });

  it.each(['500', '2500', '5000'])(
    'counts nothing where another value (%s) is called the amount of its first part, without a date beside it',
    async (amount) => {
      const { tell, money } = await sent({ amount: 7590, config, environment: 'production' });
      await tell({ ...part(2590, 1, UUID), vads_effective_amount: amount });
      expect((await money())[1]).toBe(0);
      await tell(part(2590, 1, UUID));
      expect(await money()).toEqual(['partially_paid', 2590, 0]);
    },
  );

  it('counts by its schedule where the bank captures another currency', async () => {
    const { tell, money } = await sent({ amount: 7590, currency: 'USD', config });
    await tell({ ...part(2210, 1, UUID), ...DATED, vads_currency: '840' });
    expect(await money()).toEqual(['partially_paid', 2590, 0]);
    await tell({ ...part(2150, 3, OTHER_UUID), ...DATED, vads_currency: '840' });
    expect(await money()).toEqual(['partially_paid', 5090, 0]);
  });

  it('has its rest in the last part, and its days in any order', () => {
    expect(partsOf('MULTI:first=10000;count=4;period=30', 20_000)).toEqual([10_000, 3333, 3333, 3334]);
    expect(partsOf('MULTI_EXT:20270301=3000;20270101=2590;20270201=2000', 7590)).toEqual([2590, 2000, 3000]);
    expect(partsOf('MULTI:count=3;period=30', 100)).toEqual([33, 33, 34]);
  });

  it('may have days and amounts of its own, and not come to another amount', async () => {
    const extended = 'MULTI_EXT:20270101=2590;20270201=5000';
    const { tell, money } = await sent({ amount: 7590, config: extended });
    await tell(part(2590, 1, UUID));
    expect(await money()).toEqual(['partially_paid', 2590, 0]);
    const own = request(systempay, {
      amount: 7590 as never,
      providerFields: { vads_payment_config: extended },
    });
    expect((await begin(systempay, own)).redirect.kind).toBe('form');
    await expect(begin(systempay, { ...own, amount: 7000 as never })).rejects.toThrow(
      'cannot be paid in the parts',
    );
  });
});

describe('the amount of a transaction', () => {
  it('in another currency than the payment is not what was paid', async () => {
    const { tell, money } = await sent({ currency: 'USD' });
    await tell({
      vads_trans_status: 'AUTHORISED',
      vads_effective_amount: '1700',
      vads_effective_currency: '978',
    });
    expect(await money()).toEqual(['paid', 1999, 0]);
  });

  it('that was lowered when it was validated is not the whole', async () => {
    const { tell, money } = await sent();
    await tell({ vads_trans_status: 'AUTHORISED_TO_VALIDATE' });
    await tell({
      vads_trans_status: 'AUTHORISED',
      vads_effective_amount: '1500',
      ...DATED,
      vads_effective_currency: '978',
      vads_url_check_src: 'MERCH_BO',
    });
    expect(await money()).toEqual(['partially_paid', 1500, 0]);
  });

  it.each(['vads_amount', 'vads_effective_amount'])(
    'that the back office lowers (%s) is no repeat, in whichever order the messages come',
    async (name) => {
      const first = { vads_trans_status: 'AUTHORISED' };
      const lower = { ...first, ...DATED, [name]: '1500', vads_url_check_src: 'MERCH_BO' };
      for (const messages of [
        [first, lower],
        [lower, first],
      ]) {
        const { tell, money } = await sent();
        for (const one of messages) await tell(one);
        expect(await money()).toEqual(['partially_paid', 1500, 0]);
      }
    },
  );
});

describe('a value that is called vads_effective_amount, without the date that shows which one that is', () => {
  const called = {
    vads_trans_status: 'AUTHORISED',
    vads_effective_amount: '500',
    vads_effective_currency: '978',
  };
  const cannotBeAsked = { rest_password: null };

  it.each(['sandbox', 'production'])(
    'counts for nothing where the bank can be asked (%s)',
    async (environment) => {
      const { tell, money } = await sent({ environment });
      expect((await tell(called)).status).toBe(200);
      expect(await money()).toEqual(['created', 0, 0]);
      await tell({ vads_trans_status: 'AUTHORISED' });
      expect(await money()).toEqual(['paid', 1999, 0]);
    },
  );

  it('has the payment wait for a person where nobody can be asked, and it does not expire', async () => {
    const { tell, shop, id } = await sent({ environment: 'production', settings: cannotBeAsked });
    expect((await tell(called)).status).toBe(200);
    const waiting = { status: 'pending', pendingReason: 'proof_missing', amounts: { paid: 0 } };
    expect(await shop.payment(id)).toMatchObject(waiting);
    await runAlarms(id);
    expect((await shop.events(id)).map(({ type }) => type)).not.toContain('confirm.requested');
    const { body } = await admin('POST', `/payments/${id}/attempts/1`, { outcome: 'paid' });
    expect(body).toMatchObject({ status: 'partially_paid', amounts: { paid: 500 }, signed: false });
  });

  it('counts on an account for tests that nobody can be asked about, marked as not proven', async () => {
    const { tell, shop, id } = await sent({ settings: cannotBeAsked });
    await tell(called);
    expect(await shop.payment(id)).toMatchObject({
      status: 'partially_paid',
      amounts: { paid: 500 },
      signed: false,
    });
  });
});
