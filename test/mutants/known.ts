/** What is known of the mutants that are being tried, while they are. */
import { byPromise, nearness, type Test } from './assigned.ts';
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
  /** The tests by their ids, and how many mutants of each source the tests of a file reach. */
  readonly #byId = new Map<string, Test>();
  readonly #reach = new Map<string, Map<string, number>>();
  readonly #sourceOf: ReadonlyMap<string, string>;

  /** @param sourceOf the file of each mutant. */
  constructor(ids: readonly string[], sourceOf: ReadonlyMap<string, string>) {
    this.open = new Set(ids);
    this.#sourceOf = sourceOf;
  }

  add({ id, ms, reached, atLoad, noticed, passed, untried, late }: Looped, file: string): void {
    if (!this.#byId.has(id)) this.#byId.set(id, { id, file, ms, reach: reached.length });
    this.#leave(id, [...reached, ...late]);
    for (const mutant of reached) this.#count(file, mutant);
    for (const mutant of [...reached, ...atLoad]) this.reached.add(mutant);
    for (const mutant of noticed) this.open.delete(mutant);
    for (const mutant of passed) this.tried.add(mutant);
    for (const mutant of [...untried, ...atLoad]) this.addStart(mutant, file);
  }

  /** Mutants that a test is still to try. */
  #leave(id: string, mutants: readonly string[]): void {
    const test = this.#byId.get(id);
    if (test) for (const mutant of mutants) this.tests.set(mutant, [...(this.tests.get(mutant) ?? []), test]);
  }

  #count(file: string, mutant: string): void {
    const source = this.#sourceOf.get(mutant) ?? '';
    const counts = this.#reach.get(file) ?? new Map<string, number>();
    this.#reach.set(file, counts.set(source, (counts.get(source) ?? 0) + 1));
  }

  /** The files with which a mutant has a start of its own, the likeliest first. Files of one start have loaded the same, whoever asked for it. */
  startsOf(mutant: string): string[] {
    const source = this.#sourceOf.get(mutant) ?? '';
    const reach = (file: string) => this.#reach.get(file)?.get(source) ?? 0;
    return [...(this.starts.get(mutant) ?? [])].toSorted(
      (one, other) => nearness(source, other) - nearness(source, one) || reach(other) - reach(one),
    );
  }

  addStart(mutant: string, file: string): void {
    this.starts.set(mutant, (this.starts.get(mutant) ?? new Set()).add(file));
  }

  /** Takes the next tests for each mutant that is open. @returns what is assigned to each test, and the files of those tests. */
  assign(most: number) {
    const assigned: Record<string, string[]> = {};
    const files = new Set<string>();
    for (const mutant of this.open) {
      const [...left] = byPromise(this.#sourceOf.get(mutant) ?? '', this.tests.get(mutant) ?? []);
      for (const { id, file } of left.splice(0, most)) {
        assigned[id] = [...(assigned[id] ?? []), mutant];
        files.add(file);
      }
      this.tests.set(mutant, left);
    }
    return { assigned, files: [...files] };
  }
}
