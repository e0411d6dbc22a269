/**
 * Certificates as they are read. The failures ruled out: one of which a byte was changed, that is cut short or has more behind it, and is
 * taken all the same; dates that are read otherwise than the platform reads them; another algorithm taken for ours.
 */
import { createSign, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  SANDBOX_ROOT_CERTIFICATE,
  SANDBOX_SIGNING_CERTIFICATE,
  SANDBOX_SIGNING_KEY,
} from '../../src/sandbox/banks/tpay-keys.ts';
import { base64, concat, fromBase64, fromHex, hex, utf8 } from '../../src/signing/bytes.ts';
import { type Certificate, isIssuedBy, isSignedBy, readCertificate } from '../../src/signing/x509.ts';

const bytes = (digits: string) => fromHex(digits) ?? new Uint8Array();
const pemOf = (der: Uint8Array) => `-----BEGIN CERTIFICATE-----\n${base64(der)}\n-----END CERTIFICATE-----\n`;
const derOf = (pem: string) => fromBase64(pem.replace(/-----[A-Z ]+-----|\s/g, '')) ?? new Uint8Array();

function certificate(pem: string): Certificate {
  const found = readCertificate(pem);
  if (!found) throw new Error('the certificate cannot be read');
  return found;
}

// --- Certificates of our own making, to leave something out or put something in -----------------------------

/** An element of DER. */
function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return concat([Uint8Array.of(tag, ...length), content]);
}

const SHA256_RSA = bytes('06092a864886f70d01010b0500');
const SHA1_RSA = bytes('06092a864886f70d0101050500');
const NAME = bytes('310d300b06035504030c04726f6f74');
const UTC = (text: string) => der(0x17, utf8(text));
const GENERALIZED = (text: string) => der(0x18, utf8(text));

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const spkiOf = (key: KeyObject) => Uint8Array.from(key.export({ type: 'spki', format: 'der' }));

interface Parts {
  readonly version?: Uint8Array;
  readonly inner?: Uint8Array;
  readonly outer?: Uint8Array;
  readonly times?: readonly [Uint8Array, Uint8Array];
  readonly unused?: number;
  readonly spki?: Uint8Array;
  readonly issuer?: Uint8Array;
  /** With its tag and length. */
  readonly issuerWhole?: Uint8Array;
}

/** A certificate that signs itself. */
function made({
  version = der(0xa0, der(0x02, Uint8Array.of(2))),
  inner = SHA256_RSA,
  outer = SHA256_RSA,
  times = [UTC('260101000000Z'), UTC('270101000000Z')],
  unused = 0,
  spki = spkiOf(publicKey),
  issuer = NAME,
  issuerWhole = der(0x30, issuer),
}: Parts = {}): Uint8Array {
  const serial = der(0x02, Uint8Array.of(7));
  const signed = der(
    0x30,
    version,
    serial,
    der(0x30, inner),
    issuerWhole,
    der(0x30, ...times),
    der(0x30, NAME),
    spki,
  );
  const signature = Uint8Array.from(createSign('RSA-SHA256').update(signed).sign(privateKey));
  return der(0x30, signed, der(0x30, outer), der(0x03, Uint8Array.of(unused), signature));
}

const IN_2026 = new Date('2026-06-01T00:00:00Z');

describe('a certificate', () => {
  it.each([SANDBOX_ROOT_CERTIFICATE, SANDBOX_SIGNING_CERTIFICATE, pemOf(made())])(
    'is read as the platform reads it',
    (pem) => {
      const { notBefore, notAfter, publicKey: spki } = certificate(pem);
      const platform = new X509Certificate(pem);
      expect(notBefore.getTime()).toBe(Date.parse(platform.validFrom));
      expect(notAfter.getTime()).toBe(Date.parse(platform.validTo));
      expect(hex(spki)).toBe(hex(spkiOf(platform.publicKey)));
    },
  );

  it('is read among other text, and with any line ends', () => {
    const pem = SANDBOX_SIGNING_CERTIFICATE.replaceAll('\n', '\r\n');
    expect(hex(certificate(`subject=tpay\n${pem}\nmore`).signed)).toBe(
      hex(certificate(SANDBOX_SIGNING_CERTIFICATE).signed),
    );
    for (const none of [
      '',
      'no certificate',
      SANDBOX_SIGNING_KEY,
      '-----BEGIN CERTIFICATE----------END CERTIFICATE-----',
      pemOf(new Uint8Array()),
    ])
      expect(readCertificate(none), none).toBeNull();
  });

  it('is none when it is cut short anywhere, or has anything behind it', () => {
    const whole = derOf(SANDBOX_SIGNING_CERTIFICATE);
    for (let length = 0; length < whole.length; length++)
      expect(readCertificate(pemOf(whole.slice(0, length))), `${length} bytes`).toBeNull();
    expect(readCertificate(pemOf(concat([whole, Uint8Array.of(0)])))).toBeNull();
  });

  it('is not good any more when any byte of it was changed', { timeout: 60_000 }, async () => {
    const root = certificate(SANDBOX_ROOT_CERTIFICATE);
    const whole = derOf(SANDBOX_SIGNING_CERTIFICATE);
    expect(await isIssuedBy(certificate(pemOf(whole)), root, null)).toBe(true);
    for (let at = 0; at < whole.length; at++)
      for (const mask of [1, 2]) {
        const changed = Uint8Array.from(whole);
        changed[at] = (changed[at] ?? 0) ^ mask;
        const read = readCertificate(pemOf(changed));
        // Twice: what was found of it the first time is kept.
        for (let time = 1; read && time <= 2; time++)
          expect(await isIssuedBy(read, root, null), `byte ${at}, time ${time}`).toBe(false);
      }
  });

  it('says its dates in two or four digits of the year, and the century of two is that of RFC 5280', () => {
    const yearsOf = (...times: [Uint8Array, Uint8Array]) => {
      const { notBefore, notAfter } = certificate(pemOf(made({ times })));
      return [notBefore.toISOString(), notAfter.toISOString()];
    };
    expect(yearsOf(UTC('500102030405Z'), UTC('491231235959Z'))).toEqual([
      '1950-01-02T03:04:05.000Z',
      '2049-12-31T23:59:59.000Z',
    ]);
    expect(yearsOf(UTC('991231235959Z'), GENERALIZED('20500102030405Z'))).toEqual([
      '1999-12-31T23:59:59.000Z',
      '2050-01-02T03:04:05.000Z',
    ]);
  });

  it.each([
    '2601010000Z',
    '260101000000',
    '260101000000+0100',
    '261301000000Z',
    'x60101000000Z',
    '99260101000000Z',
    '260101000000Z0',
    '',
  ])('with a date that is none (%j) is none', (text) => {
    expect(readCertificate(pemOf(made({ times: [UTC(text), UTC('270101000000Z')] })))).toBeNull();
    expect(readCertificate(pemOf(made({ times: [UTC('260101000000Z'), UTC(text)] })))).toBeNull();
  });

  it('of version 1 does not say its version, and is one', async () => {
    const read = certificate(pemOf(made({ version: new Uint8Array() })));
    expect(await isIssuedBy(read, read, IN_2026)).toBe(true);
  });

  it('is none with another algorithm, in either place, and none with a bit string of odd bits', async () => {
    const good = certificate(pemOf(made()));
    expect(await isIssuedBy(good, good, IN_2026)).toBe(true);
    for (const parts of [
      { inner: SHA1_RSA },
      { outer: SHA1_RSA },
      { inner: SHA1_RSA, outer: SHA1_RSA },
      { unused: 1 },
    ])
      expect(readCertificate(pemOf(made(parts))), JSON.stringify(parts)).toBeNull();
  });

  it('is none with a length that DER does not have', () => {
    const whole = made();
    const [, , high = 0, low = 0] = whole;
    const content = whole.slice(4);
    for (const length of [[0x80], [0x84, 0, 0, high, low], [0x83, 1, high, low], [0xff, high, low]])
      expect(
        readCertificate(pemOf(concat([Uint8Array.of(0x30, ...length), content]))),
        String(length),
      ).toBeNull();
    // Three bytes of length are as many as are read.
    expect(readCertificate(pemOf(concat([Uint8Array.of(0x30, 0x83, 0, high, low), content])))).not.toBeNull();
  });
});

describe('a name whose length is spelt as BER has it, and DER does not', () => {
  const signedBySelf = (issuer: Uint8Array) => pemOf(made({ issuerWhole: issuer }));
  const name = concat([NAME.slice(0, -4), utf8('a'.repeat(128 - NAME.length + 4))]);

  it('is read in the one spelling of DER', () => {
    expect(hex(certificate(signedBySelf(der(0x30, name))).issuer)).toBe(hex(der(0x30, name)));
    expect(readCertificate(signedBySelf(Uint8Array.of(0x30, 0)))).not.toBeNull();
  });

  it.each([
    ['128 bytes', concat([Uint8Array.of(0x30, 0x80), name])],
    ['none', Uint8Array.of(0x30, 0x80)],
  ])('is none with 0x80 for %s', (_, issuer) => {
    expect(readCertificate(signedBySelf(issuer))).toBeNull();
  });
});

describe('what was found of a certificate', () => {
  /** A certificate that counts how often a part of it is looked at. */
  function watched(part: 'publicKey' | 'signature') {
    const own = certificate(pemOf(made()));
    let looks = 0;
    const counting = Object.defineProperty({ ...own }, part, {
      get: () => {
        looks += 1;
        return own[part];
      },
    });
    return { counting, own, looks: () => looks };
  }

  it('is not worked out again for each message: its key', () => {
    const { counting, looks } = watched('publicKey');
    const message = utf8('a message');
    const signature = Uint8Array.from(createSign('RSA-SHA256').update(message).sign(privateKey));
    for (let time = 0; time < 3; time++) expect(isSignedBy(counting, message, signature)).toBe(true);
    expect(looks()).toBe(1);
  });

  it('is not worked out again for each message: that another one has signed it', () => {
    const { counting, own, looks } = watched('signature');
    for (let time = 0; time < 3; time++) expect(isIssuedBy(counting, own, IN_2026)).toBe(true);
    expect(looks()).toBe(1);
    const other = watched('signature');
    const root = { ...own, publicKey: certificate(SANDBOX_ROOT_CERTIFICATE).publicKey };
    for (let time = 0; time < 3; time++) expect(isIssuedBy(other.counting, root, IN_2026)).toBe(false);
    expect(other.looks()).toBe(3);
  });
});

describe('what a certificate signs', () => {
  const signing = certificate(SANDBOX_SIGNING_CERTIFICATE);
  const message = utf8('a message');
  const signature = Uint8Array.from(createSign('RSA-SHA256').update(message).sign(SANDBOX_SIGNING_KEY));

  it('is checked with its own key', async () => {
    expect(await isSignedBy(signing, message, signature)).toBe(true);
    expect(await isSignedBy(signing, utf8('another message'), signature)).toBe(false);
    expect(await isSignedBy(certificate(SANDBOX_ROOT_CERTIFICATE), message, signature)).toBe(false);
  });

  it('is nothing with a key of another kind, although that has signed it', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = certificate(pemOf(made({ spki: spkiOf(pair.publicKey) })));
    const own = Uint8Array.from(createSign('SHA256').update(message).sign(pair.privateKey));
    expect(await isSignedBy(other, message, signature)).toBe(false);
    expect(await isSignedBy(other, message, own)).toBe(false);
  });
});

describe('an issuer', () => {
  it('has the name that the certificate says, beside the key that signed it', async () => {
    const own = certificate(pemOf(made()));
    const other = certificate(pemOf(made({ issuer: bytes('310d300b06035504030c04746f6f72') })));
    expect(await isIssuedBy(own, own, IN_2026)).toBe(true);
    expect(await isIssuedBy(other, own, IN_2026)).toBe(false);
  });

  it('is out of date itself when its time is over, whatever the certificate says', async () => {
    const root = certificate(pemOf(made()));
    const later = certificate(pemOf(made({ times: [UTC('260101000000Z'), UTC('300101000000Z')] })));
    expect(await isIssuedBy(later, root, IN_2026)).toBe(true);
    expect(await isIssuedBy(later, root, new Date('2028-01-01T00:00:00Z'))).toBe(false);
    expect(await isIssuedBy(later, root, null)).toBe(true);
  });

  it('is good at the very second at which its time begins and ends', async () => {
    const root = certificate(pemOf(made()));
    expect(await isIssuedBy(root, root, root.notBefore)).toBe(true);
    expect(await isIssuedBy(root, root, root.notAfter)).toBe(true);
  });
});
