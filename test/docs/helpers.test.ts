/** The helpers in Python and PHP, by the vectors of the client's tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, ran } from './support.ts';

const text = readFileSync(join(import.meta.dirname, 'messages.json'), 'utf8');
const { vectors } = JSON.parse(text) as {
  vectors: readonly { readonly name: string; readonly valid: boolean }[];
};

describe.each([
  ['python3', 'test/docs/check.py', 'examples/python/countersign.py'],
  ['php', 'test/docs/check.php', 'examples/php/countersign.php'],
])('%s', (command, script, helper) => {
  it('takes what is genuine, and nothing else', async () => {
    const { status, stdout, stderr } = await ran(command, [script], { input: text });
    expect(status, stderr).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBe(vectors.length);
    expect(vectors.filter(({ valid }, at) => (lines[at] !== 'refused') !== valid)).toEqual([]);
  });

  it('is under 100 lines', () => {
    expect(readFileSync(join(ROOT, helper), 'utf8').trimEnd().split('\n').length).toBeLessThan(100);
  });
});
