/**
 * The `X-JWS-Signature` of tpay's notifications: a detached JWS (RFC 7515, appendix F) with RS256 over the raw body. `x5u` names the
 * signing certificate, which has to be issued by tpay's root.
 *
 * Facts: SHEET.md, "Notification". The vendor's library compares the beginning of `x5u`, which lets other hosts through; here the
 * whole address is compared.
 */
import { Refusal, type SignatureProblem } from '../../payments/errors.ts';
import { base64url, fromBase64url, fromUtf8, readable, utf8 } from '../../signing/bytes.ts';
import { kept } from '../../signing/kept.ts';
import { isIssuedBy, isSignedBy, readCertificate } from '../../signing/x509.ts';

/** A header that was read, with what it signs. */
interface Jws {
  /** Where the signing certificate is. */
  readonly x5u: string;
  readonly base: Uint8Array;
  readonly signature: Uint8Array;
}

function malformed(problem: string, received: string): Refusal {
  return new Refusal('signature_malformed', problem, { received });
}

/** The addresses of certificates: one certificate has one, without a port, a query or a fragment that would make it another. */
const ADDRESSES = {
  production: /^https:\/\/secure\.tpay\.com\/x509\/[\w-]+\.pem$/,
  sandbox: /^https:\/\/secure\.sandbox\.tpay\.com\/x509\/[\w-]+\.pem$/,
} as const;

/** Whether an address is that of a certificate on the tpay host of this environment. */
function isCertificateAddress(address: unknown, production: boolean): address is string {
  return typeof address === 'string' && ADDRESSES[production ? 'production' : 'sandbox'].test(address);
}

/**
 * What the protected header of a JWS says; null where it is not base64url. It is the same in every message, until the certificate has another
 * address.
 */
const protectedHeader = kept((head): { readonly alg?: unknown; readonly x5u?: unknown } | null => {
  const bytes = fromBase64url(head);
  if (!bytes) return null;
  try {
    return JSON.parse(fromUtf8(bytes) ?? '') ?? {};
  } catch {
    // It says no algorithm.
    return {};
  }
});

/**
 * Reads the header before anything is fetched.
 * @param body the raw body, which the signature covers.
 * @throws Refusal signature_missing, signature_malformed
 */
export function readJws(header: string, body: Uint8Array, production: boolean): Jws {
  if (header === '') throw new Refusal('signature_missing', 'there is no X-JWS-Signature');
  const [head = '', payload, tail = '', ...more] = header.split('.');
  const parsed = protectedHeader(head);
  const signature = fromBase64url(tail);
  if (payload !== '' || more.length > 0 || !parsed || !signature)
    throw malformed('it is no detached JWS', header);
  if (parsed.alg !== 'RS256') throw malformed('the algorithm is not RS256', header);
  if (!isCertificateAddress(parsed.x5u, production)) throw malformed('x5u does not lead to tpay', header);
  return { x5u: parsed.x5u, base: utf8(`${head}.${base64url(body)}`), signature };
}

/**
 * Checks the signature and the chain.
 * @param pems the root and the signing certificate.
 * @param at the moment at which both have to be valid; null: their dates are not checked.
 * @throws Refusal signature_mismatch
 */
export function verifyJws(
  { base, signature }: Jws,
  pems: { readonly root: string; readonly signing: string },
  at: Date | null,
): void {
  const [root, signing] = [readCertificate(pems.root), readCertificate(pems.signing)];
  const wrong = (problem: SignatureProblem, words: string) =>
    new Refusal(problem, words, { base: readable(base) });
  if (!root || !signing) throw wrong('certificate_untrusted', 'a certificate cannot be read');
  if (!isIssuedBy(signing, root, null))
    throw wrong('certificate_untrusted', 'the certificate was not issued by the root');
  if (!isIssuedBy(signing, root, at)) throw wrong('certificate_expired', 'the certificate is not valid now');
  if (!isSignedBy(signing, base, signature))
    throw wrong('signature_mismatch', 'the JWS does not fit the body');
}
