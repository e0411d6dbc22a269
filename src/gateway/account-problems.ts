/**
 * Problems of an account's settings that its provider's schema does not find. An account that has one is not saved. Where one was stored
 * before there was a rule, its problems are shown with it.
 */

import type { Account } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import type { Environment } from '../payments/types.ts';
import type { Provider } from '../providers/contract.ts';
import { secretNames } from '../providers/kit/settings.ts';
import { provider } from '../providers/registry.ts';
import type { AddressRules } from '../webhooks/address.ts';
import { unreadableAddressRules } from './allowed-ips.ts';
import { calledSettingProblem } from './entered-addresses.ts';
import { valid } from './validation.ts';

/** A secret of fewer characters can be guessed by somebody who has one signed message, at his own computer. */
const SHORT_SECRET = 16;

type Settings = Readonly<Record<string, unknown>>;

/** A setting, and what is wrong with it. */
export interface SettingProblem {
  readonly setting: string;
  readonly problem: string;
}

/** Keys are the same however their digits are spaced and their letters written. */
function plain(secret: string): string {
  return secret.replace(/[\s:]/g, '').toLowerCase();
}

/** So begin the secrets of the demo accounts of `npm start`, which stand in this repository, where they are no provider's own. */
const DEMO = /^(?:testpassword_)?demo-/;

/** Whether everybody has a secret. */
export function isPublished(found: Provider, secret: string): boolean {
  if (DEMO.test(plain(secret))) return true;
  const form = (one: string) => found.secretForm?.(one) ?? plain(one);
  return found.publishedSecrets?.some((published) => form(published) === form(secret)) ?? false;
}

/** The first thing that cannot be right about complete settings in an environment; null: nothing. */
export function settingProblem(
  found: Provider,
  settings: Settings,
  environment: Environment,
): SettingProblem | null {
  // Without it no message of the provider could be verified.
  const lacking = found.lackingSetting?.(settings) ?? null;
  if (lacking !== null) return { setting: lacking, problem: 'is missing: it checks what the provider sends' };
  if (environment === 'production') {
    const published = secretNames(found.settings).find((name) => {
      const value = settings[name];
      return typeof value === 'string' && isPublished(found, value);
    });
    if (published !== undefined)
      return {
        setting: published,
        problem: 'is a published key of a test or an example, which everybody has: enter your own',
      };
  }
  return found.wrongSetting?.(settings, environment) ?? null;
}

/** The settings with the current secrets; null where they do not fit the provider's schema any more. */
function completeSettings(account: Account, found: Provider): Settings | null {
  const secrets = Object.fromEntries(
    Object.entries(account.secrets).map(([name, [newest]]) => [name, newest?.value]),
  );
  try {
    return valid(found.settings, { ...account.settings, ...secrets });
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** What an operator should mend of an account, each as a sentence. */
export function accountWarnings(account: Account, rules: AddressRules): readonly string[] {
  const found = provider(account.provider);
  if (!found) return [];
  const settings = completeSettings(account, found);
  const wrong = settings && settingProblem(found, settings, account.environment);
  const called = calledSettingProblem(account, rules);
  const short = Object.entries(account.secrets).filter(([, [newest]]) => {
    const length = Array.from(newest?.value ?? '').length;
    return length > 0 && length < SHORT_SECRET;
  });
  return [
    ...(settings === null ? ['the settings are not complete any more: send them again'] : []),
    ...(called ? [`${called.path} ${called.problem}: it is not called`] : []),
    ...(wrong ? [`settings.${wrong.setting} ${wrong.problem}`] : []),
    ...(settings ? (found.settingWarnings?.(settings) ?? []) : []),
    ...unreadableAddressRules(account.allowedIps).map(
      (rule) =>
        `allowedIps has ${rule}, which is neither an IP address nor a CIDR block: it allows nobody. Send the list without it`,
    ),
    ...short.map(
      ([name]) =>
        `settings.${name} has fewer than ${SHORT_SECRET} characters: whoever sees one signed message can find it by trying. Set a longer one at ${account.provider}, and rotate it here`,
    ),
  ];
}
