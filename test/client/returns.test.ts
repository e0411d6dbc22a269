/** The address that a shopper comes back by: what the service has signed is taken, and nothing else. */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { CountersignError, verifyReturn } from '../../src/client/index.ts';
import { signReturnUrl } from '../../src/client/testing.ts';

const SECRET = `whsec_${btoa('a secret of twenty-four by')}`;
const OTHER = `whsec_${btoa('another secret of 24 bytes')}`;
const NOW = Date.parse('2026-11-26T12:00:00Z');
const now = () => NOW;
const expires = NOW / 1000 + 3600;
const RETURNED = { payment: '7ZK0M3Q9T2V8XW4B', reference: 'a.b.paid.1 é', status: 'paid', expires } as const;

const codeOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    (value) => new Error(`was taken: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CountersignError)) throw error;
  return error.code;
};

describe('a signed return', () => {
  it('has the signature of the contract', async () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const key = hmac(sha256, bytes('a secret of twenty-four by'), bytes('return'));
    const expected = hmac(sha256, key, bytes(`7ZK0M3Q9T2V8XW4B.a.b.paid.1 é.paid.${expires}`));
    const address = new URL(await signReturnUrl('https://shop.example/thanks?x=1', RETURNED, SECRET));
    const base64url = btoa(String.fromCharCode(...expected))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
    expect(address.searchParams.get('signature')).toBe(base64url);
  });

  it('is taken whole, from its path on, as a URL and in a request', async () => {
    const address = await signReturnUrl('https://shop.example/thanks?x=1', RETURNED, SECRET);
    const { pathname, search } = new URL(address);
    for (const form of [
      address,
      pathname + search,
      new URL(address),
      new Request(address),
      `${address}#top`,
    ]) {
      expect(await verifyReturn(form, SECRET, { now })).toEqual(RETURNED);
    }
    expect(await verifyReturn(address, [OTHER, SECRET], { now })).toEqual(RETURNED);
  });

  it.each([
    ['payment', 'AAAAAAAAAAAAAAAA'],
    ['reference', 'order-2'],
    ['status', 'refunded'],
    ['expires', String(expires + 1)],
    ['signature', 'AAAA'],
  ])('is refused with another %s', async (name, value) => {
    const address = new URL(await signReturnUrl('https://shop.example/thanks', RETURNED, SECRET));
    address.searchParams.set(name, value);
    expect(await codeOf(verifyReturn(address, SECRET, { now }))).toBe('signature_mismatch');
  });

  it.each(['payment', 'reference', 'status', 'expires', 'signature'])(
    'is refused without its %s, and with two of them',
    async (name) => {
      const address = new URL(await signReturnUrl('https://shop.example/thanks', RETURNED, SECRET));
      const twice = new URL(address);
      twice.searchParams.append(name, 'x');
      expect(await codeOf(verifyReturn(twice, SECRET, { now }))).toBe('malformed');
      address.searchParams.delete(name);
      expect(await codeOf(verifyReturn(address, SECRET, { now }))).toBe('signature_missing');
    },
  );

  it('is refused when its time is over, and with another secret', async () => {
    const address = await signReturnUrl('https://shop.example/thanks', RETURNED, SECRET);
    const later = () => (expires + 1) * 1000;
    expect(await codeOf(verifyReturn(address, SECRET, { now: later }))).toBe('signature_expired');
    expect(await codeOf(verifyReturn(address, OTHER, { now }))).toBe('signature_mismatch');
    expect(await codeOf(verifyReturn(address, '', { now }))).toBe('invalid_option');
  });

  it.each([undefined, null, 7, {}, { url: 7 }])('that is no address is a mistake: %j', async (address) => {
    expect(await codeOf(verifyReturn(address as never, SECRET))).toBe('invalid_option');
    expect(await codeOf(verifyReturn('/?a=b', SECRET, null as never))).toBe('invalid_option');
  });

  it('is not signed for a payment that no id is: it would be read in two ways', async () => {
    const signed = { ...RETURNED, payment: '7ZK0M3Q9T2V8XW4B.2026' };
    expect(await codeOf(signReturnUrl('https://shop.example/', signed, SECRET))).toBe('malformed');
  });

  it('is no webhook: a message that the same secret signs as one is none', async () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const text = `7ZK0M3Q9T2V8XW4B.a.b.paid.1 é.paid.${expires}`;
    const plain = hmac(sha256, bytes('a secret of twenty-four by'), bytes(text));
    const address = new URL(await signReturnUrl('https://shop.example/thanks', RETURNED, SECRET));
    address.searchParams.set(
      'signature',
      btoa(String.fromCharCode(...plain))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', ''),
    );
    expect(await codeOf(verifyReturn(address, SECRET, { now }))).toBe('signature_mismatch');
  });
});
