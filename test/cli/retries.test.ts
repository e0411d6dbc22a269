/** When what has failed is tried again, and that the docs say the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as retries from '../../src/payments/retries.ts';
import { ROOT } from './support.ts';

const { nextPause, pauseAfter, spread } = retries;

const lowest = (bytes: Uint8Array) => bytes.fill(0);
const highest = (bytes: Uint8Array) => bytes.fill(255);

const UNITS = { h: 3_600_000, min: 60_000, s: 1000 } as const;

function inWords(milliseconds: number): string {
  const [unit] = Object.entries(UNITS).find(([, size]) => milliseconds % size === 0) ?? ['s'];
  return `${milliseconds / UNITS[unit as keyof typeof UNITS]} ${unit}`;
}

describe('pauses', () => {
  it('of messages are those of the contract, and end', () => {
    const seconds = Array.from({ length: 10 }, (_, failed) =>
      pauseAfter(retries.MESSAGE_PAUSES, failed + 1, lowest),
    );
    expect(seconds.map((pause) => pause && pause / 1000)).toEqual([
      5,
      300,
      1800,
      7200,
      18000,
      36000,
      50400,
      72000,
      86400,
      null,
    ]);
  });

  it('of the searchable copy never end', () => {
    const after = [1, 2, 3, 4, 5, 1000].map((failed) => nextPause(retries.COPY_PAUSES, failed, lowest));
    expect(after).toEqual([1000, 5000, 30_000, 300_000, 300_000, 300_000]);
  });

  it('are never shorter, and at most a fifth longer', () => {
    expect(spread(5000, lowest)).toBe(5000);
    expect(spread(5000, highest)).toBe(6000);
    expect(pauseAfter(retries.OPERATION_PAUSES, 1, highest)).toBe(36_000);
    expect(nextPause(retries.STANDBY_PAUSES, 3, highest)).toBe(36_000);
  });

  it('are those of the table in the docs, each schedule in a row', () => {
    const page = readFileSync(join(ROOT, 'docs/design.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)`: [^|]+ \| ([^|]+) \|/gm)].map(([, name, pauses]) => [
      name,
      pauses,
    ]);
    const schedules = Object.entries(retries).flatMap(([name, pauses]) =>
      typeof pauses === 'function'
        ? []
        : [[name.replace('_PAUSES', '').toLowerCase(), pauses.map(inWords).join(', ')]],
    );
    // The names of a module are in the order of the alphabet.
    expect(rows.toSorted()).toEqual(schedules.toSorted());
  });
});
