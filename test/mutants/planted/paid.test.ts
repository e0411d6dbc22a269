/** The failure ruled out: mutants that are never active where the tests run, so that all of them seem to be missed by the tests. */
import { expect, it } from 'vitest';
import { isWhole, LIMIT } from './paid.ts';

it('notices every mutant of paid.ts', () => {
  expect([isWhole(1, 2), isWhole(2, 2), isWhole(3, 2)]).toEqual([false, true, true]);
  expect(LIMIT).toBe(60);
});
