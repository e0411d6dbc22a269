/** The shop's own fields for a provider (`providerFields`): an allow-list for each, checked before anything is started. */

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

/** The form of a value, and how it is said to a shop whose value has another. */
export interface ValueForm {
  readonly form: RegExp;
  readonly says: string;
}

/** Text that is not empty, of so many characters at most. */
export function textUpTo(limit: number): ValueForm {
  return { form: new RegExp(`^[^\\p{Cc}]{1,${limit}}$`, 'u'), says: `has at most ${limit} characters` };
}

export const NUMBER: ValueForm = { form: /^\d{1,9}$/, says: 'is a number' };

export const YES_NO: ValueForm = { form: /^(?:true|false)$/, says: 'is true or false' };

/** What a shop may give where each field has a form of its own. */
export function shopFieldsOfForms(
  forms: Readonly<Record<string, ValueForm>>,
  reserved?: ReadonlySet<string>,
): ShopFields {
  const formOf = (name: string) => (Object.hasOwn(forms, name) ? forms[name] : undefined);
  return {
    ...(reserved && { reserved }),
    allows: (name) => formOf(name) !== undefined,
    problemOf: (name, value) => (formOf(name)?.form.test(value) ? null : (formOf(name)?.says ?? null)),
  };
}

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

/** A JSON value, or an object of them. */
type JsonMembers = { readonly [name: string]: unknown };

/**
 * Adds a shop's checked fields to a JSON body. A dot in a name leads into an object: `pay.groupId` is the member `groupId` of `pay`.
 * @param toJson makes the value of what the shop gave as text.
 */
export function withJsonFields(
  body: JsonMembers,
  extra: Readonly<Record<string, string>>,
  toJson: (name: string, value: string) => unknown,
): JsonMembers {
  return Object.entries(extra).reduce(
    (before, [name, value]) => withMember(before, name.split('.'), toJson(name, value)),
    body,
  );
}

function withMember(
  object: JsonMembers,
  [name = '', ...inner]: readonly string[],
  value: unknown,
): JsonMembers {
  const before = (object[name] ?? {}) as JsonMembers;
  return { ...object, [name]: inner.length > 0 ? withMember(before, inner, value) : value };
}

/** Adds a shop's checked fields to those of the protocol: a new name is appended, a known one replaces its value in place. */
export function withProviderFields(
  fields: readonly (readonly [string, string])[],
  extra: Readonly<Record<string, string>>,
): (readonly [string, string])[] {
  return [...new Map([...fields, ...Object.entries(extra)])];
}
