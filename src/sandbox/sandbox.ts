/** What the routes of the simulated banks work with. Nothing of the gateway imports it. */
import type { SandboxAccount } from '../directory/sandbox-account.ts';
import type { SandboxStore } from './kit/store.ts';

/** A payment as its shopper could pay it. */
export interface SandboxPayment {
  readonly status: string;
  /** Where the shopper begins. */
  readonly checkoutUrl: string;
  /** Nothing is left to pay, or nothing can be paid any more. */
  readonly isOver: boolean;
  readonly account: string;
  /** The accounts that the shopper chooses from; null: the shop has named one. */
  readonly choices: readonly string[] | null;
}

export interface Sandbox {
  /** The accounts whose banks are here. */
  readonly accounts: () => Promise<readonly SandboxAccount[]>;
  readonly store: SandboxStore;
  /** Of this server. */
  readonly origin: string;
  /** Where the merchants' software is, countersign: the same server, or the one that these banks are for. */
  readonly merchants: string;
  /** Every one at which it is reached: where PUBLIC_URL is set, that of a tunnel too. */
  readonly origins: readonly string[];
  /** Null: there is no such payment. */
  readonly payment: (id: string) => Promise<SandboxPayment | null>;
  /** Requests to this server are answered by it directly, others go out. */
  readonly fetch: (request: Request) => Promise<Response>;
}
