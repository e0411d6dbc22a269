/** The simulated banks are strict: a redirect that the real one would reject is rejected, and the field is named. */
import { describe, expect, it } from 'vitest';
import type { Redirect } from '../../src/payments/types.ts';
import { providers } from '../../src/providers/registry.ts';
import { BankError } from '../../src/sandbox/kit/bank.ts';
import { begin } from '../providers/support.ts';
import { known, merchant, shopperAtBank } from '../support/harness.ts';

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
