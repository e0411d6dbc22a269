/**
 * Reads of a TrueType font what a PDF needs: which glyph a character has, and how wide it is (the OpenType specification: cmap, hmtx,
 * head, hhea). Only tables of fonts that we ship are read: what is not there throws.
 */

export interface TrueType {
  readonly bytes: Uint8Array;
  /** In thousandths of the size of the text, as a PDF counts. */
  readonly ascent: number;
  readonly descent: number;
  readonly box: readonly number[];
  /** The glyph of a character; 0: the font has none. */
  glyphOf(codePoint: number): number;
  widthOf(glyph: number): number;
}

/** @throws Error for bytes that are no such font. */
export function readTrueType(bytes: Uint8Array): TrueType {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = new Map<string, number>();
  for (let index = 0; index < view.getUint16(4); index += 1) {
    const entry = 12 + 16 * index;
    const name = String.fromCharCode(...bytes.subarray(entry, entry + 4));
    tables.set(name, view.getUint32(entry + 8));
  }
  const table = (name: string): number => {
    const at = tables.get(name);
    if (at === undefined) throw new Error(`the font has no table ${name}`);
    return at;
  };
  const [head, hhea, hmtx] = [table('head'), table('hhea'), table('hmtx')];
  const unitsPerEm = view.getUint16(head + 18);
  const scaled = (units: number) => Math.round((units * 1000) / unitsPerEm);
  const metrics = view.getUint16(hhea + 34);
  const glyphs = readCharacters(view, table('cmap'));
  return {
    bytes,
    ascent: scaled(view.getInt16(hhea + 4)),
    descent: scaled(view.getInt16(hhea + 6)),
    box: [36, 38, 40, 42].map((offset) => scaled(view.getInt16(head + offset))),
    glyphOf: (codePoint) => glyphs.get(codePoint) ?? 0,
    // The last width is that of all glyphs after it.
    widthOf: (glyph) => scaled(view.getUint16(hmtx + 4 * Math.min(glyph, metrics - 1))),
  };
}

/** The characters of the Basic Multilingual Plane: a subtable of format 4. */
function readCharacters(view: DataView, cmap: number): ReadonlyMap<number, number> {
  const found = Array.from({ length: view.getUint16(cmap + 2) }, (_, index) =>
    view.getUint32(cmap + 4 + 8 * index + 4),
  ).find((offset) => view.getUint16(cmap + offset) === 4);
  if (found === undefined) throw new Error('the font has no character map of format 4');
  const at = cmap + found;
  const double = view.getUint16(at + 6);
  const [ends, starts] = [at + 14, at + 16 + double];
  const [deltas, offsets] = [starts + double, starts + 2 * double];
  const glyphs = new Map<number, number>();
  for (let segment = 0; segment < double; segment += 2) {
    const [start, end] = [view.getUint16(starts + segment), view.getUint16(ends + segment)];
    const [delta, offset] = [view.getUint16(deltas + segment), view.getUint16(offsets + segment)];
    for (let code = start; code <= end && code < 0xffff; code += 1) {
      const place = offsets + segment + offset + 2 * (code - start);
      const glyph = offset === 0 ? code : view.getUint16(place);
      if (glyph !== 0) glyphs.set(code, (glyph + delta) & 0xffff);
    }
  }
  return glyphs;
}
