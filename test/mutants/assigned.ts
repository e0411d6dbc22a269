/** Which test tries which mutant: those first that are most likely to notice it, and soon. */

import { basename } from 'node:path';

/** What is known of a test. */
export interface Test {
  readonly id: string;
  readonly file: string;
  /** What one run of it takes. */
  readonly ms: number;
  /** How many of the mutants it reaches. One that reaches little is about what it reaches. */
  readonly reach: number;
}

/** The words of a file's name, each as one of its kind. */
const wordsOf = (path: string) =>
  new Set(
    basename(path)
      .replace(/(\.test)?\.ts$/, '')
      .split(/[.-]/)
      .map((word) => word.replace(/s$/, '')),
  );

/** How many words the names of a source and of a file of tests have in common. */
export function nearness(source: string, file: string): number {
  const words = wordsOf(source);
  return [...wordsOf(file)].filter((word) => words.has(word)).length;
}

/** What a start of each test costs beside its run. */
const OVERHEAD_MS = 20;

/**
 * The tests that reach a mutant of a source: what is near its name first, then what is special and quick. Of files that are equally near one
 * test each, then another: a row of tests that differ in one value notices the same.
 */
export function byPromise(source: string, tests: readonly Test[]): Test[] {
  const cost = ({ reach, ms }: Test) => reach * (ms + OVERHEAD_MS);
  const before = new Map<string, number>();
  return tests
    .toSorted((one, other) => cost(one) - cost(other))
    .map((test) => {
      const turn = before.get(test.file) ?? 0;
      before.set(test.file, turn + 1);
      return { test, turn, near: nearness(source, test.file) };
    })
    .toSorted((one, other) => other.near - one.near || one.turn - other.turn)
    .map(({ test }) => test);
}
