import type { Channel } from '../../src/providers/contract.ts';

/** What the runs came to, for the summary. */
export interface Tally {
  runs: number;
  /** Situations of which the bank took something only after hostile texts were left out. */
  rejected: number;
  /** Situations that were played with the demo's settings because the drawn ones do not work at the bank. */
  unsupported: number;
  recuts: number;
  /** What became of the genuine messages: a provider of which none counts is not reached. */
  readonly genuine: Record<Channel, Map<string, number>>;
  /** What became of the recuts. */
  readonly words: Map<string, number>;
  readonly settings: Set<string>;
}

export function newTally(): Tally {
  return {
    runs: 0,
    rejected: 0,
    unsupported: 0,
    recuts: 0,
    genuine: { notification: new Map(), return: new Map() },
    words: new Map(),
    settings: new Set(),
  };
}

export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
