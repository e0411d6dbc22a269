/**
 * `X-Signature` of a webhook: ECDSA over the raw body. The keys are the platform's, one for everybody: anybody with an account of his
 * own has messages signed, and sent to any address. SHEET.md, "Notification".
 */
import { Refusal } from '../../payments/errors.ts';
import { fromBase64, readable } from '../../signing/bytes.ts';
import { verifyEcdsa } from '../../signing/ecdsa.ts';

/** The whole header. What algorithm is used is never taken from the message. */
const HEADER = /^algorithm=SHA256withECDSA, keyId=([a-z0-9-]{1,64}), signature=([A-Za-z0-9+/]{8,200}={0,2})$/;

/** A header that was read. */
export interface WebhookSignature {
  readonly keyId: string;
  readonly der: Uint8Array;
}

/** @throws Refusal signature_malformed */
export function readSignature(header: string): WebhookSignature {
  const [, keyId, text] = HEADER.exec(header) ?? [];
  const der = text === undefined ? null : fromBase64(text);
  if (keyId === undefined || der === null)
    throw new Refusal('signature_malformed', 'X-Signature is not one of SHA256withECDSA', {
      received: header,
    });
  return { keyId, der };
}

/**
 * Checks a signature.
 * @param key the SubjectPublicKeyInfo of `keyId` in base64.
 * @throws Refusal signature_mismatch
 */
export async function verifySignature(
  { keyId, der }: WebhookSignature,
  key: string,
  body: Uint8Array,
): Promise<void> {
  const isRight = await verifyEcdsa(key, body, der);
  if (isRight) return;
  throw new Refusal(
    'signature_mismatch',
    isRight === null
      ? `the key ${keyId} is none of P-256`
      : 'X-Signature does not fit the body and the key that it names',
    { base: readable(body) },
  );
}
