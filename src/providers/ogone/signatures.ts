/**
 * The named recipes of the Ogone platform: SHA-IN signs what we send, SHA-OUT what we receive (SHEET.md). Start, notification,
 * DirectLink and the command line use these and no other.
 */
import { Refusal } from '../../payments/errors.ts';
import { equalText, readable, type Signable } from '../../signing/bytes.ts';
import { charset } from '../../signing/charsets.ts';
import { digests } from '../../signing/digests.ts';
import type { RawField } from '../../signing/form.ts';
import { signedOctets } from '../../signing/octets.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { LikelyCause, Recipe, RecipeInput, Signed } from '../contract.ts';
import { VIA } from '../kit/addresses.ts';
import { cameTwice, inputFields, textFields } from '../kit/form-message.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { type FeedbackValues, readFeedback } from './feedback.ts';
import { isSignedInFeedback } from './fields.ts';
import { type HashedField, MAIN_OUT, ogoneCharset, shaInText, shaOutTexts } from './hashed-text.ts';
import { readNcresponse } from './ncresponse.ts';
import type { HashName, OgoneSettings } from './settings.ts';

/** What is sent, in any order. */
type SentFields = Pick<RecipeInput, 'fields'>;

const HASHES = {
  sha1: { digest: weakDigests.sha1, label: 'SHA-1' },
  sha256: { digest: digests.sha256, label: 'SHA-256' },
  sha512: { digest: digests.sha512, label: 'SHA-512' },
} as const;

function hashName(settings: Partial<OgoneSettings>): HashName {
  return settings.hash_algorithm ?? 'sha1';
}

function signFields(
  settings: Partial<OgoneSettings>,
  input: SentFields,
  passphrase: string | undefined,
  unlisted: string | null = null,
): Signed {
  const { digest, label } = HASHES[hashName(settings)];
  const base = shaInText(settings, textFields(input), passphrase ?? '', unlisted);
  return { base, algorithm: label, signature: digest.hex(base).toUpperCase() };
}

/** `request-signature`: SHASIGN of the form, upper-case hexadecimal. */
export function signOgoneForm(settings: Partial<OgoneSettings>, input: SentFields): Signed {
  return signFields(settings, input, settings.sha_in);
}

/**
 * `api-signature`: DirectLink always hashes every parameter, with a passphrase that may be its own.
 * @param unlisted a name that is signed although the SHA-IN list lacks it.
 */
export function signDirectLink(
  settings: Partial<OgoneSettings>,
  input: SentFields,
  unlisted: string | null = null,
): Signed {
  const passphrase = settings.sha_in_directlink ?? settings.sha_in;
  return signFields({ ...settings, sha_mode: 'each-parameter' }, input, passphrase, unlisted);
}

/** Whether a feedback parameter of that name (upper case) is signed, as the account is set. */
function isCovered({ sha_mode }: Partial<OgoneSettings>, name: string): boolean {
  return sha_mode === 'main-parameters-only' ? MAIN_OUT.includes(name) : isSignedInFeedback(name);
}

/** A verified message: its signed parameters alone, and what was hashed. */
interface Feedback {
  readonly values: FeedbackValues;
  /** The same as they came. */
  readonly fields: readonly HashedField[];
  readonly base: Signable;
  readonly signature: string;
}

/** The parameter of our own return addresses. */
const OURS = VIA.toUpperCase();

/** The texts that may be signed: of what the list has, else of everything that came, because the platform adds names to its list. */
function* textsOf(
  settings: Partial<OgoneSettings>,
  listed: readonly HashedField[],
  sent: readonly HashedField[],
): Generator<string> {
  yield* shaOutTexts(settings, listed);
  // What names PSPID is a request of ours.
  const isRequest = sent.some(({ name }) => name === 'PSPID');
  if (settings.sha_mode !== 'main-parameters-only' && sent.length > listed.length && !isRequest)
    yield* shaOutTexts(settings, sent);
}

/**
 * `notification-signature` and `return-signature`: checks SHASIGN over the bytes received.
 * @throws Refusal
 */
export function verifyFeedback(settings: Partial<OgoneSettings>, received: readonly RawField[]): Feedback {
  const parameters = uniqueParameters(received);
  const signature = parameters.get('SHASIGN')?.value ?? '';
  const [sent, fields]: [RawField[], RawField[]] = [[], []];
  for (const field of parameters.values()) {
    if (field.name === 'SHASIGN' || field.name === OURS) continue;
    sent.push(field);
    if (isCovered(settings, field.name)) fields.push(field);
  }
  const { digest } = HASHES[hashName(settings)];
  let regular: { readonly base: Signable; readonly expected: string } | null = null;
  for (const text of textsOf(settings, fields, sent)) {
    const base = signedOctets(text);
    const expected = digest.hex(base).toUpperCase();
    if (signature !== '' && equalText(expected, signature.toUpperCase())) {
      const values = new Map<string, string>();
      for (const { name, value } of fields) values.set(name, value);
      return { values, fields, base, signature: expected };
    }
    regular ??= { base, expected };
  }
  throw new Refusal(
    signature === '' ? 'signature_missing' : 'signature_mismatch',
    signature === ''
      ? 'there is no SHASIGN'
      : 'SHASIGN does not fit the parameters and the SHA-OUT passphrase',
    {
      base: textForPeople(regular?.base ?? '', settings),
      expected: regular?.expected ?? '',
      received: signature,
    },
  );
}

/**
 * By upper-case name. Of `STATUS=2&status=9` one would be verified and the other used.
 * @throws Refusal when a name comes twice.
 */
function uniqueParameters(received: readonly RawField[]): Map<string, RawField> {
  const found = new Map<string, RawField>();
  for (const field of received) {
    const upper = field.name.toUpperCase();
    if (found.has(upper)) throw cameTwice('parameter', upper);
    found.set(
      upper,
      field.name === upper ? field : { name: upper, value: field.value, octets: field.octets },
    );
  }
  return found;
}

/** Read in the charset in which it was made, where it is valid in that. */
function textForPeople(base: Signable, settings: Partial<OgoneSettings>): string {
  return typeof base === 'string' ? base : (charset(ogoneCharset(settings)).decode(base) ?? readable(base));
}

function feedbackVerdict(settings: Partial<OgoneSettings>, input: RecipeInput) {
  return verdict(() => {
    const { base, signature, values } = verifyFeedback(settings, inputFields(input));
    return { base, signature, status: statusAlone(readFeedback(values)) };
  });
}

export const ogoneRecipes: Readonly<Record<string, Recipe<OgoneSettings>>> = {
  'request-signature': { kind: 'sign', sign: signOgoneForm },
  'notification-signature': { kind: 'verify', verify: feedbackVerdict },
  'notification-signature-legacy': {
    kind: 'verify',
    verify: (settings, input) => feedbackVerdict({ ...settings, sha_mode: 'main-parameters-only' }, input),
  },
  'return-signature': { kind: 'verify', verify: feedbackVerdict },
  'api-signature': { kind: 'sign', sign: (settings, input) => signDirectLink(settings, input) },
  'api-response': { kind: 'response', read: (_settings, raw) => readNcresponse(raw) },
};

/** The mistakes that merchants of the platform make. Each is tried when a signature does not fit. */
export const ogoneLikelyCauses: readonly LikelyCause[] = [
  {
    cause: 'it is signed with the SHA-IN passphrase: the two passphrases are swapped in the back office',
    settings: (account) => ({ ...account, sha_out: account.sha_in }),
  },
  ...(['sha1', 'sha256', 'sha512'] as const).map((name) => ({
    cause: `it is hashed with ${HASHES[name].label}, and the account is set to another algorithm`,
    settings: (account: Record<string, unknown>) =>
      account.hash_algorithm === name ? account : { ...account, hash_algorithm: name },
  })),
  {
    cause:
      'only the main parameters are hashed: the back office is not set to "each parameter followed by the passphrase"',
    settings: (account) => ({ ...account, sha_mode: 'main-parameters-only' }),
  },
  {
    cause: 'the passphrase has white space at an end in one of the two places',
    settings: (account) => ({ ...account, sha_out: String(account.sha_out).trim() }),
  },
];
