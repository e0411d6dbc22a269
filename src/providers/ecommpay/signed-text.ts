/**
 * What a callback says, read from the text that was signed and not from the JSON around it. Two JSON texts with one signed text are
 * then read as one: what contributes nothing to the signature (an empty object, null for an empty text, an array for an object) changes
 * nothing here either. Facts: SHEET.md, "What its signature proves".
 */
import { isJsonBranch, JsonDigits, type JsonTree } from './json-tree.ts';

const SEPARATOR = ';';

export class SignedText {
  readonly #lines: readonly string[];

  /** @param text the lines `path:value` that were signed. */
  constructor(text: string) {
    this.#lines = text.split(SEPARATOR);
  }

  #valuesOf(path: string): string[] {
    const start = `${path}:`;
    return this.#lines.flatMap((line) => (line.startsWith(start) ? [line.slice(start.length)] : []));
  }

  /** The value of a path; empty where no line has it, or more than one. */
  value(path: string): string {
    const [value = '', ...more] = this.#valuesOf(path);
    return more.length === 0 ? value : '';
  }

  /** Whether more than one line names a path: one of them was not signed as a line of its own. */
  isTwice(path: string): boolean {
    return this.#valuesOf(path).length > 1;
  }

  /** Whether there is a line under a name. */
  has(name: string): boolean {
    return this.#lines.some((line) => line.startsWith(`${name}:`));
  }

  /** The paths of the elements of a list, in its order. */
  elementsOf(name: string): readonly string[] {
    const pattern = new RegExp(`^${name}:(\\d{1,6}):`);
    const numbers = new Set(this.#lines.flatMap((line) => pattern.exec(line)?.[1] ?? []).map(Number));
    return [...numbers].toSorted((one, other) => one - other).map((number) => `${name}:${number}`);
  }
}

/**
 * Whether a name or value of a message holds the separator of what is signed. Then its signed text has lines that are no lines of the
 * message. The signature itself and `frame_mode` are not signed, but need no separator either.
 */
export function holdsSeparator(tree: JsonTree): boolean {
  if (typeof tree === 'string') return tree.includes(SEPARATOR);
  if (tree === null || typeof tree !== 'object' || tree instanceof JsonDigits) return false;
  if (!isJsonBranch(tree)) return (tree as readonly JsonTree[]).some(holdsSeparator);
  return Object.entries(tree).some(([name, value]) => name.includes(SEPARATOR) || holdsSeparator(value));
}
