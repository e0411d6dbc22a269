import { Refusal } from '../../payments/errors.ts';
import { equalText, fromUtf8, hexUpper, readable } from '../../signing/bytes.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { ProviderAccount, Reply, StartRequest } from '../contract.ts';
import type { AssistSettings } from './settings.ts';

/** What vectors call some settings. */
export type Given = Partial<AssistSettings> & {
  readonly Merchant_ID?: string;
  readonly Shop_IDP?: string;
  readonly rsa_public_key_pem?: string;
};

export type Values = ReadonlyMap<string, string>;

export const md5 = (text: Uint8Array) => hexUpper(weakDigests.md5(text));

export function isLegacy(given: Given): boolean {
  return given.mode === 'legacy';
}

export interface Verified {
  readonly base: Uint8Array;
  readonly signature: string;
}

/** Upper case alone is right: a digest in lower case is refused. */
export function requireEqual<Found extends Verified>(
  expected: readonly Found[],
  received: string,
  field: string,
): Found {
  const found =
    received === '' ? undefined : expected.find(({ signature }) => equalText(signature, received));
  if (found) return found;
  const [first] = expected;
  throw new Refusal(
    received === '' ? 'signature_missing' : 'signature_mismatch',
    received === '' ? `there is no ${field}` : `${field} does not fit the values and the secret`,
    {
      base: readable(first?.base ?? new Uint8Array()),
      expected: first?.signature ?? '',
      received,
      field,
    },
  );
}

export function mapOf(
  fields: readonly { readonly name: Uint8Array; readonly value: Uint8Array }[],
  lower: boolean,
): Values {
  const values = new Map<string, string>();
  for (const { name, value } of fields) {
    const field = lower ? readable(name).toLowerCase() : readable(name);
    if (values.has(field)) throw new Refusal('duplicate_field', `the field ${field} came twice`);
    values.set(field, fromUtf8(value) ?? readable(value));
  }
  return values;
}

export function server({ environment, settings: given }: ProviderAccount<AssistSettings>): string {
  if (given.server) return given.server;
  const real = environment === 'production';
  if (isLegacy(given)) return real ? 'https://secure.assist.ru' : 'https://test.assist.ru';
  return real ? 'https://payments.paysecure.ru' : 'https://payments.demo.paysecure.ru';
}

export type Entry = readonly [name: string, value: string | undefined];

export function filled(entries: readonly Entry[]): (readonly [string, string])[] {
  return entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

/** Said with every order, so that the account's own default never decides. */
export function delayOf({ payment, account }: StartRequest<AssistSettings>): '0' | '1' {
  return (payment.capture ?? (account.settings.delay ? 'manual' : 'automatic')) === 'manual' ? '1' : '0';
}

/** Forms by which a text without separators can be read one way only. */
export const FORMS: Readonly<Record<string, RegExp>> = {
  ordernumber: /^[0-9A-Z]{18}$/,
  amount: /^\d{1,15}\.\d\d$/,
  currency: /^[A-Z]{3}$/,
  orderamount: /^\d{1,15}\.\d\d$/,
  ordercurrency: /^[A-Z]{3}$/,
  orderstate: /^[A-Za-z ]+$/,
  OrderNumber: /^[0-9A-Z]{18}$/,
  Total: /^\d{1,15}\.\d\d$/,
  Currency: /^[A-Z]{3}$/,
  BillNumber: /^\d{1,20}$/,
  PacketDate: /^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$/,
};

/** @throws Refusal */
export function requireForms(values: Values, names: readonly string[]): void {
  for (const field of names) {
    if (!FORMS[field]?.test(values.get(field) ?? ''))
      throw new Refusal('field_missing', `${field} is missing or malformed`, { field });
  }
}

/** @throws Refusal */
export function requireOurs(account: ProviderAccount<AssistSettings>, values: Values, field: string): void {
  const received = values.get(field) ?? '';
  if (received !== account.settings.merchant_id)
    throw new Refusal('wrong_account', `the message is for the merchant ${received}`, { field });
}

export const DETAIL = [
  'responsecode',
  'Response_Code',
  'operationtype',
  'meantypename',
  'CardType',
  'meannumber',
  'CardNumber',
  'approvalcode',
  'ApprovalCode',
  'Message',
  'Recommendation',
  'testmode',
];

/** The middle of a card's number, should it come whole. */
export function masked(value: string): string {
  return value.replace(/\b(\d{6})\d{3,9}(\d{4})\b/g, '$1****$2');
}

export function details(values: Values): Record<string, string> {
  return Object.fromEntries(
    DETAIL.flatMap((name) => {
      const value = values.get(name);
      return value && value !== 'UNKNOWN' ? [[name, masked(value)] as const] : [];
    }),
  );
}

export const XML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

export const escaped = (value: string) =>
  value.replace(/[&<>"]/g, (character) => XML_ENTITIES[character] ?? '');

export function xmlReply(given: Given, status: number, element: string): Reply {
  return isLegacy(given)
    ? { status, headers: { 'content-type': 'text/xml; charset=windows-1251' }, body: element }
    : {
        status,
        headers: { 'content-type': 'text/xml; charset=utf-8' },
        body: `<?xml version="1.0" encoding="UTF-8"?>${element}`,
      };
}

/** Number and date exactly as received: a date in another form makes ASSIST repeat for ever. */
export function accepted(given: Given, values: Values): Reply {
  const value = (name: string) => escaped(values.get(name) ?? '');
  const [bill, packet] = isLegacy(given) ? ['BillNumber', 'PacketDate'] : ['billnumber', 'packetdate'];
  return xmlReply(
    given,
    200,
    `<pushpaymentresult firstcode="0" secondcode="0"><order><billnumber>${value(bill ?? '')}</billnumber><packetdate>${value(packet ?? '')}</packetdate></order></pushpaymentresult>`,
  );
}

/** `secondcode` of the legacy protocol by the field at fault. */
export const FIELD_CODES: Readonly<Record<string, number>> = {
  Shop_IDP: 100,
  Date: 104,
  Currency: 105,
  CardNumber: 106,
  OrderNumber: 107,
  Total: 108,
  Comment: 110,
  CardType: 111,
  CardHolder: 114,
  CVC2: 115,
  IPAddress: 116,
  LastName: 117,
  FirstName: 118,
  MiddleName: 119,
  Email: 120,
  Country: 128,
  BillNumber: 143,
  CheckValue: 158,
  Sign: 159,
};

export function codesOf(given: Given, refusal: Refusal | null): readonly [first: number, second: number] {
  if (!isLegacy(given)) return refusal?.field === 'checkvalue' ? [9, 7] : [1, 0];
  const code = refusal ? FIELD_CODES[refusal.field ?? ''] : FIELD_CODES.OrderNumber;
  return code ? [5, code] : [1, 0];
}
