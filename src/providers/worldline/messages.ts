/**
 * Worldline's webhooks and payments, read. Nothing is checked here: signatures.ts does that before. A webhook speaks of one operation of
 * a payment, never of all (SHEET.md, "Notification").
 */
import { Refusal } from '../../payments/errors.ts';
import type { Status } from '../../payments/statuses.ts';
import type { Acknowledgement, ProviderUpdate } from '../contract.ts';
import { expiryIn, withCard } from '../kit/card.ts';
import { providerUpdate } from '../kit/update.ts';
import { statusAlone } from '../kit/verdict.ts';
import type { WorldlineEvent } from './event.ts';
import {
  amountOf,
  codeOf,
  currencyOf,
  errorCodesOf,
  type OperationId,
  type Output,
  operationId,
  type Stated,
  type WorldlinePayment,
} from './members.ts';
import {
  type WorldlineMeaning,
  worldlineDecline,
  worldlineKind,
  worldlineMeaning,
  worldlineOperationState,
} from './statuses.ts';

/** The names of means of payment by their numbers, as far as they are cards. */
const CARDS: Readonly<Record<number, string>> = {
  1: 'Visa',
  2: 'American Express',
  3: 'Mastercard',
  117: 'Maestro',
  125: 'JCB',
  130: 'CB',
  132: 'Diners Club',
  3012: 'Bancontact',
};

function cardOf(output: Output): Pick<ProviderUpdate, 'card'> {
  const said = output?.cardPaymentMethodSpecificOutput;
  if (!said?.card) return {};
  const liability = said.threeDSecureResults?.liability;
  return withCard({
    brand: CARDS[said.paymentProductId ?? 0],
    number: said.card.cardNumber,
    expiry: expiryIn('MMYY', said.card.expiryDate ?? ''),
    liabilityShift: liability === 'issuer' ? true : liability === 'merchant' ? false : null,
  });
}

/** What a status says, where it is about money that has an operation of its own. */
interface Read {
  readonly at: OperationId;
  readonly status: string;
  readonly code: string;
  readonly meaning: WorldlineMeaning;
}

function readStated(stated: Stated): Read {
  const [status, code] = [stated.status ?? '', codeOf(stated)];
  return { at: operationId(stated.id), status, code, meaning: worldlineMeaning(status, code) };
}

/** The currency of the amount that counts. */
function currencyIn({ outcome }: WorldlineMeaning, output: Output): string | null {
  const [asked, acquired] = [currencyOf(output?.amountOfMoney), currencyOf(output?.acquiredAmount)];
  return outcome === 'paid' ? (acquired ?? asked) : (asked ?? acquired);
}

/** What of an update is the same for payments and refunds. */
function common({ at, status, code, meaning }: Read, order: string, output: Output) {
  return {
    order,
    currency: currencyIn(meaning, output),
    providerReference: at.id,
    providerStatus: meaning.decides,
    detail: { status, ...(code && { statusCode: code }), paymentId: at.id },
  };
}

/**
 * The money of a payment's status: of a capture what was acquired in all, which every capture of one payment raises; null where an
 * operation after the payment does not say it, because its own amount may be the order's.
 */
function amountIn({ at, meaning }: Read, output: Output): number | null {
  const stated = amountOf(output?.amountOfMoney);
  if (meaning.outcome === 'paid') {
    const acquired = amountOf(output?.acquiredAmount);
    // Nothing that was acquired, or what is no amount, contradicts the status: the details decide.
    if (typeof output?.acquiredAmount?.amount === 'number') return acquired || null;
    return at.operation === 0 ? stated : null;
  }
  if (meaning.outcome === 'refunded') return at.operation > 0 ? stated : null;
  return stated;
}

/** What is kept for later calls: the authorization that is captured or cancelled, and the payment that is refunded. */
function stateOf({ outcome }: WorldlineMeaning, id: string): Readonly<Record<string, string>> {
  switch (outcome) {
    case 'authorized':
      return { authorizedId: id };
    case 'paid':
      return { paidId: id };
    default:
      return { triedId: id };
  }
}

/** What a message says of an operation after the payment; nothing where it is about the payment itself. */
function newsIn({ at, status, code }: Read, output: Output): Pick<ProviderUpdate, 'operation'> {
  const kind = worldlineKind(status, code);
  if (kind === null || (kind === 'capture' && at.operation === 0)) return {};
  const name = output?.operationReferences?.merchantReference;
  return {
    operation: {
      kind,
      ...(name && { operationReference: name }),
      ...(kind !== 'cancel' && at.operation > 0 && { providerReference: at.id }),
      // The amount of a capture's message may be the order's; a cancel is of the whole.
      amount: kind === 'refund' ? amountOf(output?.amountOfMoney) : null,
      state: worldlineOperationState(kind, status, code),
      ...(kind === 'refund' && { movement: at.id }),
    },
  };
}

/** The update of a payment, in a webhook or an answer. @param order its merchantReference. */
export function updateOfPayment(payment: WorldlinePayment, order: string): ProviderUpdate {
  const output = payment.paymentOutput;
  const read = readStated(payment);
  const { at, meaning } = read;
  const amount = amountIn(read, output);
  const checkout = payment.hostedCheckoutSpecificOutput?.hostedCheckoutId;
  return providerUpdate({
    ...common(read, order, output),
    key: `${at.id}/${read.status}/${read.code}/${amount ?? ''}`,
    outcome: meaning.outcome,
    amount,
    movement: meaning.outcome === 'refunded' ? at.id : at.payment,
    ...(checkout && { echo: { hostedCheckoutId: checkout } }),
    providerState: stateOf(meaning, at.id),
    ...newsIn(read, output),
    ...worldlineDecline(errorCodesOf(payment)),
    ...cardOf(output),
  });
}

/** A refund, in a webhook or in the list of a payment's refunds. */
export interface Refund extends Stated {
  readonly refundOutput?: Output;
}

/** The update of a refund: only one that was carried out moves money. */
export function updateOfRefund(refund: Refund, order: string): ProviderUpdate {
  const output = refund.refundOutput;
  const read = readStated(refund);
  const { at, status, code } = read;
  const state = worldlineOperationState('refund', status, code);
  const amount = amountOf(output?.amountOfMoney);
  const name = output?.operationReferences?.merchantReference;
  return providerUpdate({
    ...common(read, order, output),
    key: `${at.id}/${status}/${code}`,
    outcome: state === 'succeeded' ? 'refunded' : 'none',
    amount,
    movement: at.id,
    operation: {
      kind: 'refund',
      ...(name && { operationReference: name }),
      providerReference: at.id,
      amount,
      state,
      movement: at.id,
    },
  });
}

function orderIn(
  output:
    | { readonly references?: { readonly merchantReference?: string | null | undefined } | null | undefined }
    | null
    | undefined,
): string {
  return output?.references?.merchantReference ?? '';
}

/** What a webhook says. The state is read from status and statusCode, not from the type. @throws Refusal for an id of another form. */
export function updateOfEvent({ type, payment, refund }: WorldlineEvent): ProviderUpdate | Acknowledgement {
  if (refund && payment) throw new Refusal('malformed', 'it is about a payment and a refund at once');
  if (refund) {
    const { cardPaymentMethodSpecificOutput: _totals, ...output } = refund.refundOutput ?? {};
    return updateOfRefund({ ...refund, refundOutput: output }, orderIn(refund.refundOutput));
  }
  if (payment) return updateOfPayment(payment, orderIn(payment.paymentOutput));
  return { kind: 'acknowledgement', about: type ?? 'neither a payment nor a refund' };
}

/** The status that a webhook stands for when nothing else is known of its payment; null: it moves nothing. */
export function statusOfEvent(event: WorldlineEvent): Status | null {
  const update = updateOfEvent(event);
  if (update.kind === 'acknowledgement') return null;
  const totals = event.refund?.refundOutput?.cardPaymentMethodSpecificOutput;
  const [paid, refunded] = [totals?.totalAmountPaid ?? 0, totals?.totalAmountRefunded ?? 0];
  if (update.outcome === 'refunded' && refunded < paid) return 'partially_refunded';
  const acquired = amountOf(event.payment?.paymentOutput?.acquiredAmount);
  const asked = amountOf(event.payment?.paymentOutput?.amountOfMoney);
  if (update.outcome === 'paid' && acquired !== null && asked !== null && acquired > 0 && acquired < asked)
    return 'partially_paid';
  return statusAlone(update);
}
