/**
 * Our order numbers in text of a shop or shopper. Where a protocol signs values without their borders, a text that holds one
 * could be cut so that it is read as the order.
 */

/** An order number of ours anywhere in a text: the payment's id and two digits (payments/id.ts). */
const ORDER_NUMBER = /[0-9A-HJKMNP-TV-Z]{16}\d\d/;

/** A text that is only shown to people, with a blank in whatever could be an order number of ours. */
export function withoutOrderNumbers(text: string): string {
  return ORDER_NUMBER.test(text) ? text.replace(/[0-9A-HJKMNP-TV-Z]{16}(?=.)/g, '$& ') : text;
}

/** Why a text may not be sent that could be read as an order number of ours; null: it cannot. */
export function orderNumberProblem(text: string): string | null {
  return ORDER_NUMBER.test(text) ? 'may not hold 18 characters that could be an order number of ours' : null;
}

/** Letters, digits and what stands between them in references; no protocol separates by any of these. */
const REFERENCE = /^[A-Za-z0-9 ._/#-]+$/;

/**
 * The shop's own reference as a bank gets it beside our order number, for people who look it up there: whole or not at all.
 * Undefined where it has other characters, or is longer than the field.
 */
export function shopReference(
  { reference, dialect }: { readonly reference: string; readonly dialect?: 'polybanking' },
  limit: number,
): string | undefined {
  // The original sent its bank no more than the order number, and its operators look for that.
  if (dialect !== undefined) return undefined;
  const text = withoutOrderNumbers(reference);
  return REFERENCE.test(text) && text.length <= limit ? text : undefined;
}
