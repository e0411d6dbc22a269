/**
 * ePay's hash: MD5, in lower-case hex, of the decoded values in the order in which they go over the wire, without separators,
 * followed by the MD5 key. The request, the callback and the return by accepturl are hashed in the same way. Facts and examples:
 * SHEET.md.
 */
import { Refusal } from '../../payments/errors.ts';
import { equalText, readable, type Signable } from '../../signing/bytes.ts';
import type { RawField } from '../../signing/form.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { Recipe, RecipeInput, Signed, Verdict } from '../contract.ts';
import { inputFields, textFields, uniqueValues } from '../kit/form-message.ts';
import { statusAlone, verdict, verifyingSecret } from '../kit/verdict.ts';
import { readEpayCallback } from './callback.ts';
import type { EpaydkSettings } from './settings.ts';

type Fields = readonly (readonly [name: string, value: string])[];

/** The hash of some parameters, in their order; a parameter `hash` is left out. */
export function epayHash(settings: Partial<EpaydkSettings>, fields: Fields): Signed {
  let text = '';
  for (const [name, value] of fields) if (name !== 'hash') text += value;
  const base = text + (settings.secret ?? '');
  return { base, algorithm: 'MD5', signature: weakDigests.md5.hex(base) };
}

/** A message whose hash is right. */
interface VerifiedMessage {
  /** In the order received, without the hash. */
  readonly fields: Fields;
  readonly base: Signable;
  readonly signature: string;
}

/**
 * Checks the hash of a callback or a return.
 * @throws Refusal duplicate_field, signature_missing, signature_mismatch
 */
export function verifyEpayHash(
  settings: Partial<EpaydkSettings>,
  received: readonly RawField[],
): VerifiedMessage {
  const values = uniqueValues(received, 'parameter');
  const fields = [...values];
  const hash = values.get('hash') ?? '';
  const { base, signature } = epayHash({ secret: verifyingSecret(settings.secret, 'secret') }, fields);
  if (hash === '' || !equalText(signature, hash)) {
    throw new Refusal(
      hash === '' ? 'signature_missing' : 'signature_mismatch',
      hash === '' ? 'there is no hash' : 'the hash does not fit the values and the MD5 key',
      { base: readable(base), expected: signature, received: hash },
    );
  }
  return { fields: fields.filter(([name]) => name !== 'hash'), base, signature };
}

function judgeMessage(settings: Partial<EpaydkSettings>, input: RecipeInput): Verdict {
  return verdict(() => {
    const { fields, base, signature } = verifyEpayHash(settings, inputFields(input));
    return { base, signature, status: statusAlone(readEpayCallback(settings, new Map(fields))) };
  });
}

/** The recipes by the names of vectors.json. */
export const epaydkSignatures: Readonly<Record<string, Recipe<EpaydkSettings>>> = {
  'request-signature': { kind: 'sign', sign: (settings, input) => epayHash(settings, textFields(input)) },
  'notification-signature': { kind: 'verify', verify: judgeMessage },
  'return-signature': { kind: 'verify', verify: judgeMessage },
  /** The cancel address has no hash, so that nothing it says is believed. */
  'browser-return': { kind: 'verify', verify: judgeMessage },
};
