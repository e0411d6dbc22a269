/**
 * ePay's hash: MD5, in lower-case hex, of the decoded values in the order in which they go over the wire, without separators,
 * followed by the MD5 key. The request, the callback and the return by accepturl are hashed in the same way. Facts and examples:
 * SHEET.md.
 */
import { Refusal } from '../../payments/errors.ts';
import { equalText, hex, readable, utf8 } from '../../signing/bytes.ts';
import type { RawField } from '../../signing/form.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { Recipe, RecipeInput, Signed, Verdict } from '../contract.ts';
import { inputFields, textFields } from '../kit/form-message.ts';
import { statusAlone, verdict, verifyingSecret } from '../kit/verdict.ts';
import { readEpayCallback } from './callback.ts';
import type { EpaydkSettings } from './settings.ts';

type Fields = readonly (readonly [name: string, value: string])[];

function withoutHash(fields: Fields): Fields {
  return fields.filter(([name]) => name !== 'hash');
}

/** The hash of some parameters, in their order; a parameter `hash` is left out. */
export function epayHash(settings: Partial<EpaydkSettings>, fields: Fields): Signed {
  const values = withoutHash(fields).map(([, value]) => value);
  const base = utf8(values.join('') + (settings.secret ?? ''));
  return { base, algorithm: 'MD5', signature: hex(weakDigests.md5(base)) };
}

/** A message whose hash is right. */
interface VerifiedMessage {
  /** In the order received, without the hash. */
  readonly fields: Fields;
  readonly base: Uint8Array;
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
  const fields = received.map(({ name, value }) => [readable(name), readable(value)] as const);
  const seen = new Set<string>();
  for (const [name] of fields) {
    if (seen.has(name)) throw new Refusal('duplicate_field', `the parameter ${name} came twice`);
    seen.add(name);
  }
  const hash = fields.find(([name]) => name === 'hash')?.[1] ?? '';
  const { base, signature } = epayHash({ secret: verifyingSecret(settings.secret, 'secret') }, fields);
  if (hash === '' || !equalText(signature, hash)) {
    throw new Refusal(
      hash === '' ? 'signature_missing' : 'signature_mismatch',
      hash === '' ? 'there is no hash' : 'the hash does not fit the values and the MD5 key',
      { base: readable(base), expected: signature, received: hash },
    );
  }
  return { fields: withoutHash(fields), base, signature };
}

function judgeMessage(settings: Partial<EpaydkSettings>, input: RecipeInput): Promise<Verdict> {
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
