/**
 * The ledger's rules of reconciliation against every sort of protocol: what a bank's answers, lists, totals and messages name is drawn,
 * and so is the order in which they come, a message before the answer that it is about among them. In the end each operation is as the
 * bank has it, and what was refunded is the bank's.
 */
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaymentLedger } from '../../src/ledger/ledger.ts';
import type { OperationCommand } from '../../src/ledger/operation-commands.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { OperationKind } from '../../src/payments/operations.ts';
import type { PaymentView } from '../../src/payments/types.ts';
import { objectOf } from '../support/harness.ts';
import { Bank, type Booked } from './drawn-bank.ts';
import { PROTOCOLS, type Protocol, protocolOf, type Script, scripts } from './protocols.ts';
import { create, newId, notify, signedAttempt } from './support.ts';

const RULE = { fundsSources: ['paid' as const], parts: 'many' as const };
const PAID = 9000;

interface Result {
  readonly bank: Bank;
  readonly view: PaymentView;
}

/** A payment that was paid, and its bank. */
function paidAt<T>(
  protocol: Protocol,
  use: (ledger: PaymentLedger<unknown>, bank: Bank) => Promise<T>,
): Promise<T> {
  const id = newId();
  return runInDurableObject(objectOf(id), async (instance) => {
    const ledger = instance as unknown as PaymentLedger<unknown>;
    const bank = new Bank(protocol, ledger);
    Object.assign(ledger, { ports: () => bank.ports() });
    const request = { ...create(id).request, amount: PAID as Minor };
    ledger.create(create(id, { request, attempt: signedAttempt({ amount: PAID as Minor, order: 'order' }) }));
    ledger.applyUpdate(notify({ amount: PAID }));
    return use(ledger, bank);
  });
}

function command(key: string, kind: OperationKind, amount: number): OperationCommand {
  return { shop: 'shop', key, kind, amount, attempt: null, origin: '', rules: { bank: RULE } };
}

function viewOf(ledger: PaymentLedger<unknown>): PaymentView {
  const read = ledger.read();
  if (!read) throw new Error('there is no payment');
  return read.view;
}

async function play(protocol: Protocol, { steps, told, rejected }: Script): Promise<Result> {
  return paidAt(protocol, async (ledger, bank) => {
    for (const [index, step] of steps.entries()) {
      switch (step.do) {
        case 'refund':
          bank.next = step;
          await ledger.executeOperation(command(`key-${index}`, step.kind, step.amount));
          break;
        case 'panel':
          bank.book(step.amount, null, false);
          break;
        case 'conclude': {
          const pending = bank.booked.filter(({ state }) => state === 'pending');
          const chosen = pending[step.which % Math.max(1, pending.length)];
          if (chosen) chosen.state = step.rejected ? 'rejected' : 'done';
          break;
        }
        case 'tell': {
          const chosen = bank.booked[step.which % Math.max(1, bank.booked.length)];
          if (chosen) bank.tell(chosen);
          break;
        }
        case 'ask':
          await ledger.reconcileOperations();
          break;
        case 'wait':
          bank.now += 3_600_000;
          break;
      }
    }
    for (const one of bank.booked) if (one.state === 'pending') one.state = rejected ? 'rejected' : 'done';
    if (told) for (const one of bank.booked) bank.tell(one);
    bank.now += 3_600_000;
    await ledger.reconcileOperations();
    await ledger.reconcileOperations();
    return { bank, view: viewOf(ledger) };
  });
}

/** Whether what the bank has of an operation is shown or told by its name in the end, so that it may not wait. */
function isKnowable(protocol: Protocol, { told }: Script, booked: Booked | null): boolean {
  const { list: listed, message: messages, numbered } = protocol;
  const isRejected = booked?.state === 'rejected';
  if (listed && (listed.rejected || !isRejected)) return true;
  if (!told || !booked || !messages || (isRejected && !messages.rejected)) return false;
  return messages.names === 'ours' || (messages.names === 'number' && numbered);
}

/** What is not as the bank has it, in words. */
function differences(protocol: Protocol, script: Script, { bank, view }: Result): readonly string[] {
  const found: string[] = [];
  let isOpen = false;
  for (const { operation, state, kind, amount } of view.operations) {
    const booked = bank.truths.get(operation);
    const truth = booked?.state === 'done' ? 'succeeded' : 'failed';
    if (state === truth) continue;
    const waits = state === 'unknown' || state === 'accepted';
    if (waits) isOpen = true;
    if (waits && !isKnowable(protocol, script, booked ?? null)) continue;
    found.push(`operation ${operation}, ${kind} ${amount}: ${state}, at the bank ${truth}`);
  }
  const isKnown = bank.booked.every((one) => one.ours !== null || one.told);
  const { refunded } = view.amounts;
  if (!isOpen && isKnown && refunded !== bank.returned)
    found.push(`refunded ${refunded}, at the bank ${bank.returned}`);
  if (refunded > bank.returned) found.push(`refunded ${refunded}, and the bank only ${bank.returned}`);
  return found;
}

describe.each(PROTOCOLS.map((protocol) => [protocol.id, protocol] as const))('%s', (_, protocol) => {
  it('ends as the bank has it', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scripts(protocol), async (script) => {
        expect(differences(protocol, script, await play(protocol, script))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

const outcomes = (ledger: PaymentLedger<unknown>) => [
  ...viewOf(ledger).operations.map(({ state }) => state),
  viewOf(ledger).amounts.refunded,
];

describe('what the drawn scripts reach too rarely', () => {
  it('a total that a cancel and the back office explain is not taken for a refund that never came', () =>
    paidAt(protocolOf('a total alone'), async (ledger, bank) => {
      bank.book(230, null, false);
      const status = { key: 'status', outcome: 'refunded', amount: 230, movement: 'T1' } as const;
      ledger.applyUpdate(notify({ ...status, cumulative: true }));
      await ledger.executeOperation(command('one', 'cancel', 500));
      bank.next = { way: 'never came', slow: false };
      await ledger.executeOperation(command('two', 'refund', 230));
      bank.now += 3_600_000;
      await ledger.reconcileOperations();
      expect(outcomes(ledger)).toEqual(['succeeded', 'failed', 730]);
    }));

  it('a message that names ours with another amount is money once, and no answer about it', () =>
    paidAt(protocolOf('names everywhere'), async (ledger, bank) => {
      bank.next = { way: 'lost', slow: false };
      await ledger.executeOperation(command('one', 'refund', 500));
      const [booked] = bank.booked;
      if (!booked) throw new Error('nothing is booked');
      bank.tell({ ...booked, id: 'other', amount: 100 });
      expect(outcomes(ledger)).toEqual(['unknown', 100]);
      await ledger.reconcileOperations();
      expect(outcomes(ledger)).toEqual(['succeeded', 500]);
      bank.tell(booked);
      expect(outcomes(ledger)).toEqual(['succeeded', 500]);
    }));
});
