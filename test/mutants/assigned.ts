/** Which test tries which mutant: those first that are most likely to notice it, and soon. */

/** What is known of a test. */
export interface Test {
  readonly id: string;
  readonly file: string;
  /** What one run of it takes. */
  readonly ms: number;
  /** How many of the mutants it reaches. One that reaches little is about what it reaches. */
  readonly reach: number;
}

const wordsOf = (path: string) => new Set(path.split(/[/.-]/));

/** How many words the paths of a source and of a file of tests have in common. */
export function nearness(source: string, file: string): number {
  const words = wordsOf(source);
  return [...wordsOf(file)].filter((word) => words.has(word)).length;
}

/** What a start of each test costs beside its run. */
const OVERHEAD_MS = 20;

/** The tests that reach a mutant of a source: what is near its name first, then what is special and quick. */
export function byPromise(source: string, tests: readonly Test[]): Test[] {
  const cost = ({ reach, ms }: Test) => reach * (ms + OVERHEAD_MS);
  return tests
    .map((test) => ({ test, near: nearness(source, test.file) }))
    .toSorted((one, other) => other.near - one.near || cost(one.test) - cost(other.test))
    .map(({ test }) => test);
}
