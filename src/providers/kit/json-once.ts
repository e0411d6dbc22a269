/** JSON in which nothing is said twice. */
import { DEEPEST, jsonSize } from './message-limits.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/**
 * Parses a JSON text in which no object has a name twice: JSON.parse would take the last one, another reader the first, and the
 * text would say two things. It is no deeper than what reads it can follow.
 * @throws SyntaxError when it is no JSON, says something twice, or is too deep.
 */
export function parseJsonOnce(text: string): unknown {
  if (jsonSize(text).depth > DEEPEST) throw new SyntaxError(`the JSON is deeper than ${DEEPEST}`);
  const parsed: unknown = JSON.parse(text);
  const open: (Set<string> | null)[] = [];
  let before = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const name = JSON.parse(before) as string;
      const names = open.at(-1);
      if (names?.has(name)) throw new SyntaxError(`the JSON says ${name} twice`);
      names?.add(name);
    }
    before = token;
  }
  return parsed;
}
