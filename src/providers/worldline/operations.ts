/**
 * After the payment: captures and refunds in parts, and a cancel of what is held. Facts: SHEET.md, "After payment".
 *
 * The answer says that a request was taken (91, 61, 81); the result comes by webhook, or by a list. Safe readings of what is unverified:
 * - a capture that is not of all that is left is not final, so that the rest can be captured or cancelled;
 * - an error that names itself in 4xx declines, unless it is called retriable; 408, 409, 425, 429, 5xx and anything else leave the outcome
 *   unknown, and the request is never sent again;
 * - what no list shows half an hour later was not carried out.
 */
import * as v from 'valibot';
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { mayDecline } from '../kit/declining.ts';
import { providerError } from '../kit/provider-error.ts';
import { readAnswer, readWorldlineError, worldlineProblem } from './answers.ts';
import { callWorldline } from './api.ts';
import { listOperations, requireOurs } from './history.ts';
import {
  amountOf,
  CAPTURE,
  codeOf,
  errorCodesOf,
  type Output,
  operationId,
  PAYMENT,
  REFUND,
  type Stated,
} from './members.ts';
import type { WorldlineSettings } from './settings.ts';
import { worldlineOperationState } from './statuses.ts';

type Call = OperationCall<WorldlineSettings>;
type Order = OperationOrder<WorldlineSettings>;

/** What an operation is about: a capture and a cancel the authorization, a refund the operation that was paid. */
function paymentIdOf({ kind, providerState }: Call): string {
  const { authorizedId, paidId } = providerState;
  const id = kind === 'refund' ? (paidId ?? authorizedId) : (authorizedId ?? paidId);
  if (!id) throw new Problem('invalid_state', 'the number of this payment at Worldline is not known');
  return id;
}

function bodyOf({ kind, amount, currency, whole, order, operationReference }: Order): object {
  const operationReferences = { merchantReference: operationReference };
  switch (kind) {
    case 'capture':
      return { amount, isFinal: whole, operationReferences };
    case 'cancel':
      return { amountOfMoney: { amount, currencyCode: currency }, isFinal: true, operationReferences };
    case 'refund':
      return {
        amountOfMoney: { amount, currencyCode: currency },
        references: { merchantReference: order },
        operationReferences,
      };
  }
}

/** An operation as an answer has it. */
interface Answered extends Stated {
  readonly output?: Output;
}

const CANCELLED = v.object({ payment: PAYMENT });

/** A refund or capture that the acquirer refused may be the body of an error. */
const OF_ERROR = v.object({
  refundResult: v.nullish(REFUND),
  captureResult: v.nullish(CAPTURE),
  paymentResult: v.nullish(v.object({ payment: v.nullish(PAYMENT) })),
});

/** The operation of an answer that is no error. @throws Problem when it is something else. */
function answeredIn(kind: OperationKind, text: string): Answered {
  switch (kind) {
    case 'capture': {
      const { captureOutput: output, ...capture } = readAnswer(CAPTURE, text);
      return { ...capture, output };
    }
    case 'refund': {
      const { refundOutput: output, ...refund } = readAnswer(REFUND, text);
      return { ...refund, output };
    }
    case 'cancel': {
      const { paymentOutput: output, ...payment } = readAnswer(CANCELLED, text).payment;
      return { ...payment, output };
    }
  }
}

/** The number of an operation, where the answer's id is that of one and not of the payment. */
function referenceIn(kind: OperationKind, id: string): string | null {
  return kind !== 'cancel' && operationId(id).operation > 0 ? id : null;
}

/**
 * What an answer says of the operation.
 * @throws Declined when it was declined; Problem for a status that is not documented; Refusal when it is about something else.
 */
function resultOf(order: Order, { output, ...answered }: Answered): OperationResult {
  const { kind, amount } = order;
  const [status, code] = [answered.status ?? '', codeOf(answered)];
  const { id, payment } = operationId(answered.id);
  if (payment !== operationId(paymentIdOf(order)).payment)
    throw new Refusal('wrong_attempt', `the answer is about the payment ${id}`);
  requireOurs(order, { id, ...(output && { output }) });
  const name = output?.operationReferences?.merchantReference;
  if (name && name !== order.operationReference)
    throw new Refusal('wrong_attempt', `the answer is about the operation ${name}`);
  const stated = amountOf(output?.amountOfMoney);
  // That of a capture or a cancel may be the order's.
  if (kind === 'refund' && stated !== null && stated !== amount)
    throw new Refusal('wrong_attempt', 'the answer is about another amount');
  const state = worldlineOperationState(kind, status, code);
  if (state === 'failed') throw new Declined(errorCodesOf(answered)[0] ?? (code || status), status);
  if (state === 'unknown') throw providerError(`Worldline answered the status ${status} ${code}`.trim());
  return {
    state,
    status: code ? `${status} ${code}` : status,
    providerReference: referenceIn(kind, id),
    ...(kind === 'capture' && state === 'succeeded' && { providerState: { paidId: id } }),
  };
}

/** @throws Declined when an error says that nothing was done; Problem when it does not say so. */
function failed(order: Order, http: number, text: string): never {
  const error = readWorldlineError(http, text);
  const problem = worldlineProblem(`was asked for a ${order.kind}`, http, text);
  if (!mayDecline(http) || !error || error.retriable) throw problem;
  if (error.code) throw new Declined(error.code, [error.id, error.message].filter(Boolean).join(' '));
  const { refundResult, captureResult, paymentResult } = readAnswer(OF_ERROR, text);
  const result = refundResult ?? captureResult ?? paymentResult?.payment;
  const state = result ? worldlineOperationState(order.kind, result.status ?? '', codeOf(result)) : 'unknown';
  if (!result || state !== 'failed') throw problem;
  throw new Declined(codeOf(result), result.status ?? '');
}

async function execute(order: Order): Promise<OperationResult> {
  const { account, now, kind, operationReference } = order;
  const { status, text } = await callWorldline({
    account,
    now,
    fetch: order.send,
    method: 'POST',
    path: `/payments/${encodeURIComponent(paymentIdOf(order))}/${kind}`,
    body: bodyOf(order),
    idempotenceKey: operationReference,
  });
  if (status < 200 || status > 299) return failed(order, status, text);
  return resultOf(order, answeredIn(kind, text));
}

async function lookUp(call: Call): Promise<Bookings> {
  const { entries, paidId } = await listOperations(call, call.kind, paymentIdOf(call));
  return { entries, complete: true, status: '', ...(paidId && { providerState: { paidId } }) };
}

/** A list may lag. */
const LISTED_AFTER_SECONDS = 1800;

function operation(rule: ProviderOperation<WorldlineSettings>['rule']): ProviderOperation<WorldlineSettings> {
  return { rule, execute, lookUp, settlesAfterSeconds: LISTED_AFTER_SECONDS };
}

export const worldlineCapture = operation({ parts: 'many', fundsSources: ['held'] });
export const worldlineCancel = operation({ parts: 'whole', fundsSources: ['held'], afterPart: true });
export const worldlineRefund = operation({ parts: 'many', fundsSources: ['paid'] });
