/**
 * Every route of the document under /v1, with what nobody knows. Ruled out: a new route, or a new object in a body, that passes over what
 * its caller wrote.
 */
import { beforeAll, expect, it } from 'vitest';
import type { ApiDocument } from '../../src/http/reference/document.ts';
import {
  admin,
  CUSTOMER,
  makeAccount,
  makeShop,
  type Problem,
  request,
  type TestShop,
  unique,
} from '../support/harness.ts';

const UNKNOWN = 'nobodysName';

/** Objects that the examples of the document leave out, by the end of the path. */
const MORE: readonly (readonly [path: string, body: object])[] = [
  ['/v1/payments', { customer: CUSTOMER, returnUrl: {} }],
  ['/v1/admin/shops/:id', { returnUrl: {}, webhook: {}, keys: {}, rateLimit: { perMinute: 5 } }],
  ['/v1/admin/accounts/:id', { endpoints: {} }],
];

function withMore(path: string, example: unknown): unknown {
  const more = MORE.find(([one]) => one === path.replace('{id}', ':id'))?.[1];
  return more && typeof example === 'object' ? { ...example, ...more } : example;
}

/** Objects in which names are free, or settings of a provider, which are checked against its own. */
const FREE = /(?:^|\.)(?:providerFields|metadata|settings)$/;

let shop: TestShop;
let routes: readonly { readonly method: string; readonly path: string; readonly example: unknown }[];

beforeAll(async () => {
  const account = await makeAccount('paybox');
  shop = await makeShop([account]);
  const payment = (await shop.pay()).body.id;
  const email = `${unique()}@example.com`;
  const user = await admin<{ id: string }>('POST', '/users', { email, name: 'Somebody', role: 'view' });
  const named = (path: string, name: string): string => {
    if (name === 'kind') return 'apiKey';
    if (name === 'setting') return 'hmac_key';
    if (name === 'operation' || name === 'attempt') return '1';
    if (path.includes('/users/')) return user.body.id;
    if (path.includes('/payments/')) return payment;
    if (path.includes('/shops/')) return shop.id;
    return path.includes('/accounts/') ? account : 'paybox';
  };
  const document = await (await request('/openapi.json')).json<ApiDocument>();
  routes = Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { requestBody }]) => ({
        method: method.toUpperCase(),
        path: path.replace(/\{(\w+)\}/g, (_, name) => named(path, name)),
        example: withMore(path, requestBody?.content['application/json']?.example),
      })),
    );
  expect(routes.length).toBeGreaterThan(30);
});

async function answerOf(method: string, path: string, body?: unknown): Promise<readonly string[]> {
  const key = path.startsWith('/v1/admin') ? 'test-admin-token' : shop.apiKey;
  const response = await request(path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const { errors = [] } = await response.json<Problem>();
  return response.status === 400 ? errors.map(({ path: name }) => name) : [`status ${response.status}`];
}

/** A body with one unknown member more, in each of its objects. */
function* spoilt(value: unknown, path: readonly string[] = []): Generator<readonly [string, unknown]> {
  if (typeof value !== 'object' || value === null || FREE.test(path.join('.'))) return;
  if (!Array.isArray(value)) yield [[...path, UNKNOWN].join('.'), { ...value, [UNKNOWN]: 1 }];
  for (const [name, member] of Object.entries(value))
    for (const [where, worse] of spoilt(member, [...path, name]))
      yield [where, Array.isArray(value) ? value.with(Number(name), worse) : { ...value, [name]: worse }];
}

/** What is passed over, or refused by another name. */
async function passedOver(
  bodiesOf: (example: unknown) => Iterable<readonly [where: string, body: unknown]>,
  query = '',
): Promise<readonly string[]> {
  const wrong: string[] = [];
  let count = 0;
  for (const { method, path, example } of routes)
    for (const [where, body] of bodiesOf(example)) {
      count++;
      const named = await answerOf(method, path + query, body);
      if (!named.includes(where)) wrong.push(`${method} ${path} ${JSON.stringify(body)}: ${named}`);
    }
  expect(count).toBeGreaterThan(20);
  return wrong;
}

it('an unknown query parameter is passed over by no route', async () => {
  expect(await passedOver((example) => [[UNKNOWN, example]], `?${UNKNOWN}=1`)).toEqual([]);
});

it('an unknown member is passed over in no object of any body', async () => {
  expect(await passedOver(spoilt)).toEqual([]);
});

it('a list, a text and nothing are no body of any route that takes one', async () => {
  const none = (example: unknown) => [[], [example], 'text', null].map((body) => ['', body] as const);
  expect(await passedOver((example) => (example === undefined ? [] : none(example)))).toEqual([]);
});
