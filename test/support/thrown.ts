/** What a function throws, as whoever called would be told. */
import { Problem } from '../../src/payments/errors.ts';

/** What a Problem says: its code, its text, and what it says of each field. */
export interface Told {
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

/** The Problem that work throws; an error of another kind is thrown on, and null is that it throws nothing. */
export async function problemOf(work: () => unknown): Promise<Told | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { code: error.code, detail: error.message, errors: error.errors };
  }
}

/** What is said of one field that is wrong. */
export function wrongField(path: string, message: string): Told {
  return { code: 'invalid_request', detail: `${path}: ${message}`, errors: [{ path, message }] };
}

/** What is said where there is nothing to say of a field. */
export function told(code: string, detail: string): Told {
  return { code, detail, errors: [] };
}
