/** What an operator changes of a shop: its accounts fit its mode, its keys are long enough and open no other shop. */
import {
  type Account,
  type Actor,
  KEY_KINDS,
  type KeyKind,
  type RateLimit,
  type Region,
  type Shop,
  type WebhookDialect,
} from '../directory/types.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import { fromBase64 } from '../signing/bytes.ts';
import { addressProblem } from '../webhooks/address.ts';
import { webhookKey } from '../webhooks/standard.ts';
import type { Service } from './service.ts';
import { modeOf, modeProblem } from './shop-mode.ts';

/** What an operator says of a shop; what is left out keeps its value. */
export interface ShopChange {
  readonly name?: string | null | undefined;
  readonly group?: string | null | undefined;
  readonly active?: boolean | null | undefined;
  readonly adminEnabled?: boolean | null | undefined;
  readonly testMode?: boolean | null | undefined;
  readonly region?: Region | null | undefined;
  readonly rateLimit?:
    | { readonly perMinute: number; readonly burst?: number | null | undefined }
    | null
    | undefined;
  readonly expireAfterMinutes?: number | null | undefined;
  readonly accounts?: readonly string[] | null | undefined;
  readonly returnUrl?:
    | { readonly success?: string | null | undefined; readonly failure?: string | null | undefined }
    | null
    | undefined;
  readonly webhook?:
    | {
        readonly url?: string | null | undefined;
        readonly dialect?: WebhookDialect | null | undefined;
        readonly newPayments?: boolean | null | undefined;
      }
    | null
    | undefined;
  readonly keys?: Readonly<Partial<Record<KeyKind, string | null | undefined>>> | null | undefined;
}

/** A member that was given, null included, or else the value before. */
function given<T>(value: T | null | undefined, before: T | null | undefined): T | null {
  return value === undefined ? (before ?? null) : value;
}

/** At one time a tenth of a minute's requests, unless the operator says otherwise. */
function rateLimitOf(limit: ShopChange['rateLimit']): RateLimit | null {
  if (!limit) return null;
  return { perMinute: limit.perMinute, burst: limit.burst ?? Math.ceil(limit.perMinute / 10) };
}

/**
 * A shop as it will be: what is given over what is there.
 * @param accounts those that it will use: a shop that says no mode is in test mode while none of them takes real money.
 */
export function shopInput(
  id: string,
  body: ShopChange,
  before: Shop | null,
  { service, accounts }: { readonly service: Service; readonly accounts: readonly Account[] },
) {
  // A live shop without accounts has moved no money: its first accounts say what it is.
  const isSettled = before && (before.testMode || before.accounts.length > 0);
  const url = given(body.webhook?.url, before?.webhook.url);
  if (url !== null) {
    const problem = addressProblem(url, service.config);
    if (problem) throw invalidField('webhook.url', problem);
  }
  return {
    id,
    name: body.name ?? before?.name ?? id,
    group: given(body.group, before?.group),
    active: body.active ?? before?.active ?? true,
    adminEnabled: body.adminEnabled ?? before?.adminEnabled ?? true,
    testMode: body.testMode ?? (isSettled ? before.testMode : modeOf(accounts)),
    region: given(body.region, before?.region),
    rateLimit: body.rateLimit === undefined ? (before?.rateLimit ?? null) : rateLimitOf(body.rateLimit),
    expireAfterMinutes: given(body.expireAfterMinutes, before?.expireAfterMinutes),
    accounts: accounts.map((account) => account.id),
    returnUrl: {
      success: given(body.returnUrl?.success, before?.returnUrl.success),
      failure: given(body.returnUrl?.failure, before?.returnUrl.failure),
    },
    webhook: {
      url,
      dialect: body.webhook?.dialect ?? before?.webhook.dialect ?? ('standard' as const),
      newPayments: body.webhook?.newPayments ?? before?.webhook.newPayments ?? false,
    },
  };
}

/** A key that signs and has fewer characters can be guessed by somebody who has one signed message. */
const SHORTEST_SIGNING_KEY = 32;

/** What 32 characters of base64 hold, and the least that Standard Webhooks allows. */
const FEWEST_KEY_BYTES = 24;

/** What is shown in place of a key is none. */
const MASKED_KEY = /^\*+$/;

/** Why a key that signs can be guessed; null: it cannot, or it does not sign. */
function weaknessOf(kind: KeyKind, value: string): string | null {
  if (kind === 'apiKey') return null;
  const visible = Array.from(value.replace(/[\s\p{Cf}]/gu, '')).length;
  if (Array.from(value).length < SHORTEST_SIGNING_KEY || visible < FEWEST_KEY_BYTES)
    return `takes at least ${SHORTEST_SIGNING_KEY} characters, and not blanks: it signs`;
  if (kind !== 'webhookSecret') return null;
  // What signs is not the text, but the bytes that it stands for: base64, or, taken over from elsewhere, the text itself. Programs read other base64
  // (bits after its end, no padding) each in their own way.
  if (/^whsec_|=$/.test(value) && !fromBase64(value.replace('whsec_', '')))
    return 'takes canonical base64 after whsec_: it signs';
  const bytes = webhookKey(value);
  if (bytes.length < FEWEST_KEY_BYTES || bytes.every((byte) => byte === bytes[0]))
    return `takes at least ${FEWEST_KEY_BYTES} bytes at random, as base64 after whsec_: it signs`;
  return null;
}

/**
 * The keys that a request gives; an API key opens one shop only.
 * @param isImported whether they come from another gateway: clients know them, so that a short one is taken, with a warning.
 */
async function givenKeys(
  service: Service,
  id: string,
  body: ShopChange,
  isImported: boolean,
): Promise<Partial<Record<KeyKind, string>>> {
  const keys: Partial<Record<KeyKind, string>> = {};
  for (const kind of KEY_KINDS) {
    const value = body.keys?.[kind];
    if (!value) continue;
    if (MASKED_KEY.test(value))
      throw invalidField(`keys.${kind}`, 'is what is shown in place of a key, not a key');
    const weakness = weaknessOf(kind, value);
    if (weakness !== null && !isImported) throw invalidField(`keys.${kind}`, weakness);
    keys[kind] = value;
  }
  const owner = keys.apiKey ? await service.directory.shops.ownerOfKey(keys.apiKey) : null;
  if (owner !== null && owner !== id) throw invalidField('keys.apiKey', 'is the key of another shop');
  return keys;
}

/** What an operator should mend of keys that were taken over. */
export function keyWarnings(body: ShopChange): string[] {
  return KEY_KINDS.flatMap((kind) => {
    const value = body.keys?.[kind];
    const weakness = value ? weaknessOf(kind, value) : null;
    return weakness === null
      ? []
      : [
          `keys.${kind} ${weakness}. Whoever sees one signed message can find this one by trying: rotate it, and give the new one to the website`,
        ];
  });
}

/** The accounts that a shop will use. */
export async function accountsOfShop(service: Service, ids: readonly string[]): Promise<readonly Account[]> {
  const accounts: Account[] = [];
  for (const [index, id] of ids.entries()) {
    const account = await service.directory.accounts.get(id);
    if (!account) throw invalidField(`accounts.${index}`, `there is no account ${id}`);
    accounts.push(account);
  }
  return accounts;
}

/**
 * Only what is new has to fit: a shop that was mixed before test and live were kept apart can still be changed.
 * @throws Problem when an account is added that the shop's mode rules out, or the mode is changed under one.
 */
function requireFittingMode(
  shop: Pick<Shop, 'id' | 'testMode'>,
  accounts: readonly Account[],
  before: Shop | null,
): void {
  const isSameMode = before?.testMode === shop.testMode;
  for (const account of accounts) {
    if (isSameMode && before.accounts.includes(account.id)) continue;
    const problem = modeProblem(shop, account);
    if (problem) throw problem;
  }
}

/** What is said where a shop is not there. */
export function unknownShop(id: string): Problem {
  return new Problem('not_found', `there is no shop ${id}`);
}

/**
 * A shop that has to be there.
 * @throws Problem not_found
 */
export async function knownShop(service: Service, id: string): Promise<Shop> {
  const shop = await service.directory.shops.get(id);
  if (!shop) throw unknownShop(id);
  return shop;
}

/** What a shop becomes, and what it was. */
interface Change {
  readonly before: Shop | null;
  /** Whether its keys come from another gateway. */
  readonly isImported?: boolean;
}

/**
 * A shop as it will be, and the keys that are given, both checked.
 * @throws Problem invalid_request; invalid_state when an account does not fit the shop's mode.
 */
export async function checkedShop(
  service: Service,
  id: string,
  body: ShopChange,
  { before, isImported = false }: Change,
) {
  const accounts = await accountsOfShop(service, body.accounts ?? before?.accounts ?? []);
  const input = shopInput(id, body, before, { service, accounts });
  requireFittingMode(input, accounts, before);
  return { input, given: await givenKeys(service, id, body, isImported) };
}

/**
 * Creates or changes a shop, and returns the keys that were set.
 * @throws Problem as checkedShop does.
 */
export async function putShop(
  service: Service,
  id: string,
  body: ShopChange,
  change: Change & { readonly by: Actor },
): Promise<Partial<Record<KeyKind, string>>> {
  const { directory } = service;
  const { input, given } = await checkedShop(service, id, body, change);
  const keys = await directory.shops.put(input, given, change.before, change.by);
  directory.changed();
  return keys;
}
