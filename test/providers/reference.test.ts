/**
 * The shop's own reference at the bank. The failures ruled out: a back office in which nobody finds an order by the shop's number; a
 * reference that could be read there as an order number of ours, or that moves a border of what is signed.
 */
import { describe, expect, it } from 'vitest';
import { shopReference } from '../../src/providers/kit/order-numbers.ts';
import { provider, providers } from '../../src/providers/registry.ts';
import { begin, request } from './support.ts';

/** Everything that the shopper's browser carries to the bank. */
async function carried(id: string, changes: Parameters<typeof request>[1]): Promise<string> {
  const entry = provider(id);
  if (!entry) throw new Error(`there is no ${id}`);
  const { redirect } = await begin(entry, request(entry, changes));
  if (redirect.kind === 'html') return redirect.html;
  const fields = redirect.kind === 'form' ? redirect.fields.map(({ value }) => value) : [];
  return [decodeURIComponent(redirect.url.replaceAll('+', ' ')), ...fields].join('\n');
}

describe('the shop’s own reference', () => {
  it.each(['systempay', 'payzen'])('stands beside the description at %s', async (id) => {
    const sent = await carried(id, { reference: 'order-1042/A', description: 'Two tickets' });
    expect(sent).toContain('order-1042/A');
    expect(sent).toContain('Two tickets');
  });

  it.each(['ogone', 'postfinance', 'ecommpay', 'epaydk', 'sips2', 'dotpay', 'assist'])(
    'stands where %s shows text, where there is no description',
    async (id) => {
      expect(await carried(id, { reference: 'order-1042/A', description: null })).toContain('order-1042/A');
    },
  );

  const OTHER = '7ZK0M3Q9T2V8XW4B01';
  it.each(providers.filter(({ id }) => id !== 'dummy').map(({ id }) => id))(
    'is never an order number of another payment at %s',
    async (id) => {
      for (const description of [null, 'Two tickets']) {
        const sent = await carried(id, { reference: OTHER, description });
        expect(sent).not.toContain(OTHER);
      }
    },
  );

  it('is sent whole or not at all, without what protocols separate by', () => {
    const sent = (reference: string, limit = 20) => shopReference({ reference }, limit);
    expect(sent('order-1042')).toBe('order-1042');
    for (const other of ['a;b', 'a|b', 'a+b', 'a!b', 'a:b', 'a=b&c', '<a>', 'Łódź', 'a\nb', 'x'.repeat(21)])
      expect(sent(other)).toBeUndefined();
    expect(sent(OTHER)).toBe('7ZK0M3Q9T2V8XW4B 01');
  });
});
