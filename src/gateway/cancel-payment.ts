/** Cancelling a payment: one that nobody has paid is called off, with its provider where that can; the rest is an operation. */
import type { PaymentRead } from '../ledger/commands.ts';
import type { OperationCommand, OperationCommandResult } from '../ledger/operation-commands.ts';
import { Problem } from '../payments/errors.ts';
import type { PaymentId } from '../payments/id.ts';
import { operationRules } from './operation-rules.ts';
import type { Service } from './service.ts';

type CancelCommand = Pick<OperationCommand, 'shop' | 'attempt' | 'key' | 'origin' | 'operator'>;

/**
 * Cancels a payment.
 * @param read the payment as it was found.
 * @throws Problem unsupported_operation when what is held or in process cannot be taken back here.
 */
export async function cancelPayment(
  service: Service,
  id: PaymentId,
  read: PaymentRead,
  command: CancelCommand,
): Promise<OperationCommandResult> {
  const ledger = service.ledger(id);
  const { rules, reasons } = await operationRules(service, read, 'cancel');
  const isAble = Object.values(rules).some((rule) => rule !== null);
  const execution = { ...command, kind: 'cancel' as const, amount: null, rules };
  const called = await ledger.callOff(command.shop, command.operator ? 'operator' : 'shop');
  if (called === 'unknown') return { kind: 'none' };
  if (called === 'called_off') {
    // The order at the provider ends too, where the provider can do that. Whatever it answers: our links are over.
    const ended = isAble ? await ledger.executeOperation(execution) : null;
    const now = await ledger.read();
    if (!now) return { kind: 'none' };
    const replayed = ended?.kind === 'done' && ended.replayed;
    const operation = ended && ended.kind !== 'none' ? ended.operation : null;
    return { kind: 'done', view: now.view, operation, replayed };
  }
  if (isAble) return ledger.executeOperation(execution);
  if (read.view.status === 'pending')
    throw new Problem('invalid_state', `the bank is processing the payment, and ${reasons.join('; ')}`);
  throw new Problem('unsupported_operation', reasons.join('; '));
}
