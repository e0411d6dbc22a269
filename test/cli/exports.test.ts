/** No two exported things share a name: who reads a name in one file knows what it means in every other. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ROOT } from './support.ts';

/** The Workers, ours, the local one and the console: Cloudflare finds what they export by its name, so they share names. */
const WORKERS: readonly string[] = ['index.ts', 'dev.ts', 'console/index.ts'];

/** Made from the schemas, for the programs of shops: the words of the contract, whatever they are called inside. */
const MADE = 'client/types.ts';

const SRC = join(ROOT, 'src');

/** The names that a statement exports. A re-export declares nothing, so it exports no name of its own. */
function exportedNames(statement: ts.Statement): string[] {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as ts.DeclarationStatement;
  return name ? [name.getText()] : [];
}

/** The names that a file declares and exports: an overload, or a type with its value's name, counts once. */
function exportsOf(file: string, text: string): ReadonlySet<string> {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return new Set(source.statements.flatMap(exportedNames));
}

/** Names that several files export, each with its files. */
function duplicates(files: ReadonlyMap<string, string>): string[] {
  const places = new Map<string, string[]>();
  for (const [file, text] of files) {
    for (const name of exportsOf(file, text)) places.set(name, [...(places.get(name) ?? []), file]);
  }
  return [...places]
    .filter(([, found]) => found.length > 1)
    .map(([name, found]) => `${name}: ${found.join(', ')}`)
    .sort();
}

describe('exported names', () => {
  // The console is a Worker of its own that calls the other one: its pages have the words of what they show.
  it('are each exported by one file of src', () => {
    const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => /\.tsx?$/.test(file) && !WORKERS.includes(file) && file !== MADE)
      .filter((file) => !file.includes('.wrangler/'))
      .sort();
    expect(files.length).toBeGreaterThan(60);
    const isOfConsole = (file: string) => file.startsWith('console/');
    for (const part of [files.filter(isOfConsole), files.filter((file) => !isOfConsole(file))])
      expect(duplicates(new Map(part.map((file) => [file, readFileSync(join(SRC, file), 'utf8')])))).toEqual(
        [],
      );
  });

  it('are found twice where they are declared twice, and once where they are only passed on', () => {
    const files = new Map([
      [
        'a.ts',
        'export const [x, y] = [1, 2]; export function same() {} export type Kind = 1; export const Kind = 1;',
      ],
      ['b.ts', "export interface same {} export { x } from './a.ts'; const y = 1; export default y;"],
    ]);
    expect(duplicates(files)).toEqual(['same: a.ts, b.ts']);
  });
});
