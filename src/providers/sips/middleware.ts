/**
 * The bank's `request` and `response` executables: their arguments, and what they print. Facts: SHEET.md. The provider and the bridge both
 * use this; the bridge runs it in Node, so that it imports nothing.
 */

/** One argument for each parameter, for an argument vector: no shell ever sees them. */
export function argumentsOf(parameters: Iterable<readonly [string, string]>): string[] {
  return [...parameters].map(([name, value]) => `${name}=${value}`);
}

/** What `request` printed. */
interface RequestOutput {
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

/**
 * Reads what `request` printed: code and error are the first two parts. All the rest is the form, in which HTML comments hold `!`
 * themselves.
 */
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

/** Reads what `response` printed: the values by their names. Positions that come after the last name are left out. */
export function readResponseOutput(output: string): Record<string, string> {
  const parts = partsOf(output);
  return Object.fromEntries(
    POSITIONS.flatMap((name, index) => (parts[index] === undefined ? [] : [[name, parts[index] ?? '']])),
  );
}

/** The parameters that a call of `request` may have; the bridge adds its own pathfile. */
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
