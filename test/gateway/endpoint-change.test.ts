/**
 * What an operator changes of a shop's endpoints. The failures ruled out: the shop's own address forgotten because another endpoint was
 * deleted; a new secret that signs nothing; a change that the next webhook does not know; a sample that is taken for money.
 */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { FIRST_ENDPOINT } from '../../src/directory/endpoints.ts';
import { itself } from '../../src/directory/types.ts';
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  rotateEndpoint,
  testEndpoint,
} from '../../src/gateway/endpoint-change.ts';
import { knownShop, putShop, type ShopChange } from '../../src/gateway/shop-change.ts';
import { standardMessage } from '../../src/webhooks/standard.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { unique } from '../support/requests.ts';
import { problemOf, told, wrongField } from '../support/thrown.ts';

const service = serviceOf(env as unknown as Env);
const BY = itself('countersign');
const URL_OF_SHOP = 'https://hooks.shop-demo.com/first';
const OTHER_URL = 'https://hooks.shop-demo.com/other';

async function shopWith(webhook: ShopChange['webhook'] = { url: URL_OF_SHOP }) {
  const id = `shop-${unique()}`;
  const keys = await putShop(service, id, { webhook }, { before: null, by: BY });
  return { shop: await knownShop(service, id), keys };
}

/** Where the next webhook of a shop goes, as what sends it reads that. */
const targetsOf = async (shop: string) =>
  (await service.directory.endpointTargets(shop))?.map(({ id, url, dialect, secrets }) => ({
    id,
    url,
    dialect,
    secrets: secrets.map(({ value }) => value),
  }));

/** What the audit log has of a shop, the oldest first. */
const actionsOf = async (shop: string) =>
  (await service.directory.audit({ subject: shop, limit: 50, before: null, scope: { all: true } }))
    .map(({ action }) => action)
    .reverse();

describe('an endpoint of a shop', () => {
  it('is one of five at most, and the next webhook knows it at once', async () => {
    const { shop } = await shopWith();
    expect(await targetsOf(shop.id)).toHaveLength(1);
    const made = await createEndpoint(service, shop, { url: OTHER_URL }, BY);
    expect(made).toMatchObject({ url: OTHER_URL, dialect: 'standard', events: ['*'], active: true });
    expect(await targetsOf(shop.id)).toContainEqual({
      id: made.id,
      url: OTHER_URL,
      dialect: 'standard',
      secrets: [made.secret],
    });
    for (let count = 2; count < 5; count++)
      await createEndpoint(service, shop, { url: `${OTHER_URL}/${count}` }, BY);
    expect(await problemOf(() => createEndpoint(service, shop, { url: OTHER_URL }, BY))).toEqual(
      told('invalid_state', 'a shop has at most 5 endpoints'),
    );
    expect(await targetsOf(shop.id)).toHaveLength(5);
  });

  it('has an address on the public internet', async () => {
    const { shop } = await shopWith();
    expect(await problemOf(() => createEndpoint(service, shop, {}, BY))).toEqual(
      wrongField('url', 'is missing: an https address'),
    );
    expect(await problemOf(() => createEndpoint(service, shop, { url: 'https://10.0.0.1' }, BY))).toEqual(
      wrongField('url', 'must be on the public internet'),
    );
  });

  it('that is changed leaves the shop’s own as it is, and what is not said of it too', async () => {
    const { shop, keys } = await shopWith();
    const { id, secret } = await createEndpoint(
      service,
      shop,
      { url: OTHER_URL, events: ['payment.paid'] },
      BY,
    );
    const changed = await changeEndpoint(service, shop, {
      id,
      change: { url: `${OTHER_URL}/2`, active: false },
      by: BY,
    });
    expect(changed).toMatchObject({
      id,
      url: `${OTHER_URL}/2`,
      dialect: 'standard',
      events: ['payment.paid'],
      active: false,
    });
    expect(await targetsOf(shop.id)).toEqual([
      { id: FIRST_ENDPOINT, url: URL_OF_SHOP, dialect: 'standard', secrets: [keys.webhookSecret] },
      { id, url: `${OTHER_URL}/2`, dialect: 'standard', secrets: [secret] },
    ]);
    expect(await actionsOf(shop.id)).toEqual(['shop.created', 'endpoint.created', 'endpoint.updated']);
  });

  it('that is deleted leaves the shop’s own, and takes nothing any more', async () => {
    const { shop } = await shopWith();
    const { id } = await createEndpoint(service, shop, { url: OTHER_URL }, BY);
    expect(await targetsOf(shop.id)).toHaveLength(2);
    await deleteEndpoint(service, shop, id, BY);
    expect((await targetsOf(shop.id))?.map(({ url }) => url)).toEqual([URL_OF_SHOP]);
    expect(await problemOf(() => deleteEndpoint(service, shop, id, BY))).toEqual(
      told('not_found', `the shop ${shop.id} has no endpoint ${id}`),
    );
  });

  it('has a secret of its own, and a new one signs at once beside the one before', async () => {
    const { shop } = await shopWith();
    const { id, secret } = await createEndpoint(service, shop, { url: OTHER_URL }, BY);
    expect(await targetsOf(shop.id)).toHaveLength(2);
    const rotated = await rotateEndpoint(service, shop, { id, graceSeconds: 60, by: BY });
    expect(rotated).toMatchObject({ id, url: OTHER_URL });
    expect((await targetsOf(shop.id))?.[1]?.secrets).toEqual([rotated.secret, secret]);
  });
});

describe('the endpoint that is the shop’s own address', () => {
  const change = (
    shop: Awaited<ReturnType<typeof shopWith>>['shop'],
    body: Parameters<typeof changeEndpoint>[2]['change'],
  ) => changeEndpoint(service, shop, { id: FIRST_ENDPOINT, change: body, by: BY });

  it('changes with it: its address, and its dialect alone too', async () => {
    const { shop } = await shopWith({ url: URL_OF_SHOP, newPayments: true });
    expect(await change(shop, { url: OTHER_URL })).toMatchObject({ url: OTHER_URL, dialect: 'standard' });
    const moved = await knownShop(service, shop.id);
    expect(moved.webhook).toEqual({ url: OTHER_URL, dialect: 'standard', newPayments: true });
    expect(await change(moved, { dialect: 'polybanking' })).toMatchObject({
      url: OTHER_URL,
      dialect: 'polybanking',
    });
    expect((await knownShop(service, shop.id)).webhook).toEqual({
      url: OTHER_URL,
      dialect: 'polybanking',
      newPayments: true,
    });
  });

  it('does not change the shop where only its events are said', async () => {
    const { shop } = await shopWith();
    expect(await change(shop, { events: ['payment.paid'] })).toMatchObject({
      url: URL_OF_SHOP,
      events: ['payment.paid'],
    });
    expect(await actionsOf(shop.id)).toEqual(['shop.created', 'endpoint.updated']);
  });

  it('is deleted with its address', async () => {
    const { shop } = await shopWith({ url: URL_OF_SHOP, newPayments: true });
    await deleteEndpoint(service, shop, FIRST_ENDPOINT, BY);
    expect((await knownShop(service, shop.id)).webhook).toEqual({
      url: null,
      dialect: 'standard',
      newPayments: true,
    });
    expect(await targetsOf(shop.id)).toEqual([]);
  });

  it.each(['standard', 'polybanking'] as const)(
    'has a new secret that signs its messages in its dialect at once: %s',
    async (dialect) => {
      const { shop, keys } = await shopWith({ url: URL_OF_SHOP, dialect });
      const before = dialect === 'standard' ? keys.webhookSecret : keys.ipnKey;
      expect((await targetsOf(shop.id))?.[0]?.secrets).toEqual([before]);
      const { secret } = await rotateEndpoint(service, shop, {
        id: FIRST_ENDPOINT,
        graceSeconds: 60,
        by: BY,
      });
      expect((await targetsOf(shop.id))?.[0]?.secrets).toEqual([secret, before]);
    },
  );
});

describe('a sample', () => {
  const AT = Date.UTC(2026, 10, 27, 10);
  const TIME = '2026-11-27T10:00:00.000Z';

  it('is signed as a webhook is, says of itself that it is a sample and a test, and is masked where it is shown', async () => {
    const { shop, keys } = await shopWith();
    const sent: Request[] = [];
    const fetcher: typeof fetch = async (input, init) => {
      const request = new Request(input as RequestInfo, init);
      if (request.url.startsWith('https://cloudflare-dns.com/'))
        return Response.json({ Status: 0, Answer: [{ data: '198.41.0.4', TTL: 300 }] });
      sent.push(request);
      return new Response(`thanks, ${keys.webhookSecret}`);
    };
    const random = (bytes: Uint8Array) => void bytes.set([0, 1, 2, 3, 252, 253, 254, 255]);
    const outcome = await testEndpoint(
      { ...service, fetch: fetcher, random, now: () => AT },
      shop,
      FIRST_ENDPOINT,
    );
    const webhook = 'msg_sample_00010203fcfdfeff';
    const none = { authorized: 0, paid: 100, refunded: 0 };
    const data = {
      ...{
        id: '0000000000000000',
        version: 1,
        reference: 'sample',
        status: 'paid',
        amount: 100,
        currency: 'EUR',
      },
      ...{ account: 'sample', provider: 'dummy', test: true, amounts: none, pendingReason: null },
      ...{
        providerReference: null,
        providerStatus: null,
        providerStatusText: null,
        signed: true,
        declineReason: null,
      },
      ...{
        card: null,
        description: 'A sample of a webhook: nothing was paid',
        capture: 'automatic',
        extraData: null,
      },
      ...{ customer: {}, metadata: {}, lineItems: [], method: null, installments: null, operations: [] },
      ...{ expiresAt: null, paidAt: TIME, late: false, createdAt: TIME, updatedAt: TIME },
    };
    const [request] = sent;
    const body = (await request?.text()) ?? '';
    expect(JSON.parse(body)).toEqual({ type: 'payment.paid', timestamp: TIME, sample: true, data });
    const { headers } = standardMessage(webhook, AT, body, [keys.webhookSecret ?? '']);
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject(headers);
    expect(outcome).toMatchObject({ result: 'delivered', status: 200, error: null, durationMs: 0, webhook });
    expect(outcome.exchange?.answer).toMatch(/^thanks, /);
    expect(outcome.exchange?.answer).not.toContain(keys.webhookSecret?.slice('whsec_'.length));
    expect(sent).toHaveLength(1);
  });

  it('goes to no endpoint that the shop does not have', async () => {
    const { shop } = await shopWith({ url: null });
    expect(await problemOf(() => testEndpoint(service, shop, FIRST_ENDPOINT))).toEqual(
      told('not_found', `the shop ${shop.id} has no endpoint first`),
    );
  });
});
