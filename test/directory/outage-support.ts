/** D1 that breaks down and recovers, time that passes, and another isolate over the same database. */
import { env } from 'cloudflare:workers';
import { type MockInstance, vi } from 'vitest';
import { Directory } from '../../src/directory/directory.ts';
import type { VaultSwitchClient } from '../../src/directory/older-records.ts';
import type { StandbyClient } from '../../src/directory/standby.ts';
import { readConfig } from '../../src/env.ts';
import { type Env, serviceOf } from '../../src/worker.ts';

/** The object that keeps what D1 could not take. */
export const standby = () => env.STANDBY.get(env.STANDBY.idFromName('directory'));

let broken: MockInstance[] = [];

/** D1 does not work from now on. */
export function breakDown(how: 'fails' | 'hangs' = 'fails'): void {
  const fail = () => {
    throw new Error('D1_ERROR: database is locked: SQLITE_BUSY');
  };
  const hang = { bind: () => hang, first: never, all: never, run: never, raw: never };
  broken = [
    vi.spyOn(env.DIRECTORY, 'prepare').mockImplementation(how === 'fails' ? fail : () => hang as never),
    vi.spyOn(env.DIRECTORY, 'batch').mockImplementation(how === 'fails' ? fail : never),
  ];
}

const never = () => new Promise<never>(() => {});

/** D1 works again. */
export function recover(): void {
  for (const spy of broken) spy.mockRestore();
  broken = [];
}

/** Lets time pass. */
export function pass(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

/** Another isolate of the same deployment: a cache of its own over the same D1 and the same standby. */
export function otherIsolate(): Directory {
  const config = readConfig(env as unknown as Env);
  return new Directory({
    db: env.DIRECTORY,
    masterKey: config.masterKey,
    previousMasterKey: null,
    hashKey: config.idKey,
    now: () => Date.now(),
    random: (bytes) => void crypto.getRandomValues(bytes),
    standby: () => standby() as unknown as StandbyClient,
    vaultSwitch: () =>
      env.VAULT_SWITCH.get(env.VAULT_SWITCH.idFromName('older records')) as unknown as VaultSwitchClient,
    pause: async () => {},
  });
}

/** Has everything read anew, as in a new isolate; what the standby says stays known for its five seconds. */
export function forget(): void {
  serviceOf(env as unknown as Env).directory.changed();
}

/** Long enough ago that a change is not in doubt any more. */
export const SETTLED = 61_000;

/** The longest pause before what our own storage has held up is tried again: half a minute, and a fifth of it. */
export const HELD_UP = 36_000;
