/**
 * Our order numbers in text of a shop or shopper. Where a protocol signs values without their borders, a text that holds one
 * could be cut so that it is read as the order.
 */
import { invalidField } from '../../payments/errors.ts';

/** An order number of ours anywhere in a text: the payment's id and two digits (payments/id.ts). */
const ORDER_NUMBER = /[0-9A-HJKMNP-TV-Z]{16}\d\d/;

/** A text that is only shown to people, with a blank in whatever could be an order number of ours. */
export function withoutOrderNumbers(text: string): string {
  return ORDER_NUMBER.test(text) ? text.replace(/[0-9A-HJKMNP-TV-Z]{16}(?=.)/g, '$& ') : text;
}

/**
 * Refuses text that could be read as an order number of ours.
 * @param values by the path of the shop's field.
 * @throws Problem invalid_request naming the field.
 */
export function rejectOrderNumbers(values: Readonly<Record<string, string | null | undefined>>): void {
  for (const [path, value] of Object.entries(values)) {
    if (value && ORDER_NUMBER.test(value))
      throw invalidField(path, 'may not hold 18 characters that could be an order number of ours');
  }
}
