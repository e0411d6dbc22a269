/**
 * What an operator's change of an account becomes. The failures ruled out: a secret that is stored or shown among the settings; a mask that
 * is stored as a secret; a part that was left out and is forgotten; what no provider can work with, stored all the same.
 */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AccountInput } from '../../src/directory/accounts.ts';
import type { Account, Shop } from '../../src/directory/types.ts';
import {
  type AccountChange,
  accountInput,
  checkedSettings,
  isMask,
  knownAccount,
  MASK,
  requireModeOfShops,
  rotatedKeyId,
} from '../../src/gateway/account-change.ts';
import { provider } from '../../src/providers/registry.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { liveSecret, OWN_HMAC_KEY, payboxAccount } from '../support/account.ts';
import { problemOf, told, wrongField } from '../support/thrown.ts';

const service = serviceOf(env as unknown as Env);
afterEach(() => vi.restoreAllMocks());

const UUID = '0b9b9f9e-3d0f-4c5a-8f52-6d1f4f0f6a77';
const SHOWN = { site: '1234567', rang: '32', identifiant: '2' };
const SETTINGS = { ...SHOWN, hmac_key: OWN_HMAC_KEY };

const inputOf = (body: Partial<AccountChange>, before: Account | null = null) =>
  accountInput('tickets-bank', { provider: 'paybox', ...body }, before, service);
const refusalOf = (body: Partial<AccountChange>, before: Account | null = null) =>
  problemOf(() => inputOf(body, before));

function foundProvider(id: string) {
  const found = provider(id);
  if (!found) throw new Error(`there is a provider ${id}`);
  return found;
}

/** An account in which nothing is as a new one has it. */
const STORED = payboxAccount({
  caption: 'The bank of the tickets',
  displayName: 'Cards',
  kind: 'wallet',
  environment: 'sandbox',
  currencies: ['EUR', 'USD'],
  endpoints: { api: 'https://api.bank-demo.com' },
  allowedIps: ['194.2.122.0/24'],
  trustUnprovenNotifications: true,
  expireAfterHours: 3,
  fallback: 'other-bank',
});

const AS_STORED: AccountInput = {
  id: 'tickets-bank',
  provider: 'paybox',
  caption: 'The bank of the tickets',
  displayName: 'Cards',
  kind: 'wallet',
  environment: 'sandbox',
  currencies: ['EUR', 'USD'],
  settings: STORED.settings,
  endpoints: { api: 'https://api.bank-demo.com' },
  allowedIps: ['194.2.122.0/24'],
  trustUnprovenNotifications: true,
  expireAfterHours: 3,
  fallback: 'other-bank',
  secrets: {},
};

describe('a change of an account', () => {
  it('that says nothing leaves all as it is stored', () => {
    expect(inputOf({}, STORED)).toEqual(AS_STORED);
  });

  it('that makes one gives it what a new one has, its secrets apart from the settings that are shown', () => {
    expect(inputOf({ settings: SETTINGS })).toEqual({
      id: 'tickets-bank',
      provider: 'paybox',
      caption: foundProvider('paybox').caption,
      displayName: null,
      kind: null,
      environment: 'test',
      currencies: foundProvider('paybox').currencies,
      settings: SHOWN,
      endpoints: {},
      allowedIps: [],
      trustUnprovenNotifications: false,
      expireAfterHours: 24,
      fallback: null,
      secrets: { hmac_key: OWN_HMAC_KEY },
    });
  });

  it('that makes one takes fewer currencies than the provider can where most shops have one', () => {
    const settings = { api_key: UUID, signature_key: UUID };
    expect(accountInput('pl', { provider: 'paynow', settings }, null, service).currencies).toEqual(['PLN']);
  });

  it('that says everything replaces all of it', () => {
    const body = {
      caption: 'Another',
      displayName: null,
      kind: null,
      environment: 'production' as const,
      currencies: ['CHF'],
      settings: { ...SHOWN, site: '7654321', billing_phone: null },
      endpoints: { page: 'https://page.bank-demo.com/', api: null },
      allowedIps: [],
      trustUnprovenNotifications: false,
      expireAfterHours: 48,
      fallback: null,
    };
    expect(inputOf(body, STORED)).toEqual({
      ...AS_STORED,
      ...body,
      settings: { ...SHOWN, site: '7654321' },
      endpoints: { page: 'https://page.bank-demo.com' },
    });
  });

  it('keeps the stored secret where its mask comes back, and takes one away that is null', () => {
    const assist = payboxAccount({
      provider: 'assist',
      environment: 'test',
      settings: { merchant_id: '679471' },
      secrets: { salt: [liveSecret('0123456789abcdef')], password: [liveSecret('of-the-web-service')] },
    });
    const settings = { merchant_id: '679471', login: 'shop', salt: MASK, password: null };
    const { secrets, settings: shown } = accountInput(
      assist.id,
      { provider: 'assist', settings },
      assist,
      service,
    );
    expect(MASK).toBe('********');
    expect(secrets).toEqual({ password: null });
    expect(shown).toEqual({ merchant_id: '679471', login: 'shop' });
  });

  it.each<[string, Partial<AccountChange>, Account | null, ReturnType<typeof told>]>([
    [
      'a provider that there is not',
      { provider: 'payboks' },
      null,
      wrongField('provider', 'there is no provider payboks'),
    ],
    [
      'another provider than the account has',
      { provider: 'payzen' },
      STORED,
      wrongField('provider', 'the account tickets-bank is for paybox: make a new account'),
    ],
    [
      'production at a provider for tests',
      { provider: 'dummy', environment: 'production' },
      null,
      wrongField('environment', 'dummy has no signatures and moves no money: it is never for production'),
    ],
    [
      'a currency that the provider does not take',
      { settings: SETTINGS, currencies: ['EUR', 'BRL'] },
      null,
      wrongField('currencies', 'paybox does not take BRL'),
    ],
    [
      'a currency that there is not',
      { settings: SETTINGS, currencies: ['EUR', 'EURO'] },
      null,
      wrongField('currencies', 'EURO is not a currency of ISO 4217'),
    ],
    [
      'asterisks that are not the mask',
      { settings: { ...SHOWN, hmac_key: '***' } },
      STORED,
      wrongField('settings.hmac_key', 'is not a secret; ******** keeps the stored one'),
    ],
    [
      'a secret that is no text',
      { settings: { ...SHOWN, hmac_key: true } },
      STORED,
      wrongField('settings.hmac_key', 'is a text'),
    ],
    [
      'an address with a path where an origin has to be',
      { settings: SETTINGS, endpoints: { api: 'https://api.bank-demo.com/v2' } },
      null,
      wrongField('endpoints.api', 'must be an origin, without a path'),
    ],
    [
      'an address of a private network',
      { settings: SETTINGS, endpoints: { page: 'https://10.0.0.1' } },
      null,
      wrongField('endpoints.page', 'must be on the public internet'),
    ],
    [
      'addresses that are none, each by its place',
      { settings: SETTINGS, allowedIps: ['bank', '194.2.122.1', '1.2.3'] },
      null,
      {
        code: 'invalid_request',
        detail: 'allowedIps.0: bank is neither an IP address nor a CIDR block',
        errors: [
          { path: 'allowedIps.0', message: 'bank is neither an IP address nor a CIDR block' },
          { path: 'allowedIps.2', message: '1.2.3 is neither an IP address nor a CIDR block' },
        ],
      },
    ],
    [
      'settings that the provider does not have, each with the one that is meant',
      { settings: { ...SETTINGS, sites: '1', of_nobody: 'x' } },
      null,
      {
        code: 'invalid_request',
        detail: 'settings.sites: is not a setting of paybox: did you mean site?',
        errors: [
          { path: 'settings.sites', message: 'is not a setting of paybox: did you mean site?' },
          { path: 'settings.of_nobody', message: 'is not a setting of paybox' },
        ],
      },
    ],
    [
      'settings that do not fit, each by its name',
      { settings: { ...SETTINGS, site: '1', rang: 'x' } },
      null,
      {
        code: 'invalid_request',
        detail: 'settings.site: has 7 digits',
        errors: [
          { path: 'settings.site', message: 'has 7 digits' },
          { path: 'settings.rang', message: 'has 2 or 3 digits' },
        ],
      },
    ],
    ['no secret at all', { settings: SHOWN }, null, wrongField('settings.hmac_key', 'is missing')],
    [
      'an address of calls among the settings that only we could reach',
      {
        provider: 'ecommpay',
        settings: { project_id: 1, secret_key: 'a-secret-of-our-own', gate_url: 'https://10.0.0.1/v2' },
      },
      null,
      wrongField('settings.gate_url', 'must be on the public internet'),
    ],
  ])('with %s is refused, and says so', async (_, body, before, problem) => {
    expect(await refusalOf(body, before)).toEqual(problem);
  });

  it('takes a secret that only begins or ends with asterisks', () => {
    expect(['*', '***', '*a', 'a*', '', 'a'].map(isMask)).toEqual([true, true, false, false, false, false]);
  });

  it('with a secret taken away that the account cannot do without is refused', async () => {
    expect(await refusalOf({ settings: { ...SHOWN, hmac_key: null } }, STORED)).toEqual(
      wrongField('settings.hmac_key', 'is missing'),
    );
  });

  it('into production is refused while a published key is stored', async () => {
    const stored = { ...STORED, secrets: { hmac_key: [liveSecret('0123456789abcdef'.repeat(8))] } };
    expect(await refusalOf({ environment: 'production' }, stored)).toEqual(
      wrongField(
        'settings.hmac_key',
        'is a published key of a test or an example, which everybody has: enter your own',
      ),
    );
    expect(inputOf({}, stored)).toEqual(AS_STORED);
  });
});

describe('settings after a change of one secret', () => {
  const check = (secrets: Record<string, string | null>, before: Account | null = STORED) =>
    problemOf(() =>
      checkedSettings(foundProvider('paybox'), SHOWN, secrets, { before, environment: 'test' }),
    );

  it('are checked with the secrets that stay, the newest of each', async () => {
    const before = { ...STORED, secrets: { hmac_key: [liveSecret(OWN_HMAC_KEY), liveSecret('not hex', 1)] } };
    expect(await check({}, before)).toBeNull();
    expect(await check({ hmac_key: 'not hex' }, before)).toEqual(
      wrongField('settings.hmac_key', 'is an even number of hexadecimal digits, normally 128'),
    );
  });

  it('leave no secret out that is taken away', async () => {
    expect(await check({ hmac_key: null })).toEqual(wrongField('settings.hmac_key', 'is missing'));
  });
});

describe('the key id of a rotation', () => {
  const worldline = foundProvider('worldline');

  it('stands in the setting of its secret', () => {
    expect(rotatedKeyId(worldline, 'api_secret', 'api-4')).toEqual({ setting: 'api_key_id', value: 'api-4' });
    expect(rotatedKeyId(foundProvider('paybox'), 'hmac_key', null)).toBeNull();
  });

  it('that is missing or that nobody has is refused', async () => {
    expect(await problemOf(() => rotatedKeyId(worldline, 'webhook_secret', null))).toEqual(
      wrongField('keyId', 'is missing: a new webhook_secret of worldline has a new webhook_key_id'),
    );
    expect(await problemOf(() => rotatedKeyId(foundProvider('paybox'), 'hmac_key', 'k'))).toEqual(
      wrongField('keyId', 'is none of paybox: its hmac_key has no id'),
    );
  });
});

describe('a change of where the money of an account is real', () => {
  const shop = (id: string, testMode: boolean, accounts: readonly string[]) =>
    ({ id, testMode, accounts }) as Shop;
  const changed = (
    environment: AccountInput['environment'],
    before: Account | null,
    shops: readonly Shop[],
  ) => {
    vi.spyOn(service.directory.shops, 'list').mockResolvedValue([...shops]);
    return problemOf(() => requireModeOfShops(service, { ...AS_STORED, environment }, before));
  };
  const inTest = shop('in-test', true, ['tickets-bank']);

  it('is refused while a shop in test mode uses it, and says which', async () => {
    expect(await changed('production', STORED, [shop('other', true, ['other-bank']), inTest])).toEqual({
      code: 'invalid_state',
      detail:
        'the shop in-test is in test mode, and the account tickets-bank takes real money: to go live, send "testMode": false; to go on testing, leave tickets-bank out',
      errors: [{ path: 'accounts', message: 'tickets-bank does not fit the mode of the shop' }],
    });
  });

  it('is taken where no such shop uses it', async () => {
    const live = shop('live', false, ['tickets-bank']);
    expect(await changed('production', STORED, [live, shop('other', true, ['other-bank'])])).toBeNull();
    expect(await changed('test', STORED, [inTest])).toBeNull();
  });

  it('is none where the account is new, or stays what it was among shops that were mixed before', async () => {
    expect(await changed('production', null, [inTest])).toBeNull();
    expect(await changed('production', payboxAccount(), [inTest])).toBeNull();
  });
});

it('says of an account that is not there that there is none, by its name', async () => {
  expect(await problemOf(() => knownAccount(service, 'of-nobody'))).toEqual(
    told('not_found', 'there is no account of-nobody'),
  );
});
