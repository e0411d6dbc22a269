/** The ledger's ports, made of the gateway's parts. */
import type { LedgerPorts } from '../ledger/ports.ts';
import { isUnavailable, Refusal } from '../payments/errors.ts';
import type { OperationProblem } from '../payments/operations.ts';
import { executeOperation, lookUpOperation } from './operations.ts';
import type { Service } from './service.ts';
import { hasResult, isAboutHintAlone, queryPause, queryStatus } from './status-query.ts';
import { sendWebhook, webhookEndpoints } from './webhooks.ts';

async function accountProblem(service: Service, account: string): Promise<OperationProblem | null> {
  try {
    await service.directory.account(account);
    return null;
  } catch (error) {
    if (isUnavailable(error)) return { code: error.code, detail: error.message };
    throw error;
  }
}

/** The ports that a ledger is given. */
export function ledgerPorts(service: Service): LedgerPorts {
  return {
    now: service.now,
    random: service.random,
    webhookEndpoints: (shop, body) => webhookEndpoints(service, shop, body),
    sendWebhook: (shop, endpoint, message) => sendWebhook(service, shop, endpoint, message),
    project: (payment) => service.directory.project(payment),
    tellAttention: (attention) => service.directory.tellAttention(attention),
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
    queryPause: (request, queried) => queryPause(service, request, queried),
    accountProblem: (account) => accountProblem(service, account),
    executeOperation: (request) => executeOperation(service, request),
    lookUpOperation: (request) => lookUpOperation(service, request),
  };
}
