/**
 * The details of a payment: what was done with it, operation by operation. A refusal is not the last word: a later one may be paid.
 * Facts: SHEET.md, "After payment".
 */
import * as v from 'valibot';
import { Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { BookedOperation } from '../../payments/reconciliation.ts';
import type { ProviderUpdate, StatusQuery } from '../contract.ts';
import { readAnswer, worldlineProblem } from './answers.ts';
import { callWorldline } from './api.ts';
import {
  amountOf,
  CAPTURE,
  codeOf,
  currencyOf,
  OPERATION,
  type Output,
  operationId,
  PAYMENT,
  REFUND,
  type Stated,
  type WorldlinePayment,
} from './members.ts';
import { updateOfPayment, updateOfRefund } from './messages.ts';
import type { WorldlineSettings } from './settings.ts';
import { worldlineKind, worldlineMeaning, worldlineOperationState } from './statuses.ts';

/** Whom a call about a payment is for: a status query, or the look-up of an operation. */
export type AskedPayment = Pick<
  StatusQuery<WorldlineSettings>,
  'account' | 'fetch' | 'now' | 'order' | 'currency' | 'providerState'
>;

const DETAILS = v.object({ ...PAYMENT.entries, Operations: v.nullish(v.array(OPERATION)) });
type Details = v.InferOutput<typeof DETAILS>;
type Operation = v.InferOutput<typeof OPERATION>;

/** `GET` of what belongs to a payment. @throws Problem when it is not answered with 200. */
export async function readWorldline<Schema extends v.GenericSchema>(
  asked: Pick<AskedPayment, 'account' | 'fetch' | 'now'>,
  path: string,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const { account, now, fetch: fetcher } = asked;
  const { status, text } = await callWorldline({ account, now, fetch: fetcher, method: 'GET', path });
  if (status !== 200) throw worldlineProblem('was asked', status, text);
  return readAnswer(schema, text);
}

/** @throws Refusal when what an answer says is about another order, another payment, or in another currency. */
export function requireOurs(
  asked: AskedPayment,
  said: { readonly id?: string | null | undefined; readonly output?: Output },
): void {
  const { output, id } = said;
  const reference = output?.references?.merchantReference;
  if (reference && reference !== asked.order)
    throw new Refusal('wrong_attempt', `the answer is about the order ${reference}`);
  const currency = currencyOf(output?.amountOfMoney) ?? currencyOf(output?.acquiredAmount);
  if (currency !== null && currency !== asked.currency)
    throw new Refusal('wrong_attempt', `the answer is in ${currency}`);
  const known = asked.providerState.paidId ?? asked.providerState.authorizedId;
  if (known && id && operationId(id).payment !== operationId(known).payment)
    throw new Refusal('wrong_attempt', `the answer is about the payment ${id}`);
}

/** `GET payments/{id}/details`. @throws Problem; Refusal when it is about another payment. */
export async function readDetails(asked: AskedPayment, id: string): Promise<Details> {
  const details = await readWorldline(asked, `/payments/${encodeURIComponent(id)}/details`, DETAILS);
  requireOurs(asked, { id: details.id, output: details.paymentOutput });
  if (details.paymentOutput?.references?.merchantReference !== asked.order)
    throw new Refusal('wrong_attempt', 'the answer is about no order, or another one');
  return details;
}

/** The kind of operation that one of `Operations` is: the first of a payment is the payment itself. */
function kindOf({ id, status, statusOutput }: Operation): OperationKind | null {
  const kind = worldlineKind(status ?? '', codeOf({ statusOutput }));
  return kind !== 'cancel' && operationId(id).operation === 0 ? null : kind;
}

/** An operation of the details as a payment of its own: the names of the order come from the details. */
function asPayment(
  details: Details,
  { amountOfMoney, references: _references, ...operation }: Operation,
): WorldlinePayment {
  return { ...operation, paymentOutput: { ...details.paymentOutput, amountOfMoney } };
}

/** What was captured in all, in minor units: what the payment says, and no less than its captures that are done; null: neither says it. */
function acquiredIn(details: Details): number | null {
  const captured = (details.Operations ?? []).filter(
    ({ status, statusOutput }) => worldlineMeaning(status ?? '', codeOf({ statusOutput })).outcome === 'paid',
  );
  const sum = captured.reduce((total, { amountOfMoney }) => total + (amountOf(amountOfMoney) ?? 0), 0);
  const acquired = Math.max(sum, amountOf(details.paymentOutput?.acquiredAmount) ?? 0);
  return acquired > 0 ? acquired : null;
}

/**
 * The updates of a payment's details: of the payment, of what was captured in all, and of each refund.
 * @throws Refusal when an id has another form.
 */
export function updatesOfDetails(asked: AskedPayment, details: Details): readonly ProviderUpdate[] {
  const { order } = asked;
  const operations = details.Operations ?? [];
  if (operations.length === 0) return [updateOfPayment(details, order)];
  const acquired = acquiredIn(details);
  const updates = operations.map((operation): ProviderUpdate => {
    if (kindOf(operation) === 'refund') {
      const { amountOfMoney, operationReferences } = operation;
      return updateOfRefund({ ...operation, refundOutput: { amountOfMoney, operationReferences } }, order);
    }
    const { operationReferences } = operation;
    const payment = asPayment(details, operation);
    const update = updateOfPayment(
      { ...payment, paymentOutput: { ...payment.paymentOutput, operationReferences } },
      order,
    );
    if (update.outcome !== 'paid') return update;
    return { ...update, amount: acquired, key: `${update.movement}/paid/${acquired}` };
  });
  // Each capture says the same total.
  return updates.filter(({ key }, index) => updates.findIndex((one) => one.key === key) === index);
}

// --- Lists ------------------------------------------------------------------------------------------------

/** An entry of a list as a booking. */
function booked(kind: OperationKind, stated: Stated & { readonly output?: Output }): BookedOperation {
  const { output } = stated;
  const [status, code] = [stated.status ?? '', codeOf(stated)];
  const at = operationId(stated.id);
  const name = output?.operationReferences?.merchantReference;
  return {
    ...(name && { operationReference: name }),
    ...(kind !== 'cancel' && at.operation > 0 && { providerReference: at.id }),
    amount: kind === 'cancel' ? null : amountOf(output?.amountOfMoney),
    state: worldlineOperationState(kind, status, code),
    status: code && status ? `${status} ${code}` : status,
    ...(kind === 'refund' && { movement: at.id }),
  };
}

const CAPTURES = v.object({ captures: v.nullish(v.array(CAPTURE)) });
const REFUNDS = v.object({ refunds: v.nullish(v.array(REFUND)) });

/** The operations of a kind that a payment has, by its list of them. @throws Problem; Refusal when one is about another payment. */
export async function listOperations(
  asked: AskedPayment,
  kind: OperationKind,
  id: string,
): Promise<{ readonly entries: readonly BookedOperation[]; readonly paidId: string | null }> {
  const path = `/payments/${encodeURIComponent(id)}`;
  if (kind === 'cancel') {
    const { Operations: operations, ...payment } = await readDetails(asked, id);
    const shown: readonly Operation[] = operations?.length ? operations : [payment];
    const cancels = shown.filter((one) => kindOf(one) === 'cancel');
    const entries = cancels.map(({ operationReferences, ...one }) =>
      booked(kind, { ...one, output: { operationReferences } }),
    );
    return { entries, paidId: null };
  }
  const found =
    kind === 'capture'
      ? ((await readWorldline(asked, `${path}/captures`, CAPTURES)).captures ?? []).map(
          ({ captureOutput: output, ...one }) => ({ ...one, output }),
        )
      : ((await readWorldline(asked, `${path}/refunds`, REFUNDS)).refunds ?? []).map(
          ({ refundOutput: output, ...one }) => ({ ...one, output }),
        );
  for (const one of found) requireOurs(asked, one);
  const entries = found.map((one) => booked(kind, one));
  const isDone = (index: number) => entries[index]?.state === 'succeeded';
  const paid = kind === 'capture' ? found.findLast((_one, index) => isDone(index)) : undefined;
  return { entries, paidId: paid?.id ?? null };
}
