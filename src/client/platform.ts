/** What the client needs of the platform that it runs on, and the one on which it does not run. */
import { clientProblem } from './errors.ts';

/** What the platform's own fetch takes beside the address, by whichever types of it are there. */
type PlatformInit = typeof globalThis extends { fetch: (input: never, init?: infer Init) => unknown }
  ? NonNullable<Init>
  : never;

/** The platform's AbortSignal; where there are no types of the platform, anything. */
export type Signal = [PlatformInit] extends [{ signal?: infer Known }]
  ? [PlatformInit] extends [never]
    ? unknown
    : NonNullable<Known>
  : unknown;

/** What is sent. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  body?: string;
  redirect: 'manual';
  signal: Signal;
}

/** What the client reads of an answer. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
  /** Its stream, where the platform has one: an answer that has no end is not read to it. */
  readonly body?: unknown;
}

/** `fetch`, as far as the client uses it. */
export type FetchFunction = (url: string, init: FetchInit) => Promise<FetchAnswer>;

/** The globals that tell platforms apart. */
export interface PlatformGlobals {
  readonly document?: unknown;
  readonly importScripts?: unknown;
  readonly WorkerGlobalScope?: unknown;
  readonly process?: { readonly versions?: { readonly node?: unknown; readonly bun?: unknown } };
  readonly Deno?: unknown;
  readonly navigator?: { readonly userAgent?: unknown };
}

/** Whether this is a page of a browser or one of its workers. Servers that have a document (tests of pages) are none. */
function isBrowser({
  document,
  importScripts,
  WorkerGlobalScope,
  process,
  Deno,
  navigator,
}: PlatformGlobals) {
  const isServer =
    process?.versions?.node !== undefined ||
    process?.versions?.bun !== undefined ||
    Deno !== undefined ||
    navigator?.userAgent === 'Cloudflare-Workers';
  if (isServer) return false;
  return document !== undefined || importScripts !== undefined || WorkerGlobalScope !== undefined;
}

/** @throws CountersignError in a browser: whoever opens the page could read the key, and move the shop's money with it. */
export function requireServer(globals: PlatformGlobals): void {
  if (!isBrowser(globals)) return;
  throw clientProblem(
    'browser',
    'the client of countersign does not run in a browser: everybody who opens the page could read the API key, and refund payments with it. Create payments on your server, and send the browser to their checkoutUrl.',
  );
}
