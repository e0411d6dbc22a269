/**
 * Uses every export of the installed package, in whatever runtime runs it: the address and the keys of a running local service stand in
 * input.mjs beside it, as no runtime asks for a permission to import it. Prints one line of JSON.
 */
import { Countersign, CountersignError, verifyReturn, verifyWebhook } from 'countersign/client';
import { base64, charset, digests, hex, hmacOf, utf8 } from 'countersign/signing';
import { signIpn, signReturnUrl, signWebhook, testPayment } from 'countersign/testing';
import { input } from './input.mjs';

const { origin, apiKey, accounts } = input;
const SECRET = 'whsec_ZGVtby1zaG9wLXdlYmhvb2stc2VjcmV0LTAx';

function require(holds, what) {
  if (!holds) throw new Error(`${what} does not hold`);
}

async function codeOf(work) {
  const error = await work.then(
    () => null,
    (thrown) => thrown,
  );
  return error?.code ?? error?.reason ?? String(error);
}

async function clientWorks() {
  const client = new Countersign({ url: origin, apiKey });
  const { payments } = client;
  const order = {
    reference: `runtime-${crypto.randomUUID()}`,
    amount: 1999,
    currency: 'EUR',
    provider: 'sips2',
    customer: { email: 'jane@example.com' },
  };
  const payment = await payments.create(order);
  require((await payments.create(order)).id === payment.id, 'a create is repeated');
  const conflict = await payments.create({ ...order, amount: 1 }).catch((error) => error);
  require(conflict instanceof CountersignError && conflict.payment === payment.id, 'a conflict is told');
  const paid = await fetch(`${origin}/sandbox/payments/${payment.id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"decision":"pay"}',
  });
  require(paid.ok, 'the bank pays');
  require((await payments.get(payment.id)).status === 'paid', 'it is paid');
  require((await payments.find(order.reference)).id === payment.id, 'it is found');
  const refund = () => payments.refund(payment.id, { amount: 500, operationId: 'return-1' });
  const [one, two] = await Promise.all([refund(), refund()]);
  require(one.amounts.refunded === 500 && two.amounts.refunded === 500, 'a refund is made once');
  let listed = 0;
  for await (const { id } of payments.list({ limit: 1 })) if (++listed === 2 || id === undefined) break;
  require(listed > 0, 'payments are listed');
  require((await client.accounts({ currency: 'EUR' })).length > 0, 'accounts are listed');
  const late = new Countersign({ url: 'http://127.0.0.1:1', apiKey, retries: 0 }).payments.refund(payment.id);
  const error = await late.catch((thrown) => thrown);
  require(error.code === 'unreachable' && error.idempotencyKey, 'nobody answers');
}

async function messagesWork() {
  const { headers, body } = await signWebhook({ data: testPayment({ reference: 'Zoë' }) }, SECRET);
  const request = new Request('https://shop.example/', { method: 'POST', headers, body });
  const event = await verifyWebhook(request, SECRET);
  require(event.data.reference === 'Zoë', 'a webhook is read');
  require((await codeOf(verifyWebhook(request, SECRET))) === 'body_parsed', 'a body is read once');
  const changed = verifyWebhook({ headers, rawBody: `${body} ` }, SECRET);
  require((await codeOf(changed)) === 'signature_mismatch', 'a changed webhook is refused');
  const ipn = await signIpn(
    {
      config: 'a',
      reference: 'b',
      postfinance_status: '9',
      postfinance_status_good: true,
      last_update: '2026-01-01 00:00:00+00:00',
      test: true,
    },
    'key',
  );
  require((await verifyWebhook({ headers: ipn.headers, rawBody: ipn.body }, 'key')).data
    .test, 'an IPN is read');
  const address = await signReturnUrl(
    'https://shop.example/thanks',
    { payment: '7ZK0M3Q9T2V8XW4B', reference: 'a.b', status: 'paid' },
    SECRET,
  );
  require((await verifyReturn(address, SECRET)).reference === 'a.b', 'a return is read');
  require((await codeOf(verifyReturn(address.replace('paid', 'denied'), SECRET))) ===
    'signature_mismatch', 'and no other');
}

function signingWorks() {
  // RFC 4231, test case 2.
  const mac = hex(hmacOf('sha256', utf8('Jefe'), utf8('what do ya want for nothing?')));
  require(mac === '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'HMAC-SHA-256');
  require(base64(digests.sha512(utf8('abc'))).startsWith('3a81oZNherrMQXNJriBB'), 'SHA-512');
  require(hex(charset('windows-1251').encode('Я')) === 'df', 'windows-1251');
}

async function providersWork() {
  const kinds = [];
  let count = 0;
  const daily = async () => count++;
  for (const [id, { settings, currency }] of Object.entries(accounts)) {
    const { provider, newOrder, Problem, Refusal } = await import(`countersign/providers/${id}`);
    require(provider.id === id, id);
    const endpoints = { page: origin, api: origin };
    const account = provider.account({ id: `${id}-sandbox`, environment: 'sandbox', endpoints, settings });
    let problem = null;
    try {
      provider.account({ environment: 'sandbox', settings: { ...settings, nobody_has_this: 1 } });
    } catch (error) {
      problem = error;
    }
    require(problem instanceof Problem &&
      problem.errors[0].path === 'nobody_has_this', `${id}: settings are checked`);
    const started = await provider.start(
      account,
      {
        order: newOrder(),
        reference: 'order-1042',
        amount: 1999,
        currency,
        description: 'Two tickets',
        customer: {
          email: 'jane@example.com',
          firstName: 'Jane',
          lastName: 'Doe',
          phone: '+33600000000',
          address: { line1: '12 rue de la Paix', postalCode: '75002', city: 'Paris', country: 'FR' },
        },
        callbackUrl: `${origin}/callback/${id}-sandbox`,
        backUrl: `${origin}/return/${id}-sandbox/X`,
        ip: '203.0.113.9',
      },
      { daily },
    );
    kinds.push(started.redirect.kind);
    const nonsense = {
      method: 'POST',
      url: '/callback',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      rawBody: 'a=1&b=2',
    };
    const refused = await provider.verify(account, nonsense, 'notification', { attemptOf: () => null }).then(
      ({ standing }) => standing,
      (error) => (error instanceof Refusal ? 'refused' : String(error)),
    );
    require(['refused', 'unknown', 'nothing'].includes(
      refused,
    ), `${id}: nonsense is ${refused}, and so it proves nothing: that`);
  }
  return kinds.length;
}

await clientWorks();
await messagesWork();
signingWorks();
const providers = await providersWork();
console.log(JSON.stringify({ ok: true, providers }));
