/**
 * What an operator's change of a shop becomes. The failures ruled out: a shop in test mode that takes real money, or the other way round; a
 * key that signs and can be guessed; a key that opens two shops; what was left out and is forgotten.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Account, itself, type KeyKind, type Shop } from '../../src/directory/types.ts';
import {
  checkedShop,
  keyWarnings,
  knownShop,
  putShop,
  type ShopChange,
} from '../../src/gateway/shop-change.ts';
import { fitsMode, isReal, modeOf, modeProblem } from '../../src/gateway/shop-mode.ts';
import { base64 } from '../../src/signing/bytes.ts';
import { type Env, serviceOf } from '../../src/worker.ts';
import { payboxAccount } from '../support/account.ts';
import { unique } from '../support/requests.ts';
import { liveShop } from '../support/shop.ts';
import { problemOf, told, wrongField } from '../support/thrown.ts';

const service = serviceOf(env as unknown as Env);
const BY = itself('countersign');

const REAL = payboxAccount({ id: 'real' });
const TEST = payboxAccount({ id: 'test', environment: 'test' });
const SANDBOX = payboxAccount({ id: 'sandbox', environment: 'sandbox' });

beforeEach(() => {
  const accounts: readonly Account[] = [REAL, TEST, SANDBOX];
  vi.spyOn(service.directory.accounts, 'get').mockImplementation(
    async (id) => accounts.find((account) => account.id === id) ?? null,
  );
});
afterEach(() => vi.restoreAllMocks());

const inputOf = async (body: ShopChange, before: Shop | null = null) =>
  (await checkedShop(service, 'tickets', body, { before })).input;
const refusalOf = (body: ShopChange, before: Shop | null = null) =>
  problemOf(() => checkedShop(service, 'tickets', body, { before }));

const { createdAt: _created, updatedAt: _updated, ...NEW } = liveShop({ name: 'tickets' });

describe('a change of a shop', () => {
  it('that makes one with nothing said gives it what a new one has', async () => {
    expect(await inputOf({})).toEqual(NEW);
  });

  it('that says nothing leaves all as it is', async () => {
    const before = liveShop({
      ...{ name: 'Other', group: 'france', active: false, adminEnabled: false, region: 'weur' },
      ...{ rateLimit: { perMinute: 60, burst: 7 }, expireAfterMinutes: 30, accounts: ['real'] },
      returnUrl: { success: 'https://shop-demo.com/yes', failure: 'https://shop-demo.com/no' },
      webhook: { url: 'https://shop-demo.com/hook', dialect: 'polybanking', newPayments: true },
    });
    const { createdAt: _c, updatedAt: _u, ...stored } = before;
    expect(await inputOf({}, before)).toEqual(stored);
    expect(await inputOf({ rateLimit: null, group: null, webhook: { url: null } }, before)).toEqual({
      ...stored,
      rateLimit: null,
      group: null,
      webhook: { url: null, dialect: 'polybanking', newPayments: true },
    });
  });

  it('of how many requests it may make says how many at one time: a tenth of a minute’s, unless it is said', async () => {
    expect((await inputOf({ rateLimit: { perMinute: 101 } })).rateLimit).toEqual({
      perMinute: 101,
      burst: 11,
    });
    expect((await inputOf({ rateLimit: { perMinute: 101, burst: 3 } })).rateLimit).toEqual({
      perMinute: 101,
      burst: 3,
    });
  });

  const MODES: readonly (readonly [string, readonly string[], Shop | null, boolean])[] = [
    ['a new one without accounts', [], null, false],
    ['a new one with accounts for tests alone', ['test', 'sandbox'], null, true],
    ['a new one with a real account too', ['test', 'real'], null, false],
    ['a live one without accounts, given its first ones', ['test'], liveShop(), true],
    ['a live one with accounts, given others', ['test'], liveShop({ accounts: ['real'] }), false],
    ['one in test mode, with no account left', [], liveShop({ testMode: true, accounts: ['test'] }), true],
    ['one in test mode that never had one', [], liveShop({ testMode: true }), true],
  ];

  it('says of its mode what is said of it, or what its first accounts are', async () => {
    for (const [name, accounts, before, testMode] of MODES)
      expect((await inputOf({ accounts }, before)).testMode, name).toBe(testMode);
  });

  it('that gives a shop in test mode a real account is refused, new or changed, and one that it has already is not', async () => {
    const problem = {
      code: 'invalid_state',
      detail:
        'the shop tickets is in test mode, and the account real takes real money: to go live, send "testMode": false; to go on testing, leave real out',
      errors: [{ path: 'accounts', message: 'real does not fit the mode of the shop' }],
    };
    const inTest = liveShop({ testMode: true, accounts: ['test'] });
    expect(await refusalOf({ testMode: true, accounts: ['real'] })).toEqual(problem);
    expect(await refusalOf({ accounts: ['test', 'real'] }, inTest)).toEqual(problem);
    expect(await refusalOf({ testMode: true }, liveShop({ accounts: ['real'] }))).toEqual(problem);
    // Of before test and live were kept apart.
    const mixed = { ...inTest, accounts: ['test', 'real'] };
    expect(await refusalOf({ name: 'New' }, mixed)).toBeNull();
    expect(await refusalOf({ testMode: false }, mixed)).toBeNull();
    expect(await refusalOf({ accounts: ['test', 'real'] }, liveShop({ accounts: ['real'] }))).toBeNull();
  });

  it('with an account that there is not, or an address that only we can reach, is refused', async () => {
    expect(await refusalOf({ accounts: ['real', 'gone'] })).toEqual(
      wrongField('accounts.1', 'there is no account gone'),
    );
    expect(await refusalOf({ webhook: { url: 'https://10.0.0.1/hook' } })).toEqual(
      wrongField('webhook.url', 'must be on the public internet'),
    );
  });

  it('is seen at once where the shop was read a moment before', async () => {
    const id = `shop-${unique()}`;
    await putShop(service, id, { name: 'Old' }, { before: null, by: BY });
    const before = await service.directory.shop(id);
    expect(before?.name).toBe('Old');
    expect(await putShop(service, id, { name: 'New' }, { before, by: BY })).toEqual({});
    expect(await service.directory.shop(id)).toMatchObject({ name: 'New' });
  });
});

/** `whsec_` and the base64 of so many bytes that are not all the same. */
const secretOf = (count: number, byte = (at: number) => at) =>
  `whsec_${base64(Uint8Array.from({ length: count }, (_, at) => byte(at)))}`;

const SHORT = 'takes at least 32 characters, and not blanks: it signs';
const NOT_BASE64 = 'takes canonical base64 after whsec_: it signs';
const FEW_BYTES = 'takes at least 24 bytes at random, as base64 after whsec_: it signs';
const MASKED = 'is what is shown in place of a key, not a key';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

describe('a key that an operator gives', () => {
  const TRIED: readonly (readonly [KeyKind, string, string | null])[] = [
    ['apiKey', 'short', null],
    ['apiKey', '********', MASKED],
    ['requestKey', '*'.repeat(64), MASKED],
    ['requestKey', `${LETTERS}***`, null],
    ['requestKey', `***${LETTERS}`, null],
    ['requestKey', LETTERS.slice(0, 31), SHORT],
    ['requestKey', LETTERS.slice(0, 32), null],
    ['ipnKey', LETTERS.slice(0, 31), SHORT],
    // Of 32 characters: 24 that are seen, then 23.
    ['ipnKey', `${LETTERS.slice(0, 24)}${'\u200b '.repeat(4)}`, null],
    ['ipnKey', `${LETTERS.slice(0, 23)}${'\u200b '.repeat(4)}\t`, SHORT],
    // Sixteen characters, and thirty-two of JavaScript's.
    ['ipnKey', '\u{1f600}'.repeat(16), SHORT],
    ['ipnKey', 'a'.repeat(31).concat('='), null],
    ['webhookSecret', secretOf(24), null],
    ['webhookSecret', secretOf(23), FEW_BYTES],
    ['webhookSecret', secretOf(32, () => 7), FEW_BYTES],
    ['webhookSecret', `${secretOf(32)}!!!!`, NOT_BASE64],
    // Bits after its end, and a padding that is missing.
    ['webhookSecret', secretOf(25).replace(/.==$/, 'B=='), NOT_BASE64],
    ['webhookSecret', secretOf(25).replace('==', ''), NOT_BASE64],
    ['webhookSecret', `${LETTERS.slice(0, 33)}==`, NOT_BASE64],
    // Taken over from elsewhere: a text, whatever is in it.
    ['webhookSecret', `${LETTERS}!`, null],
    ['webhookSecret', `our-whsec_${LETTERS}`, null],
    ['webhookSecret', `key=${LETTERS}!`, null],
    // Base64 without the prefix: what it stands for signs.
    ['webhookSecret', secretOf(24).slice('whsec_'.length), null],
    ['webhookSecret', 'A'.repeat(32), FEW_BYTES],
  ];

  it('that signs is as strong as it looks', async () => {
    for (const [kind, value, problem] of TRIED) {
      const refused = problem === null ? null : wrongField(`keys.${kind}`, problem);
      expect(await refusalOf({ keys: { [kind]: value } }), `${kind} ${value}`).toEqual(refused);
    }
  });

  it('is taken as it is, and a short one from another gateway with a warning', async () => {
    const keys = { apiKey: 'short', requestKey: 'also short', ipnKey: null, webhookSecret: secretOf(24) };
    const { given } = await checkedShop(service, 'tickets', { keys }, { before: null, isImported: true });
    expect(given).toEqual({ apiKey: 'short', requestKey: 'also short', webhookSecret: secretOf(24) });
    expect(keyWarnings({ keys })).toEqual([
      `keys.requestKey ${SHORT}. Whoever sees one signed message can find this one by trying: rotate it, and give the new one to the website`,
    ]);
    expect(keyWarnings({})).toEqual([]);
  });

  it('opens one shop alone', async () => {
    const [id, apiKey] = [`shop-${unique()}`, `cs_${unique()}`];
    await putShop(service, id, { keys: { apiKey } }, { before: null, by: BY });
    expect(await refusalOf({ keys: { apiKey } })).toEqual(
      wrongField('keys.apiKey', 'is the key of another shop'),
    );
    expect(
      await problemOf(() => checkedShop(service, id, { keys: { apiKey } }, { before: null })),
    ).toBeNull();
    expect(await refusalOf({ keys: { apiKey: `cs_${unique()}` } })).toBeNull();
  });
});

describe('test and live', () => {
  it('do not mix: real money is that of production alone', () => {
    expect([REAL, TEST, SANDBOX].map(isReal)).toEqual([true, false, false]);
    const fits = (testMode: boolean) =>
      [REAL, TEST, SANDBOX].map((account) => fitsMode({ testMode }, account));
    expect([fits(false), fits(true)]).toEqual([
      [true, false, false],
      [false, true, true],
    ]);
  });

  it('is said by all accounts of a shop together', () => {
    expect([[], [TEST], [TEST, SANDBOX], [REAL], [TEST, REAL]].map(modeOf)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it('is no problem of a live shop that lists an account for tests: it never offers it', () => {
    expect(modeProblem(liveShop(), TEST)).toBeNull();
    expect(modeProblem(liveShop(), REAL)).toBeNull();
    expect(modeProblem(liveShop({ testMode: true }), SANDBOX)).toBeNull();
    expect(modeProblem(liveShop({ testMode: true }), REAL)).toMatchObject({ code: 'invalid_state' });
  });
});

it('says of a shop that is not there that there is none, by its name', async () => {
  expect(await problemOf(() => knownShop(service, 'of-nobody'))).toEqual(
    told('not_found', 'there is no shop of-nobody'),
  );
});
