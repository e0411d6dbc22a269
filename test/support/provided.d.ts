import 'vitest';

/** What vitest.config.ts, and `npm run mutants`, hand to the tests. */
declare module 'vitest' {
  interface ProvidedContext {
    reconcileModel: { readonly runs: number; readonly seed: number; readonly only: readonly string[] };
    /** Of each account in the month that is reconciled. */
    monthMovements: number;
    /**
     * `active`: the mutant that a run is about; null: each test is repeated for those that it reaches, as long as it may; `tries`
     * has those that nothing has noticed, and how many tests may still try each; `start` counts the starts.
     */
    mutants: {
      readonly active: string | null;
      readonly tries: Readonly<Record<string, number>>;
      readonly budgetMs: number;
      readonly start: number;
    };
  }
}
