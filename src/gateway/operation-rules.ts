/** Which operations a payment's providers have, with the settings of its accounts. */
import type { PaymentRead } from '../ledger/commands.ts';
import type { OperationKind, OperationRule } from '../payments/operations.ts';
import { open } from './accounts.ts';
import type { Service } from './service.ts';

/**
 * The rule of an operation for each of a payment's accounts; null where the account cannot do it.
 * @returns the reasons too, for those that cannot.
 */
export async function operationRules(service: Service, { attempts }: PaymentRead, kind: OperationKind) {
  const rules: Record<string, OperationRule | null> = {};
  const reasons: string[] = [];
  for (const id of new Set(attempts.map(({ account }) => account))) {
    const account = await service.directory.account(id);
    if (!account) continue;
    const { provider, variants } = open(account);
    const able = provider[kind];
    const lack = able?.lacks?.(variants[0].account.settings) ?? null;
    rules[id] = able && lack === null ? able.rule : null;
    if (!able) reasons.push(`${provider.caption} has no ${kind}`);
    else if (lack !== null) reasons.push(`the account ${id}: ${lack}`);
  }
  return { rules, reasons };
}
