/** HTTP statuses of answers to an operation. */

/** "Later", "too early", "too often": nothing was decided. 409 may be about a first try that is still under way. */
const UNDECIDED = new Set([408, 409, 425, 429]);

/** Whether an HTTP status may go with a provider's no. Any other status decides nothing, whatever its body says. */
export function mayDecline(status: number): boolean {
  return status === 200 || (status >= 400 && status < 500 && !UNDECIDED.has(status));
}
