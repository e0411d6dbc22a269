/**
 * Keys that are imported once: a key costs far more to import than to use. The failures ruled out: it is imported again for each
 * message; keys of accounts that are gone are kept for ever; a key that can be read out again.
 */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { utf8 } from '../../src/signing/bytes.ts';
import { verifyEcdsa } from '../../src/signing/ecdsa.ts';
import { rsaSign, rsaVerify } from '../../src/signing/rsa.ts';

const rsa = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 1024,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

const curve = () =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  }).publicKey.toString('base64');

const message = utf8('a message');

afterEach(() => {
  vi.restoreAllMocks();
});

/** What is imported from now on: how often, and whether any of it may be read out again. */
function imports() {
  const spy = vi.spyOn(crypto.subtle, 'importKey');
  return {
    count: () => spy.mock.calls.length,
    areExtractable: () => spy.mock.calls.map(([, , , isExtractable]) => isExtractable),
  };
}

describe('a key', () => {
  it('of RSA that signs is imported once, and cannot be read out again', async () => {
    const { publicKey, privateKey } = rsa();
    const { count, areExtractable } = imports();
    for (let time = 0; time < 3; time++) {
      const signature = await rsaSign('SHA-256', privateKey, message);
      expect(await rsaVerify('SHA-256', publicKey, message, signature)).toBe(true);
      expect(await rsaVerify('SHA-1', publicKey, message, signature)).toBe(false);
    }
    // node:crypto verifies, and has no imports: kept.test.ts holds that a key is parsed once.
    expect(count()).toBe(1);
    expect(areExtractable()).toEqual([false]);
  });

  it('of RSA that signs is another one for another digest', async () => {
    const { publicKey, privateKey } = rsa();
    for (const hash of ['SHA-1', 'SHA-256', 'SHA-1'] as const)
      expect(rsaVerify(hash, publicKey, message, await rsaSign(hash, privateKey, message)), hash).toBe(true);
  });

  it('of ECDSA is imported once, and what is no key is tried once', async () => {
    const keys = [curve(), curve()];
    const { count, areExtractable } = imports();
    for (let time = 0; time < 3; time++)
      for (const spki of keys) expect(await verifyEcdsa(spki, message, new Uint8Array())).toBe(false);
    expect(count()).toBe(2);
    expect(areExtractable()).toEqual([false, false]);
    for (let time = 0; time < 3; time++)
      expect(await verifyEcdsa('AAAA', message, new Uint8Array())).toBeNull();
    expect(count()).toBe(3);
  });
});

describe('keys of accounts that are gone', () => {
  /** How often the last and then the first of many keys are imported anew after all of them were used. */
  async function importedAnew(many: number, use: (number: number) => Promise<unknown>): Promise<number[]> {
    for (let number = 0; number < many; number++) await use(number);
    const { count } = imports();
    await use(many - 1);
    const ofLast = count();
    await use(0);
    return [ofLast, count() - ofLast];
  }

  it('of RSA are not kept for ever', { timeout: 60_000 }, async () => {
    const { privateKey } = rsa();
    // Another text of the same key is another key.
    const use = (number: number) => rsaSign('SHA-256', `${privateKey}\n${number}`, message);
    expect(await importedAnew(150, use)).toEqual([0, 1]);
  });

  it('of ECDSA are not kept for ever', { timeout: 60_000 }, async () => {
    const keys = Array.from({ length: 150 }, curve);
    const use = (number: number) => verifyEcdsa(keys[number] ?? '', message, new Uint8Array());
    expect(await importedAnew(keys.length, use)).toEqual([0, 1]);
  });
});
