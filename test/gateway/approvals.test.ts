/**
 * A second operator's word (approvals.ts). The failures ruled out: a decision without a line in the audit log; a line for one that was none; an
 * answer that leaves open whether money may have moved.
 */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { itself } from '../../src/directory/types.ts';
import { approvalAbove, decideOperation } from '../../src/gateway/approvals.ts';
import type { LedgerClient } from '../../src/gateway/service.ts';
import type { PaymentRead } from '../../src/ledger/commands.ts';
import type { ApprovalCommand, ApprovalResult } from '../../src/ledger/operation-commands.ts';
import { Problem } from '../../src/payments/errors.ts';
import type { PaymentId } from '../../src/payments/id.ts';
import type { PaymentView } from '../../src/payments/types.ts';
import { provider } from '../../src/providers/registry.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { payboxAccount } from '../support/account.ts';

const service = serviceOf(env as unknown as Env);
afterEach(() => vi.restoreAllMocks());

const ID = '0123456789ABCDEF' as PaymentId;
const BY = { ...itself('user:zoe'), actorName: 'Zoé' };
const VIEW = { id: ID } as PaymentView;
const READ = {
  shop: 'tickets',
  attempts: [{ account: 'tickets-bank' }],
  view: {
    operations: [
      { operation: 1, kind: 'capture', amount: 900 },
      { operation: 2, kind: 'refund', amount: 500 },
    ],
  },
} as unknown as PaymentRead;

/** Decides about an operation whose ledger answers so. @returns what came of it, what the ledger was asked, and the audit log. */
async function decided(
  result: ApprovalResult,
  number = 2,
  decision: ApprovalCommand['decision'] = 'approved',
) {
  vi.spyOn(service.directory, 'account').mockResolvedValue(payboxAccount());
  const audit = vi.spyOn(service.directory, 'noteAudit').mockResolvedValue();
  audit.mockClear();
  const asked: ApprovalCommand[] = [];
  const ledger = () =>
    ({
      decideOperation: async (command: ApprovalCommand) => {
        asked.push(command);
        return result;
      },
    }) as unknown as LedgerClient;
  const decision_ = { id: ID, read: READ, by: BY, number, decision, origin: 'https://pay.example' };
  const outcome = await decideOperation({ ...service, ledger }, decision_).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error;
    const { code, message, provider: words, operation } = error;
    return { code, message, words, operation };
  });
  return { outcome, asked, noted: audit.mock.calls.map(([entry]) => entry) };
}

const entry = (decision: string) => ({
  by: BY,
  action: `operation.${decision}`,
  subject: ID,
  shop: 'tickets',
  detail: { operation: 2, kind: 'refund', amount: 500 },
});
const refused = (code: string, message: string) => ({ code, message, words: null, operation: null });

describe('a decision about an operation', () => {
  it.each(['approved', 'declined'] as const)(
    'that is %s reaches the ledger with who decides and what the account can, and is in the audit log',
    async (decision) => {
      expect(await decided({ kind: 'done', view: VIEW }, 2, decision)).toEqual({
        outcome: VIEW,
        asked: [
          {
            number: 2,
            decision,
            origin: 'https://pay.example',
            actor: 'user:zoe',
            rules: { 'tickets-bank': provider('paybox')?.refund?.rule },
          },
        ],
        noted: [entry(decision)],
      });
    },
  );

  it('about one that is not there asks nobody', async () => {
    expect(await decided({ kind: 'done', view: VIEW }, 3)).toEqual({
      outcome: refused('not_found', 'there is no such operation'),
      asked: [],
      noted: [],
    });
  });

  it.each<[Exclude<ApprovalResult['kind'], 'done' | 'problem'>, string, string]>([
    ['not_found', 'not_found', 'there is no such operation'],
    ['not_waiting', 'invalid_state', 'the operation does not wait for approval'],
    ['same_person', 'invalid_state', 'who has asked for it does not decide: a second person has to'],
  ])('that is none (%s) is in no audit log', async (kind, code, message) => {
    const { outcome, noted } = await decided({ kind });
    expect(outcome).toEqual(refused(code, message));
    expect(noted).toEqual([]);
  });

  const problem = {
    code: 'provider_error',
    detail: 'the provider declined',
    provider: { code: '51', text: 'No' },
  } as const;

  it('that could not be carried out now still waits: the answer says so, and the audit log has none', async () => {
    const { outcome, noted } = await decided({ kind: 'problem', problem, isDecided: false, state: null });
    expect(outcome).toEqual({
      code: 'provider_error',
      message: 'the provider declined; it still waits for approval',
      words: { code: '51', text: 'No' },
      operation: null,
    });
    expect(noted).toEqual([]);
  });

  it.each(['failed', 'unknown'] as const)(
    'that was carried out and has %s is in the audit log, and the answer names the operation',
    async (state) => {
      const { outcome, noted } = await decided({ kind: 'problem', problem, isDecided: true, state });
      expect(outcome).toEqual({
        code: 'provider_error',
        message: 'the provider declined',
        words: { code: '51', text: 'No' },
        operation: { operation: 2, state },
      });
      expect(noted).toEqual([entry('approved')]);
    },
  );
});

it('limits each currency alone, and one that is not named not at all', async () => {
  vi.spyOn(service.directory, 'approvals').mockResolvedValue({ EUR: 5000, CHF: 0 });
  expect(await Promise.all(['EUR', 'CHF', 'USD'].map((code) => approvalAbove(service, code)))).toEqual([
    5000,
    0,
    null,
  ]);
});
