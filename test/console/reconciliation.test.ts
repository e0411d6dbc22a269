/**
 * The pages of reconciliation without scripts. The failures ruled out: a file that cannot be sent without them; a mapping, a mark or a
 * piece that a page loses; buttons for somebody who may not press them; a form of another site.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idOf, orderOf, putMovements } from '../reconciliation/support.ts';
import { admin, makeAccount, network } from '../support/harness.ts';
import { CONSOLE, formOf, signedIn } from './support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

let made = 0;

/** An account with two payments, and a file in which one differs. */
async function accountWithFile() {
  made += 1;
  const account = await makeAccount('ogone');
  const [a, b] = [idOf('CNS0', made * 10), idOf('CNS0', made * 10 + 1)];
  await putMovements(
    [a, b].map((payment) => ({
      account,
      payment,
      amount: 1000,
      at: '2026-11-01T10:00:00.000Z',
      reference: `<b>${payment}`,
    })),
  );
  const file = `Nummer;Betrag;Tag\n${orderOf(a)};10,00;01.11.2026\n${orderOf(b)};9,00;01.11.2026\n=2+5;7,00;01.11.2026\n`;
  return { account, a, b, file };
}

type Window = Awaited<ReturnType<typeof signedIn>>;

/** Posts a form with its file, and follows. */
async function send(browser: Window, path: string, fields: URLSearchParams, file: Blob, name: string) {
  const body = new FormData();
  for (const [key, value] of fields) body.append(key, value);
  body.set(name, file, 'november.csv');
  return browser.request(path, { method: 'POST', body, headers: { origin: CONSOLE } });
}

async function mapped(browser: Window, account: string, file: string) {
  const fields = formOf((await browser.open('/console/reconciliation')).text, '/console/reconciliation');
  fields.set('account', account);
  const answer = await send(browser, '/console/reconciliation', fields, new Blob([file]), 'file');
  const at = answer.headers.get('location') ?? '';
  const page = await browser.open(at);
  expect(page.path).toBe(`${at}/columns`);
  const result = await browser.submit(page, `${at}/columns`, { 'columns.order': 'Nummer' });
  return { at, page, result };
}

describe('the pages of reconciliation', () => {
  it('take a file without scripts, show its lines with guesses, and what differs', async () => {
    const { account, b, file } = await accountWithFile();
    const browser = await signedIn({ role: 'refund' });
    const { page, result } = await mapped(browser, account, file);
    expect(page.text).toContain('<td>9,00</td>');
    expect(page.text).toMatch(/name="columns.amount"[\s\S]*?<option value="Betrag" selected/);
    expect(result.text).toContain('Amount differs');
    expect(result.text).toContain('Only in the file');
    expect(result.text).toContain(`/console/payments/${b}`);
    expect(result.text).toContain(`&lt;b&gt;${b}`);
  });

  it('keep a mark, write a file whose formulas are texts, and ask', async () => {
    const { account, file } = await accountWithFile();
    const browser = await signedIn({ role: 'refund' });
    const { at } = await mapped(browser, account, file);
    const { body } = await admin<{ lines: { number: number }[] }>(
      'GET',
      `/reconciliations/${at.split('/').at(-1)}?result=amount_differs`,
    );
    const mark = `${at}/lines/${body.lines[0]?.number}/mark`;
    const empty = await browser.submit(await browser.open(mark), mark, { reason: '' });
    expect(empty.status).toBe(422);
    const kept = await browser.submit(await browser.open(mark), mark, { reason: 'at the counter' });
    expect(kept.text).toContain('at the counter');
    const csv = await (await browser.request(`${at}/lines.csv?show=all`)).text();
    expect(csv).toContain("'=2+5");
    expect(csv).toContain('at the counter');
    const asked = await browser.submit(await browser.open(at), `${at}/ask`);
    expect(asked.text).toMatch(/Asked about \d/);
    // The number of the line is that of the list that this page was made of.
    const stale = await browser.open(mark);
    expect((await browser.submit(await browser.open(at), `${at}/compare`)).text).toContain('Compared again.');
    const late = await browser.submit(stale, mark, { reason: 'on another line' });
    expect(late.status).toBe(422);
    expect((await browser.open(`${at}?show=all`)).text).not.toContain('on another line');
  });

  it('take a file in pieces, and none that another site posts', async () => {
    const { account, file } = await accountWithFile();
    const browser = await signedIn({ role: 'refund' });
    const fields = formOf((await browser.open('/console/reconciliation')).text, '/console/reconciliation');
    for (const [name, value] of [
      ['account', account],
      ['pieces', '1'],
      ['fileName', 'x.csv'],
    ] as const)
      fields.set(name, value);
    const begun = await browser.post('/console/reconciliation', fields);
    expect(begun.text).toContain('Waiting for its file');
    const bytes = new TextEncoder().encode(file);
    const piece = (from: number, to: number, csrf = fields.get('csrf') ?? '') =>
      send(
        browser,
        `${begun.path}/file`,
        new URLSearchParams({ csrf, offset: String(from), size: String(bytes.length) }),
        new Blob([bytes.subarray(from, to)]),
        'piece',
      );
    expect(await (await piece(0, 20)).json()).toEqual({ received: 20 });
    expect((await piece(40, 60)).status).toBe(409);
    expect((await piece(20, 60, 'another')).status).toBe(403);
    const progress = await browser.request(`${begun.path}/progress`);
    expect(await progress.json()).toMatchObject({ received: 20, size: bytes.length, status: 'receiving' });
    expect(await (await piece(20, bytes.length)).json()).toEqual({ received: bytes.length });
    expect((await browser.open(begun.path)).path).toBe(`${begun.path}/columns`);
  });

  it('take the currency of a known file that has none, say that its last line may be cut, and show a mark of before', async () => {
    const { account, a } = await accountWithFile();
    const browser = await signedIn({ role: 'refund' });
    const begin = async (amount: string, currency: string) => {
      const fields = formOf((await browser.open('/console/reconciliation')).text, '/console/reconciliation');
      for (const [name, value] of Object.entries({ account, preset: 'postfinance', currency }))
        fields.set(name, value);
      const file = `Id;REF;ORDER;STATUS;TOTAL\n1;${orderOf(a)};01/11/2026;9;${amount}`;
      const answer = await send(browser, '/console/reconciliation', fields, new Blob([file]), 'file');
      return answer.headers.get('location') ?? '';
    };
    const at = await begin('9,00', 'eur');
    const page = await browser.open(at);
    expect(page.text).toContain('does not end with a line end');
    expect(page.text).toContain('Amount differs');
    const mark = `${at}/lines/1/mark`;
    await browser.submit(await browser.open(mark), mark, { reason: 'a fee' });
    const newer = await browser.open(await begin('8,00', 'EUR'));
    expect(newer.text).toContain('Another difference was marked here: a fee');
    const other = await begin('8,00', 'USD');
    const again = await browser.submit(await browser.open(`${other}/columns`), `${other}/columns`, {
      currency: 'eur',
    });
    expect(again.text).toContain('Amount differs');
  });

  it('take the zone of a mapped file from the file’s form, never from who looks, and say what a word of it is', async () => {
    const account = await makeAccount('ogone');
    const payment = idOf('CNSZ', 1);
    const movement = { account, payment, amount: 1000, at: '2026-11-27T23:30:00.000Z' };
    await putMovements([movement, { ...movement, kind: 'refund', amount: 500, seq: 5 }]);
    const file = `Nummer;Betrag;Tag;Art\n${orderOf(payment)};10,00;27.11.2026;Zahlung\n${orderOf(payment)};5,00;27.11.2026;Storno\n`;
    const browser = await signedIn({ role: 'refund' });
    const fields = formOf((await browser.open('/console/reconciliation')).text, '/console/reconciliation');
    expect(fields.get('timeZone')).toBe('');
    fields.set('account', account);
    const answer = await send(browser, '/console/reconciliation', fields, new Blob([file]), 'file');
    const at = answer.headers.get('location') ?? '';
    const page = await browser.open(at);
    // The zone of the known files of the provider.
    expect(formOf(page.text, `${at}/columns`).get('timeZone')).toBe('Europe/Zurich');
    const first = await browser.submit(page, `${at}/columns`, {
      ...{ 'columns.order': 'Nummer', 'columns.kind': 'Art', currency: 'EUR', timeZone: 'UTC' },
    });
    expect(first.text).toContain('Storno → not known (1)');
    expect(first.text).toContain('nobody knows the kind &quot;Storno&quot;');
    expect(first.text).toContain('<dd>UTC</dd>');
    const again = await browser.open(`${at}/columns`);
    const form = formOf(again.text, `${at}/columns`);
    const index = [...form]
      .find(([name, value]) => name.startsWith('words.') && value === 'Storno')?.[0]
      .slice(6);
    const said = await browser.submit(again, `${at}/columns`, { [`kinds.${index}`]: 'refund' });
    expect(said.text).toContain('Storno → refund (1)');
    expect(said.text).not.toContain('Only in the');
  });

  it('say of an empty file what the API says', async () => {
    const { account } = await accountWithFile();
    const browser = await signedIn({ role: 'refund' });
    const list = await browser.open('/console/reconciliation');
    expect(list.text).toContain('data-empty="The file is empty."');
    const fields = formOf(list.text, '/console/reconciliation');
    fields.set('account', account);
    const answer = await send(browser, '/console/reconciliation', fields, new Blob([]), 'file');
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('The file is empty.');
  });

  it('offer nothing that a viewer may not do', async () => {
    const { account, file } = await accountWithFile();
    const { at } = await mapped(await signedIn({ role: 'refund' }), account, file);
    const viewer = await signedIn({ role: 'view' });
    const list = await viewer.open('/console/reconciliation');
    expect(list.text).not.toContain('type="file"');
    const page = await viewer.open(at);
    expect(page.text).toContain('Amount differs');
    for (const path of ['/ask', '/compare', '/delete', '/columns', '/mark'])
      expect(page.text, path).not.toContain(`${path}"`);
  });

  it('are forgotten with their file when somebody deletes them', async () => {
    const { account, file } = await accountWithFile();
    const browser = await signedIn({ role: 'refund' });
    const { at } = await mapped(browser, account, file);
    const gone = await browser.submit(await browser.open(`${at}/delete`), `${at}/delete`);
    expect(gone.text).toContain('The comparison was deleted.');
    expect((await browser.open(at)).status).toBe(404);
  });
});
