/**
 * The page for a shopper who is back before the result. Ruled out: one who is sent to the shop while the result is on its way, or waits
 * for ever; and that the page which waits hands out the checkout.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { provider } from '../../src/providers/registry.ts';
import {
  answerNextCall,
  bankOf,
  journey,
  makeAccount,
  makeShop,
  network,
  ORIGIN,
  request,
  runAlarms,
  shopAfter,
} from '../support/harness.ts';
import { customer, pageOf, visit } from './pages-support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  net.restore();
});

/** Back from a bank that has told us nothing yet. */
async function backEarly(via = 'success') {
  const attempt = await journey('ecommpay', { fields: { customer } });
  await visit(attempt.payment.checkoutUrl);
  const back = await visit(`/return/${attempt.account}/${attempt.payment.id}?via=${via}`);
  const location = back.headers.get('location') ?? '';
  const address = location.startsWith(ORIGIN) ? location.slice(ORIGIN.length) : location;
  const [, , , token = ''] = address.split('/');
  return { attempt, back, address, token };
}

describe('a shopper who is back before the result', () => {
  it('is not sent to the shop with nothing known, but waits on a page that looks again without a script', async () => {
    const { attempt, back, address } = await backEarly();
    expect([back.status, back.headers.get('cache-control'), back.headers.get('referrer-policy')]).toEqual([
      303,
      'no-store',
      'no-referrer',
    ]);
    expect(back.headers.get('location')).toBe(ORIGIN + address);
    expect(address).toMatch(new RegExp(`^/pay/${attempt.payment.id}/[\\w-]{22}/wait\\?`));
    const page = await pageOf(await visit(address));
    expect(page.status).toBe(200);
    expect(page.onwards).toContain(`${address.replace(/\?.*/, '')}?`);
    expect(page.html).not.toContain('<script');
    await attempt.notify('pay');
    const done = await visit(page.onwards);
    expect(done.status).toBe(303);
    const target = new URL(done.headers.get('location') ?? '');
    expect([target.pathname, target.searchParams.get('status')]).toEqual(['/thanks', 'paid']);
  });

  it('does not wait for longer than a minute, whatever the address says', async () => {
    const { address } = await backEarly();
    const start = Date.now();
    for (const until of ['99999999999', '', '-1', 'x']) {
      const far = new URL(address, ORIGIN);
      far.searchParams.set('until', until);
      vi.setSystemTime(start);
      const page = await pageOf(await visit(far.href));
      const next = page.onwards;
      vi.setSystemTime(start + 58_000);
      expect((await visit(next)).status).toBe(200);
      vi.setSystemTime(start + 61_000);
      const done = await visit(next);
      const target = new URL(done.headers.get('location') ?? '');
      expect([done.status, target.pathname, target.searchParams.get('status')]).toEqual([
        303,
        '/thanks',
        'forwarded',
      ]);
    }
  });

  it.each([
    ['pending', 'thanks'],
    ['failure', 'sorry'],
  ])('goes to the address that the bank named, after the wait as before: %s', async (via, page) => {
    const { back } = await backEarly(via);
    expect((await shopAfter(back)).pathname).toBe(`/${page}`);
  });

  it('waits for a payment that the bank has in process', async () => {
    const attempt = await journey('paybox');
    const back = await visit(bankOf('paybox').back(attempt.order, attempt.merchant, 'wait'));
    expect(back.headers.get('location')).toContain('/wait?');
    expect((await shopAfter(back)).searchParams.get('status')).toBe('pending');
  });

  it('does not wait after giving up, nor for a person', async () => {
    const { back } = await backEarly('cancel');
    expect(new URL(back.headers.get('location') ?? '').pathname).toBe('/sorry');
    const account = await makeAccount('tipi', {
      environment: 'production',
      settings: { numcli: '090909', mode: 'url', saisie: 'A' },
    });
    const shop = await makeShop([account]);
    const { id } = (await shop.pay({ amount: 5500, customer })).body;
    const address = `/return/${account}/${id}?via=success`;
    expect((await visit(address)).headers.get('location')).toContain('/wait?');
    await request(`/callback/${account}?o=${id}01`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `numcli=090909&refdet=${id}01&montant=5500&saisie=A&resultrans=P`,
    });
    expect((await shop.payment(id)).pendingReason).toBe('proof_missing');
    expect((await visit(address)).headers.get('location')).toContain('status=pending');
  });

  it('sees the page of old at a shop without addresses, which looks again', async () => {
    const account = await makeAccount('ecommpay');
    const shop = await makeShop([account], { returnUrl: { success: null, failure: null } });
    const { body } = await shop.pay({ customer });
    const page = await pageOf(await visit(`/return/${account}/${body.id}`));
    expect([page.status, page.html.includes('Not paid yet')]).toEqual([200, true]);
    const next = page.onwards;
    expect((await pageOf(await visit(next))).html).toContain('Waiting for the bank');
    vi.setSystemTime(Date.now() + 61_000);
    const last = await pageOf(await visit(next));
    expect([last.status, last.html.includes('Not paid yet'), last.onwards]).toEqual([200, true, '']);
  });

  it('goes on when the message that came along makes us fail, and the log has it', async () => {
    const attempt = await journey('ogone');
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const ogone = provider('ogone');
    if (!ogone) throw new Error('there is no ogone');
    vi.spyOn(ogone, 'notification').mockImplementation(() => {
      throw new RangeError('the seal is broken');
    });
    const back = await visit(bankOf('ogone').back(attempt.order, attempt.merchant, 'pay'));
    expect(back.headers.get('location')).toContain('/wait?');
    expect((await attempt.shop.events(attempt.payment.id)).at(-1)).toMatchObject({
      type: 'returned',
      detail: { signed: false, refused: 'internal_error' },
    });
    expect(logged).toHaveBeenCalledWith(
      expect.objectContaining({ event: 'return.failed', code: 'internal_error' }),
    );
  });

  it('goes on when the bank that is asked hangs', async () => {
    const attempt = await journey('epaydk');
    const start = performance.now();
    for (let count = 0; count < 3; count++) answerNextCall(() => new Promise<Response>(() => {}));
    const back = await visit(bankOf('epaydk').back(attempt.order, attempt.merchant, 'pay'));
    expect(back.status).toBe(303);
    expect(performance.now() - start).toBeLessThan(11_000);
  });
});

describe('the page that waits', () => {
  it('does not hand out the checkout: its token opens nothing else', async () => {
    const { attempt, address, token } = await backEarly();
    const { id, checkoutUrl } = attempt.payment;
    expect(checkoutUrl).not.toContain(token);
    const page = await pageOf(await visit(address));
    expect(page.html).not.toContain(new URL(checkoutUrl).pathname.split('/')[3]);
    for (const text of ['zoe', 'Müller', 'Two tickets', attempt.payment.reference])
      expect(page.html).not.toContain(text);
    const log = await attempt.shop.events(id);
    for (const init of [{}, { method: 'POST', body: `account=${attempt.account}` }, { method: 'HEAD' }])
      expect((await visit(`/pay/${id}/${token}`, init)).status).toBe(404);
    expect(await attempt.shop.events(id)).toEqual(log);
  });

  it('is not there for another token, nor for a payment that is not', async () => {
    const { attempt, token } = await backEarly();
    const { id } = attempt.payment;
    const other = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const path of [
      `/pay/${id}/${other}/wait`,
      `/pay/${id}//wait`,
      `/pay/${'0'.repeat(16)}/${token}/wait`,
    ])
      expect((await visit(path)).status).toBe(404);
    expect((await visit(`${attempt.payment.checkoutUrl}/wait`)).status).toBe(200);
  });

  it('changes nothing, asks nobody, and does not count who looks', async () => {
    const { attempt, address } = await backEarly();
    const { id } = attempt.payment;
    await runAlarms(id);
    const log = await attempt.shop.events(id);
    const { version } = await attempt.shop.payment(id);
    const calls = net.calls.length;
    for (let count = 0; count < 5; count++) await visit(address);
    const head = await visit(address, { method: 'HEAD' });
    expect([head.status, head.headers.get('location')]).toEqual([200, null]);
    expect(net.calls).toHaveLength(calls);
    expect(await attempt.shop.events(id)).toEqual(log);
    expect((await attempt.shop.payment(id)).version).toBe(version);
  });
});
