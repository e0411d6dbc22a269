/** What an operator changes of a shop's webhook endpoints, and the signed sample that tries one. */
import { type Endpoint, EVERY_EVENT, FIRST_ENDPOINT } from '../directory/endpoints.ts';
import type { Actor, Shop, WebhookDialect } from '../directory/types.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import type { Minor } from '../payments/money.ts';
import type { PaymentView } from '../payments/types.ts';
import { hex } from '../signing/bytes.ts';
import { addressProblem } from '../webhooks/address.ts';
import type { DeliveryOutcome } from '../webhooks/deliver.ts';
import { withKeptExchange } from './exchange.ts';
import type { Service } from './service.ts';
import { putShop } from './shop-change.ts';
import { deliver, liveSecrets, messageFor } from './webhooks.ts';

/** Each endpoint of a shop takes a connection of the ledger that sends: the platform gives six. */
const MOST_ENDPOINTS = 5;

/** What an operator says of an endpoint; what is left out keeps its value. */
export interface EndpointChange {
  readonly url?: string | null | undefined;
  readonly dialect?: WebhookDialect | null | undefined;
  readonly events?: readonly string[] | null | undefined;
  readonly active?: boolean | null | undefined;
}

/**
 * An endpoint as it will be.
 * @throws Problem invalid_request
 */
function endpointInput(service: Service, change: EndpointChange, before: Endpoint | null) {
  const url = change.url ?? before?.url;
  if (url === undefined) throw invalidField('url', 'is missing: an https address');
  const problem = addressProblem(url, service.config);
  if (problem) throw invalidField('url', problem);
  return {
    url,
    dialect: change.dialect ?? before?.dialect ?? ('standard' as const),
    events: change.events ?? before?.events ?? [EVERY_EVENT],
    active: change.active ?? before?.active ?? true,
  };
}

/**
 * An endpoint that has to be there.
 * @throws Problem not_found
 */
export async function knownEndpoint(service: Service, shop: Shop, id: string): Promise<Endpoint> {
  const found = (await service.directory.endpoints.list(shop)).find((endpoint) => endpoint.id === id);
  if (!found) throw new Problem('not_found', `the shop ${shop.id} has no endpoint ${id}`);
  return found;
}

/**
 * Makes an endpoint.
 * @returns it with its secret, which nobody can read again.
 * @throws Problem invalid_request; invalid_state where the shop has as many as it may have.
 */
export async function createEndpoint(
  service: Service,
  shop: Shop,
  change: EndpointChange,
  by: Actor,
): Promise<Endpoint & { readonly secret: string }> {
  const { directory } = service;
  const input = endpointInput(service, change, null);
  const there = await directory.endpoints.list(shop);
  if (there.length >= MOST_ENDPOINTS)
    throw new Problem('invalid_state', `a shop has at most ${MOST_ENDPOINTS} endpoints`);
  const { id, secret } = await directory.endpoints.create(shop.id, input, by);
  directory.changed();
  return { ...(await knownEndpoint(service, shop, id)), secret };
}

/**
 * Changes an endpoint; of the first one the shop's `webhook` with it.
 * @throws Problem invalid_request
 */
export async function changeEndpoint(
  service: Service,
  shop: Shop,
  { id, change, by }: { readonly id: string; readonly change: EndpointChange; readonly by: Actor },
): Promise<Endpoint> {
  const { directory } = service;
  const before = await knownEndpoint(service, shop, id);
  const input = endpointInput(service, change, before);
  if (id === FIRST_ENDPOINT && (input.url !== before.url || input.dialect !== before.dialect)) {
    const webhook = { url: input.url, dialect: input.dialect };
    await putShop(service, shop.id, { webhook }, { before: shop, by });
  }
  await directory.endpoints.change(shop.id, before, input, by);
  directory.changed();
  const after = (await directory.shops.get(shop.id)) ?? shop;
  return knownEndpoint(service, after, id);
}

/** Deletes an endpoint. That of the shop's `webhook` ends with its address. */
export async function deleteEndpoint(service: Service, shop: Shop, id: string, by: Actor): Promise<void> {
  await knownEndpoint(service, shop, id);
  if (id === FIRST_ENDPOINT)
    await putShop(service, shop.id, { webhook: { url: null } }, { before: shop, by });
  await service.directory.endpoints.delete(shop.id, id, by);
  service.directory.changed();
}

/** A new secret of an endpoint: of the first one it is the key of the shop that signs its messages. */
export async function rotateEndpoint(
  service: Service,
  shop: Shop,
  { id, graceSeconds, by }: { readonly id: string; readonly graceSeconds: number; readonly by: Actor },
): Promise<Endpoint & { readonly secret: string }> {
  const { directory } = service;
  const endpoint = await knownEndpoint(service, shop, id);
  const kind = endpoint.dialect === 'polybanking' ? 'ipnKey' : 'webhookSecret';
  const secret =
    id === FIRST_ENDPOINT
      ? await directory.shops.rotate(shop.id, kind, graceSeconds, by)
      : await directory.endpoints.rotate(shop.id, id, graceSeconds, by);
  directory.changed();
  return { ...endpoint, secret };
}

/** The payment of a sample: no payment has this id, and it says that it is a test. */
function samplePayment(at: string): PaymentView {
  const [amount, none] = [100 as Minor, 0 as Minor];
  return {
    id: '0000000000000000' as PaymentId,
    version: 1,
    reference: 'sample',
    status: 'paid',
    amount,
    currency: 'EUR',
    account: 'sample',
    provider: 'dummy',
    test: true,
    amounts: { authorized: none, paid: amount, refunded: none },
    pendingReason: null,
    providerReference: null,
    providerStatus: null,
    providerStatusText: null,
    signed: true,
    declineReason: null,
    card: null,
    description: 'A sample of a webhook: nothing was paid',
    capture: 'automatic',
    extraData: null,
    customer: {},
    metadata: {},
    lineItems: [],
    method: null,
    installments: null,
    operations: [],
    expiresAt: null,
    paidAt: at,
    late: false,
    createdAt: at,
    updatedAt: at,
  };
}

/**
 * Sends a signed sample to an endpoint at once, whether or not it is active. It is never sent again.
 * @throws Problem not_found
 */
export async function testEndpoint(
  service: Service,
  shop: Shop,
  id: string,
): Promise<DeliveryOutcome & { readonly webhook: string }> {
  const targets = (await service.directory.endpointTargets(shop.id)) ?? [];
  const target = targets.find((one) => one.id === id);
  if (!target) throw new Problem('not_found', `the shop ${shop.id} has no endpoint ${id}`);
  const bytes = new Uint8Array(8);
  service.random(bytes);
  const now = service.now();
  const timestamp = new Date(now).toISOString();
  const webhook = `msg_sample_${hex(bytes)}`;
  const body = JSON.stringify({
    type: 'payment.paid',
    timestamp,
    sample: true,
    data: samplePayment(timestamp),
  });
  const outgoing = messageFor(shop.id, target, { id: webhook, body }, now);
  if (!outgoing) throw new Error('every dialect tells of a payment that is paid');
  const outcome = await deliver(service, outgoing, target.url);
  return { ...withKeptExchange(outcome, liveSecrets(target, service.now())), webhook };
}
