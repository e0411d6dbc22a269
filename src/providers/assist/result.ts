/**
 * The sending of results (current): a form, XML, SOAP or JSON with one order.
 *
 * Facts: SHEET.md, "Notification, current". Safe reading: only the amount that was signed is believed. Bill number and packet date
 * are not signed, so the money of a payment is one movement by its order number.
 */
import { Refusal } from '../../payments/errors.ts';
import { fromDecimal } from '../../payments/money.ts';
import { fromUtf8 } from '../../signing/bytes.ts';
import type { ProviderRequest, ProviderUpdate } from '../contract.ts';
import { formBytes, formFields } from '../kit/form-message.ts';
import { isoDate } from './dates.ts';
import { orderIn, xmlTree } from './envelope.ts';
import { type AssistValues, detailOf, formValues } from './received.ts';
import { acceptedReply } from './replies.ts';
import type { AssistSettings } from './settings.ts';
import type { VerifiedResult } from './signatures.ts';
import { orderStateAlone, orderStateMeaning } from './statuses.ts';

function treeOf(request: ProviderRequest): unknown {
  const text = fromUtf8(request.body) ?? '';
  try {
    return request.contentType?.endsWith('json') ? JSON.parse(text) : xmlTree(text);
  } catch (cause) {
    throw new Refusal('malformed', 'the body is neither JSON nor XML', { cause });
  }
}

/**
 * The values of a result in any of the four formats, by lower-case name.
 * @throws Refusal when it is none of them.
 */
export function resultValues(request: ProviderRequest): AssistValues {
  if (!/json$|xml$/.test(request.contentType ?? ''))
    return formValues(formFields(formBytes(request)), 'lower-case');
  const found = orderIn(treeOf(request));
  if (!found) throw new Refusal('field_missing', 'there is no ordernumber', { field: 'ordernumber' });
  return new Map(
    Object.entries(found).flatMap(([name, value]) => {
      if (typeof value === 'number' && /amount$/.test(name)) return [[name, value.toFixed(2)] as const];
      return /^(?:string|number|boolean)$/.test(typeof value) ? [[name, String(value)] as const] : [];
    }),
  );
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
 * What a verified result says, amounts in minor units. An unknown orderstate moves nothing.
 * @param from a push of ASSIST, of which bill number and packet date are not signed, or its answer to a call of ours.
 */
export function resultUpdate(
  settings: AssistSettings,
  values: AssistValues,
  verified: VerifiedResult,
  from: 'push' | 'answer',
): ProviderUpdate {
  const value = (name: string) => values.get(name) ?? '';
  const outcome = orderStateMeaning(value('orderstate'))?.outcome ?? 'none';
  const packet = `${value('billnumber')}/${value('packetdate')}`;
  // With a date that is not signed, one push could be sent again as another refund.
  const refund = from === 'answer' ? packet : value(verified.amountField);
  return {
    kind: 'update',
    order: value('ordernumber'),
    key: `${packet}/${value('orderstate')}`,
    outcome,
    amount: amountOf(values, verified),
    currency: value(verified.currencyField),
    movement: outcome === 'refunded' ? `refund/${refund}` : value('ordernumber'),
    providerReference: value('billnumber') || null,
    providerStatus: value('orderstate'),
    detail: detailOf(values),
    ...(/^\d{1,20}$/.test(value('billnumber')) && {
      document: {
        number: value('billnumber'),
        status: value('orderstate'),
        at: isoDate(value('packetdate')),
      },
    }),
    reply: acceptedReply(settings, values),
  };
}
