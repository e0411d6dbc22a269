/**
 * OpenID Connect: the code flow with PKCE (RFC 7636, S256), `state` and `nonce`, as a confidential client. What comes back has to fit what this
 * browser was sent away with, and the ID token is checked against the issuer's keys: iss, aud, azp, exp, nonce.
 */
import { createRemoteJWKSet, customFetch, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { base64, base64url, equalText, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import type { ConsolePorts } from './ports.ts';
import type { OidcSettings } from './settings.ts';

/** What an issuer says of itself at `/.well-known/openid-configuration`. */
interface Discovery {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly token_endpoint_auth_methods_supported?: readonly string[];
}

const KEPT_MS = 3_600_000;
const TIMEOUT_MS = 10_000;

/** No `none`, and none where the client's secret is the key. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** What a browser was sent away with. */
export interface OidcDeparture {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export type OidcFaultReason =
  /** The issuer does not answer, or not as it should. */
  | 'unreachable'
  /** The issuer said no, or the user did. */
  | 'declined'
  /** Another browser, a second time, or too late. */
  | 'stale'
  | 'not_believed'
  | 'no_email'
  | 'unverified_email';

/** Signing in by the issuer failed. The message is for the log. */
export class OidcFault extends Error {
  override readonly name = 'OidcFault';
  readonly reason: OidcFaultReason;

  constructor(reason: OidcFaultReason, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.reason = reason;
  }
}

export class OidcClient {
  readonly #ports: ConsolePorts;
  readonly #discoveries = new Map<string, { readonly at: number; readonly found: Discovery }>();
  readonly #keys = new Map<string, JWTVerifyGetKey>();

  constructor(ports: ConsolePorts) {
    this.#ports = ports;
  }

  async #call(address: string, init: RequestInit = {}): Promise<Response> {
    try {
      return await this.#ports.fetch(address, {
        ...init,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      throw new OidcFault('unreachable', `${new URL(address).host} does not answer`, { cause });
    }
  }

  async #discovery({ issuer }: OidcSettings): Promise<Discovery> {
    const kept = this.#discoveries.get(issuer);
    if (kept && this.#ports.now() - kept.at < KEPT_MS) return kept.found;
    const response = await this.#call(`${issuer}/.well-known/openid-configuration`);
    const found = (await response.json().catch(() => null)) as Discovery | null;
    if (!response.ok || !found) throw new OidcFault('unreachable', `discovery answered ${response.status}`);
    if (found.issuer.replace(/\/+$/, '') !== issuer)
      throw new OidcFault('not_believed', `the issuer calls itself ${found.issuer}`);
    for (const address of [found.authorization_endpoint, found.token_endpoint, found.jwks_uri]) {
      if (!URL.canParse(address) || new URL(address).protocol !== new URL(issuer).protocol)
        throw new OidcFault('not_believed', `the issuer names ${address}`);
    }
    this.#discoveries.set(issuer, { at: this.#ports.now(), found });
    return found;
  }

  #token(): string {
    const bytes = new Uint8Array(32);
    this.#ports.random(bytes);
    return base64url(bytes);
  }

  /** Where the browser goes, and what has to fit when it comes back. @throws OidcFault */
  async depart(
    settings: OidcSettings,
    redirectUri: string,
  ): Promise<{ readonly address: string; readonly departure: OidcDeparture }> {
    const { authorization_endpoint } = await this.#discovery(settings);
    const departure = { state: this.#token(), nonce: this.#token(), verifier: this.#token() };
    const address = new URL(authorization_endpoint);
    const parameters = {
      response_type: 'code',
      client_id: settings.clientId,
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      state: departure.state,
      nonce: departure.nonce,
      code_challenge: base64url(digests.sha256(utf8(departure.verifier))),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    return { address: address.href, departure };
  }

  /** The e-mail address of whoever came back. @param query of the address it came back to. @throws OidcFault */
  async arrive(
    settings: OidcSettings,
    redirectUri: string,
    query: URLSearchParams,
    departure: OidcDeparture | null,
  ): Promise<string> {
    if (!departure || !equalText(departure.state, query.get('state') ?? ''))
      throw new OidcFault('stale', 'the state is not that of this browser');
    const discovery = await this.#discovery(settings);
    // RFC 9207: an answer of another issuer is not carried to this one.
    const from = query.get('iss');
    if (from !== null && from !== discovery.issuer)
      throw new OidcFault('not_believed', `it came from ${from}`);
    const code = query.get('code');
    if (!code)
      throw new OidcFault('declined', `${query.get('error')}: ${query.get('error_description') ?? ''}`);
    const idToken = await this.#exchange(settings, discovery, redirectUri, code, departure.verifier);
    return emailOf(await this.#verified(settings, discovery, idToken, departure.nonce), settings);
  }

  async #exchange(
    { clientId, clientSecret }: OidcSettings,
    discovery: Discovery,
    redirectUri: string,
    code: string,
    verifier: string,
  ): Promise<string> {
    const methods = discovery.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const isBasic = methods.includes('client_secret_basic');
    const encoded = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...(!isBasic && { client_id: clientId, client_secret: clientSecret }),
    });
    const response = await this.#call(discovery.token_endpoint, {
      method: 'POST',
      body: body.toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        // RFC 6749, section 2.3.1: each part is form-encoded before.
        ...(isBasic && {
          authorization: `Basic ${base64(utf8(`${encoded(clientId)}:${encoded(clientSecret)}`))}`,
        }),
      },
    });
    const answer = (await response.json().catch(() => null)) as {
      id_token?: unknown;
      error?: unknown;
    } | null;
    if (response.ok && typeof answer?.id_token === 'string') return answer.id_token;
    throw new OidcFault(
      response.status >= 500 ? 'unreachable' : 'not_believed',
      `the token endpoint answered ${response.status} ${String(answer?.error ?? '')}`,
    );
  }

  async #verified(
    { clientId }: OidcSettings,
    { issuer, jwks_uri }: Discovery,
    idToken: string,
    nonce: string,
  ): Promise<JWTPayload> {
    const keys = this.#keys.get(jwks_uri) ?? this.#keysAt(jwks_uri);
    const { payload } = await jwtVerify(idToken, keys, {
      issuer,
      audience: clientId,
      algorithms: ALGORITHMS,
      requiredClaims: ['exp', 'iat', 'sub'],
      clockTolerance: 30,
      currentDate: new Date(this.#ports.now()),
    }).catch((cause: unknown) => {
      throw new OidcFault('not_believed', `the ID token: ${String(cause)}`, { cause });
    });
    if (!equalText(nonce, typeof payload.nonce === 'string' ? payload.nonce : ''))
      throw new OidcFault('not_believed', 'the nonce is not that of this browser');
    // OpenID Connect Core, section 3.1.3.7: a token for several is for the one that it names.
    const isForSeveral = Array.isArray(payload.aud) && payload.aud.length > 1;
    if ((isForSeveral || payload.azp !== undefined) && payload.azp !== clientId)
      throw new OidcFault('not_believed', 'the ID token is for another client');
    return payload;
  }

  #keysAt(address: string): JWTVerifyGetKey {
    const made = createRemoteJWKSet(new URL(address), {
      [customFetch]: (url, init) => this.#ports.fetch(url, init),
    });
    this.#keys.set(address, made);
    return made;
  }
}

/** An address that the issuer has not verified is one that its user has chosen: anybody's. */
function emailOf(
  { email, email_verified: verified }: JWTPayload,
  { unverifiedEmails }: OidcSettings,
): string {
  if (typeof email !== 'string' || email === '')
    throw new OidcFault('no_email', 'the ID token has no e-mail address');
  if (verified !== true && verified !== 'true' && !unverifiedEmails)
    throw new OidcFault('unverified_email', `the issuer has not verified ${email}`);
  return email;
}
