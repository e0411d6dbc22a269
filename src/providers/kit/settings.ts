/**
 * The building blocks of a provider's settings schema. From the one schema come the types, the validation,
 * the JSON Schema of GET /v1/providers/:id and the operator's form; `title` is the caption, `writeOnly` marks
 * a secret.
 */
import * as v from 'valibot';

/** How a setting is shown to the operator. */
export interface Caption extends Record<string, unknown> {
  /** A short name for people. */
  readonly title: string;
  /** What to enter, where to find it, what it changes. */
  readonly description?: string;
}

/** Marks a setting as a secret: stored encrypted, never read back. */
export function secret<Input>(caption: Caption): v.MetadataAction<Input, Caption> {
  return v.metadata({ ...caption, writeOnly: true, format: 'password' });
}

/** A setting that may be shown. */
export function shown<Input>(caption: Caption): v.MetadataAction<Input, Caption> {
  return v.metadata({ ...caption });
}

/** The format of JSON Schema that marks an address which our calls go to. */
const ADDRESS = 'uri';

/** A setting that may be shown, and an address that our calls go to: it has to be public, and is looked up before a call. */
export function called<Input>(caption: Caption): v.MetadataAction<Input, Caption> {
  return v.metadata({ ...caption, format: ADDRESS });
}

/** Text of a length between two bounds (characters). */
export function text(from: number, to: number) {
  return v.pipe(
    v.string(),
    v.minLength(from, `takes ${from} to ${to} characters`),
    v.maxLength(to, `takes ${from} to ${to} characters`),
  );
}

/** Text that matches a pattern; `rule` says the pattern in words, as the error shows it. */
export function pattern(regex: RegExp, rule: string) {
  return v.pipe(v.string(), v.regex(regex, rule));
}

/** A settings schema: an object of captioned entries. */
export type SettingsSchema = v.ObjectSchema<v.ObjectEntries, undefined>;

/** The schema inside `optional(...)`, where the caption is. */
function unwrapped(schema: unknown): { readonly pipe?: readonly unknown[] } {
  const inner = schema as { readonly wrapped?: unknown };
  return inner.wrapped === undefined
    ? (schema as { readonly pipe?: readonly unknown[] })
    : unwrapped(inner.wrapped);
}

function metadataOf(schema: unknown): Readonly<Record<string, unknown>> {
  for (const action of unwrapped(schema).pipe ?? []) {
    const candidate = action as {
      readonly type?: string;
      readonly metadata?: Readonly<Record<string, unknown>>;
    };
    if (candidate.type === 'metadata' && candidate.metadata) return candidate.metadata;
  }
  return {};
}

/** The names of a schema's secret settings. */
export function secretNames(schema: SettingsSchema): readonly string[] {
  return Object.keys(schema.entries).filter((name) => metadataOf(schema.entries[name]).writeOnly === true);
}

/** The names of a schema's settings that our calls go to. */
export function calledNames(schema: SettingsSchema): readonly string[] {
  return Object.keys(schema.entries).filter((name) => metadataOf(schema.entries[name]).format === ADDRESS);
}

/** The captions of a schema's settings by name. */
export function captions(schema: SettingsSchema): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    Object.entries(schema.entries).map(([name, entry]) => {
      const title = metadataOf(entry).title;
      return [name, typeof title === 'string' ? title : null];
    }),
  );
}

/** The settings that have a default, at their defaults. */
export function settingsDefaults(schema: SettingsSchema): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(schema.entries)
      .map(([name, entry]) => [name, v.getDefault(entry)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

/** The kind of value that a setting takes, by the schema's word for it. */
function typeOf(schema: unknown): string {
  const { type, wrapped } = schema as { readonly type: string; readonly wrapped?: unknown };
  return wrapped === undefined ? type : typeOf(wrapped);
}

/** Digits of a whole number that JavaScript counts exactly, written as it writes them: "032" is text. */
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,14})$/;

/** Settings in which a number and its digits are the same: each as its schema takes it. */
export function withDigitsAsTaken(
  schema: SettingsSchema,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const type = Object.hasOwn(schema.entries, name) ? typeOf(schema.entries[name]) : null;
      if (type === 'number' && typeof value === 'string' && WHOLE_NUMBER.test(value))
        return [name, Number(value)];
      const isText = type === 'string' || type === 'picklist';
      if (isText && Number.isSafeInteger(value) && (value as number) >= 0) return [name, String(value)];
      return [name, value];
    }),
  );
}
