/**
 * What the Worker is given: bindings, secrets, variables. Read once per isolate; a missing one is a clear
 * error at the first request, never a default.
 */

import { Problem } from './payments/errors.ts';
import { base64, fromBase64 } from './signing/bytes.ts';
import { checkoutKey, waitingKey } from './signing/checkout-token.ts';
import { anchorSeed } from './signing/ed25519.ts';

/** The secrets and variables by their names in wrangler.toml and .dev.vars. */
export interface Variables {
  readonly MASTER_KEY?: string;
  readonly MASTER_KEY_PREVIOUS?: string;
  readonly ID_KEY?: string;
  readonly ADMIN_TOKEN?: string;
  readonly ADMIN_TOKEN_PREVIOUS?: string;
  readonly PUBLIC_URL?: string;
  readonly POLYBANKING_TIME_ZONE?: string;
  readonly LOCAL?: string;
  readonly OUTGOING_PORTS?: string;
}

export interface Config {
  /** 32 bytes: encrypts secrets in the directory. */
  readonly masterKey: Uint8Array;
  /** The one before, while it is rotated. */
  readonly previousMasterKey: Uint8Array | null;
  /** 32 bytes: derives payment ids and the hashes of API keys. Never changed. */
  readonly idKey: Uint8Array;
  /** 32 bytes, derived from idKey: makes the tokens of checkout links. */
  readonly checkoutKey: Uint8Array;
  /** 32 bytes, derived from idKey: makes the tokens of the pages that wait for a result. */
  readonly waitingKey: Uint8Array;
  /** 32 bytes, derived from idKey: signs the anchors of the logs. */
  readonly anchorSeed: Uint8Array;
  readonly adminToken: string;
  /** The one before, while it is rotated. */
  readonly previousAdminToken: string | null;
  /** Origin of callback, return and checkout addresses; null, under `npm start` alone: the request's own. */
  readonly publicUrl: string | null;
  /** The zone of the times that PolyBanking's API shows, as IANA names it. */
  readonly polybankingTimeZone: string;
  /** Under `npm start`: http and loopback addresses are accepted. */
  readonly local: boolean;
  /** Ports beside 443 that webhooks and endpoints may have. */
  readonly outgoingPorts: readonly number[];
}

/** The values of .dev.vars.example: everybody has them. */
const EXAMPLE_TOKEN = 'local-admin-token';
const EXAMPLE_KEYS: readonly string[] = [
  'bG9jYWwtbWFzdGVyLWtleS0zMi1ieXRlcy1sb25nISE=',
  'bG9jYWwtaWQta2V5LXRoYXQtaXMtMzItYnl0ZXMtLS0=',
];

function key(
  name: 'MASTER_KEY' | 'MASTER_KEY_PREVIOUS' | 'ID_KEY',
  value: string | undefined,
  local: boolean,
): Uint8Array {
  const bytes = fromBase64(value?.trim() ?? '');
  if (bytes?.length === 32) {
    if (local || !EXAMPLE_KEYS.includes(base64(bytes))) return bytes;
    throw new Problem(
      'misconfigured',
      `the secret ${name} is the one of .dev.vars.example, which everybody has: make your own with "openssl rand -base64 32" and set it with "npm run wrangler -- secret put ${name}"`,
    );
  }
  throw new Problem(
    'misconfigured',
    `the secret ${name} is ${value ? 'not 32 bytes of base64' : 'missing'}: set it with "npm run wrangler -- secret put ${name}"`,
  );
}

/** @throws Problem misconfigured for a token that can be guessed, or that everybody has. */
function ownToken(name: 'ADMIN_TOKEN' | 'ADMIN_TOKEN_PREVIOUS', value: string, local: boolean): string {
  if (value.length < 16)
    throw new Problem('misconfigured', `the secret ${name} is missing or shorter than 16 characters`);
  if (!local && value.trim() === EXAMPLE_TOKEN) {
    throw new Problem(
      'misconfigured',
      `the secret ${name} is the one of .dev.vars.example, which everybody has: set your own with "npm run wrangler -- secret put ${name}"`,
    );
  }
  return value;
}

/** That of the original. */
const POLYBANKING_TIME_ZONE = 'Europe/Zurich';

/** @throws Problem misconfigured */
function timeZone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (cause) {
    throw new Problem('misconfigured', `POLYBANKING_TIME_ZONE is no time zone: it looks like Europe/Zurich`, {
      cause,
    });
  }
}

/**
 * The origin that others reach us at. Without it the Host header of a request would decide where a provider sends its
 * notifications, and whoever sends the request writes that header.
 */
function publicUrlOf(text: string, local: boolean): string | null {
  if (text === '') {
    if (local) return null;
    throw new Problem(
      'misconfigured',
      'the variable PUBLIC_URL is missing: set it in wrangler.toml to the address that others reach this Worker at, like https://pay.example.com',
    );
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  // What comes after the origin would be lost without a word.
  const isOrigin = url !== null && url.origin === text.replace(/\/$/, '').toLowerCase();
  if (!isOrigin || !(url.protocol === 'https:' || (local && url.protocol === 'http:'))) {
    throw new Problem(
      'misconfigured',
      'the variable PUBLIC_URL is no https address without a path: it looks like https://pay.example.com',
    );
  }
  return url.origin;
}

function portsOf(list: string): number[] {
  return list
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map((entry) => {
      const port = /^\d{1,5}$/.test(entry) ? Number(entry) : 0;
      if (port >= 1 && port <= 65_535) return port;
      throw new Problem(
        'misconfigured',
        `OUTGOING_PORTS has ${entry}, which is no port: it looks like 8443,9443`,
      );
    });
}

/**
 * The configuration of a Worker.
 * @throws Problem misconfigured naming the first variable that is missing or wrong.
 */
export function readConfig(variables: Variables): Config {
  const local = variables.LOCAL === '1';
  const adminToken = ownToken('ADMIN_TOKEN', variables.ADMIN_TOKEN ?? '', local);
  const masterKey = key('MASTER_KEY', variables.MASTER_KEY, local);
  const idKey = key('ID_KEY', variables.ID_KEY, local);
  return {
    masterKey,
    previousMasterKey: variables.MASTER_KEY_PREVIOUS
      ? key('MASTER_KEY_PREVIOUS', variables.MASTER_KEY_PREVIOUS, local)
      : null,
    idKey,
    checkoutKey: checkoutKey(idKey),
    waitingKey: waitingKey(idKey),
    anchorSeed: anchorSeed(idKey),
    adminToken,
    previousAdminToken: variables.ADMIN_TOKEN_PREVIOUS
      ? ownToken('ADMIN_TOKEN_PREVIOUS', variables.ADMIN_TOKEN_PREVIOUS, local)
      : null,
    publicUrl: publicUrlOf(variables.PUBLIC_URL?.trim() ?? '', local),
    polybankingTimeZone: timeZone(variables.POLYBANKING_TIME_ZONE || POLYBANKING_TIME_ZONE),
    local,
    outgoingPorts: portsOf(variables.OUTGOING_PORTS ?? ''),
  };
}

/** The names and addresses of this machine itself. */
const LOOPBACK = /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * LOCAL=1 takes http addresses, private ones and keys that everybody has: it is for a laptop, and never for others to reach.
 * @throws Problem forbidden when a request came to another address than this machine's own. The Host header is the sender's, so it is no
 *   failure of ours.
 */
export function requireLoopback({ local }: Pick<Config, 'local'>, requestUrl: string): void {
  // Production reads no address here.
  if (!local) return;
  const { hostname } = new URL(requestUrl);
  if (LOOPBACK.test(hostname)) return;
  throw new Problem(
    'forbidden',
    `LOCAL=1 is for this machine alone, and the request came to ${hostname}: use http://localhost, have a tunnel send "Host: localhost" (cloudflared: --http-host-header localhost), or take LOCAL=1 out of the variables of a Worker that others reach`,
  );
}
