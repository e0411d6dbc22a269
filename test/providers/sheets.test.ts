/** What SHEET.md says of a status is what the code does: a code that is not mapped, or mapped otherwise, fails here. */
import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../src/payments/statuses.ts';
import { provider, providers } from '../../src/providers/registry.ts';

/** The sheets, by folder. */
const sheets = Object.entries(
  import.meta.glob<string>('../../src/providers/*/SHEET.md', {
    eager: true,
    query: '?raw',
    import: 'default',
  }),
).map(([path, text]) => [path.split('/').at(-2) ?? '', text] as const);

const WORDS: readonly string[] = [...OUTCOMES, 'accepted'];

/** One row of a status table: its codes, and the outcome that the code gives them. */
interface SheetRow {
  readonly table: string;
  readonly codes: readonly string[];
  readonly outcome: string;
}

function providersOf(sheet: string): string[] {
  return /^Providers: (.+)$/m.exec(sheet)?.[1]?.split(', ') ?? [];
}

/** `` `00002`, `00005`..`00014` `` as codes. */
function codesOf(cell: string): string[] {
  return cell.split(', ').flatMap((part) => {
    const [from, to] = part.split('..').map((text) => /^`([^`]+)`$/.exec(text.trim())?.[1]);
    if (from === undefined || (part.includes('..') && to === undefined))
      throw new Error(`${cell} is no list of codes`);
    if (to === undefined) return [from];
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) =>
      String(Number(from) + index).padStart(from.length, '0'),
    );
  });
}

/** The cells of a row; a bar inside of one is escaped. */
function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function rowsOf(sheet: string): SheetRow[] {
  return sheet
    .split(/^### Statuses: /m)
    .slice(1)
    .flatMap((part) => {
      const [table = '', ...lines] = part.split(/^#/m)[0]?.split('\n') ?? [];
      const [head = '', , ...rows] = lines.filter((line) => line.startsWith('|'));
      expect(cellsOf(head), `the head of ${table}`).toEqual(['code', 'outcome', 'meaning', 'note']);
      return rows.map((line) => {
        const [codes = '', said = ''] = cellsOf(line);
        // `denied (code: error, because ...)`: where code and sheet differ on purpose.
        const [, word, differs] = /^(\w+)(?: \(code: (\w+), .+\))?$/.exec(said) ?? [];
        const outcome = differs ?? word ?? said;
        expect(WORDS, `${table} ${codes}`).toContain(outcome);
        return { table: table.trim(), codes: codesOf(codes), outcome };
      });
    });
}

describe('the sheets', () => {
  it('are there for every provider, once', () => {
    const ids = sheets.flatMap(([, sheet]) => providersOf(sheet));
    expect(ids.toSorted()).toEqual(providers.map(({ id }) => id).toSorted());
  });
});

describe.each(sheets)('%s/SHEET.md', (folder, sheet) => {
  const rows = rowsOf(sheet);

  it('has status tables', () => {
    expect(rows.length, `src/providers/${folder}/SHEET.md: fill in the table of statuses`).toBeGreaterThan(0);
  });

  it.each(providersOf(sheet))('%s maps every code of it, as it says', (id) => {
    const tables = provider(id)?.statuses ?? {};
    for (const { table, codes, outcome } of rows) {
      for (const code of codes) {
        const meaning = Object.hasOwn(tables[table] ?? {}, code) ? tables[table]?.[code] : undefined;
        expect(meaning?.outcome, `${table} ${code}`).toBe(outcome);
        expect(meaning?.text, `${table} ${code}`).not.toBe('');
      }
    }
  });

  it.each(providersOf(sheet))('has every code that %s maps', (id) => {
    const known = new Set(rows.flatMap(({ table, codes }) => codes.map((code) => `${table} ${code}`)));
    expect(known.size).toBe(rows.reduce((count, { codes }) => count + codes.length, 0));
    const mapped = Object.entries(provider(id)?.statuses ?? {}).flatMap(([table, codes]) =>
      Object.keys(codes).map((code) => `${table} ${code}`),
    );
    expect(mapped.filter((code) => !known.has(code))).toEqual([]);
  });
});
