/** Refunds of operators that a second person has to approve. */
import type { Actor } from '../directory/types.ts';
import type { PaymentRead } from '../ledger/commands.ts';
import type { ApprovalCommand, ApprovalResult } from '../ledger/operation-commands.ts';
import { Problem } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import type { PaymentView } from '../payments/types.ts';
import { operationRules } from './operation-rules.ts';
import type { Service } from './service.ts';

/**
 * What operators may give back of a payment alone.
 * @returns minor units of the currency; null: there is no limit.
 */
export async function approvalAbove(service: Service, currency: string): Promise<number | null> {
  return (await service.directory.approvals())[currency] ?? null;
}

const MISSING = 'there is no such operation';

function problemOf(result: Exclude<ApprovalResult, { readonly kind: 'done' }>, operation: number): Problem {
  switch (result.kind) {
    case 'not_found':
      return new Problem('not_found', MISSING);
    case 'not_waiting':
      return new Problem('invalid_state', 'the operation does not wait for approval');
    case 'same_person':
      return new Problem('invalid_state', 'who has asked for it does not decide: a second person has to');
    case 'problem': {
      const { code, detail, provider } = result.problem;
      const waits = result.isDecided ? '' : '; it still waits for approval';
      const { state } = result;
      return new Problem(code, `${detail}${waits}`, {
        provider,
        ...(state && { operation: { operation, state } }),
      });
    }
  }
}

/**
 * Approves an operation, which executes it, or declines it. The audit log has the decision whatever comes of the call.
 * @throws Problem not_found, invalid_state; those of the operation where it was executed and has failed, or is unknown.
 */
export async function decideOperation(
  service: Service,
  decided: Pick<ApprovalCommand, 'number' | 'decision' | 'origin'> & {
    readonly id: PaymentId;
    readonly read: PaymentRead;
    readonly by: Actor;
  },
): Promise<PaymentView> {
  const { id, read, by, number, decision, origin } = decided;
  const operation = read.view.operations.find((one) => one.operation === number);
  if (!operation) throw new Problem('not_found', MISSING);
  const { rules } = await operationRules(service, read, operation.kind);
  const { actor } = by;
  const result = await service.ledger(id).decideOperation({ number, decision, origin, actor, rules });
  if (result.kind === 'done' || (result.kind === 'problem' && result.isDecided)) {
    const { kind, amount } = operation;
    await service.directory.noteAudit({
      by,
      action: `operation.${decision}`,
      subject: id,
      shop: read.shop,
      detail: { operation: number, kind, amount },
    });
  }
  if (result.kind !== 'done') throw problemOf(result, number);
  return result.view;
}
