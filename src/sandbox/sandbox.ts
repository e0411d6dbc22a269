/** What the sandbox's routes work with. Local only: nothing outside dev.ts imports it. */
import type { Directory } from '../directory/directory.ts';
import type { SandboxStore } from './kit/store.ts';

export interface Sandbox {
  readonly directory: Directory;
  readonly store: SandboxStore;
  /** Of this server. */
  readonly origin: string;
  /** Where the shopper of a payment begins; null: the text is no payment's id. */
  readonly checkoutUrl: (payment: string) => string | null;
  /** Requests to this server are answered by it directly, others go out. */
  readonly fetch: (request: Request) => Promise<Response>;
}
