/** How the pages of an export become one file: each is a whole file of its own, in any of the formats. */

export const EXPORT_FORMATS = ['csv', 'ndjson', 'json', 'xml'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What an XML page begins and ends with. */
export const XML_BEGIN = '<?xml version="1.0" encoding="utf-8"?>\n<data><export>\n';
export const XML_END = '</export></data>\n';

interface Join {
  /** The format in which the pages are asked for. */
  readonly asked: 'csv' | 'ndjson' | 'xml';
  readonly begin: string;
  readonly end: string;
}

export const EXPORT_JOINS: Readonly<Record<ExportFormat, Join>> = {
  csv: { asked: 'csv', begin: '', end: '' },
  ndjson: { asked: 'ndjson', begin: '', end: '' },
  // A JSON document is made of lines, so that no page is parsed.
  json: { asked: 'ndjson', begin: '[\n', end: '\n]\n' },
  xml: { asked: 'xml', begin: XML_BEGIN, end: XML_END },
};

type Bytes = AsyncIterable<Uint8Array>;

const LINE_FEED = 0x0a;
const COMMA = 0x2c;

/** Without the first line: it has the columns, which have no line breaks. */
async function* withoutFirstLine(page: Bytes): AsyncGenerator<Uint8Array> {
  let isInside = false;
  for await (const piece of page) {
    const at = isInside ? 0 : piece.indexOf(LINE_FEED) + 1;
    if (!isInside && at === 0) continue;
    isInside = true;
    yield piece.subarray(at);
  }
}

/** The lines as members of a list: what ends a line is written before the next one, with a comma. */
async function* asMembers(page: Bytes, isBeginning: boolean): AsyncGenerator<Uint8Array> {
  let isBetween = !isBeginning;
  for await (const piece of page) {
    const output = new Uint8Array(2 * piece.length + 2);
    let length = 0;
    for (const byte of piece) {
      if (byte === LINE_FEED) {
        isBetween = true;
        continue;
      }
      if (isBetween) {
        output[length++] = COMMA;
        output[length++] = LINE_FEED;
        isBetween = false;
      }
      output[length++] = byte;
    }
    yield output.subarray(0, length);
  }
}

/** Without its first bytes and its last ones. */
async function* inner(page: Bytes, head: number, tail: number): AsyncGenerator<Uint8Array> {
  let skipped = 0;
  let held = new Uint8Array(0);
  for await (const piece of page) {
    const skip = Math.min(head - skipped, piece.length);
    skipped += skip;
    const known = new Uint8Array(held.length + piece.length - skip);
    known.set(held);
    known.set(piece.subarray(skip), held.length);
    const end = Math.max(0, known.length - tail);
    held = known.slice(end);
    yield known.subarray(0, end);
  }
}

/**
 * What of a page stands in the file, as it comes.
 * @param isBeginning nothing is in the file yet but what it begins with: pages may have no lines.
 */
export function pageInFile(format: ExportFormat, page: Bytes, isBeginning: boolean): Bytes {
  switch (format) {
    case 'csv':
      return isBeginning ? page : withoutFirstLine(page);
    case 'ndjson':
      return page;
    case 'json':
      return asMembers(page, isBeginning);
    case 'xml':
      return inner(page, XML_BEGIN.length, XML_END.length);
  }
}

/** Payments or movements of a page, and where the ledger of each payment is read. */
const PAGE = 5000;
const PAGE_WITH_LEDGERS = 200;

/** How many payments or movements a page may have. @param query of the route. */
export function exportPageSize(format: ExportFormat, query: Readonly<Record<string, string>>): number {
  const { what = 'payments', logs } = query;
  // PolyBanking's names are made of the logs, also where these are not shown.
  const isPolybanking = format === 'xml' && what === 'payments';
  return what === 'events' || logs === 'true' || isPolybanking ? PAGE_WITH_LEDGERS : PAGE;
}
