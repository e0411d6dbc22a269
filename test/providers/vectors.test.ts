/** Every vectors.json of the project, in workerd as in the command line. */
import { describe, expect, it } from 'vitest';
import { checkFile, checkVector, type Vector, type VectorFile } from '../../src/cli/vectors.ts';
import { providers } from '../../src/providers/registry.ts';

const files = Object.entries(
  import.meta.glob<VectorFile>('../**/vectors.json', { eager: true, import: 'default' }),
).map(([path, file]) => [path.split('/').at(-2), file] as const);

describe.each(files)('%s', (name, file) => {
  it('has vectors', () => {
    expect(file.vectors.length, `test/providers/${name}/vectors.json: fill in vectors`).toBeGreaterThan(0);
  });

  it.each(file.vectors.map((vector) => [vector.what, vector.name, vector] as const))(
    '%s: %s',
    async (_what, _case, vector) => {
      expect(await checkVector(file.provider, vector)).toBeNull();
    },
  );
});

describe('the vectors', () => {
  it('cover every recipe of every provider', () => {
    for (const { id, signatures } of providers) {
      const covered = new Set(
        files.find(([, file]) => file.provider === id)?.[1].vectors.map(({ what }) => what),
      );
      for (const [what, recipe] of Object.entries(signatures)) {
        // The white label shares its recipes, and its vectors are a choice of them.
        if (id !== 'postfinance' && recipe.kind !== 'verify') expect(covered, id).toContain(what);
      }
      expect(covered.size).toBeGreaterThan(0);
    }
  });

  const [sample] = files.find(([, { provider }]) => provider === 'paybox')?.[1].vectors ?? [];
  const spoilt = async (changes: Partial<Vector>) => {
    const [row] = await checkFile({ provider: 'paybox', vectors: [{ ...(sample as Vector), ...changes }] });
    return row?.failures.length;
  };

  it('fail when anything is off, and when the kind is not known', async () => {
    expect(await spoilt({})).toBe(0);
    expect(await spoilt({ signature: 'F'.repeat(128) })).toBe(1);
    expect(await spoilt({ base: 'other' })).toBe(1);
    expect(await spoilt({ valid: false })).toBe(1);
    expect(await spoilt({ what: 'handshake' })).toBe(1);
    const [row] = await checkFile({ provider: 'nobody', vectors: [sample as Vector] });
    expect(row?.failures[0]).toContain('no recipe');
  });
});
