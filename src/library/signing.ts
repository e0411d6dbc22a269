/** `countersign/signing`: the digests, HMACs, RSA and charsets that the protocols are made of. */
export * from '../signing/bytes.ts';
export * from '../signing/charsets.ts';
export * from '../signing/digests.ts';
export * from '../signing/ecdsa.ts';
export * from '../signing/form.ts';
export * from '../signing/rsa.ts';
export * from '../signing/weak.ts';
export * from '../signing/x509.ts';
