/**
 * After the payment at ASSIST: charge of a two-stage payment, cancel and refund, and the result of one order; of both generations.
 * Forms with login and password over HTTPS. What ASSIST says comes back in its own words.
 *
 * Safe readings: the current services are asked for XML and read whatever envelope is around the order; a checkvalue in an
 * answer must fit, its absence is no fault; the RSA signature is not checked, because its hash is not documented. ASSIST decides itself
 * between void and refund: here a cancel releases an authorization, a refund gives back what was paid. The classic charge is refused
 * after the 14 days of the manual, counted from the bill.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import { fromUtf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderAccount,
  ProviderOperation,
  ProviderUpdate,
  StatusQuery,
} from '../contract.ts';
import { atOrigin } from '../kit/addresses.ts';
import { callApi } from '../kit/api-call.ts';
import { FORM } from '../kit/form-message.ts';
import { actionError } from './bills.ts';
import { resultFact, STATES, stateOf, type VerifiedResult, verifyResult, withOrder, xml } from './current.ts';
import { isLegacy, server, type Values } from './messages.ts';
import type { AssistSettings } from './settings.ts';

/** Days in which a classic authorization can be charged. */
const CHARGE_DAYS = 14;
const DAY_MS = 86_400_000;

/** Texts are asked for in Russian, the language that ASSIST has them all in. */
const RUSSIAN = { current: 'RU', classic: '0' } as const;

/** ASSIST is not well itself: what it did cannot be said. */
const SYSTEM_ERROR = 'AS998';

interface Answered {
  readonly status: number;
  readonly text: string;
}

/** A text of ASSIST: UTF-8, else windows-1251. */
function textOf(bytes: Uint8Array): string {
  return fromUtf8(bytes) ?? charset('windows-1251').decode(bytes) ?? '';
}

async function post(
  fetcher: typeof fetch,
  account: ProviderAccount<AssistSettings>,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Answered> {
  const { merchant_id, login = '', password = '' } = account.settings;
  const who = isLegacy(account.settings)
    ? { Shop_ID: merchant_id, Login: login, PASSWORD: password }
    : { Merchant_ID: merchant_id, Login: login, Password: password };
  const { status, bytes } = await callApi(fetcher, atOrigin(server(account) + path, account.endpoints.api), {
    headers: { 'content-type': FORM },
    body: new URLSearchParams({ ...who, ...fields }).toString(),
  });
  return { status, text: textOf(bytes) };
}

function billOf({ providerState }: Pick<OperationCall<AssistSettings>, 'providerState'>): string {
  if (!providerState.bill) throw new Problem('invalid_state', 'the bill number of this payment is not known');
  return providerState.bill;
}

// --- Current ----------------------------------------------------------------------------------------------

/** The first element of a name in a tree, as text. */
function elementOf(tree: unknown, name: string): string {
  if (typeof tree !== 'object' || tree === null) return '';
  for (const [key, value] of Object.entries(tree)) {
    if (key.toLowerCase() === name && typeof value === 'string') return value;
    const inner = elementOf(value, name);
    if (inner !== '') return inner;
  }
  return '';
}

/** The members of the order in an answer, by lower-case name. @throws Declined, Problem */
function orderOf({ status, text }: Answered): Values {
  if (status >= 500)
    throw new Problem('provider_error', `ASSIST answered ${status}`, { cause: text.slice(0, 1000) });
  const plain = actionError(text);
  if (plain !== null && text.startsWith('ERROR')) throw new Declined('ERROR', plain);
  const codes = ['firstcode', 'secondcode'].map(
    (name) => new RegExp(`${name}\\W{1,4}(\\d{1,4})`, 'i').exec(text)?.[1] ?? '',
  );
  const tree = treeOf(text);
  if (codes[0] && codes[0] !== '0') {
    const said = ['message', 'customermessage', 'recommendation', 'error'].map((name) =>
      elementOf(tree, name),
    );
    throw new Declined(codes.join('/'), said.find((entry) => entry !== '') ?? '');
  }
  const found = withOrder(tree);
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

function treeOf(text: string): unknown {
  try {
    return text.includes('<!DOCTYPE') ? null : xml.parse(text);
  } catch {
    return null;
  }
}

/** @throws Refusal when the answer carries a check value that is wrong, or is about another order. */
function verified(settings: AssistSettings, values: Values, order: string): VerifiedResult {
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

/**
 * The bill of an order. A push's bill number is not signed, so ASSIST is asked which one it is; the push's own counts only where it
 * cannot be asked, and the answer to what is done with it still has to name our order.
 */
async function billNow(order: OperationOrder<AssistSettings>): Promise<string> {
  const told = await readOrder(order).catch((error: unknown) => {
    if (error instanceof Problem) return null;
    throw error;
  });
  if (told) verified(order.account.settings, told, order.order);
  return told?.get('billnumber') || billOf(order);
}

async function actCurrent(order: OperationOrder<AssistSettings>): Promise<OperationResult> {
  const { account, kind, amount, currency, whole, operationReference } = order;
  const bill = await billNow(order);
  const part = whole ? {} : { Amount: decimal(amount, 2), Currency: currency };
  const common = { Billnumber: bill, Language: RUSSIAN.current, Format: '3', ...part };
  const answered =
    kind === 'capture'
      ? await post(order.send, account, '/charge/charge.cfm', common)
      : await post(order.send, account, '/cancel/cancel.cfm', {
          ...common,
          CancelReason: '1',
          ...(kind === 'refund' && { Externalrefundid: operationReference }),
        });
  const values = orderOf(answered);
  verified(account.settings, values, order.order);
  const code = values.get('responsecode') ?? '';
  const said = values.get('customermessage') ?? values.get('message') ?? values.get('recommendation') ?? '';
  if (code === 'AS300')
    return { state: 'accepted', status: code, providerReference: values.get('billnumber') ?? null };
  if (code === SYSTEM_ERROR)
    throw new Problem('provider_error', `ASSIST answered ${code}`, { provider: { code, text: said } });
  if (code !== '' && code !== 'AS000') throw new Declined(code, said);
  return {
    state: 'succeeded',
    status: values.get('orderstate') ?? code,
    providerReference: values.get('billnumber') ?? null,
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

/** The service shows the last three days unless it is told otherwise. */
async function readOrder(
  about: Pick<StatusQuery<AssistSettings>, 'account' | 'fetch' | 'order' | 'startedAt' | 'now'>,
): Promise<Values | null> {
  const answered = await post(about.fetch, about.account, '/orderresult/orderresult.cfm', {
    Ordernumber: about.order,
    Format: '3',
    Language: RUSSIAN.current,
    ...moment('Start', about.startedAt.getTime() - DAY_MS),
    ...moment('End', about.now.getTime() + DAY_MS),
  });
  if (
    answered.status === 200 &&
    withOrder(treeOf(answered.text)) === null &&
    !/firstcode/i.test(answered.text)
  )
    return null;
  return orderOf(answered);
}

/** The result of an order, checked like a push; null while ASSIST knows no such order. */
export async function ask(question: StatusQuery<AssistSettings>): Promise<ProviderUpdate | null> {
  const { settings } = question.account;
  const values = await readOrder(question);
  if (!values) return null;
  return resultFact(settings, values, verified(settings, values, question.order));
}

export function askLacks(given: AssistSettings): string | null {
  if (isLegacy(given)) return 'the classic protocol tells by its report, which is fetched on a schedule';
  return lacksServices(given);
}

function lacksServices({ login, password }: AssistSettings): string | null {
  return login && password ? null : 'login and password of the web services are not set';
}

async function outcome(asked: OperationCall<AssistSettings>): Promise<OperationResult | null> {
  // Of the classic protocol the report tells.
  if (isLegacy(asked.account.settings)) return null;
  const values = await readOrder(asked);
  if (!values) return null;
  verified(asked.account.settings, values, asked.order);
  const word = values.get('orderstate') ?? '';
  const { status } = STATES[stateOf(word)] ?? { status: null };
  const done: OperationResult = { state: 'succeeded', status: word, providerReference: null };
  const { kind, before, accepted } = asked;
  if (kind === 'capture' && (status === 'paid' || status === 'partially_paid')) return done;
  if (kind !== 'capture' && status === 'cancelled') return done;
  if (kind === 'refund' && status === 'partially_refunded') return before.refunded === 0 ? done : null;
  if (!accepted && status === (kind === 'refund' ? 'paid' : 'authorized'))
    throw new Declined(word, 'the order is as it was');
  return null;
}

// --- Classic ----------------------------------------------------------------------------------------------

async function actClassic(order: OperationOrder<AssistSettings>): Promise<OperationResult> {
  const { account, kind, amount, currency, whole, providerState, now } = order;
  const since = Date.parse(`${(providerState.billAt ?? '').replace(' ', 'T')}Z`);
  if (kind === 'capture' && now.getTime() > since + CHARGE_DAYS * DAY_MS)
    throw new Problem('invalid_state', `ASSIST charges an authorization within ${CHARGE_DAYS} days`);
  const part = whole && kind !== 'refund' ? {} : { Subtotal_P: decimal(amount, 2), Currency: currency };
  const path = kind === 'capture' ? '/postauths/postauth.cfm' : '/rvr/rvr.cfm';
  const { status, text } = await post(order.send, account, path, {
    Billnumber: billOf(order),
    Language: RUSSIAN.classic,
    Format: '1',
    S_FIELDS: '*',
    ...part,
    ...(kind !== 'capture' && { RVRReason: '1' }),
  });
  const error = actionError(text);
  if (error !== null) throw new Declined('ERROR', error);
  if (status !== 200 || !/^\w+:/.test(text.trim())) {
    throw new Problem('provider_error', `ASSIST answered ${status} and nothing that can be read`, {
      cause: text.slice(0, 1000),
    });
  }
  return { state: 'succeeded', status: 'ERROR:', providerReference: null };
}

function operation(
  fundsSources: ProviderOperation<AssistSettings>['rule']['fundsSources'],
  parts: ProviderOperation<AssistSettings>['rule']['parts'],
): ProviderOperation<AssistSettings> {
  return {
    rule: { fundsSources, parts },
    lacks: lacksServices,
    execute: (order) => (isLegacy(order.account.settings) ? actClassic(order) : actCurrent(order)),
    reconcile: outcome,
  };
}

export const capture = operation(['held'], 'one');
export const cancel = operation(['held'], 'whole');
export const refund = operation(['paid'], 'many');
