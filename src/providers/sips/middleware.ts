/**
 * How the bank's `request` and `response` executables of SIPS 1 are driven, and how our bridge beside them is spoken to: what the provider
 * and the bridge share. Facts: eopayment's sips.py; ekyna/PayumSips; the SPIP plugin (nursit/bank).
 */
import { equalText, hex, utf8 } from '../../signing/bytes.ts';
import { digests, hmacOf } from '../../signing/digests.ts';

// --- Arguments and output ---------------------------------------------------------------------------------

/** One argument for each parameter, for an argument vector: no shell ever sees them. */
export function argumentsOf(parameters: Iterable<readonly [string, string]>): string[] {
  return [...parameters].map(([name, value]) => `${name}=${value}`);
}

/** What `request` printed. */
export interface RequestOutput {
  readonly code: string;
  readonly error: string;
  /** The form of card logos, HTML. */
  readonly buffer: string;
}

/** Parts between `!`, after one leading and one final one are dropped. */
function partsOf(output: string): string[] {
  const line = output.replace(/[\r\n]+$/, '');
  const inner = line.startsWith('!') ? line.slice(1) : line;
  return (inner.endsWith('!') ? inner.slice(0, -1) : inner).split('!');
}

/** Code and error are the first two parts; all the rest is the form, in which HTML comments hold `!` themselves. */
export function readRequestOutput(output: string): RequestOutput {
  const [code = '', error = '', ...buffer] = partsOf(output);
  const html = buffer.join('!');
  // Four bars and nothing between them: the executable could not read its files.
  return { code, error, buffer: /^!*$/.test(html) ? '' : html };
}

/** The positions of what `response` prints; older middleware stops at `data`. */
const POSITIONS = [
  'code',
  'error',
  'merchant_id',
  'merchant_country',
  'amount',
  'transaction_id',
  'payment_means',
  'transmission_date',
  'payment_time',
  'payment_date',
  'response_code',
  'payment_certificate',
  'authorisation_id',
  'currency_code',
  'card_number',
  'cvv_flag',
  'cvv_response_code',
  'bank_response_code',
  'complementary_code',
  'complementary_info',
  'return_context',
  'caddie',
  'receipt_complement',
  'merchant_language',
  'language',
  'customer_id',
  'order_id',
  'customer_email',
  'customer_ip_address',
  'capture_day',
  'capture_mode',
  'data',
  'order_validity',
  'transaction_condition',
  'statement_reference',
  'card_validity',
  'score_value',
  'score_color',
  'score_info',
  'score_threshold',
  'score_profile',
] as const;

/** What `response` printed, by name. */
export function readResponseOutput(output: string): Record<string, string> {
  const parts = partsOf(output);
  return Object.fromEntries(
    POSITIONS.flatMap((name, index) => (parts[index] === undefined ? [] : [[name, parts[index] ?? '']])),
  );
}

/** The parameters that a payment request may name; the bridge adds its own pathfile. */
export const REQUEST_PARAMETERS: ReadonlySet<string> = new Set([
  'merchant_id',
  'merchant_country',
  'amount',
  'currency_code',
  'transaction_id',
  'order_id',
  'normal_return_url',
  'cancel_return_url',
  'automatic_response_url',
  'language',
  'payment_means',
  'header_flag',
  'block_align',
  'block_order',
  'bgcolor',
  'textcolor',
  'target',
  'capture_day',
  'capture_mode',
  'customer_id',
  'customer_email',
  'customer_ip_address',
  'caddie',
  'return_context',
  'receipt_complement',
  'data',
]);

// --- Speaking to the bridge -------------------------------------------------------------------------------

export const TIMESTAMP_HEADER = 'x-countersign-timestamp';
export const NONCE_HEADER = 'x-countersign-nonce';
export const SIGNATURE_HEADER = 'x-countersign-signature';

/** How far the clocks of the Worker and of the bridge may be apart, in seconds. */
export const CLOCK_TOLERANCE_SECONDS = 120;

/** HMAC-SHA-256 in hexadecimal over `timestamp.nonce.path.body`. */
function signatureOf(secret: string, timestamp: string, nonce: string, path: string, body: string): string {
  return hex(hmacOf('sha256', utf8(secret), utf8(`${timestamp}.${nonce}.${path}.${body}`)));
}

/** The headers of one call. Its nonce is a digest of the moment and the body: no two calls that differ share one. */
export function bridgeHeaders(secret: string, now: Date, path: string, body: string): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const nonce = hex(digests.sha256(utf8(`${now.getTime()}.${path}.${body}`))).slice(0, 32);
  return {
    'content-type': 'application/json',
    [TIMESTAMP_HEADER]: timestamp,
    [NONCE_HEADER]: nonce,
    [SIGNATURE_HEADER]: signatureOf(secret, timestamp, nonce, path, body),
  };
}

/** A call as the bridge received it. */
export interface BridgeCall {
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
  readonly path: string;
  readonly body: string;
}

/** Why a call is not from the Worker, or null. Repeated nonces are the bridge's to remember. */
export function bridgeProblem(secret: string, call: BridgeCall, now: Date): string | null {
  const { timestamp, nonce, signature, path, body } = call;
  if (!/^\d{10}$/.test(timestamp) || !/^[0-9a-f]{32}$/.test(nonce))
    return 'the headers are missing or malformed';
  const age = Math.abs(now.getTime() / 1000 - Number(timestamp));
  if (!equalText(signatureOf(secret, timestamp, nonce, path, body), signature))
    return 'the signature does not fit';
  return age > CLOCK_TOLERANCE_SECONDS ? 'the call is too old, or the clocks differ' : null;
}
