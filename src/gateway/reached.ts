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
 * A Durable Object as its callers see it: its public methods, each of which is a round trip and answers later. Derived from the class,
 * so that a call which the class does not serve, or serves with other arguments or another answer, does not compile.
 */
export type Remote<Served> = {
  readonly [Name in Exclude<
    keyof Served,
    keyof DurableObject | keyof Rpc.DurableObjectBranded
  >]: Served[Name] extends (...given: infer Given) => infer Answer
    ? (...given: Given) => Promise<Awaited<Answer>>
    : never;
};

/**
 * A client whose calls fail with the Problem `unavailable` where the platform did not get them through. Whether such a call was carried
 * out is not known: all that our ledgers are told has an identity, so that it may be told again.
 */
export function reached<Served extends Rpc.DurableObjectBranded>(
  stub: DurableObjectStub<Served>,
): Remote<Served> {
  // The platform's own type of a stub gives up on types as large as ours.
  const client = stub as unknown as Remote<Served>;
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
