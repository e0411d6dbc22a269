/** Data, the one text of a form or message: `key=value` pairs joined by `|`, plain or in base64. */
import { base64, base64url, fromBase64, fromUtf8, utf8 } from '../../signing/bytes.ts';
import { keptForNames } from '../../signing/order.ts';
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

/** The values of a message that are there, by their names. */
export type DataValues = Pick<ReadonlyMap<string, string>, 'get' | 'has'>;

/** Where each name stands; null where one comes twice. */
const placesOf = keptForNames((names) => {
  const places = new Map(names.map((name, place) => [name, place]));
  return places.size === names.length ? places : null;
});

const isThere = (value: string) => value !== '' && value !== 'null';

/**
 * The values of a text by their names. A pair is split at its first `=`; the literal `null` and nothing both mean absent.
 * @throws Refusal when a key came again after its value.
 */
export function readData(data: string): DataValues {
  const [names, values]: [string[], string[]] = [[], []];
  let equals = data.indexOf('=');
  for (let start = 0, end = 0; start <= data.length; start = end + 1) {
    const next = data.indexOf('|', start);
    end = next < 0 ? data.length : next;
    if (equals >= 0 && equals < start) equals = data.indexOf('=', start);
    const isBare = equals < 0 || equals >= end;
    names.push(data.slice(start, isBare ? end : equals));
    values.push(isBare ? '' : data.slice(equals + 1, end));
  }
  const places = placesOf(names);
  if (!places) return withoutRepeats(names, values);
  const get = (name: string) => {
    const place = places.get(name);
    const value = place === undefined ? '' : (values[place] ?? '');
    return isThere(value) ? value : undefined;
  };
  return { get, has: (name) => get(name) !== undefined };
}

/** @throws Refusal */
function withoutRepeats(names: readonly string[], all: readonly string[]): DataValues {
  const values = new Map<string, string>();
  names.forEach((name, place) => {
    if (values.has(name)) throw cameTwice('key', name);
    const value = all[place] ?? '';
    if (isThere(value)) values.set(name, value);
  });
  return values;
}
