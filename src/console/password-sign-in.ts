/** A password that somebody types: counted before it is looked at, and answered alike whether its user is there or not. */
import { expandIPv6 } from 'hono/utils/ipaddr';
import type { ConsoleContext } from './context.ts';
import type { ConsoleCredential, ConsoleUser } from './gateway.ts';
import { hashPassword, isOutdated, isPassword } from './passwords.ts';
import { browserOf } from './session.ts';
import type { GateKind } from './sign-in-gate.ts';

export type PasswordResult =
  | { readonly kind: 'right'; readonly user: ConsoleUser; readonly credential: ConsoleCredential }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly seconds: number };

/** What counts as one place: an IPv4 address, or the /64 of an IPv6 one, which a household has whole. */
export function addressBlock(address: string | null): string {
  if (address === null) return 'unknown';
  return address.includes(':') ? expandIPv6(address).split(':').slice(0, 4).join(':') : address;
}

/** The gate of an e-mail address, an IP address or a user's codes. */
export function gateOf(c: ConsoleContext, kind: GateKind, name: string) {
  return c.env.GATES.get(c.env.GATES.idFromName(`${kind}:${name.toLowerCase()}`));
}

/** An id that no user has: what is looked up for it takes as long as for one. */
const NOBODY = 'nobody';

/** Looks at a password. */
export async function passwordSignIn(
  c: ConsoleContext,
  email: string,
  password: string,
): Promise<PasswordResult> {
  const { passwordCosts } = c.get('ports');
  const address = addressBlock(browserOf(c).address);
  const [byEmail, byAddress] = [gateOf(c, 'email', email), gateOf(c, 'address', address)];
  const waits = await Promise.all([byEmail.take('email'), byAddress.take('address')]);
  const seconds = Math.max(...waits);
  if (seconds > 0) {
    console.warn({ event: 'sign_in.paused', seconds, address });
    return { kind: 'wait', seconds };
  }
  const found = await c.env.GATEWAY.userByEmail(email.slice(0, 254));
  const credential = await c.env.GATEWAY.credential(found?.id ?? NOBODY);
  const isRight = isPassword(password, found?.active ? credential.passwordHash : null, passwordCosts);
  if (!isRight || !found) {
    console.warn({ event: 'sign_in.wrong_password', user: found?.id ?? null, address });
    return { kind: 'wrong' };
  }
  await Promise.all([byEmail.right('email'), byAddress.right('address')]);
  if (credential.passwordHash && isOutdated(credential.passwordHash, passwordCosts)) {
    // With today's costs. The user's sessions end: this is a sign-in.
    const passwordHash = newPasswordHash(c, password);
    await c.env.GATEWAY.putCredential(found.id, { passwordHash }, browserOf(c));
    return { kind: 'right', user: found, credential: { ...credential, passwordHash } };
  }
  return { kind: 'right', user: found, credential };
}

/** The stored form of a new password. */
export function newPasswordHash(c: ConsoleContext, password: string): string {
  const { random, passwordCosts } = c.get('ports');
  return hashPassword(password, random, passwordCosts);
}
