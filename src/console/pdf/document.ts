/**
 * Writes a PDF (ISO 32000-1) of text and lines with one embedded font. Why none of the libraries: @cantoo/pdf-lib with fontkit is 425 KiB
 * gzipped, the whole console may be 300; this is what a table needs of them, and the font is a subset already.
 */
import { concat, hex, utf8 } from '../../signing/bytes.ts';
import type { TrueType } from './truetype.ts';

/** A4 across, in points. */
export const PAGE_WIDTH = 842;
export const PAGE_HEIGHT = 595;

/** Where an object stands and what it is: dictionary or array as text, and the bytes of a stream. */
interface PdfObject {
  readonly text: string;
  readonly stream?: Uint8Array;
}

export class PdfPage {
  readonly #font: PdfFont;
  readonly operators: string[] = [];

  constructor(font: PdfFont) {
    this.#font = font;
  }

  /** A line of text. @param x its left end, or its right end; @param y of its base line, from below; points. */
  text(x: number, y: number, size: number, text: string, { align = 'left', grey = 0 }: TextLook = {}): void {
    const left = align === 'right' ? x - this.#font.width(text, size) : x;
    this.operators.push(
      `BT ${number(grey)} g /F ${number(size)} Tf ${number(left)} ${number(y)} Td <${this.#font.encoded(text)}> Tj ET`,
    );
  }

  /** A horizontal line. */
  rule(x: number, y: number, width: number, thickness = 0.5): void {
    this.operators.push(
      `${number(thickness)} w 0.6 G ${number(x)} ${number(y)} m ${number(x + width)} ${number(y)} l S`,
    );
  }
}

interface TextLook {
  readonly align?: 'left' | 'right';
  /** From 0, black, to 1. */
  readonly grey?: number;
}

/** A number as PDF has it: no exponent. */
function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** What stands for a character that the font lacks. */
const UNKNOWN = 0xfffd;

export class PdfFont {
  readonly #font: TrueType;
  /** Glyphs that were used, with their characters. */
  readonly used = new Map<number, number>();

  constructor(font: TrueType) {
    this.#font = font;
  }

  #glyphs(text: string): readonly (readonly [glyph: number, character: number])[] {
    // What is not seen is not written; letters of full width (U+FF01 to U+FF5E) are those of ASCII.
    const shown = text
      .normalize('NFC')
      .replace(/[\u00a0\u202f\u2009\u3000]/g, ' ')
      .replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
      .replace(/[\uff01-\uff5e]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0));
    return Array.from(shown, (character) => {
      const code = character.codePointAt(0) ?? UNKNOWN;
      const glyph = this.#font.glyphOf(code);
      return glyph === 0 ? ([this.#font.glyphOf(UNKNOWN), UNKNOWN] as const) : ([glyph, code] as const);
    });
  }

  /** How wide a text is, in points. */
  width(text: string, size: number): number {
    return this.#glyphs(text).reduce((sum, [glyph]) => sum + (this.#font.widthOf(glyph) * size) / 1000, 0);
  }

  /** The text, or its beginning with an ellipsis, so that it fits. */
  fitted(text: string, size: number, width: number): string {
    if (this.width(text, size) <= width) return text;
    const room = width - this.width('…', size);
    let [begin, used] = ['', 0];
    for (const character of text.normalize('NFC')) {
      used += this.width(character, size);
      if (used > room) break;
      begin += character;
    }
    return `${begin}…`;
  }

  /** Glyph numbers of two bytes each, in hexadecimal. */
  encoded(text: string): string {
    return this.#glyphs(text)
      .map(([glyph, character]) => {
        this.used.set(glyph, character);
        return glyph.toString(16).padStart(4, '0');
      })
      .join('');
  }

  /** The objects of the font, the first of which is at `first`. */
  async objects(first: number): Promise<PdfObject[]> {
    const { ascent, descent, box, bytes } = this.#font;
    const glyphs = [...this.used].sort(([one], [other]) => one - other);
    const widths = glyphs.map(([glyph]) => `${glyph} [${this.#font.widthOf(glyph)}]`).join(' ');
    const code = (value: number) => value.toString(16).padStart(4, '0');
    const mapped = glyphs.map(([glyph, character]) => `<${code(glyph)}> <${code(character)}>`);
    const parts: string[] = [];
    for (let at = 0; at < mapped.length; at += 100) {
      const part = mapped.slice(at, at + 100);
      parts.push(`${part.length} beginbfchar\n${part.join('\n')}\nendbfchar`);
    }
    const toUnicode = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def
1 begincodespacerange <0000> <ffff> endcodespacerange
${parts.join('\n')}
endcmap CMapName currentdict /CMap defineresource pop end end`;
    return [
      {
        text: `<< /Type /Font /Subtype /Type0 /BaseFont /${NAME} /Encoding /Identity-H /DescendantFonts [${first + 1} 0 R] /ToUnicode ${first + 4} 0 R >>`,
      },
      {
        text: `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /${NAME} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor ${first + 2} 0 R /CIDToGIDMap /Identity /DW 600 /W [${widths}] >>`,
      },
      {
        text: `<< /Type /FontDescriptor /FontName /${NAME} /Flags 4 /FontBBox [${box.join(' ')}] /ItalicAngle 0 /Ascent ${ascent} /Descent ${descent} /CapHeight 729 /StemV 80 /FontFile2 ${first + 3} 0 R >>`,
      },
      await packed(bytes, `/Length1 ${bytes.length}`),
      await packed(utf8(toUnicode)),
    ];
  }
}

/** Six letters and a plus say that it is a subset. */
const NAME = 'CSIGNA+DejaVuSansCondensed';

async function packed(bytes: Uint8Array, more = ''): Promise<PdfObject> {
  const body = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new CompressionStream('deflate'));
  const stream = new Uint8Array(await new Response(body).arrayBuffer());
  return { text: `<< /Length ${stream.length} /Filter /FlateDecode ${more} >>`, stream };
}

/** A text of the document's information: UTF-16 with its mark. */
function infoText(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) =>
    text.charCodeAt(index).toString(16).padStart(4, '0'),
  );
  return `<feff${units.join('')}>`;
}

export interface PdfAbout {
  readonly title: string;
  readonly language: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The bytes of a document. */
export async function pdfBytes(
  font: PdfFont,
  pages: readonly PdfPage[],
  about: PdfAbout,
): Promise<Uint8Array> {
  // 1 catalog, 2 pages, 3 information, 4 to 8 the font, then each page with its content.
  const [fontAt, pagesAt] = [4, 9];
  const at = (page: number) => pagesAt + 2 * page;
  const made = new Date(about.now).toISOString().replace(/[-:T]|\.\d+Z/g, '');
  const kids = pages.map((_, index) => `${at(index)} 0 R`).join(' ');
  const objects: PdfObject[] = [
    {
      text: `<< /Type /Catalog /Pages 2 0 R /Lang (${about.language}) /ViewerPreferences << /DisplayDocTitle true >> >>`,
    },
    { text: `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>` },
    { text: `<< /Title ${infoText(about.title)} /Producer (countersign) /CreationDate (D:${made}Z) >>` },
    ...(await font.objects(fontAt)),
  ];
  for (const [index, { operators }] of pages.entries()) {
    objects.push({
      text: `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE_WIDTH} ${PAGE_HEIGHT}] /Resources << /Font << /F ${fontAt} 0 R >> >> /Contents ${at(index) + 1} 0 R >>`,
    });
    objects.push(await packed(utf8(operators.join('\n'))));
  }
  return written(objects);
}

/** The objects in their order, and where each begins. */
function written(objects: readonly PdfObject[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const write = (part: Uint8Array | string) => {
    const bytes = typeof part === 'string' ? utf8(part) : part;
    parts.push(bytes);
    length += bytes.length;
  };
  // Four bytes beyond ASCII say that the file is not text.
  write('%PDF-1.7\n%');
  write(Uint8Array.of(0xe2, 0xe3, 0xcf, 0xd3, 0x0a));
  const places = objects.map(({ text, stream }, index) => {
    const place = length;
    write(`${index + 1} 0 obj\n${text}\n`);
    if (stream) {
      write('stream\n');
      write(stream);
      write('\nendstream\n');
    }
    write('endobj\n');
    return place;
  });
  const table = length;
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const id = hex(utf8(String(table)))
    .padEnd(32, '0')
    .slice(0, 32);
  write(
    `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 3 0 R /ID [<${id}> <${id}>] >>\nstartxref\n${table}\n%%EOF\n`,
  );
  return concat(parts);
}
