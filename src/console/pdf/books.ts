/**
 * The summary of the books as a PDF: a table over pages, each with its totals, its number, and whose books they are; behind it the list of
 * what is summed up, where it is asked for.
 */
import { fromBase64 } from '../../signing/bytes.ts';
import { amountText, countText, exactTime } from '../format.ts';
import { booksTexts } from '../texts/books.ts';
import type { View } from '../view.ts';
import { LIST_LINE, type ListOnPaper, listPages, writeListPage } from './book-list.ts';
import { PAGE_HEIGHT, PAGE_WIDTH, PdfFont, PdfPage, pdfBytes } from './document.ts';
import { FONT_DATA } from './font-data.ts';
import { readTrueType, type TrueType } from './truetype.ts';

/** The sums of a line or of several, in minor units. */
export interface BookLineSums {
  readonly currency: string;
  readonly test: boolean;
  readonly payments: number;
  readonly gross: number;
  readonly refunds: number;
  readonly chargebacks: number;
  readonly net: number;
}

export interface BookLine extends BookLineSums {
  readonly month: string;
  readonly name: string;
}

export interface BooksOnPaper {
  /** Whose books they are: a shop's name, or the installation's. */
  readonly owner: string;
  /** What and when, in words. */
  readonly about: readonly string[];
  /** What a line is about: the head of its column. */
  readonly by: string;
  readonly lines: readonly BookLine[];
  readonly totals: readonly BookLineSums[];
  /** Null: the sums alone. */
  readonly list: ListOnPaper | null;
}

let font: TrueType | null = null;

const MARGIN = 42;
const LINE = 16;
const SIZE = 9;
const TOP = PAGE_HEIGHT - MARGIN;
/** Below this stand the totals of the page and its foot. */
const FOOT = 34;

const MONEY = ['gross', 'refunds', 'chargebacks', 'net'] as const;

/** The right ends of the columns of numbers. */
const RIGHT = PAGE_WIDTH - MARGIN;
const COLUMNS = {
  net: RIGHT,
  chargebacks: RIGHT - 108,
  refunds: RIGHT - 216,
  gross: RIGHT - 324,
  payments: RIGHT - 432,
};

function added(lines: readonly BookLineSums[]): BookLineSums[] {
  const sums = new Map<string, BookLineSums>();
  for (const line of lines) {
    const key = `${line.currency} ${line.test}`;
    const known = sums.get(key);
    const sum = Object.fromEntries(
      (['payments', ...MONEY] as const).map((name) => [name, line[name] + (known?.[name] ?? 0)]),
    );
    sums.set(key, { ...line, ...sum });
  }
  return [...sums.values()];
}

/** The lines of each page: so many that the totals of the page, a line for each currency, have room below. */
function pagesOf(lines: readonly BookLine[], roomOf: (isFirst: boolean) => number): (readonly BookLine[])[] {
  const pages: BookLine[][] = [];
  let page: BookLine[] = [];
  for (const line of lines) {
    const room = roomOf(pages.length === 0);
    if (page.length + 1 + added([...page, line]).length > room && page.length > 0) {
      pages.push(page);
      page = [];
    }
    page.push(line);
  }
  return [...pages, page];
}

/** The bytes of the document. */
export async function booksPdf(view: View, books: BooksOnPaper): Promise<Uint8Array> {
  const t = booksTexts[view.language];
  font ??= readTrueType(fromBase64(FONT_DATA) ?? new Uint8Array());
  const type = new PdfFont(font);
  const { language } = view;
  const head = { first: 3 + books.about.length, next: 3 };
  const roomOf = (isFirst: boolean) =>
    Math.floor((TOP - MARGIN - FOOT) / LINE) - (isFirst ? head.first : head.next) - 1;
  const parts = pagesOf(books.lines, roomOf);
  // The totals of all have room on the last page, or a page of their own.
  const isRoomy =
    (parts.at(-1)?.length ?? 0) + added(parts.at(-1) ?? []).length + books.totals.length + 2 <=
    roomOf(parts.length === 1);
  if (!isRoomy) parts.push([]);
  const listed = listPages(books.list?.lines ?? [], Math.floor((TOP - MARGIN - FOOT - 48) / LIST_LINE));
  const count = parts.length + listed.length;
  const foot = (page: PdfPage, index: number) => {
    page.rule(MARGIN, MARGIN + 6, PAGE_WIDTH - 2 * MARGIN);
    const made = t.made(exactTime(language, view.zone, new Date(view.now).toISOString()));
    page.text(MARGIN, MARGIN - 8, 8, type.fitted(`${books.owner} · ${made}`, 8, 600), { grey: 0.3 });
    page.text(RIGHT, MARGIN - 8, 8, t.page(index + 1, count), { align: 'right', grey: 0.3 });
  };
  const pages = parts.map((lines, index) => {
    const page = new PdfPage(type);
    let y = TOP;
    const next = (size = LINE) => {
      y -= size;
    };
    const row = (
      name: string,
      { payments, ...sums }: Omit<BookLineSums, 'payments'> & { readonly payments: number | null },
      grey = 0,
    ) => {
      const label = sums.test ? `${name} (${t.testShort})` : name;
      page.text(MARGIN, y, SIZE, type.fitted(label, SIZE, COLUMNS.payments - 60 - MARGIN), { grey });
      if (payments !== null)
        page.text(COLUMNS.payments, y, SIZE, countText(language, payments), { align: 'right', grey });
      for (const kind of MONEY)
        page.text(COLUMNS[kind], y, SIZE, amountText(language, sums[kind], sums.currency), {
          align: 'right',
          grey,
        });
      next();
    };
    page.text(MARGIN, y, index === 0 ? 17 : 11, type.fitted(books.owner, 17, PAGE_WIDTH - 2 * MARGIN));
    next(index === 0 ? 22 : LINE);
    if (index === 0)
      for (const line of books.about) {
        page.text(MARGIN, y, SIZE, line, { grey: 0.3 });
        next(14);
      }
    next(6);
    page.text(MARGIN, y, SIZE, books.by, { grey: 0.3 });
    page.text(COLUMNS.payments, y, SIZE, t.columns.payments, { align: 'right', grey: 0.3 });
    for (const kind of MONEY)
      page.text(COLUMNS[kind], y, SIZE, t.columns[kind], { align: 'right', grey: 0.3 });
    next(5);
    page.rule(MARGIN, y, PAGE_WIDTH - 2 * MARGIN, 1);
    next(13);
    const isByMonth = new Set(books.lines.map(({ month }) => month)).size > 1;
    for (const line of lines) row(isByMonth ? `${line.month}  ${line.name}` : line.name, line);
    if (lines.length > 0) {
      page.rule(MARGIN, y + 11, PAGE_WIDTH - 2 * MARGIN);
      // One payment may stand in several lines: how many there are is said with the sums of all.
      for (const sums of added(lines)) row(t.pageTotal, { ...sums, payments: null }, 0.3);
    } else if (books.lines.length === 0) {
      page.text(MARGIN, y, SIZE, t.nothing);
      next();
    }
    if (index === parts.length - 1 && books.totals.length > 0) {
      next(4);
      if (lines.length > 0) page.rule(MARGIN, y + 11, PAGE_WIDTH - 2 * MARGIN, 1);
      for (const sums of books.totals) row(t.total, sums);
    }
    foot(page, index);
    return page;
  });
  const listPagesMade = listed.map((lines, index) => {
    const page = new PdfPage(type);
    page.text(MARGIN, TOP, 11, type.fitted(books.owner, 11, 400));
    const words = books.list?.isCut === true ? t.list.cut(books.list.lines.length) : t.list.title;
    page.text(RIGHT, TOP, SIZE, words, { align: 'right', grey: 0.3 });
    writeListPage(
      view,
      { page, font: type },
      { lines, timeZone: books.list?.timeZone ?? view.zone, of: books.list?.of ?? 'shop' },
      TOP - 24,
    );
    foot(page, parts.length + index);
    return page;
  });
  return pdfBytes(type, [...pages, ...listPagesMade], {
    title: [books.owner, ...books.about].join(' · '),
    language,
    now: view.now,
  });
}
