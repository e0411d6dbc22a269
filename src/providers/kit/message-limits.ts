/**
 * How much of a message is read before anybody knows who has sent it. Anybody can call a public address, so that what is read before
 * the signature is bounded: the largest genuine message has 49 members (ECommPay) or 38 fields (Lyra).
 */
import { Refusal } from '../../payments/errors.ts';

/** Form fields, JSON values in all, or XML elements and attributes of a message. */
export const MOST_FIELDS = 200;

/** How deep the objects and lists of a JSON text may stand in each other. */
export const DEEPEST = 32;

/** @throws Refusal malformed when a message has more fields than any genuine one. */
export function requireFewFields(count: number): void {
  if (count > MOST_FIELDS) throw new Refusal('malformed', `the message has more than ${MOST_FIELDS} fields`);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
/** `[` and `{`, `]` and `}` differ in this bit. */
const CURLY = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** What a JSON text holds, counted without parsing it. */
export interface JsonSize {
  /** Values of members and lists; at most one too many for each empty object or list. */
  readonly values: number;
  /** Members of objects, those that come twice counted twice. */
  readonly members: number;
  readonly depth: number;
}

/**
 * Where a text of JSON ends: at its closing quote, or at the end of what is not closed. Most of a message is texts, and they are stepped
 * over at once.
 * @param start its opening quote.
 */
export function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let before = end;
    while (json.charCodeAt(before - 1) === BACKSLASH && before - 1 > start) before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
  return json.length;
}

/** Measures a text, which need not be JSON, in one pass. */
export function jsonSize(text: string): JsonSize {
  let [values, members, depth, deepest] = [0, 0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfText(text, at);
    } else if (code === COMMA) {
      values += 1;
    } else if (code === COLON) {
      members += 1;
    } else if ((code | CURLY) === OPENING) {
      values += 1;
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if ((code | CURLY) === CLOSING) {
      depth -= 1;
    }
  }
  return { values, members, depth: deepest };
}

/**
 * Elements and attributes of an XML text, in one pass and without parsing it. Comments, declarations and an equals sign inside of a tag
 * count too: a genuine message has few of them.
 */
export function xmlSize(text: string): number {
  let count = 0;
  let isTag = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '<') {
      isTag = true;
      if (text[at + 1] !== '/') count += 1;
    } else if (character === '>') {
      isTag = false;
    } else if (character === '=' && isTag) {
      count += 1;
    }
  }
  return count;
}
