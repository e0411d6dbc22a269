/** Durable Objects of ours as their callers reach them. */
import { Problem } from '../payments/errors.ts';

/** What the platform marks an error with when an object had too much to do, or was restarted. */
interface PlatformMarks {
  readonly overloaded?: unknown;
  readonly retryable?: unknown;
}

function isOfPlatform(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { overloaded, retryable } = error as PlatformMarks;
  return overloaded === true || retryable === true;
}

/**
 * A client whose calls fail with the Problem `unavailable` where the platform did not get them through. Whether such a call was carried
 * out is not known: all that our ledgers are told has an identity, so that it may be told again.
 */
export function reached<Client extends object>(client: Client): Client {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...given: readonly unknown[]) => {
        try {
          // A stub is called at its own members alone.
          return await Reflect.apply(member, target, given);
        } catch (cause) {
          if (!isOfPlatform(cause)) throw cause;
          throw new Problem('unavailable', 'the service is overloaded or being restarted: try again', {
            cause,
          });
        }
      };
    },
  });
}
