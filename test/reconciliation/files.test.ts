/**
 * A file on its way in. The failures ruled out: a piece that is lost or counted twice; a file that is too large, or too often there, and
 * is read nevertheless; one that nobody knows and that holds up the next; a mapping or a charset that is kept although it does not read
 * the file; a file that is never forgotten.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { admin } from '../support/harness.ts';
import { accountWith, at, COLUMNS, HEADER, idsOf, order } from './one-account.ts';
import { orderOf, putFile, type Read, reconciled, settled } from './support.ts';

describe('a file', () => {
  it('comes in pieces, which may be lost and come again', async () => {
    const ids = idsOf(40);
    const account = await accountWith(ids.map((payment) => ({ payment, at: at(1), amount: 1000 })));
    const file = new TextEncoder().encode(
      HEADER + ids.map((one) => `;${orderOf(one)};;10.00;EUR;2026-11-01\n`).join(''),
    );
    const { body } = await admin<Read>('POST', '/reconciliations', order(account));
    const { length } = file;
    const send = (from: number, to: number) =>
      putFile(body.id, file.subarray(from, to), `bytes ${from}-${to - 1}/${length}`);
    expect((await send(0, 300)).body.file).toEqual({ size: length, received: 300 });
    // The answer was lost: the client sends the piece again, and a part of it that overlaps.
    expect((await send(0, 300)).body.file.received).toBe(300);
    expect((await send(200, 500)).body.file.received).toBe(500);
    const early = await send(700, 900);
    expect([early.status, early.body.code]).toEqual([409, 'invalid_state']);
    expect(early.body.detail).toContain('up to byte 500');
    // Whoever comes back asks how far it is.
    const { received } = (await admin<Read>('GET', `/reconciliations/${body.id}`)).body.file;
    expect((await send(received, length)).body.status).toBe('done');
    expect((await settled(body.id)).counts.matched).toBe(40);
  });

  it.each([
    ['of another size', 'bytes 0-9/5000', 'bytes 10-19/6000', 409, 'invalid_state'],
    ['beyond its end', 'bytes 0-9/15', 'bytes 10-19/15', 400, 'invalid_request'],
    ['whose place is not its length', 'bytes 0-9/5000', 'bytes 10-29/5000', 400, 'invalid_request'],
    ['of more than 50 MB', 'bytes 0-9/60000000', 'bytes 10-19/60000000', 413, 'payload_too_large'],
  ])('is not taken in a piece %s', async (_, first, second, status, code) => {
    const { body } = await admin<Read>('POST', '/reconciliations', order(await accountWith([])));
    await putFile(body.id, '0123456789', first);
    const answer = await putFile(body.id, '0123456789', second);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('whose piece is larger than 8 MiB is refused before it is read', async () => {
    const { body } = await admin<Read>('POST', '/reconciliations', order(await accountWith([])));
    const answer = await putFile(body.id, new Uint8Array(8 * 1024 * 1024 + 1));
    expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large']);
  });

  it.each([
    ['empty lines', '\n\n\n', 'empty'],
    ['a quote that never ends', `${HEADER}"N;;;10.00;EUR;2026-11-01\n`, 'unterminated_quote'],
    ['no line about money', `${HEADER}`, 'no_movements'],
    ['nothing but nonsense', `${HEADER}a;b;c;d;e;f\ng;h;i;j;k;l\n`, 'unreadable_lines'],
  ])('of %s fails by name, and can be mapped anew', async (_, file, code) => {
    const read = await reconciled(order(await accountWith([])), file);
    expect([read.status, read.fault?.code]).toEqual(['failed', code]);
    const { status } = await admin('PUT', `/reconciliations/${read.id}/columns`, { columns: COLUMNS });
    expect(status).toBe(200);
  });

  it('that nobody knows waits for a person, and the next ones of the account do not', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([{ payment: a, at: at(1), amount: 1000 }]);
    const file = `Ihre Nummer;Betrag;Tag\n${orderOf(a)};10,00;01.11.2026\n`;
    const read = await reconciled({ account }, file);
    expect(read.status).toBe('mapping');
    expect(read.preview).toMatchObject({
      header: ['Ihre Nummer', 'Betrag', 'Tag'],
      guess: { columns: { amount: 'Betrag' } },
    });
    const columns = { order: 'Ihre Nummer', amount: 'Betrag', date: 'Tag' };
    await admin('PUT', `/reconciliations/${read.id}/columns`, { columns, currency: 'EUR', keep: true });
    expect((await settled(read.id)).counts.matched).toBe(1);
    expect((await reconciled({ account }, file)).counts.matched).toBe(1);
  });

  it('whose columns another piece has is looked at whole, and a kept mapping as it says', async () => {
    const [a] = idsOf(1) as [string];
    const account = await accountWith([{ payment: a, at: at(1), amount: 1000 }]);
    // Guessed, the separator would be the comma, and the charset windows-1252.
    const text = `Zam\xf3wienie|Kwota|Dzie\xf1, a,b,c,d\n${orderOf(a)}|10,00|01.11.2026\n`;
    const file = Uint8Array.from(text, (one) => one.charCodeAt(0));
    const { body } = await admin<Read>('POST', '/reconciliations', { account });
    for (let from = 0; from < file.length; from += 7) {
      const piece = file.subarray(from, from + 7);
      await putFile(body.id, piece, `bytes ${from}-${from + piece.length - 1}/${file.length}`);
    }
    const first = await settled(body.id);
    expect(first.preview?.header.join()).toContain('Kwota');
    const mapping = {
      columns: { order: 'Zamówienie', amount: 'Kwota', date: 'Dzień, a,b,c,d' },
      ...{ separator: '|', charset: 'windows-1250', currency: 'EUR', decimal: 'comma', keep: true },
    };
    await admin('PUT', `/reconciliations/${body.id}/columns`, mapping);
    expect((await settled(body.id)).counts.matched).toBe(1);
    expect((await reconciled({ account }, file)).counts.matched).toBe(1);
  });

  it('that a mapping does not read keeps no mapping for the next ones', async () => {
    const account = await accountWith([]);
    const file = 'Ihre Nummer;Betrag;Tag\nA;10,00;01.11.2026\n';
    const read = await reconciled({ account }, file);
    const columns = { amount: 'Ihre Nummer', date: 'Tag' };
    await admin('PUT', `/reconciliations/${read.id}/columns`, { columns, currency: 'EUR', keep: true });
    expect((await settled(read.id)).fault?.code).toBe('unreadable_lines');
    expect((await reconciled({ account }, file)).status).toBe('mapping');
  });

  it('that is UTF-8 but for one byte is refused with its line, not read in another charset', async () => {
    const bytes = new TextEncoder().encode(
      `${HEADER};Müller;;10.00;EUR;2026-11-01\n;X;;10.00;EUR;2026-11-01\n`,
    );
    bytes[bytes.lastIndexOf('X'.charCodeAt(0))] = 0xff;
    const read = await reconciled(order(await accountWith([])), bytes);
    expect(read.fault).toMatchObject({ code: 'encoding', line: 3 });
    const said = await reconciled(order(await accountWith([]), { charset: 'windows-1252' }), bytes);
    expect([said.status, said.fault]).toEqual(['done', null]);
  });

  it('of another content than its first pieces is not taken for the rest of them', async () => {
    const { body } = await admin<Read>('POST', '/reconciliations', order(await accountWith([])));
    await putFile(body.id, '0123456789', 'bytes 0-9/20');
    expect((await putFile(body.id, '0123456789ab', 'bytes 0-11/20')).status).toBe(200);
    const other = await putFile(body.id, '9ab', 'bytes 9-11/20');
    expect(other.status).toBe(200);
    const wrong = await putFile(body.id, '9xc', 'bytes 9-11/20');
    expect([wrong.status, wrong.body.code]).toEqual([409, 'invalid_state']);
  });

  it('is forgotten after 400 days, from the list too', async () => {
    const account = await accountWith([]);
    const read = await reconciled(order(account), `${HEADER};X;;10.00;EUR;2026-11-01\n`);
    const stub = env.RECONCILIATION.get(env.RECONCILIATION.idFromName(read.id));
    vi.setSystemTime(Date.now() + 399 * 86_400_000);
    await runInDurableObject(stub, (object) => object.alarm());
    expect((await admin('GET', `/reconciliations/${read.id}`)).status).toBe(200);
    vi.setSystemTime(Date.now() + 2 * 86_400_000);
    await runInDurableObject(stub, (object) => object.alarm());
    expect((await admin('GET', `/reconciliations/${read.id}`)).status).toBe(404);
    const list = await admin<{ data: unknown[] }>('GET', `/reconciliations?account=${account}`);
    expect(list.body.data).toEqual([]);
  });
});
