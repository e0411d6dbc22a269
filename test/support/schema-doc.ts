/** What a schema.md says of stored tables, for the tests that compare it with the tables that there are. */

/** One heading: its tables, and the columns that are listed under it. */
interface DescribedTables {
  readonly heading: string;
  readonly tables: readonly string[];
  readonly columns: readonly string[];
}

function listOf(text: string): string[] {
  return text.split(', ').map((name) => name.trim());
}

/** The headings of the second level. Lists of anything but columns are left out. */
export function describedTables(schema: string): DescribedTables[] {
  return schema
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [heading = ''] = part.split('\n', 1);
      const [own = ''] = part.split(/^### /m, 1);
      const rows = own.split('\n').filter((line) => line.startsWith('|'));
      const cells = rows.map((line) => line.split('|')[1]?.trim() ?? '');
      if (cells[0] !== 'column') throw new Error(`there is no list of columns under: ${heading}`);
      return {
        heading,
        tables: listOf(heading.split(/[:(]/, 1)[0] ?? ''),
        columns: cells.slice(2).flatMap(listOf),
      };
    });
}

/** Every table that an SQLite database holds, with its columns. What begins with `_cf` or `sqlite` is the platform's. */
export function storedTables(sql: SqlStorage): Map<string, readonly string[]> {
  const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
  const ours = tables.filter(({ name }) => !/^(?:_cf|sqlite|d1_)/.test(name));
  return new Map(
    ours.map(({ name }) => [
      name,
      sql
        .exec<{ name: string }>('SELECT name FROM pragma_table_info(?)', name)
        .toArray()
        .map((column) => column.name),
    ]),
  );
}

/** What is described and what is there, as two lists of texts that have to be equal: `table: column, column`. */
export function compared(
  described: readonly DescribedTables[],
  stored: ReadonlyMap<string, readonly string[]>,
): { readonly described: readonly string[]; readonly stored: readonly string[] } {
  const left = new Set(stored.keys());
  const line = (tables: readonly string[], columns: readonly string[]) =>
    `${tables.join(', ')}: ${columns.toSorted().join(', ')}`;
  const pairs = described.map(({ tables, columns }) => {
    const there = new Set(tables.flatMap((table) => stored.get(table) ?? []));
    for (const table of tables) left.delete(table);
    return [line(tables, columns), line(tables, [...there])] as const;
  });
  return {
    described: pairs.map(([text]) => text),
    stored: [
      ...pairs.map(([, text]) => text),
      ...[...left].map((table) => line([table], stored.get(table) ?? [])),
    ],
  };
}
