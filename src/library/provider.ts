/**
 * A provider for applications without the service. Three things are then your own: act on each result once (`onlyOnce`; goods: `goodsOnce`), ask the
 * provider where its message does not prove what it says (`standing: 'ask'`), and store an operation before you call it.
 */
import type { Refusal } from '../payments/errors.ts';
import type { Channel, DeclaredProvider, Reply } from '../providers/contract.ts';
import type { SettingsSchema } from '../providers/kit/settings.ts';
import { type LibraryAccount, type LibraryAccountInput, libraryAccount } from './account.ts';
import {
  type LibraryAttempt,
  type LibraryPayment,
  type Started,
  startPayment,
  type World,
} from './attempt.ts';
import {
  carryOutOperation,
  type LibraryOperation,
  type OperationOutcomeOf,
  queryProvider,
} from './operations.ts';
import {
  type ProvenResult,
  type ReceivedMessage,
  refusedReplyOf,
  type VerifiedMessage,
  type VerifyContext,
  verifyReceived,
} from './verify.ts';

export { Declined, Problem, Refusal } from '../payments/errors.ts';
export type { Channel, ProviderUpdate, Reply } from '../providers/contract.ts';
export type { LibraryAccount, LibraryAccountInput } from './account.ts';
export { type LibraryAttempt, type LibraryPayment, newOrder, type Started, type World } from './attempt.ts';
export type { LibraryOperation, MovedMoney, OperationOutcomeOf } from './operations.ts';
export type { ProvenResult, ReceivedMessage, VerifiedMessage, VerifyContext } from './verify.ts';

/** One kind of operation. */
type Operate<Schema extends SettingsSchema> = (
  account: LibraryAccount<Schema>,
  attempt: LibraryAttempt,
  operation: LibraryOperation,
  world?: World,
) => Promise<OperationOutcomeOf>;

/** What a provider can do for an application. */
export interface LibraryProvider<Schema extends SettingsSchema> {
  readonly id: string;
  readonly caption: string;
  /** The valibot schema of an account's settings; it is a Standard Schema as well. */
  readonly settings: Schema;
  /** Everything that its folder says: capabilities, what a payment needs, what its signatures prove, its tables of statuses, its recipes. */
  readonly protocol: DeclaredProvider<Schema>;
  /** Checks an account. @throws {Problem} naming each setting that is wrong. */
  account(input: LibraryAccountInput<Schema>): LibraryAccount<Schema>;
  /** Builds and signs a redirect. Keep its `attempt` before the shopper goes. @throws {Problem} */
  start(account: LibraryAccount<Schema>, payment: LibraryPayment, world?: World): Promise<Started>;
  /** Checks and reads a message. @throws {Refusal} when it is not to be believed. */
  verify(
    account: LibraryAccount<Schema>,
    message: ReceivedMessage,
    channel: Channel,
    context: VerifyContext,
  ): Promise<VerifiedMessage>;
  /** What the protocol answers to a message that is refused. */
  refusedReply(account: LibraryAccount<Schema>, refusal: Refusal): Reply;
  /** Asks what became of an attempt. @throws {Problem} @throws {Refusal} */
  query(
    account: LibraryAccount<Schema>,
    attempt: LibraryAttempt,
    about?: Readonly<Record<string, string>>,
    world?: World,
  ): Promise<readonly ProvenResult[] | null>;
  /** Takes money that is held. @throws {Problem} before anything is sent. */
  readonly capture: Operate<Schema>;
  /** Releases what is held. @throws {Problem} before anything is sent. */
  readonly cancel: Operate<Schema>;
  /** Gives back money that was paid. @throws {Problem} before anything is sent. */
  readonly refund: Operate<Schema>;
}

/** A provider as the library offers it. */
export function libraryProvider<Schema extends SettingsSchema>(
  provider: DeclaredProvider<Schema>,
): LibraryProvider<Schema> {
  const operate =
    (kind: 'capture' | 'cancel' | 'refund'): Operate<Schema> =>
    (account, attempt, operation, world = {}) =>
      carryOutOperation(provider, kind, account, attempt, operation, world);
  return {
    id: provider.id,
    caption: provider.caption,
    settings: provider.settings,
    protocol: provider,
    account: (input) => libraryAccount(provider, input),
    start: (account, payment, world = {}) => startPayment(provider, account, payment, world),
    verify: (account, message, channel, context) =>
      verifyReceived(provider, account, message, channel, context),
    refusedReply: (account, refusal) => refusedReplyOf(provider, account, refusal),
    query: (account, attempt, about = {}, world = {}) =>
      queryProvider(provider, account, attempt, about, world),
    capture: operate('capture'),
    cancel: operate('cancel'),
    refund: operate('refund'),
  };
}
