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

/** Those of some mutants that compile. */
export function compiling(root: string, mutants: readonly Mutant[]): ReadonlySet<string> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const mutated = new Set(mutants.map(({ fileName }) => join(root, fileName)));
  const names = fileNames.filter((name) => name.startsWith(join(root, 'src')) && !mutated.has(name));
  const changed = new Map<string, { readonly version: number; readonly text: string }>();
  const service = ts.createLanguageService({
    getCompilationSettings: () => ({ ...options, noUnusedLocals: false, noUnusedParameters: false }),
    getScriptFileNames: () => [...names, ...mutated],
    getScriptVersion: (name) => String(changed.get(name)?.version ?? 0),
    getScriptSnapshot: (name) => {
      const text = changed.get(name)?.text ?? ts.sys.readFile(name);
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
  let version = 0;
  const set = (path: string, text: string) => changed.set(path, { version: ++version, text });
  const good = mutants.filter((mutant) => {
    const path = join(root, mutant.fileName);
    const source = readFileSync(path, 'utf8');
    set(path, withMutant(source, mutant));
    const compiles =
      service.getSyntacticDiagnostics(path).length === 0 && service.getSemanticDiagnostics(path).length === 0;
    set(path, source);
    return compiles;
  });
  return new Set(good.map(({ id }) => id));
}
