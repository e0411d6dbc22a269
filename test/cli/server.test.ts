/** The commands that need a running server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, localServer } from '../../src/sandbox/run/server.ts';
import { Storefront } from '../../src/sandbox/run/storefront.ts';
import { run } from './support.ts';

let server: LocalServer;
const state = mkdtempSync(join(tmpdir(), 'countersign-server-'));

beforeAll(async () => {
  server = await localServer(8919, { output: 'ignore', state });
});
afterAll(async () => {
  server?.stop();
  await server?.ended;
  rmSync(state, { recursive: true, force: true });
});

describe('the local server', () => {
  it('takes local webhook addresses, keeps its data, and serves the document', async () => {
    const shop = new Storefront(server.origin);
    const payment = await shop.create({ reference: 'kept', amount: 1, currency: 'EUR', provider: 'ogone' });
    expect(payment.checkoutUrl).toBe(`${server.origin}/pay/${payment.id}`);
    const document = (await (await fetch(`${server.origin}/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(document.paths)).toContain('/v1/payments/{id}/events');
  });
});

describe('the reference page', () => {
  it('has calls that work, from top to bottom', async () => {
    const page = await (await fetch(`${server.origin}/docs`)).text();
    const calls = [...page.matchAll(/<pre class="curl">([^<]*)<\/pre>/g)].map(([, call = '']) =>
      call
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&')
        .trim(),
    );
    expect(calls.length).toBeGreaterThan(20);
    const script = calls
      .map((call) => `${call} || { echo FAILED: '${call.replaceAll("'", '')}'; exit 1; }`)
      .join('\n');
    const { status, stdout, stderr } = run('bash', ['-c', script]);
    expect(status, stdout.slice(-500) + stderr).toBe(0);
  });
});

describe('the rebuild', () => {
  it('goes over every payment that the copy knows', async () => {
    const environment = { ADMIN_TOKEN: 'local-admin-token' };
    const shop = new Storefront(server.origin);
    await shop.create({ reference: 'another', amount: 1, currency: 'EUR', provider: 'ogone' });
    const count = () => run('npm', ['run', '-s', 'rebuild', '--', server.origin], environment);
    const { stdout, status } = await shop.until(
      async () => count(),
      ({ stdout: text }) => text.includes('3 payments'),
    );
    expect(stdout).toContain('3 payments queued, 0 objects without one');
    expect(status).toBe(0);
    expect(run('npm', ['run', '-s', 'rebuild', '--', server.origin], { ADMIN_TOKEN: 'x' }).status).toBe(1);
    expect(run('npm', ['run', '-s', 'rebuild']).stderr).toContain('usage');
  });
});
