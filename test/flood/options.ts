/** The options of `npm run flood`, checked before anything is started. */
import { parseArgs } from 'node:util';

export interface FloodOptions {
  readonly seconds: number;
  /** Connections of strangers, each of which sends as fast as it is answered. */
  readonly connections: number;
  /** The good shop's payments a second. */
  readonly rate: number;
  /** Names of attacks; empty: all. */
  readonly only: readonly string[];
  /** Whether the limit of the good shop's p99 grows where the machine is slow without a flood. */
  readonly isLenient: boolean;
}

export const HELP = `npm run flood -- [options]

Starts the local Worker on a free port with data of its own, and has strangers attack it while a good shop creates payments and its
bank notifies. Exit code 1 when the good shop's p99 is over the limit, memory grows, anything is answered with 5xx or not at all, or a
payment or webhook is missing; 2 when it could not run.

  --seconds N       how long: 2 to 86400 (60). Memory is judged from 30 on: before that everything still warms up. What counts is what the
                    Worker keeps after garbage was collected, in the middle and at the end (by the inspector); the size of its process,
                    which Durable Objects and garbage swell and which gives nothing back, may not double.
  --connections N   connections of strangers, each sends as fast as it is answered: 1 to 256 (8)
  --rate N          payments of the good shop a second: 1 to 90 (5)
  --only NAME       one attack alone; may be repeated
  --lenient         for a machine that does other work too. The limit is the most of 250 ms, eight times the p99 that the good shop has
                    without a flood, and 500 ms for each program that wants a core (the load average, by cores)
  --help            this text

The server's data lies in the folder FLOOD_DIR, or in memory (/dev/shm) where the system has it.`;

function numberIn(name: string, text: string, from: number, to: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw new Error(`--${name} takes a number from ${from} to ${to}, not ${text}`);
}

/**
 * @param names of the attacks that there are.
 * @returns null: help is asked for.
 * @throws Error that names the option.
 */
export function floodOptions(args: readonly string[], names: readonly string[]): FloodOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      connections: { type: 'string', default: '8' },
      rate: { type: 'string', default: '5' },
      only: { type: 'string', multiple: true, default: [] },
      lenient: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`--only ${unknown} is no attack: there are ${names.join(', ')}`);
  return {
    seconds: numberIn('seconds', values.seconds, 2, 86_400),
    connections: numberIn('connections', values.connections, 1, 256),
    rate: numberIn('rate', values.rate, 1, 90),
    only: values.only,
    isLenient: values.lenient,
  };
}
