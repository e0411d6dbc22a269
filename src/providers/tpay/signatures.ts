/**
 * Tpay's signatures. Facts and examples: SHEET.md.
 *
 * | recipe | what | algorithm | text |
 * |---|---|---|---|
 * | request-signature | `md5sum` of the classic form | MD5 | id, amount, crc and the code, joined by `&` or by nothing |
 * | notification-signature | `md5sum` | MD5 | id, tr_id, tr_amount, tr_crc and the code, joined by nothing |
 * | notification-signature | `X-JWS-Signature` (jws.ts) | RS256 | the raw body |
 *
 * `md5sum` of a notification leaves out `tr_status` and `tr_paid`. The JWS covers them. Requests of the Open API are not signed.
 */
import { Refusal } from '../../payments/errors.ts';
import { equalText, readable, type Signable, utf8 } from '../../signing/bytes.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { Recipe, RecipeInput, Signed, Verdict } from '../contract.ts';
import { inputFields, textFields, uniqueValues } from '../kit/form-message.ts';
import { statusAlone, verdict, verifyingSecret } from '../kit/verdict.ts';
import { readJws, verifyJws } from './jws.ts';
import { readTpayNotification } from './notification.ts';
import type { TpaySettings } from './settings.ts';

/** A vector brings the environment and the signing certificate along: a message in production names its address. */
type VectorSettings = Partial<TpaySettings> & {
  readonly environment?: string;
  readonly signing_cert_pem?: string;
};

function md5sum(parts: readonly string[], separator: string): Signed {
  const base = parts.join(separator);
  return { base, algorithm: 'MD5', signature: weakDigests.md5.hex(base) };
}

/** `md5sum` of the classic form, by the recipe that the account wants: lower-case hex. */
export function signClassicForm(
  settings: Partial<TpaySettings>,
  fields: Iterable<readonly [string, string]>,
): Signed {
  const values = new Map(fields);
  const parts = [...['id', 'amount', 'crc'].map((name) => values.get(name) ?? ''), settings.code ?? ''];
  return md5sum(parts, settings.recipe === 'concat' ? '' : '&');
}

/**
 * Checks `md5sum` of a notification.
 * @throws Refusal signature_missing, signature_mismatch
 */
export function verifyNotificationMd5sum(
  settings: Partial<TpaySettings>,
  values: ReadonlyMap<string, string>,
): { readonly base: Signable; readonly signature: string } {
  const parts = ['id', 'tr_id', 'tr_amount', 'tr_crc'].map((name) => values.get(name) ?? '');
  const { base, signature } = md5sum([...parts, verifyingSecret(settings.code, 'code')], '');
  const received = values.get('md5sum') ?? '';
  if (received === '' || !equalText(signature, received)) {
    throw new Refusal(
      received === '' ? 'signature_missing' : 'signature_mismatch',
      received === '' ? 'there is no md5sum' : 'md5sum does not fit the fields and the code',
      { base: readable(base), expected: signature, received },
    );
  }
  return { base, signature };
}

/** The JWS is checked where the settings ask for it, or where a root certificate is there to check it with. */
function judgeNotification(settings: VectorSettings, input: RecipeInput): Verdict {
  return verdict(() => {
    const body = utf8(input.raw ?? '');
    const values = uniqueValues(inputFields(input));
    const needsJws = settings.require_jws ?? settings.root_cert_pem !== undefined;
    const header = needsJws ? String(input.rest?.signature ?? '') : '';
    const md5 = verifyNotificationMd5sum(settings, values);
    if (!needsJws) return { ...md5, status: statusAlone(readTpayNotification(settings, values)) };
    const jws = readJws(header, body, settings.environment === 'production');
    const certificates = { root: settings.root_cert_pem ?? '', signing: settings.signing_cert_pem ?? '' };
    verifyJws(jws, certificates, null);
    const update = readTpayNotification(settings, values);
    // Only the ledger knows what was asked for. Here `tr_error` tells that it was more.
    const isPart = values.get('tr_error') === 'surcharge' && update.outcome === 'paid';
    return { base: jws.base, signature: header, status: isPart ? 'partially_paid' : statusAlone(update) };
  });
}

/** The recipes by the names of vectors.json. */
export const tpaySignatures: Readonly<Record<string, Recipe<TpaySettings>>> = {
  'request-signature': {
    kind: 'sign',
    sign: (settings, input) => signClassicForm(settings, textFields(input)),
  },
  'notification-signature': { kind: 'verify', verify: judgeNotification },
};
