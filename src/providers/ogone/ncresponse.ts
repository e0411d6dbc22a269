/** The XML that DirectLink answers with: one element, `ncresponse`, which nobody signs (SHEET.md, "After payment"). */
import { XMLParser } from 'fast-xml-parser';
import { currency } from '../../payments/currencies.ts';
import { fromDecimal } from '../../payments/money.ts';
import { isFineNcerror, ogoneOutcome } from './statuses.ts';

const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  processEntities: false,
});

/**
 * Reads an answer: its attributes are named without regard to case, in any order, and unknown ones are ignored. `amount` is a
 * decimal number, not x 100; `amount_minor` is in minor units. Text that is not such XML gives `ok: false` and empty members.
 */
export function readNcresponse(raw: string) {
  const element = parsed(raw);
  const attributes = new Map(
    Object.entries(element ?? {}).map(([name, value]) => [name.toUpperCase(), String(value)]),
  );
  const value = (name: string) => attributes.get(name) ?? '';
  const digits = currency(value('CURRENCY'))?.digits;
  const outcome = ogoneOutcome(value('STATUS'));
  const ncerror = value('NCERROR');
  const ok = element !== undefined && isFineNcerror(ncerror);
  return {
    ok,
    ncerror,
    ncerrorplus: value('NCERRORPLUS'),
    providerStatus: value('STATUS'),
    unified: ok && outcome !== 'none' ? outcome : null,
    order: value('ORDERID'),
    payid: value('PAYID'),
    payidsub: value('PAYIDSUB'),
    currency: value('CURRENCY'),
    amount_minor: digits === undefined ? null : fromDecimal(value('AMOUNT'), digits),
  };
}

/** A read answer of DirectLink. */
export type Ncresponse = ReturnType<typeof readNcresponse>;

function parsed(raw: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return (xml.parse(raw) as { readonly ncresponse?: Readonly<Record<string, unknown>> }).ncresponse;
  } catch {
    return undefined;
  }
}
