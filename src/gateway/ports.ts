/** The ledger's ports, made of the gateway's parts. */
import type { LedgerPorts, WebhookOutcome } from '../ledger/ports.ts';
import { isUnavailable, Refusal } from '../payments/errors.ts';
import type { OperationProblem } from '../payments/operations.ts';
import { FEEDBACK } from '../payments/types.ts';
import { deliverWebhook } from '../webhooks/deliver.ts';
import { polybankingMessage } from '../webhooks/polybanking.ts';
import { pauseAfter } from '../webhooks/schedule.ts';
import { standardMessage } from '../webhooks/standard.ts';
import { withKeptExchange } from './exchange.ts';
import { executeOperation, lookUpOperation } from './operations.ts';
import type { Service } from './service.ts';
import { hasResult, isAboutHintAlone, queryPause, queryStatus } from './status-query.ts';

const UNWANTED: WebhookOutcome = { result: 'unwanted', status: null, error: null, durationMs: 0 };

/** Whether a message is for websites that speak PolyBanking's dialect alone. */
function isFeedback(body: string): boolean {
  return (JSON.parse(body) as { readonly type: string }).type === FEEDBACK;
}

async function sendWebhook(
  service: Service,
  shopId: string,
  message: { readonly id: string; readonly body: string },
): Promise<WebhookOutcome> {
  const { config, directory, now } = service;
  const target = await directory.webhookTarget(shopId);
  const url = target?.shop.webhook.url;
  if (!target || !url) return UNWANTED;
  const secrets = target.secrets
    .filter(({ notAfter }) => notAfter === null || notAfter > now())
    .map(({ value }) => value);
  const outgoing =
    target.shop.webhook.dialect === 'polybanking'
      ? polybankingMessage(shopId, message.body, secrets[0] ?? '')
      : isFeedback(message.body)
        ? null
        : standardMessage(message.id, now(), message.body, secrets);
  if (!outgoing) return UNWANTED;
  const outcome = await deliverWebhook(outgoing, url, {
    fetch: service.fetch,
    now,
    rules: config,
    isPrivate: (host) => service.names.isPrivate(host, service.fetch),
  });
  return withKeptExchange(outcome, secrets);
}

async function accountProblem(service: Service, account: string): Promise<OperationProblem | null> {
  try {
    await service.directory.account(account);
    return null;
  } catch (error) {
    if (isUnavailable(error)) return { code: error.code, detail: error.message };
    throw error;
  }
}

/**
 * The ports that a ledger is given.
 * @param jitter between 0 and 1, at random: spreads retries.
 */
export function ledgerPorts(service: Service, jitter: () => number): LedgerPorts {
  const pause = (failures: number) => pauseAfter(failures, jitter());
  return {
    now: service.now,
    random: service.random,
    sendWebhook: (shop, message) => sendWebhook(service, shop, message),
    webhookPause: pause,
    project: (payment) => service.directory.project(payment),
    queryStatus: async (request) => {
      let commands: Awaited<ReturnType<typeof queryStatus>>;
      try {
        commands = await queryStatus(service, request);
      } catch (error) {
        if (!(error instanceof Refusal) || !(await isAboutHintAlone(service, request))) throw error;
        return { result: 'refused', error: error.message };
      }
      if (commands && hasResult(commands)) return { result: 'updates', commands };
      // That nothing was taken is an outcome too.
      if (commands?.length === 0 && request.spends) return { result: 'updates', commands };
      return { result: 'later', error: null, ...(commands && { commands }) };
    },
    queryPause: (request, queried) => queryPause(service, request, queried, pause),
    accountProblem: (account) => accountProblem(service, account),
    executeOperation: (request) => executeOperation(service, request),
    lookUpOperation: (request) => lookUpOperation(service, request),
  };
}
