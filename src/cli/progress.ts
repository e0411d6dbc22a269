/** How far a long run is: one line that a terminal shows over and over, and a log now and then. */

const WIDTH = 30;

/** What a run has done, of how much, for how long. */
export interface Progress {
  /** From 0 to 1. */
  readonly share: number;
  /** `120,000 of 1,000,000 payments`. */
  readonly words: string;
  /** How many of them so far in this run, and for how long, in milliseconds. */
  readonly count: number;
  readonly elapsedMs: number;
  /** The share that was done before this run. */
  readonly before: number;
}

/** Minutes and seconds. */
function clock(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** The line. */
export function progressLine({ share, words, count, elapsedMs, before }: Progress): string {
  const filled = Math.min(WIDTH, Math.max(0, Math.round(share * WIDTH)));
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}]`;
  const rate = elapsedMs > 0 ? Math.round((count * 1000) / elapsedMs) : 0;
  const done = share - before;
  const left = done > 0 && share < 1 ? `, ${clock((elapsedMs * (1 - share)) / done)} left` : '';
  return `${bar} ${(share * 100).toFixed(1).padStart(5)} %  ${words}, ${rate.toLocaleString('en-US')}/s${left}`;
}

/** Where it is shown. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Lines of a log, where nobody watches: one in so many milliseconds. */
const LOGGED_MS = 10_000;

/** Shows progress: in place on a terminal, as lines elsewhere. */
export function progressOn(terminal: Terminal, now: () => number) {
  let loggedAt = Number.NEGATIVE_INFINITY;
  return {
    show(progress: Progress): void {
      if (terminal.isTTY) terminal.write(`\r\u001B[2K${progressLine(progress)}`);
      else if (now() - loggedAt >= LOGGED_MS || progress.share >= 1) {
        loggedAt = now();
        terminal.write(`${progressLine(progress)}\n`);
      }
    },
    /** Leaves the line, for what comes after it. */
    end(): void {
      if (terminal.isTTY) terminal.write('\n');
    },
  };
}

/** How far an id is, from 0 to 1: ids are hashes, in Crockford's base32, and runs go through them in order. */
export function shareOfId(id: string): number {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  return Array.from(id.slice(0, 4)).reduce(
    (share, digit, index) => share + Math.max(0, digits.indexOf(digit)) / 32 ** (index + 1),
    0,
  );
}
