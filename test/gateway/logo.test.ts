/** What a logo is by its bytes. The failure ruled out: a file that only looks like an image in some places, or that no browser can show. */
import { describe, expect, it } from 'vitest';
import { LOGO_LIMIT, logoType } from '../../src/gateway/logo.ts';
import { utf8 } from '../../src/signing/bytes.ts';
import { problemOf, told, wrongField } from '../support/thrown.ts';

const NEITHER = told('invalid_request', 'the body is neither a PNG nor a WebP; SVG is not taken');

/** A chunk of a PNG. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  new DataView(bytes.buffer).setUint32(0, data.length);
  bytes.set(utf8(type), 4);
  bytes.set(data, 8);
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const SIGNATURE = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const IMAGE = chunk('IDAT', new Uint8Array(3));
const END = chunk('IEND', new Uint8Array());

function header(width: number, height: number): Uint8Array {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  return chunk('IHDR', data);
}

const png = (...chunks: readonly Uint8Array[]) => joined([SIGNATURE, header(8, 8), ...chunks]);
const sized = (width: number, height: number) => joined([SIGNATURE, header(width, height), IMAGE, END]);

/** A WebP of so many bytes, which it tells of itself. */
function webp(type: string, length: number, fill: (view: DataView) => void = () => {}): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(utf8(`RIFF\0\0\0\0WEBP${type}`));
  const view = new DataView(bytes.buffer);
  view.setUint32(4, length - 8, true);
  fill(view);
  return bytes;
}

const startCode = (view: DataView) => {
  for (const [at, byte] of [0x9d, 0x01, 0x2a].entries()) view.setUint8(23 + at, byte);
  view.setUint16(26, 8, true);
  view.setUint16(28, 8, true);
};

/** The same bytes, one of them another. */
function turned(bytes: Uint8Array, at: number): Uint8Array {
  const other = bytes.slice();
  other[at] = (other[at] ?? 0) ^ 0x20;
  return other;
}

describe('a PNG', () => {
  it('is its signature, its header, images among other parts, and its end', () => {
    const text = chunk('tEXt', utf8('by us'));
    for (const bytes of [png(IMAGE, END), png(text, IMAGE, IMAGE, text, END)])
      expect(logoType(bytes)).toBe('image/png');
    // Whatever stands around it in memory.
    const around = joined([new Uint8Array(5).fill(0xff), png(IMAGE, END), new Uint8Array(5)]);
    expect(logoType(around.subarray(5, around.length - 5))).toBe('image/png');
  });

  const BROKEN: readonly (readonly [string, Uint8Array])[] = [
    ['has no image', png(END)],
    ['has no end', png(IMAGE)],
    ['has its end first', png(END, IMAGE)],
    ['has something behind its end', png(IMAGE, END, new Uint8Array(1))],
    [
      'has a part that is longer than the file',
      png(
        IMAGE,
        END.map((byte, at) => (at === 3 ? 4 : byte)),
      ),
    ],
    ['begins with another part', joined([SIGNATURE, chunk('iHDR', new Uint8Array(13)), IMAGE, END])],
    ['is its header alone', png()],
  ];

  it('is none whose parts do not fill it', async () => {
    for (const [name, bytes] of BROKEN) expect(await problemOf(() => logoType(bytes)), name).toEqual(NEITHER);
  });

  it('is none of which one byte of its beginning is another', async () => {
    for (let at = 0; at < 16; at++)
      expect(await problemOf(() => logoType(turned(png(IMAGE, END), at)))).toEqual(NEITHER);
  });

  const SIZES = [
    [1, 1024, true],
    [1024, 1, true],
    [0, 8, false],
    [8, 0, false],
    [1025, 8, false],
    [8, 1025, false],
  ] as const;

  it('has 1 to 1024 pixels a side', async () => {
    for (const [width, height, isTaken] of SIZES) {
      const problem = wrongField('logo', `has ${width} x ${height} pixels: 1 to 1024 a side are taken`);
      expect(await problemOf(() => logoType(sized(width, height)))).toEqual(isTaken ? null : problem);
    }
  });

  it('has 32 KiB at most', async () => {
    const filled = (length: number) => png(chunk('IDAT', new Uint8Array(length - png(END).length - 12)), END);
    expect(filled(LOGO_LIMIT)).toHaveLength(32_768);
    expect(logoType(filled(32_768))).toBe('image/png');
    expect(await problemOf(() => logoType(filled(32_769)))).toEqual(
      told('payload_too_large', 'the logo is larger than 32768 bytes'),
    );
  });
});

describe('a WebP', () => {
  const WHOLE: readonly (readonly [string, Uint8Array])[] = [
    ['lossy', webp('VP8 ', 30, startCode)],
    ['lossless', webp('VP8L', 30, (view) => view.setUint8(20, 0x2f))],
    ['extended', webp('VP8X', 30)],
  ];

  it.each(WHOLE)(
    'is as long as what says how large it is, and one byte less is none: %s',
    async (_, whole) => {
      expect(logoType(whole)).toBe('image/webp');
      const around = joined([new Uint8Array(5).fill(0xff), whole, new Uint8Array(5)]);
      expect(logoType(around.subarray(5, 35))).toBe('image/webp');
      const shorter = whole.slice(0, 29);
      new DataView(shorter.buffer).setUint32(4, 21, true);
      expect(await problemOf(() => logoType(shorter))).toEqual(NEITHER);
    },
  );

  it.each(WHOLE)('is none of which one byte of what it begins with is another: %s', async (_, whole) => {
    const beginning = Array.from({ length: 16 }, (_, at) => at);
    for (const at of beginning)
      expect(await problemOf(() => logoType(turned(whole, at))), String(at)).toEqual(NEITHER);
  });

  it('is none without the start code of a lossy one, or the signature of a lossless one', async () => {
    const [[, lossy], [, lossless]] = WHOLE as unknown as readonly [(typeof WHOLE)[0], (typeof WHOLE)[0]];
    for (const bytes of [turned(lossy, 23), turned(lossy, 24), turned(lossy, 25), turned(lossless, 20)])
      expect(await problemOf(() => logoType(bytes))).toEqual(NEITHER);
  });
});
