/**
 * `pushpaymentresult`, the XML that ASSIST wants in answer to a message: windows-1251 in the legacy protocol, UTF-8 in the current one.
 *
 * Facts: SHEET.md, "Notification, current" and "Notification, legacy".
 */
import type { Refusal } from '../../payments/errors.ts';
import type { Reply } from '../contract.ts';
import type { AssistValues } from './received.ts';
import { type AssistRecipeSettings, isLegacy } from './settings.ts';

const XML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(value: string): string {
  return value.replace(/[&<>"]/g, (character) => XML_ENTITIES[character] ?? '');
}

function xmlReply(settings: AssistRecipeSettings, status: number, element: string): Reply {
  return isLegacy(settings)
    ? { status, headers: { 'content-type': 'text/xml; charset=windows-1251' }, body: element }
    : {
        status,
        headers: { 'content-type': 'text/xml; charset=utf-8' },
        body: `<?xml version="1.0" encoding="UTF-8"?>${element}`,
      };
}

/** The reply to a message that is believed. Number and date are repeated as received: otherwise ASSIST repeats for ever. */
export function acceptedReply(settings: AssistRecipeSettings, values: AssistValues): Reply {
  const value = (name: string) => escaped(values.get(name) ?? '');
  const [bill, packet] = isLegacy(settings) ? ['BillNumber', 'PacketDate'] : ['billnumber', 'packetdate'];
  return xmlReply(
    settings,
    200,
    `<pushpaymentresult firstcode="0" secondcode="0"><order><billnumber>${value(bill ?? '')}</billnumber><packetdate>${value(packet ?? '')}</packetdate></order></pushpaymentresult>`,
  );
}

/** `secondcode` of the legacy protocol by the field at fault. */
const FIELD_CODES: Readonly<Record<string, number>> = {
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

function codesOf(
  settings: AssistRecipeSettings,
  refusal: Refusal | null,
): readonly [first: number, second: number] {
  if (!isLegacy(settings)) return refusal?.field === 'checkvalue' ? [9, 7] : [1, 0];
  const code = refusal ? FIELD_CODES[refusal.field ?? ''] : FIELD_CODES.OrderNumber;
  return code ? [5, code] : [1, 0];
}

/** HTTP has a status of its own for what cannot be read. */
function refusedStatus(refusal: Refusal | null): number {
  if (!refusal) return 404;
  return refusal.reason === 'malformed' ? 400 : 403;
}

/** The reply to a message that is not believed, or is about no payment of ours (null). */
export function refusedReply(settings: AssistRecipeSettings, refusal: Refusal | null): Reply {
  const [first, second] = codesOf(settings, refusal);
  return xmlReply(
    settings,
    refusedStatus(refusal),
    `<pushpaymentresult firstcode="${first}" secondcode="${second}"/>`,
  );
}
