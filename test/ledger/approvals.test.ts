/** Refunds that a second person approves: reserved while they wait, sent by the approval alone, and once. */
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { PaymentLedger } from '../../src/ledger/ledger.ts';
import type {
  ApprovalCommand,
  LookedUp,
  OperationCommand,
  OperationOutcome,
} from '../../src/ledger/operation-commands.ts';
import type { LedgerPorts } from '../../src/ledger/ports.ts';
import type { Minor } from '../../src/payments/money.ts';
import type { OperationKind, OperationRule } from '../../src/payments/operations.ts';
import { objectOf } from '../support/harness.ts';
import { create, newId, notify, signedAttempt } from './support.ts';

const PAID = 10_000;
const RULE: OperationRule = { parts: 'many', fundsSources: ['paid'] };
const rules = { bank: RULE };

interface Place {
  readonly ledger: PaymentLedger<unknown>;
  /** What the provider was sent, in order. */
  readonly sent: { readonly operation: number; readonly amount: number; readonly whole: boolean }[];
  /** How many webhooks are queued. */
  webhooks(): number;
  outcome: OperationOutcome;
  /** What the provider shows when it is asked; null: it cannot be asked. */
  lookedUp: LookedUp | null;
}

/** A payment that was paid, and a provider that notes what it is sent. */
function paid<T>(use: (place: Place) => Promise<T>): Promise<T> {
  const id = newId();
  return runInDurableObject(objectOf(id), async (instance) => {
    const ledger = instance as unknown as PaymentLedger<unknown>;
    const place: Place = {
      ledger,
      sent: [],
      webhooks: () => (ledger.events()?.pending ?? []).filter(({ kind }) => kind === 'webhook').length,
      outcome: { result: 'succeeded', status: 'done', providerReference: null },
      lookedUp: null,
    };
    const ports: LedgerPorts = {
      ...(instance as unknown as { ports(): LedgerPorts }).ports(),
      accountProblem: async () => null,
      executeOperation: async ({ operation: { number, amount, whole } }) => {
        place.sent.push({ operation: number, amount, whole });
        await Promise.resolve();
        return place.outcome;
      },
      lookUpOperation: async () => place.lookedUp,
    };
    Object.assign(ledger, { ports: () => ports });
    const request = { ...create(id).request, amount: PAID as Minor };
    ledger.create(create(id, { request, attempt: signedAttempt({ amount: PAID as Minor, order: 'order' }) }));
    ledger.applyUpdate(notify({ amount: PAID }));
    return use(place);
  });
}

function refund(
  key: string,
  amount: number | null,
  { above = 0 as number | null, actor = 'token:one', kind = 'refund' as OperationKind } = {},
): OperationCommand {
  const operator = { actor, approvalAbove: above };
  return { shop: 'shop', key, kind, amount, attempt: null, origin: '', rules, operator };
}

const approve = (number: number, actor = 'token:two'): ApprovalCommand => ({
  ...{ number, actor, rules },
  decision: 'approved',
  origin: '',
});
const decline = (number: number, actor = 'token:two'): ApprovalCommand => ({
  ...approve(number, actor),
  decision: 'declined',
});

const view = ({ ledger }: Place) => {
  const read = ledger.read();
  if (!read) throw new Error('there is no payment');
  return read.view;
};
const states = (place: Place) => view(place).operations.map(({ state }) => state);

describe('two hundred refunds that race', () => {
  it('give back no more than was paid, each approved once and sent once', async () => {
    await paid(async (place) => {
      const { ledger, sent } = place;
      const asked = await Promise.all(
        Array.from({ length: 200 }, (_, index) => ledger.executeOperation(refund(`key-${index}`, 300))),
      );
      expect(asked.filter(({ kind }) => kind === 'done')).toHaveLength(33);
      expect(sent).toEqual([]);
      expect(states(place)).toEqual(Array.from({ length: 33 }, () => 'awaiting_approval'));
      const numbers = view(place).operations.map(({ operation }) => operation);
      // Three people approve everything, all at once.
      const decided = await Promise.all(
        ['token:two', 'token:three', 'user:four'].flatMap((actor) =>
          numbers.map(async (number) => ledger.decideOperation(approve(number, actor))),
        ),
      );
      expect(decided.filter(({ kind }) => kind === 'done')).toHaveLength(33);
      expect(decided.filter(({ kind }) => kind === 'not_waiting')).toHaveLength(66);
      expect(sent.map(({ operation }) => operation).toSorted((a, b) => a - b)).toEqual(numbers);
      expect(view(place)).toMatchObject({
        status: 'partially_refunded',
        amounts: { paid: PAID, refunded: 9900 },
      });
    });
  });

  it('with and without approval share what there is', async () => {
    await paid(async (place) => {
      const { ledger, sent } = place;
      // One of the shop, which needs no approval, beside each of the operator.
      const { operator: _operator, ...ofShop } = refund('', 900);
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => [
          ledger.executeOperation(refund(`operator-${index}`, 700)),
          ledger.executeOperation({ ...ofShop, key: `shop-${index}` }),
        ]).flat(),
      );
      for (const { operation, state } of view(place).operations)
        if (state === 'awaiting_approval') await ledger.decideOperation(approve(operation));
      const total = sent.reduce((sum, { amount }) => sum + amount, 0);
      expect(total).toBeLessThanOrEqual(PAID);
      expect(total).toBeGreaterThan(PAID - 900);
      expect(view(place).amounts.refunded).toBe(total);
    });
  });
});

describe('a refund that waits', () => {
  it('is not sent, reserves its amount, and tells the shop nothing until it is executed', async () => {
    await paid(async (place) => {
      const { ledger, sent } = place;
      expect(await ledger.executeOperation(refund('a', 8000))).toMatchObject({ kind: 'done' });
      expect(place.webhooks()).toBe(1);
      expect(await ledger.executeOperation(refund('b', 3000))).toMatchObject({
        kind: 'problem',
        problem: { code: 'amount_out_of_range' },
      });
      await ledger.decideOperation(approve(1));
      // Of the status, and of the operation.
      expect(place.webhooks()).toBe(3);
      expect(sent).toEqual([{ operation: 1, amount: 8000, whole: false }]);
      const log = ledger.events()?.events.filter(({ type }) => type.startsWith('operation.')) ?? [];
      expect(log.map(({ type, source, detail }) => [type, source, detail.by ?? null])).toEqual([
        ['operation.requested', 'operator', 'token:one'],
        ['operation.approved', 'operator', 'token:two'],
        ['operation.succeeded', 'provider', null],
      ]);
    });
  });

  it('is not approved or declined by whoever has asked for it', async () => {
    await paid(async (place) => {
      const { ledger, sent } = place;
      await ledger.executeOperation(refund('a', 8000));
      for (const decision of [approve(1, 'token:one'), decline(1, 'token:one')])
        expect(await ledger.decideOperation(decision)).toEqual({ kind: 'same_person' });
      expect([sent, states(place)]).toEqual([[], ['awaiting_approval']]);
    });
  });

  it('gives its amount free when it is declined, without a webhook, and is never sent', async () => {
    await paid(async (place) => {
      const { ledger, sent } = place;
      await ledger.executeOperation(refund('a', 8000));
      expect(await ledger.decideOperation(decline(1))).toMatchObject({ kind: 'done' });
      expect(await ledger.decideOperation(approve(1, 'token:three'))).toEqual({ kind: 'not_waiting' });
      expect(place.webhooks()).toBe(1);
      const { operator: _operator, ...ofShop } = refund('b', null);
      await ledger.executeOperation(ofShop);
      expect(sent).toEqual([{ operation: 2, amount: PAID, whole: true }]);
      expect(states(place)).toEqual(['failed', 'succeeded']);
    });
  });

  it('is taken for nothing that the provider tells: a refund of its back office is somebody else’s', async () => {
    await paid(async (place) => {
      const { ledger, sent } = place;
      await ledger.executeOperation(refund('a', 4000));
      ledger.applyUpdate(notify({ outcome: 'refunded', amount: 4000, movement: 'R1', key: 'R1' }));
      expect(view(place).amounts.refunded).toBe(4000);
      expect(states(place)).toEqual(['awaiting_approval']);
      await ledger.decideOperation(approve(1));
      expect(sent).toHaveLength(1);
      expect([view(place).amounts.refunded, states(place)]).toEqual([8000, ['succeeded']]);
    });
  });

  it('that was declined explains nothing in the list of the provider: it was never there', async () => {
    await paid(async (place) => {
      const { ledger } = place;
      await ledger.executeOperation(refund('a', 4000));
      await ledger.decideOperation(decline(1));
      place.outcome = { result: 'unknown', problem: { code: 'provider_unreachable', detail: 'lost' } };
      const { operator: _operator, ...ofShop } = refund('b', 4000);
      await ledger.executeOperation(ofShop);
      const entries = [{ amount: 4000, state: 'failed' as const, status: 'no funds' }];
      place.lookedUp = { bookings: { entries, complete: false, status: '' }, settlesAfterMs: 0 };
      await ledger.reconcileOperations();
      // The one failed entry is that of the shop's refund, and not of the one that was declined here.
      expect(states(place)).toEqual(['failed', 'failed']);
    });
  });

  it('still waits when it cannot be executed by what the payment holds at its approval', async () => {
    await paid(async (place) => {
      const { ledger, sent } = place;
      await ledger.executeOperation(refund('a', 8000));
      ledger.applyUpdate(notify({ outcome: 'refunded', amount: 5000, movement: 'R1', key: 'R1' }));
      expect(await ledger.decideOperation(approve(1))).toMatchObject({
        kind: 'problem',
        isDecided: false,
        problem: { code: 'amount_out_of_range' },
      });
      expect([sent, states(place)]).toEqual([[], ['awaiting_approval']]);
      expect(await ledger.concludeOperation({ number: 1, outcome: 'succeeded' })).toBe('awaiting_approval');
    });
  });

  it('does not hold up another operation, and makes a part of no whole', async () => {
    await paid(async (place) => {
      const { ledger, sent } = place;
      await ledger.executeOperation(refund('a', 4000));
      const { operator: _operator, ...ofShop } = refund('b', null);
      await ledger.executeOperation(ofShop);
      // Everything that is left to ask for, and not everything that the provider has.
      expect(sent).toEqual([{ operation: 2, amount: 6000, whole: false }]);
      await ledger.decideOperation(approve(1));
      expect(sent[1]).toEqual({ operation: 1, amount: 4000, whole: true });
      expect(view(place)).toMatchObject({ status: 'refunded', amounts: { refunded: PAID } });
    });
  });

  it('is unknown, not sent again, when its call was lost after the approval', async () => {
    await paid(async (place) => {
      const { ledger, sent } = place;
      await ledger.executeOperation(refund('a', 4000));
      place.outcome = { result: 'unknown', problem: { code: 'provider_unreachable', detail: 'lost' } };
      expect(await ledger.decideOperation(approve(1))).toMatchObject({ kind: 'problem', isDecided: true });
      expect(await ledger.decideOperation(approve(1, 'token:three'))).toEqual({ kind: 'not_waiting' });
      expect([sent.length, states(place)]).toEqual([1, ['unknown']]);
    });
  });
});

describe('the limit', () => {
  it.each([
    ['no limit', null, 'refund', 10_000, 'succeeded'],
    ['as much as the limit', 4000, 'refund', 4000, 'succeeded'],
    ['more than the limit', 4000, 'refund', 4001, 'awaiting_approval'],
    ['a cancel of paid money above it', 4000, 'cancel', null, 'awaiting_approval'],
  ] as const)('%s', async (_name, above, kind, amount, state) => {
    await paid(async (place) => {
      await place.ledger.executeOperation(refund('a', amount, { above, kind }));
      expect(states(place)).toEqual([state]);
    });
  });

  it('counts what operators give back of one payment alone together, so that parts do not go round it', async () => {
    await paid(async (place) => {
      const { ledger } = place;
      const limit = { above: 4000 };
      await ledger.executeOperation(refund('a', 3000, limit));
      await ledger.executeOperation(refund('b', 1000, { ...limit, actor: 'user:two' }));
      await ledger.executeOperation(refund('c', 1, { ...limit, actor: 'user:three' }));
      expect(states(place)).toEqual(['succeeded', 'succeeded', 'awaiting_approval']);
      // What two people have decided does not count.
      await ledger.decideOperation(approve(3));
      expect(states(place)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    });
  });
});
