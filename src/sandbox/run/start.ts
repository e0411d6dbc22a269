/** `npm start`: the local Worker on http://localhost:8787 (PORT changes it), with its data under .wrangler/state. */
import { DEMO_KEYS } from '../demo.ts';
import { DEMO_OPERATORS } from '../demo-operator.ts';
import { freePort, portOf, requireFreePort } from './port.ts';
import { localServer } from './server.ts';

/** Where debuggers look first. */
const INSPECTOR_PORT = 9229;

async function main(): Promise<void> {
  const port = portOf(process.env.PORT);
  await requireFreePort(port, 'npm start');
  const server = await localServer(port, {
    output: 'inherit',
    inspectorPort: await freePort(INSPECTOR_PORT),
  });
  const { origin } = server;
  const [owner, second] = DEMO_OPERATORS;
  // Each start has a reference of its own: the same one again would be the payment of last time.
  const reference = `order-${Date.now().toString(36)}`;
  console.log(`
countersign is running.

  Demo shop      ${origin}/shop
  Console        ${origin}/console   ${owner.email} or ${second.email}, password ${owner.password}
  Docs           ${origin}/docs
  Operator       ${origin}/v1/admin/accounts   Authorization: Bearer local-admin-token

  Demo keys      API key         ${DEMO_KEYS.apiKey}
                 webhook secret  ${DEMO_KEYS.webhookSecret}

  Its data is in .wrangler/state; npm run reset forgets it. PORT takes another port.

  A payment:

    curl -s ${origin}/v1/payments \\
      -H 'Authorization: Bearer ${DEMO_KEYS.apiKey}' -H 'Content-Type: application/json' \\
      -d '{"reference":"${reference}","amount":1999,"currency":"EUR","provider":"paybox","customer":{"email":"jane@example.com"}}'
`);
  process.exitCode = await server.ended;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
