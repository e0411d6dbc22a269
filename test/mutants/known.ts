/** What is known of the mutants that are being tried, while they are. */
import { byPromise, type Test } from './assigned.ts';
import type { Looped } from './looping-runner.ts';

/** What is known of the mutants that are being tried. */
export class Known {
  /** Those that nothing has noticed. */
  readonly open: Set<string>;
  readonly reached = new Set<string>();
  /** By at least one test that did not notice it. */
  readonly tried = new Set<string>();
  /** The tests that reach a mutant, and are still to try it. */
  readonly tests = new Map<string, Test[]>();
  /** The files with which a mutant has to have a start of its own. */
  readonly starts = new Map<string, Set<string>>();

  constructor(ids: readonly string[]) {
    this.open = new Set(ids);
  }

  add({ id, ms, reached, atLoad, noticed, passed, untried }: Looped, file: string): void {
    const test = { id, file, ms, reach: reached.length };
    for (const mutant of reached) this.tests.set(mutant, [...(this.tests.get(mutant) ?? []), test]);
    for (const mutant of [...reached, ...atLoad]) this.reached.add(mutant);
    for (const mutant of noticed) this.open.delete(mutant);
    for (const mutant of passed) this.tried.add(mutant);
    for (const mutant of [...untried, ...atLoad]) this.addStart(mutant, file);
  }

  addStart(mutant: string, file: string): void {
    this.starts.set(mutant, (this.starts.get(mutant) ?? new Set()).add(file));
  }

  /** Takes the next tests for each mutant that is open. @returns what is assigned to each test, and the files of those tests. */
  assign(most: number, sourceOf: ReadonlyMap<string, string>) {
    const assigned: Record<string, string[]> = {};
    const files = new Set<string>();
    for (const mutant of this.open) {
      const [...left] = byPromise(sourceOf.get(mutant) ?? '', this.tests.get(mutant) ?? []);
      for (const { id, file } of left.splice(0, most)) {
        assigned[id] = [...(assigned[id] ?? []), mutant];
        files.add(file);
      }
      this.tests.set(mutant, left);
    }
    return { assigned, files: [...files] };
  }
}
