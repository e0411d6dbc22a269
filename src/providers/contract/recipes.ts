/** Recipes: each signature of a protocol exists once, under the name that the vector files give it. */
import type { Reply } from '../../payments/provider-update.ts';
import type { Status } from '../../payments/statuses.ts';
import type { Signable } from '../../signing/bytes.ts';

/** JSON values, for the signatures of providers that sign JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What a named recipe is tried on: the fields in order, or the raw text as it went over the wire. */
export interface RecipeInput {
  readonly fields?: readonly (readonly [name: string, value: Json])[] | { readonly [name: string]: Json };
  readonly raw?: string;
  /** What else a vector says about itself: an encoding, an operation, what was asked. */
  readonly rest?: Readonly<Record<string, Json | undefined>>;
}

/** A computed signature: exactly what was signed, and the result as it goes over the wire. */
export interface Signed {
  readonly base: Signable;
  /** As the vector files and the sheets name it. */
  readonly algorithm: string;
  readonly signature: string;
}

/** What checking a received message found. */
export interface Verdict {
  readonly valid: boolean;
  /** The status that the message stands for, where it is valid and has one. */
  readonly status: Status | null;
  readonly base: Signable;
  readonly expected: string | null;
  readonly received: string | null;
  /** Why it is not valid, in words. */
  readonly problem: string | null;
  /** The exact reply to it, where that depends on the message. */
  readonly reply?: Reply;
}

/** A recipe that exists once: start, notification and the command line all use it. */
export type Recipe<Settings> =
  | {
      /** We sign. */
      readonly kind: 'sign';
      readonly sign: (settings: Partial<Settings>, input: RecipeInput) => Signed;
    }
  | {
      /** The provider signs, we verify. */
      readonly kind: 'verify';
      readonly verify: (settings: Partial<Settings>, input: RecipeInput) => Verdict | Promise<Verdict>;
    }
  | {
      /** An address that is not signed. */
      readonly kind: 'address';
      readonly address: (settings: Partial<Settings>, input: RecipeInput) => string;
    }
  | {
      /** A text that both sides derive, without a signature of its own. */
      readonly kind: 'text';
      readonly text: (settings: Partial<Settings>, input: RecipeInput) => Uint8Array;
    }
  | {
      /** A body or text that we send, without a signature of its own. XML and JSON are compared by content. */
      readonly kind: 'body';
      readonly body: (settings: Partial<Settings>, input: RecipeInput) => string;
    }
  | {
      /**
       * Something else that is worked out; the answer's members are compared with those of the vector that have the
       * same name, `fields` by the names that the vector has.
       */
      readonly kind: 'case';
      readonly answer: (
        settings: Partial<Settings>,
        input: RecipeInput,
      ) => Readonly<Record<string, Json>> | Promise<Readonly<Record<string, Json>>>;
    }
  | {
      /** An answer of the provider's API, read. `asked` is what the status query was known by, where it matters. */
      readonly kind: 'response';
      readonly read: (
        settings: Partial<Settings>,
        raw: string,
        asked: string | null,
      ) => Readonly<Record<string, Json>>;
    };

/** A mistake that the sheet warns of, as a change after which a refused message would verify. */
export interface LikelyCause {
  /** What went wrong, in words. */
  readonly cause: string;
  readonly settings?: (settings: Record<string, unknown>) => Record<string, unknown>;
  readonly raw?: (raw: string) => string;
}
