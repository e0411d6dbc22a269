/** One attempt: what its start is given and leaves, and what every later call about it is told. */
import type { PaymentId } from '../../payments/id.ts';
import type { Capture, Endpoints, Environment, PaymentRequest, Redirect } from '../../payments/types.ts';

/** One merchant contract as a provider's code sees it: its settings with defaults filled in. */
export interface ProviderAccount<Settings> {
  readonly id: string;
  readonly environment: Environment;
  readonly endpoints: Endpoints;
  readonly settings: Settings;
}

/** Addresses of ours that a provider is given for one attempt. */
export interface AttemptUrls {
  /** Where the provider sends its notification. */
  readonly callback: string;
  /** Where the shopper comes back to. */
  readonly back: string;
}

/** Where a provider's day begins, if not in UTC. */
export type DayZone = 'Europe/Paris';

/** Everything that a provider needs to build and sign one redirect. */
export interface StartRequest<Settings> {
  readonly id: PaymentId;
  /** What the provider calls this attempt: 18 characters (payments/id.ts). */
  readonly order: string;
  readonly payment: PaymentRequest;
  readonly account: ProviderAccount<Settings>;
  readonly urls: AttemptUrls;
  readonly now: Date;
  /** The shopper's address as the platform saw it, where the redirect is built while the shopper is there. */
  readonly ip: string | null;
  /**
   * The code of the shopper's bank app, of a payment whose method is BLIK: for this one try. It is kept nowhere, so that it stands in no
   * redirect and in no provider state. Left out: the shopper enters one at the provider's page.
   */
  readonly blikCode?: string;
  /**
   * The one call that hands over the code; left out: `fetch`. It may be made again after a 401. From then on the shopper may be paying: an
   * attempt of which the provider has not said no is returned, whatever became of the answer.
   */
  readonly charge?: typeof fetch;
  /** For the protocols in which an order is registered before the shopper goes. */
  readonly fetch: typeof fetch;
  /**
   * A number from 0 that no other order of the same contract gets on this day, for protocols with short order
   * numbers. Costs a call to a Durable Object.
   * @param contract what the provider counts by, such as its shop number.
   * @param zone whose day it is; left out: UTC. With one, no number of the day before comes again either.
   */
  daily(contract: string, zone?: DayZone): Promise<number>;
}

/** A redirect with what belongs to it. */
export interface StartedAttempt {
  readonly redirect: Redirect;
  /** What the provider's code wants back in later calls about this attempt. No secrets. */
  readonly providerState?: Readonly<Record<string, string>>;
  /** After this many seconds the redirect is not accepted any more, and the shopper needs a new one. */
  readonly goodForSeconds?: number;
  /**
   * What the provider echoes under its signature, by name: every update of this attempt has to bring it back the same
   * (`ProviderUpdate.echo`). No secrets.
   */
  readonly bound?: Readonly<Record<string, string>>;
  /** Seconds after which a status query is due even if the provider has said nothing. */
  readonly queryAfterSeconds?: number;
}

/** One attempt as it was started, for the calls that are about it. */
export interface AttemptSubject<Settings> {
  readonly order: string;
  readonly account: ProviderAccount<Settings>;
  /** ISO 4217 alpha. */
  readonly currency: string;
  readonly capture: Capture;
  /** What the start (`StartedAttempt`) and provider updates have left for later calls. */
  readonly providerState: Readonly<Record<string, string>>;
  /** When the shopper was sent off. */
  readonly startedAt: Date;
  readonly now: Date;
  /** May be called any number of times: it changes nothing. */
  readonly fetch: typeof fetch;
  /** As in StartRequest. */
  daily(contract: string, zone?: DayZone): Promise<number>;
}
