/** The command line: `countersign sign | verify | vectors | example | proof` (docs: README, docs/proof.md). */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import type { Json, Provider, RecipeInput } from '../providers/contract.ts';
import { diagnose } from '../providers/kit/diagnosis.ts';
import { provider, providers } from '../providers/registry.ts';
import { fromUtf8, hex } from '../signing/bytes.ts';
import { exampleOf, writeExample } from './example.ts';
import { checkProofFile, proofWords } from './proof.ts';
import { settingNames, settingsProblem } from './signing-settings.ts';
import { checkFile, recipesOf, type VectorFile } from './vectors.ts';

const USAGE = `countersign: sign and verify as the providers do

  countersign sign PROVIDER --what request-signature --settings s.json --fields f.json
  countersign verify PROVIDER --what notification-signature --settings s.json --raw body.txt | --fields f.json
  countersign vectors [DIR]        checks every vector file in DIR (default: the project's own)
  countersign example PROVIDER     writes files that sign and verify work with, and prints the commands [--to DIR]
  countersign proof FILE           checks the log of a payment offline, against an anchor that you have kept [--anchor FILE]
  countersign --help

PROVIDER: ${providers.map((entry) => entry.id).join(', ')}; sign also takes polybanking
s.json: the settings by the names of the provider's schema; f.json: [["NAME","value"], ...] or an object.
Exit code: 0 done, and valid; 1 not valid (of a proof: the first line that does not fit is named), or a vector failed; 2 called wrongly.
`;

class UsageError extends Error {}

/** Where the project's own vectors are, a folder a provider. */
const OWN_VECTORS = join(import.meta.dirname, '..', '..', 'test');

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The text of base bytes, or their digits where they are not UTF-8. */
function baseMembers(base: Uint8Array) {
  const text = fromUtf8(base);
  return text === null ? { base: null, base_hex: hex(base) } : { base: text };
}

interface Options {
  readonly what?: string | undefined;
  readonly settings?: string | undefined;
  readonly fields?: string | undefined;
  readonly raw?: string | undefined;
  readonly to?: string | undefined;
  readonly anchor?: string | undefined;
  readonly help?: boolean | undefined;
}

function recipeOf(name: string | undefined, options: Options, kinds: readonly string[]) {
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

function inputOf(options: Options): RecipeInput {
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

function settingsOf(options: Options): Record<string, unknown> {
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

async function sign(name: string | undefined, options: Options): Promise<number> {
  const found = recipeOf(name, options, ['sign']);
  if (found.kind !== 'sign') return 2;
  const [settings, input] = [settingsOf(options), inputOf(options)];
  await requireSettings(found, name, settings, input);
  const { base, algorithm, signature } = found.sign(settings, input);
  print({ ...baseMembers(base), algorithm, signature });
  return 0;
}

async function verify(name: string | undefined, options: Options): Promise<number> {
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
    refusal: { message: problem ?? '', base: fromUtf8(base), expected, received },
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

async function vectors(directory: string | undefined): Promise<number> {
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

async function example(name: string | undefined, { to = '.' }: Options): Promise<number> {
  const found = await exampleOf(ownVectors(provider(name ?? '')?.id ?? name ?? ''));
  if (!found) throw new UsageError(`${name} signs nothing`);
  writeExample(found, to);
  for (const { name: file } of found.files) console.log(`wrote ${join(to, file)}`);
  console.log(`\n${found.commands.map((command) => `npx ${command}`).join('\n')}`);
  return 0;
}

async function proof(file: string | undefined, { anchor }: Options): Promise<number> {
  if (file === undefined) throw new UsageError('name the file of the proof');
  const checked = await checkProofFile(readJson(file), anchor === undefined ? null : readJson(anchor));
  for (const line of proofWords(checked)) console.log(line);
  return checked.valid ? 0 : 1;
}

async function main(argv: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      what: { type: 'string' },
      settings: { type: 'string' },
      fields: { type: 'string' },
      raw: { type: 'string' },
      to: { type: 'string' },
      anchor: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, argument, ...more] = positionals;
  if (values.help || command === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (more.length > 0) throw new UsageError(`${more.join(' ')}: is not taken`);
  switch (command) {
    case 'sign':
      return sign(argument, values);
    case 'verify':
      return verify(argument, values);
    case 'vectors':
      return vectors(argument);
    case 'example':
      return example(argument, values);
    case 'proof':
      return proof(argument, values);
    default:
      throw new UsageError(command ? `there is no command ${command}` : '');
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    console.error(error instanceof UsageError ? `${message}\n\n${USAGE}`.trimStart() : message);
    process.exitCode = 2;
  },
);
