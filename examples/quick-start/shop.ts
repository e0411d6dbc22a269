import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Countersign, verifyReturn, verifyWebhook } from 'countersign/client';

const apiKey = process.env.COUNTERSIGN_API_KEY ?? '';
const secret = process.env.COUNTERSIGN_WEBHOOK_SECRET ?? '';
const countersign = new Countersign({ url: 'http://localhost:8787', apiKey });
const orders = new Map<string, { status: string; version: number }>(); // a database, in your shop

createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost:3000');
  const answer = (status: number, headers: Record<string, string> = {}, text = '') =>
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(text);
  try {
    if (pathname === '/order') {
      const reference = `order-${Date.now()}`;
      orders.set(reference, { status: 'open', version: 0 });
      const payment = await countersign.payments.create({ reference, amount: 1999, currency: 'EUR' });
      answer(303, { location: payment.checkoutUrl, 'x-payment': payment.id });
    } else if (pathname === '/webhook') {
      const message = { headers: request.headers, rawBody: await buffer(request) };
      const event = await verifyWebhook(message, secret, { dialect: 'standard' });
      const { reference, status, version } = event.data;
      const order = orders.get(reference);
      if (order && version > order.version) orders.set(reference, { status, version }); // here goods go out
      answer(204);
    } else if (pathname === '/back') {
      const { reference } = await verifyReturn(request.url ?? '', secret);
      answer(200, {}, `<h1>Thank you</h1><p>${reference}: ${orders.get(reference)?.status ?? 'open'}</p>`);
    } else if (pathname === '/orders') {
      answer(200, { 'content-type': 'application/json' }, JSON.stringify(Object.fromEntries(orders)));
    } else answer(200, {}, '<form method="post" action="/order"><button>Buy for 19.99 EUR</button></form>');
  } catch (error) {
    console.error(error);
    answer(401, {}, 'Refused');
  }
}).listen(3000);
