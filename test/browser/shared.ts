/**
 * One local server and one browser for all of these tests: to start them takes longer than most tests. Both may run already, on a machine that
 * is busy: `BROWSER_ORIGIN`, `BROWSER_ENDPOINT`.
 */
import { chromium } from 'playwright-core';
import { BROWSER_OPTIONS, testServer } from './server.ts';

const ends: (() => Promise<unknown>)[] = [];

/** Vitest calls it before the first file. */
export async function setup(): Promise<void> {
  if (!process.env.BROWSER_ORIGIN) {
    const server = await testServer();
    process.env.BROWSER_ORIGIN = server.origin;
    ends.push(() => server.stop());
  }
  if (!process.env.BROWSER_ENDPOINT) {
    const browser = await chromium.launchServer(BROWSER_OPTIONS);
    process.env.BROWSER_ENDPOINT = browser.wsEndpoint();
    ends.push(() => browser.close());
  }
}

/** And after the last. */
export async function teardown(): Promise<void> {
  for (const end of ends) await end();
}
