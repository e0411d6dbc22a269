import 'vitest';

/** What vitest.config.ts, and `npm run mutants`, hand to the tests. */
declare module 'vitest' {
  interface ProvidedContext {
    reconcileModel: { readonly runs: number; readonly seed: number; readonly only: readonly string[] };
    /** Of each account in the month that is reconciled. */
    monthMovements: number;
    /**
     * `active`: the mutant that a run is about; null: each test is repeated for those that are `assigned` to it, by its id, as long as it
     * may; where none is assigned, each test tells which of those `wanted` it reaches; `start` counts the starts.
     */
    mutants: {
      readonly active: string | null;
      readonly wanted: readonly string[];
      readonly assigned: Readonly<Record<string, readonly string[]>>;
      readonly budgetMs: number;
      readonly start: number;
    };
  }
}
