/** Files to try `countersign sign` and `verify` with: a published signature of a provider, and a message of its own. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recipesOf, type Vector, type VectorFile } from './vectors.ts';

type Published = Vector & { readonly provider: string };

/** A file of the example. */
interface ExampleFile {
  readonly name: string;
  readonly content: string;
}

export interface SignatureExample {
  readonly files: readonly ExampleFile[];
  /** To copy. */
  readonly commands: readonly string[];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Whether a published signature comes out right with the settings of both of two vectors. */
async function holdsWith(vector: Published, settings: Vector['settings']): Promise<boolean> {
  const recipe = recipesOf(vector.provider)?.[vector.what];
  const input = {
    ...(vector.fields !== undefined && { fields: vector.fields }),
    ...(typeof vector.raw === 'string' && { raw: vector.raw }),
  };
  if (recipe?.kind === 'sign') return recipe.sign(settings, input).signature === vector.signature;
  return recipe?.kind === 'verify' && (await recipe.verify(settings, input)).valid;
}

/** The good signatures of a file that a command can be called for. */
function valid(file: VectorFile, kind: 'sign' | 'verify'): readonly Published[] {
  const recipes = recipesOf(file.provider) ?? {};
  const published = file.vectors.map((vector) => ({ ...vector, provider: file.provider }));
  return published.filter(
    (vector) =>
      recipes[vector.what]?.kind === kind &&
      vector.valid &&
      Object.keys(vector.settings).length > 0 &&
      (typeof vector.raw === 'string' || vector.fields !== undefined),
  );
}

/** The file that a message is read from, and the option for it. What is signed are fields, where a vector has them beside its bytes. */
function messageOf(vector: Vector, name: string): { readonly file: ExampleFile; readonly option: string } {
  const isRaw = typeof vector.raw === 'string' && (name === 'body' || vector.fields === undefined);
  return isRaw
    ? { file: { name: `${name}.txt`, content: `${vector.raw}\n` }, option: '--raw' }
    : { file: { name: `${name}.json`, content: json(vector.fields) }, option: '--fields' };
}

/** Two signatures that come out right with one settings file; null: there are none. */
async function onePair(signed: readonly Published[], received: readonly Published[]) {
  for (const sign of signed) {
    for (const verify of received) {
      const settings = { ...sign.settings, ...verify.settings };
      if ((await holdsWith(sign, settings)) && (await holdsWith(verify, settings)))
        return [sign, verify] as const;
    }
  }
  return null;
}

/**
 * The example of a vector file; null where its provider signs nothing.
 * @param directory where its files will be: the commands name them there.
 */
export async function exampleOf(file: VectorFile, directory = '.'): Promise<SignatureExample | null> {
  const [signed, received] = [valid(file, 'sign'), valid(file, 'verify')];
  const pair = await onePair(signed, received);
  const [sign, verify] = pair ?? [signed[0], received[0]];
  if (!sign && !verify) return null;
  const at = (name: string) => join(directory, name);
  const files: ExampleFile[] = [];
  const commands: string[] = [];
  const isOne = pair !== null;
  if (isOne) files.push({ name: 's.json', content: json({ ...sign?.settings, ...verify?.settings }) });
  if (sign) {
    const message = messageOf(sign, 'f');
    if (!isOne) files.push({ name: 's.json', content: json(sign.settings) });
    files.push(message.file);
    commands.push(
      `countersign sign ${file.provider} --what ${sign.what} --settings ${at('s.json')} ${message.option} ${at(message.file.name)}`,
    );
  }
  if (verify) {
    const message = messageOf(verify, 'body');
    const settings = isOne || !sign ? 's.json' : 's-verify.json';
    if (!isOne) files.push({ name: settings, content: json(verify.settings) });
    files.push(message.file);
    commands.push(
      `countersign verify ${file.provider} --what ${verify.what} --settings ${at(settings)} ${message.option} ${at(message.file.name)}`,
    );
  }
  return { files, commands };
}

/**
 * Writes the files of an example.
 * @throws Error when one is there already with something else in it: it may be somebody's key.
 */
export function writeExample({ files }: SignatureExample, directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const { name, content } of files) {
    const path = join(directory, name);
    if (existsSync(path) && readFileSync(path, 'utf8') !== content)
      throw new Error(`${path} is there already: move it, or name another folder with --to`);
  }
  for (const { name, content } of files) writeFileSync(join(directory, name), content);
}
