/** A JSON text that says a thing twice: which of the two counts is nobody's to choose. */

/** Strings, with the colon after those that are names, and the borders of objects and arrays. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g;

/**
 * The first name that an object of a JSON text has more than once; null: none has.
 * @param text that JSON.parse takes.
 */
export function doubledName(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  for (const [token, colon] of text.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) {
      // An escape in a name makes no other name of it.
      const name = JSON.parse(token.slice(0, -colon.length)) as string;
      const names = open.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return null;
}
