/** What an operator changes of an account: checked against its provider's schema, its secrets kept apart. */
import type { AccountInput } from '../directory/accounts.ts';
import type { Account } from '../directory/types.ts';
import type { AccountKind } from '../payments/account-kinds.ts';
import { currency } from '../payments/currencies.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import type { Endpoints, Environment } from '../payments/types.ts';
import type { Provider } from '../providers/contract.ts';
import { secretNames, withDigitsAsTaken } from '../providers/kit/settings.ts';
import { provider } from '../providers/registry.ts';
import { type AddressRules, addressProblem } from '../webhooks/address.ts';
import { settingProblem } from './account-problems.ts';
import { unreadableAddressRules } from './allowed-ips.ts';
import { calledSettingProblem } from './entered-addresses.ts';
import type { Service } from './service.ts';
import { modeProblem } from './shop-mode.ts';
import { nearestName } from './unknown-members.ts';
import { valid } from './validation.ts';

/** What is shown in place of a secret, and means "as it is" when it comes back. */
export const MASK = '********';

/** After so long without a result a payment expires, unless its account says otherwise. */
const DEFAULT_EXPIRE_HOURS = 24;

/** What an operator says of an account; what is left out keeps its value. */
export interface AccountChange {
  readonly provider: string;
  readonly caption?: string | null | undefined;
  /** Null: as the provider has them. */
  readonly displayName?: string | null | undefined;
  readonly kind?: AccountKind | null | undefined;
  readonly environment?: Environment | null | undefined;
  readonly currencies?: readonly string[] | null | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | null | undefined;
  readonly endpoints?:
    | { readonly page?: string | null | undefined; readonly api?: string | null | undefined }
    | null
    | undefined;
  readonly allowedIps?: readonly string[] | null | undefined;
  readonly trustUnprovenNotifications?: boolean | null | undefined;
  readonly expireAfterHours?: number | null | undefined;
  /** Null: none. */
  readonly fallback?: string | null | undefined;
}

function originProblem(text: string, rules: AddressRules): string | null {
  const problem = addressProblem(text, rules);
  if (problem) return problem;
  return new URL(text).origin === text.replace(/\/$/, '') ? null : 'must be an origin, without a path';
}

function endpointsOf(given: AccountChange['endpoints'], rules: AddressRules): Endpoints {
  const endpoints: { page?: string; api?: string } = {};
  for (const name of ['page', 'api'] as const) {
    const text = given?.[name];
    if (!text) continue;
    const problem = originProblem(text, rules);
    if (problem) throw invalidField(`endpoints.${name}`, problem);
    endpoints[name] = new URL(text).origin;
  }
  return endpoints;
}

/** Whether a text stands for a secret: nobody's secret is of asterisks alone. */
export function isMask(value: string): boolean {
  return /^\*+$/.test(value);
}

/** The secrets that a request sets; masked and missing ones stay as they are, null takes one away. */
function secretsOf(
  found: Provider,
  settings: Readonly<Record<string, unknown>>,
): Record<string, string | null> {
  const secrets: Record<string, string | null> = {};
  for (const name of secretNames(found.settings)) {
    const value = settings[name];
    if (value === undefined || value === MASK) continue;
    if (value !== null && typeof value !== 'string') throw invalidField(`settings.${name}`, 'is a text');
    if (value !== null && isMask(value))
      throw invalidField(`settings.${name}`, `is not a secret; ${MASK} keeps the stored one`);
    secrets[name] = value;
  }
  return secrets;
}

/** Settings as they would be after the change, checked against the provider's schema and for the environment. */
export function checkedSettings(
  found: Provider,
  shown: Record<string, unknown>,
  secrets: Record<string, string | null>,
  { before, environment }: { readonly before: Account | null; readonly environment: Environment },
): void {
  const whole: Record<string, unknown> = { ...shown };
  for (const [name, [newest]] of Object.entries(before?.secrets ?? {}))
    if (newest) whole[name] = newest.value;
  for (const [name, value] of Object.entries(secrets)) {
    if (value === null) delete whole[name];
    else whole[name] = value;
  }
  const known = Object.keys(found.settings.entries);
  const unknown = Object.keys(whole)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearestName(name, known);
      const message = `is not a setting of ${found.id}${near ? `: did you mean ${near}?` : ''}`;
      return { path: `settings.${name}`, message };
    });
  const [first] = unknown;
  if (first) throw new Problem('invalid_request', `${first.path}: ${first.message}`, { errors: unknown });
  let parsed: Record<string, unknown>;
  try {
    parsed = valid(found.settings, whole);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const errors = error.errors.map(({ path, message }) => ({ path: `settings.${path}`, message }));
    throw new Problem('invalid_request', `settings.${error.message}`, { errors });
  }
  const problem = settingProblem(found, parsed, environment);
  if (problem) throw invalidField(`settings.${problem.setting}`, problem.problem);
}

/**
 * The key id that a rotation brings, with the setting that it stands in; null: this secret has none.
 * @throws Problem invalid_request when it is missing, or the secret has none.
 */
export function rotatedKeyId(
  found: Provider,
  secret: string,
  value: string | null,
): { readonly setting: string; readonly value: string } | null {
  const setting = found.keyIds?.[secret];
  if (setting === undefined) {
    if (value !== null) throw invalidField('keyId', `is none of ${found.id}: its ${secret} has no id`);
    return null;
  }
  if (value === null)
    throw invalidField('keyId', `is missing: a new ${secret} of ${found.id} has a new ${setting}`);
  return { setting, value };
}

/** @throws Problem that names every entry which is neither an address nor a block. */
function requireReadableRules(rules: readonly string[]): void {
  const unreadable = new Set(unreadableAddressRules(rules));
  const errors = rules.flatMap((rule, index) =>
    unreadable.has(rule)
      ? [{ path: `allowedIps.${index}`, message: `${rule} is neither an IP address nor a CIDR block` }]
      : [],
  );
  const [first] = errors;
  if (first) throw new Problem('invalid_request', `${first.path}: ${first.message}`, { errors });
}

export function accountInput(
  id: string,
  body: AccountChange,
  before: Account | null,
  service: Service,
): AccountInput {
  const found = provider(body.provider);
  if (!found) throw invalidField('provider', `there is no provider ${body.provider}`);
  if (before && before.provider !== found.id) {
    throw invalidField('provider', `the account ${id} is for ${before.provider}: make a new account`);
  }
  const environment = body.environment ?? before?.environment ?? 'test';
  if (found.testOnly && environment === 'production') {
    throw invalidField(
      'environment',
      `${found.id} has no signatures and moves no money: it is never for production`,
    );
  }
  const currencies = body.currencies ?? before?.currencies ?? found.defaultCurrencies ?? found.currencies;
  const foreign = currencies.find((code) => !found.currencies.includes(code));
  if (foreign) {
    throw invalidField(
      'currencies',
      currency(foreign) ? `${found.id} does not take ${foreign}` : `${foreign} is not a currency of ISO 4217`,
    );
  }
  requireReadableRules(body.allowedIps ?? []);
  const given = withDigitsAsTaken(found.settings, body.settings ?? {});
  const secrets = secretsOf(found, given);
  const hidden = new Set(secretNames(found.settings));
  const shown = body.settings
    ? Object.fromEntries(Object.entries(given).filter(([name, value]) => !hidden.has(name) && value !== null))
    : { ...before?.settings };
  checkedSettings(found, shown, secrets, { before, environment });
  const called = calledSettingProblem({ provider: found.id, settings: shown }, service.config);
  if (called) throw invalidField(called.path, called.problem);
  return {
    id,
    provider: found.id,
    caption: body.caption ?? before?.caption ?? found.caption,
    displayName: body.displayName === undefined ? (before?.displayName ?? null) : body.displayName,
    kind: body.kind === undefined ? (before?.kind ?? null) : body.kind,
    environment,
    currencies,
    settings: shown,
    endpoints: body.endpoints ? endpointsOf(body.endpoints, service.config) : (before?.endpoints ?? {}),
    allowedIps: body.allowedIps ?? before?.allowedIps ?? [],
    trustUnprovenNotifications:
      body.trustUnprovenNotifications ?? before?.trustUnprovenNotifications ?? false,
    expireAfterHours: body.expireAfterHours ?? before?.expireAfterHours ?? DEFAULT_EXPIRE_HOURS,
    fallback: body.fallback === undefined ? (before?.fallback ?? null) : body.fallback,
    secrets,
  };
}

/** @throws Problem when a shop that uses the account is in the other mode. */
export async function requireModeOfShops(
  service: Service,
  input: AccountInput,
  before: Account | null,
): Promise<void> {
  if (!before || before.environment === input.environment) return;
  for (const shop of await service.directory.shops.list()) {
    const problem = shop.accounts.includes(input.id) ? modeProblem(shop, input) : null;
    if (problem) throw problem;
  }
}

/** What is said where an account is not there. */
export function unknownAccount(id: string): Problem {
  return new Problem('not_found', `there is no account ${id}`);
}

export async function knownAccount(service: Service, id: string): Promise<Account> {
  const account = await service.directory.accounts.get(id);
  if (!account) throw unknownAccount(id);
  return account;
}
