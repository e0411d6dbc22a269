/** JSON in which nothing is said twice. */
import { DEEPEST, endOfText, jsonSize } from './message-limits.ts';

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING = 0x7b;
const CLOSING = 0x7d;
const OPENING_LIST = 0x5b;
const CLOSING_LIST = 0x5d;

/** A name that an object has twice. */
export class RepeatedMember extends SyntaxError {
  /** Where it is, dotted: `customer.email`, `lineItems.0.name`. */
  readonly path: string;

  constructor(path: readonly (string | number)[]) {
    super(`the JSON says ${path.at(-1)} twice`);
    this.path = path.join('.');
  }
}

/** An object or list that is being read: the names so far (null: a list), and which member it is at. */
interface Open {
  readonly names: Set<string> | null;
  at: string | number;
}

/**
 * Parses a JSON text in which no object has a name twice: JSON.parse would take the last one, another reader the first, and the
 * text would say two things. It is no deeper than what reads it can follow.
 * @throws SyntaxError when it is no JSON, or is too deep; RepeatedMember when it says something twice.
 */
export function parseJsonOnce(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  // Of a member that comes twice the parsed object has one. Counting exactly takes longer, and so does finding which.
  if (membersIn(parsed, 0) !== mostMembers(text)) {
    const { depth, members } = jsonSize(text);
    requireFlat(depth);
    if (membersIn(parsed, 0) !== members) refuseRepeats(text);
  }
  return parsed;
}

/** @throws SyntaxError */
function requireFlat(depth: number): void {
  if (depth > DEEPEST) throw new SyntaxError(`the JSON is deeper than ${DEEPEST}`);
}

/** How many members the objects of a parsed text have. @throws SyntaxError when it is too deep. */
function membersIn(parsed: unknown, above: number): number {
  if (typeof parsed !== 'object' || parsed === null) return 0;
  const depth = above + 1;
  requireFlat(depth);
  let count = 0;
  if (Array.isArray(parsed)) for (const value of parsed) count += membersIn(value, depth);
  // What was parsed inherits nothing that could be walked.
  else
    for (const name in parsed)
      count += 1 + membersIn((parsed as Readonly<Record<string, unknown>>)[name], depth);
  return count;
}

/**
 * How many members the objects of a text have, or more: the colon of a member stands behind a quote or a blank, and so may one inside of a
 * value.
 * @param json a text that is JSON.
 */
function mostMembers(json: string): number {
  let count = 0;
  for (let at = json.indexOf(':'); at >= 0; at = json.indexOf(':', at + 1)) {
    const before = json.charCodeAt(at - 1);
    if (before === QUOTE || before <= SPACE) count += 1;
  }
  return count;
}

/** @param json a text that is JSON. @throws RepeatedMember */
function refuseRepeats(json: string): void {
  const open: Open[] = [];
  let inside: Open | undefined;
  let [start, end] = [0, 0];
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case QUOTE:
        start = at;
        end = endOfText(json, at);
        at = end;
        break;
      case OPENING:
        inside = { names: new Set(), at: '' };
        open.push(inside);
        break;
      case OPENING_LIST:
        inside = { names: null, at: 0 };
        open.push(inside);
        break;
      case CLOSING:
      case CLOSING_LIST:
        open.pop();
        inside = open.at(-1);
        break;
      case COMMA:
        if (typeof inside?.at === 'number') inside.at += 1;
        break;
      case COLON: {
        if (!inside?.names) break;
        const name = json.slice(start + 1, end);
        inside.at = name.includes('\\') ? (JSON.parse(`"${name}"`) as string) : name;
        if (inside.names.has(inside.at)) throw new RepeatedMember(open.map((one) => one.at));
        inside.names.add(inside.at);
        break;
      }
      default:
    }
  }
}
