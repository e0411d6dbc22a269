import 'vitest';

/** What vitest.config.ts hands to the tests. */
declare module 'vitest' {
  interface ProvidedContext {
    reconcileModel: { readonly runs: number; readonly seed: number; readonly only: readonly string[] };
    /** Of each account in the month that is reconciled. */
    monthMovements: number;
  }
}
