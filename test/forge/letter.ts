/**
 * A message as a forger sees it: fields that can be moved, with the spelling of those that are left alone kept, because some
 * signatures are over the raw text.
 */
import type { ProviderRequest } from '../../src/providers/contract.ts';
import type { BankMessage } from '../../src/sandbox/kit/bank.ts';

/** One field as it is written: percent-encoded in a form, a literal in JSON. */
export interface Field {
  /** In JSON the path of the leaf, joined by dots. */
  readonly name: string;
  readonly value: string;
}

type Form = 'form' | 'json' | 'text';

/** A part of a message; in a text there is one field without a name. */
export interface Part {
  readonly form: Form;
  readonly fields: readonly Field[];
  /** The text as it came, while nothing in it has been changed. */
  readonly intact?: string;
}

export interface Letter {
  readonly method: 'GET' | 'POST';
  readonly query: Part;
  readonly body: Part;
  readonly headers: Readonly<Record<string, string>>;
}

export const NOTHING: Part = { form: 'form', fields: [] };

export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Bytes as text of one character a byte, and back: what cannot be read as UTF-8 is kept too. */
export function bytesText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** Most texts are ASCII, which is its own UTF-8. */
const BEYOND_ASCII = /[^\0-\x7f]/;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A percent-encoded text as text of one character a byte. */
function percentDecoded(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Text of one character a byte, percent-encoded. */
export function percentEncoded(text: string): string {
  return text.replace(
    /[^A-Za-z0-9\-_.~@/:,;]/g,
    (character) => `%${(character.charCodeAt(0) & 255).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** A text in UTF-8 as text of one character a byte. */
export function utf8Text(text: string): string {
  return BEYOND_ASCII.test(text) ? bytesText(encoder.encode(text)) : text;
}

function fromUtf8Text(text: string): string {
  return BEYOND_ASCII.test(text) ? decoder.decode(textBytes(text)) : text;
}

/** What a field says, as text of one character a byte. */
export function saying({ form }: Part, field: Field): string {
  const kept = decoded.get(field);
  if (kept?.form === form) return kept.text;
  const text = decodedValue(form, field);
  decoded.set(field, { form, text });
  return text;
}

/** Fields are read again and again while a message is recut. */
const decoded = new WeakMap<Field, { readonly form: Form; readonly text: string }>();

function decodedValue(form: Form, { value }: Field): string {
  if (form === 'form') return percentDecoded(value);
  if (form === 'text') return value;
  try {
    const read = JSON.parse(value) as unknown;
    return utf8Text(typeof read === 'string' ? read : value);
  } catch {
    // It came from a form.
    return value;
  }
}

/** The same field saying something else; a number in JSON stays one where it can. */
export function saidBy({ form }: Part, field: Field, text: string): Field {
  if (form === 'form') return { ...field, value: percentEncoded(text) };
  if (form === 'text') return { ...field, value: text };
  const isNumber = !field.value.startsWith('"') && /^(?:0|[1-9]\d{0,15})$/.test(text);
  return { ...field, value: isNumber ? text : JSON.stringify(fromUtf8Text(text)) };
}

function formPart(text: string): Part {
  const fields = text
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? { name: pair, value: '' } : { name: pair.slice(0, at), value: pair.slice(at + 1) };
    });
  return { form: 'form', fields, intact: text };
}

function leaves(value: unknown, path: string): Field[] {
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value);
    if (entries.length > 0)
      return entries.flatMap(([name, inner]) => leaves(inner, path === '' ? name : `${path}.${name}`));
  }
  return [{ name: path, value: JSON.stringify(value) }];
}

function jsonPart(text: string): Part | null {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object') return null;
    return { form: 'json', fields: leaves(value, ''), intact: text };
  } catch {
    return null;
  }
}

/** JSON of leaves, in their order; a name that comes twice is written twice. */
function jsonText(fields: readonly Field[], path = ''): string {
  const members: (readonly [head: string, value: string | readonly Field[]])[] = [];
  const inner = new Map<string, Field[]>();
  for (const field of fields) {
    const { name, value } = field;
    const at = name.indexOf('.', path.length);
    const head = name.slice(path.length, at < 0 ? undefined : at);
    const known = at < 0 ? undefined : inner.get(head);
    if (at < 0) members.push([head, value]);
    else if (known) known.push(field);
    else {
      const within = [field];
      inner.set(head, within);
      members.push([head, within]);
    }
  }
  const texts = members.map(([head, value]) => {
    const text = typeof value === 'string' ? value : jsonText(value, `${path}${head}.`);
    return `${JSON.stringify(head)}:${text}`;
  });
  return `{${texts.join(',')}}`;
}

/** A part is written to be compared, and to be sent. */
const written = new WeakMap<Part, string>();

/** A part as it goes over the wire. */
export function partText(part: Part): string {
  if (part.intact !== undefined) return part.intact;
  const known = written.get(part);
  if (known !== undefined) return known;
  const text = textOfPart(part);
  written.set(part, text);
  return text;
}

function textOfPart({ form, fields }: Part): string {
  if (form === 'text') return fields.map(({ value }) => value).join('');
  return form === 'json' ? jsonText(fields) : fields.map(({ name, value }) => `${name}=${value}`).join('&');
}

/** A part with other fields. */
export function withFields(part: Part, fields: readonly Field[]): Part {
  return { form: part.form, fields };
}

/** The message of a bank, taken apart. */
export function letterOf(message: BankMessage): Letter {
  const url = new URL(message.url);
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { body } = message;
  const text = body === null ? '' : typeof body === 'string' ? utf8Text(body) : bytesText(body);
  const isForm = headers['content-type']?.startsWith(FORM_TYPE) ?? false;
  const part = isForm ? formPart(text) : jsonPart(fromUtf8Text(text));
  return {
    method: message.method,
    query: formPart(url.search.slice(1)),
    body:
      text === '' ? NOTHING : (part ?? { form: 'text', fields: [{ name: '', value: text }], intact: text }),
    headers,
  };
}

/** A letter of names and values of our own request, posted as a form. */
export function letterOfFields(fields: Iterable<readonly [name: string, value: string]>): Letter {
  const body: Part = {
    form: 'form',
    fields: Array.from(fields, ([name, value]) => ({
      name: percentEncoded(utf8Text(name)),
      value: percentEncoded(utf8Text(value)),
    })),
  };
  return { method: 'POST', query: NOTHING, body, headers: { 'content-type': FORM_TYPE } };
}

/** The part that carries the message. */
export function partName({ body }: Letter): 'body' | 'query' {
  return body.fields.length > 0 ? 'body' : 'query';
}

/** Whether two letters carry the same text, wherever they carry it: whoever has the one sent may choose that. */
export function carryTheSame(one: Letter, other: Letter): boolean {
  const [part, known] = [one[partName(one)], other[partName(other)]];
  if (partText(part) === partText(known)) return true;
  // The same fields, spelt in another way (`%2F` or `/`), are the same text.
  const said = (of: Part) => JSON.stringify(of.fields.map((field) => [field.name, saying(of, field)]));
  return part.form === known.form && part.fields.length > 0 && said(part) === said(known);
}

/** Whether a value looks like a signature. */
export function looksSigned(value: string): boolean {
  return /^[0-9a-f]{32,}$/i.test(value) || /^[\w+/-]{24,}={0,2}$/.test(value);
}

/** Names of headers that sign. */
const SIGNS = /sign|jws/i;

/** A value without what differs from one message to the next. */
function wordIn(value: string): string {
  if (value.length < 2) return value;
  return looksSigned(value) ? '' : value.replace(/[0-9a-f]{4,}|\d/gi, '0').replace(/0+/g, '0');
}

/** Whether two messages about the same order differ in more than their numbers: one of them says that it is of another kind. */
export function isMarkedOtherwise(one: Letter, other: Letter): boolean {
  const words = ({ query, body, headers }: Letter) => {
    const said = (part: Part) => part.fields.map((field) => `${field.name}=${wordIn(saying(part, field))}`);
    // The head of a JWS names the address of its certificate.
    return [...said(query), ...said(body), headers['x-jws-signature']?.split('.')[0] ?? '']
      .toSorted()
      .join('\n');
  };
  return words(one) !== words(other);
}

/** Everything that a letter says, decoded. */
export function textsOf({ query, body, headers }: Letter): readonly string[] {
  const said = (part: Part) => part.fields.map((field) => saying(part, field));
  return [...said(body), ...said(query), ...Object.values(headers)];
}

/** A letter with its texts changed, decoded as they are; of its headers those that sign. */
export function withTexts(letter: Letter, change: (text: string) => string): Letter {
  const changed = (part: Part): Part => {
    const fields = part.fields.map((field) => {
      const text = saying(part, field);
      const next = change(text);
      return next === text ? field : saidBy(part, field, next);
    });
    return fields.some((field, place) => field !== part.fields[place]) ? withFields(part, fields) : part;
  };
  return {
    ...letter,
    query: changed(letter.query),
    body: changed(letter.body),
    headers: Object.fromEntries(
      Object.entries(letter.headers).map(([name, value]) => [name, SIGNS.test(name) ? change(value) : value]),
    ),
  };
}

/** A letter as our routes hand it to a provider. */
export function requestOf({ method, query, body, headers }: Letter): ProviderRequest {
  const text = body.form === 'json' ? utf8Text(partText(body)) : utf8Safe(partText(body));
  return {
    method,
    query: textBytes(utf8Safe(partText(query))),
    body: method === 'GET' ? new Uint8Array() : textBytes(text),
    headers,
    contentType: headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? null,
  };
}

/** Text of which every character is one byte: others are spelt in UTF-8. */
function utf8Safe(text: string): string {
  return /[^\0-\xff]/.test(text) ? utf8Text(text) : text;
}

/** The letter as a person reads it, on a few lines. */
export function shownLetter({ method, query, body, headers }: Letter): string {
  const lines = [`${method} ?${partText(query)}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  const text = partText(body);
  return [...lines, ...(text === '' ? [] : [text])].join('\n');
}
