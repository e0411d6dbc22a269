/**
 * The search of operators, and the copy of payments that it reads. The failures ruled out: a payment outside of an operator's shops is
 * found; a search takes what it does not understand; the copy lacks what an older version did not push, or loses a push while it is
 * rebuilt.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPayments, type SearchRequest } from '../../src/gateway/payment-search.ts';
import { base64url, utf8 } from '../../src/signing/bytes.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { notify } from '../ledger/support.ts';
import {
  admin,
  type JsonAnswer,
  journey,
  ledgerOf,
  makeAccount,
  makeShop,
  network,
  objectOf,
  type Payment,
  type Problem,
  type ReceivedWebhook,
  runAlarms,
  unique,
} from '../support/harness.ts';

type Found = Payment & { readonly shop: string };
type Page = { readonly data: readonly Found[]; readonly nextCursor: string | null };

let answer: (webhook: ReceivedWebhook) => Response;
let net: ReturnType<typeof network>;
beforeEach(() => {
  answer = () => new Response();
  net = network((webhook) => answer(webhook));
});
afterEach(() => net.restore());

const search = (query: string) => admin<Page>('GET', `/payments?${query}`);
const idsOf = ({ body }: JsonAnswer<Page>) => body.data.map(({ id }) => id);

/** A paid payment whose copy is pushed. */
async function paid(fields: Record<string, unknown> = {}) {
  const attempt = await journey('paybox', { fields });
  await attempt.notify('pay');
  await runAlarms(attempt.payment.id);
  return attempt;
}

describe('a search', () => {
  it('finds a payment by each of what it knows of it', async () => {
    const email = `Zoe-${unique()}@Example.com`;
    const reference = `order-${unique()}`;
    const { payment, shop, account } = await paid({ reference, customer: { email } });
    const { providerReference, paidAt } = await shop.payment(payment.id);
    const group = `group-${unique()}`;
    await admin('PUT', `/shops/${shop.id}`, { group });
    for (const query of [
      `reference=${reference}`,
      `id=${payment.id}`,
      `shop=${shop.id}&reference=${reference}`,
      `providerReference=${providerReference}`,
      // What the bank's pages show.
      `providerReference=${payment.id}01`,
      `email=${email.toUpperCase()}`,
      `shop=${shop.id}`,
      `group=${group}`,
      `account=${account}`,
      `account=${account}&status=paid&status=refunded&test=true&provider=paybox&currency=EUR&amountFrom=1999&amountTo=1999`,
      `account=${account}&createdFrom=${payment.createdAt}&updatedTo=2099-01-01T00:00:00Z&paidFrom=${paidAt}`,
    ]) {
      const found = await search(query);
      expect([query, found.status, idsOf(found)]).toEqual([query, 200, [payment.id]]);
      expect(found.body.data[0]).toMatchObject({
        shop: shop.id,
        status: 'paid',
        checkoutUrl: payment.checkoutUrl,
      });
    }
    for (const query of [
      `reference=${reference}x`,
      `email=${email}x`,
      `account=${account}&status=denied`,
      `account=${account}&test=false`,
      `account=${account}&amountFrom=2000`,
      `account=${account}&paidTo=${paidAt}`,
      `id=${'0'.repeat(16)}`,
      'id=nonsense',
      'group=nobody',
    ])
      expect([query, idsOf(await search(query))]).toEqual([query, []]);
  });

  it('shows a new payment by its id, and by shop and reference, before the copy has it', async () => {
    const shop = await makeShop([await makeAccount('dummy')]);
    const { body } = await shop.pay({ reference: 'new one' });
    await env.DIRECTORY.prepare('DELETE FROM payments WHERE id = ?').bind(body.id).run();
    expect(idsOf(await search(`id=${body.id}`))).toEqual([body.id]);
    expect(idsOf(await search(`shop=${shop.id}&reference=new%20one`))).toEqual([body.id]);
  });

  it('leads through pages without losing or repeating one', async () => {
    const shop = await makeShop([await makeAccount('dummy')]);
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const { body } = await shop.pay();
      await runAlarms(body.id);
      made.unshift(body.id);
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const page: JsonAnswer<Page> = await search(`shop=${shop.id}&limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...idsOf(page));
      cursor = page.body.nextCursor ?? '';
    } while (cursor);
    expect(seen.toSorted()).toEqual(made.toSorted());
  });

  it.each([
    ['colour=red', 'colour'],
    ['__proto__=1', '__proto__'],
    ['status=lost', 'status.0'],
    ['test=yes', 'test'],
    ['amountFrom=-1', 'amountFrom'],
    ['amountFrom=1.5', 'amountFrom'],
    ['amountFrom=20&amountTo=10', 'amountTo'],
    ['currency=eur', 'currency'],
    ['createdFrom=yesterday', 'createdFrom'],
    ['createdFrom=2026-02-30T00:00:00Z', 'createdFrom'],
    // ISO 8601, and not RFC 3339: Date does not read it.
    ['createdFrom=2026-01-01T00:00:00%2B02', 'createdFrom'],
    // As a text in UTC it would come before all others, and find everything.
    ['createdFrom=9999-12-31T23:59:59-14:00', 'createdFrom'],
    ['paidTo=0000-01-01T00:00:00%2B14:00', 'paidTo'],
    ['createdFrom=2026-02-02T00:00:00Z&createdTo=2026-01-01T00:00:00Z', 'createdTo'],
    ['updatedFrom=2026-02-02T00:00:00Z&updatedTo=2026-01-01T00:00:00Z', 'updatedTo'],
    ['paidFrom=2026-02-02T00:00:00Z&paidTo=2026-01-01T00:00:00Z', 'paidTo'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['cursor=nonsense', 'cursor'],
    [`cursor=${base64url(utf8("created 2026-01-01T00:00:00.000Z x' OR 1=1"))}`, 'cursor'],
    [`cursor=${base64url(utf8('created yesterday 0000000000000000'))}`, 'cursor'],
    // Of a list in another order.
    [`cursor=${base64url(utf8('updated 2026-01-01T00:00:00.000Z 0000000000000000'))}`, 'cursor'],
    ['id=0000000000000000&status=paid', 'id'],
    ['shop=a%2Fb', 'shop'],
  ])('takes no %s', async (query, path) => {
    const found = await admin<Problem>('GET', `/payments?${query}`);
    expect(found).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(found.body.errors?.map((error) => error.path)).toContain(path);
  });

  it('shows a limited operator its own shops alone, whatever it asks', async () => {
    const email = `both-${unique()}@example.com`;
    const [mine, other] = [await paid({ customer: { email } }), await paid({ customer: { email } })];
    const group = `group-${unique()}`;
    const third = await paid({ customer: { email } });
    await admin('PUT', `/shops/${third.shop.id}`, { group });
    const service = serviceOf(env as unknown as Env);
    const scope = { all: false, shops: [mine.shop.id], groups: [group] } as const;
    const nothing: SearchRequest = { status: [], amount: {}, created: {}, updated: {}, paid: {}, limit: 100 };
    const find = async (request: Partial<SearchRequest>) =>
      (await findPayments(service, scope, { ...nothing, ...request })).data.map(({ view }) => view.id);
    const expected = [mine.payment.id, third.payment.id].toSorted();
    expect((await find({})).toSorted()).toEqual(expected);
    expect((await find({ email })).toSorted()).toEqual(expected);
    expect((await find({ status: ['paid', 'denied'] })).toSorted()).toEqual(expected);
    expect(await find({ group })).toEqual([third.payment.id]);
    expect(await find({ id: mine.payment.id })).toEqual([mine.payment.id]);
    const foreign = other.payment;
    expect(await find({ id: foreign.id })).toEqual([]);
    expect(await find({ providerReference: `${foreign.id}01` })).toEqual([]);
    expect(await find({ reference: foreign.reference })).toEqual([]);
    await expect(find({ shop: other.shop.id })).rejects.toMatchObject({ code: 'not_found' });
    await expect(find({ shop: other.shop.id, reference: foreign.reference })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('the rebuild', () => {
  it('fills what an older version did not push, page by page, and loses no push that comes meanwhile', async () => {
    const shop = await makeShop([await makeAccount('dummy')]);
    const email = `rebuilt-${unique()}@example.com`;
    const ids: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      const { body } = await shop.pay({ customer: { email } });
      await runAlarms(body.id);
      ids.push(body.id);
    }
    await env.DIRECTORY.prepare(
      'UPDATE payments SET email = NULL, head = NULL, head_seq = NULL, earlier = NULL WHERE shop = ?',
    )
      .bind(shop.id)
      .run();
    expect(idsOf(await search(`email=${email}`))).toEqual([]);
    const [racing = ''] = ids;
    const rebuilding = admin<{ queued: number }>('POST', '/payments/rebuild', { older: true });
    const moving = ledgerOf(racing).applyUpdate(notify({ account: (await shop.payment(racing)).account }));
    const [rebuilt] = await Promise.all([rebuilding, moving]);
    expect(rebuilt.body.queued).toBeGreaterThanOrEqual(6);
    await Promise.all(ids.map(runAlarms));
    expect(idsOf(await search(`email=${email}`)).toSorted()).toEqual(ids.toSorted());
    expect(idsOf(await search(`email=${email}&status=paid`))).toEqual([racing]);
    const heads = await env.DIRECTORY.prepare('SELECT id, head, head_seq FROM payments WHERE shop = ?')
      .bind(shop.id)
      .all<{ id: string; head: string; head_seq: number }>();
    for (const { id, head, head_seq } of heads.results) {
      const log = await ledgerOf(id).events();
      expect(log?.events[head_seq - 1]?.hash).toBe(head);
    }
    const nothing = await admin<{ queued: number }>('POST', '/payments/rebuild', { older: true });
    expect(nothing.body.queued).toBe(0);
  });

  it('of a payment whose shop was told meanwhile takes no line back', async () => {
    const { payment } = await paid();
    const row = () =>
      env.DIRECTORY.prepare('SELECT head_seq, version FROM payments WHERE id = ?')
        .bind(payment.id)
        .first<{ head_seq: number; version: number }>();
    const before = await row();
    await admin('POST', '/payments/rebuild', { objects: [objectOf(payment.id).id.toString()] });
    await runAlarms(payment.id);
    expect((await row())?.version).toBe(before?.version);
    expect((await row())?.head_seq).toBeGreaterThanOrEqual(before?.head_seq ?? 0);
  });
});
