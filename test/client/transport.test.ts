/** One call, sent again: when, how often, after which pause, and what the error says in the end. */
import { describe, expect, it } from 'vitest';
import { Countersign } from '../../src/client/index.ts';
import type { FetchFunction } from '../../src/client/platform.ts';
import { retryAfterSeconds, Transport, type TransportOptions } from '../../src/client/transport.ts';
import { errorOf, ok, type Step, service } from './support.ts';

const paidX = () => ok({ id: 'X', status: 'paid' });
const problem = (code: string, status: number, headers: Record<string, string> = {}) =>
  Response.json({ code, detail: `it is ${code}`, status }, { status, headers });

function transport(steps: readonly Step[], options: Partial<TransportOptions> = {}) {
  const { fetch, sent } = service(steps);
  const pauses: number[] = [];
  const made = new Transport({
    origin: 'https://pay.example.com',
    apiKey: 'secret-key',
    fetch,
    timeoutMs: 1000,
    retries: 3,
    wait: async (milliseconds) => {
      pauses.push(milliseconds);
    },
    random: () => 1,
    now: () => Date.parse('2026-11-26T12:00:00Z'),
    ...options,
  });
  return { made, sent, pauses };
}

const read = { method: 'GET', path: '/v1/payments', answer: 'list' } as const;
const refund = {
  method: 'POST',
  knownBy: 'key',
  idempotencyKey: 'refund/id/7',
  path: '/v1/payments/X/refund',
  answer: 'payment',
  body: { amount: 5 },
} as const;

const lost = () => new TypeError('connection lost');

describe('a call without an answer', () => {
  it('is sent again with the same key and body, after growing pauses', async () => {
    const { made, sent, pauses } = transport([lost(), lost(), lost(), paidX()]);
    expect(await made.send(refund)).toEqual({ id: 'X', status: 'paid' });
    expect(pauses).toEqual([500, 1000, 2000]);
    const keys = sent.map(({ init }) => init.headers['idempotency-key']);
    expect(new Set(keys)).toEqual(new Set(['refund/id/7']));
    expect(new Set(sent.map(({ init }) => init.body))).toEqual(new Set(['{"amount":5}']));
  });

  it('ends with an error that has the key, the number of tries and the cause', async () => {
    const { made } = transport([lost(), lost(), lost(), lost()]);
    const error = await errorOf(made.send(refund));
    expect(error).toMatchObject({
      code: 'unreachable',
      tries: 4,
      status: null,
      idempotencyKey: 'refund/id/7',
    });
    expect((error.cause as Error).message).toBe('connection lost');
  });

  it('ends when its time is up, and is sent again', async () => {
    const { made, sent } = transport(['hang', ok()], { timeoutMs: 20 });
    await made.send(read);
    expect(sent).toHaveLength(2);
    const never = transport(['hang'], { timeoutMs: 20, retries: 0 });
    expect(await errorOf(never.made.send(refund))).toMatchObject({
      code: 'timed_out',
      idempotencyKey: 'refund/id/7',
    });
  });

  it('counts the reading of the body into the time', async () => {
    const slow: FetchFunction = async (_, init) => ({
      status: 200,
      headers: new Headers(),
      text: () =>
        new Promise((__, reject) => {
          (init.signal as AbortSignal).addEventListener('abort', () => reject(new Error('aborted')));
        }),
    });
    const { made } = transport([], { fetch: slow, timeoutMs: 20, retries: 0 });
    expect((await errorOf(made.send(read))).code).toBe('timed_out');
  });

  it('is not sent again once its caller has given up', async () => {
    const abort = new AbortController();
    const { made, sent } = transport(['hang', ok()]);
    const sending = errorOf(made.send({ ...refund, options: { signal: abort.signal } }));
    abort.abort();
    expect(await sending).toMatchObject({ code: 'aborted', idempotencyKey: 'refund/id/7', tries: 1 });
    expect(sent).toHaveLength(1);
    expect(await errorOf(made.send({ ...read, options: { signal: abort.signal } }))).toMatchObject({
      tries: 0,
    });
  });
});

describe('what the service has decided', () => {
  it.each([
    'invalid_request',
    'unauthorized',
    'reference_conflict',
    'invalid_state',
    'provider_error',
    'misconfigured',
  ])('is not asked for again: %s', async (code) => {
    const { made, sent } = transport([problem(code, code === 'misconfigured' ? 500 : 409)]);
    expect((await errorOf(made.send(refund))).code).toBe(code);
    expect(sent).toHaveLength(1);
  });

  it('is not repeated where the provider did not answer: the same key has the same answer', async () => {
    const { made, sent } = transport([problem('provider_unreachable', 504)]);
    expect(await errorOf(made.send(refund))).toMatchObject({ code: 'provider_unreachable', status: 504 });
    expect(sent).toHaveLength(1);
  });

  it('comes with everything that the answer has', async () => {
    const body = {
      code: 'reference_conflict',
      detail: 'the reference belongs to another request',
      payment: '7ZK0M3Q9T2V8XW4B',
      differences: ['amount'],
      errors: [{ path: 'amount', message: 'is another' }],
      provider: { code: '5', text: 'nein' },
    };
    const { made } = transport([Response.json(body, { status: 409, headers: { 'x-request-id': 'abc' } })]);
    expect(await errorOf(made.send(read))).toMatchObject({
      name: 'CountersignError',
      message: body.detail,
      code: 'reference_conflict',
      status: 409,
      field: 'amount',
      differences: ['amount'],
      payment: '7ZK0M3Q9T2V8XW4B',
      provider: body.provider,
      requestId: 'abc',
      idempotencyKey: null,
    });
  });
});

describe('what passes', () => {
  it.each([
    [problem('rate_limited', 429, { 'retry-after': '7' }), 7250],
    [problem('unavailable', 503, { 'retry-after': 'Thu, 26 Nov 2026 12:00:09 GMT' }), 9250],
    [problem('internal_error', 500), 500],
    [new Response('<html>bad gateway', { status: 502 }), 500],
    [new Response('', { status: 429, headers: { 'retry-after': '0' } }), 500],
  ])('is sent again no sooner than it was asked to', async (answer, pause) => {
    const { made, pauses } = transport([answer, paidX()]);
    await made.send(refund);
    expect(pauses).toEqual([pause]);
  });

  it('is left to the caller where the service asks for more time than a call has', async () => {
    const { made, sent } = transport([problem('unavailable', 503, { 'retry-after': '3600' })]);
    expect(await errorOf(made.send(read))).toMatchObject({ code: 'unavailable', retryAfter: 3600 });
    expect(sent).toHaveLength(1);
  });

  it('has a Retry-After that is read as it is written', () => {
    const now = Date.parse('2026-11-26T12:00:00Z');
    expect(retryAfterSeconds(' 120 ', now)).toBe(120);
    expect(retryAfterSeconds('Thu, 26 Nov 2026 11:00:00 GMT', now)).toBe(0);
    for (const text of [null, '', 'soon', '-5', '99999999999'])
      expect(retryAfterSeconds(text, now)).toBe(null);
  });
});

describe('an answer of somebody else', () => {
  it.each([
    ['a page', new Response('<html>', { status: 200 })],
    ['a redirect', new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
    ['a page of a proxy', new Response('forbidden', { status: 403 })],
  ])('is said to be that: %s', async (_, answer) => {
    const { made, sent } = transport([answer]);
    expect((await errorOf(made.send(read))).code).toBe('unexpected_answer');
    expect(sent).toHaveLength(1);
    expect(sent[0]?.init.redirect).toBe('manual');
  });

  it('never has the key in its error', async () => {
    const { made } = transport([new Response('<html>'), lost()], { retries: 0 });
    for (const _ of [1, 2]) {
      const error = await errorOf(made.send(read));
      expect(JSON.stringify([error, error.message, error.stack])).not.toContain('secret-key');
    }
  });
});

describe('an answer of another form', () => {
  const made = (body: unknown) => {
    const { fetch, sent } = service([Response.json(body), Response.json(body)]);
    return { client: new Countersign({ url: 'https://pay.example.com', apiKey: 'key', fetch }), sent };
  };
  const ID = '7ZK0M3Q9T2V8XW4B';
  const CALLS: Readonly<Record<string, (client: Countersign) => Promise<unknown>>> = {
    create: ({ payments }) => payments.create({ reference: 'a', amount: 1, currency: 'EUR' }),
    get: ({ payments }) => payments.get(ID),
    find: ({ payments }) => payments.find('a'),
    list: ({ payments }) => payments.list().next(),
    page: ({ payments }) => payments.page(),
    'events of a payment': ({ payments }) => payments.events(ID).next(),
    deliveries: ({ payments }) => payments.deliveries(ID),
    resend: ({ payments }) => payments.resend(ID),
    capture: ({ payments }) => payments.capture(ID),
    cancel: ({ payments }) => payments.cancel(ID),
    refund: ({ payments }) => payments.refund(ID),
    refresh: ({ payments }) => payments.refresh(ID),
    providers: (client) => client.providers(),
    provider: (client) => client.provider('paybox'),
    accounts: (client) => client.accounts(),
    methods: (client) => client.methods('main'),
    events: (client) => client.events().next(),
    eventsPage: (client) => client.eventsPage(),
  };

  it.each(Object.keys(CALLS))('is no success and no TypeError: %s', async (name) => {
    for (const body of [null, {}, [], 'x', { data: null }, { data: [null] }, { id: 7 }]) {
      const error = await errorOf(CALLS[name]?.(made(body).client) ?? Promise.resolve());
      expect([name, body, error.code, error.status]).toEqual([name, body, 'unexpected_answer', 200]);
    }
  });

  it('keeps the key of an operation, which may have been carried out', async () => {
    const error = await errorOf(made({}).client.payments.refund(ID, { operationId: '7' }));
    expect(error.idempotencyKey).toBe('refund/id/7');
  });

  it('does not start a list again for ever: a page without a place, or one that leads to itself', async () => {
    for (const page of [{ data: [{ id: '1' }] }, { data: [{ id: '1' }], nextCursor: 'a' }]) {
      const all = async (list: AsyncGenerator<unknown>) => {
        for await (const _ of list);
      };
      expect((await errorOf(all(made(page).client.events({ after: 'a' })))).code).toBe('unexpected_answer');
      expect((await errorOf(all(made(page).client.payments.list({ cursor: 'a' })))).code).toBe(
        'unexpected_answer',
      );
    }
  });

  it('is not read to an end that never comes', async () => {
    let chunks = 0;
    const endless = new ReadableStream({
      pull(controller) {
        chunks += 1;
        controller.enqueue(new Uint8Array(1_000_000));
      },
    });
    const { made: transported, sent } = transport([new Response(endless)]);
    expect((await errorOf(transported.send(read))).code).toBe('unexpected_answer');
    expect([sent.length, chunks < 20]).toEqual([1, true]);
    const large: FetchFunction = async () => ({
      status: 200,
      headers: new Headers(),
      text: async () => ' '.repeat(10_000_001),
    });
    expect((await errorOf(transport([], { fetch: large }).made.send(read))).code).toBe('unexpected_answer');
  });
});
