/** The signing Worker, as the console's service binding reaches it: the public methods of its entrypoint `OperatorApi`. */
import type { operatorEntrypoint } from '../http/operator-api.ts';

type Entrypoint = InstanceType<ReturnType<typeof operatorEntrypoint>>;

/** Every method answers with a promise, so that a call over the binding looks like one in place. */
export type Gateway = Pick<
  Entrypoint,
  | 'userByEmail'
  | 'user'
  | 'credential'
  | 'putCredential'
  | 'totpSecret'
  | 'takeTotpStep'
  | 'takeRecoveryCode'
  | 'createSession'
  | 'session'
  | 'sessions'
  | 'endSession'
  | 'endSessions'
  | 'fetchAs'
>;

/** An operator who signs in. */
export type ConsoleUser = NonNullable<Awaited<ReturnType<Gateway['user']>>>;

/** How somebody proves who it is, as far as it is shown. */
export type ConsoleCredential = Awaited<ReturnType<Gateway['credential']>>;

/** A sign-in that has not ended. */
export type ConsoleSession = NonNullable<Awaited<ReturnType<Gateway['session']>>>;
