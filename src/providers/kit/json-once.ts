/** JSON in which nothing is said twice. */
import { DEEPEST, jsonSize } from './message-limits.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

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
  if (jsonSize(text).depth > DEEPEST) throw new SyntaxError(`the JSON is deeper than ${DEEPEST}`);
  const parsed: unknown = JSON.parse(text);
  const open: Open[] = [];
  let before = '';
  for (const [token] of text.matchAll(TOKEN)) {
    const inside = open.at(-1);
    if (token === '{') open.push({ names: new Set(), at: '' });
    else if (token === '[') open.push({ names: null, at: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && typeof inside?.at === 'number') inside.at += 1;
    else if (token === ':' && inside?.names) {
      inside.at = JSON.parse(before) as string;
      if (inside.names.has(inside.at)) throw new RepeatedMember(open.map(({ at }) => at));
      inside.names.add(inside.at);
    }
    before = token;
  }
  return parsed;
}
