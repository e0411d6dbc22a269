/** The shop's own fields for a provider. */
import { invalidField } from '../../payments/errors.ts';

/**
 * Adds a shop's own provider fields to those of the protocol: a new name is appended, a known one replaces
 * its value in place, one that countersign answers for is rejected.
 * @throws Problem invalid_request naming the field.
 */
export function withProviderFields(
  fields: readonly (readonly [string, string])[],
  extra: Readonly<Record<string, string>>,
  rules: { readonly reserved: ReadonlySet<string>; readonly allowed?: (name: string) => boolean },
): (readonly [string, string])[] {
  const merged = new Map(fields);
  for (const [name, value] of Object.entries(extra)) {
    const path = `providerFields.${name}`;
    if (rules.reserved.has(name)) throw invalidField(path, 'is set by countersign from the payment itself');
    if (rules.allowed && !rules.allowed(name)) throw invalidField(path, 'is not a field of this provider');
    merged.set(name, value);
  }
  return [...merged];
}
