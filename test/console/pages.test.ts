/**
 * The console's pages of payments, attention and home over HTTP, against the real gateway. Ruled out: a payment that the search does not
 * find, a refund that is done twice, by one person alone, or of another amount than was confirmed, a refusal that nobody explains.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { admin, type Journey, journey, network, request, runAlarms, unique } from '../support/harness.ts';
import { formOf, signedIn } from './support.ts';

/** Each page is several calls of several databases. */
vi.setConfig({ testTimeout: 30_000 });

beforeAll(() => {
  network();
});

/** A payment of 19.99 EUR that was paid at a sandbox bank. */
async function paidOne(fields: Record<string, unknown> = {}): Promise<Journey> {
  const made = await journey('sips2', { fields });
  await made.notify('pay');
  await runAlarms(made.payment.id);
  return made;
}

const pathOf = ({ payment }: Journey) => `/console/payments/${payment.id}`;

const plain = (text: string) =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('\u00a0', ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');

describe('the search', () => {
  it('finds a payment by its id, reference, e-mail, amount and the provider’s number, and leads to it at once', async () => {
    const reference = `order/${unique()} ü`;
    const email = `${unique()}@example.com`;
    const amount = 100_000 + (Number.parseInt(unique().slice(-5), 36) % 90_000);
    const one = await paidOne({ reference, amount, customer: { email } });
    const shown = await one.shop.payment(one.payment.id);
    const typed = `${Math.floor(amount / 100)},${String(amount % 100).padStart(2, '0')} eur`;
    for (const text of [
      one.payment.id,
      one.payment.id.toLowerCase(),
      reference,
      email.toUpperCase(),
      typed,
      `${one.payment.id}01`,
      shown.providerReference ?? '',
    ]) {
      // Each user has sixty calls of the API at a time: more than anybody presses.
      const browser = await signedIn({ role: 'view' });
      const seen = await browser.open(`/console/search?q=${encodeURIComponent(` ${text} `)}`);
      expect([text, seen.path]).toEqual([text, pathOf(one)]);
    }
    const browser = await signedIn({ role: 'view' });
    const none = await browser.open('/console/search?q=nothing-of-that-name');
    expect(plain(none.text)).toContain('No payment fits');
    expect((await browser.open('/console/search')).text).toContain('Type a reference');
  });

  it('by every filter finds what fits and nothing else, and names what is wrong', async () => {
    const one = await paidOne({ amount: 4321 });
    const browser = await signedIn({ role: 'view' });
    const { shop, account, payment } = one;
    const today = new Date().toISOString().slice(0, 10);
    const fits = [
      `reference=${payment.reference}`,
      `shop=${shop.id}`,
      `account=${account}`,
      `shop=${shop.id}&status=paid&status=refunded`,
      `shop=${shop.id}&amountFrom=43.21&amountTo=43,21&currency=eur`,
      `shop=${shop.id}&test=true&provider=sips2`,
      `shop=${shop.id}&createdFrom=${today}&createdTo=${today}`,
      `shop=${shop.id}&paidFrom=${today}`,
      `id=${payment.id}`,
    ];
    for (const query of fits) {
      const seen = await browser.open(`/console/payments?${query}`);
      expect([query, seen.status, seen.text.includes(pathOf(one))]).toEqual([query, 200, true]);
    }
    for (const query of [
      'status=denied',
      'amountFrom=50',
      'test=false',
      'createdTo=2020-01-01',
      'currency=PLN',
    ]) {
      const seen = await browser.open(`/console/payments?shop=${shop.id}&${query}`);
      expect([query, seen.status, seen.text.includes(pathOf(one))]).toEqual([query, 200, false]);
    }
    for (const [query, field, words] of [
      ['amountFrom=1.234', 'amountFrom', 'This is no amount'],
      ['amountTo=much', 'amountTo', 'This is no amount'],
      ['createdFrom=2026-02-30', 'createdFrom', 'This is no day'],
      ['paidTo=tomorrow', 'paidTo', 'This is no day'],
      ['currency=XXQ', 'currency', 'No currency has this code'],
      ['createdFrom=2026-02-03&createdTo=2026-02-01', 'createdTo', 'comes before'],
      ['shop=no-such-shop', 'shop', 'no shop'],
      ['id=1&shop=x', 'id', 'goes without other filters'],
    ] as const) {
      const seen = await browser.open(`/console/payments?${query}`);
      expect([query, seen.status]).toEqual([query, 422]);
      expect(seen.text).toContain(`href="#field-${field}"`);
      expect(plain(seen.text)).toContain(words);
    }
  });

  it('shows nothing of shops that the operator may not see', async () => {
    const [mine, other] = [await paidOne(), await paidOne()];
    const browser = await signedIn({ role: 'refund', shops: [mine.shop.id] });
    expect((await browser.open('/console/payments')).text).not.toContain(other.payment.reference);
    expect(plain((await browser.open(`/console/search?q=${other.payment.reference}`)).text)).toContain(
      'No payment fits',
    );
    for (const part of [
      '',
      '/raw',
      '/proof',
      '/refund',
      '/link',
      '/cancel',
      '/operations/1/approve',
      '/attempts/1/conclude',
    ])
      expect([part, (await browser.open(pathOf(other) + part)).status]).toEqual([part, 404]);
    expect((await browser.open(`/console/transactions/${other.payment.id}`)).status).toBe(404);
    expect((await browser.open(pathOf(mine))).status).toBe(200);
  });
});

describe('the page of a payment', () => {
  it('tells its story in words, in the zone of whoever looks, with the bodies of webhooks', async () => {
    const one = await journey('ecommpay', {});
    await request(one.payment.checkoutUrl, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
    await one.notify('pay');
    await runAlarms(one.payment.id);
    const browser = await signedIn({ role: 'view' });
    browser.cookies.set('console-browser-zone', 'Asia/Kathmandu');
    const { text, status } = await browser.open(pathOf(one));
    expect(status).toBe(200);
    const words = plain(text);
    expect(words).toContain('The shop asked for 19.99 EUR.');
    expect(words).toContain(`The shopper was sent to ${one.account}.`);
    expect(words).toMatch(/A message of the provider, success, 19\.99 EUR\. At the bank became Paid\./);
    expect(words).toContain('The shop took the webhook (first).');
    expect(words).toContain('"type": "payment.paid"');
    expect(words).toContain('The answer had no body.');
    expect(words).toMatch(/\d\d:\d\d:\d\d GMT\+5:45 · Provider/);
    // Whoever only reads is offered nothing else.
    for (const part of ['/refund', '/cancel', '/refresh', '/resend', '/erase'])
      expect(text).not.toContain(`${pathOf(one)}${part}"`);
    expect(text.length).toBeLessThan(60_000);
  });

  it('shows a forged message with the text that is signed, the first difference and likely causes', async () => {
    const one = await journey('ecommpay', {});
    await one.notify('pay', 'bad-signature');
    const browser = await signedIn({ role: 'view' });
    const words = plain((await browser.open(pathOf(one))).text);
    expect(words).toContain('Its signature is wrong');
    expect(words).toContain('The text that is signed, secrets masked');
    expect(words).toContain(one.payment.id);
    expect(words).toMatch(/First difference at character \d+/);
    expect(words).toMatch(/Keys that were tried \S+/);
    const all = await browser.open(`/console/refusals/${one.account}`);
    expect(plain(all.text)).toContain('Its signature is wrong');
    const attention = await browser.open('/console/attention?kind=refusals');
    expect(attention.text).toContain(`/console/refusals/${one.account}`);
  });

  it('gives its proof as a file, and its raw details', async () => {
    const one = await paidOne();
    const browser = await signedIn({ role: 'view' });
    const file = await browser.open(`${pathOf(one)}/proof`);
    expect(file.headers.get('content-disposition')).toBe(
      `attachment; filename="proof-${one.payment.id}.json"`,
    );
    expect(JSON.parse(file.text)).toMatchObject({ version: 2, payment: one.payment.id });
    expect((await browser.open(`${pathOf(one)}/raw`)).text).toContain('&quot;notification.applied&quot;');
  });

  it('is there in every language', async () => {
    const one = await paidOne();
    for (const [language, word] of [
      ['fr', 'Ce que le client a vu'],
      ['de', 'Was der Kunde sah'],
      ['pl', 'Co widział kupujący'],
    ] as const) {
      const browser = await signedIn({ role: 'refund' });
      const page = await browser.open('/console/me');
      await browser.submit(page, '/console/me', { language });
      expect(plain((await browser.open(pathOf(one))).text)).toContain(word);
      for (const path of [
        '/console',
        '/console/payments',
        '/console/attention',
        `${pathOf(one)}/refund`,
        `/console/transactions/${one.payment.id}`,
        '/console/payments/resend',
      ])
        expect([path, (await browser.open(path)).status]).toEqual([path, 200]);
    }
  });
});

describe('a refund', () => {
  it('is asked for, confirmed with amount, shop and payment, and done once', async () => {
    const one = await paidOne();
    const browser = await signedIn({ role: 'refund' });
    const at = `${pathOf(one)}/refund`;
    const ask = await browser.open(at);
    expect(ask.text).toMatch(/name="amount"[^>]*value="19.99"/);
    for (const [typed, words] of [
      ['much', 'This is no amount'],
      ['0', 'This is no amount'],
      ['20', 'There is 19.99 EUR at most'],
      ['-1', 'This is no amount'],
    ] as const) {
      const wrong = await browser.open(`${at}?amount=${typed}`);
      expect([typed, wrong.status, plain(wrong.text).includes(words)]).toEqual([typed, 422, true]);
    }
    const confirm = await browser.open(`${at}?amount=5&attempt=1`);
    const words = plain(confirm.text);
    for (const part of ['5.00 EUR', one.shop.id, one.payment.reference, 'Refund 5.00 EUR'])
      expect(words).toContain(part);
    const action = `${at}?amount=5.00&attempt=1`;
    const fields = formOf(confirm.text, action);
    const [first, second] = await Promise.all([browser.post(action, fields), browser.post(action, fields)]);
    expect([first.status, second.status].some((status) => status === 200)).toBe(true);
    const third = await browser.post(action, fields);
    expect(plain(third.text)).toContain('Nothing was done a second time');
    const { operations, amounts } = await one.shop.payment(one.payment.id);
    expect([operations.length, amounts.refunded]).toEqual([1, 500]);
  });

  it('of a large amount has it typed again', async () => {
    const one = await paidOne({ amount: 60_000 });
    const browser = await signedIn({ role: 'refund' });
    const action = `${pathOf(one)}/refund?amount=600.00&attempt=1`;
    const confirm = await browser.open(action);
    for (const again of ['', '60', '600.01', 'yes']) {
      const wrong = await browser.submit(confirm, action, { again });
      expect([again, wrong.status]).toEqual([again, 422]);
      expect(plain(wrong.text)).toContain('This is not 600.00 EUR');
    }
    const done = await browser.submit(await browser.open(action), action, { again: '600' });
    expect(plain(done.text)).toContain('Refunded: 600.00 EUR.');
  });

  it('that is stale says what is there, and does nothing', async () => {
    const one = await paidOne();
    const browser = await signedIn({ role: 'owner' });
    const action = `${pathOf(one)}/refund?amount=15.00&attempt=1`;
    const [early, late] = [await browser.open(action), await browser.open(action)];
    expect(plain((await browser.submit(early, action)).text)).toContain('Refunded: 15.00 EUR.');
    const stale = await browser.submit(late, action);
    expect(stale.status).toBe(422);
    expect(plain(stale.text)).toContain('There is 4.99 EUR at most');
    expect((await one.shop.payment(one.payment.id)).amounts.refunded).toBe(1500);
    expect((await browser.open(`${pathOf(one)}/operations/9/approve`)).status).toBe(404);
  });

  it('is not offered to whoever may not, and not done for them', async () => {
    const one = await paidOne();
    const reader = await signedIn({ role: 'view' });
    const action = `${pathOf(one)}/refund?amount=5.00&attempt=1`;
    const seen = await reader.submit(await reader.open(action), action);
    expect(plain(seen.text)).toContain('You may not do this');
    expect((await one.shop.payment(one.payment.id)).operations).toEqual([]);
  });

  it('above the limit waits for a second person, who finds it on the first page and approves it once', async () => {
    const one = await paidOne();
    await admin('PUT', '/approvals', { EUR: 1000 });
    try {
      const [asker, other] = [await signedIn({ role: 'refund' }), await signedIn({ role: 'refund' })];
      const action = `${pathOf(one)}/refund?amount=15.00&attempt=1`;
      const confirm = await asker.open(action);
      expect(plain(confirm.text)).toContain('above 10.00 EUR wait for a second person');
      const waiting = await asker.submit(confirm, action, { again: '15' });
      expect(plain(waiting.text)).toContain('The refund of 15.00 EUR waits for a second person.');
      expect(plain(waiting.text)).toContain('You asked for it: somebody else decides.');
      const own = await asker.open(`${pathOf(one)}/operations/1/approve`);
      expect(plain(own.text)).toContain('You asked for it yourself');
      await runAlarms(one.payment.id);
      const home = await other.open('/console');
      expect(home.text).toContain(`${pathOf(one)}/operations/1/approve`);
      const approve = `${pathOf(one)}/operations/1/approve`;
      const page = await other.open(approve);
      expect(plain(page.text)).toContain('Approve: Refund, 15.00 EUR');
      const done = await other.submit(page, approve);
      expect(plain(done.text)).toContain('Approved, and sent to the provider.');
      expect((await one.shop.payment(one.payment.id)).amounts.refunded).toBe(1500);
      const late = await other.open(`${pathOf(one)}/operations/1/decline`);
      expect(plain(late.text)).toContain('does not wait any more');
      await runAlarms(one.payment.id);
      expect((await other.open('/console/attention?kind=awaiting_approval')).text).not.toContain(
        one.payment.id,
      );
    } finally {
      await admin('PUT', '/approvals', {});
    }
  });

  it('that is declined is never sent', async () => {
    const one = await paidOne();
    await admin('PUT', '/approvals', { EUR: 0 });
    try {
      const [asker, other] = [await signedIn({ role: 'refund' }), await signedIn({ role: 'owner' })];
      const action = `${pathOf(one)}/refund?amount=1.00&attempt=1`;
      await asker.submit(await asker.open(action), action, { again: '1' });
      const decline = `${pathOf(one)}/operations/1/decline`;
      const done = await other.submit(await other.open(decline), decline);
      expect(plain(done.text)).toContain('Declined. Nothing was sent.');
      expect((await one.shop.payment(one.payment.id)).amounts.refunded).toBe(0);
    } finally {
      await admin('PUT', '/approvals', {});
    }
  });
});
