/**
 * How the console's Worker says whom it has signed in: beside the Worker's bindings, under a symbol that no request and no configuration
 * can name. Only OperatorApi puts it there.
 */

export interface SignedIn {
  readonly user: string;
  /** The IP address of the user's browser. */
  readonly address: string | null;
}

const SIGNED_IN = Symbol('signed in');

/** The bindings of a request that is made for a user. */
export function bindingsFor<Bindings extends object>(bindings: Bindings, signedIn: SignedIn): Bindings {
  return { ...bindings, [SIGNED_IN]: signedIn };
}

/** Whom a request is made for; null: it came from outside. */
export function signedInOf(bindings: object): SignedIn | null {
  const { [SIGNED_IN]: signedIn = null } = bindings as { readonly [SIGNED_IN]?: SignedIn };
  return signedIn;
}
