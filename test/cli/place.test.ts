/** The failure ruled out: a file that was damaged ends a long run with the words of a JSON parser, which name neither it nor what to do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { WrongCall } from '../../src/cli/operator-calls.ts';
import { keepPlace, keptPlace } from '../../src/cli/place.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-place-'));
const file = join(folder, 'november.csv.place');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(['garbage', '', '{"cursor":', 'null', '"text"', '7'])('a damaged place is named: %j', (text) => {
  writeFileSync(file, text);
  expect(() => keptPlace(file)).toThrow(WrongCall);
  expect(() => keptPlace(file)).toThrow(file);
});

it('a place that was kept is found, and none where there is no file', () => {
  keepPlace(file, { cursor: 'c' });
  expect(keptPlace(file)).toEqual({ cursor: 'c' });
  expect(keptPlace(join(folder, 'other.place'))).toBe(null);
});
