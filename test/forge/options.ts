/** The settings of an account, drawn from what its schema offers: every mode, recipe and dialect. */
import fc from 'fast-check';
import * as v from 'valibot';
import type { Provider } from '../../src/providers/contract.ts';
import { secretNames } from '../../src/providers/kit/settings.ts';
import { DEMO_ACCOUNTS } from '../../src/sandbox/demo-accounts.ts';
import type { Pool } from './pool.ts';

export type Settings = Readonly<Record<string, unknown>>;

interface Schema {
  readonly type?: string;
  readonly wrapped?: Schema;
  readonly pipe?: readonly Schema[];
  readonly options?: readonly unknown[];
}

/** What one setting can be, where its schema names it; null: it is free text. */
function choicesOf(schema: Schema): readonly unknown[] | null {
  if (schema.wrapped) return choicesOf(schema.wrapped);
  const [first = schema] = schema.pipe ?? [];
  if (first.type === 'boolean') return [false, true];
  return first.type === 'picklist' ? (first.options ?? null) : null;
}

/** By this one an operator of TIPI accepts that forged messages count: it is never set here. */
const ACCEPTS_RISK = 'trust_unsigned_notification';

/** The settings that offer a choice, with what they can be. */
export function picklists({ settings }: Provider): ReadonlyMap<string, readonly unknown[]> {
  const found = Object.entries(settings.entries).map(
    ([name, entry]) => [name, choicesOf(entry as Schema)] as const,
  );
  return new Map(found.filter((entry): entry is [string, readonly unknown[]] => entry[1] !== null));
}

/** What an account is changed to from the demo's: choices, and settings that the demo leaves out. */
export function changedSettings(provider: Provider, pool: Pool): fc.Arbitrary<Settings> {
  const demo = DEMO_ACCOUNTS[provider.id]?.settings ?? {};
  const choices = Object.fromEntries(
    [...picklists(provider)]
      .filter(([name]) => name !== ACCEPTS_RISK)
      .map(([name, values]) => [name, fc.option(fc.constantFrom(...values), { nil: undefined, freq: 3 })]),
  );
  const left = Object.fromEntries(
    Object.keys(provider.settings.entries)
      .filter((name) => !(name in demo) && !(name in choices))
      .map((name) => [name, pool.settings[name] ?? []] as const)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => [name, fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 })]),
  );
  return fc
    .record({ ...choices, ...left })
    .map((drawn) => Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)));
}

/** Changes that fill in every setting which the demo leaves out and the vectors have: some modes need several. */
export function withAllSettings(provider: Provider, pool: Pool, changes: Settings): Settings {
  const demo = DEMO_ACCOUNTS[provider.id]?.settings ?? {};
  const filled: Record<string, unknown> = {};
  for (const name of Object.keys(provider.settings.entries)) {
    if (name in demo || name === ACCEPTS_RISK) continue;
    const value = pool.settings[name]?.find(
      (one) => v.safeParse(provider.settings, { ...demo, [name]: one }).success,
    );
    if (value !== undefined) filled[name] = value;
  }
  return { ...filled, ...changes };
}

/** Something for a secret that an account lacks, where no vector has one. */
const MADE_UP = ['forge-secret-0123456789', '0123456789abcdef0123456789abcdef'];

/** The demo's settings with changes, those that the schema takes; what a mode lacks is filled in. */
export function settingsWith(provider: Provider, pool: Pool, changes: Settings): Settings {
  let given: Record<string, unknown> = { ...DEMO_ACCOUNTS[provider.id]?.settings };
  for (const [name, value] of Object.entries(changes)) {
    if (v.safeParse(provider.settings, { ...given, [name]: value }).success)
      given = { ...given, [name]: value };
  }
  for (let round = 0; round < 5; round++) {
    const parsed = v.parse(provider.settings, given) as Settings;
    const lacking = provider.lackingSetting?.(parsed);
    if (!lacking) return parsed;
    const value = [...(pool.settings[lacking] ?? []), ...MADE_UP].find(
      (one) => v.safeParse(provider.settings, { ...given, [lacking]: one }).success,
    );
    given = { ...given, [lacking]: value };
  }
  return v.parse(provider.settings, given) as Settings;
}

/** The same kind of character, another one; what is hexadecimal stays so. */
function turned(text: string): string {
  return text.replace(/[0-9a-yA-Y]/g, (character) => {
    if (character === '9') return '0';
    if (character === 'f' || character === 'F') return character === 'f' ? 'a' : 'A';
    return String.fromCharCode(character.charCodeAt(0) + 1);
  });
}

/** The settings of another merchant of the same platform: other numbers and secrets. */
export function strangerSettings(provider: Provider, settings: Settings): Settings {
  const choices = picklists(provider);
  const secrets = new Set(secretNames(provider.settings));
  let other: Settings = settings;
  for (const [name, value] of Object.entries(settings)) {
    if (choices.has(name)) continue;
    const isText = typeof value === 'string' && !/^(?:-----|https?:)/.test(value);
    const isOwn = secrets.has(name) || /^[A-Za-z0-9:._-]{3,}$/.test(String(value));
    if (!isText && typeof value !== 'number') continue;
    if (!isOwn) continue;
    const changed = { ...other, [name]: typeof value === 'number' ? value + 1 : turned(String(value)) };
    if (v.safeParse(provider.settings, changed).success) other = changed;
  }
  return other;
}
