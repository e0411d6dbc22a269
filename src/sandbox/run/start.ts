/** `npm start`: the local Worker on http://localhost:8787 (PORT changes it), with its data under .wrangler/state. */
import { DEMO_KEYS } from '../demo.ts';
import { localServer } from './server.ts';

const port = Number(process.env.PORT ?? 8787);

async function main(): Promise<void> {
  const server = await localServer(port, { output: 'inherit' });
  const { origin } = server;
  console.log(`
countersign is running.

  Demo shop      ${origin}/shop
  Reference      ${origin}/docs
  Operator       ${origin}/v1/admin/accounts   Authorization: Bearer local-admin-token

  Demo keys      API key         ${DEMO_KEYS.apiKey}
                 webhook secret  ${DEMO_KEYS.webhookSecret}

  A payment:

    curl -s ${origin}/v1/payments \\
      -H 'Authorization: Bearer ${DEMO_KEYS.apiKey}' -H 'Content-Type: application/json' \\
      -d '{"reference":"order-1042","amount":1999,"currency":"EUR","provider":"paybox","customer":{"email":"jane@example.com"}}'
`);
  process.exitCode = await server.ended;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
