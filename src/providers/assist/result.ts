/**
 * The sending of results (current): a form, XML, SOAP or JSON with one order.
 *
 * Facts: SHEET.md, "Notification, current". Safe reading: only the amount that was signed is believed. Bill number and packet date
 * are not signed, so the money of a payment is one movement by its order number.
 */
import { Refusal } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import { readable } from '../../signing/bytes.ts';
import type { ProviderRequest, ProviderUpdate } from '../contract.ts';
import { formBytes, formFields } from '../kit/form-message.ts';
import { fewValues, parseMessage } from '../kit/json-message.ts';
import { requireFewFields, xmlSize } from '../kit/message-limits.ts';
import { providerUpdate } from '../kit/update.ts';
import { isoDate } from './dates.ts';
import { ordersIn, xmlTree } from './envelope.ts';
import { type AssistValues, detailOf, formValues } from './received.ts';
import { acceptedReply } from './replies.ts';
import type { AssistSettings } from './settings.ts';
import type { VerifiedResult } from './signatures.ts';
import { orderStateAlone, orderStateMeaning } from './statuses.ts';
import { utf8Or1251 } from './windows-1251.ts';

/** The formats with an envelope, by the types that they say. */
const ENVELOPES = /json$|xml$/;

/** The format of a body that says no type, by its first character. A form begins with a name. */
function formatOf({ contentType, body }: ProviderRequest): string {
  if (contentType !== null) return contentType;
  const first = /^\uFEFF?\s*([<{])/.exec(readable(body.subarray(0, 100)))?.[1];
  return first === undefined ? '' : first === '<' ? 'xml' : 'json';
}

function treeOf(request: ProviderRequest): unknown {
  const { body } = request;
  if (formatOf(request).endsWith('json')) return parseMessage(fewValues(body));
  // The shopper's name may be in the charset of the older protocol. What is signed is ASCII.
  const text = utf8Or1251(body);
  requireFewFields(xmlSize(text));
  try {
    return xmlTree(text);
  } catch (cause) {
    throw new Refusal('malformed', 'the body is not XML', { cause });
  }
}

/**
 * The values of a result in any of the four formats, by lower-case name.
 * @throws Refusal when it is none of them, or says a thing twice.
 */
export function resultValues(request: ProviderRequest): AssistValues {
  if (!ENVELOPES.test(formatOf(request))) return formValues(formFields(formBytes(request)), 'lower-case');
  const [found, ...others] = ordersIn(treeOf(request));
  if (others.length > 0) throw new Refusal('malformed', 'there are several orders');
  if (!found) throw new Refusal('field_missing', 'there is no ordernumber', { field: 'ordernumber' });
  return found.values;
}

/** The amount that was signed, in minor units; null where the result is about a part and only the whole was signed. */
function amountOf(values: AssistValues, { amountField }: VerifiedResult): number | null {
  const amount = fromDecimal(values.get(amountField) ?? '', 2);
  const status = orderStateAlone(values.get('orderstate'));
  if (!status?.startsWith('partially')) return amount;
  if (amountField === 'orderamount') return null;
  const whole = fromDecimal(values.get('orderamount') ?? '', 2);
  // A refund of a part that names the whole does not say which part.
  return status === 'partially_refunded' && amount === whole ? null : amount;
}

/**
 * What a verified result says, amounts in minor units. An unknown orderstate moves nothing. Bill number and packet date of a push are
 * not signed: with them, one push could be sent again as another refund.
 */
export function resultUpdate(
  settings: AssistSettings,
  values: AssistValues,
  verified: VerifiedResult,
): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  const outcome = orderStateMeaning(value('orderstate'))?.outcome ?? 'none';
  const bill = value('billnumber');
  return providerUpdate({
    order: value('ordernumber'),
    key: `${bill}/${value('packetdate')}/${value('orderstate')}`,
    outcome,
    amount: amountOf(values, verified),
    currency: value(verified.currencyField),
    movement: outcome === 'refunded' ? `refund/${value(verified.amountField)}` : value('ordernumber'),
    providerReference: bill || null,
    providerStatus: value('orderstate'),
    detail: detailOf(values),
    // Its money has the order's movement (order-query.ts).
    ...(outcome === 'paid' &&
      bill !== '' && { providerState: { pushedOrderBill: bill.split('.')[0] ?? '' } }),
    // Of the order, or in extended form of one operation.
    ...(/^\d{1,20}(?:\.\d{1,4})?$/.test(bill) && {
      document: { number: bill, status: value('orderstate'), at: isoDate(value('packetdate')) },
    }),
    reply: acceptedReply(settings, values),
  });
}
