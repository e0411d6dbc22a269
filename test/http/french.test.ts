/** The French banks through the routes: daily numbers, redirects that expire, orders that are registered at the checkout, hints. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  answerNextCall,
  BANK_API,
  bankOf,
  currencyOf,
  deliver,
  demoSettings,
  hopFailures,
  journey,
  makeAccount,
  makeShop,
  memory,
  merchant,
  type network as Network,
  network,
  request,
  runAlarms,
  shopAfter,
  shopperAtBank,
} from '../support/harness.ts';

let net: ReturnType<typeof Network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  net.restore();
  vi.useRealTimers();
});

const fieldOf = (redirect: { kind: string }, name: string) =>
  (redirect as unknown as { fields: { name: string; value: string }[] }).fields.find(
    (one) => one.name === name,
  )?.value;

describe('a number of the day', () => {
  it('is another for every order of a contract, also when many come at once', async () => {
    const account = await makeAccount('systempay', {
      settings: { ...demoSettings('systempay'), site_id: '11112222' },
    });
    const twin = await makeAccount('systempay', {
      settings: { ...demoSettings('systempay'), site_id: '11112222' },
    });
    const shop = await makeShop([account, twin]);
    const payments = await Promise.all(
      Array.from({ length: 12 }, (_, index) => shop.pay({ account: index % 2 === 0 ? account : twin })),
    );
    const ids = payments.map(({ body }) => fieldOf(body.redirect, 'vads_trans_id'));
    expect(new Set(ids).size).toBe(12);
    for (const id of ids) expect(id).toMatch(/^0000\d\d$/);
  });

  it('is a fresh one when the shopper comes after half an hour', async () => {
    const account = await makeAccount('systempay');
    const shop = await makeShop([account]);
    const { body } = await shop.pay();
    const first = fieldOf(body.redirect, 'vads_trans_id');
    vi.setSystemTime(Date.now() + 26 * 60_000);
    const page = await (await request(body.checkoutUrl)).text();
    expect(page).not.toContain(`name="vads_trans_id" value="${first}"`);
    expect(page).toContain(`value="${body.id}02"`);
  });
});

describe('PayFiP by web service', () => {
  it('registers nothing until the shopper is there, and each visit anew', async () => {
    const account = await makeAccount('tipi', { endpoints: { api: BANK_API } });
    const shop = await makeShop([account]);
    const { body } = await shop.pay();
    expect(net.calls).toEqual([]);
    expect(body.redirect).toEqual({ kind: 'url', method: 'GET', url: body.checkoutUrl });
    const first = (await request(body.checkoutUrl)).headers.get('location') ?? '';
    const second = (await request(body.checkoutUrl)).headers.get('location') ?? '';
    expect(first).toMatch(/^https:\/\/www\.payfip\.gouv\.fr\/tpa\/paiementws\.web\?idop=/);
    expect(second).not.toBe(first);
  });

  it('registers one order for two clicks at the same moment', async () => {
    const account = await makeAccount('tipi', { endpoints: { api: BANK_API } });
    const shop = await makeShop([account]);
    const { body } = await shop.pay();
    const answers = await Promise.all([request(body.checkoutUrl), request(body.checkoutUrl)]);
    // The second one waits for the first, and goes where that one leads.
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(new Set(answers.map(({ headers }) => headers.get('location'))).size).toBe(1);
    expect(net.calls.filter((url) => url.startsWith(BANK_API))).toHaveLength(1);
  });

  it('says what the service declined, and goes on under another number', async () => {
    const account = await makeAccount('tipi', {
      endpoints: { api: BANK_API },
      settings: { numcli: '000001' },
    });
    const shop = await makeShop([account]);
    const { body } = await shop.pay();
    answerNextCall(async () => new Response('<html>maintenance</html>', { status: 503 }));
    expect((await request(body.checkoutUrl)).status).toBe(502);
    expect((await request(body.checkoutUrl)).status).toBe(303);
  });

  it('queries again until there is a result, and shows each status query in the log', async () => {
    const attempt = await journey('tipi');
    const early = await deliver(bankOf('tipi').notification(attempt.order, attempt.merchant, 'pay', 'none'));
    expect(early.status).toBe(200);
    await runAlarms(attempt.payment.id);
    let events = await attempt.shop.events(attempt.payment.id);
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['created', 'forwarded', 'confirm.requested', 'confirm.failed']),
    );
    expect(events.find(({ type }) => type === 'confirm.failed')?.detail).toMatchObject({
      answer: 'no result yet',
      nextTryAt: expect.any(String),
    });
    await bankOf('tipi').decide?.(attempt.order, attempt.merchant, 'pay', memory);
    vi.setSystemTime(Date.now() + 361_000);
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
    events = await attempt.shop.events(attempt.payment.id);
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['confirm.succeeded', 'notification.applied']),
    );
  });

  it('believes no detail of another debt', async () => {
    const attempt = await journey('tipi');
    const idOp = attempt.order.data.idOp ?? '';
    const kept = JSON.parse((await memory.get(`tipi/${idOp}`)) ?? '{}') as Record<string, string>;
    await memory.put(`tipi/${idOp}`, JSON.stringify({ ...kept, refdet: 'AUTRE0001', resultrans: 'P' }));
    const back = await request(bankOf('tipi').back(attempt.order, attempt.merchant, 'pay'));
    expect((await shopAfter(back)).searchParams.get('status')).toBe('forwarded');
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(0);
  });

  it.each([
    [99, 'amount_out_of_range'],
    [10_000_000, 'amount_out_of_range'],
  ])('rejects %d cents', async (amount, code) => {
    const account = await makeAccount('tipi', { endpoints: { api: BANK_API } });
    const shop = await makeShop([account]);
    const { body, status } = await shop.pay({ amount });
    if (status === 201) await request(body.checkoutUrl);
    const problem =
      status === 201 ? (await hopFailures(body.id))[0]?.detail : (body as unknown as { code: string });
    expect(problem?.code).toBe(code);
  });
});

describe('TIPI by URL form', () => {
  const urlForm = async (trust: boolean) => {
    const settings = { numcli: '090909', mode: 'url', saisie: 'A', trust_unsigned_notification: trust };
    const account = await makeAccount('tipi', { settings, environment: 'production' });
    const shop = await makeShop([account]);
    const { body } = await shop.pay({ amount: 5500 });
    const who = merchant('tipi', account, settings);
    const order = await shopperAtBank('tipi', body.redirect, who);
    const notifyOf = (decision: 'pay' | 'decline') =>
      deliver(bankOf('tipi').notification(order, who, decision, 'none'));
    return { shop, body, notifyOf };
  };

  it('never pays by its unsigned result: the payment is pending, and the log says why', async () => {
    const { shop, body, notifyOf } = await urlForm(false);
    expect((await notifyOf('pay')).status).toBe(200);
    const held = await shop.payment(body.id);
    expect(held).toMatchObject({
      status: 'pending',
      pendingReason: 'proof_missing',
      signed: false,
      amounts: { paid: 0 },
    });
    const event = (await shop.events(body.id)).at(-1);
    expect(event?.detail).toMatchObject({
      claimed: 'paid',
      proven: false,
      provider: { unsigned: expect.stringContaining('nobody has signed this') },
    });
    expect((await notifyOf('decline')).status).toBe(200);
    expect((await shop.payment(body.id)).status).toBe('pending');
  });

  it('does when the operator has switched that on', async () => {
    const { shop, body, notifyOf } = await urlForm(true);
    await notifyOf('pay');
    expect(await shop.payment(body.id)).toMatchObject({ status: 'paid', signed: false });
  });

  it('takes at most 9999.99 euros', async () => {
    const account = await makeAccount('tipi', { settings: { numcli: '090909', mode: 'url' } });
    const shop = await makeShop([account]);
    expect((await shop.pay({ amount: 1_000_000 })).body).toMatchObject({ code: 'amount_out_of_range' });
    expect((await shop.pay({ amount: 999_999 })).status).toBe(201);
    const answer = await shop.pay({ customer: { email: 'a@b.c' }, currency: currencyOf('tipi') });
    expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ path: 'customer.email' }] });
  });
});

describe('SIPS 1', () => {
  it('reads a notification later when the bridge is down', async () => {
    const attempt = await journey('sips');
    expect(attempt.payment.redirect.kind).toBe('html');
    answerNextCall(() => Promise.reject(new Error('connection refused')));
    expect((await attempt.notify('pay')).status).toBe(200);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('created');
    await runAlarms(attempt.payment.id);
    expect((await attempt.shop.payment(attempt.payment.id)).status).toBe('paid');
    const events = JSON.stringify(await attempt.shop.events(attempt.payment.id));
    expect(events).not.toContain('DATA');
  });
});
