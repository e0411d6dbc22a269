/** When what has failed is tried again, and that the docs say the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GIVEN_UP, NEVER_GIVEN_UP, nextPause, pauseAfter, spread } from '../../src/payments/retries.ts';
import { ROOT } from './support.ts';

const lowest = (bytes: Uint8Array) => bytes.fill(0);
const highest = (bytes: Uint8Array) => bytes.fill(255);

const UNITS = { h: 3_600_000, min: 60_000, s: 1000 } as const;

function inWords(milliseconds: number): string {
  const [unit] = Object.entries(UNITS).find(([, size]) => milliseconds % size === 0) ?? ['s'];
  return `${milliseconds / UNITS[unit as keyof typeof UNITS]} ${unit}`;
}

describe('pauses', () => {
  it('of messages are those of the contract, and end', () => {
    const seconds = Array.from({ length: 10 }, (_, failed) => pauseAfter('message', failed + 1, lowest));
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
    const after = [1, 2, 3, 4, 5, 1000].map((failed) => nextPause('copy', failed, lowest));
    expect(after).toEqual([1000, 5000, 30_000, 300_000, 300_000, 300_000]);
  });

  it('are never shorter, and at most a fifth longer', () => {
    expect(spread(5000, lowest)).toBe(5000);
    expect(spread(5000, highest)).toBe(6000);
    expect(pauseAfter('operation', 1, highest)).toBe(36_000);
    expect(nextPause('standby', 3, highest)).toBe(36_000);
  });

  it('are those of the table in the docs, each schedule in a row', () => {
    const page = readFileSync(join(ROOT, 'docs/design.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)`: [^|]+ \| ([^|]+) \|/gm)].map(([, name, pauses]) => [
      name,
      pauses,
    ]);
    const schedules = Object.entries({ ...GIVEN_UP, ...NEVER_GIVEN_UP });
    expect(rows).toEqual(schedules.map(([name, pauses]) => [name, pauses.map(inWords).join(', ')]));
  });
});
