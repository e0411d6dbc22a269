/** Whether a message counts at an account in production, as the gateway and the ledger decide it. */
import type { Account } from '../../src/directory/types.ts';
import type { OpenedAccount } from '../../src/gateway/accounts.ts';
import { isAllowed } from '../../src/gateway/allowed-ips.ts';
import { allowedAddresses, standingOf } from '../../src/gateway/proof.ts';
import { Problem, Refusal } from '../../src/payments/errors.ts';
import { fromOrderNumber } from '../../src/payments/id.ts';
import { mismatch } from '../../src/payments/rules.ts';
import { MONEY_OUTCOMES, type Outcome } from '../../src/payments/statuses.ts';
import type { Channel, ProviderUpdate } from '../../src/providers/contract.ts';
import type { Decision } from '../../src/sandbox/kit/bank.ts';
import { type Letter, requestOf } from './letter.ts';
import { ORDERS, ROLES, type Role } from './pool.ts';
import { NOW, type World } from './world.ts';

/** An address that is nobody's whom we know. */
const FORGER = '198.51.100.66';

/** When messages are read: the certificates of the simulated banks are good then. */
const READ_AT = new Date('2026-12-01T09:00:00Z');

/** What a message came to. */
export type Ruling =
  | {
      readonly kind: 'counts';
      readonly role: Role;
      readonly outcome: Outcome;
      readonly update: ProviderUpdate;
    }
  /** It moves nothing by itself; `why` is for the summary. */
  | { readonly kind: 'harmless'; readonly why: string; readonly base: string | null };

const harmless = (why: string, base: string | null = null): Ruling => ({ kind: 'harmless', why, base });

const ABOUT_ACCOUNT = {
  caption: '',
  environment: 'production',
  allowedIps: [],
  trustUnprovenNotifications: false,
  expireAfterHours: 24,
  retiredAt: null,
  secrets: {},
  createdAt: NOW.toISOString(),
  updatedAt: NOW.toISOString(),
} as const;

/** The account of a world as the gateway has it. */
function openedOf({ provider, account }: World): OpenedAccount {
  const stored: Account = {
    ...ABOUT_ACCOUNT,
    id: account.id,
    provider: provider.id,
    currencies: provider.currencies,
    settings: account.settings,
    endpoints: account.endpoints,
  };
  return { account: stored, provider, variants: [{ account, signedBy: 'current', until: null }] };
}

/** What an update does at the ledger of the attempt that it names; the attempt has no other news. */
function atLedger({ attempts }: World, update: ProviderUpdate): Ruling {
  const order = fromOrderNumber(update.order);
  const role = ROLES.find((one) => ORDERS[one] === update.order);
  if (!order || !role) return harmless('it is about no payment of ours');
  const attempt = attempts[role];
  for (const [name, value] of Object.entries(attempt.bound)) {
    const echoed = update.echo?.[name];
    if (echoed !== undefined && echoed !== value) return harmless('it is not bound to its attempt');
  }
  const paid = attempt.capture === 'manual' ? 'authorized' : 'paid';
  const outcome = update.outcome === 'accepted' ? paid : update.outcome;
  if (outcome === 'none') return harmless('it moves nothing');
  const amount = update.amount === 'asked' ? attempt.amount : update.amount;
  const difference = mismatch(attempt, { outcome, amount, currency: update.currency });
  if (difference === 'currency' || difference === 'amount_missing') return harmless('its money does not fit');
  return { kind: 'counts', role, outcome, update };
}

/** What becomes of a message that a forger sends. Errors of ours go on: they are faults too. */
export async function rulingOf(world: World, letter: Letter, channel: Channel): Promise<Ruling> {
  const { provider, account } = world;
  const opened = openedOf(world);
  if (channel === 'notification' && !isAllowed(allowedAddresses(opened), FORGER))
    return harmless('the address is not allowed');
  if (channel === 'return' && !provider.capabilities.signedReturn && !provider.queryStatus)
    return harmless('returns are not read');
  try {
    const message = await provider.notification(requestOf(letter), account, channel, {
      now: READ_AT,
      fetch: world.fetch,
    });
    if (message.kind !== 'update') return harmless(message.kind);
    const standing = standingOf(opened, channel, FORGER);
    return standing.kind === 'counts' ? atLedger(world, message) : harmless(`it counts as ${standing.kind}`);
  } catch (error) {
    if (error instanceof Refusal) return harmless(error.reason, error.base);
    if (error instanceof Problem) return harmless(error.code);
    throw error;
  }
}

/** What the end of a refused payment may be called. */
const ENDINGS: Record<Decision, readonly Outcome[]> = {
  pay: ['paid', 'authorized'],
  decline: ['denied', 'error'],
  cancel: ['cancelled', 'voided', 'denied', 'error'],
  wait: ['pending'],
};

/** Whether what a ruling says is true: the bank has said it about the same order. */
export function isGenuine(
  world: World,
  ending: Decision | null,
  ruling: Ruling & { kind: 'counts' },
): boolean {
  const { role, outcome, update } = ruling;
  const { amount, currency } = world.attempts[role];
  if (role === 'refused') return ending !== null && ENDINGS[ending].includes(outcome);
  if (role === 'other' || !ENDINGS.pay.includes(outcome)) return false;
  return (
    (update.amount === 'asked' || update.amount === amount) &&
    (update.currency === null || update.currency === currency)
  );
}

/** Whether a ruling moves money, or only says how an attempt ended. */
export function movesMoney({ outcome }: Ruling & { kind: 'counts' }): boolean {
  return MONEY_OUTCOMES.has(outcome) || outcome === 'reversed' || outcome === 'voided';
}
