/**
 * What was never seen before at a provider: a code that its sheet does not have, a field that it does not name, an address that nobody
 * has named.
 *
 * - Only messages that were believed are looked at: strangers must not be able to make such things up.
 * - Codes are looked at in notifications, returns and answers to status queries; fields and addresses in notifications alone, because a
 *   shopper may add any field to a return.
 * - What is new to this isolate travels with the payment's own push to the directory, which knows what other isolates have seen.
 */
import { BoundedMap } from '../directory/bounded-map.ts';
import type { Directory } from '../directory/directory.ts';
import type { DriftSort, Noticed } from '../payments/attention.ts';
import type { Provider, ProviderRequest, ProviderUpdate } from '../providers/contract.ts';
import { statusText } from '../providers/kit/statuses.ts';
import { provider as providerOf } from '../providers/registry.ts';
import { fromUtf8 } from '../signing/bytes.ts';
import { parseForm } from '../signing/form.ts';
import { octets } from '../signing/octets.ts';
import type { OpenedAccount } from './accounts.ts';
import { isAllowed } from './allowed-ips.ts';

/** Values that one isolate remembers to have seen. */
const MOST_SEEN = 10_000;

/** Fields of one message that are looked at. */
const MOST_FIELDS = 200;

/** The longest value that is kept. */
const LONGEST = 100;

/** No field has this name. */
const ANY_MESSAGE = '(any message)';

const seen = new BoundedMap<true>(MOST_SEEN);

/** Messages of a provider have few sets of names, of no more characters with what is between. */
const MOST_SETS = 1000;
const LONGEST_SET = 2000;

/** Sets of names that this isolate has looked at, each as its form without the values. */
const seenSets = new BoundedMap<true>(MOST_SETS);

/** A form without its values, as it is written. */
function namesIn(bytes: Uint8Array): string {
  return octets(bytes).replace(/=[^&]*/g, '=');
}

/** A value by its form alone, for people: letters as `a`, digits as `0`. */
function formOf(text: string): string {
  return text.slice(0, 40).replace(/\p{L}/gu, 'a').replace(/\d/g, '0');
}

/** A name, and what to show of its value: worked out where it is new, which is seldom. */
type Shown = readonly [value: string, example: () => string];

/** Whether a field was UTF-8: what is none is read with this character. */
const isUtf8 = (text: string) => !text.includes('\ufffd');

/**
 * The fields of a message with the forms of their values, as far as it is a form or a JSON object; none where all of a form's names were
 * looked at before, in the same order: the messages of one account are nearly all like that.
 */
function fieldsOf(provider: Provider, { query, body, contentType }: ProviderRequest): Shown[] {
  if (contentType?.endsWith('json')) return membersOf(body);
  const names = `${provider.id} ${namesIn(query)} ${namesIn(body)}`;
  if (seenSets.get(names)) return [];
  const forms = [query, body].map((bytes) => parseForm(bytes, MOST_FIELDS));
  const fields = forms.flatMap((form) => form ?? []);
  if (!forms.includes(null) && names.length <= LONGEST_SET) seenSets.set(names, true);
  return fields
    .filter(({ name }) => isUtf8(name))
    .map(({ name, value }) => [name, () => formOf(isUtf8(value) ? value : '')] as const);
}

function membersOf(body: Uint8Array): Shown[] {
  try {
    const parsed: unknown = JSON.parse(fromUtf8(body) ?? '');
    if (typeof parsed !== 'object' || parsed === null) return [];
    return Object.entries(parsed)
      .slice(0, MOST_FIELDS)
      .map(([name, value]) => [
        name,
        () => (typeof value === 'object' ? typeof value : formOf(String(value))),
      ]);
  } catch {
    return [];
  }
}

/** Whether the sheet of a provider has a code, or its proof names a field. */
function isDocumented(provider: Provider, settings: Record<string, unknown>, what: DriftSort, value: string) {
  if (what === 'code') return statusText(provider.statuses, value) !== null;
  // No field has the name of an address.
  const { covered, notCovered } = provider.proof(settings, 'notification');
  return [...covered, ...notCovered].some((name) => name.toLowerCase() === value.toLowerCase());
}

/** Something that a provider has said. */
interface Said {
  readonly what: DriftSort;
  readonly value: string;
  readonly example: () => string;
}

/** What is new to this isolate, and not documented. */
function newIn(provider: Provider, settings: Record<string, unknown>, found: readonly Said[]): Noticed[] {
  return found.flatMap(({ what, value: said, example }) => {
    const value = said.slice(0, LONGEST);
    const name = `${provider.id} ${what} ${value}`;
    if (value === '' || seen.get(name)) return [];
    seen.set(name, true);
    return isDocumented(provider, settings, what, value) ? [] : [{ what, value, example: example() }];
  });
}

/** The code of an update, whichever way it came, where it is not documented and new to this isolate. */
export function unfamiliarCode(
  provider: Provider,
  { providerStatus, outcome }: Pick<ProviderUpdate, 'providerStatus' | 'outcome'>,
): Noticed[] {
  const example = () => `read as ${outcome}`;
  return newIn(provider, {}, [{ what: 'code', value: providerStatus, example }]);
}

/** Every field and address of a notification that is not documented and new to this isolate. */
export function unfamiliarIn(
  { provider, account, variants }: OpenedAccount,
  request: ProviderRequest,
  ip: string | null,
): Noticed[] {
  const { settings } = variants[0].account;
  const isKnownAddress = ip === null || (account.allowedIps.length > 0 && isAllowed(account.allowedIps, ip));
  return newIn(provider, settings, [
    // So that the directory knows which message of a provider was the first one.
    { what: 'field', value: ANY_MESSAGE, example: () => '' },
    ...fieldsOf(provider, request).map(([value, example]) => ({ what: 'field' as const, value, example })),
    ...(isKnownAddress
      ? []
      : [{ what: 'address' as const, value: ip, example: () => 'sent a notification' }]),
  ]);
}

/** Forgets codes that the sheets have by now. */
export async function forgetDocumented(directory: Directory): Promise<void> {
  const known = (await directory.drift()).filter(({ provider: id, what, value }) => {
    const found = providerOf(id);
    return what === 'code' && found && statusText(found.statuses, value) !== null;
  });
  await directory.forgetDrift(known);
}
