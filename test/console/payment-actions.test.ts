/**
 * What else operators do with a payment in the console, and with what needs a person. Ruled out: a form whose wrong field is not named,
 * one that is done twice, a link with another time or amount than was typed, an entry that is resolved without a word.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  admin,
  cut,
  journey,
  makeAccount,
  makeShop,
  network,
  request,
  runAlarms,
  unique,
} from '../support/harness.ts';
import { formOf, signedIn } from './support.ts';

vi.setConfig({ testTimeout: 30_000 });

let sent: ReturnType<typeof network>;

beforeAll(() => {
  sent = network();
});

const plain = (text: string) =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('\u00a0', ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');

const webhooksOf = (id: string) => sent.webhooks.filter(({ body }) => body?.data?.id === id).length;

describe('a payment link', () => {
  it('is made with what was typed, once, and shown with a QR code; every wrong field is named', async () => {
    const shop = await makeShop([await makeAccount('sips2'), await makeAccount('paybox')]);
    const browser = await signedIn({ role: 'refund', shops: [shop.id] });
    browser.cookies.set('console-browser-zone', 'Europe/Zurich');
    const action = `/console/links/new?shop=${shop.id}`;
    const form = await browser.open('/console/links/new');
    expect(form.path).toBe(action);
    const reference = `invoice ${unique()}`;
    const good = {
      reference,
      amount: '1 234,50',
      currency: 'EUR',
      description: 'Invoice 77',
      'customer.email': 'zoe@example.com',
    };
    for (const [field, value, words] of [
      ['reference', '', 'takes 1 to 100 characters'],
      ['amount', 'a lot', 'This is no amount'],
      ['amount', '', 'This is no amount'],
      ['customer.email', 'zoe', 'is not an e-mail address'],
      ['expiresAt', 'tomorrow', 'This is no time'],
      ['expiresAt', '2026-02-30T10:00', 'This is no time'],
    ] as const) {
      const wrong = await browser.submit(form, action, { ...good, [field]: value });
      expect([field, value, wrong.status]).toEqual([field, value, 422]);
      expect(plain(wrong.text)).toContain(words);
      expect(wrong.text).toContain(`href="#field-${field.replace('.', '-')}"`);
      expect(wrong.text).toContain('value="Invoice 77"');
    }
    const fields = formOf((await browser.open(action)).text, action);
    for (const [name, value] of Object.entries({ ...good, expiresAt: '2027-07-01T18:30' }))
      fields.set(name, value);
    const made = await browser.post(action, fields);
    expect(plain(made.text)).toContain('The link is made.');
    expect(made.text).toMatch(
      /class="qr" role="img" aria-label="The code holds the address of the link\."><svg/,
    );
    expect(plain(made.text)).toContain('1,234.50 EUR');
    expect((await browser.post(action, fields)).path).toBe(made.path);
    await runAlarms(made.path.split('/')[3] ?? '');
    const list = await admin<{ data: { amount: number; expiresAt: string; id: string }[] }>(
      'GET',
      `/payments?shop=${shop.id}`,
    );
    expect(list.body.data).toMatchObject([{ amount: 123_450, expiresAt: '2027-07-01T16:30:00.000Z' }]);
    const taken = await browser.submit(await browser.open(action), action, { ...good, amount: '7' });
    expect([
      taken.status,
      plain(taken.text).includes(`the reference ${reference} belongs to another request`),
    ]).toEqual([422, true]);
  });
});

describe('a webhook', () => {
  it('is sent again once for a press of the button, however often it is pressed', async () => {
    const one = await journey('sips2', {});
    await one.notify('pay');
    await runAlarms(one.payment.id);
    const browser = await signedIn({ role: 'refund' });
    const at = `/console/payments/${one.payment.id}`;
    const page = await browser.open(at);
    const fields = formOf(page.text, `${at}/resend`);
    const before = webhooksOf(one.payment.id);
    const first = await browser.post(`${at}/resend`, fields);
    expect(plain(first.text)).toContain('The newest webhook is sent again.');
    await runAlarms(one.payment.id);
    await browser.post(`${at}/resend`, fields);
    await runAlarms(one.payment.id);
    expect(webhooksOf(one.payment.id)).toBe(before + 1);
    expect(plain((await browser.open(at)).text)).toContain('The newest webhook was asked for again.');
  });

  it('of many payments is sent again for a span of time; every wrong field is named', async () => {
    const one = await journey('sips2', {});
    await one.notify('pay');
    await runAlarms(one.payment.id);
    const browser = await signedIn({ role: 'refund', shops: [one.shop.id] });
    const at = '/console/payments/resend';
    const page = await browser.open(`${at}?shop=${one.shop.id}`);
    for (const [typed, field, words] of [
      [{ shop: '' }, 'shop', 'Choose a shop.'],
      [{ from: 'once' }, 'from', 'This is no time'],
      [{ to: '' }, 'to', 'A time is missing.'],
      [{ to: '2020-01-01T00:00' }, 'to', 'not after the beginning'],
    ] as const) {
      const wrong = await browser.submit(page, at, typed);
      expect([wrong.status, wrong.text.includes(`href="#field-${field}"`)]).toEqual([422, true]);
      expect(plain(wrong.text)).toContain(words);
    }
    const before = webhooksOf(one.payment.id);
    const done = await browser.submit(await browser.open(`${at}?shop=${one.shop.id}`), at);
    expect(plain(done.text)).toContain('Sent again: 1.');
    await runAlarms(one.payment.id);
    expect(webhooksOf(one.payment.id)).toBe(before + 1);
  });
});

describe('an operation whose answer was lost', () => {
  it('is shown, needs a person, and is settled once by a word of that person', async () => {
    const one = await journey('sips2', {});
    await one.notify('pay');
    await runAlarms(one.payment.id);
    const browser = await signedIn({ role: 'refund' });
    const at = `/console/payments/${one.payment.id}`;
    const refund = `${at}/refund?amount=3.00&attempt=1`;
    const confirm = await browser.open(refund);
    cut('before');
    const lost = await browser.submit(confirm, refund);
    cut(null);
    expect(plain(lost.text)).toContain('The provider did not do it');
    const page = plain((await browser.open(at)).text);
    expect(page).toContain('Nobody knows what became of: Refund');
    const settle = `${at}/operations/1/settle`;
    const form = await browser.open(settle);
    expect(plain(form.text)).toContain('3.00 EUR');
    const empty = await browser.submit(form, settle);
    expect([empty.status, plain(empty.text).includes('Choose what became of it.')]).toEqual([422, true]);
    const done = await browser.submit(empty, settle, { outcome: 'failed', note: 'not in the back office' });
    expect(plain(done.text)).toContain('It is noted what became of it.');
    expect(plain((await browser.open(settle)).text)).toContain('It is known already');
    const stale = await browser.submit(form, settle, { outcome: 'succeeded' });
    expect(stale.status).toBe(422);
    expect((await one.shop.payment(one.payment.id)).amounts.refunded).toBe(0);
  });
});

describe('a payment as a whole', () => {
  it('is called off, asked about and erased, each after a page that repeats it', async () => {
    const open = await journey('sips2', {});
    const browser = await signedIn({ role: 'owner' });
    const at = `/console/payments/${open.payment.id}`;
    const cancel = await browser.open(`${at}/cancel`);
    for (const part of ['Cancel the payment of 19.99 EUR', open.shop.id, open.payment.reference])
      expect(plain(cancel.text)).toContain(part);
    expect(plain((await browser.submit(cancel, `${at}/cancel`)).text)).toContain(
      'The payment was cancelled.',
    );
    expect((await open.shop.payment(open.payment.id)).status).toBe('cancelled');
    const asked = await browser.submit(await browser.open(`${at}/refresh`), `${at}/refresh`);
    expect(asked.status).toBeLessThan(500);
    const erased = await browser.submit(await browser.open(`${at}/erase`), `${at}/erase`);
    expect(plain(erased.text)).toContain("The shopper's data was erased.");
    expect(erased.text).not.toContain('zoe@example.com');
  });

  it('is captured in the part that was confirmed', async () => {
    const one = await journey('sips2', { fields: { capture: 'manual' } });
    await one.notify('pay');
    await runAlarms(one.payment.id);
    const browser = await signedIn({ role: 'refund' });
    const action = `/console/payments/${one.payment.id}/capture?amount=12.00&attempt=1`;
    const done = await browser.submit(await browser.open(action), action);
    expect(plain(done.text)).toContain('Captured: 12.00 EUR.');
    expect((await one.shop.payment(one.payment.id)).amounts.paid).toBe(1200);
  });

  it('that waits for proof is concluded by a person; every wrong field is named', async () => {
    const account = await makeAccount('tipi', {
      environment: 'production',
      currencies: ['EUR'],
      settings: { mode: 'url', numcli: '090909', saisie: 'A' },
    });
    const shop = await makeShop([account], { testMode: false });
    const { body } = await shop.pay({ account, amount: 5500 });
    const order = `${body.id}01`;
    await request(`/callback/${account}?o=${order}`, {
      method: 'POST',
      body: `numcli=090909&refdet=${order}&montant=5500&saisie=A&resultrans=P`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const browser = await signedIn({ role: 'refund' });
    const at = `/console/payments/${body.id}`;
    const seen = await browser.open(at);
    expect(plain(seen.text)).toContain('A message says that there is a result, and proves nothing.');
    const action = `${at}/attempts/1/conclude`;
    const form = await browser.open(action);
    for (const [typed, words] of [
      [{}, 'Choose what became of it.'],
      [{ outcome: 'paid', amount: 'all' }, 'This is no amount'],
      [{ outcome: 'denied', amount: '55' }, 'An amount goes with money that has come.'],
      [{ outcome: 'paid', note: 'x'.repeat(501) }, 'takes 1 to 500 characters'],
    ] as const) {
      const wrong = await browser.submit(form, action, typed);
      expect([wrong.status, plain(wrong.text).includes(words)]).toEqual([422, true]);
    }
    const done = await browser.submit(form, action, { outcome: 'paid', note: 'in the journal' });
    expect(plain(done.text)).toContain('It is noted what became of the attempt.');
    expect((await shop.payment(body.id)).status).toBe('paid');
  });
});

describe('what needs a person', () => {
  it('is listed and counted, resolved with a note, and then gone for everybody', async () => {
    const one = await journey('ecommpay', {});
    await one.notify('pay', 'bad-signature');
    const browser = await signedIn({ role: 'refund', shops: [one.shop.id] });
    const list = await browser.open('/console/attention');
    expect(list.text).toMatch(/class="count">1</);
    expect(plain(list.text)).toContain('Messages were not believed');
    const [, action = ''] = /href="(\/console\/attention\/\d+\/resolve)"/.exec(list.text) ?? [];
    const form = await browser.open(action);
    const empty = await browser.submit(form, action, { note: '  ' });
    expect([empty.status, empty.text.includes('href="#field-note"')]).toEqual([422, true]);
    const done = await browser.submit(empty, action, { note: 'somebody tried\nto forge it' });
    expect(plain(done.text)).toContain('Resolved.');
    expect(plain(done.text)).toContain('Nothing needs a person now.');
    const late = await browser.open(action);
    expect([late.status, plain(late.text).includes('This entry is not open any more')]).toEqual([404, true]);
    const { body } = await admin<{ data: { detail: { note: string } }[] }>(
      'GET',
      '/audit?action=attention.resolved',
    );
    expect(body.data[0]?.detail.note).toBe('somebody tried to forge it');
  });

  it('is offered to be resolved to nobody who may not', async () => {
    const one = await journey('ecommpay', {});
    await one.notify('pay', 'bad-signature');
    const reader = await signedIn({ role: 'view', shops: [one.shop.id] });
    const list = await reader.open('/console/attention');
    expect(plain(list.text)).toContain('Messages were not believed');
    expect(list.text).not.toContain('/resolve"');
  });
});

describe('home', () => {
  it('sums up today and the month of the shops that one may see, with a table behind each chart', async () => {
    const one = await journey('sips2', { fields: { amount: 4200 } });
    await one.notify('pay');
    await runAlarms(one.payment.id);
    const browser = await signedIn({ role: 'view', shops: [one.shop.id] });
    const { text } = await browser.open('/console');
    const words = plain(text);
    expect(words).toContain('Nothing needs a person now.');
    expect(words).toContain('EUR: 42.00 EUR');
    expect(words).toMatch(/1 Paid Test/);
    expect(text).toMatch(/<svg[^>]*role="img"/);
    expect(text.length).toBeLessThan(60_000);
    expect(
      plain(
        (
          await (
            await signedIn({ role: 'view', shops: [(await makeShop([one.account])).id] })
          ).open('/console')
        ).text,
      ),
    ).toContain('Nothing was paid in these days.');
  });
});

describe("PolyBanking's operators", () => {
  it('find their transactions and logs in both words, and send an IPN again', async () => {
    const one = await journey('ogone', {});
    await one.notify('pay');
    await runAlarms(one.payment.id);
    const browser = await signedIn({ role: 'refund', shops: [one.shop.id] });
    const list = await browser.open(`/console/transactions?config=${one.shop.id}`);
    expect(plain(list.text)).toContain('Feedback from PostFinance, 9');
    const page = await browser.open(`/console/transactions/${one.payment.id}`);
    const words = plain(page.text);
    for (const part of [
      'postfinance_status',
      'Transaction created',
      'The shop asked for it',
      'Postfinance status changed',
      'IPN Success',
    ])
      expect(words).toContain(part);
    const action = `/console/payments/${one.payment.id}/resend`;
    const sentAgain = await browser.submit(page, action);
    expect(plain(sentAgain.text)).toContain('The newest webhook is sent again.');
  });
});
