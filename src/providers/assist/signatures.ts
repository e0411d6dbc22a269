/**
 * ASSIST's signatures: Checkvalue or RSA over an order form, checkvalue over a result (current), CheckValue over a push (legacy).
 *
 * Facts: SHEET.md, "Starting a payment, current" and the two notifications. All of them rest on MD5, because the protocol leaves no choice.
 * Safe readings:
 * - the RSA signature is the ordinary RSA-MD5 (unverified: Checkvalue is preferred);
 * - a result that does not fit over `amount` is tried once more over `orderamount`, as another revision of the documentation signs it;
 * - digests are in upper case, and one in lower case is refused.
 */
import { createSign, createVerify } from 'node:crypto';
import { Refusal } from '../../payments/errors.ts';
import { base64, equalText, fromBase64, readable, type Signable, utf8 } from '../../signing/bytes.ts';
import { kept } from '../../signing/kept.ts';
import { weakDigests } from '../../signing/weak.ts';
import type { Json, LikelyCause, Recipe, RecipeInput, Signed } from '../contract.ts';
import { inputFields, textFields } from '../kit/form-message.ts';
import { verdict, verifyingSecret } from '../kit/verdict.ts';
import { actualBill } from './bills.ts';
import { type AssistValues, formValues } from './received.ts';
import { acceptedReply } from './replies.ts';
import { ReportReader } from './report-rows.ts';
import { plainError } from './service-call.ts';
import { type AssistRecipeSettings, type AssistSettings, isLegacy } from './settings.ts';
import { billStatusAlone, orderStateAlone } from './statuses.ts';
import { percent1251 } from './windows-1251.ts';

function md5(signed: Signable): string {
  return weakDigests.md5.hex(signed).toUpperCase();
}

/** The digest of an account's secret, which stands in each of its signatures. */
const saltDigest = kept((salt) => md5(salt));

/** Both inner digests as text, in upper case, hashed once more. */
function checkvalue(salt: string, base: Signable): string {
  return md5(saltDigest(salt) + md5(base));
}

// --- The order form (current) -----------------------------------------------------------------------------

/** Fields of an order that are always signed, in this order. */
export const ORDER_SIGNED = ['Merchant_ID', 'OrderNumber', 'OrderAmount', 'OrderCurrency'] as const;

/** Fields of an order that are signed after those, each where it is sent. */
export const ORDER_SIGNED_IF_SENT = ['OrderMaxPoints', 'CustomerNumber', 'Disable3DS', 'Prepayment'] as const;

function orderBase(values: AssistValues, delimiter: string): string {
  const signed: string[] = ORDER_SIGNED.map((name) => values.get(name) ?? '');
  for (const name of ORDER_SIGNED_IF_SENT) {
    const value = values.get(name);
    if (value) signed.push(value);
  }
  return signed.join(delimiter);
}

/** Signs an order: the recipe `request-signature`. RSA-MD5 where the account has a key, else MD5. */
export function signOrder(settings: AssistRecipeSettings, values: AssistValues): Signed {
  const base = orderBase(values, settings.delimiter ?? ';');
  if (settings.rsa_private_key) {
    const signature = createSign('RSA-MD5').update(base).sign(settings.rsa_private_key);
    return { base, algorithm: 'RSA-MD5', signature: base64(Uint8Array.from(signature)) };
  }
  return { base, algorithm: 'MD5', signature: checkvalue(settings.salt ?? '', base) };
}

/** Signs an order given as a recipe's input. With the public key alone, the signature of the vector is checked instead. */
function signOrCheckOrder(settings: AssistRecipeSettings, input: RecipeInput): Signed {
  const values = new Map(textFields(input));
  if (!settings.rsa_public_key_pem) return signOrder(settings, values);
  const base = orderBase(values, settings.delimiter ?? ';');
  const signature = String(input.rest?.signature ?? '');
  const bytes = fromBase64(signature) ?? new Uint8Array();
  const isRight = createVerify('RSA-MD5').update(base).verify(settings.rsa_public_key_pem, bytes);
  return { base, algorithm: 'RSA-MD5', signature: isRight ? signature : '' };
}

// --- The messages of ASSIST -------------------------------------------------------------------------------

interface Checked {
  readonly base: Signable;
  readonly signature: string;
}

/** The one of several possible signatures that was received; those behind it are not made. @throws Refusal */
function requireEqual<Found extends Checked>(
  expected: Iterable<Found>,
  received: string,
  field: string,
): Found {
  let first: Found | undefined;
  for (const one of expected) {
    if (received !== '' && equalText(one.signature, received)) return one;
    first ??= one;
  }
  throw new Refusal(
    received === '' ? 'signature_missing' : 'signature_mismatch',
    received === '' ? `there is no ${field}` : `${field} does not fit the values and the secret`,
    {
      base: readable(first?.base ?? new Uint8Array()),
      expected: first?.signature ?? '',
      received,
      field,
    },
  );
}

/** What a result may have signed for money: the operation's, or the order's in another revision of the documentation. */
const SIGNED_MONEY = [
  ['amount', 'currency'],
  ['orderamount', 'ordercurrency'],
] as const;

/** A result that verified, and which of its amounts was signed. */
export interface VerifiedResult extends Checked {
  readonly amountField: (typeof SIGNED_MONEY)[number][0];
  readonly currencyField: (typeof SIGNED_MONEY)[number][1];
}

/** What the signature of a result may be, the usual one first. */
function* resultsOf(values: AssistValues, salt: string): Generator<VerifiedResult> {
  const value = (name: string) => values.get(name) ?? '';
  for (const [amountField, currencyField] of SIGNED_MONEY) {
    const base = utf8(
      value('merchant_id') +
        value('ordernumber') +
        value(amountField) +
        value(currencyField) +
        value('orderstate'),
    );
    yield { base, signature: checkvalue(salt, base), amountField, currencyField };
  }
}

/**
 * Checks a result of the current protocol: the recipe `notification-signature`.
 * @throws Refusal
 */
export function verifyResult(settings: AssistRecipeSettings, values: AssistValues): VerifiedResult {
  const expected = resultsOf(values, verifyingSecret(settings.salt, 'salt'));
  return requireEqual(expected, values.get('checkvalue') ?? '', 'checkvalue');
}

/**
 * Checks a push of the legacy protocol: the recipe `notification-signature`. Status and BillNumber are not signed.
 * @throws Refusal
 */
export function verifyPush(settings: AssistRecipeSettings, values: AssistValues): Checked {
  const text = ['Shop_IDP', 'OrderNumber', 'Total', 'Currency']
    .map((name) => values.get(name) ?? '')
    .join('');
  const base = text + verifyingSecret(settings.sendresult_secret, 'sendresult_secret');
  return requireEqual([{ base, signature: md5(base) }], values.get('CheckValue') ?? '', 'CheckValue');
}

// --- The named recipes ------------------------------------------------------------------------------------

export const assistSignatures: Readonly<Record<string, Recipe<AssistSettings>>> = {
  'request-signature': { kind: 'sign', sign: signOrCheckOrder },
  'notification-signature': {
    kind: 'verify',
    verify: (settings, input) =>
      verdict(() => {
        if (isLegacy(settings)) {
          const values = formValues(inputFields(input), 'as-sent');
          return {
            ...verifyPush(settings, values),
            status: billStatusAlone(values.get('Status') ?? ''),
            reply: acceptedReply(settings, values),
          };
        }
        const values = formValues(inputFields(input), 'lower-case');
        return {
          ...verifyResult(settings, values),
          status: orderStateAlone(values.get('orderstate')),
          reply: acceptedReply(settings, values),
        };
      }),
  },
  // The legacy order form as a browser sends it.
  'request-body': {
    kind: 'body',
    body: (_settings, input) =>
      textFields(input)
        .map((pair) => pair.map(percent1251).join('='))
        .join('&'),
  },
  // The answer of a charge or a cancel, or a report (legacy).
  'api-response': {
    kind: 'case',
    answer: (_settings, { raw = '' }): Readonly<Record<string, Json>> => {
      if (raw.startsWith('ERROR')) {
        const error = plainError(raw);
        return { valid: error === null, fields: { ERROR: error ?? '' } };
      }
      const reader = new ReportReader();
      return {
        valid: true,
        fields: raw.split('\n').flatMap((line) => {
          const row = reader.row(line);
          return row ? [row] : [];
        }) as unknown as Json,
      };
    },
  },
  'actual-status': {
    kind: 'case',
    answer: (_settings, input): Readonly<Record<string, Json>> => {
      const rows = (input.fields ?? []) as unknown as readonly Readonly<Record<string, string>>[];
      const actual = actualBill(
        rows.map((row) => ({ number: row.BillNumber ?? '', status: row.Status ?? '' })),
      );
      return { actual: actual?.number ?? null, status: actual ? billStatusAlone(actual.status) : 'pending' };
    },
  },
};

/** The mistakes that SHEET.md warns of under "Traps" and that a refused signature can be tried for. */
export const assistLikelyCauses: readonly LikelyCause[] = [
  {
    cause: 'the check value is not in upper case',
    raw: (raw) =>
      raw.replace(/(checkvalue=)([0-9a-f]{32})/i, (_, name, digest) => name + digest.toUpperCase()),
  },
  {
    cause: 'the secret word has white space at an end',
    settings: (account) => ({ ...account, salt: String(account.salt ?? '').trim() }),
  },
];
