/**
 * Why a signature was refused: the exact base string, expected and received, the first byte that differs, the keys
 * that were tried, and the likely causes. A cause that a provider's file suspects is tried, not guessed: it is named
 * when the message verifies with it.
 *
 * The expected value of a forged message is its right signature. It is whole at the command line alone, for the owner of the
 * secrets; what is kept for the operator has its beginning, always the same, and never tells how far a guess was right.
 */
import type { Refusal } from '../../payments/errors.ts';
import { hex, readable, utf8 } from '../../signing/bytes.ts';
import { digests } from '../../signing/digests.ts';
import type { Provider, Verdict } from '../contract.ts';
import { withoutCards, withoutSecrets } from './masking.ts';
import { secretNames } from './settings.ts';

/** Where two values part. */
export interface Difference {
  /** The first byte that differs, from 0. */
  readonly at: number;
  /** A few characters from there on. */
  readonly expected: string;
  readonly received: string;
}

/** A key that was tried, told apart from others without being shown. */
interface TriedKey {
  readonly setting: string;
  /** `26 characters, fingerprint 1a2b3c4d` (the start of its SHA-256). */
  readonly key: string;
  /** Which of the live values it is. */
  readonly which: string;
}

export interface Diagnosis {
  readonly problem: string;
  readonly base: string | null;
  /** The charset in which the base was hashed. */
  readonly charset: string;
  readonly expected: string | null;
  readonly received: string | null;
  readonly firstDifference: Difference | null;
  readonly keysTried: readonly TriedKey[];
  readonly likelyCauses: readonly string[];
}

/** How much of a difference is shown, in characters. */
const SHOWN = 16;

/** The first difference of two values, or null when they are equal or one is not known. */
export function firstDifference(expected: string | null, received: string | null): Difference | null {
  if (expected === null || received === null) return null;
  const [a, b] = [utf8(expected), utf8(received)];
  const at = Array.from({ length: Math.max(a.length, b.length) }).findIndex(
    (_, index) => a[index] !== b[index],
  );
  if (at < 0) return null;
  const from = (bytes: Uint8Array) => readable(bytes.subarray(at)).slice(0, SHOWN);
  return { at, expected: from(a), received: from(b) };
}

/** How many characters of an expected value are kept. */
const KEPT = 8;

/** The beginning of an expected value; of a short one no more than half. */
function beginningOf(expected: string): string {
  const characters = Array.from(expected);
  return characters.slice(0, Math.min(KEPT, Math.floor(characters.length / 2))).join('');
}

/** Whether two values differ in their form alone: whoever sent the one knows the other. */
function differInForm(expected: string, received: string): boolean {
  const plain = (text: string) => text.trim().replaceAll(' ', '+').replace(/=+$/, '').toLowerCase();
  return plain(expected) === plain(received);
}

/**
 * The first difference as it is kept. Its place is told within the beginning that is shown anyway, and where the sender knows
 * the whole value: else each refusal would say whether one more byte of a forged signature was guessed.
 */
function keptDifference(expected: string | null, received: string | null): Difference | null {
  const found = firstDifference(expected, received);
  if (found === null || expected === null || received === null) return null;
  const beginning = utf8(beginningOf(expected));
  const from = (bytes: Uint8Array, at: number) => readable(bytes.subarray(at)).slice(0, SHOWN);
  const at = found.at < beginning.length || differInForm(expected, received) ? found.at : beginning.length;
  return { at, expected: from(beginning, at), received: from(utf8(received), at) };
}

/** What the two values alone give away. */
function causesOfForm(expected: string | null, received: string | null): string[] {
  if (received === null || received === '') return ['the signature was left out, or has another name'];
  if (expected === null) return [];
  const causes: string[] = [];
  const same = (change: (text: string) => string) => change(received) === change(expected);
  if (received !== expected && same((text) => text.toLowerCase()))
    causes.push('the signature is in another case');
  if (same((text) => text.replace(/=+$/, ''))) causes.push('the padding of the base64 is missing');
  if (same((text) => text.trim()) && received !== expected)
    causes.push('there is white space around the signature');
  if (received.includes(' ') && received.replaceAll(' ', '+') === expected) {
    causes.push('a plus sign of the base64 arrived as a space: it was not percent-encoded');
  }
  if (/%[0-9A-F]{2}/i.test(received)) causes.push('the signature is percent-encoded twice');
  if (causes.length === 0 && received.length !== expected.length) {
    causes.push(
      `the signature has ${received.length} characters and not ${expected.length}: another algorithm or encoding`,
    );
  }
  return causes;
}

type Settings = Record<string, unknown>;

/** The causes that a provider suspects and that turn out to be so. */
async function causesThatHold(
  provider: Provider,
  what: string,
  settings: Settings,
  raw: string,
): Promise<string[]> {
  const recipe = provider.signatures[what];
  if (recipe?.kind !== 'verify') return [];
  const causes: string[] = [];
  for (const suspicion of provider.likelyCauses) {
    const changedSettings = suspicion.settings?.(settings) ?? settings;
    const changedRaw = suspicion.raw?.(raw) ?? raw;
    if (changedSettings === settings && changedRaw === raw) continue;
    const verdict: Verdict = await recipe.verify(changedSettings, { raw: changedRaw });
    if (verdict.valid) causes.push(suspicion.cause);
  }
  return causes;
}

const NOTHING_FOUND =
  'the message was changed after it was signed, or signed with a key that is not among those tried';

/** One choice of the live secrets that a message was checked with. */
interface Trial {
  readonly settings: Settings;
  /** Which of the live values they are. */
  readonly which: string;
}

/** The keys that checking the message has used, without showing them: an account has secrets that check nothing. */
async function keysOf(provider: Provider, what: string, raw: string, trial: Trial): Promise<TriedKey[]> {
  const names = [
    ...secretNames(provider.settings),
    ...('public_key' in provider.settings.entries ? ['public_key'] : []),
  ];
  const used = new Set<string>();
  const watched = new Proxy(trial.settings, {
    get: (settings, name) => {
      if (typeof name === 'string') used.add(name);
      return settings[name as string];
    },
  });
  const recipe = provider.signatures[what];
  if (recipe?.kind === 'verify') await recipe.verify(watched, { raw });
  // A recipe that needs more than the body may have ended before it came to a key.
  const tried = names.some((name) => used.has(name)) ? names.filter((name) => used.has(name)) : names;
  return tried.flatMap((setting) => {
    const value = trial.settings[setting];
    if (typeof value !== 'string') return [];
    const fingerprint = hex(digests.sha256(utf8(value))).slice(0, 8);
    return [{ setting, key: `${value.length} characters, fingerprint ${fingerprint}`, which: trial.which }];
  });
}

/** Every live value of the account's secrets, by name. */
function secretsOf(provider: Provider, trials: readonly Trial[]): (readonly [string, string])[] {
  return secretNames(provider.settings).flatMap((name) => {
    const values = new Set(trials.map(({ settings }) => settings[name]));
    return [...values].flatMap((value) => (typeof value === 'string' ? [[name, value] as const] : []));
  });
}

/** How much of a base string is kept. */
const BASE_LIMIT = 4000;

/** What is to be explained: a refused message, and what it was checked with. */
export interface RefusedMessage {
  readonly provider: Provider;
  /** Every choice of live secrets, the current ones first. */
  readonly trials: readonly [Trial, ...Trial[]];
  /** The recipe it was checked with, as the vector files name it. */
  readonly what: string;
  readonly raw: string;
  readonly refusal: Pick<Refusal, 'message' | 'base' | 'expected' | 'received'>;
  /**
   * Whether secrets and card numbers are masked, and the expected value is cut: always, except for the owner of the secrets at a
   * command line.
   */
  readonly masked: boolean;
}

/** Explains a refusal. */
export async function diagnose(refused: RefusedMessage): Promise<Diagnosis> {
  const { provider, trials, what, raw, refusal, masked } = refused;
  const { settings } = trials[0];
  const { expected, received, message } = refusal;
  const encoder = provider.charset(settings);
  const secrets = masked ? secretsOf(provider, trials) : [];
  const maskedText = (text: string) =>
    masked ? withoutCards(withoutSecrets(text, secrets, encoder)).slice(0, BASE_LIMIT) : text;
  const mask = (text: string | null) => (text === null ? null : maskedText(text));
  // What was refused before its signature was looked at is not read again: it may be of any size and form.
  const isChecked = refusal.base !== null || expected !== null || received !== null;
  const causes = [
    ...causesOfForm(expected, received),
    ...(isChecked ? await causesThatHold(provider, what, settings, raw) : []),
  ];
  const keys = isChecked ? await Promise.all(trials.map((trial) => keysOf(provider, what, raw, trial))) : [];
  const mismatch = received !== null && received !== '' && received !== expected;
  return {
    problem: maskedText(message),
    base: mask(refusal.base),
    charset: encoder.name,
    expected: masked && expected !== null ? beginningOf(maskedText(expected)) : expected,
    received: mask(received),
    firstDifference: (masked ? keptDifference : firstDifference)(mask(expected), mask(received)),
    keysTried: keys.flat(),
    likelyCauses: causes.length > 0 || !mismatch ? causes : [NOTHING_FOUND],
  };
}
