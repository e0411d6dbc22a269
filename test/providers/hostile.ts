/** What anybody may send, made from a genuine message: members of another type, too many, too deep, not text at all. */
import type { ProviderRequest } from '../../src/providers/contract.ts';
import { readable, utf8 } from '../../src/signing/bytes.ts';
import { parseForm } from '../../src/signing/form.ts';
import { partOf } from './support.ts';

const FORM = 'application/x-www-form-urlencoded';

const VALUES: readonly unknown[] = [
  null,
  7,
  -1,
  1e308,
  true,
  [],
  {},
  [[['x']]],
  { toString: 1, valueOf: 2, toJSON: 3 },
  '',
  '\u0000',
  '\ud800',
  '__proto__',
  '9'.repeat(400),
];

/** Names that objects have already. */
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '\u0000', ''];

const TYPES = [FORM, 'application/json', 'text/xml', 'text/plain', 'multipart/form-data', null];

const DEPTH = 10_000;

const RAW: readonly (string | Uint8Array)[] = [
  '',
  '[',
  '{}',
  'null',
  '"text"',
  '7',
  '['.repeat(DEPTH) + ']'.repeat(DEPTH),
  `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`,
  '<a>'.repeat(DEPTH) + '</a>'.repeat(DEPTH),
  '<a/>'.repeat(DEPTH),
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  '<a b="1" b="2"/>',
  '%',
  '%zz=%',
  '&'.repeat(DEPTH),
  'a=1&'.repeat(DEPTH),
  '\u0000'.repeat(100),
  Uint8Array.of(0xff, 0xfe, 0x00, 0xd8, 0xc3, 0x28),
  Uint8Array.from({ length: 256 }, (_, byte) => byte),
];

type Tree = unknown;

/** Every tree that has one member of this one changed to a value. */
function* changed(tree: Tree, value: unknown): Generator<Tree> {
  yield value;
  if (typeof tree !== 'object' || tree === null) return;
  for (const [name, member] of Object.entries(tree)) {
    for (const inner of changed(member, value))
      yield Array.isArray(tree) ? Object.assign([...tree], { [name]: inner }) : { ...tree, [name]: inner };
  }
}

function xmlOf(tree: Tree): string {
  if (typeof tree !== 'object' || tree === null) return String(tree).replace(/[&<]/g, '');
  return Object.entries(tree)
    .map(([name, member]) => `<${name}>${xmlOf(member)}</${name}>`)
    .join('');
}

/** A message as a tree, whichever form it has. */
function treeOf(text: string): Tree {
  try {
    return JSON.parse(text);
  } catch {
    const fields = parseForm(utf8(text)) ?? [];
    return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  }
}

function formOf(tree: Tree): string {
  if (typeof tree !== 'object' || tree === null) return String(tree);
  return Object.entries(tree)
    .map(([name, member]) => {
      const text = typeof member === 'string' ? member : JSON.stringify(member);
      return `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(text.toWellFormed())}`;
    })
    .join('&');
}

/** The same tree in every way in which messages are written. */
function* written(tree: Tree): Generator<readonly [text: string, type: string]> {
  yield [formOf(tree), FORM];
  yield [JSON.stringify(tree) ?? '', 'application/json'];
  yield [`<message>${xmlOf(tree)}</message>`, 'text/xml'];
}

function withText(message: ProviderRequest, text: string | Uint8Array, type: string | null): ProviderRequest {
  const bytes = typeof text === 'string' ? utf8(text) : text;
  if (partOf(message) === 'query') return { ...message, query: bytes };
  return { ...message, body: bytes, contentType: type };
}

/** Hostile messages in the place of a genuine one. */
export function* hostileMessages(message: ProviderRequest): Generator<ProviderRequest> {
  const text = readable(message[partOf(message)]);
  for (const raw of RAW) for (const type of TYPES) yield withText(message, raw, type);
  for (const type of TYPES) yield withText(message, text, type);
  const tree = treeOf(text);
  for (const value of VALUES)
    for (const one of changed(tree, value))
      for (const [body, type] of written(one)) yield withText(message, body, type);
  for (const name of NAMES)
    for (const [body, type] of written({ ...(tree as object), [name]: 'x' }))
      yield withText(message, body, type);
  // Without a member, and with one twice.
  for (const name of Object.keys(tree as object)) {
    const { [name]: _left, ...rest } = tree as Record<string, unknown>;
    for (const [body, type] of written(rest)) yield withText(message, body, type);
    yield withText(message, `${text}&${encodeURIComponent(name)}=again`, message.contentType);
  }
}
