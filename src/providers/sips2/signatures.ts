/**
 * The seals of SIPS 2: that of Data (form, notification, return), in the algorithm of the account, and that of JSON (Office), which is
 * always an HMAC. Facts: SHEET.md. The algorithm never comes from a message: an account could be downgraded by it.
 */
import { Refusal } from '../../payments/errors.ts';
import { concat, equalText, fromUtf8, readable, type Signable, utf8 } from '../../signing/bytes.ts';
import { digests, hmacText } from '../../signing/digests.ts';
import type { RawField } from '../../signing/form.ts';
import { fromOctets } from '../../signing/octets.ts';
import type { Json, LikelyCause, Recipe, RecipeInput, Signed, Verdict } from '../contract.ts';
import { inputFields, textFields, UniqueFields } from '../kit/form-message.ts';
import { statusAlone, verdict } from '../kit/verdict.ts';
import { type DataValues, dataText, decodedData, encodedData, readData } from './data.ts';
import { readSips2Response } from './response.ts';
import type { Sips2Settings } from './settings.ts';

// --- Data -------------------------------------------------------------------------------------------------

function sealOf(settings: Partial<Sips2Settings>, data: Signable): string {
  const key = settings.secret_key ?? '';
  return settings.seal_algorithm === 'SHA-256'
    ? digests.sha256.hex(typeof data === 'string' ? data + key : concat([data, utf8(key)]))
    : hmacText('sha256', key, data, 'hex');
}

/** The seal of a text exactly as it travels: of the base64 text where Data is encoded. Lower-case hexadecimal. */
export function sealSips2Data(settings: Partial<Sips2Settings>, data: string): Signed {
  const base = data;
  return {
    base,
    algorithm: settings.seal_algorithm ?? 'HMAC-SHA-256',
    signature: sealOf(settings, base),
  };
}

function signRequest(settings: Partial<Sips2Settings>, input: RecipeInput): Signed {
  const form = Object.fromEntries((input.rest?.form ?? []) as [string, string][]);
  const data = dataText(textFields(input));
  return sealSips2Data(settings, encodedData(data, form.Encode ?? settings.data_encoding ?? ''));
}

/** A message whose seal fits. */
interface VerifiedData {
  readonly values: DataValues;
  readonly base: Signable;
  readonly signature: string;
}

/**
 * Checks the seal of a form message over Data as received, and only then decodes and reads it.
 * @throws Refusal
 */
export function verifySips2Data(
  settings: Partial<Sips2Settings>,
  received: readonly RawField[],
): VerifiedData {
  const form = new UniqueFields(received);
  const sealed = form.field('Data');
  if (!sealed) throw new Refusal('field_missing', 'there is no Data');
  // Of ASCII, octets and text are one.
  const base = sealed.octets === sealed.value ? sealed.value : fromOctets(sealed.octets);
  const seal = form.get('Seal') ?? '';
  const expected = sealOf(settings, base);
  if (seal === '' || !equalText(expected, seal.toLowerCase())) {
    throw new Refusal(
      seal === '' ? 'signature_missing' : 'signature_mismatch',
      seal === '' ? 'there is no Seal' : 'the seal does not fit Data and the secret key',
      { base: readable(base), expected, received: seal },
    );
  }
  const text = typeof base === 'string' ? base : fromUtf8(base);
  const encoding = form.get('Encode') ?? '';
  const data = text === null ? null : decodedData(text, encoding);
  if (data === null) throw new Refusal('malformed', `Data is not ${encoding || 'UTF-8'}`);
  return { values: readData(data), base, signature: expected };
}

function verdictOf(settings: Partial<Sips2Settings>, input: RecipeInput): Verdict {
  return verdict(() => {
    const isRaw = (input.raw ?? '').startsWith('Data=') || input.rest?.form === undefined;
    const fields = isRaw
      ? inputFields(input)
      : inputFields({ fields: input.rest?.form as readonly (readonly [string, Json])[] });
    const { values, base, signature } = verifySips2Data(settings, fields);
    return { base, signature, status: statusAlone(readSips2Response(settings, values)) };
  });
}

// --- JSON -------------------------------------------------------------------------------------------------

/** A message of Office. */
export type OfficeMessage = { readonly [name: string]: Json };

/** The values of a JSON message, names sorted; objects inside by the same rule, lists in the order sent, null nothing. */
function valuesOf(value: Json): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.map(valuesOf).join('');
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, member]) => valuesOf(member))
    .join('');
}

const UNSEALED = new Set(['keyVersion', 'sealAlgorithm', 'seal']);

/** The seal of a message of Office: HMAC-SHA-256, whatever seal_algorithm says of the form. */
export function sealSips2Json(settings: Partial<Sips2Settings>, message: OfficeMessage): Signed {
  const covered = Object.fromEntries(Object.entries(message).filter(([name]) => !UNSEALED.has(name)));
  return sealSips2Data({ ...settings, seal_algorithm: 'HMAC-SHA-256' }, valuesOf(covered));
}

function jsonOf({ fields }: Pick<RecipeInput, 'fields'>): OfficeMessage {
  return (
    Array.isArray(fields) ? Object.fromEntries(textFields({ fields })) : (fields ?? {})
  ) as OfficeMessage;
}

// --- By name ----------------------------------------------------------------------------------------------

export const sips2Signatures: Record<string, Recipe<Sips2Settings>> = {
  'request-signature': { kind: 'sign', sign: signRequest },
  'notification-signature': { kind: 'verify', verify: verdictOf },
  'return-signature': { kind: 'verify', verify: verdictOf },
  'api-signature': { kind: 'sign', sign: (settings, input) => sealSips2Json(settings, jsonOf(input)) },
  primitive: {
    kind: 'sign',
    sign: (settings, input) => sealSips2Data(settings, String(input.rest?.base ?? input.raw ?? '')),
  },
};

/** The traps of the sheet, each tried when a seal is refused. */
export const sips2LikelyCauses: readonly LikelyCause[] = [
  ...(['SHA-256', 'HMAC-SHA-256'] as const).map((algorithm) => ({
    cause: `it is sealed with ${algorithm}, and the account is set to the other algorithm`,
    settings: (settings: Record<string, unknown>) => ({ ...settings, seal_algorithm: algorithm }),
  })),
  {
    cause: 'the secret key has white space at an end',
    settings: (settings) => ({ ...settings, secret_key: String(settings.secret_key).trim() }),
  },
];
