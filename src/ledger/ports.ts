/** What a ledger is given to reach the world: the clock, providers, webhooks, the directory. */
import type { PaymentAttention } from '../payments/attention.ts';
import type { OperationProblem } from '../payments/operations.ts';
import type { SearchablePayment } from '../payments/searchable.ts';
import type { ApplyUpdateCommand, StatusQueryRequest } from './commands.ts';
import type { LookedUp, OperationOutcome, OperationRequest } from './operation-commands.ts';
import type { Exchange } from './rows.ts';

/** The outcome of one try of a webhook. */
export interface WebhookOutcome {
  readonly result: 'delivered' | 'failed' | 'gone' | 'unwanted';
  /** The HTTP status of the shop's answer; null when there was none. */
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  /** The beginnings of what was sent and answered, without secrets; left out where nothing was sent. */
  readonly exchange?: Exchange;
}

/** The outcome of a status query. */
export type StatusQueryOutcome =
  | { readonly result: 'updates'; readonly commands: readonly ApplyUpdateCommand[] }
  /** The provider has no result yet, perhaps says that it is in process, or could not be queried. */
  | {
      readonly result: 'later';
      readonly error: string | null;
      readonly commands?: readonly ApplyUpdateCommand[];
    }
  /** What its hint named is made up: asking again would bring the same answer. */
  | { readonly result: 'refused'; readonly error: string; readonly commands?: undefined };

/** Handed in, so that a test can fail each of them at any point. */
export interface LedgerPorts {
  /** Milliseconds since 1970. */
  now(): number;
  /** Fills bytes at random. */
  random(bytes: Uint8Array): void;
  /** The ids of the shop's endpoints that want a message. */
  webhookEndpoints(shop: string, body: string): Promise<readonly string[]>;
  /** Sends a message to an endpoint of the shop; 'unwanted' when it is not there, or not any more. */
  sendWebhook(
    shop: string,
    endpoint: string,
    message: { readonly id: string; readonly body: string },
  ): Promise<WebhookOutcome>;
  /** Writes the searchable copy. */
  project(payment: SearchablePayment): Promise<void>;
  /** Writes what of a payment needs a person. */
  tellAttention(attention: PaymentAttention): Promise<void>;
  /** Queries a provider about an attempt. */
  queryStatus(request: StatusQueryRequest): Promise<StatusQueryOutcome>;
  /** Milliseconds until the next status query after so many without a result; null: no more. */
  queryPause(request: StatusQueryRequest, queried: number): Promise<number | null>;
  /** Why nothing can begin at an account now, because our own storage does not answer; null: it can. */
  accountProblem(account: string): Promise<OperationProblem | null>;
  /** Executes a capture, cancel or refund: once, whatever happens. */
  executeOperation(request: OperationRequest): Promise<OperationOutcome>;
  /**
   * Asks what the provider has of the operations of this kind; null: it cannot be asked.
   * @throws when there is no answer to believe.
   */
  lookUpOperation(request: OperationRequest): Promise<LookedUp | null>;
}
