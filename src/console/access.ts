/**
 * Cloudflare Access: a token in the header `Cf-Access-Jwt-Assertion` of every request, signed by the team's keys (`<team>/cdn-cgi/access/certs`),
 * for this application (`aud`). A request that did not pass Access has none, or one of something else.
 * Source: Cloudflare's documentation, "Validate JWTs".
 */
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { ConsolePorts } from './ports.ts';
import type { AccessSettings } from './settings.ts';

const HEADER = 'cf-access-jwt-assertion';

export type AccessFault = 'missing' | 'not_believed' | 'no_email' | 'keys_unreachable';

export type AccessResult =
  | { readonly kind: 'email'; readonly email: string }
  | { readonly kind: 'fault'; readonly fault: AccessFault };

/** Checks tokens; keeps the teams' keys. */
export class AccessTokens {
  readonly #ports: ConsolePorts;
  readonly #keys = new Map<string, JWTVerifyGetKey>();

  constructor(ports: ConsolePorts) {
    this.#ports = ports;
  }

  #keysOf(team: string): JWTVerifyGetKey {
    const known = this.#keys.get(team);
    if (known) return known;
    const made = createRemoteJWKSet(new URL(`${team}/cdn-cgi/access/certs`), {
      [customFetch]: (address, init) => this.#ports.fetch(address, init),
    });
    this.#keys.set(team, made);
    return made;
  }

  /** Who sent a request, as Access says it. */
  async check(request: Request, { team, audience }: AccessSettings): Promise<AccessResult> {
    const token = request.headers.get(HEADER);
    if (!token) return { kind: 'fault', fault: 'missing' };
    try {
      const { payload } = await jwtVerify(token, this.#keysOf(team), {
        issuer: team,
        audience,
        algorithms: ['RS256'],
        requiredClaims: ['exp', 'iat'],
        currentDate: new Date(this.#ports.now()),
      });
      const { email } = payload;
      // A service token of Access has no e-mail address: the console is for people.
      if (typeof email !== 'string' || email === '') return { kind: 'fault', fault: 'no_email' };
      return { kind: 'email', email };
    } catch (error) {
      const isOurs = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout);
      console.warn({ event: 'access.refused', cause: String(error) });
      return { kind: 'fault', fault: isOurs ? 'not_believed' : 'keys_unreachable' };
    }
  }
}
