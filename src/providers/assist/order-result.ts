/**
 * orderresult.cfm (current): what became of an order, with its operations. And what the answers of all current services have in common.
 *
 * Facts: SHEET.md, "After payment, current". Safe readings:
 * - the answer is asked for in XML, and read whatever envelope is around the order;
 * - an order, a merchant number, a mark of test and a currency in an answer have to be those that were asked about; an answer without a
 *   merchant number is checked with the one that asked;
 * - a checkvalue in an answer must fit, its absence is no fault;
 * - the RSA signature is not checked, because its hash is not documented.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { StatusQuery, UpdateOutcome } from '../contract.ts';
import { providerError } from '../kit/provider-error.ts';
import { type AssistOrder, ordersIn, textIn, withoutDocumentType, xmlTree } from './envelope.ts';
import { requireEnvironment } from './received.ts';
import { callService, plainError, type ServiceAnswer } from './service-call.ts';
import type { AssistSettings } from './settings.ts';
import { type VerifiedResult, verifyResult } from './signatures.ts';
import { orderStateMeaning } from './statuses.ts';

const DAY_MS = 86_400_000;

/** The value of Format that asks for XML. */
export const XML_FORMAT = '3';

/** HTTP statuses with which ASSIST answers a request that it does not carry out. */
const ERROR_STATUSES: ReadonlySet<number> = new Set([400, 401, 403]);

/** firstcode of an error that is not named. */
const GENERAL_ERROR = '1';

function treeOf(text: string): unknown {
  try {
    return xmlTree(text);
  } catch {
    return null;
  }
}

/** firstcode and secondcode of an answer; empty where it has none. @throws Refusal when one is there twice. */
function codesOf(text: string): readonly [first: string, second: string] {
  const plain = withoutDocumentType(text) ?? '';
  const codeOf = (name: string) => {
    const found = [...plain.matchAll(new RegExp(`\\b${name}\\W{1,4}(\\d{1,4})`, 'gi'))];
    if (found.length > 1) throw new Refusal('duplicate_field', `${name} is there twice`);
    return found[0]?.[1] ?? '';
  };
  return [codeOf('firstcode'), codeOf('secondcode')];
}

/** What an answer is to be about. */
type Asked = Pick<StatusQuery<AssistSettings>, 'account' | 'order' | 'currency'>;

/** An order of an answer, and which of its amounts was signed. */
export interface AnsweredOrder extends AssistOrder {
  readonly verified: VerifiedResult;
}

/** @throws Refusal when an order is not the one that was asked about, or its check value is wrong. */
function verifyOrder({ account, currency }: Asked, order: AssistOrder): AnsweredOrder {
  const { settings } = account;
  const values = new Map([['merchant_id', settings.merchant_id], ...order.values]);
  const said = values.get('ordercurrency') ?? values.get('currency') ?? currency;
  if (values.get('merchant_id') !== settings.merchant_id || said !== currency)
    throw new Refusal('wrong_account', 'the answer is about another merchant or currency');
  requireEnvironment(account, values);
  if (values.has('checkvalue')) return { ...order, values, verified: verifyResult(settings, values) };
  const isOperation = values.has('amount');
  const verified: VerifiedResult = {
    base: new Uint8Array(),
    signature: '',
    amountField: isOperation ? 'amount' : 'orderamount',
    currencyField: isOperation ? 'currency' : 'ordercurrency',
  };
  return { ...order, values, verified };
}

/** Outcomes of a bill, those that decide about its order first: money wins. A bill that failed is no result while another one may be paid. */
const DECISIVE: readonly (readonly UpdateOutcome[])[] = [
  ['paid', 'refunded'],
  ['authorized'],
  ['pending'],
  ['reversed'],
];

function outcomeOf({ values }: AssistOrder): UpdateOutcome {
  return orderStateMeaning(values.get('orderstate'))?.outcome ?? 'none';
}

/** Of several bills of one order the one that decides, the last one of those that are alike. */
function decisiveOf<Order extends AssistOrder>(orders: readonly Order[]): Order | undefined {
  const groups = DECISIVE.map((outcomes) => orders.findLast((order) => outcomes.includes(outcomeOf(order))));
  return groups.find((order) => order !== undefined) ?? orders.at(-1);
}

/** Outcomes of a bill that has brought or held money. */
const OF_MONEY: ReadonlySet<UpdateOutcome> = new Set(['paid', 'refunded', 'authorized', 'reversed']);

/**
 * The bills of the order in an answer of a service, the one that decides first, and after it all others that have brought or held money.
 * @throws Declined when ASSIST does not do what it was asked to; Problem; Refusal when the answer is about another order.
 */
function billsOf(
  { status, text }: ServiceAnswer,
  asked: Asked,
): readonly [AnsweredOrder, ...AnsweredOrder[]] {
  const nothing = providerError(
    `ASSIST answered ${status} and nothing about this order`,
    text.slice(0, 1000),
  );
  if (status !== 200 && !ERROR_STATUSES.has(status)) throw nothing;
  const error = plainError(text);
  if (error !== null && text.startsWith('ERROR')) throw new Declined('ERROR', error);
  const codes = codesOf(text);
  const tree = treeOf(text);
  if (codes[0] !== '' && Number(codes[0]) !== 0) {
    const texts = ['message', 'customermessage', 'recommendation', 'error'].map((name) => textIn(tree, name));
    const words = texts.find((entry) => entry !== '') ?? '';
    if (codes[0] !== GENERAL_ERROR) throw new Declined(codes.join('/'), words);
    throw new Problem('provider_error', `ASSIST answered ${codes.join('/')}`, {
      provider: { code: codes.join('/'), text: words },
    });
  }
  const orders = ordersIn(tree);
  const bills = orders.filter(({ values }) => values.get('ordernumber') === asked.order);
  const found = decisiveOf(bills);
  if (status === 200 && found) {
    const others = bills.filter((bill) => bill !== found && OF_MONEY.has(outcomeOf(bill)));
    return [verifyOrder(asked, found), ...others.map((bill) => verifyOrder(asked, bill))];
  }
  if (orders.length > 0) throw new Refusal('wrong_account', 'the answer is about another order');
  throw nothing;
}

/**
 * The order in an answer of a service: of several bills the one that decides.
 * @throws Declined, Problem, Refusal as `billsOf`
 */
export function orderOf(answer: ServiceAnswer, asked: Asked): AnsweredOrder {
  return billsOf(answer, asked)[0];
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

type OrderQuery = Asked & Pick<StatusQuery<AssistSettings>, 'fetch' | 'startedAt' | 'now'>;

/**
 * Reads the bills of an order, the one that decides first. Null while ASSIST does not know it.
 * @throws Declined, Problem
 * @throws Refusal when the answer is not to be believed, or is about another order
 */
export async function readAssistBills(
  query: OrderQuery,
): Promise<readonly [AnsweredOrder, ...AnsweredOrder[]] | null> {
  const answer = await callService(query.fetch, query.account, '/orderresult/orderresult.cfm', {
    Ordernumber: query.order,
    Format: XML_FORMAT,
    // Without these, the service shows the last three days.
    ...moment('Start', query.startedAt.getTime() - DAY_MS),
    ...moment('End', query.now.getTime() + DAY_MS),
  });
  const { status, text } = answer;
  const tree = treeOf(text);
  const isEmpty =
    status === 200 && tree !== null && ordersIn(tree).length === 0 && Number(codesOf(text)[0]) === 0;
  return isEmpty && plainError(text) === null ? null : billsOf(answer, query);
}

/** The same of the bill that decides alone. */
export async function readAssistOrder(query: OrderQuery): Promise<AnsweredOrder | null> {
  return (await readAssistBills(query))?.[0] ?? null;
}
