/**
 * DirectLink, the server calls of the Ogone platform: capture, cancel and refund (maintenancedirect.asp), and the status of an
 * order (querydirect.asp). Facts: SHEET.md, "After payment".
 *
 * Maintenance is processed offline: the answer to a good request says that it was accepted (91, 61, 81). The result (9, 6, 8)
 * comes by notification, or by a query. Safe readings:
 * - AMOUNT and PAYID are always sent, and SHASIGN goes with a query too;
 * - a query names one operation alone: what there is of a transaction is read item by item (history.ts);
 * - "declined" is what the sheet documents as such; every other answer that is no success leaves the outcome unknown.
 */
import { Declined, Problem, Refusal } from '../../payments/errors.ts';
import type { OperationKind } from '../../payments/operations.ts';
import type { Bookings } from '../../payments/reconciliation.ts';
import type {
  OperationCall,
  OperationOrder,
  OperationResult,
  ProviderOperation,
  ProviderUpdate,
  StatusQuery,
  UpdateOutcome,
} from '../contract.ts';
import { providerUpdate } from '../kit/update.ts';
import {
  type DirectLinkQuestion,
  directLinkCalls,
  directLinkError,
  namesNothing,
} from './directlink-call.ts';
import { ogoneOperationNumber, payidState } from './feedback.ts';
import { bookedOperation, bookedState, bookingsOf, readHistory, type TransactionHistory } from './history.ts';
import type { Ncresponse } from './ncresponse.ts';
import type { OgoneSettings } from './settings.ts';
import { ncerrorFamily, ogoneOutcome, SENT_BEFORE } from './statuses.ts';

/** Why an account cannot use DirectLink; null: it can. */
export function cannotUseDirectLink({ userid, pswd }: OgoneSettings): string | null {
  return userid && pswd ? null : 'userid and pswd are not set: DirectLink needs a user of its own';
}

/**
 * OPERATION. The last capture or refund ends its transaction (SAS, RFS); before it there may be others. A cancel is always of
 * the whole: the platform reports it as 6, whatever its amount.
 */
const OPERATION: Readonly<Record<OperationKind, { readonly whole: string; readonly part: string }>> = {
  capture: { whole: 'SAS', part: 'SAL' },
  cancel: { whole: 'DES', part: 'DES' },
  refund: { whole: 'RFS', part: 'RFD' },
};

/** Whether an answer to a maintenance call says, as the sheet documents it, that nothing was done. */
function isDeclined(state: ReturnType<typeof bookedState>, answer: Ncresponse): boolean {
  const { providerStatus, ncerror, isContradiction } = answer;
  if (isContradiction || SENT_BEFORE.has(ncerror)) return false;
  if (state === 'failed') return true;
  const isNoState = providerStatus === '' || providerStatus === '0';
  return isNoState && ['3', '5'].includes(ncerrorFamily(ncerror));
}

/**
 * What the answer to a maintenance call says.
 * @throws Declined when the platform declined it.
 * @throws Refusal when the answer is about another amount or currency, Problem when it is no success: the outcome is unknown.
 */
function resultOf(
  kind: OperationKind,
  asked: Pick<OperationOrder<OgoneSettings>, 'amount' | 'currency'>,
  answer: Ncresponse,
): OperationResult {
  const { providerStatus: status, payid, payidsub, ncerror, ncerrorplus } = answer;
  const state = bookedState(kind, answer);
  if (isDeclined(state, answer)) {
    const code = ncerrorFamily(ncerror) === '0' ? `STATUS ${status}` : ncerror;
    throw new Declined(code, ncerrorplus);
  }
  if (state !== 'succeeded' && state !== 'accepted')
    throw directLinkError(`the provider answered with the status ${status},`, answer);
  if (answer.currency !== asked.currency || answer.amount_minor !== asked.amount)
    throw new Refusal('wrong_attempt', 'the answer is about another amount or currency than was asked for');
  return { state, status, providerReference: ogoneOperationNumber(payid, payidsub) };
}

/**
 * The updates of a transaction's history. What was paid, and what was given back, is told as a total: which operation of ours is
 * which, and what became of it, is decided by its look-up.
 */
function updatesOf(
  query: StatusQuery<OgoneSettings>,
  { last, items }: TransactionHistory,
): readonly ProviderUpdate[] {
  const outcome = (item: Ncresponse) => ogoneOutcome(item.providerStatus);
  const payments = items.filter((item) => outcome(item) === 'paid');
  const refunds = items.filter((item) => bookedOperation('refund', item)?.state === 'succeeded');
  // A payment that was deleted before it came is over, and nothing was given back.
  const wasPaid = payments.length > 0 || (query.known?.paid ?? 0) > 0;
  const isOver = !wasPaid && refunds.every((item) => outcome(item) === 'reversed');
  const others = items.filter(
    (item) => !TOLD_AS_TOTAL.has(outcome(item)) && (isOver || outcome(item) !== 'reversed'),
  );
  const updates = [
    ...others.map((item) => updateOf(query, item)),
    ...totalOf(query, 'paid', payments),
    ...(isOver ? [] : totalOf(query, 'refunded', refunds)),
  ];
  return updates.length > 0 ? updates : [updateOf(query, last)];
}

/** What is summed up, and what an operation that is not finished says of the payment: nothing. */
const TOLD_AS_TOTAL: ReadonlySet<UpdateOutcome> = new Set(['paid', 'refunded', 'none']);

/** The update that some items amount to together; none where there are none, or one names no amount. */
function totalOf(
  query: StatusQuery<OgoneSettings>,
  outcome: 'paid' | 'refunded',
  items: readonly Ncresponse[],
): ProviderUpdate[] {
  const last = items.at(-1);
  const amount = items.reduce<number | null>(
    (sum, { amount_minor }) => (sum === null || amount_minor === null ? null : sum + amount_minor),
    0,
  );
  if (!last || amount === null) return [];
  const update = updateOf(query, last);
  return [{ ...update, ...ofTotal(outcome), key: `query/${last.payid}/total ${outcome}`, amount }];
}

/** A total settles none of ours: an amount alone does not say which. */
function ofTotal(outcome: 'paid' | 'refunded'): Pick<ProviderUpdate, 'outcome' | 'cumulative' | 'operation'> {
  const kind = outcome === 'paid' ? 'capture' : 'refund';
  return {
    outcome,
    cumulative: true,
    operation: { kind, operationReference: null, amount: null, state: 'unknown' },
  };
}

/** The update of one answer about a transaction. */
function updateOf({ order }: StatusQuery<OgoneSettings>, answer: Ncresponse): ProviderUpdate {
  const { providerStatus, payid, payidsub } = answer;
  const stated = ogoneOutcome(providerStatus);
  // A deletion whose amount cannot be read is perhaps one of a part.
  const outcome = stated === 'reversed' && answer.isAmountUnread ? 'refunded' : stated;
  return providerUpdate({
    order,
    key: `query/${payid}/${payidsub}/${providerStatus}`,
    outcome,
    amount: answer.amount_minor,
    currency: answer.currency || null,
    movement: payid,
    // It names the amount of one operation alone, so a paid or refunded amount counts as the least there is.
    ...((outcome === 'paid' || outcome === 'reversed') && { cumulative: true }),
    ...(outcome === 'refunded' && ofTotal('refunded')),
    ...payidState(outcome, payid),
    providerReference: payid || null,
    providerStatus,
  });
}

/**
 * The calls for the accounts of one brand.
 * @param host the origin of the brand's pages.
 */
export function directLink(host: string) {
  const calls = directLinkCalls(host);

  /** @throws Problem invalid_state when the PAYID is not known. */
  function questionOf(call: OperationCall<OgoneSettings>): DirectLinkQuestion & { readonly payid: string } {
    const { account, order, currency, providerState, fetch: fetcher } = call;
    if (!providerState.payid) throw new Problem('invalid_state', 'the PAYID of this payment is not known');
    return { account, order, currency, payid: providerState.payid, fetch: fetcher };
  }

  /** What became of the operation that the platform gave a number. */
  async function bookingOf(
    call: OperationCall<OgoneSettings>,
    payid: string,
    payidsub: string,
  ): Promise<Bookings> {
    const item = await calls.historyOf({ ...questionOf(call), payid })(payidsub);
    if (item.payidsub !== payidsub) {
      // An answer without a number is an error, or about the last operation, whichever that is.
      if (item.payidsub === '') throw directLinkError('the provider answered', item);
      throw new Refusal('wrong_attempt', `the answer is about the PAYIDSUB ${item.payidsub}`);
    }
    const entry = bookedOperation(call.kind, item);
    return { entries: entry ? [entry] : [], complete: false, status: item.providerStatus };
  }

  function operation(kind: OperationKind): ProviderOperation<OgoneSettings> {
    const fundsSources = kind === 'refund' ? (['paid'] as const) : (['held'] as const);
    return {
      rule:
        kind === 'cancel'
          ? { parts: 'whole', fundsSources, afterPart: true }
          : { parts: 'many', fundsSources },
      lacks: cannotUseDirectLink,

      async execute(order) {
        const { amount, whole } = order;
        const code = OPERATION[kind][whole ? 'whole' : 'part'];
        const answer = await calls.maintain(order.send, questionOf(order), { amount, code });
        return resultOf(kind, order, answer);
      },

      async lookUp(call) {
        const [payid = '', payidsub = ''] = call.providerReference?.split('/') ?? [];
        if (ogoneOperationNumber(payid, payidsub)) return bookingOf(call, payid, payidsub);
        const question = questionOf(call);
        const last = await calls.query(question);
        if (namesNothing(last)) throw directLinkError('the provider answered', last);
        const history = await readHistory(calls.historyOf(question), last, 1);
        return bookingsOf(kind, history, { whole: call.asked, amount: call.amount });
      },
    };
  }

  return {
    capture: operation('capture'),
    cancel: operation('cancel'),
    refund: operation('refund'),
    cannotQueryStatus: cannotUseDirectLink,

    /**
     * What querydirect.asp says of an order. Where there were operations after the payment, all of them are read, because an answer names
     * the amount of one alone.
     * @throws Problem provider_error, provider_unreachable
     * @throws Refusal when an answer is about another order, PAYID or currency
     */
    async queryStatus(
      query: StatusQuery<OgoneSettings>,
    ): Promise<ProviderUpdate | readonly ProviderUpdate[]> {
      const { account, order, currency, providerState, fetch: fetcher } = query;
      const question = { account, order, currency, payid: providerState.payid || undefined, fetch: fetcher };
      const last = await calls.query(question);
      if (!last.ok && (last.providerStatus === '' || namesNothing(last)))
        throw directLinkError('the provider answered with the error', last);
      const { payid, payidsub } = last;
      if (ogoneOperationNumber(payid, payidsub) === null) return updateOf(query, last);
      const history = await readHistory(calls.historyOf({ ...question, payid }), last, 0);
      return updatesOf(query, history);
    },
  };
}
