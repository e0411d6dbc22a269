/** The client in a real browser: it does not start, in a page nor in a worker of one, and says why. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';

const ENTRY = join(import.meta.dirname, '../../src/client/index.ts');

/** A script that starts the client, and leaves what came of it in `outcome`. */
async function script(): Promise<string> {
  const contents = `import { Countersign } from ${JSON.stringify(ENTRY)};
    try { new Countersign({ url: 'https://pay.example.com', apiKey: 'a-key' }); globalThis.outcome = 'it started'; }
    catch (error) { globalThis.outcome = error.code + ': ' + error.message; }`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'iife',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

describe('the client in a browser', () => {
  it('does not start in a page, nor in a worker of it', async () => {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    });
    try {
      const page = await browser.newPage();
      const text = await script();
      await page.addScriptTag({ content: text });
      const inPage = (await page.evaluate('outcome')) as string;
      const inWorker = (await page.evaluate(
        `new Promise((resolve) => {
          const source = new Blob([${JSON.stringify(`${text};postMessage(outcome)`)}], { type: 'text/javascript' });
          new Worker(URL.createObjectURL(source)).onmessage = ({ data }) => resolve(data);
        })`,
      )) as string;
      for (const outcome of [inPage, inWorker]) expect(outcome).toMatch(/^browser: .*API key/);
    } finally {
      await browser.close();
    }
  });
});
