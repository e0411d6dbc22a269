/**
 * Dotpay's digests, all keyed with the PIN. Facts and examples: SHEET.md.
 *
 * | recipe | mode | algorithm | text |
 * |---|---|---|---|
 * | request-signature (`chk`) | dev | SHA-256 | PIN and the values of CHK_FIELDS, no separators |
 * | request-signature (`chk`) | next | HMAC-SHA-256 | JSON of all fields, sorted, in ASCII |
 * | notification-signature (`signature`) | dev, next | SHA-256 | PIN and the values of URLC_FIELDS, no separators |
 * | notification-signature (`md5`) | legacy | MD5 | PIN and the values of LEGACY_URLC_FIELDS, colons between |
 * | api-signature (`md5`) | legacy | MD5 | login, PIN and five values of a cancellation, colons between |
 *
 * The request of mode `legacy` is not signed.
 */
import { Refusal } from '../../payments/errors.ts';
import { equalText, readable, type Signable } from '../../signing/bytes.ts';
import { digests, hmacText } from '../../signing/digests.ts';
import type { RawField } from '../../signing/form.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { Recipe, Signed } from '../contract.ts';
import { inputFields, textFields, uniqueValues } from '../kit/form-message.ts';
import { statusAlone, verdict, verifyingSecret } from '../kit/verdict.ts';
import { CHK_FIELDS, LEGACY_URLC_FIELDS, URLC_FIELDS } from './fields.ts';
import type { DotpaySettings } from './settings.ts';
import { readUrlc } from './urlc.ts';

type Values = ReadonlyMap<string, string>;

function joined(head: string, names: readonly string[], values: Values, separator: string): string {
  let text = head;
  for (const name of names) text += separator + (values.get(name) ?? '');
  return text;
}

/** Half of a surrogate pair by half. JSON.stringify alone leaves these characters as they are. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function nextBase(values: Values): string {
  const named = new Map([...values].filter(([name]) => name !== 'chk'));
  const paramsList = [...named.keys()].sort().join(';');
  const sorted = [...named, ['paramsList', paramsList] as const].sort(([a], [b]) => (a < b ? -1 : 1));
  return asciiJson(Object.fromEntries(sorted));
}

/** `chk` of a request, by the mode of the account: lower-case hex. */
export function signChk(
  settings: Partial<DotpaySettings>,
  fields: Iterable<readonly [string, string]>,
): Signed {
  const values = new Map(fields);
  const pin = settings.PIN ?? '';
  if (settings.mode === 'next') {
    const base = nextBase(values);
    return { base, algorithm: 'HMAC-SHA256', signature: hmacText('sha256', pin, base, 'hex') };
  }
  // `url` and `urlc` may be spelt in capitals and take the same place.
  for (const name of ['url', 'urlc']) {
    const upper = values.get(name.toUpperCase());
    if (upper !== undefined) values.set(name, upper);
  }
  const base = joined(pin, CHK_FIELDS, values, '');
  return { base, algorithm: 'SHA-256', signature: digests.sha256.hex(base) };
}

/** `md5` of a classic cancellation. The login of the fields counts before that of the account. */
export function signLegacyCancellation(
  settings: Partial<DotpaySettings>,
  fields: Iterable<readonly [string, string]>,
): Signed {
  const values = new Map(fields);
  const names = ['type', 'id', 't_id', 'amount', 'control'];
  const signed = [
    values.get('login') ?? settings.login,
    settings.PIN,
    ...names.map((name) => values.get(name) ?? ''),
  ];
  const base = signed.join(':');
  return { base, algorithm: 'MD5', signature: weakDigests.md5.hex(base) };
}

function signUrlc(settings: Partial<DotpaySettings>, values: Values): Signed {
  const pin = verifyingSecret(settings.PIN, 'PIN');
  if (settings.mode === 'legacy') {
    const base = joined(pin, LEGACY_URLC_FIELDS, values, ':');
    return { base, algorithm: 'MD5', signature: weakDigests.md5.hex(base) };
  }
  const base = joined(pin, URLC_FIELDS, values, '');
  return { base, algorithm: 'SHA-256', signature: digests.sha256.hex(base) };
}

/** A notification whose signature is right. */
interface VerifiedUrlc {
  readonly values: Values;
  readonly base: Signable;
  readonly signature: string;
}

/**
 * Checks the digest of a notification: `md5` in mode `legacy`, `signature` in the others.
 * @throws Refusal duplicate_field, signature_missing, signature_mismatch
 */
export function verifyUrlc(settings: Partial<DotpaySettings>, received: readonly RawField[]): VerifiedUrlc {
  const values = uniqueValues(received);
  const { base, signature } = signUrlc(settings, values);
  const sent = values.get(settings.mode === 'legacy' ? 'md5' : 'signature') ?? '';
  if (sent === '' || !equalText(signature, sent)) {
    throw new Refusal(
      sent === '' ? 'signature_missing' : 'signature_mismatch',
      sent === '' ? 'there is no signature' : 'the signature does not fit the fields and the PIN',
      { base: readable(base), expected: signature, received: sent },
    );
  }
  return { values, base, signature };
}

/** The recipes by the names of vectors.json. */
export const dotpaySignatures: Readonly<Record<string, Recipe<DotpaySettings>>> = {
  'request-signature': { kind: 'sign', sign: (settings, input) => signChk(settings, textFields(input)) },
  'notification-signature': {
    kind: 'verify',
    verify: (settings, input) =>
      verdict(() => {
        const { values, base, signature } = verifyUrlc(settings, inputFields(input));
        return { base, signature, status: statusAlone(readUrlc(settings, values)) };
      }),
  },
  'api-signature': {
    kind: 'sign',
    sign: (settings, input) => signLegacyCancellation(settings, textFields(input)),
  },
};
