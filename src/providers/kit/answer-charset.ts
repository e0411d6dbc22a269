/** The charset of an answer: what it says itself, in its header or in its XML declaration, or else what its bytes are. */
import type { CharsetName } from '../../signing/charsets.ts';

/** The charset that a Content-Type names; null: none. */
function ofHeader(contentType: string | null): string | null {
  return /;\s*charset\s*=\s*"?([\w.:-]+)"?/i.exec(contentType ?? '')?.[1] ?? null;
}

/** The charset that an XML declaration names; null: none. */
function ofDeclaration(bytes: Uint8Array): string | null {
  const start = String.fromCharCode(...bytes.subarray(0, 200));
  return /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1] ?? null;
}

/** Almost every answer is in it. */
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** The text of bytes, where there is such a charset and they are valid in it. */
function decodedIn(label: string, bytes: Uint8Array): string | null {
  try {
    const decoder =
      label === 'utf-8' ? utf8Decoder : new TextDecoder(label, { fatal: true, ignoreBOM: false });
    return decoder.decode(bytes);
  } catch (error) {
    // RangeError: no such charset; TypeError: not valid in it.
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * The text of an answer. Where its charset is not what it says, or it says none: UTF-8 if it is valid as that, else `otherwise`.
 * @param otherwise ISO-8859-1 is read as its superset windows-1252, as everybody does.
 */
export function answerText(
  bytes: Uint8Array,
  contentType: string | null,
  otherwise: CharsetName = 'iso-8859-1',
): string {
  const labels = [ofHeader(contentType), ofDeclaration(bytes), 'utf-8', otherwise];
  for (const label of labels) {
    const text = label === null ? null : decodedIn(label, bytes);
    if (text !== null) return text;
  }
  return new TextDecoder().decode(bytes);
}
