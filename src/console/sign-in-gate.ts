/**
 * How often somebody may try to sign in: a Durable Object for each e-mail address, whether somebody has it or not, so that a lock says nothing
 * about who is there; one for each IP address; and one for each user's codes. A try counts as wrong before it is looked at, so that a hundred at
 * once are no more than a hundred one after another.
 *
 * Accepted: whoever knows an address can keep its user out by wrong tries, for a quarter of an hour at a time. A browser that is signed in stays so.
 */
import { DurableObject } from 'cloudflare:workers';

/** What a gate counts. */
export type GateKind = 'email' | 'address' | 'code';

interface Limit {
  /** Wrong tries that cost nothing. */
  readonly free: number;
  /** The first pause in milliseconds; each further wrong try doubles it. */
  readonly pauseMs: number;
  readonly longestMs: number;
}

const LIMITS: Readonly<Record<GateKind, Limit>> = {
  email: { free: 5, pauseMs: 30_000, longestMs: 15 * 60_000 },
  // Many people may be behind one address.
  address: { free: 30, pauseMs: 60_000, longestMs: 60 * 60_000 },
  code: { free: 5, pauseMs: 30_000, longestMs: 15 * 60_000 },
};

/** Wrong tries are forgotten so long after the last one. */
const FORGOTTEN_MS = 24 * 3_600_000;

interface Tries {
  readonly failures: number;
  readonly lockedUntil: number;
}

const NONE: Tries = { failures: 0, lockedUntil: 0 };

/** What a further try leads to. Pure. @returns the seconds to wait, 0: it may be looked at; and what is then known. */
export function nextTry(
  kind: GateKind,
  tries: Tries,
  now: number,
): { readonly wait: number; readonly tries: Tries } {
  if (tries.lockedUntil > now) return { wait: Math.ceil((tries.lockedUntil - now) / 1000), tries };
  const { free, pauseMs, longestMs } = LIMITS[kind];
  const failures = tries.failures + 1;
  const pause = failures < free ? 0 : Math.min(longestMs, pauseMs * 2 ** Math.min(failures - free, 20));
  return { wait: 0, tries: { failures, lockedUntil: pause === 0 ? 0 : now + pause } };
}

export class SignInGate extends DurableObject {
  /** Takes a try. @returns seconds to wait; 0: it may be looked at. */
  async take(kind: GateKind): Promise<number> {
    const now = Date.now();
    const known = this.ctx.storage.kv.get<Tries>('tries') ?? NONE;
    const { wait, tries } = nextTry(kind, known, now);
    if (wait > 0) return wait;
    this.ctx.storage.kv.put('tries', tries);
    await this.ctx.storage.setAlarm(now + FORGOTTEN_MS);
    return 0;
  }

  /** The try was right. Whoever has one right password is not thereby free to guess others' from the same address. */
  right(kind: GateKind): void {
    const known = this.ctx.storage.kv.get<Tries>('tries') ?? NONE;
    if (kind !== 'address') this.ctx.storage.kv.delete('tries');
    else this.ctx.storage.kv.put('tries', { failures: Math.max(0, known.failures - 1), lockedUntil: 0 });
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }
}
