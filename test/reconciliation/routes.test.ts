/**
 * Who may compare files, and what others see of it. The failures ruled out: a shop's operator who reads another shop's payments in the file
 * of a shared contract; a formula of somebody's file that a spreadsheet carries out; a question to a provider that nobody may ask, or that
 * leaves no trace; a Worker without the object that answers with a failure.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scopedReconciliation } from '../../src/gateway/reconciliations.ts';
import type { Service } from '../../src/gateway/service.ts';
import { decided } from '../../src/sandbox/kit/bank-ledger.ts';
import {
  admin,
  journey,
  makeAccount,
  makeShop,
  memory,
  network,
  request,
  runAlarms,
} from '../support/harness.ts';
import { makeToken } from '../support/operators.ts';
import { idOf, orderOf, putFile, putMovements, type Read, reconciled, settled } from './support.ts';

const COLUMNS = {
  order: 'Order',
  reference: 'Reference',
  amount: 'Amount',
  currency: 'Currency',
  date: 'Date',
};
const HEADER = 'Order,Reference,Amount,Currency,Date\n';

async function as<T>(token: string, method: string, path: string, body?: object) {
  const response = await request(`/v1/admin${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json().catch(() => null)) as T };
}

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('an operator of some shops', () => {
  it('compares the files of accounts that no other shop uses, and sees no others', async () => {
    const [own, shared] = [await makeAccount('ogone'), await makeAccount('ogone')];
    const shop = await makeShop([own, shared]);
    await makeShop([shared]);
    const { token } = await makeToken({ role: 'refund', shops: [shop.id] });
    expect((await as(token, 'POST', '/reconciliations', { account: own })).status).toBe(201);
    expect((await as(token, 'POST', '/reconciliations', { account: shared })).status).toBe(403);
    const foreign = await admin<Read>('POST', '/reconciliations', { account: shared });
    expect((await as(token, 'GET', `/reconciliations/${foreign.body.id}`)).status).toBe(404);
    const { body } = await as<{ data: { account: string }[] }>(token, 'GET', '/reconciliations');
    expect(body.data.map(({ account }) => account)).toEqual([own]);
  });

  it('sees none that has found a payment of another shop', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account]);
    const { token } = await makeToken({ role: 'view', shops: [shop.id] });
    const payment = idOf('SCPE', 1);
    await putMovements([
      { account, payment, amount: 1000, at: '2026-11-01T10:00:00.000Z', shop: 'a-shop-of-before' },
    ]);
    const read = await reconciled(
      { account, preset: 'generic', columns: COLUMNS },
      `${HEADER}${orderOf(payment)},,10.00,EUR,2026-11-01\n`,
    );
    expect(read.counts.matched).toBe(1);
    expect((await as(token, 'GET', `/reconciliations/${read.id}`)).status).toBe(404);
  });

  it('sees nothing of a file before it is known whose payments are in it, but what they sent themselves', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account]);
    const [sender, reader] = [
      await makeToken({ role: 'refund', shops: [shop.id] }),
      await makeToken({ role: 'refund', shops: [shop.id] }),
    ];
    const file = 'Nobody knows;This\nSECRET-1;12,50\n';
    const foreign = await reconciled({ account }, file);
    expect(foreign.status).toBe('mapping');
    const seen = await as<Read>(reader.token, 'GET', `/reconciliations/${foreign.id}`);
    expect(JSON.stringify(seen.body)).not.toContain('SECRET-1');
    const mapped = await as<Read>(reader.token, 'PUT', `/reconciliations/${foreign.id}/columns`, {
      columns: { amount: 'Nobody knows', date: 'This' },
      currency: 'EUR',
    });
    expect(mapped.body.status).toBe('failed');
    expect(JSON.stringify(mapped.body)).not.toContain('SECRET-1');
    const own = await as<Read>(sender.token, 'POST', '/reconciliations', { account });
    await putFile(own.body.id, file);
    const preview = (token: string) => as<Read>(token, 'GET', `/reconciliations/${own.body.id}`);
    expect((await preview(sender.token)).body.preview?.rows).toEqual([['SECRET-1', '12,50']]);
    expect((await preview(reader.token)).body.preview).toBeNull();
  });

  it('finds in the list what they may read one by one, and no more', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account]);
    const { token } = await makeToken({ role: 'refund', shops: [shop.id] });
    const [own, foreign] = [idOf('SCPH', 1), idOf('SCPH', 2)];
    await putMovements([
      { account, payment: own, amount: 1000, at: '2026-11-01T10:00:00.000Z', shop: shop.id },
      { account, payment: foreign, amount: 1000, at: '2026-11-02T10:00:00.000Z', shop: 'a-shop-of-before' },
    ]);
    const file = (payment: string, day: number) =>
      `${HEADER}${orderOf(payment)},,10.00,EUR,2026-11-0${day}\n`;
    const order = { account, preset: 'generic', columns: COLUMNS };
    const read = [];
    for (const [payment, day] of [
      [own, 1],
      [foreign, 2],
      [own, 1],
      [foreign, 2],
      [own, 1],
    ] as const)
      read.push(await reconciled(order, file(payment, day)));
    const [first, , second, , third] = read;
    const mine = await as<Read>(token, 'POST', '/reconciliations', order);
    await putFile(mine.body.id, file(foreign, 2));
    await settled(mine.body.id);
    const ids: string[] = [];
    let cursor = '';
    do {
      const { body } = await as<{ data: { id: string }[]; nextCursor: string | null }>(
        token,
        'GET',
        `/reconciliations?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      ids.push(...body.data.map(({ id }) => id));
      cursor = body.nextCursor ?? '';
    } while (cursor);
    expect(ids.toSorted()).toEqual([first?.id, second?.id, third?.id].toSorted());
    for (const { id } of [...read, mine.body])
      expect((await as(token, 'GET', `/reconciliations/${id}`)).status).toBe(ids.includes(id) ? 200 : 404);
  });

  it('gets no answer to a piece, a mapping or a comparison that finds a payment of another shop', async () => {
    const account = await makeAccount('ogone');
    const shop = await makeShop([account]);
    const { token } = await makeToken({ role: 'refund', shops: [shop.id] });
    const payment = idOf('SCPF', 1);
    const file = `${HEADER}${orderOf(payment)},,10.00,EUR,2026-11-01\n`;
    const order = { account, preset: 'generic', columns: COLUMNS };
    const read = await as<Read>(token, 'POST', '/reconciliations', order);
    await putFile(read.body.id, file);
    const at = `/reconciliations/${read.body.id}`;
    expect((await as(token, 'GET', at)).status).toBe(200);
    await putMovements([
      { account, payment, amount: 1000, at: '2026-11-01T10:00:00.000Z', shop: 'a-shop-of-before' },
    ]);
    expect((await as(token, 'POST', `${at}/compare`)).status).toBe(404);
    const next = await as<Read>(token, 'POST', '/reconciliations', order);
    const sent = await request(`/v1/admin/reconciliations/${next.body.id}/file`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
      body: file,
    });
    expect(sent.status).toBe(404);
  });

  it('does not learn whether another account has a payment, and nobody by a shop’s reference', async () => {
    const [account, other] = [await makeAccount('ogone'), await makeAccount('ogone')];
    const shop = await makeShop([account]);
    const { token } = await makeToken({ role: 'view', shops: [shop.id] });
    const payment = idOf('SCPG', 1);
    const at = '2026-11-01T10:00:00.000Z';
    await putMovements([{ account: other, payment, amount: 1000, at, reference: 'INV-1' }]);
    const file = `${HEADER}${orderOf(payment)},,10.00,EUR,2026-11-01\n,INV-1,11.00,EUR,2026-11-01\n`;
    const read = await reconciled({ account, preset: 'generic', columns: COLUMNS }, file);
    const flags = (body: Read) => [body.elsewhere, ...body.lines.map(({ isElsewhere }) => isElsewhere)];
    const path = `/reconciliations/${read.id}`;
    expect(flags((await admin<Read>('GET', path)).body)).toEqual([1, true, false]);
    expect(flags((await as<Read>(token, 'GET', path)).body)).toEqual([0, false, false]);
  });

  it.each(['view', 'configure'])('who may only %s reads, and neither sends, marks nor asks', async (role) => {
    const account = await makeAccount('ogone');
    const { token } = await makeToken({ role });
    const read = await reconciled(
      { account, preset: 'generic', columns: COLUMNS },
      `${HEADER}X,,10.00,EUR,2026-11-01\n`,
    );
    const at = `/reconciliations/${read.id}`;
    expect((await as(token, 'GET', at)).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', '/reconciliations', { account }],
      ['PUT', `${at}/lines/1/mark`, { reason: 'x' }],
      ['POST', `${at}/ask`, {}],
      ['DELETE', at, undefined],
    ] as const)
      expect((await as(token, method, path, body)).status, path).toBe(403);
  });
});

it.each([
  [{ columns: { ...COLUMNS, kind: 'Kind' }, kinds: { Storno: 'refunded' } }, 'kinds.Storno'],
  [{ columns: COLUMNS, kinds: { Storno: 'refund' } }, 'kinds'],
  [{ preset: 'payu', kinds: { C: 'payment' } }, 'kinds'],
  [{ dates: 'mdy' }, 'dates'],
  [{ columns: COLUMNS, timeZone: 'Mars/Olympus' }, 'timeZone'],
])('what a file is read by is refused by name, not left out: %j', async (more, path) => {
  const account = await makeAccount('ogone');
  const { status, body } = await admin<{ errors: { path: string }[] }>('POST', '/reconciliations', {
    account,
    ...more,
  });
  expect([status, body.errors.map((one) => one.path)]).toEqual([400, [path]]);
});

it('a formula in a file stays a text in the export', async () => {
  const account = await makeAccount('ogone');
  const file = `${HEADER}"=HYPERLINK(""http://x"")",+cmd,10.00,EUR,2026-11-01\n-2+3,@sum,10.00,EUR,2026-11-01\n`;
  const read = await reconciled({ account, preset: 'generic', columns: COLUMNS }, file);
  const response = await request(`/v1/admin/reconciliations/${read.id}?format=csv`, {
    headers: { authorization: 'Bearer test-admin-token' },
  });
  const text = await response.text();
  expect(response.headers.get('content-type')).toContain('text/csv');
  for (const cell of [`"'=HYPERLINK(""http://x"")"`, "'+cmd", "'-2+3", "'@sum"]) expect(text).toContain(cell);
  for (const line of text.split('\r\n'))
    for (const cell of line.split(',')) expect(cell).not.toMatch(/^"?[=+@]/);
});

it('a payment that only the file has paid is asked about, moves by the provider’s answer alone, and is matched then', async () => {
  const attempt = await journey('sips2');
  const { id } = attempt.payment;
  // The bank has the money, and its message was lost.
  await decided(memory, attempt.order, 'pay');
  await runAlarms(id);
  const at = new Date().toISOString().slice(0, 10);
  const file = `${HEADER}${orderOf(id)},,${(attempt.payment.amount / 100).toFixed(2)},${attempt.payment.currency},${at}\n`;
  const read = await reconciled({ account: attempt.account, preset: 'generic', columns: COLUMNS }, file);
  expect(read.counts.only_in_file).toBe(1);
  const before = await admin<{ status: string }>('GET', `/payments/${id}`);
  expect(before.body.status).not.toBe('paid');
  const ask = () =>
    admin<{ data: { payment: string; outcome: string }[]; left: number; retryAfter: number | null }>(
      'POST',
      `/reconciliations/${read.id}/ask`,
      {},
    );
  // Two pages of a browser: one of them asks.
  const answers = await Promise.all([ask(), ask()]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(answers.flatMap(({ body }) => body.data)).toMatchObject([{ payment: id, outcome: 'paid' }]);
  expect((await ask()).body).toEqual({ data: [], left: 0, retryAfter: null });
  await runAlarms(id);
  const again = await admin<Read>('POST', `/reconciliations/${read.id}/compare`);
  expect((await settled(again.body.id)).counts).toMatchObject({ matched: 1, only_in_file: 0 });
});

it.each(['9999-12-31', '2026-13-01', '1999-12-31'])('does not compare until the day %s', async (to) => {
  const order = { account: await makeAccount('ogone'), from: '2026-11-01', to };
  expect((await admin('POST', '/reconciliations', order)).status).toBe(400);
});

it('without the Worker that compares, the routes say what to deploy', async () => {
  const service = {
    directory: { reconciliations: { get: async () => ({ id: 'x', account: 'a' }) } },
    reconciliation: () => null,
  } as unknown as Service;
  await expect(
    scopedReconciliation(service, { scope: { all: true }, actor: 'operator' }, 'x'),
  ).rejects.toMatchObject({
    code: 'unsupported_operation',
    message: expect.stringContaining('docs/reconciliation.md'),
  });
});

it('a piece for a reconciliation that is not there is 404', async () => {
  expect((await putFile('nobody', 'x')).status).toBe(404);
});
