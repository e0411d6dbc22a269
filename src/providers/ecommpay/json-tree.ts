/** JSON whose numbers keep the digits they were sent with: a signature covers the digits, and ids go beyond 2^53. */
import { Problem } from '../../payments/errors.ts';
import type { Json } from '../contract.ts';
import { DEEPEST, jsonSize } from '../kit/message-limits.ts';

/** A JSON number as its text. */
export class JsonDigits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type JsonTree = string | boolean | null | JsonDigits | readonly JsonTree[] | JsonBranch;

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

/**
 * Parses JSON. Null when the text is not JSON, or is deeper than what reads it can follow.
 * @throws Problem misconfigured on an engine that does not tell how a number was written: its signatures would be wrong.
 */
export function parseJsonTree(source: string): JsonTree | null {
  if (jsonSize(source).depth > DEEPEST) return null;
  try {
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

/** The tree of a JSON value of ours. */
export function jsonTreeOf(json: Json): JsonTree {
  if (typeof json === 'number') return new JsonDigits(String(json));
  if (Array.isArray(json)) return json.map(jsonTreeOf);
  if (typeof json === 'object' && json !== null) {
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, jsonTreeOf(value)]));
  }
  return json as string | boolean | null;
}

/** A member of an object; undefined where the tree is no object or lacks it. */
export function memberOf(tree: JsonTree | undefined, name: string): JsonTree | undefined {
  return isJsonBranch(tree) ? tree[name] : undefined;
}

/** A text or a number as text; empty for anything else. */
export function leafText(tree: JsonTree | undefined): string {
  return tree instanceof JsonDigits ? tree.text : typeof tree === 'string' ? tree : '';
}
