/** The XML that DirectLink answers with: one element, `ncresponse`, which nobody signs (SHEET.md, "After payment"). */
import { currency } from '../../payments/currencies.ts';
import { fromDecimal } from '../../payments/money.ts';
import { readXml, type XmlMembers } from '../kit/xml.ts';
import { isFineNcerror, ncerrorFamily, ogoneOutcome } from './statuses.ts';

/** What stands before the name of an attribute, to tell it from an element. */
const ATTRIBUTE = '@';

/** The element of an answer; null where it is none. */
function elementOf(raw: string): XmlMembers | null {
  try {
    const { ncresponse } = readXml(raw, { attribute: ATTRIBUTE, prefixes: 'kept' });
    return typeof ncresponse === 'object' && !Array.isArray(ncresponse) ? (ncresponse as XmlMembers) : null;
  } catch {
    return null;
  }
}

/**
 * Reads an answer: its attributes are named without regard to case, in any order, and unknown ones are ignored. `amount` is a
 * decimal number, not x 100; `amount_minor` is in minor units. Text that is not such XML, or says a thing twice, gives `ok: false` and
 * empty members.
 */
export function readNcresponse(raw: string) {
  const attributes = attributesOf(raw);
  const value = (name: string) => attributes?.get(name) ?? '';
  const digits = currency(value('CURRENCY'))?.digits;
  const amount = digits === undefined ? null : fromDecimal(value('AMOUNT'), digits);
  const outcome = ogoneOutcome(value('STATUS'));
  const ncerror = value('NCERROR');
  const ncstatus = value('NCSTATUS');
  const isContradiction = ncstatus !== '' && ncstatus !== ncerrorFamily(ncerror);
  const ok = attributes !== null && isFineNcerror(ncerror) && !isContradiction;
  return {
    ok,
    /** NCSTATUS is not the first digit of NCERROR. */
    isContradiction,
    ncerror,
    ncerrorplus: value('NCERRORPLUS'),
    providerStatus: value('STATUS'),
    unified: ok && outcome !== 'none' ? outcome : null,
    order: value('ORDERID'),
    payid: value('PAYID'),
    payidsub: value('PAYIDSUB'),
    currency: value('CURRENCY'),
    amount_minor: amount,
    /** It has an amount that cannot be read. */
    isAmountUnread: value('AMOUNT') !== '' && amount === null,
  };
}

/** A read answer of DirectLink. */
export type Ncresponse = ReturnType<typeof readNcresponse>;

/** The attributes by upper-case name; null: it is no such XML, or a name comes twice, perhaps in another case or as an element. */
function attributesOf(raw: string): ReadonlyMap<string, string> | null {
  const ncresponse = elementOf(raw);
  if (ncresponse === null) return null;
  const attributes = new Map<string, string>();
  const names = new Set<string>();
  for (const [key, value] of Object.entries(ncresponse)) {
    const isAttribute = key.startsWith(ATTRIBUTE);
    const name = (isAttribute ? key.slice(ATTRIBUTE.length) : key).toUpperCase();
    if (names.has(name)) return null;
    names.add(name);
    if (isAttribute) attributes.set(name, String(value));
  }
  return attributes;
}
