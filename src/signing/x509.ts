/**
 * Checks that one RSA certificate was signed by another (X.509, RFC 5280): WebCrypto reads keys and no certificates. Only what that takes is
 * read. DER is read strictly: where anything is unexpected, there is no certificate.
 */
import type { KeyObject } from 'node:crypto';
import { compareBytes, hex } from './bytes.ts';
import { kept } from './kept.ts';
import { pemBody } from './pem.ts';
import { rsaPublicKey, rsaVerifyBy } from './rsa.ts';

export interface Certificate {
  /** The part that the issuer signed. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Names as they are encoded. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag and length included. */
  readonly whole: Uint8Array;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return this.#at === this.#bytes.length;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new RangeError('the DER ends too early');
    this.#at += 1;
    return byte;
  }

  next(tag?: number): Element {
    const from = this.#at;
    const found = this.#byte();
    if (tag !== undefined && found !== tag) throw new RangeError(`there is ${found} where ${tag} belongs`);
    let length = this.#byte();
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 3) throw new RangeError('the DER has a length that no certificate has');
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + this.#byte();
    }
    if (this.#at + length > this.#bytes.length) throw new RangeError('the DER ends too early');
    const content = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return { tag: found, content, whole: this.#bytes.subarray(from, this.#at) };
  }
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const VERSION = 0xa0;
const UTC_TIME = 0x17;

/** sha256WithRSAEncryption, 1.2.840.113549.1.1.11. */
const SHA256_RSA = '06092a864886f70d01010b0500';

/** `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`. */
function timeOf({ tag, content }: Element): Date {
  const text = String.fromCharCode(...content);
  const full = tag === UTC_TIME ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time)) throw new RangeError('the DER has a time that cannot be read');
  return new Date(time);
}

function bits({ content }: Element): Uint8Array {
  if (content[0] !== 0) throw new RangeError('the DER has a bit string of odd bits');
  return content.subarray(1);
}

function read(der: Uint8Array): Certificate {
  const outer = new Reader(der);
  const certificate = new Reader(outer.next(SEQUENCE).content);
  if (!outer.isDone) throw new RangeError('something follows the certificate');
  const signed = certificate.next(SEQUENCE);
  const algorithm = certificate.next(SEQUENCE);
  if (hex(algorithm.content) !== SHA256_RSA) throw new RangeError('it is not signed with RSA and SHA-256');
  const signature = bits(certificate.next(BIT_STRING));
  const body = new Reader(signed.content);
  // A certificate of version 1 does not say its version.
  if (body.next().tag === VERSION) body.next(INTEGER);
  if (hex(body.next(SEQUENCE).content) !== SHA256_RSA) throw new RangeError('the two algorithms differ');
  const issuer = body.next(SEQUENCE);
  const validity = new Reader(body.next(SEQUENCE).content);
  const subject = body.next(SEQUENCE);
  const publicKey = body.next(SEQUENCE);
  return {
    signed: signed.whole,
    signature,
    publicKey: publicKey.whole,
    notBefore: timeOf(validity.next()),
    notAfter: timeOf(validity.next()),
    issuer: issuer.whole,
    subject: subject.whole,
  };
}

/** By its PEM: a provider keeps one for months, and reading it costs more than a signature of it. */
const certificateOf = /* @__PURE__ */ kept((pem) => {
  const der = pemBody(pem, 'CERTIFICATE');
  if (!der) throw new RangeError('there is no certificate');
  return read(der);
});

/** The certificate of a PEM text, or null when it is none that this file can read. */
export function readCertificate(pem: string): Certificate | null {
  try {
    return certificateOf(pem);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The keys of certificates; null: another kind of key. */
const keys = new WeakMap<Certificate, KeyObject | null>();

function keyOf(certificate: Certificate): KeyObject | null {
  const before = keys.get(certificate);
  if (before !== undefined) return before;
  let key: KeyObject | null = null;
  try {
    key = rsaPublicKey(certificate.publicKey);
  } catch {
    // Left null: nothing is signed by it.
  }
  keys.set(certificate, key);
  return key;
}

/** Whether a message carries the RSA-SHA-256 signature of a certificate's key. */
export function isSignedBy(certificate: Certificate, message: Uint8Array, signature: Uint8Array): boolean {
  const key = keyOf(certificate);
  return key !== null && rsaVerifyBy(key, 'SHA-256', message, signature);
}

/** By which certificate another one is signed, as far as that was found: neither ever changes. Their dates are looked at each time. */
const signers = new WeakMap<Certificate, Certificate>();

function hasSigned(root: Certificate, certificate: Certificate): boolean {
  if (signers.get(certificate) === root) return true;
  if (compareBytes(certificate.issuer, root.subject) !== 0) return false;
  const isSigned = isSignedBy(root, certificate.signed, certificate.signature);
  if (isSigned) signers.set(certificate, root);
  return isSigned;
}

/** Whether `certificate` was issued by `root`, and both were good at a moment (null: whenever). */
export function isIssuedBy(certificate: Certificate, root: Certificate, at: Date | null): boolean {
  const isGood = ({ notBefore, notAfter }: Certificate) => at === null || (notBefore <= at && at <= notAfter);
  return isGood(certificate) && isGood(root) && hasSigned(root, certificate);
}
