/** One suite that every provider of the registry must pass: one that is added later is checked without a new line. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Problem, Refusal } from '../../src/payments/errors.ts';
import { OPERATION_KINDS } from '../../src/payments/operations.ts';
import { OUTCOMES } from '../../src/payments/statuses.ts';
import type { ProviderUpdate } from '../../src/providers/contract.ts';
import { settingsJsonSchema } from '../../src/providers/kit/json-schema.ts';
import { captions, secretNames } from '../../src/providers/kit/settings.ts';
import { provider, providers } from '../../src/providers/registry.ts';
import type { Decision } from '../../src/sandbox/kit/bank.ts';
import {
  bankOf,
  CUSTOMER,
  currencyOf,
  demoSettings,
  known,
  merchant,
  shopperAtBank,
} from '../support/harness.ts';
import { accountOf, begin, CONTEXT, notificationOf, ORDER, partOf, read, request, story } from './support.ts';

/** A buyer of whom nothing fits into ASCII, nor most of it into ISO-8859-1. */
const STRANGE = {
  ...CUSTOMER,
  firstName: '小龙; | & < > + !',
  lastName: 'Œ’Łódź',
  address: { ...CUSTOMER.address, line1: 'улица Ленина 1', city: '北京', postalCode: 'Ж1' },
};

/** What a decision at the bank may come to. */
const OUTCOMES_OF: Record<Decision, readonly string[]> = {
  pay: ['paid', 'accepted'],
  decline: ['denied', 'error'],
  cancel: ['cancelled', 'voided'],
  wait: ['pending'],
};

/** The redirect of a fresh attempt. */
async function redirectOf(...given: Parameters<typeof begin>) {
  return (await begin(...given)).redirect;
}

const signed = providers.filter(({ capabilities }) => capabilities.signedNotification);

describe.each(providers.map((entry) => [entry.id, entry] as const))('%s', (id, entry) => {
  it('has a settings schema with captions, and its secrets marked', async () => {
    for (const [name, caption] of Object.entries(captions(entry.settings)))
      expect(caption, name).toBeTruthy();
    const secrets = secretNames(entry.settings);
    if (entry.capabilities.signedNotification) expect(secrets.length).toBeGreaterThan(0);
    const schema = settingsJsonSchema(entry.settings) as {
      properties: Record<string, { writeOnly?: boolean }>;
    };
    for (const [name, property] of Object.entries(schema.properties)) {
      expect(property.writeOnly === true, name).toBe(secrets.includes(name));
    }
    const looksSecret = Object.keys(schema.properties).filter((name) =>
      /key$|secret|passphrase|pswd|sha_|cle$/.test(name),
    );
    for (const name of looksSecret.filter((one) => one !== 'public_key' && one !== 'sha_mode'))
      expect(secrets).toContain(name);
  });

  it('refuses settings that miss a required one', async () => {
    if (!entry.testOnly) expect(v.safeParse(entry.settings, {}).success).toBe(false);
    expect(v.safeParse(entry.settings, demoSettings(id)).success).toBe(true);
  });

  it('resolves by its id and its aliases', async () => {
    for (const name of [entry.id, ...entry.aliases]) expect(provider(name)).toBe(entry);
    expect(entry.caption).toBeTruthy();
    expect(entry.currencies).toContain(currencyOf(id));
  });

  it('has the capabilities that it implements', async () => {
    for (const name of OPERATION_KINDS) {
      expect(entry.capabilities[name], name).toBe(entry[name] !== undefined);
    }
    const isAskedWithoutHint = entry.queryStatus !== undefined && entry.queriesOnlyHints !== true;
    expect(entry.capabilities.status).toBe(isAskedWithoutHint);
    // The middleware of SIPS 1 verifies in our place.
    const verified =
      entry.signatures['notification-signature']?.kind === 'verify' ||
      'middleware-response-output' in entry.signatures;
    expect(entry.capabilities.signedNotification).toBe(verified);
    // What nobody signs must never be able to move real money by itself: then the provider is asked.
    if (!entry.capabilities.signedNotification)
      expect(entry.testOnly || entry.queryStatus !== undefined).toBe(true);
  });

  it('has a code that means money, and one that means no where its bank can decline', async () => {
    const meanings = Object.values(entry.statuses).flatMap((table) => Object.values(table));
    expect(
      meanings.length,
      // Whether they are those of the sheet, each with its outcome, is found by sheets.test.ts.
      `src/providers/${id}/statuses.ts: fill in a row for each code of the sheet`,
    ).toBeGreaterThan(3);
    for (const { outcome, text } of meanings) {
      expect([...OUTCOMES, 'accepted']).toContain(outcome);
      expect(text).not.toBe('');
    }
    const outcomes = new Set(meanings.map(({ outcome }) => outcome));
    expect(outcomes.has('paid') || outcomes.has('accepted')).toBe(true);
    // Some tell only what went well.
    if (bankOf(id).decisions.includes('decline')) expect(outcomes.has('denied')).toBe(true);
  });

  it('tells the merchant what to set up', async () => {
    const steps = entry.setup({ callback: 'https://pay.test/callback/account', origin: 'https://pay.test' });
    expect(steps.length).toBeGreaterThan(0);
    expect(JSON.stringify(steps)).toContain('https://pay.test/callback/account');
    for (const { where, value } of steps) expect(where && value).toBeTruthy();
  });

  it('signs a redirect that its bank accepts, the same again for the same moment', async () => {
    const redirect = await redirectOf(entry);
    const registered = entry.deferred?.(accountOf(entry).settings) ?? false;
    if (!registered) expect(await redirectOf(entry)).toEqual(redirect);
    const order = await shopperAtBank(id, redirect, known(merchant(id, 'account')));
    expect(order).toMatchObject({ order: ORDER, amount: 1999, currency: currencyOf(id), manual: false });
    if (!entry.capabilities.manualCapture) return;
    const manual = await shopperAtBank(
      id,
      await redirectOf(entry, request(entry, { capture: 'manual' })),
      merchant(id, 'account'),
    );
    expect(manual.manual).toBe(entry.capabilities.manualCapture);
  });

  it('goes where the account says, at the path of the sheet', async () => {
    const redirect = await redirectOf(entry);
    const elsewhere = await redirectOf(entry, request(entry), {
      ...accountOf(entry),
      endpoints: { ...accountOf(entry).endpoints, page: 'https://bank.test:8443' },
    });
    if (redirect.kind === 'html' || elsewhere.kind === 'html') return;
    expect(new URL(elsewhere.url).origin).toBe('https://bank.test:8443');
    expect(new URL(elsewhere.url).pathname).toBe(new URL(redirect.url).pathname);
    const production = await redirectOf(entry, request(entry), {
      ...accountOf(entry),
      environment: 'production',
    });
    if (!entry.testOnly)
      expect(production.kind !== 'html' && new URL(production.url).protocol).toBe('https:');
  });

  it('keeps the fields that countersign answers for', async () => {
    const redirect = await redirectOf(entry);
    if (redirect.kind === 'html') return;
    const names =
      redirect.kind === 'form'
        ? redirect.fields.map(({ name }) => name)
        : [...new URL(redirect.url).searchParams.keys()];
    const last = names.at(-1) ?? '';
    const ours = entry.capabilities.signedNotification ? [names[0] ?? '', last] : [names[0] ?? ''];
    for (const name of ours) {
      await expect(redirectOf(entry, request(entry, { providerFields: { [name]: 'x' } }))).rejects.toThrow(
        Problem,
      );
    }
    await expect(
      redirectOf(entry, request(entry, { providerFields: { 'no such field': 'x' } })),
    ).rejects.toThrow(Problem);
  });

  it.each(bankOf(id).decisions)('reads what its bank tells: %s', async (decision) => {
    const update = await (await story(entry)).updateOf(decision);
    expect(update).toMatchObject({ kind: 'update', order: ORDER });
    expect(OUTCOMES_OF[decision]).toContain(update.outcome);
    if (decision === 'pay') {
      expect(update.amount).toBe(1999);
      expect([currencyOf(id), null]).toContain(update.currency);
    }
  });

  it('gives a repeat the same identity and a different update another', async () => {
    const { updateOf } = await story(entry);
    const keys: string[] = [];
    // The payment last: some banks do not go back behind it.
    for (const decision of bankOf(id).decisions.toReversed()) keys.push((await updateOf(decision)).key);
    expect(new Set(keys).size).toBe(keys.length);
    expect((await updateOf('pay')).key).toBe(keys.at(-1));
  });

  it.each([
    ['an empty message', ''],
    ['text', 'hello'],
    ['broken percent-encoding', 'a=%zz&b=%'],
    ['a parameter array', 'STATUS[]=9&STATUS[]=2'],
    ['JSON that is no object', '[1]'],
  ])('refuses %s', async (_name, text) => {
    const message = await notificationOf(entry);
    const spoilt = { ...message, [partOf(message)]: new TextEncoder().encode(text) };
    await expect(read(entry, spoilt)).rejects.toThrow(Refusal);
  });

  it('has text for people stop no payment, and refuses exact text that its charset lacks', async () => {
    const account = accountOf(entry);
    const encoder = entry.charset(account.settings);
    const text = 'L’Hôte Błękit Œuvre 5 € 😀 李';
    const redirect = await redirectOf(
      entry,
      request(entry, { description: text, customer: STRANGE }),
      account,
    );
    await shopperAtBank(id, redirect, known(merchant(id, 'account')));
    if (redirect.kind !== 'form') return;
    for (const { name, value } of redirect.fields) expect(encoder.firstMissing(value), name).toBeNull();
  });

  it('answers a verified message with 200, whatever became of it: anything else would be repeated', () => {
    expect(entry.reply.status).toBe(200);
  });

  it('starts nothing without what it requires, and names it', async () => {
    const bare = request(entry, { customer: {}, description: null });
    const needed = entry.requires.filter(
      ({ field, applies }) =>
        field.startsWith('customer.') && (applies?.(accountOf(entry).settings as never, bare) ?? true),
    );
    if (needed.length === 0) return void (await redirectOf(entry, bare));
    const problem = await redirectOf(entry, bare).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(Problem);
    expect((problem as Problem).errors.map(({ path }) => path)).toEqual(needed.map(({ field }) => field));
  });
});

/** ASSIST signs order, money and state, and not the numbers by which it knows its own message. */
const NUMBERS_UNSIGNED = {
  detail: null,
  key: null,
  providerReference: null,
  reply: null,
  document: null,
  providerState: null,
};

describe.each(signed.map((entry) => [entry.id, entry] as const))('%s, which is signed,', (_id, entry) => {
  it('refuses a message in which any byte was changed', async () => {
    const message = await notificationOf(entry);
    const part = partOf(message);
    const original = await read(entry, message);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: message[part].length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, mask) => {
          const bytes = Uint8Array.from(message[part]);
          bytes[at] = (bytes[at] ?? 0) ^ mask;
          // What still verifies must say the same: the change was in how it is spelt (`+` or `%20`), not in what.
          const outcome = await read(entry, { ...message, [part]: bytes }).catch((error: unknown) => error);
          if (outcome instanceof Refusal) return;
          // Some protocols sign values alone: what the log alone has may then stand under another name.
          const open = entry.id === 'assist' ? NUMBERS_UNSIGNED : { detail: null };
          expect({ ...(outcome as ProviderUpdate), ...open }).toEqual({ ...original, ...open });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses a message of another account', async () => {
    const another = 'another-secret-of-32-characters!';
    const changed: Record<string, unknown> =
      'public_key' in entry.settings.entries ? { public_key: undefined } : {};
    if ('bridgeSecret' in entry.settings.entries) changed.merchant_id = '082584341411111';
    // Signed by a platform's key for everybody, it is another's by what it names.
    if ('space_id' in entry.settings.entries) changed.space_id = '161803';
    for (const name of secretNames(entry.settings).filter((one) => one !== 'bridgeSecret')) {
      const backwards = Array.from(String(demoSettings(entry.id)[name] ?? ''))
        .toReversed()
        .join('');
      const fits = [another, backwards].find(
        (value) => v.safeParse(entry.settings, { ...demoSettings(entry.id), [name]: value }).success,
      );
      if (fits) changed[name] = fits;
    }
    const message = await notificationOf(entry);
    await expect(
      entry.notification(message, accountOf(entry, changed), 'notification', CONTEXT),
    ).rejects.toThrow(Refusal);
  });

  it('refuses bytes that are not its charset, and another content type', async () => {
    const message = await notificationOf(entry);
    const broken = { ...message, [partOf(message)]: Uint8Array.of(0xff, 0xfe, 0x3d, 0xc3, 0x28) };
    await expect(read(entry, broken)).rejects.toThrow(Refusal);
    if (message.method === 'POST') {
      await expect(read(entry, { ...message, contentType: 'text/plain' })).rejects.toThrow(Refusal);
    }
  });

  it('takes a message that names no content type', async () => {
    const message = await notificationOf(entry);
    expect(await read(entry, { ...message, contentType: null })).toEqual(await read(entry, message));
  });
});
