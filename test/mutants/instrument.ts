/** Mutants by Stryker's instrumenter: sources in which each is a branch that one variable switches on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from '@stryker-mutator/api/core';
import { commonTokens } from '@stryker-mutator/api/plugin';
import { createInstrumenter } from '@stryker-mutator/instrumenter';
import { createInjector } from 'typed-inject';
import type { Plugin } from 'vitest/config';
import { ignored } from './ignored.ts';

const SILENT = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  fatal: () => {},
};

/** Sources with their mutants. */
export interface Instrumented {
  readonly mutants: readonly Mutant[];
  /** Has vite load the instrumented sources in place of the files. */
  readonly plugin: Plugin;
}

/** @param files paths below the project's folder. */
export async function instrument(root: string, files: readonly string[]): Promise<Instrumented> {
  const injector = createInjector()
    .provideValue(commonTokens.logger, SILENT)
    .provideValue(commonTokens.getLogger, () => SILENT)
    .provideValue(commonTokens.options, {} as never)
    .provideValue(commonTokens.fileDescriptions, {});
  const given = files.map((name) => ({
    name,
    mutate: true as const,
    content: readFileSync(join(root, name), 'utf8'),
  }));
  const result = await createInstrumenter(injector).instrument(given, {
    plugins: null,
    excludedMutations: [],
    ignorers: [ignored],
  });
  const sources = new Map(result.files.map(({ name, content }) => [join(root, name), content]));
  return {
    mutants: result.mutants.filter(({ status }) => status === undefined),
    plugin: {
      name: 'mutants',
      enforce: 'pre',
      load: (id) => sources.get(id.split('?', 1)[0] ?? '') ?? null,
    },
  };
}
