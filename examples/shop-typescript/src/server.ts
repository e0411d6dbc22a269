/** The shop on Node, with nothing but hono: `npm start`. On Deno, Bun and Workers `createShop(...).fetch` is all there is to serve. */
import { createServer } from 'node:http';
import { ordersInMemory } from './orders.ts';
import { createShop } from './shop.tsx';

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
}

const port = Number(process.env.PORT ?? 3000);
const origin = process.env.SHOP_URL ?? `http://localhost:${port}`;
const shop = createShop({
  countersign: {
    url: process.env.COUNTERSIGN_URL ?? 'http://localhost:8787',
    apiKey: required('COUNTERSIGN_API_KEY'),
    webhookSecret: required('COUNTERSIGN_WEBHOOK_SECRET'),
  },
  orders: ordersInMemory(),
  origin,
  keeperPassword: required('KEEPER_PASSWORD'),
});

createServer(async (incoming, outgoing) => {
  const body: Buffer[] = [];
  for await (const chunk of incoming) body.push(chunk as Buffer);
  const method = incoming.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const headers = Object.entries(incoming.headers).map(
    ([name, value]) => [name, String(value)] as [string, string],
  );
  const answer = await shop.fetch(
    new Request(new URL(incoming.url ?? '/', origin), {
      method,
      headers,
      ...(hasBody && { body: Buffer.concat(body) }),
    }),
  );
  outgoing.writeHead(answer.status, [...answer.headers].flat());
  outgoing.end(Buffer.from(await answer.arrayBuffer()));
}).listen(port, () => console.log(`The shop is at ${origin}`));
