/** The simulated banks are strict: a redirect that the real one would reject is rejected, and the field is named. */
import { describe, expect, it } from 'vitest';
import type { Redirect } from '../../src/payments/types.ts';
import { providers } from '../../src/providers/registry.ts';
import { BankError, type BankOrder } from '../../src/sandbox/kit/bank.ts';
import { concluded, decided, entryOf, perform, setSlow } from '../../src/sandbox/kit/bank-ledger.ts';
import { begin } from '../providers/support.ts';
import { known, memory, merchant, shopperAtBank } from '../support/harness.ts';

/** A redirect with one value changed after signing. */
function changed(redirect: Redirect, name: string): Redirect {
  const other = (value: string) => (value === '1' ? '2' : '1');
  if (redirect.kind === 'form') {
    return {
      ...redirect,
      fields: redirect.fields.map((field) =>
        field.name === name ? { name, value: other(field.value) } : field,
      ),
    };
  }
  if (redirect.kind === 'url') {
    const url = new URL(redirect.url);
    url.searchParams.set(name, other(url.searchParams.get(name) ?? ''));
    return { ...redirect, url: url.href };
  }
  return redirect;
}

function namesOf(redirect: Redirect): string[] {
  if (redirect.kind === 'form') return redirect.fields.map(({ name }) => name);
  return redirect.kind === 'url' ? [...new URL(redirect.url).searchParams.keys()] : [];
}

/** What its protocol signs, where that is not all of it. */
const SIGNED: Readonly<Record<string, readonly string[]>> = {
  assist: ['Merchant_ID', 'OrderNumber', 'OrderAmount', 'OrderCurrency', 'Checkvalue'],
};

const signed = providers.filter(({ capabilities }) => capabilities.signedNotification);

describe.each(signed.map((entry) => [entry.id, entry] as const))('the bank of %s', (id, entry) => {
  it('rejects every changed value, and names a field', async () => {
    const { redirect } = await begin(entry);
    for (const name of SIGNED[id] ?? namesOf(redirect)) {
      const rejection = await shopperAtBank(id, changed(redirect, name), merchant(id, 'account')).then(
        () => null,
        (error: unknown) => error,
      );
      expect(rejection, name).toBeInstanceOf(BankError);
      expect((rejection as BankError).field).toBeTruthy();
    }
  });

  it('takes the unchanged one', async () => {
    const { redirect } = await begin(entry);
    expect((await shopperAtBank(id, redirect, known(merchant(id, 'account')))).amount).toBe(1999);
  });
});

describe('a bank that is slow', () => {
  it('reserves what it has taken, and gives it back only when it has carried it out', async () => {
    const order: BankOrder = {
      id: 'slow',
      bank: 'any',
      account: 'any',
      order: 'SLOW01',
      amount: 1000,
      currency: 'EUR',
      manual: false,
      shown: [],
      data: {},
    };
    await decided(memory, order, 'pay');
    await setSlow(memory, order.order, true);
    const refund = async (amount: number) => {
      const entry = await entryOf(memory, order.order);
      if (!entry) throw new Error('the order is not there');
      return perform(memory, entry, { kind: 'refund', amount });
    };
    const first = await refund(600);
    if (typeof first === 'string') throw new Error(first);
    expect(first).toMatchObject({ done: { state: 'pending' }, entry: { returned: 0 } });
    expect(await refund(600)).toBe('amount');
    const second = await refund(400);
    if (typeof second === 'string') throw new Error(second);
    await concluded(memory, second.entry, first.done.id, 'rejected');
    const entry = await entryOf(memory, order.order);
    if (!entry) throw new Error('the order is not there');
    expect(await concluded(memory, entry, second.done.id, 'done')).toMatchObject({ returned: 400 });
  });
});
