/** What a provider or a returning shopper sends, and what it is read as. */
import type { Reply } from '../../payments/provider-update.ts';

/** Which way a message came: the provider's server, or the shopper's browser. */
export type Channel = 'notification' | 'return';

/** A request of a provider or of a returning shopper, as it came. */
export interface ProviderRequest {
  readonly method: 'GET' | 'POST';
  /** The query string without `?`, still percent-encoded. */
  readonly query: Uint8Array;
  readonly body: Uint8Array;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower case, without parameters; null when there was none. */
  readonly contentType: string | null;
}

/** What checking a message may need from outside: certificates, or a service that does the cryptography. */
export interface VerificationContext {
  readonly now: Date;
  readonly fetch: typeof fetch;
}

/** A verified message that says nothing about a payment: it is acknowledged and changes nothing. */
export interface Acknowledgement {
  readonly kind: 'acknowledgement';
  readonly about: string;
  /** The reply to this very message, where the provider's fixed one will not do. */
  readonly reply?: Reply;
}

/**
 * A message that proves nothing: a reason for a status query. It may name what to ask about, never what came of it.
 */
export interface Hint {
  readonly kind: 'hint';
  /** The order number as the provider echoes it; null on a return, where the address names the payment. */
  readonly order: string | null;
  readonly about: Readonly<Record<string, string>>;
  /** The reply to this very message, where the provider's fixed one will not do. */
  readonly reply?: Reply;
  /** It may be about a payment of another software on the same contract, and is acknowledged if it is about none of ours. */
  readonly mayBeForeign?: true;
}
