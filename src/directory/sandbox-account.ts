/** An account whose bank is simulated, as that bank knows it. */
import type { Environment } from '../payments/types.ts';
import type { Account } from './types.ts';

export interface SandboxAccount {
  readonly id: string;
  readonly provider: string;
  readonly environment: Environment;
  /** With its newest secrets among them: without them no bank could check or sign. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What its bank knows of an account. @throws Error for one whose money is real: no simulated bank has its secrets. */
export function sandboxAccount({ id, provider, environment, settings, secrets }: Account): SandboxAccount {
  if (environment === 'production') throw new Error(`the account ${id} takes real money`);
  const newest = Object.entries(secrets).map(([name, [current]]) => [name, current?.value] as const);
  return { id, provider, environment, settings: { ...settings, ...Object.fromEntries(newest) } };
}
