/**
 * Accounts as they are opened, and what an operator should mend of them. The failures ruled out: real money signed for with a secret that
 * everybody has; an earlier secret that verifies longer than its grace, or with the id of another; a weakness that nobody is told of.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import { accountWarnings, isPublished, settingProblem } from '../../src/gateway/account-problems.ts';
import { isDeferred, open, takesCurrency } from '../../src/gateway/accounts.ts';
import { provider } from '../../src/providers/registry.ts';
import { liveSecret, OWN_HMAC_KEY, payboxAccount, worldlineAccount } from '../support/account.ts';
import { problemOf, told } from '../support/thrown.ts';

const lines: unknown[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.spyOn(console, 'warn').mockImplementation((line) => void lines.push(line));
});
afterEach(() => vi.restoreAllMocks());

const PUBLISHED = '0123456789ABCDEF'.repeat(8);
const RULES = { local: false, outgoingPorts: [] };

function foundProvider(id: string) {
  const found = provider(id);
  if (!found) throw new Error(`there is a provider ${id}`);
  return found;
}

const openingOf = (account: Account) => problemOf(() => open(account));

describe('an account that is opened', () => {
  it('has the current secrets first, then each earlier one in place of its own, with the id that it had and its end', () => {
    const account = worldlineAccount({
      endpoints: { api: 'https://api.bank-demo.com' },
      secrets: {
        api_secret: [
          liveSecret('third-secret-of-the-api'),
          liveSecret('second-secret-of-the-api', 2000, 'api-2'),
          liveSecret('first-secret-of-the-api', 1000),
        ],
        webhook_secret: [
          liveSecret('second-secret-of-webhooks'),
          liveSecret('first-secret-of-webhooks', 3000, 'hook-0'),
        ],
        forgotten: [],
      },
    });
    const { variants, provider: found, account: same } = open(account);
    expect(same).toBe(account);
    expect(found.id).toBe('worldline');
    const settings = {
      ...{ brand: 'worldline', merchant_id: 'tickets', authorization_mode: 'SALE', locale: 'en_GB' },
      ...{ send_gcs_date: false, api_key_id: 'api-3', webhook_key_id: 'hook-1' },
      ...{ api_secret: 'third-secret-of-the-api', webhook_secret: 'second-secret-of-webhooks' },
    };
    const variant = (signedBy: string, until: number | null, changes: Record<string, string>) => ({
      account: {
        id: 'tickets-bank',
        environment: 'production',
        endpoints: { api: 'https://api.bank-demo.com' },
        settings: { ...settings, ...changes },
      },
      signedBy,
      until,
    });
    expect(variants).toEqual([
      variant('current', null, {}),
      variant('api_secret (earlier, in its grace)', 2000, {
        api_secret: 'second-secret-of-the-api',
        api_key_id: 'api-2',
      }),
      variant('api_secret (earlier by 2, in its grace)', 1000, { api_secret: 'first-secret-of-the-api' }),
      variant('webhook_secret (earlier, in its grace)', 3000, {
        webhook_secret: 'first-secret-of-webhooks',
        webhook_key_id: 'hook-0',
      }),
    ]);
  });

  it('is read once: its addresses that nobody can read are logged once, and not those that anybody can', () => {
    const account = payboxAccount({ allowedIps: ['194.2.122.1', 'bank'] });
    expect(open(account)).toBe(open(account));
    expect(lines).toEqual([
      { event: 'account.unreadable_addresses', account: 'tickets-bank', allowedIps: ['bank'] },
    ]);
    open(payboxAccount({ allowedIps: ['194.2.122.1'] }));
    expect(lines).toHaveLength(1);
  });

  it('for real money is not opened with a secret that everybody has, current or earlier', async () => {
    const problem = told(
      'misconfigured',
      'the secret hmac_key of the account tickets-bank is a published key of a test or an example, which everybody has: set your own with PUT /v1/admin/accounts/tickets-bank',
    );
    const own = liveSecret(OWN_HMAC_KEY);
    const published = payboxAccount({ secrets: { hmac_key: [liveSecret(PUBLISHED)] } });
    expect(await openingOf(published)).toEqual(problem);
    expect(
      await openingOf(payboxAccount({ secrets: { hmac_key: [own, liveSecret(PUBLISHED, 1)] } })),
    ).toEqual(problem);
    expect(await openingOf(payboxAccount())).toBeNull();
    expect(await openingOf({ ...published, environment: 'test' })).toBeNull();
  });

  it('is not opened for a provider that there is not, nor for real money at one for tests', async () => {
    expect(await openingOf(payboxAccount({ provider: 'gone' }))).toEqual(
      told('misconfigured', 'the account tickets-bank is for an unknown provider'),
    );
    const dummy = payboxAccount({ provider: 'dummy', settings: {}, secrets: {} });
    expect(await openingOf(dummy)).toEqual(
      told('misconfigured', 'the account tickets-bank is for dummy, which is never for production'),
    );
    expect(await openingOf({ ...dummy, environment: 'test' })).toBeNull();
  });

  it('is not opened with settings that do not fit any more, and the log says which', () => {
    const account = payboxAccount({ settings: { site: '1' } });
    expect(() => open(account)).toThrow(
      expect.objectContaining({
        code: 'misconfigured',
        message: 'the settings of the account tickets-bank are not complete',
        cause: expect.objectContaining({ message: 'site: has 7 digits' }),
      }),
    );
  });

  it('takes the currencies that the operator lists and the provider can, and no other', () => {
    const account = payboxAccount({ currencies: ['EUR', 'BRL'] });
    expect(['EUR', 'BRL', 'USD', 'PLN'].map((currency) => takesCurrency(account, currency))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(takesCurrency({ ...account, provider: 'gone' }, 'EUR')).toBe(false);
  });

  it('registers its orders when the shopper comes where its provider does', () => {
    expect([isDeferred(worldlineAccount()), isDeferred(payboxAccount())]).toEqual([true, false]);
  });
});

describe('a secret that everybody has', () => {
  it.each([
    ['paybox', PUBLISHED, true],
    ['paybox', PUBLISHED.toLowerCase(), true],
    ['paybox', `${PUBLISHED.slice(0, 64)} ${PUBLISHED.slice(64)}`, true],
    ['paybox', OWN_HMAC_KEY, false],
    ['paybox', 'demo-key', true],
    ['paybox', 'testpassword_demo-key', true],
    ['paybox', 'our-demo-key', false],
    ['paybox', 'our-testpassword_demo-key', false],
    ['spplus', '58:6D:FC:9C:34:91:9B:86:3F:FD:64:63:C9:13:4A:26:BA:29:74:1E:C7:E9:80:79', true],
    ['dummy', OWN_HMAC_KEY, false],
  ])('is known in any spelling of it: %s %s', (id, secret, isKnown) => {
    expect(isPublished(foundProvider(id), secret)).toBe(isKnown);
  });
});

describe('the first thing wrong with settings', () => {
  const payu = foundProvider('payu');
  const OWN = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
  const settings = {
    mode: 'rest',
    pos_id: '1',
    second_key: OWN,
    client_secret: '2ee86a66e5d97e3fadc400c9f19b065d',
  };

  it('is what checks the messages and is missing', () => {
    expect(settingProblem(payu, { ...settings, second_key: undefined }, 'production')).toEqual({
      setting: 'second_key',
      problem: 'is missing: it checks what the provider sends',
    });
  });

  it('is a published secret in production alone', () => {
    expect(settingProblem(payu, settings, 'production')).toEqual({
      setting: 'client_secret',
      problem: 'is a published key of a test or an example, which everybody has: enter your own',
    });
    expect(settingProblem(payu, settings, 'test')).toBeNull();
    // What is no secret may be any text.
    expect(
      settingProblem(payu, { ...settings, client_secret: OWN, pos_id: 'demo-1' }, 'production'),
    ).toBeNull();
  });

  it('is what its provider finds wrong', () => {
    const legacy = { mode: 'legacy', pos_id: '1', key2: OWN, testing: true };
    expect(settingProblem(payu, legacy, 'production')).toEqual({
      setting: 'testing',
      problem: 'sends every payment as a test, of which none counts in production',
    });
    expect(settingProblem(payu, legacy, 'test')).toBeNull();
  });
});

describe('what an operator should mend of an account', () => {
  const NO_PHONE =
    'settings.billing_phone is not set: banks refuse payments whose shop gives no telephone number of the shopper (since October 2024)';

  it('is nothing where nothing is wrong, and of one whose provider is gone', () => {
    expect(accountWarnings(payboxAccount(), RULES)).toEqual([]);
    expect(accountWarnings(payboxAccount({ provider: 'gone', allowedIps: ['bank'] }), RULES)).toEqual([]);
  });

  it('is each thing, one sentence for each', () => {
    const settings = { site: '1234567', rang: '32', identifiant: '2' };
    const account = payboxAccount({
      settings,
      allowedIps: ['bank', '194.2.122.1'],
      secrets: { hmac_key: [liveSecret(PUBLISHED)] },
    });
    expect(accountWarnings(account, RULES)).toEqual([
      'settings.hmac_key is a published key of a test or an example, which everybody has: enter your own',
      NO_PHONE,
      'allowedIps has bank, which is neither an IP address nor a CIDR block: it allows nobody. Send the list without it',
    ]);
    expect(accountWarnings({ ...account, environment: 'test', allowedIps: [] }, RULES)).toEqual([NO_PHONE]);
  });

  it('is that its settings do not fit any more, and an address that is not called', () => {
    const account = payboxAccount({
      provider: 'ecommpay',
      settings: { gate_url: 'https://10.0.0.1/v2' },
      secrets: { secret_key: [liveSecret('a-secret-of-our-own')] },
    });
    expect(accountWarnings(account, RULES)).toEqual([
      'the settings are not complete any more: send them again',
      'settings.gate_url must be on the public internet: it is not called',
    ]);
  });

  it('is each secret that can be guessed, by its characters and not by its bytes', () => {
    const warning = (name: string) =>
      `settings.${name} has fewer than 16 characters: whoever sees one signed message can find it by trying. Set a longer one at worldline, and rotate it here`;
    const warned = (api: string, hook: string) =>
      accountWarnings(
        worldlineAccount({
          secrets: { api_secret: [liveSecret(api)], webhook_secret: [liveSecret(hook)], forgotten: [] },
        }),
        RULES,
      );
    expect(warned('a'.repeat(16), 'é'.repeat(16))).toEqual([]);
    expect(warned('a'.repeat(15), '😀'.repeat(15))).toEqual([
      warning('api_secret'),
      warning('webhook_secret'),
    ]);
    expect(warned('a'.repeat(8), '0123456789abcdef')).toEqual([warning('api_secret')]);
  });
});
