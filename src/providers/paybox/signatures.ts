/**
 * The recipes of Paybox: the HMAC of what we send (PBX_HMAC, and HMAC in Direct), and the RSA signature of what the platform
 * sends (letter K), which covers the bytes as they travel. Facts: SHEET.md.
 */
import { Refusal } from '../../payments/errors.ts';
import { fromBase64, fromHex, utf8 } from '../../signing/bytes.ts';
import { hmacBy } from '../../signing/digests.ts';
import { percentDecode } from '../../signing/form.ts';
import { kept } from '../../signing/kept.ts';
import { rsaVerify } from '../../signing/rsa.ts';
import type { Channel, LikelyCause, Recipe, RecipeInput, Signed, Verdict } from '../contract.ts';
import { cameTwice, textFields } from '../kit/form-message.ts';
import { requireFewFields } from '../kit/message-limits.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { readDirectAnswer } from './direct-answer.ts';
import { readRetour, retourNames, retourVariables } from './retour.ts';
import { PAYBOX_PUBLIC_KEY, type PayboxSettings } from './settings.ts';

// --- What we send -----------------------------------------------------------------------------------------

const MACS = { SHA224: 'sha224', SHA256: 'sha256', SHA384: 'sha384', SHA512: 'sha512' } as const;

/** By the algorithm and the hexadecimal key. */
const macOf = kept((named) => {
  const [algorithm = '', key = ''] = named.split(' ');
  return hmacBy(algorithm as (typeof MACS)[keyof typeof MACS], fromHex(key) ?? new Uint8Array());
});

function isMac(name: string | undefined): name is keyof typeof MACS {
  return name !== undefined && name in MACS;
}

/**
 * Signs the fields of the form or of a call of Direct: `NAME=value` joined by `&`, raw values in the order sent, under the
 * bytes that the hexadecimal key stands for. The field PBX_HASH (HASH in Direct) names the algorithm.
 */
export function signPayboxFields(settings: Partial<PayboxSettings>, input: RecipeInput): Signed {
  const fields = textFields(input).filter(([name]) => name !== 'PBX_HMAC' && name !== 'HMAC');
  const base = fields.map(([name, value]) => `${name}=${value}`).join('&');
  const named = fields.find(([name]) => name === 'PBX_HASH' || name === 'HASH')?.[1];
  const algorithm = isMac(named) ? named : (settings.hmac_algorithm ?? 'SHA512');
  return {
    base,
    algorithm: `HMAC-${algorithm}`,
    signature: macOf(`${MACS[algorithm]} ${settings.hmac_key ?? ''}`)(base, 'hex').toUpperCase(),
  };
}

// --- What the platform sends ------------------------------------------------------------------------------

/** A message that verified: its signed parameters alone, decoded, by name. */
interface VerifiedRetour {
  readonly values: ReadonlyMap<string, string>;
  readonly base: string;
  readonly signature: string;
}

/** Paybox writes a space as %20; a plus sign is itself. */
function decoded(part: string): string {
  const text = percentDecode(part, 'literal');
  if (text === null) throw new Refusal('malformed', 'the percent-encoding of the parameters is broken');
  return text;
}

/** Parameters of which none is empty, decoded. */
function parameters(parts: readonly string[]): (readonly [name: string, value: string])[] {
  return parts.filter(Boolean).map((part) => {
    const equals = part.indexOf('=');
    return equals < 0
      ? [decoded(part), '']
      : [decoded(part.slice(0, equals)), decoded(part.slice(equals + 1))];
  });
}

/**
 * The value of K as base64 text: percent-decoded once, once more if a `%` is left (POST encodes twice), its
 * spaces turned back into the plus signs that they were.
 */
function signatureText(raw: string): string {
  const once = decoded(raw);
  return (once.includes('%') ? decoded(once) : once).replaceAll(' ', '+');
}

/**
 * The texts that may be signed. A return, and a notification whose address comes from the back office: everything before K. A
 * notification to PBX_REPONDRE_A: the PBX_RETOUR variables alone, which follow parameters of our own.
 */
function signedTexts(
  parts: readonly string[],
  known: ReadonlySet<string>,
  channel: Channel,
): readonly (readonly string[])[] {
  if (channel === 'return') return [parts];
  const ours = parts.findIndex((part) => known.has(part.split('=', 1)[0] ?? ''));
  return ours <= 0 ? [parts] : [parts.slice(ours), parts];
}

/** A verifier that reads by name would let an unsigned `error=00000&` in front of a declined payment through. */
function refuseDuplicates(
  received: ReturnType<typeof parameters>,
  known: ReadonlySet<string>,
  signatureName: string,
): void {
  const seen = new Set([signatureName]);
  for (const [name] of received) {
    if (!known.has(name)) continue;
    if (seen.has(name)) throw cameTwice('parameter', name);
    seen.add(name);
  }
}

/**
 * Checks a message's RSA signature over its bytes as received, and reads only what it covers.
 * @param raw the query string or body as it came, still percent-encoded.
 * @throws Refusal
 */
export function verifyPayboxRetour(
  settings: Partial<PayboxSettings>,
  raw: string,
  channel: Channel,
): VerifiedRetour {
  const parts = raw.split('&');
  requireFewFields(parts.length);
  const names = retourNames(settings);
  const known = retourVariables(settings);
  const signatureName = names.get('K') ?? 'K';
  const marker = `&${signatureName}=`;
  const at = raw.lastIndexOf(marker);
  if (at < 0) throw new Refusal('signature_missing', `there is no ${signatureName}`, { base: raw });
  const head = raw.slice(0, at);
  const tail = raw.slice(at + marker.length);
  if (tail.includes('&'))
    throw new Refusal('malformed', `something follows ${signatureName}, which must be last`);
  parts.pop();
  const inHead = parameters(parts);
  refuseDuplicates(inHead, known, signatureName);
  const received = signatureText(tail);
  const signature = fromBase64(received);
  if (signature?.length !== 128) {
    throw new Refusal(
      received === '' ? 'signature_missing' : 'signature_malformed',
      received === '' ? `${signatureName} is empty` : `${signatureName} is not the base64 of 128 bytes`,
      { base: head, received },
    );
  }
  const texts = signedTexts(parts, known, channel);
  for (const text of texts) {
    const base = text === parts ? head : text.join('&');
    if (rsaVerify('SHA-1', settings.public_key ?? PAYBOX_PUBLIC_KEY, utf8(base), signature)) {
      return { values: new Map(text === parts ? inHead : parameters(text)), base, signature: received };
    }
  }
  throw new Refusal(
    'signature_mismatch',
    "the signature does not fit the parameters and the platform's key",
    { base: texts[0]?.join('&') ?? head, received },
  );
}

function verdictOf(settings: Partial<PayboxSettings>, input: RecipeInput, channel: Channel): Verdict {
  const raw =
    input.raw ??
    textFields(input)
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
  return verdict(() => {
    const { base, signature, values } = verifyPayboxRetour(settings, raw, channel);
    const capture = settings.capture === 'manual' ? 'manual' : 'automatic';
    const status = statusAlone(readRetour(settings, values, channel), capture);
    return { base, signature, status };
  });
}

// --- By name ----------------------------------------------------------------------------------------------

export const payboxSignatures: Record<string, Recipe<PayboxSettings>> = {
  'request-signature': { kind: 'sign', sign: signPayboxFields },
  'notification-signature': {
    kind: 'verify',
    verify: (settings, input) => verdictOf(settings, input, 'notification'),
  },
  'return-signature': { kind: 'verify', verify: (settings, input) => verdictOf(settings, input, 'return') },
  'api-signature': { kind: 'sign', sign: signPayboxFields },
  'api-response': { kind: 'response', read: (_settings, raw, number) => readDirectAnswer(raw, number) },
};

/** The bytes as Paybox writes them: a space is %20, and `@ / : ,` stay as they are. */
function asPayboxWrites(raw: string): string {
  return raw.replaceAll('+', '%20').replace(/%(?:40|2F|3A|2C)/gi, decodeURIComponent);
}

/** The traps of the sheet, each tried when a signature is refused. */
export const payboxLikelyCauses: readonly LikelyCause[] = [
  {
    cause:
      'the message was decoded and encoded again on its way (a proxy, a framework): the bytes are not those signed',
    raw: (raw) => {
      const at = raw.lastIndexOf('&');
      return asPayboxWrites(raw.slice(0, at)) + raw.slice(at);
    },
  },
  {
    cause: "it is signed with the platform's own key, and the account trusts another one (public_key)",
    settings: (settings) => ({ ...settings, public_key: PAYBOX_PUBLIC_KEY }),
  },
  {
    cause: 'a parameter of our own stands in front of what is signed',
    raw: (raw) => raw.slice(raw.indexOf('&') + 1),
  },
];
