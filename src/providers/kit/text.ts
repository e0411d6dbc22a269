/** Text on its way into a protocol's fields: cut, made to fit, or rejected by the field's name. */
import { invalidField } from '../../payments/errors.ts';
import type { PaymentRequest } from '../../payments/types.ts';
import { readable } from '../../signing/bytes.ts';
import type { Charset } from '../../signing/charsets.ts';

/**
 * A value for a field of at most `limit` characters, cut there. For text that is only shown to people.
 */
export function cut(value: string | null | undefined, limit: number): string | undefined {
  const characters = Array.from(value?.trim() ?? '');
  return characters.length === 0 ? undefined : characters.slice(0, limit).join('').trim();
}

/** A value without outer blanks that fits, or nothing: for optional data that makes no sense when cut, such as an e-mail address. */
export function ifFits(value: string | null | undefined, limit: number): string | undefined {
  const text = value?.trim();
  return text && Array.from(text).length <= limit ? text : undefined;
}

/** First and last name in one, or undefined. */
export function fullName(payment: PaymentRequest): string | undefined {
  const { firstName, lastName } = payment.customer;
  return [firstName, lastName].filter(Boolean).join(' ') || undefined;
}

/** Where a request's text goes wrong, for the error: the path in the shop's request of each field's source. */
export type FieldSources = Readonly<Record<string, string>>;

/**
 * Rejects a value that the protocol's charset cannot carry, naming the shop's field.
 * @throws Problem invalid_request.
 */
export function requireCharset(
  charset: Charset,
  fields: Iterable<readonly [name: string, value: string]>,
  sources: FieldSources,
): void {
  for (const [name, value] of fields) {
    const missing = charset.firstMissing(value);
    if (missing !== null) {
      throw invalidField(
        sources[name] ?? `providerFields.${name}`,
        `the character ${JSON.stringify(missing)} does not exist in ${charset.name}, the charset of this account`,
      );
    }
  }
}

/** A text of bytes that are meant to be ASCII, for reading codes and identifiers of a verified message. */
export function asciiText(bytes: Uint8Array): string {
  return readable(bytes);
}

const LATIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ł: 'l',
  Ł: 'L',
  '’': "'",
};

/** A text in plain ASCII: accents dropped, ligatures spelt out, everything else that is not ASCII left out. */
export function plainAscii(value: string): string {
  return value
    .replace(/[ßæÆœŒøØđĐłŁ’]/g, (character) => LATIN[character] ?? '')
    .normalize('NFD')
    .replace(/[^\x20-\x7e]/g, '');
}
