/** A merchant's contract with a provider, as an application without the service has it. */
import * as v from 'valibot';
import { Problem } from '../payments/errors.ts';
import type { Endpoints, Environment } from '../payments/types.ts';
import type { DeclaredProvider, ProviderAccount } from '../providers/contract.ts';
import type { SettingsSchema } from '../providers/kit/settings.ts';

/** What an account is made of. */
export interface LibraryAccountInput<Schema extends SettingsSchema> {
  /** Your own name of it; left out: the provider's id. */
  readonly id?: string;
  /** `production`: the money is real. A message of another environment is refused. */
  readonly environment: Environment;
  /** Origins in place of the provider's own: for tests. */
  readonly endpoints?: Endpoints;
  /** By the names of the schema; secrets are among them. A name that it does not have is refused. */
  readonly settings: v.InferInput<Schema>;
}

/** An account whose settings the provider's schema has taken. */
export type LibraryAccount<Schema extends SettingsSchema = SettingsSchema> = ProviderAccount<
  v.InferOutput<Schema>
>;

const ENVIRONMENTS: readonly Environment[] = ['test', 'production', 'sandbox'];

/** @throws Problem: any other word would be taken for a test, and its messages for those of a test. */
function requireEnvironment(environment: unknown): void {
  if (ENVIRONMENTS.some((known) => known === environment)) return;
  const message = `is one of ${ENVIRONMENTS.join(', ')}, not ${String(environment)}`;
  throw new Problem('invalid_request', `environment: ${message}`, {
    errors: [{ path: 'environment', message }],
  });
}

/**
 * Checks an account.
 * @throws Problem invalid_request, whose `errors` name each setting that is wrong, or the environment.
 */
export function libraryAccount<Schema extends SettingsSchema>(
  provider: DeclaredProvider<Schema>,
  { id = provider.id, environment, endpoints = {}, settings }: LibraryAccountInput<Schema>,
): LibraryAccount<Schema> {
  requireEnvironment(environment);
  const unknown = Object.keys(settings as object).filter(
    (name) => !Object.hasOwn(provider.settings.entries, name),
  );
  const result = v.safeParse(provider.settings, settings);
  const errors = [
    ...unknown.map((name) => ({ path: name, message: 'is no setting of this provider' })),
    ...(result.issues ?? []).map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message })),
  ];
  const [first] = errors;
  if (first) throw new Problem('invalid_request', `settings.${first.path}: ${first.message}`, { errors });
  const wrong = provider.wrongSetting?.(result.output as never, environment);
  if (wrong) {
    const error = { path: wrong.setting, message: wrong.problem };
    throw new Problem('invalid_request', `settings.${error.path}: ${error.message}`, { errors: [error] });
  }
  if (environment === 'production' && provider.testOnly)
    throw new Problem('invalid_request', `${provider.caption} is for tests alone`);
  return { id, environment, endpoints, settings: result.output as v.InferOutput<Schema> };
}
