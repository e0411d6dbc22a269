/** The types of the client are made from the schemas: a schema that has changed without them fails here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientTypes } from '../../src/cli/client-types.ts';
import { ROOT } from './support.ts';

describe('src/client/types.ts', () => {
  it('is as `npm run client-types` writes it', () => {
    expect(readFileSync(join(ROOT, 'src/client/types.ts'), 'utf8')).toBe(clientTypes());
  });
});
