/**
 * What may be done with a payment, and how it is cancelled. Ruled out: an operation at an account that cannot do it; a payment that is called off
 * here and stays open at its bank; an answer that says nothing of why it was not.
 */
import { describe, expect, it } from 'vitest';
import { cancelPayment } from '../../src/gateway/cancel-payment.ts';
import { operationRules } from '../../src/gateway/operation-rules.ts';
import type { PaymentRead } from '../../src/ledger/commands.ts';
import { accountOf, handMade, ID, registered } from './hand-made.ts';

const { userid: _userid, ...withoutUser } = accountOf('ogone').settings;
const ACCOUNTS = [
  accountOf('ogone', { id: 'able' }),
  accountOf('ogone', { id: 'lacking', settings: withoutUser }),
  accountOf('spplus', { id: 'unable' }),
];
const LACK = registered('ogone').cancel?.lacks?.(withoutUser) ?? '';

const readOf = (accounts: readonly string[], status = 'created') =>
  ({ attempts: accounts.map((account) => ({ account })), view: { status } }) as unknown as PaymentRead;

describe('the rules of an operation', () => {
  it('are those of each account that can do it, and the reasons of those that cannot', async () => {
    const { service } = handMade({ accounts: ACCOUNTS });
    const read = readOf(['able', 'unable', 'able', 'lacking', 'gone']);
    expect(LACK).not.toBe('');
    expect(await operationRules(service, read, 'cancel')).toEqual({
      rules: { able: registered('ogone').cancel?.rule, unable: null, lacking: null },
      reasons: [`${registered('spplus').caption} has no cancel`, `the account lacking: ${LACK}`],
    });
    expect(await operationRules(service, readOf(['able']), 'cancel')).toMatchObject({ reasons: [] });
  });
});

describe('a cancel', () => {
  const COMMAND = { shop: 'shop', attempt: null, key: 'key-1', origin: 'https://pay.example' };
  const OPERATION = { operation: 1 };
  const DONE = { kind: 'done', view: { version: 2 }, operation: OPERATION, replayed: false };

  /** Cancels a payment. @returns what that comes to, and what the ledger was told. */
  async function cancelled(
    accounts: readonly string[],
    {
      called = 'not_open',
      done = DONE,
      status = 'authorized',
      more = {},
      now = { view: { version: 3 } },
    }: {
      called?: string;
      done?: object;
      status?: string;
      more?: object;
      now?: object | null;
    } = {},
  ) {
    const { service, ledger } = handMade({
      accounts: ACCOUNTS,
      ledger: { callOff: called, executeOperation: done, read: now },
    });
    const result = await cancelPayment(service, ID, readOf(accounts, status), {
      ...COMMAND,
      ...more,
    } as never).catch((error: unknown) => error);
    return { result, told: ledger };
  }

  const execution = (rules: object, more: object = {}) => [
    'executeOperation',
    ID,
    { ...COMMAND, ...more, kind: 'cancel', amount: null, rules },
  ];
  const RULE = registered('ogone').cancel?.rule;

  it('is an operation where money is held', async () => {
    const { result, told } = await cancelled(['unable', 'able']);
    expect(result).toEqual(DONE);
    expect(told).toEqual([['callOff', ID, 'shop', 'shop'], execution({ unable: null, able: RULE })]);
  });

  it('of an operator is called off by the operator', async () => {
    const operator = { operator: { id: 'zoe' } };
    const { told } = await cancelled(['able'], { more: operator });
    expect(told).toEqual([['callOff', ID, 'shop', 'operator'], execution({ able: RULE }, operator)]);
  });

  it('of another shop’s payment finds nothing, and does nothing', async () => {
    const { result, told } = await cancelled(['able'], { called: 'unknown' });
    expect([result, told.length]).toEqual([{ kind: 'none' }, 1]);
  });

  it('of what nobody has paid calls it off, at its provider too where that can', async () => {
    const called = 'called_off';
    const { result, told } = await cancelled(['able'], { called });
    expect(result).toEqual({ kind: 'done', view: { version: 3 }, operation: OPERATION, replayed: false });
    expect(told.map(([name]) => name)).toEqual(['callOff', 'executeOperation', 'read']);
    const again = await cancelled(['able'], { called, done: { ...DONE, replayed: true } });
    expect(again.result).toMatchObject({ replayed: true });
    const rejected = await cancelled(['able'], {
      called,
      done: { kind: 'rejected', operation: OPERATION, replayed: true },
    });
    expect(rejected.result).toMatchObject({ kind: 'done', operation: OPERATION, replayed: false });
    const none = await cancelled(['able'], { called, done: { kind: 'none' } });
    expect(none.result).toMatchObject({ kind: 'done', operation: null, replayed: false });
    const unable = await cancelled(['unable', 'lacking'], { called });
    expect(unable.told.map(([name]) => name)).toEqual(['callOff', 'read']);
    expect(unable.result).toEqual({ kind: 'done', view: { version: 3 }, operation: null, replayed: false });
    expect((await cancelled(['able'], { called, now: null })).result).toEqual({ kind: 'none' });
  });

  it('of what no account can take back says why, and whether the bank is at work', async () => {
    const why = `${registered('spplus').caption} has no cancel; the account lacking: ${LACK}`;
    const { result, told } = await cancelled(['unable', 'lacking']);
    expect(result).toMatchObject({ code: 'unsupported_operation', message: why });
    expect(told).toHaveLength(1);
    const pending = await cancelled(['unable', 'lacking'], { status: 'pending' });
    expect(pending.result).toMatchObject({
      code: 'invalid_state',
      message: `the bank is processing the payment, and ${why}`,
    });
  });
});
