/**
 * The `X-JWS-Signature` of tpay's notifications: a detached JWS (RFC 7515, appendix F) with RS256 over the raw body, its certificate named by `x5u` and
 * issued by a root that the account pins. Facts: tpay documentation (notifications); tpay-com/tpay-openapi-php, whose prefix test of x5u is not repeated.
 */
import { Refusal } from '../../payments/errors.ts';
import { base64url, concat, fromBase64, fromUtf8, readable, utf8 } from '../../signing/bytes.ts';
import { isIssuedBy, isSignedBy, readCertificate } from '../../signing/x509.ts';

/** The only hosts that a certificate may come from. */
const HOSTS = { production: 'secure.tpay.com', sandbox: 'secure.sandbox.tpay.com' } as const;

export interface Jws {
  /** Where the signing certificate is. */
  readonly x5u: string;
  readonly base: Uint8Array;
  readonly signature: Uint8Array;
}

function fromBase64url(text: string): Uint8Array | null {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  return fromBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='));
}

function malformed(problem: string, received: string): Refusal {
  return new Refusal('signature_malformed', problem, { received });
}

/** An address on one of tpay's own hosts, parsed and not compared by its beginning. */
function isOurAddress(address: unknown, production: boolean): address is string {
  if (typeof address !== 'string' || !URL.canParse(address)) return false;
  const url = new URL(address);
  const host = production ? HOSTS.production : HOSTS.sandbox;
  return (
    url.protocol === 'https:' &&
    url.host === host &&
    !url.username &&
    !url.password &&
    url.pathname.startsWith('/x509/')
  );
}

/**
 * Reads the header, before anything is fetched.
 * @throws Refusal
 */
export function readJws(header: string, body: Uint8Array, production: boolean): Jws {
  if (header === '') throw new Refusal('signature_missing', 'there is no X-JWS-Signature');
  const [head = '', payload, tail = '', ...more] = header.split('.');
  const bytes = fromBase64url(head);
  const signature = fromBase64url(tail);
  if (payload !== '' || more.length > 0 || !bytes || !signature)
    throw malformed('it is no detached JWS', header);
  let parsed: { readonly alg?: unknown; readonly x5u?: unknown } | null = null;
  try {
    parsed = JSON.parse(fromUtf8(bytes) ?? '');
  } catch {
    // Refused with everything else that is no header.
  }
  if (parsed?.alg !== 'RS256') throw malformed('the algorithm is not RS256', header);
  if (!isOurAddress(parsed.x5u, production)) throw malformed('x5u does not lead to tpay', header);
  return { x5u: parsed.x5u, base: concat([utf8(`${head}.`), utf8(base64url(body))]), signature };
}

/**
 * Checks the signature and the chain.
 * @param at when the certificates have to be good; null: whenever.
 * @throws Refusal
 */
export async function verifyJws(
  { base, signature }: Jws,
  pems: { readonly root: string; readonly signing: string },
  at: Date | null,
): Promise<void> {
  const [root, signing] = [readCertificate(pems.root), readCertificate(pems.signing)];
  const wrong = (problem: string) => new Refusal('signature_mismatch', problem, { base: readable(base) });
  if (!root || !signing) throw wrong('a certificate cannot be read');
  if (!(await isIssuedBy(signing, root, at)))
    throw wrong('the certificate was not issued by the pinned root, or is not good now');
  if (!(await isSignedBy(signing, base, signature))) throw wrong('the JWS does not fit the body');
}
