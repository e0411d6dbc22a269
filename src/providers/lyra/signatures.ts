/**
 * The named recipes of Lyra's platform (SHEET.md): the signature of the form, which its notifications and returns share; kr-hash of
 * the REST API's messages; and the header of its calls. Start, notification, REST calls and the command line use these and no other.
 */
import type * as v from 'valibot';
import { Refusal } from '../../payments/errors.ts';
import type { Status } from '../../payments/statuses.ts';
import { base64, equalText, readable, type Signable, utf8 } from '../../signing/bytes.ts';
import { hmacText } from '../../signing/digests.ts';
import { signedText, utf8Octets } from '../../signing/octets.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { Channel, LikelyCause, ProviderUpdate, Recipe, RecipeInput, Signed } from '../contract.ts';
import { inputFields, textFields, UniqueFields } from '../kit/form-message.ts';
import { parseMessage, readMembers } from '../kit/json-message.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { KR_ANSWER, readIpn, readKrAnswer } from './ipn.ts';
import { IpnValues, signedPlaces } from './reading.ts';
import type { LyraSettings } from './settings.ts';

const ALGORITHMS = {
  'hmac-sha-256': {
    label: 'HMAC-SHA-256',
    sign: (base: Signable, key: string) => hmacText('sha256', key, base, 'base64'),
  },
  'sha-1': { label: 'SHA-1', sign: (base: Signable) => weakDigests.sha1.hex(base) },
} as const;

/** Values of all `vads_` fields, empty ones too, in byte order of their names, each with a `+` behind it. */
function joined(names: readonly string[], valueAt: (place: number) => string | undefined): string {
  let text = '';
  for (const place of signedPlaces(names)) text += `${valueAt(place)}+`;
  return text;
}

/** The HMAC is over the whole text, the key at its end included. */
function signText(
  settings: Partial<LyraSettings>,
  base: Signable,
  otherwise: keyof typeof ALGORITHMS = 'hmac-sha-256',
): Signed {
  const { key = '' } = settings;
  const { label, sign } = ALGORITHMS[settings.signature_algorithm ?? otherwise];
  return { base, algorithm: label, signature: sign(base, key) };
}

/** `request-signature`: the form's `signature`, base64 of the HMAC or lower-case hexadecimal of the SHA-1. */
export function signLyraForm(settings: Partial<LyraSettings>, input: Omit<RecipeInput, 'raw'>): Signed {
  const fields = textFields(input);
  const text = joined(
    fields.map(([name]) => name),
    (place) => fields[place]?.[1],
  );
  // A published vector names its algorithm itself, and not in the settings.
  const otherwise = input.rest?.algorithm === 'SHA-1' ? 'sha-1' : 'hmac-sha-256';
  return signText(settings, text + (settings.key ?? ''), otherwise);
}

/** @throws Refusal */
function requireSignature(base: Signable, expected: string, received: string, name: string): void {
  if (received !== '' && equalText(expected, received)) return;
  throw new Refusal(
    received === '' ? 'signature_missing' : 'signature_mismatch',
    received === '' ? `there is no ${name}` : `${name} does not fit the message and the key`,
    { base: readable(base), expected, received },
  );
}

/** A verified form: its signed fields, and what was signed. */
interface VerifiedForm {
  readonly values: IpnValues;
  readonly base: Signable;
  readonly signature: string;
}

/**
 * `notification-signature` and `return-signature` of the form.
 * @throws Refusal
 */
export function verifyLyraForm(settings: Partial<LyraSettings>, received: UniqueFields): VerifiedForm {
  const { fields, names } = received;
  const { key = '' } = settings;
  const text = joined(names, (place) => fields[place]?.value) + key;
  const octets = () => joined(names, (place) => fields[place]?.octets) + utf8Octets(key);
  const { base, signature } = signText(settings, signedText(text, octets));
  requireSignature(base, signature, received.get('signature') ?? '', 'signature');
  return { values: new IpnValues(received), base, signature };
}

/** Whether a message is of the REST API, and not of the form. */
export function isKrMessage(received: UniqueFields): boolean {
  return received.get('kr-answer') !== undefined;
}

/**
 * `notification-signature` and `return-signature` of the REST API: kr-hash over the text of kr-answer as received with `\/` read as
 * `/`, never parsed and printed again. The channel decides the key: kr-hash-key comes from the sender, who must not choose it.
 * @throws Refusal
 */
export function verifyKrAnswer(
  settings: Partial<LyraSettings>,
  received: UniqueFields,
  channel: Channel,
): {
  readonly answer: v.InferOutput<typeof KR_ANSWER>;
  readonly base: Signable;
  readonly signature: string;
} {
  const text = (received.get('kr-answer') ?? '').replaceAll('\\/', '/');
  const base = text;
  const key = channel === 'return' ? settings.rest_hmac_key : settings.rest_password;
  if (!key) throw new Refusal('signature_mismatch', 'the account has no key for kr-hash');
  const signature = hmacText('sha256', key, base, 'hex');
  requireSignature(base, signature, received.get('kr-hash') ?? '', 'kr-hash');
  // It is proven by now. An order with many tries to pay it has many members.
  return { answer: readMembers(KR_ANSWER, parseMessage(text)), base, signature };
}

/** `api-signature`: the Authorization header of a REST call. The password chooses the mode. */
export function lyraAuthorization({ site_id = '', rest_password = '' }: Partial<LyraSettings>): Signed {
  const base = utf8(`${site_id}:${rest_password}`);
  return { base, algorithm: 'HTTP Basic', signature: `Basic ${base64(base)}` };
}

function messageVerdict(settings: Partial<LyraSettings>, input: RecipeInput, channel: Channel) {
  return verdict(() => {
    const received = new UniqueFields(inputFields(input));
    if (isKrMessage(received)) {
      const { answer, base, signature } = verifyKrAnswer(settings, received, channel);
      return { base, signature, status: statusOfUpdate(readKrAnswer(settings, answer)) };
    }
    const { values, base, signature } = verifyLyraForm(settings, received);
    return { base, signature, status: statusOfUpdate(readIpn(settings, values)) };
  });
}

/** A credit alone does not say whether it is all; a cancellation alone cancels. */
function statusOfUpdate(update: ProviderUpdate): Status | null {
  if (update.outcome === 'reversed') return 'cancelled';
  return update.outcome === 'refunded' ? 'partially_refunded' : statusAlone(update);
}

export const lyraRecipes: Readonly<Record<string, Recipe<LyraSettings>>> = {
  'request-signature': { kind: 'sign', sign: signLyraForm },
  'notification-signature': {
    kind: 'verify',
    verify: (settings, input) => messageVerdict(settings, input, 'notification'),
  },
  'return-signature': {
    kind: 'verify',
    verify: (settings, input) => messageVerdict(settings, input, 'return'),
  },
  'api-signature': { kind: 'sign', sign: lyraAuthorization },
};

/** The mistakes that merchants of the platform make. Each is tried when a signature does not fit. */
export const lyraLikelyCauses: readonly LikelyCause[] = [
  {
    cause: 'it is signed with SHA-1, and the account is set to HMAC-SHA-256',
    settings: (account) => ({ ...account, signature_algorithm: 'sha-1' }),
  },
  {
    cause: 'it is signed with HMAC-SHA-256, and the account is set to SHA-1',
    settings: (account) => ({ ...account, signature_algorithm: 'hmac-sha-256' }),
  },
  {
    cause: 'a form parser has read the `+` of the base64 signature as a blank',
    raw: (raw) => raw.replace(/(signature=[^&]*)/, (part) => part.replace(/\+|%20/g, '%2B')),
  },
  {
    cause: 'the key has white space at an end',
    settings: (account) => ({ ...account, key: String(account.key).trim() }),
  },
];
