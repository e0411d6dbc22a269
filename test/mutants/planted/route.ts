/** Code for planted mutants that only a route of the Worker runs. */

/** Whether a request asks for what was planted. */
export function isForPlanted(path: string): boolean {
  return path.startsWith('/planted/');
}

/** A status for an amount. */
export function statusFor(amount: number): number {
  return amount > 0 ? 200 : 422;
}
