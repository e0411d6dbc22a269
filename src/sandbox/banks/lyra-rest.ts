/** The REST API V4 of Lyra's gateway, simulated: its transactions, and what is done to them after the payment. */
import { createHash } from 'node:crypto';
import type { ApiCall, Decision, Memory, Merchant } from '../kit/bank.ts';
import {
  type BankOperationKind,
  concluded,
  type Entry,
  entryByReference,
  entryOf,
  perform,
  takenParts,
} from '../kit/bank-ledger.ts';
import type { BankOperation } from '../kit/entry.ts';
import { partsIn } from '../kit/parts.ts';

/** vads_trans_uuid of one try of an order. */
export function uuidOf(id: string, decision: Decision, part = 1): string {
  const name = part === 1 ? `${id}/${decision}` : `${id}/${decision}/${part}`;
  return createHash('md5').update(name).digest('hex');
}

/** Whether the merchant's money of an order is not remitted yet: a test may say so. */
const unremittedPlace = (order: string) => `lyra/unremitted/${order}`;

function ofKind(entry: Entry, kind: BankOperationKind): readonly BankOperation[] {
  return entry.done.filter((one) => one.kind === kind);
}

/** What was taken from the transaction's amount before it was remitted. */
function lowered(entry: Entry): number {
  return ofKind(entry, 'cancel')
    .filter(({ state }) => state === 'done')
    .reduce((sum, { amount }) => sum + amount, 0);
}

function refunded(entry: Entry): number {
  return ofKind(entry, 'refund')
    .filter(({ state }) => state === 'done')
    .reduce((sum, { amount }) => sum + amount, 0);
}

function detailedStatus(entry: Entry, isRemitted: boolean): string {
  const isTakenBack = entry.taken > 0 && entry.returned - refunded(entry) === entry.taken;
  if (entry.cancelled || isTakenBack) return 'CANCELLED';
  if (entry.taken > 0) return isRemitted ? 'CAPTURED' : 'AUTHORISED';
  // Validated, and authorised later.
  const capture = ofKind(entry, 'capture').at(-1);
  if (capture?.state === 'pending') return 'WAITING_AUTHORISATION';
  if (capture?.state === 'rejected') return 'REFUSED';
  return entry.held > 0 ? 'AUTHORISED_TO_VALIDATE' : 'REFUSED';
}

/** A transaction as the REST API shows it. */
function transactionOf(entry: Entry, merchant: Merchant, isRemitted: boolean) {
  const refundAmount = refunded(entry);
  const status = detailedStatus(entry, isRemitted);
  return {
    shopId: String(merchant.settings.site_id),
    uuid: uuidOf(entry.data.id ?? '', 'pay'),
    amount: status === 'CANCELLED' ? entry.asked : entry.asked - lowered(entry),
    currency: entry.currency,
    status: 'PAID',
    detailedStatus: status,
    operationType: 'DEBIT',
    orderDetails: { orderId: entry.order },
    transactionDetails: {
      parentTransactionUuid: null,
      cardDetails: { captureResponse: { refundAmount: refundAmount || null } },
    },
  };
}

/** The shopper's transactions of an order: one, or one for each part, of which those that are not due wait. */
function paymentsOf(entry: Entry, whole: ReturnType<typeof transactionOf>) {
  const parts = partsIn(entry);
  if (parts.length === 0) return [whole];
  const taken = takenParts(entry);
  return parts.map((amount, index) => ({
    ...whole,
    uuid: uuidOf(entry.data.id ?? '', 'pay', index + 1),
    amount,
    detailedStatus: taken.includes(index + 1) ? whole.detailedStatus : 'WAITING_AUTHORISATION',
  }));
}

function creditUuid(entry: Entry, { id }: BankOperation): string {
  return createHash('md5').update(`${entry.data.id}/${id}`).digest('hex');
}

const CREDIT_STATUS = { done: 'AUTHORISED', pending: 'WAITING_AUTHORISATION', rejected: 'REFUSED' } as const;

/** A refund as the REST API shows it. */
function creditOf(entry: Entry, refund: BankOperation, merchant: Merchant) {
  const parent = transactionOf(entry, merchant, true);
  return {
    ...parent,
    uuid: creditUuid(entry, refund),
    operationType: 'CREDIT',
    detailedStatus: CREDIT_STATUS[refund.state],
    amount: refund.amount,
    transactionDetails: { parentTransactionUuid: parent.uuid, cardDetails: { captureResponse: null } },
  };
}

/** Body of a call; each service reads some of it. */
type RestBody = {
  readonly value?: string;
  readonly uuid?: string;
  readonly orderId?: string;
  readonly operationType?: string;
  readonly amount?: number;
  readonly currency?: string;
  readonly resolutionMode?: string;
  readonly comment?: string;
  readonly cardUpdate?: { readonly amount: number; readonly currency?: string };
};

interface Step {
  readonly kind: BankOperationKind;
  /** Minor units; null: everything. */
  readonly amount: number | null;
}

/** What a service would do, or the code of what is wrong with the call. */
function stepOf(name: string, body: RestBody, entry: Entry, status: string): Step | string {
  const isOpen = /^(?:WAITING_AUTHORISATION|AUTHORISED)/.test(status);
  switch (name) {
    case 'Transaction/Validate':
      return status.endsWith('_TO_VALIDATE') ? { kind: 'capture', amount: null } : 'PSP_011';
    case 'Transaction/Update': {
      const { amount = 0, currency } = body.cardUpdate ?? {};
      if (currency !== entry.currency) return 'PSP_021';
      const now = entry.asked - lowered(entry);
      if (!Number.isSafeInteger(amount) || amount <= 0 || amount > now) return 'PSP_020';
      if (amount === now) return 'PSP_014';
      return isOpen ? { kind: 'cancel', amount: now - amount } : 'PSP_011';
    }
    case 'Transaction/CancelOrRefund': {
      const { amount = null, currency = entry.currency, resolutionMode: mode = 'AUTO' } = body;
      if (currency !== entry.currency) return 'PSP_021';
      if (!['AUTO', 'CANCELLATION_ONLY', 'REFUND_ONLY'].includes(mode)) return 'INT_009';
      if (status === 'CANCELLED') return 'PSP_105';
      const isCancel = mode === 'CANCELLATION_ONLY' || (mode === 'AUTO' && isOpen);
      if (isCancel) return isOpen ? { kind: 'cancel', amount: null } : 'PSP_075';
      return status === 'CAPTURED' ? { kind: 'refund', amount } : 'PSP_076';
    }
    default:
      return 'INT_901';
  }
}

/** The REST API V4. */
export async function restApi(
  call: ApiCall,
  merchants: readonly Merchant[],
  memory: Memory,
): Promise<Response> {
  const name = call.path.split('/V4/')[1] ?? '';
  const envelope = (status: string, answer: object, mode: string | null = 'TEST') =>
    Response.json({ webService: name, version: 'V4', status, mode, answer });
  const error = (errorCode: string, errorMessage: string, mode?: null) =>
    envelope('ERROR', { errorCode, errorMessage, detailedErrorCode: null, detailedErrorMessage: null }, mode);
  const merchant = merchants.find(
    ({ settings }) =>
      call.headers.get('authorization') ===
      `Basic ${btoa(`${String(settings.site_id)}:${String(settings.rest_password)}`)}`,
  );
  if (!merchant) return error('INT_905', 'invalid credentials', null);
  if (!/^application\/json/.test(call.headers.get('content-type') ?? '')) return error('INT_902', 'not JSON');
  const body = JSON.parse(call.body) as RestBody;
  const isRemitted = async ({ order }: Entry) => !(await memory.get(unremittedPlace(order)));
  if (name === 'Charge/SDKTest') return envelope('SUCCESS', { value: body.value });
  if (name === 'Order/Get') {
    const entry = await entryOf(memory, body.orderId ?? '');
    const payments = entry ? paymentsOf(entry, transactionOf(entry, merchant, await isRemitted(entry))) : [];
    const credits = entry ? ofKind(entry, 'refund').map((one) => creditOf(entry, one, merchant)) : [];
    const transactions = [...payments, ...credits].filter(
      (one) => (body.operationType ?? one.operationType) === one.operationType,
    );
    if (transactions.length > 30) return error('PSP_015', 'too many results');
    return transactions.length > 0
      ? envelope('SUCCESS', {
          shopId: String(merchant.settings.site_id),
          orderId: entry?.order,
          transactions,
        })
      : error('PSP_010', 'transaction not found');
  }
  const entry = await entryByReference(memory, 'lyra', body.uuid ?? '');
  if (!entry) return error('PSP_010', 'transaction not found');
  const before = transactionOf(entry, merchant, await isRemitted(entry));
  if (name === 'Transaction/Get') return envelope('SUCCESS', before);
  if (call.trouble === 'fail') return error('ACQ_001', 'refused by the acquirer');
  const step = stepOf(name, body, entry, before.detailedStatus);
  if (typeof step === 'string') return error(step, 'not possible');
  const result = await perform(memory, entry, { ...step, operationReference: body.comment ?? '' });
  if (typeof result === 'string') return error(step.kind === 'refund' ? 'PSP_104' : 'PSP_105', result);
  // A cancellation is done at once.
  const after =
    step.kind === 'cancel' ? await concluded(memory, result.entry, result.done.id, 'done') : result.entry;
  return envelope(
    'SUCCESS',
    step.kind === 'refund'
      ? creditOf(after, result.done, merchant)
      : transactionOf(after, merchant, await isRemitted(after)),
  );
}

/** The IPN of an operation: a credit's own transaction, or the payment's as it is now. */
export function operationFields(
  entry: Entry,
  operation: BankOperation,
  merchant: Merchant,
): [string, string][] {
  const credit = creditOf(entry, operation, merchant);
  const isCredit = operation.kind === 'refund';
  const transaction = isCredit ? credit : transactionOf(entry, merchant, false);
  const fields: [string, string][] = [
    ['vads_order_id', entry.order],
    ['vads_operation_type', transaction.operationType],
    ['vads_trans_status', transaction.detailedStatus],
    ['vads_trans_uuid', transaction.uuid],
    ['vads_amount', String(transaction.amount)],
    ['vads_effective_amount', String(transaction.amount)],
    ['vads_effective_creation_date', '20261122100000'],
    ['vads_result', operation.state === 'rejected' ? '05' : '00'],
    ['vads_hash', '7f'.repeat(32)],
    ['vads_url_check_src', 'MERCH_BO'],
  ];
  // A credit has a number of the gateway's own range.
  return isCredit
    ? [...fields, ['vads_trans_id', `9${operation.id.slice(4, 9)}`], ['vads_trans_date', '20261122100000']]
    : fields;
}
