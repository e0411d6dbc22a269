/**
 * Charge, cancel and refund at ASSIST: charge.cfm and cancel.cfm (current), postauth.cfm and rvr.cfm (legacy).
 *
 * Facts: SHEET.md, "After payment, current" and "After payment, legacy". Safe readings:
 * - ASSIST decides itself between void and refund: here a cancel releases an authorization, a refund gives back what was paid;
 * - a legacy charge is rejected here after the 14 days of the manual, counted from the bill;
 * - the result of a legacy operation whose answer was lost comes with the report.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import { decimal } from '../../payments/money.ts';
import type { OperationRule } from '../../payments/operations.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { isoMilliseconds } from './dates.ts';
import { orderValues, readAssistOrder, verifyOrder, XML_FORMAT } from './order-result.ts';
import { requireEnvironment } from './received.ts';
import { callService, lacksServices, plainError } from './service-call.ts';
import { type AssistSettings, isLegacy } from './settings.ts';
import { ASSIST_SYSTEM_ERROR, OPERATION_IN_PROCESS, orderStateAlone } from './statuses.ts';

/** CancelReason and RVRReason: the shop wants it. */
const BY_SHOP = '1';

/** Days in which a legacy authorization can be charged. */
const CHARGE_DAYS = 14;
const DAY_MS = 86_400_000;

/** @throws Problem where there is no bill number. */
function knownBill(bill: string | undefined): string {
  if (bill) return bill;
  throw new Problem('invalid_state', 'the bill number of this payment is not known from ASSIST itself');
}

// --- Current ----------------------------------------------------------------------------------------------

/**
 * The bill of an order. ASSIST is asked for it: the bill number of a result is not signed, and may be that of another order.
 * @throws Problem, Refusal
 */
async function currentBill(order: OperationOrder<AssistSettings>): Promise<string> {
  const values = await readAssistOrder(order);
  if (values) {
    verifyOrder(order.account.settings, values, order.order);
    requireEnvironment(order.account, values);
  }
  return knownBill(values?.get('billnumber'));
}

async function executeCurrent(order: OperationOrder<AssistSettings>): Promise<OperationResult> {
  const { account, kind, amount, currency, whole, operationReference } = order;
  const fields = {
    Billnumber: await currentBill(order),
    Format: XML_FORMAT,
    ...(whole ? {} : { Amount: decimal(amount, 2), Currency: currency }),
  };
  const answer =
    kind === 'capture'
      ? await callService(order.send, account, '/charge/charge.cfm', fields)
      : await callService(order.send, account, '/cancel/cancel.cfm', {
          ...fields,
          CancelReason: BY_SHOP,
          ...(kind === 'refund' && { Externalrefundid: operationReference }),
        });
  const values = orderValues(answer);
  verifyOrder(account.settings, values, order.order);
  const code = values.get('responsecode') ?? '';
  const text = values.get('customermessage') ?? values.get('message') ?? values.get('recommendation') ?? '';
  // Only the extended form names the operation; the other one is the order's.
  const bill = values.get('billnumber') ?? '';
  const providerReference = bill.includes('.') ? bill : null;
  if (code === OPERATION_IN_PROCESS) return { state: 'accepted', status: code, providerReference };
  if (code === ASSIST_SYSTEM_ERROR)
    throw new Problem('provider_error', `ASSIST answered ${code}`, { provider: { code, text } });
  if (code !== '' && code !== 'AS000') throw new Declined(code, text);
  return { state: 'succeeded', status: values.get('orderstate') ?? code, providerReference };
}

// --- Legacy -----------------------------------------------------------------------------------------------

/**
 * The bill of a legacy order and its date, from the report. The bill number of a push is not signed, and may be that of another order:
 * it will do where no money is real.
 */
function legacyBill({ account, providerState }: OperationOrder<AssistSettings>) {
  const { bill, billAt, pushedBill, pushedBillAt } = providerState;
  if (bill || account.environment === 'production') return { bill: knownBill(bill), at: billAt };
  return { bill: knownBill(pushedBill), at: pushedBillAt };
}

async function executeLegacy(order: OperationOrder<AssistSettings>): Promise<OperationResult> {
  const { account, kind, amount, currency, whole, now } = order;
  const { bill, at } = legacyBill(order);
  const authorizedAt = isoMilliseconds(at ?? '');
  if (kind === 'capture' && now.getTime() > authorizedAt + CHARGE_DAYS * DAY_MS)
    throw new Problem('invalid_state', `ASSIST charges an authorization within ${CHARGE_DAYS} days`);
  const path = kind === 'capture' ? '/postauths/postauth.cfm' : '/rvr/rvr.cfm';
  const { status, text } = await callService(order.send, account, path, {
    Billnumber: bill,
    Format: '1',
    S_FIELDS: '*',
    ...(whole && kind !== 'refund' ? {} : { Subtotal_P: decimal(amount, 2), Currency: currency }),
    ...(kind !== 'capture' && { RVRReason: BY_SHOP }),
  });
  const error = plainError(text);
  if (error !== null) throw new Declined('ERROR', error);
  if (status !== 200 || !/^\w+:/.test(text.trim())) {
    throw new Problem('provider_error', `ASSIST answered ${status} and nothing that can be read`, {
      cause: text.slice(0, 1000),
    });
  }
  return { state: 'succeeded', status: 'ERROR:', providerReference: null };
}

// --- Both -------------------------------------------------------------------------------------------------

async function lookUp(call: OperationCall<AssistSettings>): Promise<Bookings | null> {
  if (isLegacy(call.account.settings)) return null;
  const values = await readAssistOrder(call);
  if (!values) return null;
  verifyOrder(call.account.settings, values, call.order);
  const status = values.get('orderstate') ?? '';
  const outcome = orderStateAlone(status);
  const { kind } = call;
  const isDone =
    (kind === 'capture' && (outcome === 'paid' || outcome === 'partially_paid')) ||
    (kind !== 'capture' && outcome === 'cancelled') ||
    (kind === 'refund' && outcome === 'partially_refunded');
  if (isDone) return { entries: [{ amount: null, state: 'succeeded', status }], complete: false, status };
  const isAsBefore = outcome === (kind === 'refund' ? 'paid' : 'authorized');
  return { entries: [], complete: isAsBefore, status };
}

function assistOperation(
  fundsSource: OperationRule['fundsSources'][number],
  parts: OperationRule['parts'],
): ProviderOperation<AssistSettings> {
  return {
    rule: { fundsSources: [fundsSource], parts },
    lacks: lacksServices,
    execute: (order) => (isLegacy(order.account.settings) ? executeLegacy(order) : executeCurrent(order)),
    lookUp,
  };
}

export const assistCapture = assistOperation('held', 'one');
export const assistCancel = assistOperation('held', 'whole');
export const assistRefund = assistOperation('paid', 'many');
