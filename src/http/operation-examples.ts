/** The calls of a payment's operations that their pages show, and what the local Worker has answered, with its simulated bank of SIPS 2. */
import type { OperationKind } from '../payments/operations.ts';
import type { Example } from './openapi.ts';

const COMMON = {
  amount: 1999,
  currency: 'EUR',
  account: 'sips2-sandbox',
  provider: 'sips2',
  test: true,
  pendingReason: null,
  providerStatus: '00',
  providerStatusText: 'accepted',
  signed: true,
  declineReason: null,
  card: { brand: 'VISA', last4: null, expiry: null, liabilityShift: null },
  description: null,
  extraData: null,
  customer: {},
  metadata: {},
  lineItems: [],
  method: null,
  installments: null,
  expiresAt: null,
  late: false,
};

/** The answer of each kind. */
const OPERATION_ANSWERS: Readonly<Record<OperationKind, object>> = {
  capture: {
    ...COMMON,
    id: '33K60R1FCZZN1XYX',
    version: 5,
    reference: 'docs-held',
    status: 'partially_paid',
    amounts: { authorized: 1999, paid: 500, refunded: 0 },
    providerReference: '33K60R1FCZZN1XYX01',
    capture: 'manual',
    operations: [
      {
        operation: 1,
        kind: 'capture',
        attempt: 1,
        amount: 500,
        state: 'succeeded',
        requestedAt: '2026-11-27T19:16:22.099Z',
        finishedAt: '2026-11-27T19:16:22.347Z',
        error: null,
        providerStatus: 'TO_CAPTURE',
        providerReference: null,
        operationReference: '33K60R1FCZZN1XYX01C1',
        lookUp: null,
      },
    ],
    paidAt: null,
    createdAt: '2026-11-27T19:16:21.544Z',
    updatedAt: '2026-11-27T19:16:22.347Z',
    checkoutUrl: 'http://localhost:8787/pay/33K60R1FCZZN1XYX/S-Uo_6Gd1xc_rzgeoMZVEw',
  },
  cancel: {
    ...COMMON,
    id: 'F9RZ9N77S6JFD944',
    version: 5,
    reference: 'docs-released',
    status: 'cancelled',
    amounts: { authorized: 0, paid: 0, refunded: 0 },
    providerReference: 'F9RZ9N77S6JFD94401',
    capture: 'manual',
    operations: [
      {
        operation: 1,
        kind: 'cancel',
        attempt: 1,
        amount: 1999,
        state: 'succeeded',
        requestedAt: '2026-11-27T19:16:23.194Z',
        finishedAt: '2026-11-27T19:16:23.618Z',
        error: null,
        providerStatus: 'CANCELLED',
        providerReference: null,
        operationReference: 'F9RZ9N77S6JFD94401C1',
        lookUp: null,
      },
    ],
    paidAt: null,
    createdAt: '2026-11-27T19:16:22.632Z',
    updatedAt: '2026-11-27T19:16:23.618Z',
    checkoutUrl: 'http://localhost:8787/pay/F9RZ9N77S6JFD944/lvT1CyGODVNH_eFNvY1gWg',
  },
  refund: {
    ...COMMON,
    id: '5AS7PYRMDYQWMBYN',
    version: 5,
    reference: 'docs-paid',
    status: 'partially_refunded',
    amounts: { authorized: 0, paid: 1999, refunded: 500 },
    providerReference: '5AS7PYRMDYQWMBYN01',
    capture: 'automatic',
    operations: [
      {
        operation: 1,
        kind: 'refund',
        attempt: 1,
        amount: 500,
        state: 'succeeded',
        requestedAt: '2026-11-27T19:16:24.316Z',
        finishedAt: '2026-11-27T19:16:24.563Z',
        error: null,
        providerStatus: 'CAPTURED',
        providerReference: null,
        operationReference: '5AS7PYRMDYQWMBYN01R1',
        lookUp: null,
      },
    ],
    paidAt: '2026-11-27T19:16:24.090Z',
    createdAt: '2026-11-27T19:16:23.773Z',
    updatedAt: '2026-11-27T19:16:24.563Z',
    checkoutUrl: 'http://localhost:8787/pay/5AS7PYRMDYQWMBYN/bU5Aro4-tNV3qhxZLuJJ-A',
  },
};

/** A payment about which the bank was asked. */
export const REFRESHED = {
  ...COMMON,
  id: 'DQHQ1SYCHVTB72NK',
  version: 3,
  reference: 'docs-refreshed',
  status: 'paid',
  amounts: { authorized: 0, paid: 1999, refunded: 0 },
  providerReference: 'DQHQ1SYCHVTB72NK01',
  capture: 'automatic',
  operations: [],
  paidAt: '2026-11-27T19:16:25.518Z',
  createdAt: '2026-11-27T19:16:24.765Z',
  updatedAt: '2026-11-27T19:16:25.518Z',
  checkoutUrl: 'http://localhost:8787/pay/DQHQ1SYCHVTB72NK/GoRco_vKNChfJLvZ6dWo5w',
};

/** A payment of the demo shop whose money is held or has come, for the examples: the sandbox's shopper pays it. */
export function demoPayment(variable: string, reference: string, capture: 'manual' | 'automatic'): string {
  const body = JSON.stringify({ reference, amount: 1999, currency: 'EUR', provider: 'sips2', capture });
  return [
    `${variable}=$(curl -sf -X POST "$BASE/v1/payments" -H "Authorization: Bearer $SHOP_KEY" -d '${body}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')`,
    `curl -sf -X POST "$BASE/sandbox/payments/$${variable}" -d '{"decision":"pay"}' > /dev/null`,
  ].join('\n');
}

/**
 * The examples of capture, cancel and refund, each of a payment of its own.
 * @param keyPrefix stands before the kind in the Idempotency-Key.
 * @param payments by kind: the shell variable that gets the payment's id, and its reference.
 */
export function operationExamples(
  keyPrefix: string,
  payments: Readonly<Record<OperationKind, readonly [variable: string, reference: string]>>,
): Readonly<Record<OperationKind, Example>> {
  const exampleOf = (kind: OperationKind, body: object): Example => {
    const [variable, reference] = payments[kind];
    return {
      path: { id: `$${variable}` },
      headers: { 'Idempotency-Key': `${keyPrefix}${kind}-1` },
      body,
      before: demoPayment(variable, reference, kind === 'refund' ? 'automatic' : 'manual'),
      answer: OPERATION_ANSWERS[kind],
    };
  };
  return {
    capture: exampleOf('capture', { amount: 500 }),
    cancel: exampleOf('cancel', {}),
    refund: exampleOf('refund', { amount: 500 }),
  };
}
