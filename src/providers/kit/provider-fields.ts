/** The shop's own fields for a provider (`providerFields`): an allow-list for each, checked before anything is started. */
import { invalidField } from '../../payments/errors.ts';

/** What a shop may give: request fields that it may want, and that decide neither money nor order nor card. */
export interface ShopFields {
  /** Names that countersign answers for, so that a shop is told why it may not give them. */
  readonly reserved?: Pick<ReadonlySet<string>, 'has'>;
  /** The names that a shop may give. All others are rejected. */
  readonly allows: (name: string) => boolean;
  /** Why a value may not be sent; null: it may. */
  readonly problemOf?: (name: string, value: string) => string | null;
}

/** For a protocol, or one of its modes, in which a shop gives none. */
export const NO_SHOP_FIELDS: ShopFields = { allows: () => false };

/** What is wrong with the first of a shop's fields that may not be given; null: nothing. */
export function shopFieldProblem(
  fields: Readonly<Record<string, string>>,
  { reserved, allows, problemOf }: ShopFields,
): { readonly name: string; readonly message: string } | null {
  for (const [name, value] of Object.entries(fields)) {
    if (reserved?.has(name)) return { name, message: 'is set by countersign from the payment itself' };
    if (!allows(name)) return { name, message: 'is not a field of this provider' };
    const message = problemOf?.(name, value) ?? null;
    if (message !== null) return { name, message };
  }
  return null;
}

/**
 * Checks a shop's fields against what its provider takes.
 * @throws Problem invalid_request naming the field.
 */
export function requireShopFields(fields: Readonly<Record<string, string>>, shopFields: ShopFields): void {
  const problem = shopFieldProblem(fields, shopFields);
  if (problem) throw invalidField(`providerFields.${problem.name}`, problem.message);
}

/** Adds a shop's checked fields to those of the protocol: a new name is appended, a known one replaces its value in place. */
export function withProviderFields(
  fields: readonly (readonly [string, string])[],
  extra: Readonly<Record<string, string>>,
): (readonly [string, string])[] {
  return [...new Map([...fields, ...Object.entries(extra)])];
}
