/** What the directory stores, as the rest of countersign sees it. */
import type { AccountKind } from '../payments/account-kinds.ts';
import type { Endpoints, Environment } from '../payments/types.ts';

/** A secret's value and when it lives (milliseconds since 1970; null: for ever). */
export interface LiveSecret {
  readonly value: string;
  /** The id that an earlier value had, where the provider's secrets have one. That of the current one is a setting. */
  readonly keyId?: string;
  readonly notBefore: number;
  readonly notAfter: number | null;
}

/** When a value of a key or secret lives, without the value. RFC 3339 UTC; null: for ever. */
export interface LiveTimes {
  readonly notBefore: string;
  readonly notAfter: string | null;
}

/** A merchant contract at a provider, its secrets opened. */
export interface Account {
  readonly id: string;
  readonly provider: string;
  readonly caption: string;
  /** The name that shoppers know it by, and what it is; null: as its provider has them. */
  readonly displayName: string | null;
  readonly kind: AccountKind | null;
  readonly environment: Environment;
  readonly currencies: readonly string[];
  /** Without the secrets, as the operator gave them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly endpoints: Endpoints;
  readonly allowedIps: readonly string[];
  /** The operator has accepted that notifications count which prove nothing. */
  readonly trustUnprovenNotifications: boolean;
  /** After so many hours without a result a payment expires. */
  readonly expireAfterHours: number;
  /** Since when it begins no attempt any more; it still verifies, refunds and is asked. Null: it is in use. */
  readonly retiredAt: string | null;
  /** The account that its payments go to from now on, and since when; it begins no attempt itself. Null: it has no successor. */
  readonly succession: { readonly by: string; readonly since: string } | null;
  /** The account that new attempts go to while the provider cannot be reached; null: none. */
  readonly fallback: string | null;
  /** Since when the provider cannot be reached, and when that was tried last: of an account with a fallback. Null: it can be. */
  readonly outage: { readonly since: string; readonly triedAt: string } | null;
  /** By setting, the newest first. */
  readonly secrets: Readonly<Record<string, readonly LiveSecret[]>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export const KEY_KINDS = ['apiKey', 'requestKey', 'ipnKey', 'webhookSecret'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

export const REGIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'] as const;
/** A Durable Object location hint. */
export type Region = (typeof REGIONS)[number];

export const WEBHOOK_DIALECTS = ['standard', 'polybanking'] as const;
export type WebhookDialect = (typeof WEBHOOK_DIALECTS)[number];

/** How many requests a shop's key may make. */
export interface RateLimit {
  readonly perMinute: number;
  /** At one time, after a pause. */
  readonly burst: number;
}

/** A website, without its keys. */
export interface Shop {
  readonly id: string;
  readonly name: string;
  readonly group: string | null;
  /** The owner's switch. */
  readonly active: boolean;
  /** The administrator's switch. */
  readonly adminEnabled: boolean;
  /** Only accounts that are not in production. */
  readonly testMode: boolean;
  readonly region: Region | null;
  /** Null: the default. */
  readonly rateLimit: RateLimit | null;
  /** After so many minutes a payment expires that does not say it itself; null: its account decides. */
  readonly expireAfterMinutes: number | null;
  /** Ids of the accounts it may use, in order of preference. */
  readonly accounts: readonly string[];
  readonly returnUrl: { readonly success: string | null; readonly failure: string | null };
  readonly webhook: {
    readonly url: string | null;
    readonly dialect: WebhookDialect;
    /** Send a webhook for a new payment too, not only for changes. */
    readonly newPayments: boolean;
  };
  readonly createdAt: string;
  readonly updatedAt: string;
}

export const ROLES = ['view', 'refund', 'configure', 'owner'] as const;
/** What an operator may do; `gateway/permissions.ts` says what that is. */
export type Role = (typeof ROLES)[number];

/** The shops that an operator may see: all of them, or those named and those of the groups named, whichever come later. */
export type Scope =
  | { readonly all: true }
  | { readonly all: false; readonly shops: readonly string[]; readonly groups: readonly string[] };

/** Who makes a change, for the audit log. */
export interface Actor {
  /** `operator` (ADMIN_TOKEN), `token:<id>`, `user:<id>`, or what changes something by itself: `countersign`. */
  readonly actor: string;
  /** The name of the token or user when it made the change; null: it has none. */
  readonly actorName: string | null;
  /** The IP address that the request came from; null: there was no request. */
  readonly address: string | null;
  /** The `X-Request-Id` of the request; null: there was none. */
  readonly request: string | null;
}

/** The service itself as an actor: the cron, the demo, an import. */
export function itself(actor: string): Actor {
  return { actor, actorName: null, address: null, request: null };
}

/** One line of who changed what. */
export interface AuditEntry extends Actor {
  readonly id: number;
  readonly at: string;
  readonly action: string;
  readonly subject: string;
  /** The shop that it is about; null: none, or several. */
  readonly shop: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}
