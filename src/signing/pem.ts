/** PEM (RFC 7468): DER in base64, between two lines that say what it is. */
import { fromBase64 } from './bytes.ts';

/** The DER inside a PEM text, or null when there is none with that label. */
export function pemBody(pem: string, label: 'PUBLIC KEY' | 'PRIVATE KEY' | 'CERTIFICATE'): Uint8Array | null {
  const match = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(pem);
  return match?.[1] ? fromBase64(match[1].replace(/\s/g, '')) : null;
}
