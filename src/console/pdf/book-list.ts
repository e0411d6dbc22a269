/** The list behind the sums of a PDF: a line for each movement of money, or for each payment. Its pages have the totals of what they show. */
import { amountText, shortTime } from '../format.ts';
import { booksTexts } from '../texts/books.ts';
import type { View } from '../view.ts';
import { PAGE_WIDTH, type PdfFont, type PdfPage } from './document.ts';

/** A movement, or a payment; money in minor units. */
export interface ListedLine {
  /** When the date was that decides, RFC 3339. */
  readonly at: string;
  readonly reference: string;
  /** Of the shop, or of the account. */
  readonly name: string;
  readonly currency: string;
  readonly test: boolean;
  readonly paid: number;
  readonly refunded: number;
  /** Null: of a payment it is in the sums alone. */
  readonly chargedBack: number | null;
}

export interface ListOnPaper {
  readonly lines: readonly ListedLine[];
  /** In which the times are shown: that of the sums. */
  readonly timeZone: string;
  /** Whose names stand in the lines. */
  readonly of: 'shop' | 'account';
  /** There are more than are listed. */
  readonly isCut: boolean;
}

const MARGIN = 42;
const RIGHT = PAGE_WIDTH - MARGIN;
const SIZE = 8;
/** From one line to the next, in points. */
export const LIST_LINE = 13;

const MONEY = ['paid', 'refunded', 'chargedBack'] as const;
const COLUMNS = { reference: MARGIN + 96, name: MARGIN + 288, paid: RIGHT - 200, refunded: RIGHT - 100 };
const RIGHT_ENDS = { paid: COLUMNS.paid, refunded: COLUMNS.refunded, chargedBack: RIGHT } as const;

/** The money of lines, by currency, and real money apart from that which is not. */
export function listTotals(lines: readonly ListedLine[]): ListedLine[] {
  const sums = new Map<string, ListedLine>();
  for (const line of lines) {
    const key = `${line.currency} ${line.test}`;
    const known = sums.get(key);
    sums.set(key, {
      ...line,
      paid: line.paid + (known?.paid ?? 0),
      refunded: line.refunded + (known?.refunded ?? 0),
      chargedBack: line.chargedBack === null ? null : line.chargedBack + (known?.chargedBack ?? 0),
    });
  }
  return [...sums.values()];
}

/** The lines of each page: so many that their totals, a line for each currency, have room below. @param room lines of a page */
export function listPages(lines: readonly ListedLine[], room: number): (readonly ListedLine[])[] {
  const pages: ListedLine[][] = [];
  let page: ListedLine[] = [];
  let keys = new Set<string>();
  for (const line of lines) {
    const key = `${line.currency} ${line.test}`;
    if (page.length > 0 && page.length + 1 + new Set([...keys, key]).size > room) {
      pages.push(page);
      page = [];
      keys = new Set();
    }
    page.push(line);
    keys.add(key);
  }
  return page.length > 0 ? [...pages, page] : pages;
}

/** Writes a page of the list below its head. @param top where its column heads stand, in points from below */
export function writeListPage(
  view: View,
  { page, font }: { readonly page: PdfPage; readonly font: PdfFont },
  { lines, timeZone, of }: Pick<ListOnPaper, 'lines' | 'timeZone' | 'of'>,
  top: number,
): void {
  const t = booksTexts[view.language];
  const { language } = view;
  let y = top;
  const money = (line: ListedLine, grey: number) => {
    for (const kind of MONEY) {
      const amount = line[kind];
      // Nothing is no line of zeros: what a movement is, is what stands in it.
      if (amount === null || amount === 0) continue;
      page.text(RIGHT_ENDS[kind], y, SIZE, amountText(language, amount, line.currency), {
        align: 'right',
        grey,
      });
    }
  };
  const room = COLUMNS.reference - MARGIN - 6;
  const [whole, place] = [timeZone, timeZone.slice(timeZone.lastIndexOf('/') + 1)].map(
    (zone) => `${t.list.at} (${zone})`,
  ) as [string, string];
  // The head of the document has the whole name of a zone that has no room here.
  const time = font.fitted(whole, SIZE, room) === whole ? whole : font.fitted(place, SIZE, room);
  page.text(MARGIN, y, SIZE, time, { grey: 0.3 });
  page.text(COLUMNS.reference, y, SIZE, t.list.reference, { grey: 0.3 });
  page.text(COLUMNS.name, y, SIZE, t.byNames[of], { grey: 0.3 });
  page.text(RIGHT_ENDS.paid, y, SIZE, t.columns.gross, { align: 'right', grey: 0.3 });
  page.text(RIGHT_ENDS.refunded, y, SIZE, t.columns.refunds, { align: 'right', grey: 0.3 });
  if (lines.some(({ chargedBack }) => chargedBack !== null))
    page.text(RIGHT_ENDS.chargedBack, y, SIZE, t.columns.chargebacks, { align: 'right', grey: 0.3 });
  page.rule(MARGIN, y - 5, PAGE_WIDTH - 2 * MARGIN, 1);
  y -= 18;
  for (const line of lines) {
    const name = line.test ? `${line.name} (${t.testShort})` : line.name;
    const width = { reference: COLUMNS.name - COLUMNS.reference - 8, name: COLUMNS.paid - COLUMNS.name - 90 };
    page.text(MARGIN, y, SIZE, shortTime(language, timeZone, line.at));
    page.text(COLUMNS.reference, y, SIZE, font.fitted(line.reference, SIZE, width.reference));
    page.text(COLUMNS.name, y, SIZE, font.fitted(name, SIZE, width.name));
    money(line, 0);
    y -= LIST_LINE;
  }
  page.rule(MARGIN, y + 9, PAGE_WIDTH - 2 * MARGIN);
  for (const sums of listTotals(lines)) {
    page.text(MARGIN, y, SIZE, sums.test ? `${t.pageTotal} (${t.testShort})` : t.pageTotal, { grey: 0.3 });
    money(sums, 0.3);
    y -= LIST_LINE;
  }
}
