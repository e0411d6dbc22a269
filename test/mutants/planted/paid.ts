/** Code for planted mutants: `npm run mutants` tries them first in each runtime, and stops where one is not noticed. */

/** Whether at least what was asked for has been paid. */
export function isWhole(paid: number, asked: number): boolean {
  return paid >= asked;
}

/** A mutant here is active before any test begins, or never. */
export const LIMIT = 2 * 30;
