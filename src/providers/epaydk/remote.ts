/**
 * ePay's web service: capture, delete, credit, gettransaction. SOAP over HTTPS; no signature, but a password, which may be empty
 * where the panel limits the addresses that may call.
 *
 * Facts: docs.epay.dk (payment web service); ePay/prestashop. Safe readings: several captures are asked for where the shop wants them,
 * and refused by acquirers without split payment; the texts of errors are fetched where that works, and left out where it does not.
 */
import { XMLParser } from 'fast-xml-parser';
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
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

interface Settings {
  readonly merchantnumber: string;
  readonly webservice_password?: string | undefined;
}

const NAMESPACE = 'https://ssl.ditonlinebetalingssystem.dk/remote/payment';

const xml = new XMLParser({
  removeNSPrefix: true,
  parseTagValue: false,
  ignoreDeclaration: true,
  processEntities: true,
});

type Answer = Readonly<Record<string, unknown>>;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escaped(value: string): string {
  return value.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '');
}

/** Calls an operation; the elements of its answer, and whether it says true. */
async function call(
  fetcher: typeof fetch,
  { settings, endpoints }: ProviderAccount<Settings>,
  name: string,
  fields: Readonly<Record<string, string>>,
): Promise<{ readonly ok: boolean; readonly answer: Answer }> {
  const all = { merchantnumber: settings.merchantnumber, ...fields, pwd: settings.webservice_password ?? '' };
  const inner = Object.entries(all).map(([field, value]) => `<${field}>${escaped(value)}</${field}>`);
  const body = `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><${name} xmlns="${NAMESPACE}">${inner.join('')}</${name}></soap:Body></soap:Envelope>`;
  const { status, text } = await callApi(fetcher, atOrigin(`${NAMESPACE}.asmx`, endpoints.api), {
    headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${NAMESPACE}/${name}"` },
    body,
  });
  const answer = answerOf(text, `${name}Response`);
  const result = answer?.[`${name}Result`];
  if (!answer || (result !== 'true' && result !== 'false')) {
    throw new Problem('provider_error', `the provider answered ${status} and nothing that can be read`, {
      cause: text.slice(0, 1000),
    });
  }
  return { ok: result === 'true', answer };
}

function answerOf(text: string, name: string): Answer | null {
  // Entities of its own are the only thing a document type could bring.
  if (text.includes('<!DOCTYPE')) return null;
  try {
    const tree = xml.parse(text) as { Envelope?: { Body?: Record<string, unknown> } };
    const found = tree.Envelope?.Body?.[name];
    return typeof found === 'object' && found !== null ? (found as Answer) : null;
  } catch {
    return null;
  }
}

/** A member by its name without regard to case: pbsresponse is also written pbsResponse. */
function textOf(answer: Answer, name: string): string {
  const found = Object.entries(answer).find(([key]) => key.toLowerCase() === name);
  return typeof found?.[1] === 'string' ? found[1] : '';
}

/** In English, in ePay's numbering of languages. */
const ENGLISH = '2';

/** What an error says, or nothing. */
async function errorText(
  asked: OperationCall<Settings>,
  source: 'pbs' | 'epay',
  code: string,
): Promise<string> {
  const name = source === 'pbs' ? 'getPbsError' : 'getEpayError';
  try {
    const { answer } = await call(asked.fetch, asked.account, name, {
      language: ENGLISH,
      [`${source}responsecode`]: code,
      [`${source}responsestring`]: '',
      epayresponse: '-1',
    });
    return textOf(answer, `${source}responsestring`);
  } catch {
    return '';
  }
}

function transactionOf({ providerState }: Pick<OperationCall<Settings>, 'providerState'>): string {
  if (!providerState.txnid)
    throw new Problem('invalid_state', 'the transaction number of this payment is not known');
  return providerState.txnid;
}

const NAMES: Readonly<Record<OperationKind, string>> = {
  capture: 'capture',
  cancel: 'delete',
  refund: 'credit',
};

async function run(order: OperationOrder<Settings>): Promise<OperationResult> {
  const { kind, amount } = order;
  const name = NAMES[kind];
  const { ok, answer } = await call(order.send, order.account, name, {
    transactionid: transactionOf(order),
    ...(kind !== 'cancel' && { amount: String(amount) }),
    ...(kind === 'capture' && { group: '', pbsResponse: '-1' }),
    ...(kind === 'refund' && { group: '', pbsresponse: '-1' }),
    epayresponse: '-1',
  });
  if (ok) return { state: 'succeeded', status: 'true', providerReference: null };
  const [pbs, epay] = [textOf(answer, 'pbsresponse'), textOf(answer, 'epayresponse')];
  const isBank = pbs !== '' && pbs !== '-1' && pbs !== '0';
  const code = isBank ? pbs : epay || 'false';
  throw new Declined(code, await errorText(order, isBank ? 'pbs' : 'epay', code));
}

interface Transaction {
  readonly status: string;
  readonly authorized: number;
  readonly captured: number;
  readonly credited: number;
}

async function read(
  fetcher: typeof fetch,
  account: ProviderAccount<Settings>,
  transactionid: string,
): Promise<Transaction> {
  const { ok, answer } = await call(fetcher, account, 'gettransaction', {
    transactionid,
    epayresponse: '-1',
  });
  const information = answer.transactionInformation as Answer | undefined;
  if (!ok || !information) {
    const code = textOf(answer, 'epayresponse');
    throw new Problem('provider_error', `the provider answered the error ${code}`, {
      provider: { code, text: '' },
    });
  }
  const amount = (name: string) => {
    const digits = textOf(information, name);
    return /^\d{1,15}$/.test(digits) ? Number(digits) : 0;
  };
  return {
    status: textOf(information, 'status'),
    authorized: amount('authamount'),
    captured: amount('capturedamount'),
    credited: amount('creditedamount'),
  };
}

async function outcome(asked: OperationCall<Settings>): Promise<OperationResult | null> {
  const { kind, expected, before } = asked;
  const { status, captured, credited } = await read(asked.fetch, asked.account, transactionOf(asked));
  const isDone = {
    capture: captured >= expected,
    cancel: status === 'PAYMENT_DELETED',
    refund: credited >= expected,
  }[kind];
  if (isDone) return { state: 'succeeded', status, providerReference: null };
  const isAsBefore = {
    capture: captured === before.paid,
    cancel: status === 'PAYMENT_NEW' || status === 'PAYMENT_CAPTURED',
    refund: credited === before.refunded,
  }[kind];
  if (isAsBefore) throw new Declined(status, 'the transaction is as it was');
  return null;
}

/** gettransaction; before the first callback there is no number to ask by. */
export async function ask(question: StatusQuery<Settings>): Promise<readonly ProviderUpdate[] | null> {
  const { providerState, order, currency } = question;
  const { txnid } = providerState;
  if (!txnid) return null;
  const { status, authorized, captured, credited } = await read(question.fetch, question.account, txnid);
  const fact = (outcomeNow: ProviderUpdate['outcome'], amount: number | null): ProviderUpdate => ({
    kind: 'update',
    order,
    key: `gettransaction/${txnid}/${status}/${outcomeNow}/${amount}`,
    outcome: outcomeNow,
    amount,
    currency: amount === null ? null : currency,
    movement: txnid,
    cumulative: true,
    providerReference: txnid,
    providerStatus: status,
    detail: {},
  });
  if (status === 'PAYMENT_DELETED') return [fact('voided', null)];
  if (status !== 'PAYMENT_CAPTURED')
    return status === 'PAYMENT_NEW' ? [fact('authorized', authorized)] : null;
  return [fact('paid', captured), ...(credited > 0 ? [fact('refunded', credited)] : [])];
}

function operation(
  fundsSources: ProviderOperation<Settings>['rule']['fundsSources'],
  parts: ProviderOperation<Settings>['rule']['parts'],
): ProviderOperation<Settings> {
  return { rule: { fundsSources, parts }, execute: run, reconcile: outcome };
}

export const capture = operation(['held'], 'many');
export const cancel = operation(['held'], 'whole');
export const refund = operation(['paid'], 'many');
