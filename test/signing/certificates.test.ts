/** Certificates that are read once: what was found of one is never taken for another, and its dates are looked at each time. */
import { describe, expect, it } from 'vitest';
import { SANDBOX_ROOT_CERTIFICATE, SANDBOX_SIGNING_CERTIFICATE } from '../../src/sandbox/banks/tpay-keys.ts';
import { type Certificate, isIssuedBy, readCertificate } from '../../src/signing/x509.ts';

function certificate(pem: string): Certificate {
  const found = readCertificate(pem);
  if (!found) throw new Error('the certificate cannot be read');
  return found;
}

describe('a certificate that was found good before', () => {
  it('is not good after its end, nor before its beginning', () => {
    const [root, signing] = [certificate(SANDBOX_ROOT_CERTIFICATE), certificate(SANDBOX_SIGNING_CERTIFICATE)];
    const at = (time: number) => isIssuedBy(signing, root, new Date(time));
    expect(at(signing.notBefore.getTime() + 1000)).toBe(true);
    expect(at(signing.notAfter.getTime() + 1000)).toBe(false);
    expect(at(signing.notBefore.getTime() - 1000)).toBe(false);
  });

  it('is not good by another root, and another one is not good by its root', () => {
    const [root, signing] = [certificate(SANDBOX_ROOT_CERTIFICATE), certificate(SANDBOX_SIGNING_CERTIFICATE)];
    expect(isIssuedBy(signing, root, null)).toBe(true);
    // One that says of itself that it is the root, with a key of its own.
    expect(isIssuedBy(signing, { ...root, publicKey: signing.publicKey }, null)).toBe(false);
    expect(isIssuedBy({ ...signing, signed: Uint8Array.from([...signing.signed, 0]) }, root, null)).toBe(
      false,
    );
    expect(isIssuedBy(signing, root, null)).toBe(true);
  });
});
