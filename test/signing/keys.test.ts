/** What follows from the ID_KEY: tokens of links, and the anchors' signature. The failures ruled out: one key for two uses; a token that fits too much. */
import { describe, expect, it } from 'vitest';
import { base64url, fromBase64url, fromHex, hex, utf8 } from '../../src/signing/bytes.ts';
import {
  checkoutKey,
  isLinkToken,
  isShortToken,
  linkToken,
  shortToken,
  waitingKey,
} from '../../src/signing/checkout-token.ts';
import { hmacOf } from '../../src/signing/digests.ts';
import { anchorSeed, signEd25519, verifyEd25519 } from '../../src/signing/ed25519.ts';
import { polybankingBase } from '../../src/signing/polybanking.ts';

const bytes = (digits: string) => fromHex(digits) ?? new Uint8Array();

const ID_KEY = utf8('id key of the tests.............');
const ID = '7ZK0M3Q9T2V8XW4B';

describe('the token of a link', () => {
  const key = checkoutKey(ID_KEY);
  const tag = hmacOf('sha256', key, utf8(ID));

  it('is the first 128 bits, and fits its own payment and key alone', () => {
    expect(linkToken(key, ID)).toBe(base64url(tag.slice(0, 16)));
    expect(isLinkToken(key, ID, linkToken(key, ID))).toBe(true);
    for (const other of [
      '',
      linkToken(key, ID).slice(1),
      linkToken(key, ID).slice(0, -1),
      `${linkToken(key, ID)}A`,
    ])
      expect(isLinkToken(key, ID, other), other).toBe(false);
    expect(isLinkToken(key, ID, linkToken(key, `${ID}1`))).toBe(false);
    expect(isLinkToken(key, ID, linkToken(waitingKey(ID_KEY), ID))).toBe(false);
  });

  it('is short for a till, and no beginning of the long one', () => {
    const short = shortToken(key, ID);
    expect(short).toBe(hex(hmacOf('sha256', key, utf8(`short ${ID}`)).slice(0, 6)).toUpperCase());
    expect(short).not.toBe(hex(tag.slice(0, 6)).toUpperCase());
    expect(isShortToken(key, ID, short)).toBe(true);
    for (const other of ['', short.slice(1), short.toLowerCase(), `${short}0`])
      expect(isShortToken(key, ID, other), other).toBe(false);
  });

  it('of the waiting page has a key of its own', () => {
    expect(hex(waitingKey(ID_KEY))).not.toBe(hex(key));
    expect(hex(anchorSeed(ID_KEY))).not.toBe(hex(waitingKey(ID_KEY)));
    // They stand in addresses that people have: another key would break them.
    expect(linkToken(waitingKey(ID_KEY), ID)).toBe('166-QViTy_Dcrv9jdbPicw');
  });
});

describe('Ed25519', () => {
  /** RFC 8032, 7.1, tests 1 and 2. */
  const VECTORS = [
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      'r',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
  ] as const;

  it.each(VECTORS)(
    'signs and verifies the vector of the RFC: %s',
    async (seed, publicKey, text, signature) => {
      const signed = await signEd25519(bytes(seed), text);
      expect(hex(fromBase64url(signed.publicKey) ?? new Uint8Array())).toBe(publicKey);
      expect(hex(fromBase64url(signed.signature) ?? new Uint8Array())).toBe(signature);
      expect(await verifyEd25519(signed, text)).toBe(true);
      expect(await verifyEd25519(signed, `${text} `)).toBe(false);
    },
  );

  it('is none by another key, and by nothing that has another length or spelling', async () => {
    const [one, other] = await Promise.all(VECTORS.map(([seed]) => signEd25519(bytes(seed), 'text')));
    if (!one || !other) throw new Error('two signatures');
    expect(await verifyEd25519(one, 'text')).toBe(true);
    for (const changes of [
      { publicKey: other.publicKey },
      { signature: other.signature },
      { publicKey: '' },
      { publicKey: '!' },
      { publicKey: `${one.publicKey}AAAA` },
      { signature: '' },
      { signature: '!' },
      { signature: `${one.signature}AAAA` },
    ])
      expect(await verifyEd25519({ ...one, ...changes }, 'text'), JSON.stringify(changes)).toBe(false);
  });
});

describe('the text that PolyBanking signs', () => {
  it('is sorted by name, with the secret after each value, and separators escaped', () => {
    const text = new TextDecoder().decode(polybankingBase({ b: '2;=', a: '1', 'c=;': 'x' }, 's;=t'));
    expect(text).toBe('a=1;s;=t;b=2!!??;s;=t;c??!!=x;s;=t;');
    expect(polybankingBase({}, 'secret')).toHaveLength(0);
  });
});
