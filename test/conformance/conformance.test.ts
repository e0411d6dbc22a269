/** Runs the table of scenarios against COUNTERSIGN_URL, or against a local server of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_KEYS } from '../../src/sandbox/demo.ts';
import { disorder } from '../../src/sandbox/run/disorder.ts';
import { freePort } from '../../src/sandbox/run/port.ts';
import { type LocalServer, localServer } from '../../src/sandbox/run/server.ts';
import { Storefront } from '../../src/sandbox/run/storefront.ts';
import { type Deployment, SCENARIOS } from './scenarios.ts';

const state = mkdtempSync(join(tmpdir(), 'countersign-conformance-'));
let server: LocalServer | null = null;
let deployment: Deployment;
let counter = 0;

beforeAll(async () => {
  const given = process.env.COUNTERSIGN_URL;
  if (!given) server = await localServer(await freePort(), { output: 'ignore', state });
  const origin = given ?? server?.origin ?? '';
  deployment = {
    origin,
    shop: new Storefront(origin),
    reference: () => `conformance-${Date.now()}-${counter++}`,
    call: (method, path, body, headers = {}) =>
      fetch(origin + path, {
        method,
        headers: { authorization: `Bearer ${DEMO_KEYS.apiKey}`, ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
  };
});
afterAll(async () => {
  server?.stop();
  await server?.ended;
  rmSync(state, { recursive: true, force: true });
});

describe('from outside', () => {
  it.each(SCENARIOS.map((entry) => [entry.scenario, entry.source, entry] as const))(
    '%s (%s)',
    async (_, __, entry) => {
      await entry.run(deployment);
    },
  );

  it('a shopper without a browser pays at every bank, by the checkout and with letters that are not ASCII', async () => {
    for (const { id, currencies } of await deployment.shop.accounts()) {
      const payment = await deployment.shop.create({
        reference: deployment.reference(),
        amount: 1999,
        currency: currencies[0],
        account: id,
        description: 'Zwei Plätze <à deux> & mehr',
        customer: {
          email: 'jane@example.com',
          firstName: 'Zoé',
          lastName: 'Müller',
          address: { line1: '12 rue de la Paix', postalCode: '75002', city: 'Besançon', country: 'FR' },
        },
      });
      const answer = await deployment.call('POST', `/sandbox/payments/${payment.id}`, { decision: 'pay' });
      expect(answer.status, `${id}: ${await answer.text()}`).toBe(200);
      const after = await deployment.shop.until(
        () => deployment.shop.payment(payment.id),
        ({ status }) => status === 'paid',
      );
      expect(after.status, id).toBe('paid');
      const again = await deployment.call('POST', `/sandbox/payments/${payment.id}`, { decision: 'pay' });
      expect([id, again.status, await again.text()]).toEqual([
        id,
        409,
        expect.stringContaining('nothing is left to pay'),
      ]);
    }
  });

  it('disorder at every bank loses no money, counts none twice, and moves nothing unverified', async () => {
    const rows = await disorder(deployment.shop);
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.filter(({ problem }) => problem !== null)).toEqual([]);
  }, 600_000);
});
