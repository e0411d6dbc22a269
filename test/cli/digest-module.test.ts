/** The module of WebAssembly that is kept beside the source that it is made of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestModule } from '../../src/build/wasm/digest-module.ts';
import { ROOT } from './support.ts';

it('digests.wasm is what its source makes, byte for byte (npm run build -- wasm)', () => {
  expect(Buffer.compare(readFileSync(join(ROOT, 'src/signing/digests.wasm')), digestModule())).toBe(0);
});
