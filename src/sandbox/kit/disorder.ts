/**
 * Disorder on purpose: steps that a bank can take with an order, one after the other or all at once. The page's buttons
 * and the scripts use the same steps.
 */
import type { Bank, BankMessage, BankOrder, Decision, Merchant, Spoiling } from './bank.ts';
import { withPart } from './parts.ts';

/** How a message is spoilt: by its bank, or because it is about another order. */
export type Disorder = Spoiling | 'other-amount' | 'other-currency' | 'unknown-payment';

export const DISORDERS: readonly Disorder[] = [
  'none',
  'bad-signature',
  'unknown-key',
  'wrong-charset',
  'other-amount',
  'other-currency',
  'unknown-payment',
];

export type Step =
  | {
      readonly do: 'notify';
      readonly decision: Decision;
      readonly disorder: Disorder;
      /** Of an order in several parts: the one that is due, from 1. */
      readonly part?: number;
    }
  /** The shopper comes back, with or without what the bank adds to the address. */
  | { readonly do: 'return'; readonly decision: Decision; readonly bare: boolean };

/** What a step sent, and the answer. */
export interface StepResult {
  readonly step: Step;
  readonly request: string;
  readonly status: number;
  readonly body: string;
  /** Where a return was redirected to. */
  readonly location: string | null;
}

const UNKNOWN_ORDER = '000000000000000001';

/** The order that a message is about: another one where the message is spoilt so. */
export function orderInMessage(order: BankOrder, disorder: Disorder): BankOrder {
  switch (disorder) {
    case 'other-amount':
      return { ...order, amount: Math.max(1, order.amount - 100) };
    case 'other-currency':
      return { ...order, currency: order.currency === 'USD' ? 'EUR' : 'USD' };
    case 'unknown-payment':
      return { ...order, order: UNKNOWN_ORDER };
    default:
      return order;
  }
}

function spoilingOf(disorder: Disorder): Spoiling {
  return disorder === 'bad-signature' || disorder === 'unknown-key' || disorder === 'wrong-charset'
    ? disorder
    : 'none';
}

/** The message of a notification step. */
export function spoiltNotification(
  bank: Bank,
  order: BankOrder,
  merchant: Merchant,
  decision: Decision,
  disorder: Disorder,
): BankMessage {
  return bank.notification(orderInMessage(order, disorder), merchant, decision, spoilingOf(disorder));
}

/** An address without what the bank added to it. */
function bareAddress(address: string): string {
  const url = new URL(address);
  return url.origin + url.pathname;
}

/** The request of a step. */
export function requestOf(bank: Bank, order: BankOrder, merchant: Merchant, step: Step): Request {
  if (step.do === 'return') {
    const address = bank.back(order, merchant, step.decision);
    return new Request(step.bare ? bareAddress(address) : address, { redirect: 'manual' });
  }
  const due = withPart(order, step.part);
  const message = spoiltNotification(bank, due, merchant, step.decision, step.disorder);
  return new Request(message.url, {
    method: message.method,
    headers: message.headers,
    ...(message.body !== null && { body: message.body }),
    redirect: 'manual',
  });
}

/** Runs steps one after the other, or all at once. */
export async function runSteps(
  steps: readonly Step[],
  concurrently: boolean,
  run: (step: Step) => Promise<StepResult>,
): Promise<StepResult[]> {
  if (concurrently) return Promise.all(steps.map(run));
  const results: StepResult[] = [];
  for (const step of steps) results.push(await run(step));
  return results;
}

const notify = (decision: Decision, disorder: Disorder = 'none'): Step => ({
  do: 'notify',
  decision,
  disorder,
});
const back = (decision: Decision, bare = false): Step => ({ do: 'return', decision, bare });

/** A button of a bank's page. */
export interface DisorderStep {
  readonly label: string;
  /** The decisions that the bank's protocol must be able to report. */
  readonly needs: readonly Decision[];
  readonly steps: readonly Step[];
  readonly concurrently?: boolean;
  /** How the shopper returns afterwards; null: the page shows the answers instead. */
  readonly leave: { readonly decision: Decision; readonly bare: boolean } | null;
}

const signed = (decision: Decision) => ({ decision, bare: false });

export const DISORDER_STEPS: Readonly<Record<string, DisorderStep>> = {
  pay: { label: 'Pay', needs: ['pay'], steps: [notify('pay')], leave: signed('pay') },
  decline: { label: 'Decline', needs: ['decline'], steps: [notify('decline')], leave: signed('decline') },
  cancel: { label: 'Cancel', needs: ['cancel'], steps: [notify('cancel')], leave: signed('cancel') },
  wait: { label: 'Leave it pending', needs: ['wait'], steps: [notify('wait')], leave: signed('wait') },
  'notify-twice': {
    label: 'Pay and notify twice',
    needs: ['pay'],
    steps: [notify('pay'), notify('pay')],
    leave: null,
  },
  'bad-signature': {
    label: 'Notify with a bad signature',
    needs: ['pay'],
    steps: [notify('pay', 'bad-signature')],
    leave: null,
  },
  late: {
    label: 'Return first, notify late',
    needs: ['pay'],
    steps: [back('pay', true), notify('pay')],
    leave: null,
  },
  concurrent: {
    label: 'Notify and return at once',
    needs: ['pay'],
    steps: [notify('pay'), back('pay'), notify('pay')],
    concurrently: true,
    leave: null,
  },
  'out-of-order': {
    label: 'Notify of the payment before the decline',
    needs: ['pay', 'decline'],
    steps: [notify('pay'), notify('decline')],
    leave: null,
  },
  never: {
    label: 'Pay, and notify nobody',
    needs: ['pay'],
    steps: [],
    leave: { decision: 'pay', bare: true },
  },
  'unknown-key': {
    label: 'Sign with an unknown key',
    needs: ['pay'],
    steps: [notify('pay', 'unknown-key')],
    leave: null,
  },
  'wrong-charset': {
    label: 'Send in the wrong charset',
    needs: ['pay'],
    steps: [notify('pay', 'wrong-charset')],
    leave: null,
  },
  'other-amount': {
    label: 'Notify of another amount',
    needs: ['pay'],
    steps: [notify('pay', 'other-amount')],
    leave: null,
  },
  'other-currency': {
    label: 'Notify of another currency',
    needs: ['pay'],
    steps: [notify('pay', 'other-currency')],
    leave: null,
  },
  'unknown-payment': {
    label: 'Notify of an unknown payment',
    needs: ['pay'],
    steps: [notify('pay', 'unknown-payment')],
    leave: null,
  },
};
