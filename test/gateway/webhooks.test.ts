/**
 * Webhooks on their way out. Ruled out: a message at an endpoint that does not want it, or signed with a secret whose time is over; an endpoint
 * that is switched off and goes on getting messages, or whose failures nobody counts; a secret or a card number in what is kept of them.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EndpointTarget } from '../../src/directory/endpoints.ts';
import { withKeptExchange } from '../../src/gateway/exchange.ts';
import { liveSecrets, messageFor, sendWebhook, webhookEndpoints } from '../../src/gateway/webhooks.ts';
import { polybankingMessage } from '../../src/webhooks/polybanking.ts';
import { standardMessage } from '../../src/webhooks/standard.ts';
import { handMade, logLines, NOW } from './hand-made.ts';

afterEach(() => vi.restoreAllMocks());

const secret = (value: string, notAfter: number | null = null) => ({ value, notBefore: 0, notAfter });
const SECRET = `whsec_${btoa('a secret of the shop')}`;

function target(changes: Partial<EndpointTarget> = {}): EndpointTarget {
  return {
    id: 'first',
    url: 'https://hooks.example.com/x',
    dialect: 'standard',
    events: ['*'],
    active: true,
    failingSince: null,
    switchedOffAt: null,
    createdAt: '',
    updatedAt: '',
    secrets: [secret(SECRET)],
    ...changes,
  };
}

const DATA = {
  reference: 'order-1',
  provider: 'postfinance',
  providerStatus: '9',
  status: 'paid',
  pendingReason: null,
  amount: 1999,
  amounts: { authorized: 0 },
  test: false,
};
const bodyOf = (type: string, more: object = {}) =>
  JSON.stringify({ type, timestamp: '2026-11-27T10:00:00.000Z', data: DATA, ...more });
const PAID = bodyOf('payment.paid');
const FEEDBACK = bodyOf('payment.feedback', { code: '92' });

it('a secret is good until its time is over', () => {
  const secrets = [secret('new'), secret('later', NOW + 1), secret('now', NOW), secret('before', NOW - 1)];
  expect(liveSecrets(target({ secrets }), NOW)).toEqual(['new', 'later']);
});

describe('a message', () => {
  it('is in the dialect of its endpoint, signed with the secrets that are good', () => {
    const message = { id: 'msg_1', body: PAID };
    const secrets = [secret(SECRET), secret('old', NOW + 1), secret('over', NOW)];
    const sent = (some: EndpointTarget, body = PAID) => messageFor('shop', some, { ...message, body }, NOW);
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
    expect(plain(sent(target({ secrets })))).toEqual(
      plain(standardMessage('msg_1', NOW, PAID, [SECRET, 'old'])),
    );
    const website = target({ dialect: 'polybanking', secrets });
    expect(plain(sent(website))).toEqual(plain(polybankingMessage('shop', PAID, SECRET)));
    expect(plain(sent(website, FEEDBACK))).toEqual(plain(polybankingMessage('shop', FEEDBACK, SECRET)));
    expect(sent(target(), FEEDBACK)).toBeNull();
    // Nobody can sign for a website that has no secret any more: what it gets does not verify.
    const without = target({ dialect: 'polybanking', secrets: [] });
    expect(plain(sent(without))).toEqual(plain(polybankingMessage('shop', PAID, '')));
  });

  it.each<[string, Partial<EndpointTarget>, boolean, boolean]>([
    ['of every event', {}, true, false],
    ['of this event', { events: ['payment.paid', 'payment.feedback'] }, true, false],
    ['of other events', { events: ['payment.refunded'] }, false, false],
    ['that is not active', { active: false }, false, false],
    ['of a website', { dialect: 'polybanking' }, true, true],
    ['of a website that wants this event', { dialect: 'polybanking', events: ['payment.paid'] }, true, false],
    ['of a website that is not active', { dialect: 'polybanking', active: false }, false, false],
  ])('is for an endpoint %s, or not', async (_name, changes, wantsPaid, wantsFeedback) => {
    const targets = [target({ id: 'one', ...changes }), target({ id: 'none', active: false })];
    const { service } = handMade({ directory: { endpointTargets: targets } });
    const ids = (body: string) => webhookEndpoints(service, 'shop', body);
    expect(await ids(PAID)).toEqual(wantsPaid ? ['one'] : []);
    expect(await ids(FEEDBACK)).toEqual(wantsFeedback ? ['one'] : []);
    const gone = handMade({ directory: { endpointTargets: null } });
    expect(await webhookEndpoints(gone.service, 'shop', PAID)).toEqual([]);
  });
});

describe('a try', () => {
  const UNWANTED = { result: 'unwanted', status: null, error: null, durationMs: 0 };

  /** Sends a message to the endpoint `first`. @returns the outcome, what the directory was told, and the lines of the log. */
  async function sent(
    some: Partial<EndpointTarget>,
    answer: Response = new Response('thanks'),
    directory: object = {},
    body = PAID,
  ) {
    const lines = logLines();
    const targets = [target({ id: 'second', url: 'https://other.example.com/' }), target(some)];
    const parts = handMade({
      directory: { endpointTargets: targets, endpointWorks: undefined, endpointFails: false, ...directory },
      changes: { names: { isPrivate: async () => false } as never },
    });
    parts.fetched.mockResolvedValue(answer);
    const outcome = await sendWebhook(parts.service, 'shop', 'first', { id: 'msg_1', body });
    const told = parts.directory
      .slice(1)
      .map(([name, shop, one]) => [name, shop, (one as EndpointTarget).id]);
    return { outcome, told, lines, calls: parts.fetched.mock.calls.map(([url]) => url) };
  }

  it('is made at the address of the endpoint, with what is kept of it', async () => {
    const { outcome, told, lines, calls } = await sent({}, new Response(`got ${SECRET}`));
    expect(outcome).toEqual({
      result: 'delivered',
      status: 200,
      error: null,
      durationMs: 0,
      exchange: { url: 'https://hooks.example.com/x', request: PAID, answer: 'got ‹secret›' },
    });
    expect(calls).toEqual(['https://hooks.example.com/x']);
    expect(told).toEqual([['endpointWorks', 'shop', 'first']]);
    expect(lines).toEqual([]);
  });

  it('is none where there is no such endpoint, it is not active, or its dialect has no such message', async () => {
    for (const [some, body] of [
      [{ id: 'another' }, PAID],
      [{ active: false }, PAID],
      [{}, FEEDBACK],
    ] as const)
      expect(await sent(some, undefined, {}, body)).toEqual({
        outcome: UNWANTED,
        told: [],
        lines: [],
        calls: [],
      });
    const { service } = handMade({ directory: { endpointTargets: null } });
    expect(await sendWebhook(service, 'shop', 'first', { id: 'msg_1', body: PAID })).toEqual(UNWANTED);
  });

  it('is none where the endpoint took nothing for so long that it was switched off, which the log of the payment says', async () => {
    const { outcome, calls } = await sent({ active: false, switchedOffAt: '2026-11-26T10:00:00.000Z' });
    expect(outcome).toEqual({
      ...UNWANTED,
      result: 'gone',
      error: 'the endpoint is switched off: it took nothing for five days',
    });
    expect(calls).toEqual([]);
  });

  it('that fails is counted, and the one that switches the endpoint off is named in the log', async () => {
    const down = () => new Response('', { status: 503 });
    const failing = await sent({}, down());
    expect(failing.outcome).toMatchObject({ result: 'failed', status: 503 });
    expect([failing.told, failing.lines]).toEqual([[['endpointFails', 'shop', 'first']], []]);
    const last = await sent({}, down(), { endpointFails: true });
    expect(last.lines).toEqual([{ event: 'endpoint.switched_off', shop: 'shop', endpoint: 'first' }]);
    const gone = await sent({}, new Response('', { status: 410 }));
    expect(gone.told).toEqual([['endpointFails', 'shop', 'first']]);
  });

  it('has its outcome, although that cannot be counted', async () => {
    const fails = { endpointWorks: () => Promise.reject(new Error('D1 is down')) };
    const { outcome, lines } = await sent({}, new Response(), fails);
    expect(outcome).toMatchObject({ result: 'delivered' });
    expect(lines).toEqual([
      { event: 'endpoint.not_noted', shop: 'shop', endpoint: 'first', error: 'Error: D1 is down' },
    ]);
  });
});

describe('what is kept of a message', () => {
  const kept = (request: string, secrets: readonly string[], answer: string | null = null) =>
    withKeptExchange(
      {
        result: 'failed',
        status: null,
        error: null,
        durationMs: 1,
        exchange: { url: 'https://x.example/', request, answer },
      },
      secrets,
    ).exchange;

  it('has no secret, with the prefix of its form or without it, and no card number', () => {
    const bare = SECRET.slice('whsec_'.length);
    expect(kept(`a ${SECRET} b ${bare} c whsec_ 4111111111111111`, [SECRET], bare)).toEqual({
      url: 'https://x.example/',
      request: 'a ‹secret› b ‹secret› c whsec_ 411111******1111',
      answer: '‹secret›',
    });
    // Only in front it is a prefix.
    expect(kept('my-whsec_key my-key', ['my-whsec_key'])).toMatchObject({ request: '‹secret› my-key' });
    expect(kept('x', [])).toMatchObject({ answer: null });
  });

  it('is the beginning, and no secret stands at its end', () => {
    const long = 'x'.repeat(4090);
    expect(kept(`${long}${SECRET}`, [SECRET])?.request).toBe(`${long}‹secre`);
    expect(kept('x'.repeat(6000), [SECRET])?.request).toBe('x'.repeat(4096));
    const replaced = vi.spyOn(String.prototype, 'replace');
    kept('x'.repeat(9000), [SECRET]);
    const longest = Math.max(...replaced.mock.contexts.map((text) => String(text).length));
    replaced.mockRestore();
    expect(longest).toBe(5120);
  });

  it('is nothing where nothing was sent', () => {
    const outcome = { result: 'failed', status: null, error: 'no', durationMs: 0 } as const;
    expect(withKeptExchange(outcome, [SECRET])).toBe(outcome);
  });
});
