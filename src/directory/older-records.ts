/** Whether records that an older version has sealed still open, asked of the switch and remembered in the isolate. */

/** The switch as its callers see it (vault-switch.ts). */
export interface VaultSwitchClient {
  isClosed(): Promise<boolean>;
  close(at: string): Promise<boolean>;
}

/** How long an open switch is taken for open without asking again, in milliseconds. */
const OPEN_FOR = 5000;

export class OlderRecords {
  readonly #switch: () => VaultSwitchClient;
  readonly #now: () => number;
  #isClosed = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  /** @param vaultSwitch made anew for each use. */
  constructor(vaultSwitch: () => VaultSwitchClient, now: () => number) {
    this.#switch = vaultSwitch;
    this.#now = now;
  }

  /** Whether they are closed. That they are is remembered for ever. */
  async areClosed(): Promise<boolean> {
    if (this.#isClosed || this.#now() - this.#askedAt < OPEN_FOR) return this.#isClosed;
    this.#isClosed = await this.#switch().isClosed();
    this.#askedAt = this.#now();
    return this.#isClosed;
  }

  /** Closes them for good. Returns whether they were open. */
  async close(): Promise<boolean> {
    if (this.#isClosed) return false;
    const wasOpen = await this.#switch().close(new Date(this.#now()).toISOString());
    this.#isClosed = true;
    return wasOpen;
  }
}
