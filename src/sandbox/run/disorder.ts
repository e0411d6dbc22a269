/**
 * `npm run demo -- --disorder`: every provider's bank misbehaves in every way it can, each time about a fresh payment;
 * a row says what happened and what the ledger holds. A row is wrong when money was lost, counted twice, or moved by
 * anything unverified.
 */

import { provider } from '../../providers/registry.ts';
import { bankOf } from '../banks/registry.ts';
import type { BankOrder } from '../kit/bank.ts';
import type { Disorder, Step, StepResult } from '../kit/disorder.ts';
import { DEMO_CUSTOMER } from './customer.ts';
import type { DemoPayment, Storefront } from './storefront.ts';

const ASKED = 1999;

const PROVIDERS_AT_ONCE = 4;

/** What the ledger may hold afterwards: any of these statuses, with exactly this much paid. */
interface End {
  readonly statuses: readonly string[];
  readonly paid: number;
}

const PAID: End = { statuses: ['paid'], paid: ASKED };
const UNMOVED: End = { statuses: ['created', 'forwarded'], paid: 0 };

interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly concurrently?: boolean;
  /** By provider, because protocols differ in what they carry and sign. */
  readonly end: (providerId: string) => readonly End[];
}

const notify = (disorder: Disorder = 'none', decision: 'pay' | 'decline' = 'pay'): Step => ({
  do: 'notify',
  decision,
  disorder,
});
const back = (bare = false): Step => ({ do: 'return', decision: 'pay', bare });
const always =
  (...ends: readonly End[]) =>
  () =>
    ends;

/** Whether its messages name the currency; where they do not, they cannot name another one. */
function namesCurrency(providerId: string): boolean {
  return !['paybox', 'dummy', 'tipi'].includes(providerId);
}

/** Whether its messages name the amount; where they do not, they cannot name another one, and the provider is asked. */
function namesAmount(providerId: string): boolean {
  return providerId !== 'paynow';
}

/** Whether money counts only when the provider has confirmed the amount that we asked for. */
function isVerified(providerId: string): boolean {
  return providerId === 'przelewy24';
}

/** Whether its messages are hints: what counts is the answer to the status query that they lead to. */
export function isHinted(providerId: string): boolean {
  const entry = provider(providerId);
  return Boolean(entry?.queryStatus && !entry.testOnly && !entry.capabilities.signedNotification);
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'late', steps: [back(true), notify()], end: always(PAID) },
  { name: 'twice', steps: [notify(), notify()], end: always(PAID) },
  { name: 'before the return', steps: [notify(), back()], end: always(PAID) },
  { name: 'payment, then decline', steps: [notify(), notify('none', 'decline')], end: always(PAID) },
  { name: 'decline, then payment', steps: [notify('none', 'decline'), notify()], end: always(PAID) },
  {
    name: 'all at once',
    steps: [notify(), back(), notify(), notify('none', 'decline'), notify(), back()],
    concurrently: true,
    end: always(PAID),
  },
  { name: 'bad signature', steps: [notify('bad-signature')], end: always(UNMOVED) },
  { name: 'unknown key', steps: [notify('unknown-key')], end: always(UNMOVED) },
  // The same bytes of another charset are either the same update or none.
  { name: 'wrong charset', steps: [notify('wrong-charset')], end: always(PAID, UNMOVED) },
  {
    name: 'other amount',
    steps: [notify('other-amount')],
    end: (providerId) => {
      if (!namesAmount(providerId)) return [PAID];
      return [isVerified(providerId) ? UNMOVED : { statuses: ['partially_paid'], paid: ASKED - 100 }];
    },
  },
  {
    name: 'other currency',
    steps: [notify('other-currency')],
    end: (providerId) => (namesCurrency(providerId) ? [UNMOVED] : [PAID]),
  },
  { name: 'unknown payment', steps: [notify('unknown-payment')], end: always(UNMOVED) },
  { name: 'not at all', steps: [back(true)], end: always(UNMOVED) },
];

/** One row: what was answered, what is held, and what is wrong with it. */
export interface DisorderRow {
  readonly provider: string;
  readonly scenario: string;
  readonly answers: string;
  readonly status: string;
  readonly paid: number;
  readonly webhooks: number;
  readonly problem: string | null;
}

function problemOf(
  scenario: Scenario,
  providerId: string,
  payment: DemoPayment,
  paidWebhooks: number,
  results: readonly StepResult[],
): string | null {
  const { status, amounts } = payment;
  const ends = scenario.end(providerId);
  if (!ends.some((end) => end.statuses.includes(status) && end.paid === amounts.paid)) {
    return `holds ${status} with ${amounts.paid}`;
  }
  if (paidWebhooks > 1) return `sent ${paidWebhooks} webhooks of the payment`;
  const failed = results.find(({ status: answer }) => answer >= 500);
  return failed ? `answered ${failed.status}` : null;
}

async function play(
  shop: Storefront,
  scenario: Scenario,
  account: { readonly id: string; readonly provider: string; readonly currencies: readonly string[] },
): Promise<DisorderRow> {
  const payment = await shop.create({
    reference: `disorder-${account.provider}-${scenario.name}-${Date.now()}`,
    amount: ASKED,
    currency: account.currencies[0],
    account: account.id,
    customer: DEMO_CUSTOMER,
  });
  const order: BankOrder = await shop.toBank(payment.redirect);
  const results = await shop.play(order, scenario.steps, scenario.concurrently);
  const ends = scenario.end(account.provider);
  const isTold = scenario.steps.some((step) => step.do === 'notify');
  // The answer to a hint comes a moment later: what must not move is looked at after it.
  if (isTold && isHinted(account.provider) && ends.every(({ paid }) => paid === 0))
    await shop.operate(payment.id, 'refresh');
  const held = await shop.until(
    () => shop.payment(payment.id),
    (found) => ends.some((end) => end.statuses.includes(found.status)),
  );
  const webhooks = await shop.until(
    () => shop.webhooks(payment.id),
    (list) => held.status === 'created' || list.some(({ type }) => type === `payment.${held.status}`),
  );
  const paidWebhooks = webhooks.filter(({ type }) => type === 'payment.paid').length;
  return {
    provider: account.provider,
    scenario: scenario.name,
    answers: results.map(({ status }) => status).join(' '),
    status: held.status,
    paid: held.amounts.paid,
    webhooks: webhooks.length,
    problem: problemOf(scenario, account.provider, held, paidWebhooks, results),
  };
}

/** Every scenario at one account that its bank can play. */
async function disorderAt(shop: Storefront, account: Parameters<typeof play>[2]): Promise<DisorderRow[]> {
  const { decisions } = bankOf(account.provider);
  const rows: DisorderRow[] = [];
  for (const scenario of SCENARIOS)
    if (scenario.steps.every(({ decision }) => decisions.includes(decision)))
      rows.push(await play(shop, scenario, account));
  return rows;
}

/** Every scenario at every provider whose bank can play it; some providers at a time, because most of it is waiting. */
export async function disorder(shop: Storefront): Promise<DisorderRow[]> {
  const accounts = (await shop.accounts()).filter((account) => provider(account.provider));
  const rows: DisorderRow[] = [];
  for (let at = 0; at < accounts.length; at += PROVIDERS_AT_ONCE) {
    const some = accounts.slice(at, at + PROVIDERS_AT_ONCE);
    rows.push(...(await Promise.all(some.map((account) => disorderAt(shop, account)))).flat());
  }
  return rows;
}
