/**
 * The named recipes of Worldline Direct: `v1HMAC` over the lines of a request, and HMAC over the raw body of a webhook. Facts: SHEET.md;
 * the published tests of the vendor's SDKs for PHP and Node.js.
 */
import { Refusal } from '../../payments/errors.ts';
import { equalText, readable, type Signable } from '../../signing/bytes.ts';
import { hmacText } from '../../signing/digests.ts';
import type { Recipe, RecipeInput, Signed } from '../contract.ts';
import { textFields } from '../kit/form-message.ts';
import { type Verified, verdict, verifyingSecret } from '../kit/verdict.ts';
import { readCheckout, readCreatedCheckout, readWorldlineError, statusOfCheckout } from './answers.ts';
import { type HeaderOf, verificationReply } from './endpoint-verification.ts';
import { readWorldlineEvent } from './event.ts';
import { statusOfEvent } from './messages.ts';
import { hashOfReturnmac, isOwnWorldlineReturn } from './returnmac.ts';
import type { WorldlineSettings } from './settings.ts';

const ALGORITHM = 'HMAC-SHA256 base64';

function hmac(base: Signable, secret: string): Signed {
  return { base, algorithm: ALGORITHM, signature: hmacText('sha256', secret, base, 'base64') };
}

// --- Requests ---------------------------------------------------------------------------------------------

/** What of a request is signed. The body is not. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they are sent, still percent-encoded. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A header's value on one line: a line end with the blanks after it is one blank. */
function unfolded(value: string): string {
  return (value.includes('\n') ? value.replace(/\r?\n[^\S\r\n]*/g, ' ') : value).trim();
}

/** The signed text: a line each for method, Content-Type, Date, every X-GCS header by its name, and the path. Each ends with LF. */
function linesOf({ method, path, headers }: SignedRequest): string {
  const named = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const headerOf = (wanted: string) => named.find(([name]) => name === wanted)?.[1] ?? '';
  const gcs = named.filter(([name]) => name.startsWith('x-gcs')).sort(([a], [b]) => (a < b ? -1 : 1));
  let lines = `${method.toUpperCase()}\n${headerOf('content-type')}\n${headerOf('date')}\n`;
  for (const [name, value] of gcs) lines += `${name}:${unfolded(value)}\n`;
  return `${lines}${path}\n`;
}

/** The signature of a request. The secret is text, whatever it looks like. */
export function signWorldlineRequest(
  request: SignedRequest,
  { api_secret = '' }: Pick<Partial<WorldlineSettings>, 'api_secret'>,
): Signed {
  return hmac(linesOf(request), api_secret);
}

// --- Webhooks ---------------------------------------------------------------------------------------------

/** What a webhook says of its signature. */
export interface WebhookHeaders {
  /** `X-GCS-KeyId`. */
  readonly keyId: string;
  /** `X-GCS-Signature`. */
  readonly signature: string;
}

export function webhookHeaders(headerOf: HeaderOf): WebhookHeaders {
  return { keyId: headerOf('x-gcs-keyid') ?? '', signature: headerOf('x-gcs-signature') ?? '' };
}

/**
 * Checks a webhook over its raw body. `X-GCS-KeyId` chooses the key: one that is none of this account's live keys believes nothing.
 * @throws Refusal
 */
export function verifyWorldlineWebhook(
  body: Signable,
  { keyId, signature: received }: WebhookHeaders,
  settings: Pick<Partial<WorldlineSettings>, 'webhook_key_id' | 'webhook_secret'>,
): Pick<Verified, 'base' | 'signature'> {
  const secret = verifyingSecret(settings.webhook_secret, 'webhook_secret');
  if (received === '')
    throw new Refusal('signature_missing', 'there is no X-GCS-Signature', { base: readable(body) });
  if (!equalText(settings.webhook_key_id ?? '', keyId))
    throw new Refusal('signature_mismatch', 'X-GCS-KeyId is not the key of this account', {
      base: readable(body),
    });
  const signed = hmac(body, secret);
  if (!equalText(signed.signature, received))
    throw new Refusal('signature_mismatch', 'X-GCS-Signature does not fit the body and the webhook secret', {
      base: readable(body),
      expected: signed.signature,
      received,
    });
  return signed;
}

// --- By name ----------------------------------------------------------------------------------------------

/** A member of a vector, or of what the command line is given, as text. */
function member({ rest }: RecipeInput, name: string): string {
  const value = rest?.[name];
  return typeof value === 'string' ? value : '';
}

/** Finds headers, in whatever case their names come; of several the last. */
function headersIn(input: RecipeInput): HeaderOf {
  const headers = textFields(input);
  return (wanted) =>
    headers.findLast(([name]) => name.length === wanted.length && name.toLowerCase() === wanted)?.[1];
}

function signNamed(settings: Partial<WorldlineSettings>, input: RecipeInput): Signed {
  const headers = textFields(input);
  return signWorldlineRequest(
    { method: member(input, 'method') || 'GET', path: member(input, 'url'), headers },
    settings,
  );
}

export const worldlineSignatures: Record<string, Recipe<WorldlineSettings>> = {
  'api-signature': { kind: 'sign', sign: signNamed },
  'notification-signature': {
    kind: 'verify',
    verify: (settings, input) =>
      verdict(() => {
        const raw = input.raw ?? '';
        const verified = verifyWorldlineWebhook(raw, webhookHeaders(headersIn(input)), settings);
        return { ...verified, status: statusOfEvent(readWorldlineEvent(raw)) };
      }),
  },
  'api-response': {
    kind: 'case',
    answer(_settings, input) {
      const raw = input.raw ?? '';
      const http = Number(input.rest?.http_status ?? 200);
      const error = readWorldlineError(http, raw);
      if (error) return { valid: false, expected: { error: error.id, retriable: error.retriable } };
      if (member(input, 'operation') === 'create') {
        const { redirectUrl, returnmac, hostedCheckoutId } = readCreatedCheckout(raw);
        return {
          valid: true,
          expected: { redirect: redirectUrl, returnmac, hosted_checkout_id: hostedCheckoutId },
        };
      }
      return { valid: true, ...statusOfCheckout(readCheckout(raw)) };
    },
  },
  'browser-return': {
    kind: 'case',
    answer(_settings, input) {
      const stored = (input.rest?.stored ?? {}) as Readonly<Record<string, string>>;
      const about = Object.fromEntries(new URLSearchParams(input.raw ?? ''));
      const { returnmac = '', hosted_checkout_id = '' } = stored;
      const state = {
        ...(returnmac && { returnmacHash: hashOfReturnmac(returnmac) }),
        hostedCheckoutId: hosted_checkout_id,
      };
      return { valid: isOwnWorldlineReturn(about, state) };
    },
  },
  'endpoint-verification': {
    kind: 'case',
    answer(_settings, input) {
      const reply = verificationReply(member(input, 'method'), headersIn(input));
      if (!reply) return { valid: false };
      const { status, headers, body } = reply;
      return { valid: true, reply: { status, content_type: headers['content-type'] ?? '', body } };
    },
  },
};
