/**
 * Logos of shops. The kind of an image is read from its bytes alone, so that no browser takes it for a page. SVG is refused, because it is a
 * page. A file that only begins as an image is refused too: the parts of the image have to fill it.
 */
import { invalidField, Problem } from '../payments/errors.ts';

/** The longest side in pixels. */
const MOST_PIXELS = 1024;

/** Bytes of a logo. */
export const LOGO_LIMIT = 32 * 1024;

interface Image {
  readonly type: 'image/png' | 'image/webp';
  readonly width: number;
  readonly height: number;
}

const PNG_BEGINNING = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13];

function textAt(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

/** PNG, third edition, 5.3 and 5.6: whether chunk follows chunk, with an image among them, up to IEND and no byte more. */
function isFilled(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hasImage = false;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const type = textAt(bytes, at + 4, at + 8);
    hasImage ||= type === 'IDAT';
    at += 12 + view.getUint32(at);
    if (type === 'IEND') return hasImage && at === bytes.length;
  }
  return false;
}

/** PNG, third edition, 5.2 and 11.2.1: the signature, then the chunk IHDR with width and height. */
function pngOf(bytes: Uint8Array): Image | null {
  if (PNG_BEGINNING.some((byte, index) => bytes[index] !== byte)) return null;
  if (textAt(bytes, 12, 16) !== 'IHDR' || !isFilled(bytes)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

/** RFC 9649, 2.5 to 2.7: RIFF, its length, WEBP, then a chunk that says how wide and high it is, in one of three ways. */
function webpOf(bytes: Uint8Array): Image | null {
  if (bytes.length < 30 || textAt(bytes, 0, 4) !== 'RIFF' || textAt(bytes, 8, 12) !== 'WEBP') return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(4, true) !== bytes.length - 8) return null;
  const type = 'image/webp';
  switch (textAt(bytes, 12, 16)) {
    case 'VP8 ':
      // A key frame: its start code, then 14 bits of each side.
      if (textAt(bytes, 23, 26) !== '\x9d\x01\x2a') return null;
      return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 'VP8L': {
      if (bytes[20] !== 0x2f) return null;
      const bits = view.getUint32(21, true);
      return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X': {
      const wide = view.getUint32(24, true) & 0xffffff;
      const high = view.getUint32(26, true) >>> 8;
      return { type, width: wide + 1, height: high + 1 };
    }
    default:
      return null;
  }
}

/**
 * The type of an image.
 * @throws Problem invalid_request for anything but a PNG or a WebP of at most 1024 pixels a side, payload_too_large beyond 32 KB.
 */
export function logoType(bytes: Uint8Array): Image['type'] {
  if (bytes.length > LOGO_LIMIT)
    throw new Problem('payload_too_large', `the logo is larger than ${LOGO_LIMIT} bytes`);
  const image = pngOf(bytes) ?? webpOf(bytes);
  if (!image) throw new Problem('invalid_request', 'the body is neither a PNG nor a WebP; SVG is not taken');
  const { type, width, height } = image;
  if (width < 1 || height < 1 || width > MOST_PIXELS || height > MOST_PIXELS)
    throw invalidField('logo', `has ${width} x ${height} pixels: 1 to ${MOST_PIXELS} a side are taken`);
  return type;
}
