/** Webhooks on their way out: which endpoints want a message, and one try at one of them. */
import { type EndpointTarget, EVERY_EVENT } from '../directory/endpoints.ts';
import type { WebhookOutcome } from '../ledger/ports.ts';
import { FEEDBACK } from '../payments/types.ts';
import { type DeliveryOutcome, deliverWebhook, type OutgoingMessage } from '../webhooks/deliver.ts';
import { polybankingMessage } from '../webhooks/polybanking.ts';
import { standardMessage } from '../webhooks/standard.ts';
import { withKeptExchange } from './exchange.ts';
import type { Service } from './service.ts';

const UNWANTED: WebhookOutcome = { result: 'unwanted', status: null, error: null, durationMs: 0 };

/** A message as the ledger has queued it. */
interface Message {
  readonly id: string;
  readonly body: string;
}

/** The secrets of an endpoint that are live, the newest first. */
export function liveSecrets({ secrets }: EndpointTarget, now: number): string[] {
  return secrets.filter(({ notAfter }) => notAfter === null || notAfter > now).map(({ value }) => value);
}

/** A message in the dialect of an endpoint; null: the dialect has no such message. */
export function messageFor(
  shop: string,
  target: EndpointTarget,
  message: Message,
  now: number,
): OutgoingMessage | null {
  const secrets = liveSecrets(target, now);
  if (target.dialect === 'polybanking') return polybankingMessage(shop, message.body, secrets[0] ?? '');
  return typeOf(message.body) === FEEDBACK ? null : standardMessage(message.id, now, message.body, secrets);
}

function typeOf(body: string): string {
  return (JSON.parse(body) as { readonly type: string }).type;
}

function wants({ active, events, dialect }: EndpointTarget, type: string): boolean {
  if (!active || (type === FEEDBACK && dialect !== 'polybanking')) return false;
  return events.includes(EVERY_EVENT) || events.includes(type);
}

/** The ids of the shop's endpoints that want a message now. */
export async function webhookEndpoints(service: Service, shop: string, body: string): Promise<string[]> {
  const targets = (await service.directory.endpointTargets(shop)) ?? [];
  const type = typeOf(body);
  return targets.filter((target) => wants(target, type)).map(({ id }) => id);
}

/** One try at an address, with the checks that every address of others gets. */
export function deliver(service: Service, outgoing: OutgoingMessage, url: string): Promise<DeliveryOutcome> {
  return deliverWebhook(outgoing, url, {
    fetch: service.fetch,
    now: service.now,
    rules: service.config,
    isPrivate: (host) => service.names.isPrivate(host, service.fetch),
  });
}

/** Sends a message to an endpoint as it is configured now, and notes whether the endpoint works. */
export async function sendWebhook(
  service: Service,
  shop: string,
  endpoint: string,
  message: Message,
): Promise<WebhookOutcome> {
  const targets = (await service.directory.endpointTargets(shop)) ?? [];
  const target = targets.find(({ id }) => id === endpoint);
  if (!target) return UNWANTED;
  if (!target.active)
    return target.switchedOffAt === null
      ? UNWANTED
      : { ...UNWANTED, result: 'gone', error: 'the endpoint is switched off: it took nothing for five days' };
  const outgoing = messageFor(shop, target, message, service.now());
  if (!outgoing) return UNWANTED;
  const outcome = await deliver(service, outgoing, target.url);
  await noted(service, shop, target, outcome.result === 'delivered');
  return withKeptExchange(outcome, liveSecrets(target, service.now()));
}

/** Notes whether an endpoint works, where that is news. What cannot be noted keeps no message from its retries. */
async function noted(
  service: Service,
  shop: string,
  target: EndpointTarget,
  isTaken: boolean,
): Promise<void> {
  try {
    if (isTaken) await service.directory.endpointWorks(shop, target);
    else if (await service.directory.endpointFails(shop, target))
      console.error({ event: 'endpoint.switched_off', shop, endpoint: target.id });
  } catch (error) {
    console.error({ event: 'endpoint.not_noted', shop, endpoint: target.id, error: String(error) });
  }
}
