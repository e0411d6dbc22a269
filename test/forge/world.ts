/**
 * What a forger may come to hold at one account: its own requests, a genuine refusal, a genuine payment of another order, and
 * what the same platform signs for others, in the other environment, or for a redirect that is not this attempt's.
 */
import type { LedgerRecord } from '../../src/ledger/record.ts';
import { orderNumber } from '../../src/payments/id.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { Capture, Environment } from '../../src/payments/types.ts';
import type { Channel, Provider, ProviderAccount } from '../../src/providers/contract.ts';
import { bankOf } from '../../src/sandbox/banks/registry.ts';
import type { BankMessage, Decision } from '../../src/sandbox/kit/bank.ts';
import { decided, entryOf, perform } from '../../src/sandbox/kit/bank-ledger.ts';
import type { Entry } from '../../src/sandbox/kit/entry.ts';
import { asLive, Banks } from './banks.ts';
import {
  ACCOUNT,
  type Account,
  accountIn,
  Beginnings,
  type Begun,
  CALLBACK,
  type Situation,
  Unsupported,
} from './beginnings.ts';
import { isMarkedOtherwise, type Letter, letterOf, letterOfFields, textsOf } from './letter.ts';
import { strangerSettings } from './options.ts';
import { ATTEMPT, IDS, ORDERS, ROLES, type Role } from './pool.ts';
import { fieldsOf } from './wish.ts';

/** When messages are read. */
export const READ_AT = new Date('2026-12-01T09:05:00Z');

/** The address that an account takes messages from, where it names one. */
export const LISTED = '192.0.2.77';

/** What is asked for of one payment at the account. */
export interface KnownAttempt {
  readonly amount: Minor;
  readonly currency: string;
  readonly capture: Capture;
}

/**
 * - `genuine`: the account's bank says it about a payment at this account;
 * - `stranger`: the same platform says it about another merchant's payment;
 * - `foreign`: it is about a payment in the other environment, at this account or another one, and says so;
 * - `twin`: it is about the same order number, and another redirect than that of the attempt;
 * - `earlier`: it is about the attempt that went to another account of the same contract;
 * - `published`: a message of the provider's vectors, signed as the account's bank would;
 * - `request`: our own request.
 */
export type HeldKind = 'genuine' | 'stranger' | 'foreign' | 'twin' | 'earlier' | 'published' | 'request';

export interface Held {
  /** What it is, in words. */
  readonly what: string;
  readonly kind: HeldKind;
  /** The order that it is about. */
  readonly role: Role;
  readonly channel: Channel;
  readonly letter: Letter;
}

export interface World {
  readonly provider: Provider;
  readonly account: ProviderAccount<Record<string, unknown>>;
  readonly situation: Situation;
  readonly attempts: Readonly<Record<Role, KnownAttempt>>;
  /** The payments before any message. */
  readonly records: Readonly<Record<Role, LedgerRecord>>;
  /** Whole messages, genuine or signed for somebody else. */
  readonly held: readonly Held[];
  /** The names and values of our own requests. */
  readonly requests: Readonly<Record<Role, readonly (readonly [string, string])[]>>;
  readonly banks: Banks;
  /** What the banks remember. */
  readonly remembered: ReadonlyMap<string, string>;
  /** The money of each order in the bank's ledger; null: it has none. */
  readonly entries: Readonly<Record<Role, Entry | null>>;
  /** How many hostile texts had to be left out because they were rejected. */
  readonly rejected: number;
}

function letterIn(environment: Environment, message: BankMessage): Letter {
  const { body } = message;
  return letterOf(
    environment === 'production' && typeof body === 'string' ? { ...message, body: asLive(body) } : message,
  );
}

/** What a bank says of a decision, to the server and by the shopper. */
async function saidOf(
  provider: Provider,
  { order, merchant, banks }: Begun,
  decision: Decision,
  about: Pick<Held, 'what' | 'kind' | 'role'>,
): Promise<Held[]> {
  const bank = bankOf(provider.id);
  await decided(banks.memory, order, decision);
  await bank.decide?.(order, merchant, decision, banks.memory);
  const environment = merchant.environment ?? 'sandbox';
  const notification: Held = {
    ...about,
    what: `${about.what}, notification`,
    channel: 'notification',
    letter: letterIn(environment, bank.notification(order, merchant, decision, 'none')),
  };
  const back = bank.back(order, merchant, decision);
  if (!URL.canParse(back)) return [notification];
  const message = { method: 'GET', url: back, headers: {}, body: null } as const;
  return [
    notification,
    { ...about, what: `${about.what}, return`, channel: 'return', letter: letterIn(environment, message) },
  ];
}

/** What is done with a payment after it, and what the bank tells of it. */
async function operated(
  provider: Provider,
  { order, merchant, banks }: Begun,
  { isRefunded }: Situation,
): Promise<Held[]> {
  const bank = bankOf(provider.id);
  const held: Held[] = [];
  const wanted = [
    ...(order.manual ? [{ kind: 'capture', amount: null } as const] : []),
    ...(isRefunded ? [{ kind: 'refund', amount: Math.floor(order.amount / 4) } as const] : []),
  ];
  for (const operation of wanted) {
    const entry = await entryOf(banks.memory, order.order);
    const done = entry ? await perform(banks.memory, entry, operation) : 'state';
    if (typeof done === 'string') return held;
    const message = bank.operationNotification?.(done.entry, done.done, merchant);
    if (!message) continue;
    held.push({
      what: `the genuine ${operation.kind} of ${order.order}, notification`,
      kind: 'genuine',
      role: 'paid',
      channel: 'notification',
      letter: letterIn(merchant.environment ?? 'sandbox', message),
    });
  }
  return held;
}

const otherEnvironment = (environment: Environment): Environment =>
  environment === 'production' ? 'sandbox' : 'production';

const banksIn = (environment: Environment) => new Banks(environment, ACCOUNT, CALLBACK);

/** What is signed for somebody else, in the ledgers of other banks. */
async function aside(
  provider: Provider,
  situation: Situation,
  beginnings: Beginnings,
  own: Begun,
): Promise<readonly Held[]> {
  const { environment, settings } = situation;
  if (situation.aside === 'nothing') return [];
  const elsewhere = otherEnvironment(environment);
  type Own = Parameters<Beginnings['begin']>[3];
  const begun = async (from: Account, given?: Own): Promise<Begun | null> => {
    try {
      return await beginnings.begin('other', from, banksIn(from.environment), given);
    } catch (error) {
      if (error instanceof Unsupported) return null;
      throw error;
    }
  };
  const letterOfOne = ({ order, merchant }: Begun) =>
    letterIn(
      merchant.environment ?? 'sandbox',
      bankOf(provider.id).notification(order, merchant, 'pay', 'none'),
    );
  const isMarked = (one: Begun) =>
    provider.proof(settings as never, 'notification').environmentMark !== null &&
    isMarkedOtherwise(letterOfOne(one), letterOfOne(own));
  const messages = (one: Begun, kind: HeldKind, what: string) =>
    saidOf(provider, one, 'pay', { what, kind, role: 'other' });
  const about = `a payment of ${ORDERS.other}`;
  if (situation.aside === 'foreign') {
    // Each environment counts its own numbers.
    const one = await begun(accountIn(elsewhere, settings), { number: own.number });
    if (one && isMarked(one)) return messages(one, 'foreign', `${about} in ${elsewhere}`);
  }
  const { bound } = own.started;
  if (situation.aside === 'twin' && bound) {
    const twin = await begun(accountIn(environment, settings));
    const texts = twin ? textsOf(letterOfOne(twin)) : [];
    const isTold = Object.entries(twin?.started.bound ?? {}).some(
      ([name, value]) => value !== bound[name] && texts.some((text) => text.includes(value)),
    );
    if (twin && isTold) return messages(twin, 'twin', `${about} by another redirect`);
  }
  if (situation.aside === 'earlier') {
    const one = await begun(accountIn(environment, settings), { attempt: ATTEMPT - 1 });
    if (one) return messages(one, 'earlier', `a payment of ${orderNumber(IDS.other, ATTEMPT - 1)}`);
  }
  const place = situation.aside === 'stranger' ? environment : elsewhere;
  const strange = strangerSettings(provider, situation.strangerSettings);
  const one = await begun(accountIn(place, strange));
  if (!one) return [];
  const kind = place === elsewhere && isMarked(one) ? 'foreign' : 'stranger';
  return messages(one, kind, `the payment of another merchant (${place}) with the number ${ORDERS.other}`);
}

/** Everything that a forger may hold in a situation. @throws Unsupported */
export async function worldOf(provider: Provider, situation: Situation): Promise<World> {
  const { settings, ending, environment } = situation;
  const banks = banksIn(environment);
  const account = accountIn(environment, settings);
  const beginnings = new Beginnings(provider, situation);
  const begun = {
    refused: await beginnings.begin('refused', account, banks),
    paid: await beginnings.begin('paid', account, banks),
    other: await beginnings.begin('other', account, banks),
  };
  const held: Held[] = [];
  const genuine = (what: string, role: Role) => ({
    what: `the genuine ${what} of ${ORDERS[role]}`,
    kind: 'genuine' as const,
    role,
  });
  held.push(...(await saidOf(provider, begun.paid, 'pay', genuine('payment', 'paid'))));
  held.push(...(await operated(provider, begun.paid, situation)));
  if (ending) held.push(...(await saidOf(provider, begun.refused, ending, genuine(ending, 'refused'))));

  held.push(...(await aside(provider, situation, beginnings, begun.other)));
  const requests = {
    refused: fieldsOf(begun.refused.started.redirect),
    paid: fieldsOf(begun.paid.started.redirect),
    other: fieldsOf(begun.other.started.redirect),
  };
  for (const role of ROLES)
    held.push({
      what: `our own request for ${ORDERS[role]}`,
      kind: 'request',
      role,
      channel: 'notification',
      letter: letterOfFields(requests[role]),
    });
  const capture = situation.capture ?? provider.captureDefault(settings as never);
  const each = <Value>(make: (role: Role) => Value) => ({
    refused: make('refused'),
    paid: make('paid'),
    other: make('other'),
  });
  return {
    provider,
    account,
    situation,
    attempts: each((role) => ({ ...beginnings.money[role], capture })),
    records: each((role) => beginnings.record(role, begun[role], capture)),
    held,
    requests,
    banks,
    remembered: banks.snapshot(),
    // By the number that the bank knows it by.
    entries: {
      refused: await entryOf(banks.memory, begun.refused.order.order),
      paid: await entryOf(banks.memory, begun.paid.order.order),
      other: await entryOf(banks.memory, begun.other.order.order),
    },
    rejected: begun.refused.rejected + begun.paid.rejected + begun.other.rejected,
  };
}
