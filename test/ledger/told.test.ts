/**
 * What readers of a payment see of its provider's words. The failures ruled out: a view that depends on the order in which the same
 * facts came, such as a late refusal of an earlier card on a paid order; a code for a website that is none of the payment's.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { updateCommand } from '../../src/gateway/update-command.ts';
import { attemptOf } from '../../src/ledger/attempts.ts';
import type { ApplyUpdateCommand } from '../../src/ledger/commands.ts';
import type { LedgerPorts } from '../../src/ledger/ports.ts';
import type { LedgerRecord } from '../../src/ledger/record.ts';
import { attemptsOf, viewOf } from '../../src/ledger/views.ts';
import type { Provider, ProviderUpdate } from '../../src/providers/contract.ts';
import { providers } from '../../src/providers/registry.ts';
import { entryOf, perform } from '../../src/sandbox/kit/bank-ledger.ts';
import { postfinanceCode } from '../../src/webhooks/polybanking.ts';
import { PlayedLedger } from '../forge/ledgers.ts';
import { accountOf, asRequest, CONTEXT, ID, ORDER, request, story } from '../providers/support.ts';
import { bankOf, memory } from '../support/harness.ts';
import { create, signedAttempt } from './support.ts';

const NOW = Date.parse('2026-11-21T09:00:00Z');
const AT = new Date(NOW).toISOString();
const ports = () => ({ now: () => NOW, random: () => {} }) as unknown as LedgerPorts;

/** Everything that a bank tells of one order: each decision, and two refunds of parts by its back office where it tells of them. */
async function factsOf(entry: Provider): Promise<readonly ProviderUpdate[]> {
  const { updateOf, who } = await story(entry);
  const facts: ProviderUpdate[] = [];
  // The payment last: some banks do not go back behind it.
  for (const decision of bankOf(entry.id).decisions.toReversed()) facts.push(await updateOf(decision));
  for (const amount of [500, 300]) {
    const before = await entryOf(memory, ORDER);
    const result = before && (await perform(memory, before, { kind: 'refund', amount }));
    if (!result || typeof result === 'string') continue;
    const now = await entryOf(memory, ORDER);
    const message = now && bankOf(entry.id).operationNotification?.(now, result.done, who);
    if (!message) continue;
    const read = await entry.notification(asRequest(message), accountOf(entry), 'notification', CONTEXT);
    if (read.kind === 'update') facts.push(read, ...(read.also ?? []));
  }
  return facts;
}

/** The facts as commands about two attempts: those of the second are told again, with other numbers. */
function commandsOf(entry: Provider, facts: readonly ProviderUpdate[]): readonly ApplyUpdateCommand[] {
  return [1, 2].flatMap((attempt) =>
    facts.map((fact) => {
      const other = (text: string) => (attempt === 1 ? text : `${text}2`);
      const made = updateCommand(
        {
          ...fact,
          key: other(fact.key),
          movement: other(fact.movement),
          providerReference: fact.providerReference && other(fact.providerReference),
        },
        {
          provider: entry,
          account: { id: 'account', environment: 'sandbox' },
          channel: 'notification',
          signedBy: 'current',
          about: { id: ID, attempt },
        },
      );
      if (!made) throw new Error('it is about another payment');
      return made.command;
    }),
  );
}

function recordAt(entry: Provider): LedgerRecord {
  const signed = signedAttempt({ account: 'account', provider: entry.id, test: true });
  return {
    id: ID,
    request: { ...create(ID).request, ...request(entry), dialect: 'polybanking' },
    attempts: [attemptOf(signed, AT), attemptOf(signed, AT)],
    providerReference: null,
    providerStatus: null,
    createdAt: AT,
    updatedAt: AT,
  };
}

/** What is seen of the payment after these messages: by its shop, and of its code by a website of PolyBanking. */
async function seenAfter(entry: Provider, commands: readonly ApplyUpdateCommand[]) {
  const ledger = new PlayedLedger(recordAt(entry), ports);
  for (const command of commands) await ledger.client.applyUpdate(command);
  const { record } = ledger;
  if (!record) throw new Error('there is no payment');
  const { version: _version, updatedAt: _updated, paidAt: _paid, ...view } = viewOf(record, 1);
  const hasMoney = view.amounts.paid > 0 || view.amounts.authorized > 0;
  return {
    view,
    attempts: attemptsOf(record),
    // Without money a website is told the newest code, as it always was.
    website: hasMoney ? [postfinanceCode(view), record.feedback?.code ?? null] : [],
  };
}

describe.each(providers.map((entry) => [entry.id, entry] as const))('%s', (_id, entry) => {
  it('shows the same after the same facts, whatever their order', async () => {
    const commands = commandsOf(entry, await factsOf(entry));
    await fc.assert(
      fc.asyncProperty(
        fc
          .subarray([...commands], { minLength: 1 })
          .chain((some) =>
            fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
          ),
        async ([some, shuffled]) => {
          expect(await seenAfter(entry, shuffled)).toEqual(await seenAfter(entry, some));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('does not show a refusal of another card on a paid order', async () => {
    const facts = await factsOf(entry);
    const paid = facts.find(({ outcome }) => outcome === 'paid' || outcome === 'accepted');
    const refused = facts.find(({ outcome }) => outcome === 'denied' || outcome === 'error');
    if (!paid || !refused) return;
    const [first, late] = commandsOf(entry, [paid, refused]);
    if (!first || !late) return;
    const { view } = await seenAfter(entry, [first, { ...late, proven: false }]);
    expect(view).toMatchObject({ providerStatus: paid.providerStatus, signed: true, declineReason: null });
  });
});
