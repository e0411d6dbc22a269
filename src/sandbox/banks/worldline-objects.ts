/** The simulated Worldline's payments, captures and refunds, as webhooks and answers have them. */
import type { BankOrder, Decision, Memory } from '../kit/bank.ts';
import type { BankOperation, BankOperationKind, Entry } from '../kit/entry.ts';

/** A session of the hosted page. */
export interface HostedSession {
  readonly order: string;
  readonly amount: number;
  readonly currency: string;
  readonly mode: string;
  readonly merchantId: string;
  readonly returnUrl: string;
  readonly webhooksUrl: string;
  readonly returnmac: string;
  readonly hostedCheckoutId: string;
}

export async function sessionOf(memory: Memory, id: string): Promise<HostedSession | null> {
  const text = await memory.get(`worldline/session/${id}`);
  return text ? (JSON.parse(text) as HostedSession) : null;
}

export function keepSession(memory: Memory, session: HostedSession): Promise<void> {
  return memory.put(`worldline/session/${session.hostedCheckoutId}`, JSON.stringify(session));
}

/** The number of the payment that a session leads to. */
export function payIdOf(data: Readonly<Record<string, string>>): string {
  return data.hostedCheckoutId ?? '';
}

/** A status in its three forms. */
export interface State {
  readonly status: string;
  readonly code: number;
  readonly category: string;
}

export function stateOfDecision(decision: Decision, manual: boolean): State {
  switch (decision) {
    case 'pay':
      return manual
        ? { status: 'PENDING_CAPTURE', code: 5, category: 'PENDING_MERCHANT' }
        : { status: 'CAPTURED', code: 9, category: 'COMPLETED' };
    case 'decline':
      return { status: 'REJECTED', code: 2, category: 'UNSUCCESSFUL' };
    case 'cancel':
      return { status: 'CANCELLED', code: 1, category: 'UNSUCCESSFUL' };
    case 'wait':
      return { status: 'AUTHORIZATION_REQUESTED', code: 51, category: 'PENDING_CONNECT_OR_3RD_PARTY' };
  }
}

type Words = readonly [status: string, code: number, category: string];

/** What an operation's status is called, by its state. A cancel that waits is called CANCELLED all the same. */
const OPERATION_STATES: Readonly<Record<BankOperationKind, Readonly<Record<BankOperation['state'], Words>>>> =
  {
    capture: {
      done: ['CAPTURED', 9, 'COMPLETED'],
      pending: ['CAPTURE_REQUESTED', 91, 'PENDING_CONNECT_OR_3RD_PARTY'],
      rejected: ['REJECTED_CAPTURE', 93, 'UNSUCCESSFUL'],
    },
    cancel: {
      done: ['CANCELLED', 6, 'UNSUCCESSFUL'],
      pending: ['CANCELLED', 61, 'PENDING_MERCHANT'],
      rejected: ['REJECTED', 63, 'UNSUCCESSFUL'],
    },
    refund: {
      done: ['REFUNDED', 8, 'REFUNDED'],
      pending: ['REFUND_REQUESTED', 81, 'PENDING_CONNECT_OR_3RD_PARTY'],
      rejected: ['REJECTED', 83, 'UNSUCCESSFUL'],
    },
  };

export function stateOfOperation({ kind, state }: BankOperation): State {
  const [status, code, category] = OPERATION_STATES[kind][state];
  return { status, code, category };
}

function statusOutput({ code, category }: State) {
  const errors = category === 'UNSUCCESSFUL' && code !== 1 && code !== 6 ? [{ errorCode: '30511001' }] : [];
  return {
    isCancellable: code === 5,
    statusCategory: category,
    statusCode: code,
    isAuthorized: code === 5,
    isRefundable: code === 9,
    ...(errors.length > 0 && { errors }),
  };
}

const CARD = {
  paymentProductId: 1,
  authorisationCode: 'test123',
  card: { cardNumber: '************4675', expiryDate: '1229', bin: '433026', countryCode: 'BE' },
  threeDSecureResults: { liability: 'issuer', version: '2.2.0' },
};

const money = (amount: number, currencyCode: string) => ({ amount, currencyCode });

/** The payment itself, by what the shopper decided: operation 0. */
export function paymentObject(
  order: Pick<BankOrder, 'order' | 'amount' | 'currency' | 'data'>,
  state: State,
  acquired = state.code === 9 ? order.amount : 0,
) {
  return {
    hostedCheckoutSpecificOutput: { hostedCheckoutId: order.data.hostedCheckoutId },
    paymentOutput: {
      amountOfMoney: money(order.amount, order.currency),
      references: { merchantReference: order.order, merchantParameters: 'café / n°7' },
      ...(acquired > 0 && { acquiredAmount: money(acquired, order.currency) }),
      cardPaymentMethodSpecificOutput: CARD,
      paymentMethod: 'card',
    },
    status: state.status,
    statusOutput: statusOutput(state),
    id: `${payIdOf(order.data)}_0`,
  };
}

/** The number of an operation: the payment is 0, and each operation after it one more. */
export function operationNumber(entry: Entry, operation: BankOperation): string {
  return `${payIdOf(entry.data)}_${entry.done.findIndex(({ id }) => id === operation.id) + 1}`;
}

/** The merchant's own name of an operation; one of the portal has none. */
function named({ operationReference }: BankOperation) {
  return operationReference ? { operationReferences: { merchantReference: operationReference } } : {};
}

/** What was captured up to an operation, or in all. */
function acquiredBy(entry: Entry, operation: BankOperation): number {
  if (entry.held === 0) return entry.taken;
  const until = entry.done.findIndex(({ id }) => id === operation.id);
  return entry.done
    .slice(0, until + 1)
    .filter(({ kind, state }) => kind === 'capture' && state === 'done')
    .reduce((sum, { amount }) => sum + amount, 0);
}

/** An operation as webhooks tell it: a refund has a shape of its own, captures and cancels are payments. */
export function operationObject(entry: Entry, operation: BankOperation) {
  const { order, currency, asked } = entry;
  const { kind, amount } = operation;
  const state = stateOfOperation(operation);
  const references = { references: { merchantReference: order }, ...named(operation) };
  const acquired = acquiredBy(entry, operation);
  const output =
    kind === 'refund'
      ? { refundOutput: { amountOfMoney: money(amount, currency), ...references, paymentMethod: 'card' } }
      : {
          paymentOutput: {
            amountOfMoney: money(kind === 'capture' ? amount : asked, currency),
            acquiredAmount: money(acquired, currency),
            ...references,
            paymentMethod: 'card',
          },
        };
  const object = {
    ...output,
    status: state.status,
    statusOutput: statusOutput(state),
    id: operationNumber(entry, operation),
  };
  return { object, status: state.status, kind };
}

/** An operation as answers and lists tell it. */
export function listedOperation(entry: Entry, operation: BankOperation) {
  const { currency, order } = entry;
  const state = stateOfOperation(operation);
  const output = {
    amountOfMoney: money(operation.amount, currency),
    references: { merchantReference: order },
    ...named(operation),
  };
  return {
    id: operationNumber(entry, operation),
    status: state.status,
    statusOutput: statusOutput(state),
    ...(operation.kind === 'capture' && { captureOutput: output }),
    ...(operation.kind === 'refund' && { refundOutput: output }),
    ...(operation.kind === 'cancel' && { paymentOutput: output }),
  };
}

/** The state of the payment itself, before the operations after it. */
export function ownState({ held, taken, cancelled, done }: Entry, decided: string): State {
  if (held > 0) return stateOfDecision('pay', true);
  if (taken > 0) return stateOfDecision('pay', false);
  if (decided === 'wait') return stateOfDecision('wait', false);
  return stateOfDecision(cancelled && done.length === 0 ? 'cancel' : 'decline', false);
}

/** `GET payments/{id}/details`: the payment as it is now, with everything that was done. */
export function paymentDetails(entry: Entry, decided: string) {
  const { order, currency, asked, data } = entry;
  const own = ownState(entry, decided);
  const last = entry.done.at(-1);
  const now = last ? stateOfOperation(last) : own;
  const payment = paymentObject({ order, amount: asked, currency, data }, now, entry.taken);
  const first = {
    id: `${payIdOf(data)}_0`,
    amountOfMoney: money(asked, currency),
    references: { merchantReference: order },
    paymentMethod: 'card',
    status: own.status,
    statusOutput: statusOutput(own),
  };
  const others = entry.done.map((operation) => {
    const state = stateOfOperation(operation);
    return {
      id: operationNumber(entry, operation),
      amountOfMoney: money(operation.amount, currency),
      references: { merchantReference: order },
      ...named(operation),
      paymentMethod: 'card',
      status: state.status,
      statusOutput: statusOutput(state),
    };
  });
  return {
    ...payment,
    id: last ? operationNumber(entry, last) : payment.id,
    Operations: [first, ...others],
  };
}
