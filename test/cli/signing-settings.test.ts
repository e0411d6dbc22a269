/** Settings on the command line: what is refused before something is signed with nothing, and what may not be. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleOf } from '../../src/cli/example.ts';
import { settingNames, settingsProblem } from '../../src/cli/signing-settings.ts';
import { recipesOf, type Vector, type VectorFile } from '../../src/cli/vectors.ts';
import { provider } from '../../src/providers/registry.ts';
import { ROOT, run } from './support.ts';

const FILES = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('vectors.json'))
  .map((path) => JSON.parse(readFileSync(join(ROOT, 'test', path), 'utf8')) as VectorFile);

function problemOf(file: VectorFile, vector: Vector, settings: object) {
  const recipe = recipesOf(file.provider)?.[vector.what];
  if (recipe?.kind !== 'sign' && recipe?.kind !== 'verify') return Promise.resolve(null);
  const input = {
    ...(vector.fields !== undefined && { fields: vector.fields }),
    ...(typeof vector.raw === 'string' && { raw: vector.raw }),
  };
  return settingsProblem(recipe, settingNames(provider(file.provider)), { ...settings }, input);
}

describe.each(FILES.map((file) => [file.provider, file] as const))('the settings of %s', (_name, file) => {
  it('are taken as its vectors have them', async () => {
    for (const vector of file.vectors)
      expect(await problemOf(file, vector, vector.settings), vector.name).toBeNull();
  });

  it('are not taken without the key: nothing is signed with an empty one', async () => {
    const { secrets } = settingNames(provider(file.provider));
    let tried = 0;
    for (const vector of file.vectors) {
      const used = secrets.filter((name) => vector.settings[name] !== undefined);
      const recipe = recipesOf(file.provider)?.[vector.what];
      if (recipe?.kind !== 'sign' || used.length === 0) continue;
      for (const value of [undefined, '', null]) {
        const settings = Object.fromEntries(
          Object.entries(vector.settings).map(([name, given]) => [name, used.includes(name) ? value : given]),
        );
        const problem = await problemOf(file, vector, settings);
        // Some recipes of a contract take none of its keys.
        if (problem === null) continue;
        expect(problem, vector.name).toContain('lack the key');
        tried += 1;
      }
    }
    const signs = file.vectors.some(({ what }) => recipesOf(file.provider)?.[what]?.kind === 'sign');
    if (signs && secrets.length > 0) expect(tried).toBeGreaterThan(0);
  });

  it('are not taken with a key in a form that counts as an empty one', async () => {
    for (const vector of file.vectors) {
      const recipe = recipesOf(file.provider)?.[vector.what];
      if (recipe?.kind !== 'sign') continue;
      const input = {
        ...(vector.fields !== undefined && { fields: vector.fields }),
        ...(typeof vector.raw === 'string' && { raw: vector.raw }),
      };
      for (const name of settingNames(provider(file.provider)).secrets) {
        if (typeof vector.settings[name] !== 'string') continue;
        const signedWith = (key: string) => {
          try {
            return recipe.sign({ ...vector.settings, [name]: key }, input).signature;
          } catch {
            return null;
          }
        };
        const empty = signedWith('');
        if (empty === null || signedWith('zz') !== empty || signedWith('ab'.repeat(32)) === empty) continue;
        const problem = await problemOf(file, vector, { ...vector.settings, [name]: 'zz' });
        expect(problem, vector.name).toContain('has the wrong form for a key');
      }
    }
  });

  it('are not taken with a name that nobody reads', async () => {
    for (const vector of file.vectors.slice(0, 5)) {
      const recipe = recipesOf(file.provider)?.[vector.what];
      if (recipe?.kind !== 'sign' && recipe?.kind !== 'verify') continue;
      const problem = await problemOf(file, vector, { ...vector.settings, nobody_reads_this: 'x' });
      expect(problem, vector.name).toContain('nobody_reads_this');
    }
  });

  it('and a message stand in an example', async () => {
    const example = await exampleOf(file);
    const signs = file.vectors.some(({ what }) =>
      ['sign', 'verify'].includes(recipesOf(file.provider)?.[what]?.kind ?? ''),
    );
    expect(example === null).toBe(!signs);
    for (const { content } of example?.files ?? []) expect(content).not.toContain('undefined');
  });
});

/** A process each: of every form of example one. */
it.each(['paybox', 'sips2', 'tpay', 'polybanking'])(
  'the example of %s has commands that work',
  async (name) => {
    const file = FILES.find(({ provider: id }) => id === name);
    const example = file && (await exampleOf(file));
    const directory = mkdtempSync(join(tmpdir(), 'countersign-example-'));
    for (const one of example?.files ?? []) writeFileSync(join(directory, one.name), one.content);
    expect(example?.commands.length).toBeGreaterThan(0);
    for (const command of example?.commands ?? []) {
      const args = command.split(' ').slice(1);
      const inFolder = args.map((arg) => (/\.(?:json|txt)$/.test(arg) ? join(directory, arg) : arg));
      const result = run(process.execPath, ['src/cli/countersign.js', ...inFolder]);
      expect(result.status, `${command}\n${result.stderr}`).toBe(0);
      // What is signed is the message, not nothing.
      if (args[0] !== 'sign') continue;
      const { signature } = JSON.parse(result.stdout) as { signature: string };
      expect(file?.vectors.map((vector) => vector.signature)).toContain(signature);
    }
  },
);
