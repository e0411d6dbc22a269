/** The check of an account. The failures ruled out: keys that are wrong and said to be good, good ones said to be wrong, and a call that moves money. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProviderHealth } from '../../src/directory/health.ts';
import type { Account } from '../../src/directory/types.ts';
import { checkAccount } from '../../src/gateway/account-check.ts';
import { Problem as ProblemError, Refusal } from '../../src/payments/errors.ts';
import type { AccountCheck } from '../../src/providers/contract.ts';
import { provider, providers } from '../../src/providers/registry.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { payboxAccount } from '../support/account.ts';
import {
  admin,
  answerNextCall,
  BANK_API,
  demoSettings,
  makeAccount,
  network,
  PROVIDER_IDS,
  type Problem,
} from '../support/harness.ts';

interface Checked {
  readonly result: 'good' | 'failed' | 'none';
  readonly call: string | null;
  readonly detail: string;
}

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.restoreAllMocks();
  net.restore();
});

const check = (account: string) => admin<Checked>('POST', `/accounts/${account}/check`);

/** Where the banks of the tests are. */
const ENDPOINTS = { api: BANK_API };

describe('the check of an account', () => {
  it.each(PROVIDER_IDS)(
    'of %s says that the demo keys are good, or that there is no such call',
    async (id) => {
      const settings = demoSettings(id);
      const account = await makeAccount(id, { settings, endpoints: ENDPOINTS });
      const { status, body } = await check(account);
      const { check: declared } = providers.find((one) => one.id === id) ?? {};
      expect(status).toBe(200);
      if (body.result === 'none') {
        expect(body.call).toBeNull();
        expect(body.detail).toContain('Make a payment of the smallest amount');
        if (declared) expect(declared.lacks?.(settings) ?? null).not.toBeNull();
      } else {
        expect(body, body.detail).toMatchObject({ result: 'good', call: declared?.call });
      }
    },
  );

  it('says that keys are wrong, and what the provider said', async () => {
    const wrong: [string, Record<string, unknown>][] = [
      ['przelewy24', { api_key: 'f'.repeat(32) }],
      ['paymill', { private_key: 'f'.repeat(32) }],
      ['worldline', { api_secret: 'not the secret of the API key' }],
      ['postfinance-checkout', { application_key: btoa('f'.repeat(32)) }],
      ['dotpay', { password: 'not the password of the panel' }],
      ['ecommpay', { secret_key: 'not the secret key of the project' }],
    ];
    for (const [id, settings] of wrong) {
      const known = await makeAccount(id, { endpoints: ENDPOINTS });
      expect((await check(known)).body.result, id).toBe('good');
      // The bank knows the keys of the accounts that were made: this one is changed behind its back.
      await admin('PUT', `/accounts/${known}`, {
        provider: id,
        settings: { ...demoSettings(id), ...settings },
      });
      expect((await check(known)).body, id).toMatchObject({ result: 'failed' });
    }
  });

  it('says that there was no answer', async () => {
    const account = await makeAccount('przelewy24', { endpoints: ENDPOINTS });
    answerNextCall(() => Promise.reject(new Error('connection reset')));
    expect((await check(account)).body).toMatchObject({
      result: 'failed',
      detail: 'the provider did not answer',
    });
  });

  it('takes nothing but an account that is there', async () => {
    expect((await check('no-such-account')).status).toBe(404);
    const account = await makeAccount('ogone');
    const refused = await admin<Problem>('POST', `/accounts/${account}/check`, { amount: 1 });
    expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([400, 'amount']);
  });
});

describe('what the check says', () => {
  const NOW = Date.UTC(2026, 10, 27, 10);
  const HEALTH: ProviderHealth = {
    lastNotificationAt: null,
    lastAnswerAt: '2026-11-26T10:00:00.000Z',
    lastFailureAt: null,
    failingSince: null,
    failures: 0,
    lastError: null,
  };
  type Call = Parameters<AccountCheck<unknown>['run']>[0];

  /** Checks an account whose provider answers so, after 250 milliseconds. */
  async function checked(account: Account, answer: () => string = () => 'the keys are taken') {
    let now = NOW;
    const service = { ...serviceOf(env as unknown as Env), now: () => now };
    vi.spyOn(service.directory, 'providerHealth').mockResolvedValue(HEALTH);
    const calls: Call[] = [];
    const { check: declared } = provider(account.provider) ?? {};
    if (declared)
      vi.spyOn(declared, 'run').mockImplementation(async (call) => {
        calls.push(call as Call);
        now += 250;
        return answer();
      });
    return { result: await checkAccount(service, account), calls };
  }
  const ADVICE =
    '. Make a payment of the smallest amount, and look at its log and at GET /v1/admin/accounts/:id/refusals';

  it('is good where its provider takes the keys, in a call about an order that nobody has', async () => {
    const account = payboxAccount({ currencies: ['CHF', 'EUR'] });
    const { result, calls } = await checked(account);
    expect(result).toEqual({
      result: 'good',
      call: provider('paybox')?.check?.call,
      detail: 'the keys are taken',
      durationMs: 250,
      health: HEALTH,
    });
    expect(calls).toMatchObject([
      { order: '000000000000000001', currency: 'CHF', now: new Date(NOW), account: { id: 'tickets-bank' } },
    ]);
    expect((await checked(payboxAccount({ currencies: [] }))).calls).toMatchObject([{ currency: 'EUR' }]);
  });

  it.each([
    ['a Problem', new ProblemError('provider_error', 'the key is wrong')],
    ['a Refusal', new Refusal('signature_mismatch', 'the key is wrong')],
  ])('has failed where its provider says no: %s', async (_, error) => {
    const { result } = await checked(payboxAccount(), () => {
      throw error;
    });
    expect(result).toMatchObject({
      result: 'failed',
      detail: 'the key is wrong',
      durationMs: 250,
      health: HEALTH,
    });
  });

  it('says nothing of the account where the fault is ours', async () => {
    const fault = new TypeError('a fault of ours');
    await expect(
      checked(payboxAccount(), () => {
        throw fault;
      }),
    ).rejects.toBe(fault);
  });

  it('is none where there is no such call, or this contract lacks it: it says what to do, and calls nobody', async () => {
    const settings = { ...payboxAccount().settings, direct: false };
    const lacking = await checked(payboxAccount({ settings }));
    const lack = provider('paybox')?.check?.lacks?.({ ...settings, pbx_retour: '' });
    expect(lack).toEqual(expect.any(String));
    expect(lacking.result).toEqual({
      result: 'none',
      call: null,
      detail: `${lack}${ADVICE}`,
      durationMs: 0,
      health: HEALTH,
    });
    expect(lacking.calls).toEqual([]);
    const dummy = payboxAccount({ provider: 'dummy', environment: 'test', settings: {}, secrets: {} });
    expect((await checked(dummy)).result).toEqual({
      result: 'none',
      call: null,
      detail: `Dummy (for tests, without any signature) has no call that changes nothing${ADVICE}`,
      durationMs: 0,
      health: HEALTH,
    });
  });
});
