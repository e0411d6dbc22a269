/** The order in a message of the current protocol, whatever XML, SOAP or JSON is around it. Facts: SHEET.md, "Notification, current". */
import { XMLParser } from 'fast-xml-parser';

const parser = new XMLParser({ removeNSPrefix: true, parseTagValue: false, trimValues: true });

/**
 * The tree of an XML text; null for one with a document type, which could only bring entities of its own.
 * @throws Error when it is no XML.
 */
export function xmlTree(text: string): unknown {
  return text.includes('<!DOCTYPE') ? null : parser.parse(text);
}

/** The first object in a tree that has an order number, its members by lower-case name; null where there is none. */
export function orderIn(tree: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof tree !== 'object' || tree === null) return null;
  const members = Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (typeof members.ordernumber === 'string' || typeof members.ordernumber === 'number') return members;
  for (const member of Object.values(members)) {
    const found = orderIn(member);
    if (found) return found;
  }
  return null;
}

/** The first text in a tree under a lower-case name; empty where there is none. */
export function textIn(tree: unknown, name: string): string {
  if (typeof tree !== 'object' || tree === null) return '';
  for (const [key, value] of Object.entries(tree)) {
    if (key.toLowerCase() === name && typeof value === 'string') return value;
    const inner = textIn(value, name);
    if (inner !== '') return inner;
  }
  return '';
}
