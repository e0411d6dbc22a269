/** Whether mutants are programs at all: one that the compiler refuses can never be committed, and no test has to find it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from '@stryker-mutator/api/core';
import ts from 'typescript';

/** The source of a file with a mutant in the place of what it replaces. */
function withMutant(source: string, { location, replacement }: Mutant): string {
  const lines = source.split('\n');
  const at = ({ line, column }: Mutant['location']['start']) =>
    lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0) + column;
  return source.slice(0, at(location.start)) + replacement + source.slice(at(location.end));
}

/** How many are looked at by one compiler. */
const MOST_TOGETHER = 500;

/**
 * Those of some mutants that compile. Each is a file of its own beside the source, which nobody imports: what the compiler knows of the
 * other files serves for all.
 */
export function compiling(root: string, mutants: readonly Mutant[]): ReadonlySet<string> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const declarations = fileNames.filter((name) => name.endsWith('.d.ts'));
  const good = new Set<string>();
  for (let at = 0; at < mutants.length; at += MOST_TOGETHER) {
    const some = mutants.slice(at, at + MOST_TOGETHER);
    const texts = new Map(
      some.map((mutant) => {
        const path = join(root, mutant.fileName);
        return [
          path.replace(/\.ts$/, `.mutant${mutant.id}.ts`),
          withMutant(readFileSync(path, 'utf8'), mutant),
        ];
      }),
    );
    const service = ts.createLanguageService({
      getCompilationSettings: () => ({ ...options, noUnusedLocals: false, noUnusedParameters: false }),
      getScriptFileNames: () => [...declarations, ...texts.keys()],
      getScriptVersion: () => '0',
      getScriptSnapshot: (name) => {
        const text = texts.get(name) ?? ts.sys.readFile(name);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => root,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
    });
    const paths = [...texts.keys()];
    for (const [index, { id }] of some.entries()) {
      const path = paths[index] ?? '';
      const faults = [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)];
      if (faults.length === 0) good.add(id);
    }
    service.dispose();
  }
  return good;
}
