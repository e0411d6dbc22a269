/** What a request has and its schema does not: every member by its path, with the nearest name that there is. */
import leven from 'leven';
import type * as v from 'valibot';
import type { FieldError } from '../payments/errors.ts';

/** As much of a schema as the walk reads. */
interface Walked {
  readonly type: string;
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly item?: v.GenericSchema;
  readonly wrapped?: v.GenericSchema;
  readonly value?: v.GenericSchema;
  /** Of a variant: the member that chooses one of its options. */
  readonly key?: string;
  readonly options?: readonly (v.GenericSchema & Walked)[];
  readonly literal?: unknown;
}

/** Names of members that valibot leaves out of an object with free names, for what they can do to one. */
const NEVER_NAMES: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor']);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/**
 * The name that somebody may have meant; null: none is near. Two swapped letters count as two that differ, so "emial" is still
 * "email".
 */
export function nearestName(given: string, known: readonly string[]): string | null {
  const candidates = known
    .map((name) => ({ name, distance: leven(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, 0.4 * Math.min(given.length, name.length)));
  candidates.sort((one, two) => one.distance - two.distance);
  return candidates[0]?.name ?? null;
}

/** What is said of a name that is not known. */
export function unknownName(given: string, known: readonly string[]): string {
  const near = nearestName(given, known);
  if (near) return `is not known: did you mean ${near}?`;
  return known.length > 0
    ? `is not known here, where there is ${[...known].sort().join(', ')}`
    : 'is not known: nothing is taken here';
}

/**
 * Every member of a value that a strict schema does not have, and every list where an object has to be, which valibot takes for one.
 * @param path of the value in the request, by its members.
 */
export function unknownMembers(
  schema: v.GenericSchema,
  value: unknown,
  path: readonly (string | number)[] = [],
): FieldError[] {
  const walked = schema as v.GenericSchema & Walked;
  if (walked.wrapped) return unknownMembers(walked.wrapped, value, path);
  if (Array.isArray(value)) {
    if (walked.item) {
      const { item } = walked;
      return value.flatMap((member, index) => unknownMembers(item, member, [...path, index]));
    }
    return walked.type === 'strict_object' || walked.type === 'object' || walked.type === 'record'
      ? [{ path: path.join('.'), message: 'is an object, not a list' }]
      : [];
  }
  if (!isObject(value)) return [];
  if (walked.type === 'record') {
    const inner = walked.value;
    return Object.entries(value).flatMap(([name, member]) => {
      if (NEVER_NAMES.has(name)) return [{ path: [...path, name].join('.'), message: 'cannot be a name' }];
      return inner ? unknownMembers(inner, member, [...path, name]) : [];
    });
  }
  const { key, options } = walked;
  if (key !== undefined && options) {
    const chosen = options.find(
      ({ entries }) => (entries?.[key] as Walked | undefined)?.literal === value[key],
    );
    return chosen ? unknownMembers(chosen, value, path) : [];
  }
  if (!walked.entries) return [];
  const { entries } = walked;
  return Object.entries(value).flatMap(([name, member]) => {
    const inner = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (inner) return unknownMembers(inner, member, [...path, name]);
    if (walked.type !== 'strict_object') return [];
    return [{ path: [...path, name].join('.'), message: unknownName(name, Object.keys(entries)) }];
  });
}
