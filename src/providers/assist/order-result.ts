/**
 * orderresult.cfm (current), the status query: what became of an order. And what the answers of all current services have in common.
 *
 * Facts: SHEET.md, "After payment, current". Safe readings:
 * - the answer is asked for in XML, and read whatever envelope is around the order;
 * - a checkvalue in an answer must fit, its absence is no fault;
 * - the RSA signature is not checked, because its hash is not documented.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import { orderIn, textIn, xmlTree } from './envelope.ts';
import { type AssistValues, requireEnvironment } from './received.ts';
import { resultUpdate } from './result.ts';
import { callService, lacksServices, plainError, type ServiceAnswer } from './service-call.ts';
import { type AssistSettings, isLegacy } from './settings.ts';
import { type VerifiedResult, verifyResult } from './signatures.ts';

const DAY_MS = 86_400_000;

/** The value of Format that asks for XML. */
export const XML_FORMAT = '3';

function treeOf(text: string): unknown {
  try {
    return xmlTree(text);
  } catch {
    return null;
  }
}

/** The values of the order in an answer, by lower-case name. @throws Declined, Problem */
export function orderValues({ status, text }: ServiceAnswer): AssistValues {
  if (status >= 500)
    throw new Problem('provider_error', `ASSIST answered ${status}`, { cause: text.slice(0, 1000) });
  const error = plainError(text);
  if (error !== null && text.startsWith('ERROR')) throw new Declined('ERROR', error);
  const codes = ['firstcode', 'secondcode'].map(
    (name) => new RegExp(`${name}\\W{1,4}(\\d{1,4})`, 'i').exec(text)?.[1] ?? '',
  );
  const tree = treeOf(text);
  if (codes[0] && codes[0] !== '0') {
    const texts = ['message', 'customermessage', 'recommendation', 'error'].map((name) => textIn(tree, name));
    throw new Declined(codes.join('/'), texts.find((entry) => entry !== '') ?? '');
  }
  const found = orderIn(tree);
  if (status !== 200 || !found) {
    throw new Problem('provider_error', `ASSIST answered ${status} and nothing about this order`, {
      cause: text.slice(0, 1000),
    });
  }
  return new Map(
    Object.entries(found).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}

/** @throws Refusal when the answer carries a check value that is wrong, or is about another order. */
export function verifyOrder(settings: AssistSettings, values: AssistValues, order: string): VerifiedResult {
  if (values.get('ordernumber') !== order)
    throw new Refusal('wrong_account', 'the answer is about another order');
  if (values.has('checkvalue')) return verifyResult(settings, values);
  const amountField = values.has('amount') ? 'amount' : 'orderamount';
  return {
    base: new Uint8Array(),
    signature: '',
    amountField,
    currencyField: amountField === 'amount' ? 'currency' : 'ordercurrency',
  };
}

/** Day, month and so on of a time in GMT, as the service wants them. */
function moment(prefix: 'Start' | 'End', time: number): Record<string, string> {
  const date = new Date(time);
  return {
    [`${prefix}Year`]: String(date.getUTCFullYear()),
    [`${prefix}Month`]: String(date.getUTCMonth() + 1),
    [`${prefix}Day`]: String(date.getUTCDate()),
    [`${prefix}Hour`]: String(date.getUTCHours()),
    [`${prefix}Min`]: String(date.getUTCMinutes()),
  };
}

/**
 * Reads an order, unverified. Null while ASSIST does not know it.
 * @throws Declined, Problem
 */
export async function readAssistOrder(
  query: Pick<StatusQuery<AssistSettings>, 'account' | 'fetch' | 'order' | 'startedAt' | 'now'>,
): Promise<AssistValues | null> {
  const answer = await callService(query.fetch, query.account, '/orderresult/orderresult.cfm', {
    Ordernumber: query.order,
    Format: XML_FORMAT,
    // Without these, the service shows the last three days.
    ...moment('Start', query.startedAt.getTime() - DAY_MS),
    ...moment('End', query.now.getTime() + DAY_MS),
  });
  const isEmpty =
    answer.status === 200 && orderIn(treeOf(answer.text)) === null && !/firstcode/i.test(answer.text);
  return isEmpty ? null : orderValues(answer);
}

/**
 * The status query: the result of an order, checked like a notification. Null while ASSIST does not know the order.
 * @throws Declined, Problem
 * @throws Refusal when the answer is not to be believed.
 */
export async function orderResult(query: StatusQuery<AssistSettings>): Promise<ProviderUpdate | null> {
  const { settings } = query.account;
  const values = await readAssistOrder(query);
  if (!values) return null;
  const verified = verifyOrder(settings, values, query.order);
  requireEnvironment(query.account, values);
  return resultUpdate(settings, values, verified, 'answer');
}

/** Why accounts with these settings have no status query; null: they have. */
export function lacksOrderResult(settings: AssistSettings): string | null {
  if (isLegacy(settings))
    return 'the legacy protocol has no status query; its report is fetched on a schedule';
  return lacksServices(settings);
}
