/** Builds what `npm pack` packs into lib/: ES modules with types, one file for each of ours, so that a bundler takes what is used. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { providers } from '../../providers/registry.ts';
import { bundledDeclarations } from './declarations.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SRC = join(ROOT, 'src');
export const LIB = join(ROOT, 'lib');

/** The files whose declarations import nothing. */
const CLOSED = ['client/index', 'client/testing'] as const;

/** A provider's object: the file that exports it, and its name there. */
interface ProviderEntry {
  readonly id: string;
  readonly file: string;
  readonly name: string;
}

/** Where the registry takes each provider from. */
async function providerEntries(): Promise<readonly ProviderEntry[]> {
  const registry = readFileSync(join(SRC, 'providers/registry.ts'), 'utf8');
  const files = [...registry.matchAll(/from '\.\/([\w-]+\/\w+)\.ts'/g)].map(([, file = '']) => file);
  const found: ProviderEntry[] = [];
  for (const file of files) {
    const exported = (await import(join(SRC, 'providers', `${file}.ts`))) as Record<string, unknown>;
    for (const { id } of providers) {
      const own = providers.find((provider) => provider.id === id);
      const [name] = Object.entries(exported).find(([, value]) => value === own) ?? [];
      if (name) found.push({ id, file: `providers/${file}`, name });
    }
  }
  const missing = providers.filter(({ id }) => !found.some((entry) => entry.id === id));
  if (missing.length > 0) throw new Error(`no file exports ${missing.map(({ id }) => id).join(', ')}`);
  return found;
}

/** Compiles the entries and everything that they import. @throws Error with the compiler's messages. */
function compile(entries: readonly string[]): void {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      ...config.compilerOptions,
      noEmit: false,
      allowImportingTsExtensions: false,
      rewriteRelativeImportExtensions: true,
      declaration: true,
      rootDir: SRC,
      outDir: LIB,
    },
    ROOT,
  );
  const program = ts.createProgram(
    entries.map((entry) => join(SRC, `${entry}.ts`)),
    options,
  );
  const { diagnostics } = program.emit();
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length === 0) return;
  const host = {
    getCurrentDirectory: () => ROOT,
    getCanonicalFileName: (name: string) => name,
    getNewLine: () => '\n',
  };
  throw new Error(ts.formatDiagnostics(problems, host));
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));
}

/** The entry of a provider: the object of the library, by the provider's own name and as `provider`. */
function writeProvider({ id, file, name }: ProviderEntry): void {
  const path = join(LIB, 'library/providers', id);
  const words = `/** ${id}: act on each result once, ask where \`standing\` is 'ask', store an operation before you call it. */\n`;
  const passedOn = "export { Declined, newOrder, Problem, Refusal } from '../provider.js';\n";
  const own = `import { ${name} as declared } from '../../${file}.js';\n`;
  writeFileSync(
    `${path}.js`,
    `${words}${own}import { libraryProvider } from '../provider.js';\n${passedOn}export const provider = /* @__PURE__ */ libraryProvider(declared);\nexport { provider as ${name} };\n`,
  );
  const typed =
    "import type { LibraryProvider } from '../provider.js';\nexport type * from '../provider.js';\n";
  writeFileSync(
    `${path}.d.ts`,
    `${words}${own}${typed}${passedOn}export declare const provider: LibraryProvider<typeof declared.settings>;\nexport { provider as ${name} };\n`,
  );
}

/** The packages that the built files import. */
export function importedPackages(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const file of [...filesIn(LIB, '.js'), ...filesIn(LIB, '.d.ts')]) {
    const specifiers = ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles;
    for (const { fileName } of specifiers) {
      if (fileName.startsWith('.') || fileName.startsWith('node:') || builtinModules.includes(fileName))
        continue;
      const [scope = '', name = ''] = fileName.split('/');
      found.add(scope.startsWith('@') ? `${scope}/${name}` : scope);
    }
  }
  return found;
}

/** The files of lib/ that one leads to, itself among them. */
function reachable(from: readonly string[], ending: '.js' | '.d.ts'): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles) {
      if (fileName.startsWith('.')) visit(join(dirname(file), fileName.replace(/\.js$/, ending)));
    }
  };
  for (const file of from) visit(file);
  return seen;
}

/** Takes away what the compiler has written and no entry leads to: the types of what the command uses, and code of which only types are used. */
function prune(): void {
  const offered = ['client/index', 'client/testing', 'library/signing'].map((entry) => join(LIB, entry));
  const own = filesIn(join(LIB, 'library/providers'), '.js').map((file) => file.replace(/\.js$/, ''));
  for (const ending of ['.js', '.d.ts'] as const) {
    const entries = [...offered, ...own, ...(ending === '.js' ? [join(LIB, 'cli/countersign')] : [])];
    const used = reachable(
      entries.map((entry) => entry + ending),
      ending,
    );
    for (const file of filesIn(LIB, ending)) if (!used.has(file)) rmSync(file);
  }
}

/** Builds lib/ anew. */
export async function buildPackage(): Promise<void> {
  rmSync(LIB, { recursive: true, force: true });
  const entries = await providerEntries();
  const files = new Set(entries.map(({ file }) => file));
  compile([...CLOSED, 'library/provider', 'library/signing', 'cli/main', ...files]);
  for (const file of filesIn(LIB, '.d.ts')) {
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/(from '|import\(")(\.[^'"]*)\.tsx?(['"])/g, '$1$2.js$3'));
  }
  mkdirSync(join(LIB, 'library/providers'));
  for (const entry of entries) writeProvider(entry);
  const closed = CLOSED.map(
    (entry) => [join(LIB, `${entry}.d.ts`), bundledDeclarations(join(LIB, `${entry}.d.ts`))] as const,
  );
  for (const [file, text] of closed) writeFileSync(file, text);
  const command = join(LIB, 'cli/countersign.js');
  writeFileSync(command, "#!/usr/bin/env node\nimport './main.js';\n");
  chmodSync(command, 0o755);
  prune();
}
