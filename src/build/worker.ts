/** Bundles the Worker of production: small enough for the platform, without what only people read (bare.ts). */
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { bare } from './bare.ts';
import { withFlatSql } from './sql.ts';

/** The module of WebAssembly, which stays a file of its own: workerd compiles none at run time. */
const WASM = 'digests.wasm';

/**
 * Bundles `src/index.ts`.
 * @param root the project's folder.
 * @param target the file to write; its source map and the module of WebAssembly lie beside it.
 */
export async function bundleWorker(root: string, target: string): Promise<void> {
  const bundle = await rolldown({
    input: join(root, 'src/index.ts'),
    platform: 'browser',
    tsconfig: join(root, 'tsconfig.json'),
    external: [/^node:/, /^cloudflare:/],
    resolve: { conditionNames: ['workerd', 'worker', 'browser', 'import'] },
    transform: { target: 'es2024' },
    // A member that nobody uses is not read: no getter of ours or of a library does anything.
    treeshake: {
      propertyReadSideEffects: false,
      unknownGlobalSideEffects: false,
      // Made for the documents alone; what is bundled has no use for their results.
      manualPureFunctions: [
        'demoPayment',
        'operationExamples',
        'toldText',
        'toldTextOrNull',
        'toldNumber',
        'toldNumberOrNull',
      ],
    },
    optimization: { inlineConst: { mode: 'all', pass: 3 } },
    plugins: [
      {
        name: 'wasm',
        resolveId: {
          filter: { id: /\.wasm$/ },
          handler: () => ({ id: `./${WASM}`, external: true }),
        },
      },
      {
        name: 'bare',
        load: {
          filter: { id: /\/src\/.*\.tsx?$/ },
          handler: (path) => ({
            code: bare(path, withFlatSql(path, readFileSync(path, 'utf8'))),
            moduleType: path.endsWith('x') ? 'tsx' : 'ts',
          }),
        },
      },
    ],
  });
  await bundle.write({
    file: target,
    format: 'esm',
    codeSplitting: false,
    comments: false,
    sourcemap: true,
    minify: {
      compress: { target: 'es2024' },
      mangle: { toplevel: true },
      codegen: { removeWhitespace: true, legalComments: 'none' },
    },
  });
  await bundle.close();
  copyFileSync(join(root, 'src/signing', WASM), join(dirname(target), WASM));
}
