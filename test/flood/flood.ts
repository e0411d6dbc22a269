/** Strangers send as fast as they are answered, over so many connections, each attack in turn. */
import type { Attack } from './attacks.ts';
import type { Send } from './send.ts';

/** What became of the requests of one attack. */
export interface AttackReport {
  readonly name: string;
  readonly times: readonly number[];
  /** How many answers there were of each status; 0: no answer. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Of answers that must not be. */
  readonly problems: readonly string[];
}

/** Different ones that are shown of an attack. */
const SHOWN_PROBLEMS = 3;

interface Tally {
  count: number;
  readonly times: number[];
  readonly statuses: Map<number, number>;
  readonly problems: string[];
}

/** @param isOver asked before each request. */
export async function flood(
  send: Send,
  attacks: readonly Attack[],
  connections: number,
  isOver: () => boolean,
): Promise<readonly AttackReport[]> {
  const tallies = attacks.map((): Tally => ({ count: 0, times: [], statuses: new Map(), problems: [] }));
  let turn = 0;
  const connection = async () => {
    while (!isOver()) {
      const index = turn++ % attacks.length;
      const [attack, tally] = [attacks[index], tallies[index]];
      if (!attack || !tally) return;
      const call = attack.next(tally.count++);
      const { status, text, milliseconds } = await send(call);
      tally.times.push(milliseconds);
      tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
      if ((status >= 500 || status === 0) && tally.problems.length < SHOWN_PROBLEMS)
        tally.problems.push(`${call.method} ${call.path.slice(0, 80)}: ${status} ${text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return tallies.map(({ times, statuses, problems }, index) => ({
    name: attacks[index]?.name ?? '',
    times,
    statuses,
    problems,
  }));
}
