/**
 * One description of a table's columns: what is read from a row and what is written to one come from it, so that a column is named in one
 * place. test/directory/tables.test.ts compares the descriptions with what the migrations have made.
 */

/** What D1 keeps in a column. */
export type Stored = string | number | null;

export type StoredRow = Readonly<Record<string, Stored>>;

/** How a member stands in its row. */
interface Column<Member = unknown> {
  /** Left out: the member's name, as SQL spells it (`displayName` is `display_name`). */
  readonly column: string | undefined;
  read(stored: Stored): Member;
  write(member: Member): Stored;
}

type Columns = Readonly<Record<string, Column>>;

/** The members that columns hold. */
export type MembersOf<Described extends Columns> = {
  readonly [Name in keyof Described]: Described[Name] extends Column<infer Member> ? Member : never;
};

/** A text or a number, as it is. */
export function asIs<Member extends Stored>(column?: string): Column<Member> {
  return { column, read: (stored) => stored as Member, write: (member) => member };
}

/** Yes or no, as 1 or 0. */
export function yesNo(column?: string): Column<boolean> {
  return { column, read: (stored) => stored === 1, write: Number };
}

/** Anything else, as JSON. */
export function asJson<Member>(column?: string): Column<Member> {
  return {
    column,
    read: (stored) => JSON.parse(String(stored)) as Member,
    write: (member) => JSON.stringify(member),
  };
}

/** The names of columns, in their order. */
export function namesOf(columns: Columns): string[] {
  return Object.entries(columns).map(
    ([member, { column }]) => column ?? member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
}

/** The members of a row. */
export function readRow<Described extends Columns>(columns: Described, row: StoredRow): MembersOf<Described> {
  const names = namesOf(columns);
  return Object.fromEntries(
    Object.entries(columns).map(([member, { read }], index) => [
      member,
      read(row[names[index] ?? ''] ?? null),
    ]),
  ) as MembersOf<Described>;
}

/** What is bound for the columns of a row, in their order. */
export function valuesOf<Described extends Columns>(
  columns: Described,
  members: MembersOf<Described>,
): Stored[] {
  return Object.entries(columns).map(([member, { write }]) => write(members[member as keyof Described]));
}

/**
 * Writes a row whose values are bound in the order of the columns, or changes the one that is there.
 * @param columns their names.
 * @param options.kept what a row keeps once it is there, its key among them.
 * @param options.instead what a column becomes of a row that is there, where that is not the new value.
 */
export function upsert(
  table: string,
  columns: readonly string[],
  options: {
    readonly key: readonly string[];
    readonly kept: readonly string[];
    readonly instead?: Readonly<Record<string, string>>;
  },
): string {
  const { key, kept, instead = {} } = options;
  const quoted = (name: string) => `"${name}"`;
  const changed = columns
    .filter((name) => !kept.includes(name))
    .map((name) => `${quoted(name)} = ${instead[name] ?? `excluded.${quoted(name)}`}`);
  return `INSERT INTO ${table} (${columns.map(quoted).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${changed.join(', ')}`;
}
