/** `countersign sign | verify | vectors | example`: what needs the providers. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import type { Json, Provider, RecipeInput } from '../providers/contract.ts';
import { diagnose } from '../providers/kit/diagnosis.ts';
import { provider } from '../providers/registry.ts';
import { fromUtf8, hex, type Signable, signedBytes } from '../signing/bytes.ts';
import { exampleOf, writeExample } from './example.ts';
import { settingNames, settingsProblem } from './signing-settings.ts';
import { readJson, readText, UsageError } from './usage.ts';
import { checkFile, recipesOf, type VectorFile } from './vectors.ts';

/** Where the project's own vectors are, a folder a provider. */
const OWN_VECTORS = join(import.meta.dirname, '..', '..', 'test');

interface RecipeOptions {
  readonly what?: string | undefined;
  readonly settings?: string | undefined;
  readonly fields?: string | undefined;
  readonly raw?: string | undefined;
  readonly to?: string | undefined;
}

/** The text of base bytes, or their digits where they are not UTF-8. */
function baseMembers(base: Signable) {
  const bytes = signedBytes(base);
  const text = fromUtf8(bytes);
  return text === null ? { base: null, base_hex: hex(bytes) } : { base: text };
}

function recipeOf(name: string | undefined, options: RecipeOptions, kinds: readonly string[]) {
  const recipes = recipesOf(name ?? '');
  if (!recipes) throw new UsageError(`there is no provider ${name ?? '(none given)'}`);
  const named = recipes[options.what ?? ''];
  if (!named || !kinds.includes(named.kind)) {
    const names = Object.entries(recipes)
      .filter(([, entry]) => kinds.includes(entry.kind))
      .map(([what]) => what);
    throw new UsageError(`--what is one of ${names.join(', ')}`);
  }
  return named;
}

function inputOf(options: RecipeOptions): RecipeInput {
  if (options.raw !== undefined && options.fields !== undefined)
    throw new UsageError('give --fields or --raw, not both');
  if (options.raw !== undefined) {
    const raw = readText(options.raw).replace(/\r?\n$/, '');
    if (raw === '') throw new UsageError(`${options.raw}: is empty`);
    return { raw };
  }
  if (options.fields !== undefined) {
    const fields = readJson(options.fields);
    if (typeof fields !== 'object' || fields === null)
      throw new UsageError(`${options.fields}: is [["NAME","value"], ...] or an object`);
    if (Object.keys(fields).length === 0) throw new UsageError(`${options.fields}: has no fields to sign`);
    return { fields: fields as readonly (readonly [string, Json])[] };
  }
  throw new UsageError('give --fields or --raw');
}

function settingsOf(options: RecipeOptions): Record<string, unknown> {
  if (options.settings === undefined) return {};
  const settings = readJson(options.settings);
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new UsageError(`${options.settings}: is an object of settings by name`);
  return settings as Record<string, unknown>;
}

type SigningRecipe = Parameters<typeof settingsProblem>[0];

/** @throws UsageError when the settings lack the key or have a name that nobody reads. */
async function requireSettings(
  recipe: SigningRecipe,
  name: string | undefined,
  settings: Record<string, unknown>,
  input: RecipeInput,
): Promise<void> {
  const problem = await settingsProblem(recipe, settingNames(provider(name ?? '')), settings, input);
  if (problem) throw new UsageError(problem);
}

function print(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

export async function signCommand(name: string | undefined, options: RecipeOptions): Promise<number> {
  const found = recipeOf(name, options, ['sign']);
  if (found.kind !== 'sign') return 2;
  const [settings, input] = [settingsOf(options), inputOf(options)];
  await requireSettings(found, name, settings, input);
  const { base, algorithm, signature } = found.sign(settings, input);
  print({ ...baseMembers(base), algorithm, signature });
  return 0;
}

export async function verifyCommand(name: string | undefined, options: RecipeOptions): Promise<number> {
  const found = recipeOf(name, options, ['verify']);
  const entry = provider(name ?? '');
  if (found.kind !== 'verify' || !entry) return 2;
  const [settings, input] = [settingsOf(options), inputOf(options)];
  await requireSettings(found, name, settings, input);
  const { valid, status, base, problem, expected, received } = await found.verify(settings, input);
  if (valid) {
    print({ valid, status, ...baseMembers(base) });
    return 0;
  }
  const explanation = await diagnose({
    provider: entry,
    trials: [{ settings: withDefaults(entry, settings), which: 'given' }],
    what: options.what ?? '',
    raw: input.raw ?? '',
    refusal: { message: problem ?? '', base: fromUtf8(signedBytes(base)), expected, received },
    masked: false,
  });
  print({ valid, status, ...baseMembers(base), ...explanation });
  return 1;
}

/** The given settings over the defaults of the schema, whether they are complete or not. */
function withDefaults(entry: Provider, settings: Record<string, unknown>): Record<string, unknown> {
  const defaults = Object.entries(entry.settings.entries).map(
    ([name, schema]) => [name, v.getDefault(schema)] as const,
  );
  return { ...Object.fromEntries(defaults.filter(([, value]) => value !== undefined)), ...settings };
}

/** The vector files below a directory, sorted: the project's own are called vectors.json, one a provider. */
function vectorFiles(directory: string, isVectorFile: (name: string) => boolean): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
    isVectorFile(basename(file)),
  );
}

export async function vectorsCommand(directory: string | undefined): Promise<number> {
  const files = directory
    ? vectorFiles(directory, (name) => name.endsWith('.json'))
    : vectorFiles(OWN_VECTORS, (name) => name === 'vectors.json');
  if (files.length === 0) throw new UsageError(`${directory} holds no vector files`);
  let failed = 0;
  console.log(`${'provider'.padEnd(14)}${'what'.padEnd(32)}${'passed'.padStart(8)}${'failed'.padStart(8)}`);
  for (const file of files.sort()) {
    for (const row of await checkFile(readJson(join(directory ?? OWN_VECTORS, file)) as VectorFile)) {
      const counts = `${String(row.passed).padStart(8)}${String(row.failures.length).padStart(8)}`;
      console.log(`${row.provider.padEnd(14)}${row.what.padEnd(32)}${counts}`);
      for (const failure of row.failures) console.log(`  ${failure}`);
      failed += row.failures.length;
    }
  }
  return failed === 0 ? 0 : 1;
}

/** The vector file of a provider, or of PolyBanking's dialect. */
function ownVectors(name: string): VectorFile {
  const known = vectorFiles(OWN_VECTORS, (file) => file === 'vectors.json');
  const found = known
    .map((file) => readJson(join(OWN_VECTORS, file)) as VectorFile)
    .find((file) => file.provider === name);
  if (!found) throw new UsageError(`there is no provider ${name || '(none given)'}`);
  return found;
}

export async function exampleCommand(name: string | undefined, { to = '.' }: RecipeOptions): Promise<number> {
  const found = await exampleOf(ownVectors(provider(name ?? '')?.id ?? name ?? ''), to);
  if (!found) throw new UsageError(`${name} signs nothing`);
  writeExample(found, to);
  for (const { name: file } of found.files) console.log(`wrote ${join(to, file)}`);
  console.log(`\n${found.commands.map((command) => `npx --no ${command}`).join('\n')}`);
  return 0;
}
