/** What the protocols of providers have in common, each piece used by several of them. */
import { invalidField, Problem, Refusal } from '../payments/errors.ts';
import { type Minor, ZERO } from '../payments/money.ts';
import { apply, NEW_ATTEMPT, summarize } from '../payments/rules.ts';
import type { Status } from '../payments/statuses.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { readable, utf8 } from '../signing/bytes.ts';
import { type Charset, type CharsetName, charset } from '../signing/charsets.ts';
import { parseForm, type RawField, rawFields } from '../signing/form.ts';
import type { AttemptUrls, Fact, Json, ProviderRequest, RecipeInput, Reply, Verdict } from './contract.ts';

/** An address with scheme and host replaced by an origin, the path kept as the sheet has it. */
export function atOrigin(address: string, origin: string | undefined): string {
  if (!origin) return address;
  return origin + address.slice(new URL(address).origin.length);
}

/** HTTP 200 with an empty body, the reply that most protocols want. */
export const EMPTY_OK: Reply = { status: 200, headers: {}, body: '' };

/** The type of a form body. */
export const FORM = 'application/x-www-form-urlencoded';

/**
 * The raw parameter text of a form message: the query of a GET, the body of a POST.
 * @throws Refusal when a POST is not a form.
 */
export function formBytes(request: ProviderRequest): Uint8Array {
  if (request.method === 'GET') return request.query;
  if (request.body.length > 0 && request.contentType !== FORM) {
    throw new Refusal('malformed', `the body is ${request.contentType ?? 'of no type'}, not ${FORM}`);
  }
  return request.body;
}

/**
 * The parameters of a form message.
 * @throws Refusal when the percent-encoding is broken.
 */
export function formFields(bytes: Uint8Array): RawField[] {
  const fields = parseForm(bytes);
  if (!fields) throw new Refusal('malformed', 'the percent-encoding of the parameters is broken');
  return fields;
}

/** The parameters of a recipe's input, given raw or as fields. */
export function inputFields(input: RecipeInput): RawField[] {
  return input.raw === undefined ? rawFields(textFields(input)) : formFields(utf8(input.raw));
}

function jsonText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The fields of a recipe's input as text, in their order. */
export function textFields(input: RecipeInput): (readonly [string, string])[] {
  const pairs = Array.isArray(input.fields)
    ? (input.fields as readonly (readonly [string, Json])[])
    : Object.entries((input.fields ?? {}) as Record<string, Json>);
  return pairs.map(([name, value]) => [name, jsonText(value)] as const);
}

/**
 * A value for a field of at most `limit` characters, cut there. For text that is only shown to people.
 */
export function cut(value: string | null | undefined, limit: number): string | undefined {
  const characters = Array.from(value?.trim() ?? '');
  return characters.length === 0 ? undefined : characters.slice(0, limit).join('').trim();
}

/** A value that fits, or nothing: for optional data that makes no sense when cut, such as an e-mail address. */
export function ifFits(value: string | null | undefined, limit: number): string | undefined {
  return value && Array.from(value).length <= limit ? value : undefined;
}

/** First and last name in one, or undefined. */
export function fullName(payment: PaymentRequest): string | undefined {
  const { firstName, lastName } = payment.customer;
  return [firstName, lastName].filter(Boolean).join(' ') || undefined;
}

/** Where a request's text goes wrong, for the error: the path in the shop's request of each field's source. */
export type FieldSources = Readonly<Record<string, string>>;

/**
 * Refuses a value that the protocol's charset cannot carry, naming the shop's field.
 * @throws Problem invalid_request.
 */
export function requireCharset(
  charset: Charset,
  fields: Iterable<readonly [name: string, value: string]>,
  sources: FieldSources,
): void {
  for (const [name, value] of fields) {
    const missing = charset.firstMissing(value);
    if (missing !== null) {
      throw invalidField(
        sources[name] ?? `providerFields.${name}`,
        `the character ${JSON.stringify(missing)} does not exist in ${charset.name}, the charset of this account`,
      );
    }
  }
}

/**
 * Adds a shop's own provider fields to those of the protocol: a new name is appended, a known one replaces
 * its value in place, one that countersign answers for is refused.
 * @throws Problem invalid_request naming the field.
 */
export function withProviderFields(
  fields: readonly (readonly [string, string])[],
  extra: Readonly<Record<string, string>>,
  rules: { readonly reserved: ReadonlySet<string>; readonly allowed?: (name: string) => boolean },
): (readonly [string, string])[] {
  const merged = new Map(fields);
  for (const [name, value] of Object.entries(extra)) {
    const path = `providerFields.${name}`;
    if (rules.reserved.has(name)) throw invalidField(path, 'is set by countersign from the payment itself');
    if (rules.allowed && !rules.allowed(name)) throw invalidField(path, 'is not a field of this provider');
    merged.set(name, value);
  }
  return [...merged];
}

/** A text of bytes that are meant to be ASCII, for reading codes and identifiers of a verified message. */
export function asciiText(bytes: Uint8Array): string {
  return readable(bytes);
}

/**
 * The status that a fact stands for when nothing else is known of its payment: the asked amount is taken to be
 * the fact's own. Null where it moves nothing.
 */
export function statusAlone(fact: Fact, capture: 'automatic' | 'manual' = 'automatic'): Status | null {
  const paid = capture === 'manual' ? 'authorized' : 'paid';
  const outcome = fact.outcome === 'accepted' ? paid : fact.outcome;
  if (outcome === 'none') return null;
  const amount = (typeof fact.amount === 'number' && fact.amount > 0 ? fact.amount : 1) as Minor;
  const news = { outcome, amount, movement: fact.movement };
  const before =
    outcome === 'refunded' || outcome === 'reversed'
      ? { ...NEW_ATTEMPT, paid: { before: amount } }
      : NEW_ATTEMPT;
  return summarize(amount || ZERO, [apply(before, news)]).status;
}

/**
 * The secret that a message is checked with. An account that lacks it believes nothing: with an empty secret, anybody
 * could sign.
 * @throws Refusal
 */
export function checkingSecret(value: string | undefined, setting: string): string {
  if (!value)
    throw new Refusal('signature_mismatch', `this account has no ${setting} to check messages with`);
  return value;
}

/** How long a provider's API may take. */
const API_TIMEOUT_MS = 10_000;

/** An answer of a provider's API, whatever its status. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  /** As they came, for answers whose charset only their content tells. */
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

/**
 * Calls a provider's API.
 * @throws Problem provider_unreachable when it does not answer in time.
 */
export async function callApi(
  fetcher: typeof fetch,
  url: string,
  init: {
    readonly method?: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    /** Of the answer; left out: UTF-8. */
    readonly charset?: CharsetName;
  },
): Promise<ApiAnswer> {
  const { charset: name = 'utf-8', ...request } = init;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), API_TIMEOUT_MS);
  try {
    const response = await fetcher(url, {
      method: 'POST',
      redirect: 'manual',
      ...request,
      signal: abort.signal,
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = name === 'utf-8' ? new TextDecoder().decode(bytes) : (charset(name).decode(bytes) ?? '');
    return { status: response.status, text, bytes, headers: response.headers };
  } catch (cause) {
    throw new Problem('provider_unreachable', 'the provider did not answer', { cause });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls a provider's API and reads its JSON.
 * @throws Problem provider_unreachable when it does not answer in time, provider_error for any other answer.
 */
export async function callJson(
  fetcher: typeof fetch,
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const { status, text } = await callApi(fetcher, url, {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (status < 200 || status > 299) {
    throw new Problem('provider_error', `the provider answered ${status}`, { cause: text });
  }
  return jsonObject(text);
}

/**
 * A text that has to be a JSON object.
 * @throws Problem provider_error when it is something else, such as the page of a proxy.
 */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Reported below, as any other answer that is no object.
  }
  throw new Problem('provider_error', 'the provider answered something that is not a JSON object', {
    cause: text,
  });
}

/** A message that verified: what was signed, the signature, and the status it stands for. */
export interface Accepted {
  readonly base: Uint8Array;
  readonly signature: string;
  readonly status: Status | null;
  readonly reply?: Reply;
}

/** The verdict of a check that throws a Refusal. Any other error is a mistake of ours and goes on. */
export async function verdict(check: () => Accepted | Promise<Accepted>): Promise<Verdict> {
  try {
    const { base, signature, status, reply } = await check();
    return {
      valid: true,
      status,
      base,
      expected: signature,
      received: signature,
      problem: null,
      ...(reply && { reply }),
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { base, expected, received, message } = error;
    return { valid: false, status: null, base: utf8(base ?? ''), expected, received, problem: message };
  }
}

/** The parameter of our own return address that says by which of a provider's addresses the shopper came. */
export const VIA = 'via';

/** A hint for the page to show, never a result; only where the provider signs it does it mean anything. */
export type Via = 'success' | 'pending' | 'failure' | 'cancel';

/** The return address for one of a provider's return fields. */
export function backBy(urls: AttemptUrls, via: Via): string {
  return `${urls.back}?${VIA}=${via}`;
}

/**
 * An address of ours that a field of the protocol has to carry.
 * @throws Problem misconfigured when it is too long for the field.
 */
export function addressWithin(limit: number, url: string): string {
  if (url.length <= limit) return url;
  throw new Problem(
    'misconfigured',
    `an address of ours has ${url.length} characters and the provider takes ${limit}: shorten PUBLIC_URL or the account's id`,
  );
}

const LATIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ł: 'l',
  Ł: 'L',
  '’': "'",
};

/** A text in plain ASCII: accents dropped, ligatures spelt out, everything else that is not ASCII left out. */
export function plainAscii(value: string): string {
  return value
    .replace(/[ßæÆœŒøØđĐłŁ’]/g, (character) => LATIN[character] ?? '')
    .normalize('NFD')
    .replace(/[^\x20-\x7e]/g, '');
}
