/**
 * What is kept of messages that are not believed. Ruled out: a refusal that nobody can find, or whose explanation is of another recipe or
 * part of the message; a secret in what is kept; strangers who fill the directory; a failing directory that keeps the bank from its answer.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type OpenedAccount, open } from '../../src/gateway/accounts.ts';
import { logRefusal } from '../../src/gateway/refusals.ts';
import type { Service } from '../../src/gateway/service.ts';
import { Refusal } from '../../src/payments/errors.ts';
import type { Channel, Provider, ProviderRequest } from '../../src/providers/contract.ts';
import { ogone } from '../../src/providers/ogone/brands.ts';
import { utf8 } from '../../src/signing/bytes.ts';
import { storedAccount } from './stored.ts';

type Recorded = Parameters<Service['directory']['recordRefusal']>[0];

let time = 1_800_000_000_000;
let recorded: Recorded[];
let isDown: boolean;
const service = {
  now: () => time,
  directory: {
    recordRefusal: async (refusal: Recorded) => {
      if (isDown) throw new Error('the directory is down');
      recorded.push(refusal);
    },
  },
} as unknown as Service;

const spies = () => ({
  warn: vi.spyOn(console, 'warn').mockImplementation(() => {}),
  error: vi.spyOn(console, 'error').mockImplementation(() => {}),
});
let log: ReturnType<typeof spies>;

beforeEach(() => {
  recorded = [];
  isDown = false;
  log = spies();
});
afterEach(() => vi.restoreAllMocks());

let accounts = 0;
const openedAs = (provider: Provider): OpenedAccount => ({
  ...open(storedAccount(`refused-${++accounts}`, 'ogone')),
  provider,
});

const request = (method: 'GET' | 'POST', query: string, body: string): ProviderRequest => ({
  method,
  query: utf8(query),
  body: utf8(body),
  headers: {},
  contentType: 'application/x-www-form-urlencoded',
});
const sender = { requestId: 'request-1', ip: '198.51.100.7' };
const post = { request: request('POST', '', 'a=1'), channel: 'notification', sender } as const;

it('a refusal has a line in the log, and is kept whole, without the secrets of its account', async () => {
  const opened = openedAs(ogone);
  const secret = String(opened.account.settings.sha_out);
  const refusal = new Refusal('signature_mismatch', `SHASIGN is wrong, with ${secret}`, {
    base: `AMOUNT=1${secret}`,
    expected: 'ABCDEF0123456789',
    received: 'ABCDEF9999999999',
  });
  await logRefusal(service, opened, post, refusal);
  const account = opened.account.id;
  expect(log.warn.mock.calls).toEqual([
    [
      {
        event: 'notification.refused',
        requestId: 'request-1',
        account,
        channel: 'notification',
        reason: 'signature_mismatch',
        detail: refusal.message,
      },
    ],
  ]);
  expect(recorded).toEqual([
    {
      account,
      channel: 'notification',
      reason: 'signature_mismatch',
      requestId: 'request-1',
      ip: '198.51.100.7',
      explanation: {
        problem: 'SHASIGN is wrong, with ‹sha_out›',
        base: 'AMOUNT=1‹sha_out›',
        charset: 'utf-8',
        expected: 'ABCDEF01',
        received: 'ABCDEF9999999999',
        firstDifference: { at: 6, expected: '01', received: '9999999999' },
        keysTried: [{ setting: 'sha_out', key: expect.any(String), which: 'current' }],
        likelyCauses: [expect.stringContaining('changed')],
      },
    },
  ]);
  expect(log.error).not.toHaveBeenCalled();
});

it('what is known more exactly than the reason is in the log too', async () => {
  await logRefusal(service, openedAs(ogone), post, new Refusal('unknown_key', 'no such key'));
  expect(log.warn.mock.calls[0]?.[0]).toMatchObject({ reason: 'signature_mismatch', problem: 'unknown_key' });
});

it('is explained by the recipe of its channel, or that of a notification, with the part that was signed', async () => {
  // Each reads the secret that the message names, of a return the other one: the keys that were tried say what was checked.
  const recipe = (names: Readonly<Record<string, 'sha_in' | 'sha_out'>>): Provider['signatures'][string] => ({
    kind: 'verify',
    verify: (settings, { raw = '' }) => {
      const key = settings[names[raw] ?? ''];
      return { valid: false, status: null, base: String(key), expected: null, received: null, problem: null };
    },
  });
  const notification = { 'notification-signature': recipe({ in: 'sha_in', out: 'sha_out' }) };
  const both = { ...notification, 'return-signature': recipe({ in: 'sha_out', out: 'sha_in' }) };
  const keysTried = async (signatures: Provider['signatures'], channel: Channel, of: ProviderRequest) => {
    const opened = openedAs({ ...ogone, signatures, likelyCauses: [] });
    const refusal = new Refusal('signature_mismatch', 'wrong', { base: 'x' });
    await logRefusal(service, opened, { request: of, channel, sender }, refusal);
    const explanation = recorded.at(-1)?.explanation as { keysTried: { setting: string }[] } | undefined;
    return explanation?.keysTried.map(({ setting }) => setting);
  };
  const message = (method: 'GET' | 'POST') => request(method, 'in', 'out');
  expect(await keysTried(both, 'notification', message('POST'))).toEqual(['sha_out']);
  expect(await keysTried(both, 'notification', message('GET'))).toEqual(['sha_in']);
  expect(await keysTried(notification, 'return', message('GET'))).toEqual(['sha_in']);
  expect(await keysTried(both, 'return', message('GET'))).toEqual(['sha_out']);
});

it('a directory that is down keeps nobody from an answer, and is in the log', async () => {
  isDown = true;
  const opened = openedAs(ogone);
  await logRefusal(service, opened, post, new Refusal('malformed', 'no form'));
  expect(log.error.mock.calls).toEqual([
    [
      {
        event: 'refusal.not_stored',
        requestId: 'request-1',
        account: opened.account.id,
        error: 'Error: the directory is down',
      },
    ],
  ]);
});

/** A provider whose messages are not explained at length: what would be kept is only counted. */
let explained = 0;
const brief: Provider = {
  ...ogone,
  charset: () => {
    explained += 1;
    throw new Error('nothing is explained here');
  },
};

/** Sends a refused message. @returns whether it would be kept. */
async function isKept(opened: OpenedAccount): Promise<boolean> {
  const before = explained;
  await logRefusal(service, opened, post, new Refusal('malformed', 'no form'));
  return explained > before;
}

it('thirty of an account are kept in a minute, and more when it is over; each has its line in the log', async () => {
  const [opened, other] = [openedAs(brief), openedAs(brief)];
  const kept: boolean[] = [];
  for (let count = 0; count < 35; count++) kept.push(await isKept(opened));
  expect(kept).toEqual(Array.from({ length: 35 }, (_, index) => index < 30));
  expect(log.warn).toHaveBeenCalledTimes(35);
  expect(await isKept(other)).toBe(true);
  time += 60_000;
  expect(await isKept(opened)).toBe(false);
  time += 1;
  expect(await isKept(opened)).toBe(true);
});

it('the accounts that are counted do not become more and more: after a thousand all counts begin anew', async () => {
  const known = openedAs(brief);
  const sendAsAnother = () => isKept({ ...known, account: { ...known.account, id: `other-${++accounts}` } });
  /** How many others come until the count of one begins anew. */
  const others = async () => {
    for (let count = 0; count < 30; count++) await isKept(known);
    for (let count = 1; count < 2000; count++) {
      await sendAsAnother();
      if (await isKept(known)) return count;
    }
    return null;
  };
  // How many were counted before is not known.
  await others();
  // Then the one and the other that came last are.
  expect(await others()).toBe(1000);
});
