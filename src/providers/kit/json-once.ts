/** JSON in which nothing is said twice. */
import { doubledName } from './doubled-name.ts';

/**
 * Parses a JSON text in which no object has a name twice: JSON.parse would take the last one, another reader the first, and the
 * text would say two things.
 * @throws SyntaxError when it is no JSON, or says something twice.
 */
export function parseJsonOnce(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  const doubled = doubledName(text);
  if (doubled !== null) throw new SyntaxError(`the JSON says ${doubled} twice`);
  return parsed;
}
