/** The platform's public keys, fetched by their numbers and kept: a number has one key for good. */
import { Refusal } from '../../payments/errors.ts';
import { providerError } from '../kit/provider-error.ts';
import { type Caller, callCheckout, goodBody, saysNone, unexpectedAnswer } from './api.ts';

/** More than the platforms have: the oldest one is dropped. */
const MOST_KEYS = 32;

/** A longer answer is no key of P-256. */
const KEY_LIMIT = 1000;

/** By origin and number, in this isolate, the oldest first. */
const keys = new Map<string, string>();

/**
 * Anybody can name numbers that there are not: so many are looked up in a minute at one platform, with our credentials, and a message
 * with one more is refused. The platform repeats a genuine one.
 */
const MOST_LOOKED_UP = 20;
const MINUTE_MS = 60_000;
const lookedUp = new Map<string, { readonly minute: number; readonly count: number }>();

/** @throws Refusal when too many were looked up. */
function countLookUp(origin: string, now: Date): void {
  const minute = Math.floor(now.getTime() / MINUTE_MS);
  const before = lookedUp.get(origin);
  const count = before?.minute === minute ? before.count + 1 : 1;
  if (count > MOST_LOOKED_UP)
    throw new Refusal(
      'key_not_looked_up',
      'too many keys that are not known are named: none is looked up now',
    );
  if (lookedUp.size >= MOST_KEYS) lookedUp.clear();
  lookedUp.set(origin, { minute, count });
}

/** The key in an answer: a member of an object (v1), or the text itself (v2). */
function keyIn(isV1: boolean, text: string, parsed: () => unknown): string | null {
  if (!isV1 && !text.startsWith('"')) return text;
  const said = parsed();
  const key = isV1 ? (said as { readonly publicKey?: unknown } | null)?.publicKey : said;
  return typeof key === 'string' ? key.trim() : null;
}

/**
 * The key of a number: base64 of a SubjectPublicKeyInfo.
 * @throws Refusal when the platform has none; Problem when it cannot be asked.
 */
export async function platformKey(caller: Caller, keyId: string): Promise<string> {
  const { settings, endpoints } = caller.account;
  const origin = endpoints.api ?? settings.base_url;
  const name = `${origin} ${keyId}`;
  const kept = keys.get(name);
  if (kept !== undefined) return kept;
  countLookUp(origin, caller.now);
  const answer = await callCheckout(caller, 'key', { id: keyId });
  if (saysNone(answer)) throw new Refusal('unknown_key', `the platform has no key ${keyId}`);
  if (answer.status !== 200) throw unexpectedAnswer('gave no key', answer);
  const key = keyIn(settings.mode === 'v1', answer.text.trim(), () => goodBody('gave a key', answer));
  if (key === null || key === '' || key.length > KEY_LIMIT)
    throw providerError(`the platform answered no key for ${keyId}`, answer.text);
  keys.set(name, key);
  const [oldest] = keys.keys();
  if (keys.size > MOST_KEYS && oldest !== undefined) keys.delete(oldest);
  return key;
}
