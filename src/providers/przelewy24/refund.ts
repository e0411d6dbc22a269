/**
 * Refunds at Przelewy24 (REST). One is accepted at once; its result comes as a signed notification. requestId and
 * refundsUuid name it, so that it is found again. Unverified: the words of the list of refunds; as the vendor's
 * documentation has them, 1 is done, 4 rejected, and the rest is in process.
 */
import { Declined, Problem } from '../../payments/errors.ts';
import type { OperationCall, OperationOrder, OperationResult, ProviderOperation } from '../contract.ts';
import { call, refused } from './rest.ts';
import type { P24Settings } from './settings.ts';

interface Listed {
  readonly requestId?: string;
  readonly amount?: number;
  readonly status?: number;
}

function orderIdOf({ providerState }: OperationCall<P24Settings>): string {
  if (!providerState.orderId)
    throw new Problem('invalid_state', 'the order number of this payment is not known');
  return providerState.orderId;
}

function accepted(reference: string): OperationResult {
  return { state: 'accepted', status: 'accepted', providerReference: reference };
}

async function run(order: OperationOrder<P24Settings>): Promise<OperationResult> {
  const { account, amount, operationReference } = order;
  const result = await call(account, order.send, 'POST', '/transaction/refund', {
    requestId: operationReference,
    refundsUuid: operationReference,
    urlStatus: order.urls.callback,
    refunds: [
      {
        orderId: Number(orderIdOf(order)),
        sessionId: order.order,
        amount,
        description: `Refund ${operationReference}`,
      },
    ],
  });
  const { status, answer } = result;
  if (status >= 400 && status < 500) throw new Declined(String(answer.code ?? status), errorText(answer));
  const [told] = Array.isArray(answer.data) ? (answer.data as { status?: boolean; message?: string }[]) : [];
  if (status !== 201 || told === undefined) throw refused('was asked for a refund', result);
  if (told.status !== true) throw new Declined('false', told.message ?? '');
  return accepted(operationReference);
}

function errorText({ error }: Record<string, unknown>): string {
  return typeof error === 'string' ? error : JSON.stringify(error ?? '');
}

async function outcome(asked: OperationCall<P24Settings>): Promise<OperationResult | null> {
  const { account, operationReference } = asked;
  const path = `/refund/by/orderId/${encodeURIComponent(orderIdOf(asked))}`;
  const result = await call(account, asked.fetch, 'GET', path);
  if (result.status !== 200 && result.status !== 404) throw refused('was asked about refunds', result);
  const { refunds = [] } = (result.answer.data ?? {}) as { refunds?: readonly Listed[] };
  const ours = refunds.find(({ requestId }) => requestId === operationReference);
  if (ours?.status === 1) return { state: 'succeeded', status: '1', providerReference: operationReference };
  if (ours?.status === 4) throw new Declined('4', 'the refund was rejected');
  if (ours || asked.accepted) return accepted(operationReference);
  throw new Declined(String(result.status), 'Przelewy24 has no such refund');
}

export const refund: ProviderOperation<P24Settings> = {
  rule: { parts: 'many', fundsSources: ['paid'] },
  lacks: ({ mode, api_key }) =>
    mode === 'rest' && api_key ? null : 'refunds need the REST protocol (mode rest, api_key)',
  execute: run,
  reconcile: outcome,
};
