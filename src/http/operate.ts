/** Captures, cancels and refunds over HTTP, for a shop by its key or by an operator. */
import type { Context } from 'hono';
import { cancelPayment } from '../gateway/cancel-payment.ts';
import { operationRules } from '../gateway/operation-rules.ts';
import { originOf } from '../gateway/start-attempt.ts';
import type { PaymentRead } from '../ledger/commands.ts';
import type { OperationCommandResult, OperationOperator } from '../ledger/operation-commands.ts';
import { invalidField, Problem, type ProblemCode } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import type { OperationKind } from '../payments/operations.ts';
import type { PaymentView } from '../payments/types.ts';
import { hex } from '../signing/bytes.ts';
import type { AppEnv } from './app-env.ts';
import { jsonBody, optionalJsonBody } from './body.ts';
import { checkoutUrl } from './checkout-url.ts';
import * as schemas from './schemas.ts';

/** What an operation may be answered with, beside what its key is. */
export const OPERATION_ERRORS: readonly ProblemCode[] = [
  'invalid_request',
  'not_found',
  'invalid_state',
  'reference_conflict',
  'payload_too_large',
  'unsupported_operation',
  'amount_out_of_range',
  'provider_error',
  'provider_unreachable',
];

export const OPERATION_HEADERS = {
  'Idempotency-Key': '1 to 255 printable characters; left out, each call is an operation of its own',
};

export const OPERATION_SUMMARIES: Record<OperationKind, string> = {
  capture: 'Take the money of an authorized payment, whole or in part',
  cancel:
    'Call off a payment that nobody has paid, release an authorization, or take back an order before its money is settled',
  refund: 'Give back money that was paid, whole or in part',
};

/** The payment of an operation, and who asks for it instead of the shop. */
interface Operated {
  readonly id: PaymentId;
  readonly shop: string;
  readonly read: PaymentRead;
  readonly operator?: OperationOperator;
  /** Takes note of what was made, whatever became of it; of a repeat it is not told. */
  readonly noted?: (made: Noted) => Promise<void>;
}

/** What an operation has come to. */
export interface Noted {
  /** Null: none was made, as where a payment is called off that nobody has paid. */
  readonly operation: number | null;
  /** The payment as the answer shows it; null: the operation has failed, or nobody knows what became of it. */
  readonly view: PaymentView | null;
  readonly problem: ProblemCode | null;
}

/** What is to be noted of a result; null: nothing, or it was rejected before it began, which is in the log of requests. */
function notable(result: OperationCommandResult): Noted | null {
  if (result.kind === 'none' || result.replayed) return null;
  const { operation } = result;
  if (result.kind === 'done') return { operation, view: result.view, problem: null };
  return operation === null ? null : { operation, view: null, problem: result.problem.code };
}

/** The same of an error: where a call was lost, nobody knows whether the operation was made. */
function notableError(error: unknown): Noted | null {
  if (!(error instanceof Problem)) return { operation: null, view: null, problem: 'internal_error' };
  return error.status < 500 ? null : { operation: null, view: null, problem: error.code };
}

function idempotencyKey(c: Context<AppEnv>): string {
  const given = c.req.header('idempotency-key');
  if (given !== undefined) {
    if (!/^[\x20-\x7e]{1,255}$/.test(given))
      throw invalidField('Idempotency-Key', 'has 1 to 255 printable ASCII characters');
    return given;
  }
  const bytes = new Uint8Array(16);
  c.get('service').random(bytes);
  return `made/${hex(bytes)}`;
}

function answer(
  c: Context<AppEnv>,
  payment: PaymentId,
  result: OperationCommandResult,
  origin: string,
): Response {
  switch (result.kind) {
    case 'none':
      throw new Problem('not_found', 'there is no such payment');
    case 'problem': {
      const { code, detail, provider } = result.problem;
      const { operation, state, differences } = result;
      throw new Problem(code, detail, {
        provider,
        ...(operation !== null && state !== null && { operation: { operation, state } }),
        ...(differences && { conflict: { payment, differences } }),
      });
    }
    case 'done':
      if (result.replayed) c.header('Idempotent-Replayed', 'true');
      return c.json({ ...result.view, checkoutUrl: checkoutUrl(c.get('service'), origin, result.view.id) });
  }
}

function operateBody(
  c: Context<AppEnv>,
  kind: OperationKind,
): Promise<{ readonly amount?: number | undefined; readonly attempt?: number | undefined }> {
  return kind === 'cancel' ? optionalJsonBody(c, schemas.cancel) : jsonBody(c, schemas.operationRequest);
}

/**
 * Captures, cancels or refunds, as the request's body and its Idempotency-Key say.
 * @param operator who asks for it instead of the shop.
 */
export async function operate(
  c: Context<AppEnv>,
  kind: OperationKind,
  { id, shop, read, operator, noted }: Operated,
): Promise<Response> {
  const { amount = null, attempt = null } = await operateBody(c, kind);
  // An operator's key is never one of the shop's: no header has this character.
  const key = operator ? `operator\n${idempotencyKey(c)}` : idempotencyKey(c);
  const service = c.get('service');
  const origin = originOf(service, c.req.url);
  const by = operator && { operator };
  const execution = async () => {
    const command = { shop, attempt, key, origin, ...by };
    if (kind === 'cancel') return cancelPayment(service, id, read, command);
    const { rules, reasons } = await operationRules(service, read, kind);
    if (Object.values(rules).every((rule) => rule === null)) {
      throw new Problem('unsupported_operation', reasons.join('; '));
    }
    return service.ledger(id).executeOperation({ ...command, kind, amount, rules });
  };
  const executed = async () => {
    const result = await execution().catch(async (error: unknown) => {
      const lost = notableError(error);
      if (lost) await noted?.(lost);
      throw error;
    });
    const made = notable(result);
    if (made) await noted?.(made);
    return result;
  };
  const working = executed();
  // A shop that does not wait for the answer does not break the call off.
  c.executionCtx.waitUntil(working.catch(() => {}));
  return answer(c, id, await working, origin);
}
