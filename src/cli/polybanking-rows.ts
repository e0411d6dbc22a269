/** A Django `dumpdata` of PolyBanking: its rows, and what their fields hold. */

export interface Row {
  readonly model: string;
  readonly pk: number | string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A thing to take over, or why it cannot be. */
export type Read<T> =
  | { readonly name: string; readonly value: T }
  | { readonly name: string; readonly rejected: string };

/** Why one thing of a dump cannot be taken over; the others can. */
export class Unreadable extends Error {}

/** The first of several names that a row has. */
export function field(row: Row, ...names: readonly string[]): unknown {
  const name = names.find((entry) => row.fields[entry] !== undefined);
  return name === undefined ? undefined : row.fields[name];
}

/** The text of a field. @throws Unreadable where there is none. */
export function textOf(row: Row, ...names: readonly string[]): string {
  const value = field(row, ...names);
  if (value === undefined || value === null) throw new Unreadable(`has no ${names[0]}`);
  return String(value);
}

/** The text of a field; null: it is empty, or not there. */
export function optional(row: Row, ...names: readonly string[]): string | null {
  const value = field(row, ...names);
  return value === undefined || value === null || value === '' ? null : String(value);
}

/** Whether a field is true; `fallback` where it is not there. */
export function flag(row: Row, fallback: boolean, ...names: readonly string[]): boolean {
  const value = field(row, ...names);
  return value === undefined || value === null ? fallback : value === true;
}

/**
 * A time of Django as RFC 3339 UTC, with the fraction that it has, if any; one without a zone is taken as UTC, the original's
 * setting. Null: never.
 * @throws Unreadable
 */
export function time(row: Row, name: string): string | null {
  const value = optional(row, name);
  if (value === null) return null;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`;
  const milliseconds = Date.parse(zoned.replace(' ', 'T'));
  if (Number.isNaN(milliseconds)) throw new Unreadable(`${name} is no time: ${value}`);
  const [, fraction = ''] = /:\d\d(\.\d{1,9})/.exec(value) ?? [];
  return `${new Date(milliseconds).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}${fraction}Z`;
}

/** The thing that `work` reads, or why it cannot be. */
export function read<T>(name: string, work: () => T): Read<T> {
  try {
    return { name, value: work() };
  } catch (error) {
    if (error instanceof Unreadable) return { name, rejected: error.message };
    throw error;
  }
}

/**
 * The rows of a dump.
 * @throws Error when it is not the JSON that dumpdata writes.
 */
export function rowsOf(json: string): readonly Row[] {
  const rows: unknown = JSON.parse(json);
  const isRow = (row: Partial<Row> | null) =>
    typeof row?.model === 'string' &&
    typeof row.fields === 'object' &&
    row.fields !== null &&
    row.pk !== undefined;
  if (!Array.isArray(rows) || !rows.every(isRow)) throw new Error('this is not the output of dumpdata');
  return rows as Row[];
}

/** The rows of a model, such as `configs.config`. */
export function named(rows: readonly Row[], model: string): readonly Row[] {
  return rows.filter((row) => row.model.toLowerCase() === model);
}
