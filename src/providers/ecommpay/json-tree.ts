/** JSON whose numbers keep the digits they were sent with: a signature covers the digits, and ids go beyond 2^53. */
import { Problem } from '../../payments/errors.ts';
import { DEEPEST, endOfText, jsonSize } from '../kit/message-limits.ts';

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** A JSON number that JavaScript does not hold, as its text. */
export class JsonDigits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A number in it prints as the digits that are signed. */
export type JsonTree = string | number | boolean | null | JsonDigits | readonly JsonTree[] | JsonBranch;

/** A JSON object. */
export type JsonBranch = { readonly [name: string]: JsonTree };

/** Whether a tree is a JSON object. */
export function isJsonBranch(tree: JsonTree | undefined): tree is JsonBranch {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree) && !(tree instanceof JsonDigits);
}

/** An integer keeps its digits, a fraction is printed as PHP and JavaScript do: 1.5, and 2 for 2.0. */
function numberText(source: string): string {
  return /^-?\d+$/.test(source) ? source : String(Number(source));
}

type ParseWithSource = (
  text: string,
  reviver: (name: string, value: unknown, context?: { readonly source?: string }) => unknown,
) => unknown;

/** Begins the text that stands for a number while a message is read: no character of any language. */
const MARK = '\uf8ff';

/** What could be taken for a mark, or be a name that an object has of its own. */
const UNSAFE = /\\u|\uf8ff|__proto__/;

/** A number of JSON (RFC 8259 section 6). */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A colon, from where the search is set. */
const TO_COLON = /\s*:/y;

/** Where a number that begins here ends. */
function endOfNumber(source: string, start: number): number {
  let end = start + 1;
  while (end < source.length && /[-+.\deE]/.test(source[end] ?? '')) end += 1;
  return end;
}

/**
 * A text of JSON with its numbers as marked texts, which the engine reads several times faster than it calls a function for each value. Null
 * where it is none, or cannot be marked.
 */
function withMarkedNumbers(source: string): string | null {
  if (UNSAFE.test(source)) return null;
  let marked = '';
  let done = 0;
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfText(source, at);
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const end = endOfNumber(source, at);
      const number = source.slice(at, end);
      // A number where a name belongs would be a good name as a text.
      TO_COLON.lastIndex = end;
      if (!NUMBER.test(number) || TO_COLON.test(source)) return null;
      marked += `${source.slice(done, at)}"${MARK}${number}"`;
      done = end;
      at = end - 1;
    }
  }
  return marked + source.slice(done);
}

/** Whether a number was written as it prints: not zero with a sign, and no whole number beyond what JavaScript holds. */
function printsAsWritten(value: number): boolean {
  return Number.isSafeInteger(value)
    ? !Object.is(value, -0)
    : Number.isFinite(value) && !Number.isInteger(value);
}

/** Whether all numbers of what was parsed print as they were written; a fraction is signed as it prints. */
function holdsItsDigits(parsed: unknown): boolean {
  if (typeof parsed === 'number') return printsAsWritten(parsed);
  if (typeof parsed !== 'object' || parsed === null) return true;
  const members = parsed as Record<string, unknown>;
  for (const name of Object.keys(members)) if (!holdsItsDigits(members[name])) return false;
  return true;
}

/** Puts the digits where their marks are, in what was just parsed. */
function unmarked(value: unknown): JsonTree {
  if (typeof value === 'string')
    return value.startsWith(MARK) ? new JsonDigits(numberText(value.slice(1))) : value;
  if (typeof value !== 'object' || value === null) return value as JsonTree;
  const members = value as Record<string, unknown>;
  for (const name of Object.keys(members)) members[name] = unmarked(members[name]);
  return members as JsonTree;
}

/** Whether a JSON text may be too deep, which it is not with few branches. What stands right behind a quote begins none. */
function mayBeTooDeep(source: string): boolean {
  let branches = 0;
  for (const opening of ['{', '['])
    for (let at = source.indexOf(opening); at >= 0; at = source.indexOf(opening, at + 1))
      if (source.charCodeAt(at - 1) !== QUOTE) branches += 1;
  return branches > DEEPEST;
}

/**
 * Parses JSON. Null when the text is not JSON, or is deeper than what reads it can follow.
 * @throws Problem misconfigured on an engine that does not tell how a number was written: its signatures would be wrong.
 */
export function parseJsonTree(source: string): JsonTree | null {
  if (mayBeTooDeep(source) && jsonSize(source).depth > DEEPEST) return null;
  try {
    const parsed: unknown = JSON.parse(source);
    if (holdsItsDigits(parsed)) return parsed as JsonTree;
    const marked = withMarkedNumbers(source);
    if (marked !== null) return unmarked(JSON.parse(marked));
    return (JSON.parse as ParseWithSource)(source, (_name, value, context) =>
      typeof value === 'number' ? new JsonDigits(numberText(sourceOf(context))) : value,
    ) as JsonTree;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function sourceOf(context: { readonly source?: string } | undefined): string {
  if (context?.source === undefined)
    throw new Problem(
      'misconfigured',
      'ECommPay signs the digits of numbers, and this engine does not tell them (context.source of JSON.parse): take Node 22 or newer',
    );
  return context.source;
}

/** A member of an object; undefined where the tree is no object or lacks it. */
export function memberOf(tree: JsonTree | undefined, name: string): JsonTree | undefined {
  return isJsonBranch(tree) ? tree[name] : undefined;
}

/** A text or a number as text; empty for anything else. */
export function leafText(tree: JsonTree | undefined): string {
  if (tree instanceof JsonDigits) return tree.text;
  return typeof tree === 'string' || typeof tree === 'number' ? String(tree) : '';
}
