/**
 * The signatures: HMAC-SHA-1 under the NTKEY, which comes encrypted with DES-CBC under constants of every kit.
 * A request signs the decoded values of seven fields in a fixed order; a notification signs the raw values of all its
 * parameters in the order received. Mixing the two works for plain values only.
 */
import { Refusal } from '../../payments/errors.ts';
import { equalText, fromHex, hex, readable, type Signable, utf8 } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { hmacBy } from '../../signing/digests.ts';
import { encodeForm, percentDecode } from '../../signing/form.ts';
import { kept } from '../../signing/kept.ts';
import { desCbcDecrypt } from '../../signing/weak.ts';
import type { Recipe, RecipeInput, Signed } from '../contract.ts';
import { cameTwice, textFields } from '../kit/form-message.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { rawPairs, readNotification } from './notification.ts';
import type { SpplusSettings } from './settings.ts';

/** Constants of every SPPlus kit. */
const DES_KEY = Uint8Array.of(0x45, 0x1f, 0xba, 0x4f, 0x4c, 0x3f, 0xd4, 0x97);
const DES_IV = Uint8Array.of(0x30, 0x78, 0x30, 0x62, 0x2c, 0x30, 0x78, 0x30);

/** The decrypted NTKEY: 24 bytes. */
function decryptedKey(cle: string): Uint8Array {
  const encrypted = fromHex(cle.replace(/\s/g, ''));
  if (encrypted?.length !== 24) throw new RangeError('the NTKEY has 48 hexadecimal digits');
  return desCbcDecrypt(DES_KEY, DES_IV, encrypted);
}

/** The HMAC key: the first 20 bytes. With all 24 the digest is another. */
function hmacKey(cle: string): Uint8Array {
  return decryptedKey(cle).subarray(0, 20);
}

const macOf = kept((cle) => hmacBy('sha1', hmacKey(cle)));

function mac({ cle = '' }: Partial<SpplusSettings>, base: Signable): Signed {
  return {
    base,
    algorithm: 'HMAC-SHA-1, upper-case hex',
    signature: macOf(cle)(base, 'hex').toUpperCase(),
  };
}

/** The fields that are signed in a request, in this order. */
const SIGNED = ['siret', 'reference', 'langue', 'devise', 'montant', 'taxe', 'validite'];

/** Signs a request: the decoded values of the seven fields without separators; an absent one is empty. */
export function signSpplusRequest(
  settings: Partial<SpplusSettings>,
  fields: Iterable<readonly [string, string]>,
): Signed {
  const values = new Map(fields);
  let text = '';
  for (const name of SIGNED) text += values.get(name) ?? '';
  return mac(settings, text);
}

/** The raw values in the order received, the hmac left out wherever it stands. */
function rawBase(pairs: ReturnType<typeof rawPairs>): string {
  let text = '';
  for (const { name, value } of pairs) if (name !== 'hmac') text += value;
  return text;
}

interface VerifiedQuery {
  /** Decoded, by name. */
  readonly values: ReadonlyMap<string, string>;
  readonly base: Signable;
  readonly signature: string;
}

/**
 * Verifies the query string of a notification or return, as received.
 * @throws Refusal duplicate_field, malformed, signature_missing, signature_mismatch
 */
export function verifySpplusQuery(settings: Partial<SpplusSettings>, query: string): VerifiedQuery {
  const values = new Map<string, string>();
  const pairs = rawPairs(query);
  for (const { name, value } of pairs) {
    if (values.has(name)) throw cameTwice('parameter', name);
    const decoded = percentDecode(value);
    if (decoded === null) throw new Refusal('malformed', 'the percent-encoding of the parameters is broken');
    values.set(name, decoded);
  }
  const { base, signature } = mac(settings, rawBase(pairs));
  const received = values.get('hmac') ?? '';
  if (received === '' || !equalText(signature, received.toUpperCase())) {
    throw new Refusal(
      received === '' ? 'signature_missing' : 'signature_mismatch',
      received === '' ? 'there is no hmac' : 'hmac does not fit the parameters and the key',
      { base: readable(base), expected: signature, received },
    );
  }
  return { values, base, signature };
}

function queryOf(input: RecipeInput): string {
  return input.raw ?? encodeForm(textFields(input), charset('utf-8')) ?? '';
}

export const spplusSignatures: Record<string, Recipe<SpplusSettings>> = {
  'request-signature': {
    kind: 'sign',
    sign: (settings, input) => signSpplusRequest(settings, textFields(input)),
  },
  'notification-signature': {
    kind: 'verify',
    verify: (settings, input) =>
      verdict(() => {
        const { values, base, signature } = verifySpplusQuery(settings, queryOf(input));
        return { base, signature, status: statusAlone(readNotification(settings, values)) };
      }),
  },
  /** Any query string, as the kit's own function signs it. */
  'query-signature': {
    kind: 'sign',
    sign: (settings, input) => mac(settings, rawBase(rawPairs(queryOf(input)))),
  },
  /** How the first release of eopayment signed an address in 2011: never made any more. */
  'historical-signature': {
    kind: 'sign',
    sign: ({ cle = '' }, input) => {
      const base = utf8(
        textFields(input)
          .map(([, value]) => value)
          .join(''),
      );
      return {
        base,
        algorithm: 'HMAC-SHA-1, lower-case hex',
        signature: macOf(cle)(base, 'hex'),
      };
    },
  },
  'key-decryption': {
    kind: 'case',
    answer: ({ cle = '' }) => ({
      fields: {
        plaintext_hex: hex(decryptedKey(cle)),
        hmac_key_hex: hex(hmacKey(cle)),
        ciphertext_hex: cle.replace(/\s/g, '').toLowerCase(),
      },
    }),
  },
};
