/**
 * What a shop gives to the client. The failures ruled out: an option that is none and is taken; an argument that is missing, or of
 * another type, and makes another call than was meant; a key that is logged.
 */
import { describe, expect, it } from 'vitest';
import { Countersign, CountersignError } from '../../src/client/index.ts';
import { errorOf, ok, service } from './support.ts';

describe('options', () => {
  const make = (changes: object) => () =>
    new Countersign({ url: 'https://pay.example.com', apiKey: 'key', ...changes });
  it.each([
    [{ url: '' }, /url is missing/],
    [{ url: 'pay.example.com' }, /url is no address/],
    [{ url: 'http://pay.example.com' }, /not https/],
    [{ url: 'https://pay.example.com/?x=1' }, /more than an origin/],
    [{ url: 'https://user:pass@pay.example.com' }, /more than an origin/],
    [{ apiKey: '' }, /apiKey is missing/],
    [{ apiKey: undefined }, /apiKey is missing/],
    [{ apiKey: 'a\nb' }, /apiKey has characters/],
    [{ timeoutMs: 0 }, /timeoutMs/],
    [{ timeoutMs: 3e9 }, /timeoutMs is a whole number from 1 to 2147483647/],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, /timeoutMs/],
    [{ retries: 1.5 }, /retries/],
    [{ fetch: 'fetch' }, /fetch is no function/],
  ])('that cannot be right are an error at once: %j', (changes, words) => {
    expect(make(changes)).toThrow(words);
    expect(make(changes)).toThrow(CountersignError);
  });

  it.each([undefined, null, 'https://pay.example.com'])('that are none are an error: %j', (given) => {
    expect(() => new Countersign(given as never)).toThrow(CountersignError);
  });

  it.each([null, {}, 'soon', { aborted: false }])(
    'of a call that are none are not sent: signal %j',
    async (signal) => {
      const { fetch, sent } = service([ok()]);
      const { payments } = new Countersign({ url: 'https://pay.example.com', apiKey: 'key', fetch });
      if (signal !== null)
        expect((await errorOf(payments.page({}, { signal: signal as never }))).code).toBe('invalid_option');
      expect((await errorOf(payments.page({}, 5 as never))).code).toBe('invalid_option');
      expect(sent).toHaveLength(0);
    },
  );

  it('take this machine without encryption, and an address with a path', async () => {
    for (const url of [
      'http://localhost:8787',
      'http://127.0.0.1:1',
      'http://[::1]:1',
      'https://x.example/pay/',
    ]) {
      const { fetch, sent } = service([ok()]);
      await new Countersign({ url, apiKey: 'key', fetch }).payments.find('a b&c');
      expect(sent[0]?.url).toBe(`${url.replace(/\/$/, '')}/v1/payments?reference=a+b%26c`);
    }
  });

  it('are not shown by a client that is logged', () => {
    const client = make({ apiKey: 'secret-key' })();
    expect(JSON.stringify(client)).not.toContain('secret-key');
  });
});

describe('what would be another call', () => {
  const { fetch, sent } = service([]);
  const { payments } = new Countersign({ url: 'https://pay.example.com', apiKey: 'key', fetch });
  it.each(['', '../admin/shops', 'a/b', 'a?b', '%2e%2e'])(
    'an id that leads elsewhere is not sent: %j',
    async (id) => {
      await expect(errorOf(payments.get(id)))
        .rejects.toThrow('no id of a payment')
        .catch(() => {});
      expect((await errorOf((async () => payments.get(id))())).code).toBe('invalid_option');
      expect(sent).toHaveLength(0);
    },
  );

  it.each([undefined, null, Number.NaN, '500', 5.5])(
    'an amount that is none is not taken for the whole: %j',
    async (amount) => {
      for (const kind of ['refund', 'capture', 'cancel'] as const) {
        const error = await errorOf(payments[kind]('7ZK0M3Q9T2V8XW4B', { amount: amount as number }));
        expect(error.code).toBe('invalid_option');
      }
      expect(sent).toHaveLength(0);
    },
  );

  it.each([500, '500', null, true, [500]])(
    'a request that is no object is not taken for one that says nothing: %j',
    async (request) => {
      for (const kind of ['refund', 'capture', 'cancel'] as const)
        expect((await errorOf(payments[kind]('7ZK0M3Q9T2V8XW4B', request as never))).code).toBe(
          'invalid_option',
        );
      expect((await errorOf(payments.create(request as never))).code).toBe('invalid_option');
      expect((await errorOf(payments.create({} as never, request as never))).code).toBe('invalid_option');
      expect(sent).toHaveLength(0);
    },
  );

  it.each(['operationId', 'idempotencyKey'])(
    'an operation whose %s is undefined is not one of its own: it would move the money again',
    async (name) => {
      const named = payments.refund('7ZK0M3Q9T2V8XW4B', { [name]: undefined } as never);
      expect((await errorOf(named)).code).toBe('invalid_option');
      expect(sent).toHaveLength(0);
    },
  );

  it('a version that is none does not replace whatever is there', async () => {
    for (const ifVersion of [undefined, null, '3', 1.5])
      expect((await errorOf(payments.create({} as never, { ifVersion } as never))).code).toBe(
        'invalid_option',
      );
    expect(sent).toHaveLength(0);
  });

  it('both names of an operation at once are not sent', async () => {
    const both = { operationId: 'a', idempotencyKey: 'b' };
    for (const idempotencyKey of ['', 'ü', 'x'.repeat(256)])
      expect((await errorOf(payments.refund('7ZK0M3Q9T2V8XW4B', { idempotencyKey }))).code).toBe(
        'invalid_option',
      );
    expect((await errorOf(payments.refund('7ZK0M3Q9T2V8XW4B', both))).code).toBe('invalid_option');
    expect((await errorOf(payments.refund('7ZK0M3Q9T2V8XW4B', { operationId: '' }))).code).toBe(
      'invalid_option',
    );
  });

  it.each([undefined, null, '', 7])(
    'a reference that is none finds no other payment: %j',
    async (reference) => {
      const other = service([ok({ data: [{ reference: 'other' }] })]);
      const client = new Countersign({ url: 'https://pay.example.com', apiKey: 'key', fetch: other.fetch });
      expect((await errorOf(client.payments.find(reference as string))).code).toBe('invalid_option');
      expect(other.sent).toHaveLength(0);
    },
  );

  it('an answer about another reference is not the payment', async () => {
    const other = service([ok({ data: [{ reference: 'other' }] })]);
    const client = new Countersign({ url: 'https://pay.example.com', apiKey: 'key', fetch: other.fetch });
    expect(await client.payments.find('mine')).toBe(null);
  });

  it.each([
    { metadata: { order: undefined } },
    { metadata: { order: null } },
    { metadata: { order: '' } },
    { metadata: { order: 7 } },
    { metadata: null },
    { status: [] },
    { status: [''] },
    { status: null },
    { account: null },
    { account: '' },
    { from: null },
    { limit: null },
    { limit: Number.NaN },
    null,
    'paid',
    7,
  ])('a filter that is empty is not left out: %j', async (filter) => {
    const listed = payments
      .list(filter as never)
      [Symbol.asyncIterator]()
      .next();
    expect((await errorOf(listed)).code).toBe('invalid_option');
    expect((await errorOf(payments.page(filter as never))).code).toBe('invalid_option');
    expect(sent).toHaveLength(0);
  });

  it('a member of a filter that is undefined, and a place before the first page, are left out', async () => {
    const other = service([ok(), ok()]);
    const client = new Countersign({ url: 'https://pay.example.com', apiKey: 'key', fetch: other.fetch });
    await client.payments.page({ account: undefined, cursor: null, limit: 5 });
    await client.eventsPage({ after: null });
    expect(other.sent.map(({ url }) => url.replace('https://pay.example.com', ''))).toEqual([
      '/v1/payments?limit=5',
      '/v1/events',
    ]);
  });

  it.each([null, { currency: null }, { currency: '' }, 'EUR'])(
    'a filter of what there is to choose from that is empty is not the list of all: %j',
    async (filter) => {
      const client = new Countersign({ url: 'https://pay.example.com', apiKey: 'key', fetch });
      for (const work of [
        client.providers(filter as never),
        client.accounts(filter as never),
        client.methods('main', filter as never),
        client.eventsPage(filter as never),
        client.events(filter as never).next(),
      ])
        expect((await errorOf(work)).code).toBe('invalid_option');
      expect(sent).toHaveLength(0);
    },
  );

  it.each([null, 7])(
    'an operation whose name is none has not the name of others: %j',
    async (operationId) => {
      const named = payments.refund('7ZK0M3Q9T2V8XW4B', { operationId: operationId as never });
      expect((await errorOf(named)).code).toBe('invalid_option');
      expect(sent).toHaveLength(0);
    },
  );

  it('a provider or an account that is missing is not the list of all', async () => {
    const client = new Countersign({ url: 'https://pay.example.com', apiKey: 'key', fetch });
    for (const missing of [undefined, '', '.', '..', 'a/b', '%2e%2e', 7]) {
      expect((await errorOf(client.provider(missing as string))).code).toBe('invalid_option');
      expect((await errorOf(client.methods(missing as string))).code).toBe('invalid_option');
    }
    expect(sent).toHaveLength(0);
  });

  it('what JSON has no form for is not sent, and not called a service that cannot be reached', async () => {
    const order = { reference: 'a', amount: 1999n as unknown as number, currency: 'EUR' };
    const error = await errorOf(payments.create(order));
    expect([error.code, error.tries, error.cause]).toEqual(['invalid_option', 0, expect.any(TypeError)]);
    expect(sent).toHaveLength(0);
  });

  it.each([0, 1.5, 3e9, Number.POSITIVE_INFINITY, Number.NaN])(
    'a time limit that a timer does not take does not end the call at once: %d',
    async (timeoutMs) => {
      expect((await errorOf(payments.find('a', { timeoutMs }))).code).toBe('invalid_option');
      expect(sent).toHaveLength(0);
    },
  );
});
