/** Pages for people at addresses that nobody, or a program, should ask for. Ruled out: JSON or a bare error at an address for shoppers. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { network } from '../support/harness.ts';
import { pageOf, visit, waiting } from './pages-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  net.restore();
});

describe('a request that nobody should send', () => {
  const addresses = async () => {
    const { payment, account } = await waiting('ogone');
    const { pathname } = new URL(payment.checkoutUrl);
    return [
      [pathname, 'GET, POST, HEAD'],
      [`/pay/${payment.id}`, 'GET, POST, HEAD'],
      [`${pathname}/wait`, 'GET, HEAD'],
      [`/return/${account}/${payment.id}`, 'GET, POST, HEAD'],
    ] as const;
  };

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('is no JSON for the method %s', async (method) => {
    for (const [address, allow] of await addresses()) {
      const response = await visit(address, { method });
      expect([address, response.headers.get('allow')]).toEqual([address, allow]);
      const page = await pageOf(response);
      expect([address, page.status]).toEqual([address, 405]);
      expect(page.html).toContain(page.id);
    }
  });

  it('is no JSON for a body that is too large, and the log has it', async () => {
    const open = await waiting('ogone');
    const body = 'x'.repeat(70_000);
    const chosen = await pageOf(await visit(open.payment.checkoutUrl, { method: 'POST', body }));
    expect([chosen.status, chosen.html.includes('Nothing was charged')]).toEqual([413, true]);
    expect(Object.keys(chosen.links)).toEqual(['Try again', 'Back to the shop']);
    const returned = await visit(`/return/${open.account}/${open.payment.id}`, { method: 'POST', body });
    expect(returned.status).toBe(303);
    expect((await visit(returned.headers.get('location') ?? '')).status).toBe(200);
    expect((await open.shop.events(open.payment.id)).at(-1)).toMatchObject({
      type: 'returned',
      detail: { refused: 'payload_too_large' },
    });
  });

  it('leads to a page, whatever stands behind the address', async () => {
    const { payment, account } = await waiting('ogone');
    for (const path of [
      '/pay',
      '/pay/',
      '/return',
      `/return/${account}`,
      `/return/${account}/${payment.id}/more`,
      '/paiements/go',
      new URL(payment.checkoutUrl).pathname.toUpperCase(),
      `/${new URL(payment.checkoutUrl).pathname}`,
    ]) {
      const page = await pageOf(await visit(path));
      expect([path, page.status]).toEqual([path, 404]);
    }
  });
});

describe('a program that looks at an address', () => {
  it('makes nothing, and sees no failure: the bank is not called', async () => {
    const open = await waiting('moip');
    const calls = net.calls.length;
    for (const init of [{ method: 'HEAD' }, { headers: { 'user-agent': 'Slackbot 1.0' } }])
      expect((await visit(open.payment.checkoutUrl, init)).status).toBe(200);
    expect(net.calls).toHaveLength(calls);
    expect((await open.shop.events(open.payment.id)).map(({ type }) => type)).toEqual(['created']);
  });
});

describe('the front door', () => {
  it('is no JSON: a page that says what this is, and its icon', async () => {
    const page = await pageOf(await visit('/'));
    expect([page.status, page.html.includes('go back there')]).toEqual([200, true]);
    // The platform serves it, beside the Worker.
    expect(page.links['For developers: the reference of its API']).toBe('/docs');
    const icon = await visit('/favicon.ico');
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(await icon.text()).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  });
});
