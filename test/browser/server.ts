/** The local server and the browser of a browser test: those of all tests (`shared.ts`), or of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { freePort } from '../../src/sandbox/run/port.ts';
import { localServer } from '../../src/sandbox/run/server.ts';

export interface TestServer {
  readonly origin: string;
  stop(): Promise<void>;
}

/** Where the server is that runs for all tests. */
export function runningOrigin(): string {
  const running = process.env.BROWSER_ORIGIN;
  if (running === undefined) throw new Error('no server was started for the tests: see shared.ts');
  return running;
}

export async function testServer(): Promise<TestServer> {
  const running = process.env.BROWSER_ORIGIN;
  if (running) return { origin: running, stop: async () => {} };
  const state = mkdtempSync(join(tmpdir(), 'countersign-browser-'));
  const server = await localServer(await freePort(), { output: 'ignore', state });
  return {
    origin: server.origin,
    stop: async () => {
      server.stop();
      await server.ended;
      rmSync(state, { recursive: true, force: true });
    },
  };
}

/** How the tests start Chromium. */
export const BROWSER_OPTIONS = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

export function testBrowser(): Promise<Browser> {
  const running = process.env.BROWSER_ENDPOINT;
  return running ? chromium.connect(running) : chromium.launch(BROWSER_OPTIONS);
}

/** Loads a page again until an element of it says something. */
export async function reloadedUntil(page: Page, selector: string, text: string): Promise<void> {
  for (let count = 0; count < 60; count++) {
    if (((await page.textContent(selector)) ?? '').includes(text)) return;
    await page.waitForTimeout(250);
    await page.reload();
  }
  throw new Error(`${page.url()} does not say ${text}`);
}
