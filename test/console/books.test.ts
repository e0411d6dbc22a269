/**
 * The books in the console. The failures ruled out: a page, a PDF or a file that says other sums than the API; a file that ends in the
 * middle as if it were whole; a question that is wrong and forgotten; a PDF whose letters are not those of the names.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Api } from '../../src/console/api.ts';
import { listOf } from '../../src/console/pages/books-list.ts';
import { distinctNames } from '../../src/console/pages/books-names.ts';
import { type ListedLine, listPages, listTotals, writeListPage } from '../../src/console/pdf/book-list.ts';
import { booksPdf } from '../../src/console/pdf/books.ts';
import type { PdfFont, PdfPage } from '../../src/console/pdf/document.ts';
import { FONT_DATA } from '../../src/console/pdf/font-data.ts';
import { readTrueType } from '../../src/console/pdf/truetype.ts';
import type { Minor } from '../../src/payments/money.ts';
import { fromBase64 } from '../../src/signing/bytes.ts';
import { create, newId, notify } from '../ledger/support.ts';
import { ledgerOf, makeShop, network, runAlarms, unique } from '../support/harness.ts';
import { signedIn } from './support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

async function paid(shop: string, amount: number) {
  const id = newId();
  const { request, attempt } = create(id);
  await ledgerOf(id).create(
    create(id, {
      shop,
      request: { ...request, amount: amount as Minor },
      attempt: { ...attempt, amount: amount as Minor },
    }),
  );
  await ledgerOf(id).applyUpdate(notify({ amount: amount as Minor }));
  await runAlarms(id);
  return id;
}

const month = () => new Date().toISOString().slice(0, 7);

describe('the sums', () => {
  it('are those of the API, with the date that decides, as a page, as CSV and as PDF', async () => {
    const name = `Łódź & Жук ${unique()}`;
    const { id: shop } = await makeShop([], { name });
    await paid(shop, 123_456);
    const browser = await signedIn({ role: 'view' });
    const address = `?month=${month()}&timeZone=UTC&shop=${shop}`;
    const page = await browser.open(`/console/books${address}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain(name.replace('&', '&amp;'));
    expect(page.text.replaceAll('\u00a0', ' ')).toContain('1,234.56 EUR');
    expect(page.text).toContain('The date on which money moved decides');
    const csv = await browser.request(`/console/books/summary.csv${address}`);
    expect(csv.headers.get('content-disposition')).toContain(`summary-${month()}.csv`);
    expect(await csv.text()).toContain('1234.56,0.00,0.00,1234.56');
    const pdf = await browser.request(`/console/books/summary.pdf${address}`);
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    const bytes = new Uint8Array(await pdf.arrayBuffer());
    expect(new TextDecoder('latin1').decode(bytes.subarray(0, 8))).toBe('%PDF-1.7');
    for (const dateBy of ['movement', 'created', 'paid']) {
      const listed = await browser.request(`/console/books/summary.pdf${address}&dateBy=${dateBy}&list=true`);
      const text = new TextDecoder('latin1').decode(await listed.arrayBuffer());
      expect([dateBy, /\/Count (\d+)/.exec(text)?.[1]]).toEqual([dateBy, '2']);
    }
    expect(page.text).toContain('list=true');
  });

  it.each([
    ['month=2026-11&to=2026-10', 'to: comes before month'],
    ['month=2026-11&timeZone=Europe/Zurch', 'timeZone: Europe/Zurch: is not a time zone'],
    ['month=november', 'month: '],
    ['month=2026-11&shop=nobodys-shop', 'shop: there is no shop'],
  ])('of a question that is wrong are not shown: %s, with what was typed', async (query, words) => {
    const browser = await signedIn({ role: 'view' });
    const page = await browser.open(`/console/books?${query}`);
    expect(page.status).toBe(422);
    expect(page.text).toContain(words);
    expect(page.text).toContain(`value="${new URLSearchParams(query).get('month')}"`);
    expect((await browser.open(`/console/books/summary.pdf?${query}`)).path).toMatch(/^\/console\/books\?/);
  });
});

describe('names of lines', () => {
  it('that are alike have their keys, and others have none', () => {
    const names = distinctNames([
      ['tea', 'Tea shop'],
      ['tea2', 'Tea shop'],
      ['coffee', 'Coffee'],
      ['mugs', 'mugs'],
    ]);
    expect([...names.values()]).toEqual(['Tea shop (tea)', 'Tea shop (tea2)', 'Coffee', 'mugs']);
  });

  it('are those of accounts in the list behind sums by account, and of shops behind others', async () => {
    const line = { reference: 'order-7', shop: 'tea', account: 'cards', currency: 'EUR', test: false };
    const answer = `${JSON.stringify({ ...line, at: '2026-11-01T10:00:00Z', paid: 100, refunded: 0 })}\n`;
    const api = { fetch: async () => new Response(answer) } as unknown as Api;
    const listBy = async (by: 'shop' | 'account') => {
      const { lines, of } = await listOf(api, {
        asked: { month: '2026-11' },
        summary: {
          ...{
            from: '2026-11-01T00:00:00Z',
            to: '2026-12-01T00:00:00Z',
            timeZone: 'UTC',
            dateBy: 'movement',
            by,
          },
          data: [{ key: 'cards', name: 'Cards in euros' }],
        },
        shops: [{ id: 'tea', name: 'Tea shop', group: null }],
      });
      return [of, lines.map(({ name }) => name)];
    };
    expect(await listBy('account')).toEqual(['account', ['Cards in euros']]);
    expect(await listBy('shop')).toEqual(['shop', ['Tea shop']]);
  });
});

describe('the list behind the sums', () => {
  const line = (more: Partial<ListedLine>): ListedLine => ({
    ...{ at: '2026-11-01T10:00:00Z', reference: 'order-1042', name: 'Shop', currency: 'EUR', test: false },
    ...{ paid: 100, refunded: 0, chargedBack: 0 },
    ...more,
  });

  it('has the totals of each currency, and money that is not real apart', () => {
    const lines = [
      line({}),
      line({ paid: 0, refunded: 30 }),
      line({ currency: 'CHF' }),
      line({ test: true }),
    ];
    expect(
      listTotals(lines).map(({ currency, test, paid, refunded }) => [currency, test, paid, refunded]),
    ).toEqual([
      ['EUR', false, 100, 30],
      ['CHF', false, 100, 0],
      ['EUR', true, 100, 0],
    ]);
  });

  it('has the times of the zone of the sums, not of who looks at it, and names it', () => {
    const textsIn = (timeZone: string, of: 'shop' | 'account' = 'shop') => {
      const texts: string[] = [];
      const page = { text: (...given: unknown[]) => texts.push(String(given[3])), rule: () => undefined };
      const font = { fitted: (text: string) => text.slice(0, 24) };
      writeListPage(
        {
          ...{ language: 'en', zone: 'UTC', now: 0, path: '', csrf: '' },
          user: null,
          flash: null,
          counts: {},
        },
        { page: page as unknown as PdfPage, font: font as unknown as PdfFont },
        { lines: [line({ at: '2026-11-30T23:30:00Z' })], timeZone, of },
        100,
      );
      return texts;
    };
    expect(textsIn('Europe/Zurich')).toContain('1 Dec 2026, 00:30');
    expect(textsIn('Europe/Zurich')).toContain('When (Europe/Zurich)');
    expect(textsIn('UTC', 'account')).toContain('Account');
    const far = textsIn('America/Argentina/Buenos_Aires');
    expect(far).toContain('30 Nov 2026, 20:30');
    expect(far).toContain('When (Buenos_Aires)');
  });

  it('loses no line between pages, and has room for the totals of each', () => {
    const lines = Array.from({ length: 97 }, (_, index) =>
      line({ reference: `${index}`, currency: ['EUR', 'CHF', 'PLN'][index % 3] ?? '' }),
    );
    const pages = listPages(lines, 20);
    expect(pages.flat()).toEqual(lines);
    for (const page of pages) expect(page.length + listTotals(page).length).toBeLessThanOrEqual(20);
    expect(listPages([], 20)).toEqual([]);
  });
});

describe('a file', () => {
  const query = (shop: string, more: string) =>
    `/console/books/download?what=payments&shop=${shop}&dateBy=created&timeZone=UTC${more}`;

  it('joins all pages, in each format', async () => {
    const { id: shop } = await makeShop([]);
    for (let count = 0; count < 3; count += 1) await paid(shop, 1000);
    const browser = await signedIn({ role: 'view' });
    const csv = await browser.request(query(shop, '&format=csv&separator=semicolon&bom=on&amounts=decimal'));
    expect(csv.headers.get('content-disposition')).toContain('attachment');
    const lines = (await csv.text()).trimEnd().split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain(';10.00;10.00;0.00;');
    const json = await browser.request(query(shop, '&format=json&logs=on&separator=semicolon&bom=on'));
    expect(JSON.parse(await json.text())).toHaveLength(3);
    const xml = await browser.request(query(shop, '&format=xml&good=on'));
    const withoutLogs = await xml.text();
    expect(withoutLogs.match(/<reference>/g)).toHaveLength(3);
    // The box decides in each format that has logs.
    expect(withoutLogs).not.toContain('<logs>');
    const logs = await browser.request(query(shop, '&format=xml&logs=on'));
    expect(await logs.text()).toContain('<logs>');
  });

  it('of a question that is wrong is none: the form says what, and keeps it', async () => {
    const browser = await signedIn({ role: 'view' });
    const { id: shop } = await makeShop([]);
    const page = await browser.open(query(shop, '&format=csv&from=2026-11-02&to=2026-11-01'));
    expect(page.status).toBe(422);
    expect(page.text).toContain('to: comes before from');
    expect(page.text).toContain('value="2026-11-02"');
    const form = await browser.open('/console/books/export');
    expect(form.status).toBe(200);
  });

  it('of a shop outside of the user’s is none', async () => {
    const [own, other] = [await makeShop([]), await makeShop([])];
    const browser = await signedIn({ role: 'view', shops: [own.id] });
    const page = await browser.open(query(other.id, '&format=csv'));
    expect(page.status).toBe(422);
    expect(page.text).not.toContain(`value="${other.id}"`);
  });
});

describe('the font', () => {
  it('is the file that stands in the repository, and has the letters of Europe', () => {
    const font = readTrueType(fromBase64(FONT_DATA) ?? new Uint8Array());
    for (const letter of 'Łłążśćŋßẞéàçœ€ŐűžЖщЇґΩά…–— №')
      expect(font.glyphOf(letter.codePointAt(0) ?? 0), letter).toBeGreaterThan(0);
    expect(font.widthOf(font.glyphOf(0x20))).toBeGreaterThan(200);
  });

  it('writes a document of as many pages as its lines need', async () => {
    const view = {
      language: 'en',
      zone: 'UTC',
      now: 0,
      path: '',
      csrf: '',
      user: null,
      flash: null,
      counts: {},
    } as const;
    const sums = {
      currency: 'EUR',
      test: false,
      payments: 1,
      gross: 100,
      refunds: 0,
      chargebacks: 0,
      net: 100,
    };
    const listedLine = {
      ...{ at: '2026-11-01T10:00:00Z', reference: 'order-1042', name: 'Shop', currency: 'EUR', test: false },
      ...{ paid: 100, refunded: 0, chargedBack: 0 },
    };
    const pagesOf = async (count: number, listed = 0) => {
      const lines = Array.from({ length: count }, (_, index) => ({
        ...sums,
        month: '2026-11',
        name: `Shop ${index}`,
      }));
      const bytes = await booksPdf(view, {
        owner: 'Owner',
        about: ['a', 'b'],
        by: 'Shop',
        lines,
        totals: [sums],
        list:
          listed === 0
            ? null
            : {
                lines: Array.from({ length: listed }, () => listedLine),
                timeZone: 'UTC',
                isCut: false,
                of: 'shop' as const,
              },
      });
      return Number(/\/Count (\d+)/.exec(new TextDecoder('latin1').decode(bytes))?.[1]);
    };
    expect(await pagesOf(0)).toBe(1);
    expect(await pagesOf(3)).toBe(1);
    expect(await pagesOf(300)).toBeGreaterThan(10);
    // The list begins on a page of its own.
    expect(await pagesOf(3, 1)).toBe(2);
    expect(await pagesOf(3, 300)).toBeGreaterThan(10);
  });
});
