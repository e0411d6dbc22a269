/**
 * XML as PolyBanking's export writes it: a list is an element with an `item` for each entry, members in the order of their names. A
 * member whose name is none of XML's is an `item` with that `name`.
 */
import { XML_BEGIN, XML_END } from '../payments/export-pages.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** Characters that XML 1.0 has no way to write. */
const UNWRITABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/gu;

function escaped(text: string): string {
  return text.replace(UNWRITABLE, '\uFFFD').replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? '');
}

const NAME = /^[a-z_][\w.-]*$/i;

function element(name: string, inside: string): string {
  if (NAME.test(name)) return `<${name}>${inside}</${name}>`;
  return `<item name="${escaped(name).replaceAll('"', '&quot;')}">${inside}</item>`;
}

function contents(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((entry) => `<item>${contents(entry)}</item>`).join('');
  if (typeof value !== 'object') return escaped(String(value));
  return Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => element(name, contents(member)))
    .join('');
}

/** An item a line. The names of their members are names of elements. */
export function xmlOf(items: readonly object[]): string {
  const lines = items.map((item) => `<item>${contents(item)}</item>\n`).join('');
  return `${XML_BEGIN}${lines}${XML_END}`;
}
