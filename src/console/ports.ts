/** How the console reaches the world. */
import type { ScryptCosts } from './passwords.ts';

/** What the console reaches the world by: handed in, so that tests have a clock, an issuer and a key set of their own. */
export interface ConsolePorts {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Fills bytes. */
  readonly random: (bytes: Uint8Array) => void;
  /** Of new password hashes. */
  readonly passwordCosts: ScryptCosts;
  /** To the issuer of OpenID Connect and to Access's keys. */
  readonly fetch: (address: string, init?: RequestInit) => Promise<Response>;
}
