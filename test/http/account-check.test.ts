/** The check of an account. The failures ruled out: keys that are wrong and said to be good, good ones said to be wrong, and a call that moves money. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
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
afterEach(() => net.restore());

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
