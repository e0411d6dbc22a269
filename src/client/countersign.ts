/** The client: what a storefront's server does with countersign. */
import { clientProblem, optionObject, timeLimit, wholeNumber } from './errors.ts';
import { filterQuery, pathPart } from './filters.ts';
import type { Secrets } from './mac.ts';
import { nextPlace } from './pages.ts';
import { Payments } from './payments.ts';
import { type FetchFunction, type PlatformGlobals, requireServer } from './platform.ts';
import { type ReturnAddress, type ReturnOptions, type VerifiedReturn, verifyReturn } from './returns.ts';
import { type CallOptions, Transport, waitUnlessAborted } from './transport.ts';
import type { FeedEvent, FeedPage, Means, ProviderInfo, ShopAccount } from './types.ts';
import { type VerifiedWebhook, type VerifyOptions, verifyWebhook, type WebhookMessage } from './webhooks.ts';

/** What a client is made of. */
export interface CountersignOptions {
  /** Where countersign is: `https://pay.example.com`. Unencrypted only on this machine. */
  readonly url: string;
  /** The shop's API key, of a secret of the server, and never in a page. A variable that is not set is told of when the client is made. */
  readonly apiKey: string | undefined;
  /** In place of the platform's own: a service binding's, or one that a test makes. */
  readonly fetch?: FetchFunction | undefined;
  /** For how long each try waits for its answer, in milliseconds, 1 to 2147483647; left out: 30 seconds. */
  readonly timeoutMs?: number | undefined;
  /** How often a call without an answer is sent again; left out: 3 times. */
  readonly retries?: number | undefined;
}

/** For which payment means are listed. */
export interface MethodsFilter {
  /** ISO 4217; left out: the account's first. */
  readonly currency?: string | undefined;
  /** In minor units; left out: whatever it is. */
  readonly amount?: number | undefined;
}

/** Which part of the feed. */
export interface EventsFilter {
  /** The `id` of an event, or the `nextCursor` of a page: what follows. Left out or null: from the oldest that is kept. */
  readonly after?: string | null | undefined;
  /** How many a page has, 1 to 100; left out: 20. */
  readonly limit?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RETRIES = 3;

/** Hosts of this machine, where nobody else listens on the way. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** @throws CountersignError invalid_option */
function originOfService(text: unknown): string {
  const wrong = (words: string) =>
    clientProblem('invalid_option', `url ${words}: it looks like https://pay.example.com`);
  if (typeof text !== 'string' || text === '') throw wrong('is missing');
  if (!URL.canParse(text)) throw wrong('is no address');
  const url = new URL(text);
  if (url.search || url.hash || url.username || url.password)
    throw wrong('has more than an origin and a path');
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!isSafe) throw wrong('is not https, and the API key would travel for everybody to read');
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** @throws CountersignError invalid_option */
function checkedKey(key: unknown): string {
  if (typeof key === 'string' && /^[\x21-\x7e]+$/.test(key)) return key;
  const words = typeof key === 'string' && key !== '' ? 'has characters that no key has' : 'is missing';
  throw clientProblem(
    'invalid_option',
    `apiKey ${words}: it is the API key of the shop, which its creation has shown`,
  );
}

/** @throws CountersignError invalid_option */
function checkedFetch(given: FetchFunction | undefined): FetchFunction {
  // Not kept as it is: fetch of some platforms has to be called as one of the global object.
  if (given === undefined) return (url, init) => fetch(url, init);
  if (typeof given === 'function') return given;
  throw clientProblem('invalid_option', 'fetch is no function');
}

/** A shop's client. It keeps nothing between calls: one for each request does as well as one for all. */
export class Countersign {
  /** The payments of the shop. */
  readonly payments: Payments;
  readonly #transport: Transport;

  /** @throws CountersignError `invalid_option`; `browser` in a browser, where everybody could read the key. */
  constructor(options: CountersignOptions) {
    requireServer(globalThis as PlatformGlobals);
    optionObject('the options of the client', options);
    this.#transport = new Transport({
      origin: originOfService(options.url),
      apiKey: checkedKey(options.apiKey),
      fetch: checkedFetch(options.fetch),
      timeoutMs: timeLimit(options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      retries: wholeNumber('retries', options.retries ?? DEFAULT_RETRIES, 0),
      wait: waitUnlessAborted,
      random: Math.random,
      now: Date.now,
    });
    this.payments = new Payments(this.#transport);
  }

  /** The providers that there are, or those that take a currency. */
  async providers(
    filter: { readonly currency?: string | undefined } = {},
    options?: CallOptions,
  ): Promise<readonly ProviderInfo[]> {
    const answer = await this.#transport.send<{ data: ProviderInfo[] }>({
      method: 'GET',
      path: '/v1/providers',
      answer: 'list',
      query: filterQuery(filter),
      options,
    });
    return answer.data;
  }

  /** A provider by its id or an alias. @throws CountersignError `not_found` */
  async provider(id: string, options?: CallOptions): Promise<ProviderInfo> {
    const path = `/v1/providers/${pathPart('the provider', id)}`;
    return this.#transport.send({ method: 'GET', path, answer: 'item', options });
  }

  /** The accounts that the shop may use, or those that take a currency. */
  async accounts(
    filter: { readonly currency?: string | undefined } = {},
    options?: CallOptions,
  ): Promise<readonly ShopAccount[]> {
    const answer = await this.#transport.send<{ data: ShopAccount[] }>({
      method: 'GET',
      path: '/v1/accounts',
      answer: 'list',
      query: filterQuery(filter),
      options,
    });
    return answer.data;
  }

  /**
   * What the provider of an account offers for a payment, at most ten minutes old: the `id` of one goes into `method` of a new payment.
   * @throws CountersignError `unsupported_operation` where the provider lists nothing; `provider_error` while it is down.
   */
  async methods(
    account: string,
    filter: MethodsFilter = {},
    options?: CallOptions,
  ): Promise<readonly Means[]> {
    const answer = await this.#transport.send<{ data: Means[] }>({
      method: 'GET',
      path: `/v1/accounts/${pathPart('the account', account)}/methods`,
      answer: 'list',
      query: filterQuery(filter),
      options,
    });
    return answer.data;
  }

  /**
   * What webhooks say, for a program that fetches it: the oldest first, until nothing has followed. Keep the `id` of the last one that you
   * have done, and go on with it as `after`. The same event may have come as a webhook: its `id` is the same.
   * @throws CountersignError `expired` where events after `after` are gone already (30 days): its `after` is where to start again.
   */
  async *events(
    filter: EventsFilter = {},
    options?: CallOptions,
  ): AsyncGenerator<FeedEvent, void, undefined> {
    let { after } = optionObject('the filter', filter);
    for (;;) {
      const { data, nextCursor } = await this.eventsPage({ ...filter, after }, options);
      yield* data;
      if (data.length === 0 || nextCursor === null) return;
      after = nextPlace(nextCursor, after);
    }
  }

  /** One page of `events`. */
  async eventsPage(filter: EventsFilter = {}, options?: CallOptions): Promise<FeedPage> {
    const query = filterQuery(filter);
    return this.#transport.send({ method: 'GET', path: '/v1/events', answer: 'page', query, options });
  }

  /** As the function of that name. */
  verifyWebhook(
    message: WebhookMessage,
    secrets: Secrets,
    options?: VerifyOptions,
  ): Promise<VerifiedWebhook> {
    return verifyWebhook(message, secrets, options);
  }

  /** As the function of that name. */
  verifyReturn(address: ReturnAddress, secrets: Secrets, options?: ReturnOptions): Promise<VerifiedReturn> {
    return verifyReturn(address, secrets, options);
  }
}
