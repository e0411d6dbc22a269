/** Data, the one text of a form or message: `key=value` pairs joined by `|`, plain or in base64. */
import { base64, base64url, fromBase64, fromUtf8, utf8 } from '../../signing/bytes.ts';
import { cameTwice } from '../kit/form-message.ts';

export type DataPair = readonly [name: string, value: string];

/** The text of some pairs. There is no escaping: a value must not hold `|`. */
export function dataText(pairs: Iterable<DataPair>): string {
  return [...pairs].map(([name, value]) => `${name}=${value}`).join('|');
}

/** Data as it travels. `encoding` is that of the field Encode: base64, base64url, or empty for plain text. */
export function encodedData(data: string, encoding: string): string {
  if (encoding === 'base64') return base64(utf8(data));
  return encoding === 'base64url' ? base64url(utf8(data)) : data;
}

/** The text of Data as it travelled, padded or not; null where it is not what Encode says. */
export function decodedData(data: string, encoding: string): string | null {
  if (encoding === '') return data;
  const standard = encoding === 'base64url' ? data.replaceAll('-', '+').replaceAll('_', '/') : data;
  const unpadded = standard.replace(/=*$/, '');
  const bytes = fromBase64(unpadded.padEnd(Math.ceil(unpadded.length / 4) * 4, '='));
  return bytes && fromUtf8(bytes);
}

/**
 * The values of a text by their names. A pair is split at its first `=`; the literal `null` and nothing both mean absent.
 * @throws Refusal when a key came twice.
 */
export function readData(data: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let equals = data.indexOf('=');
  for (let start = 0, end = 0; start <= data.length; start = end + 1) {
    const next = data.indexOf('|', start);
    end = next < 0 ? data.length : next;
    if (equals >= 0 && equals < start) equals = data.indexOf('=', start);
    const isBare = equals < 0 || equals >= end;
    const name = data.slice(start, isBare ? end : equals);
    if (values.has(name)) throw cameTwice('key', name);
    const value = isBare ? '' : data.slice(equals + 1, end);
    if (value !== '' && value !== 'null') values.set(name, value);
  }
  return values;
}
