/**
 * The shop's own texts and the lines of what is bought. The failures ruled out: a text that is lost, changed or shown to a provider; a
 * search that finds another value, or a payment that does not have it any more; lines that a protocol is told wrongly.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  admin,
  journey,
  makeAccount,
  makeShop,
  memory,
  network,
  type Payment,
  type Problem,
  placeAt,
  runAlarms,
  unique,
} from '../support/harness.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  net.restore();
  vi.useRealTimers();
});

type List = { readonly data: readonly Payment[]; readonly nextCursor: string | null };

const query = (texts: Record<string, string>) =>
  new URLSearchParams(Object.entries(texts).map(([name, value]) => [`metadata[${name}]`, value])).toString();

describe('metadata', () => {
  it('comes back as it was in the answer, the read, the lists and the webhooks, whatever its names and values', async () => {
    const metadata = {
      order: '1042',
      'a.b c': '',
      Zażółć: 'gęślą jaźń 🎫',
      'it\'s "quoted"': "'; DROP TABLE payments; --",
    };
    const { payment, shop, notify } = await journey('ecommpay', { fields: { metadata } });
    await notify('pay');
    await runAlarms(payment.id);
    expect(payment.metadata).toEqual(metadata);
    expect((await shop.payment(payment.id)).metadata).toEqual(metadata);
    expect(net.webhooks.at(-1)?.body.data.metadata).toEqual(metadata);
    expect(JSON.stringify(payment.redirect)).not.toContain('1042');
    for (const [name, value] of Object.entries(metadata)) {
      const { body } = await shop.call<List>('GET', `/payments?${query({ [name]: value })}`);
      expect(body.data.map(({ id }) => id)).toEqual([payment.id]);
      expect(body.data[0]?.metadata).toEqual(metadata);
    }
  });

  it('is part of the request: the same reference with other texts is another one, and a replacement takes the old ones away', async () => {
    const shop = await makeShop([await makeAccount('ogone')]);
    const reference = `r-${unique()}`;
    const first = await shop.pay({ reference, metadata: { color: 'red', size: 'L' } });
    const other = await shop.pay({ reference, metadata: { color: 'blue' } });
    expect(other.status).toBe(409);
    expect(other.body).toMatchObject({ differences: ['metadata.color', 'metadata.size'] });
    await runAlarms(first.body.id);
    const replaced = await shop.pay({ reference, metadata: { color: 'blue' }, replace: true });
    expect(replaced.body.metadata).toEqual({ color: 'blue' });
    await runAlarms(first.body.id);
    const found = async (texts: Record<string, string>) =>
      (await shop.call<List>('GET', `/payments?${query(texts)}`)).body.data.length;
    expect([
      await found({ color: 'red' }),
      await found({ size: 'L' }),
      await found({ color: 'blue' }),
    ]).toEqual([0, 0, 1]);
  });

  it('is found by equality alone, all of several texts, page by page, newest first, by its shop and by operators', async () => {
    const [one, two] = [
      await makeShop([await makeAccount('ogone')]),
      await makeShop([await makeAccount('ogone')]),
    ];
    const tag = unique();
    const made: { id: string; shop: string; even: boolean }[] = [];
    for (let count = 0; count < 7; count++) {
      vi.setSystemTime(Date.now() + 1000);
      const shop = count % 3 === 0 ? two : one;
      const even = count % 2 === 0;
      const { body } = await shop.pay({ metadata: { tag, even: String(even) } });
      await runAlarms(body.id);
      made.unshift({ id: body.id, shop: shop.id, even });
    }
    const pages = async (read: (more: string) => Promise<List>) => {
      const ids: string[] = [];
      for (let more = ''; ; ) {
        const { data, nextCursor } = await read(more);
        ids.push(...data.map(({ id }) => id));
        if (nextCursor === null) return ids;
        more = `&cursor=${nextCursor}`;
      }
    };
    const ofShop = (texts: Record<string, string>) =>
      pages(async (more) => (await one.call<List>('GET', `/payments?${query(texts)}&limit=2${more}`)).body);
    const ofOperator = (texts: Record<string, string>, filter = '') =>
      pages(
        async (more) => (await admin<List>('GET', `/payments?${query(texts)}&limit=2${filter}${more}`)).body,
      );
    const ids = (keep: (one: (typeof made)[number]) => boolean) => made.filter(keep).map(({ id }) => id);
    expect(await ofShop({ tag })).toEqual(ids(({ shop }) => shop === one.id));
    expect(await ofShop({ tag, even: 'true' })).toEqual(ids(({ shop, even }) => shop === one.id && even));
    expect(await ofOperator({ tag })).toEqual(ids(() => true));
    expect(await ofOperator({ tag, even: 'false' })).toEqual(ids(({ even }) => !even));
    expect(await ofOperator({ tag }, `&shop=${two.id}`)).toEqual(ids(({ shop }) => shop === two.id));
    expect(await ofOperator({ tag }, '&status=paid')).toEqual([]);
    // A part of a text, or the same in capitals, is another text: of the first one that is asked for, and of the others.
    for (const other of [
      { tag: tag.slice(0, -1) },
      { tag: '' },
      { tag, even: 'tru' },
      { tag, even: 'TRUE' },
    ]) {
      expect(await ofShop(other)).toEqual([]);
      expect(await ofOperator(other)).toEqual([]);
      expect(await ofOperator(other, `&shop=${two.id}`)).toEqual([]);
    }
    for (const even of ['tru', 'TRUE']) {
      expect(await ofShop({ even })).toEqual([]);
      expect(await ofOperator({ even }, `&shop=${two.id}`)).toEqual([]);
    }
    expect(new Set(await ofOperator({ tag }, '&updatedFrom=2020-01-01T00:00:00Z'))).toEqual(
      new Set(ids(() => true)),
    );
  });

  it('is refused by name where it is too much', async () => {
    const shop = await makeShop([await makeAccount('ogone')]);
    const refused = async (metadata: unknown) => (await shop.pay({ metadata })).body as unknown as Problem;
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`n${n}`, 'x']));
    expect((await refused(many)).errors?.[0]?.path).toBe('metadata');
    expect((await refused({ n: 'x'.repeat(501) })).errors?.[0]?.path).toBe('metadata.n');
    expect((await refused({ n: 5 })).errors?.[0]?.path).toBe('metadata.n');
    expect((await refused(['x'])).errors?.[0]?.path).toBe('metadata');
    const listed = await shop.call<Problem>('GET', '/payments?metadata=x');
    expect(listed.body.errors?.[0]?.path).toBe('metadata');
    expect((await shop.call<Problem>('GET', '/payments?meta[x]=1')).status).toBe(400);
  });
});

describe('line items', () => {
  const lineItems = [
    { name: 'Bilet – parter', quantity: 2, amount: 3000, taxAmount: 561 },
    { name: 'Program', quantity: 3, amount: 1000 },
  ];

  it('come back as they were, and are part of the request', async () => {
    const { payment, shop } = await journey('ecommpay', { fields: { lineItems, amount: 4000 } });
    expect(payment.lineItems).toEqual(lineItems);
    expect((await shop.payment(payment.id)).lineItems).toEqual(lineItems);
  });

  it('are told to PayU with a price for one, and as one piece where they do not divide', async () => {
    const { order } = await journey('payu', { fields: { lineItems, amount: 4000 } });
    const calls = net.calls.filter((url) => url.endsWith('/api/v2_1/orders'));
    expect(calls).toHaveLength(1);
    const kept = JSON.parse((await memory.get(`payu/${order.order}`)) ?? '{}') as { products: unknown };
    expect(kept.products).toEqual([
      { name: 'Bilet – parter', unitPrice: '1500', quantity: '2' },
      { name: '3 x Program', unitPrice: '1000', quantity: '1' },
    ]);
  });

  it('are one line at PayU where they do not come to the amount', async () => {
    const { order } = await journey('payu', { fields: { lineItems, amount: 5000 } });
    const kept = JSON.parse((await memory.get(`payu/${order.order}`)) ?? '{}') as {
      products: { unitPrice: string }[];
    };
    expect(kept.products.map(({ unitPrice }) => unitPrice)).toEqual(['5000']);
  });

  it('are told to Przelewy24 3.2 line by line, and to Paybox by their number', async () => {
    const p24 = await journey('przelewy24', {
      settings: { mode: '3.2' },
      fields: { lineItems, amount: 4000 },
    });
    expect(p24.order.data).toMatchObject({
      p24_name_1: 'Bilet – parter',
      p24_quantity_1: '2',
      p24_price_1: '1500',
      p24_name_2: '3 x Program',
      p24_price_2: '1000',
    });
    const paybox = await journey('paybox', { fields: { lineItems, amount: 4000 } });
    expect(paybox.order.data.PBX_SHOPPINGCART).toContain('<totalQuantity>5</totalQuantity>');
  });

  it('are refused by name where they cannot be', async () => {
    const { shop } = await placeAt('ecommpay');
    const refused = async (item: object) =>
      ((await shop.pay({ lineItems: [item] })).body as unknown as Problem).errors?.[0]?.path;
    expect(await refused({ name: 'x', quantity: 0, amount: 1 })).toBe('lineItems.0.quantity');
    expect(await refused({ name: 'x', quantity: 1, amount: 1.5 })).toBe('lineItems.0.amount');
    expect(await refused({ name: 'x', quantity: 1, amount: 1, taxAmount: 2 })).toBe('lineItems.0.taxAmount');
    expect(await refused({ name: 'x', quantity: 1, amount: 1, price: 2 })).toBe('lineItems.0.price');
  });
});
