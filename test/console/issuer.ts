/** A small issuer of OpenID Connect, and a team of Cloudflare Access: real keys, real signatures, and every fault that a test asks for. */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { base64url, utf8 } from '../../src/signing/bytes.ts';
import { digests } from '../../src/signing/digests.ts';

export const ISSUER = 'https://id.university.example';
export const CLIENT = { id: 'console-client', secret: 's3cret & more' };

/** What the issuer does otherwise than it should. */
export interface IssuerFaults {
  readonly claims?: JWTPayload;
  /** Signs with a key that it does not publish. */
  readonly otherKey?: boolean;
  readonly alg?: 'none' | 'HS256';
  readonly discovery?: Readonly<Record<string, unknown>>;
  readonly down?: boolean;
}

interface Asked {
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
}

export class Issuer {
  faults: IssuerFaults = {};
  readonly #keys = generateKeyPair('ES256');
  readonly #others = generateKeyPair('ES256');
  readonly #codes = new Map<string, Asked>();
  #count = 0;

  /** The user agrees: @returns the address that the browser goes back to. */
  authorize(address: string): URL {
    const asked = new URL(address).searchParams;
    const redirectUri = asked.get('redirect_uri') ?? '';
    const code = `code-${++this.#count}`;
    for (const [name, value] of [
      ['response_type', 'code'],
      ['client_id', CLIENT.id],
      ['code_challenge_method', 'S256'],
    ] as const)
      if (asked.get(name) !== value) throw new Error(`${name} is ${asked.get(name)}`);
    this.#codes.set(code, {
      nonce: asked.get('nonce') ?? '',
      challenge: asked.get('code_challenge') ?? '',
      redirectUri,
    });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', asked.get('state') ?? '');
    back.searchParams.set('iss', ISSUER);
    return back;
  }

  /** What the console fetches. */
  readonly fetch = async (address: string, init: RequestInit = {}): Promise<Response> => {
    if (this.faults.down) throw new Error('connection refused');
    const { pathname } = new URL(address);
    if (pathname === '/.well-known/openid-configuration')
      return Response.json({
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        jwks_uri: `${ISSUER}/keys`,
        ...this.faults.discovery,
      });
    if (pathname === '/keys')
      return Response.json({
        keys: [{ ...(await exportJWK((await this.#keys).publicKey)), kid: 'k1', alg: 'ES256' }],
      });
    if (pathname === '/token') return this.#token(init);
    return new Response(null, { status: 404 });
  };

  async #token(init: RequestInit): Promise<Response> {
    const body = new URLSearchParams(String(init.body));
    const { authorization } = init.headers as Record<string, string>;
    const expected = `Basic ${btoa('console-client:s3cret+%26+more')}`;
    const asked = this.#codes.get(body.get('code') ?? '');
    this.#codes.delete(body.get('code') ?? '');
    const challenge = base64url(digests.sha256(utf8(body.get('code_verifier') ?? '')));
    if (authorization !== expected) return Response.json({ error: 'invalid_client' }, { status: 401 });
    if (!asked || asked.challenge !== challenge || asked.redirectUri !== body.get('redirect_uri'))
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    return Response.json({
      token_type: 'Bearer',
      access_token: 'x',
      id_token: await this.#idToken(asked.nonce),
    });
  }

  async #idToken(nonce: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims: JWTPayload = {
      iss: ISSUER,
      aud: CLIENT.id,
      sub: 'someone',
      iat: now,
      exp: now + 300,
      nonce,
      email_verified: true,
      ...this.faults.claims,
    };
    if (this.faults.alg === 'none')
      return `${base64url(utf8('{"alg":"none"}'))}.${base64url(utf8(JSON.stringify(claims)))}.`;
    if (this.faults.alg === 'HS256')
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(utf8(CLIENT.secret));
    const { privateKey } = await (this.faults.otherKey ? this.#others : this.#keys);
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey);
  }
}

export const TEAM = 'https://theatre.cloudflareaccess.com';
export const AUDIENCE = 'f'.repeat(64);

export class AccessTeam {
  readonly #keys = generateKeyPair('RS256');
  readonly #others = generateKeyPair('RS256');

  readonly fetch = async (address: string): Promise<Response> => {
    if (address !== `${TEAM}/cdn-cgi/access/certs`) return new Response(null, { status: 404 });
    return Response.json({
      keys: [{ ...(await exportJWK((await this.#keys).publicKey)), kid: 'a1', alg: 'RS256' }],
    });
  };

  /** A token as Access sends it. @param otherwise claims that are otherwise. */
  async token(
    email: string,
    otherwise: Readonly<Record<string, unknown>> = {},
    otherKey = false,
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: TEAM, aud: [AUDIENCE], sub: 'x', iat: now, exp: now + 3600, email, ...otherwise };
    const { privateKey } = await (otherKey ? this.#others : this.#keys);
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'a1' }).sign(privateKey);
  }
}
