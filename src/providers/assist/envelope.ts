/**
 * The orders in a message of the current protocol, whatever XML, SOAP or JSON is around them. Facts: SHEET.md, "Notification, current"
 * and "After payment, current".
 */
import { Refusal } from '../../payments/errors.ts';
import { readXml } from '../kit/xml.ts';
import type { AssistValues } from './received.ts';

/** At one place: a search for it would begin anew at each of many. */
const DOCUMENT_TYPE = /<!DOCTYPE\s+[\w:.-]+\s*(?:\[([^\]]*)\]\s*)?>/y;
/** What ASSIST declares of its answers. */
const DECLARATIONS = /^(?:\s*<!(?:ELEMENT|ATTLIST)\s[^<>]*>)*\s*$/;

/** An XML text without its document type; null where that does more than name elements: it could bring entities of its own. */
export function withoutDocumentType(text: string): string | null {
  const at = text.indexOf('<!DOCTYPE');
  DOCUMENT_TYPE.lastIndex = Math.max(at, 0);
  const match = at < 0 ? null : DOCUMENT_TYPE.exec(text);
  if (match && !DECLARATIONS.test(match[1] ?? '')) return null;
  const rest = match ? text.replace(match[0], '') : text;
  return rest.includes('<!DOCTYPE') ? null : rest;
}

/**
 * The tree of an XML text; null for one with a document type that is not ASSIST's.
 * @throws Error when it is no XML.
 */
export function xmlTree(text: string): unknown {
  const plain = withoutDocumentType(text);
  return plain === null ? null : readXml(plain);
}

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | null {
  return /^(?:string|number|boolean)$/.test(typeof value) ? String(value) : null;
}

/**
 * The values of an object by lower-case name; amounts that JSON has as numbers with their two decimals.
 * @throws Refusal when a value is there twice.
 */
function valuesOf(object: Members): AssistValues {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(object)) {
    const name = key.toLowerCase();
    const isAmount = typeof value === 'number' && /amount$/.test(name);
    const text = isAmount ? value.toFixed(2) : textOf(value);
    const isTwice = Array.isArray(value) && value.some((one) => textOf(one) !== null);
    if (isTwice || (text !== null && values.has(name)))
      throw new Refusal('duplicate_field', `${name} is there twice`);
    if (text !== null) values.set(name, text);
  }
  return values;
}

/** An order in a message: its own values, and those of each of its operations where it lists them. */
export interface AssistOrder {
  readonly values: AssistValues;
  readonly operations: readonly AssistValues[];
}

/** The objects under a name, whether there is one or a list of them, or a list inside of one. */
function objectsUnder(object: Members, name: string): readonly Members[] {
  const found = Object.entries(object).flatMap(([key, value]) => {
    if (key.toLowerCase() === name) return Array.isArray(value) ? value : [value];
    const isPlural = key.toLowerCase() === `${name}s`;
    if (isPlural && Array.isArray(value)) return value;
    return isPlural && isObject(value) ? objectsUnder(value, name) : [];
  });
  return found.filter(isObject);
}

/**
 * The orders in a tree, in their sequence.
 * @throws Refusal when one says a thing twice.
 */
export function ordersIn(tree: unknown): readonly AssistOrder[] {
  if (!isObject(tree)) return [];
  const isOrder = Object.entries(tree).some(
    ([key, value]) => key.toLowerCase() === 'ordernumber' && (textOf(value) !== null || Array.isArray(value)),
  );
  if (!isOrder) return Object.values(tree).flatMap(ordersIn);
  return [{ values: valuesOf(tree), operations: objectsUnder(tree, 'operation').map(valuesOf) }];
}

/** The first text in a tree under a lower-case name; empty where there is none. */
export function textIn(tree: unknown, name: string): string {
  if (!isObject(tree)) return '';
  for (const [key, value] of Object.entries(tree)) {
    if (key.toLowerCase() === name && typeof value === 'string') return value;
    const inner = textIn(value, name);
    if (inner !== '') return inner;
  }
  return '';
}
