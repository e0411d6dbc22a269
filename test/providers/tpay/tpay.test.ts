/**
 * What a notification of tpay proves. The failures ruled out: our own form read as a notification, an outcome that only md5sum
 * stands for, test taken for money, certificates from addresses that anybody can make up.
 */
import { createHash, createSign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countsAs } from '../../../src/gateway/proof.ts';
import type { ProviderRequest, ProviderUpdate } from '../../../src/providers/contract.ts';
import { tpay } from '../../../src/providers/tpay/index.ts';
import {
  SANDBOX_ROOT_CERTIFICATE,
  SANDBOX_SIGNING_CERTIFICATE,
  SANDBOX_SIGNING_KEY,
} from '../../../src/sandbox/banks/tpay-keys.ts';
import { readCertificate } from '../../../src/signing/x509.ts';
import {
  BANK_API,
  bankOf,
  deliver,
  demoSettings,
  makeAccount,
  makeShop,
  memory,
  merchant,
  type network as Network,
  network,
  runAlarms,
  shopperAtBank,
} from '../../support/harness.ts';
import { accountOf, begin, CONTEXT, ORDER, request } from '../support.ts';

const ID = '1010';
const CODE = String(demoSettings('tpay').code);
const X5U = 'https://secure.sandbox.tpay.com/x509/notifications-jws.pem';
const PRODUCTION_X5U = 'https://secure.tpay.com/x509/notifications-jws.pem';

type Account = ReturnType<typeof accountOf>;

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex');

/** The values of our own classic form. */
async function formOf(account: Account): Promise<Partial<Record<string, string>>> {
  const { redirect } = await begin(tpay, request(tpay), account);
  if (redirect.kind !== 'form') throw new Error('not a form');
  return Object.fromEntries(redirect.fields.map(({ name, value }) => [name, value]));
}

/** A notification that tpay could send, with changes. */
function fieldsOf(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  const fields = {
    id: ID,
    tr_id: 'TR-BRA-KGZK0X',
    tr_date: '2026-11-21 10:00:00',
    tr_crc: ORDER,
    tr_amount: '19.99',
    tr_paid: '19.99',
    tr_status: 'TRUE',
    tr_error: 'none',
    test_mode: '0',
    tr_currency: 'PLN',
    ...changes,
  };
  return { md5sum: md5(ID + fields.tr_id + fields.tr_amount + fields.tr_crc + CODE), ...fields };
}

function jws(body: string, x5u: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', x5u })).toString('base64url');
  const text = `${header}.${Buffer.from(body).toString('base64url')}`;
  return `${header}..${createSign('RSA-SHA256').update(text).sign(SANDBOX_SIGNING_KEY).toString('base64url')}`;
}

function message(fields: Record<string, string>, x5u: string | null = X5U): ProviderRequest {
  const body = new URLSearchParams(fields).toString();
  return {
    method: 'POST',
    query: new Uint8Array(),
    body: new TextEncoder().encode(body),
    headers: x5u === null ? {} : { 'x-jws-signature': jws(body, x5u) },
    contentType: 'application/x-www-form-urlencoded',
  };
}

const read = (given: ProviderRequest, account: Account = accountOf(tpay), fetcher = CONTEXT.fetch) =>
  tpay.notification(given, account, 'notification', {
    ...CONTEXT,
    fetch: fetcher,
  }) as Promise<ProviderUpdate>;

const withoutJws = (changes: Record<string, unknown> = {}) =>
  accountOf(tpay, { mode: 'classic', require_jws: false, ...changes });
const inProduction = (account: Account): Account => ({ ...account, environment: 'production' });

describe('the md5sum of our own form', () => {
  it.each(['concat', 'ampersand'])('is never that of a notification (%s)', async (recipe) => {
    const account = withoutJws({ recipe });
    const { amount = '', crc = '', md5sum = '' } = await formOf(account);
    const cuts = [
      { tr_id: '', tr_amount: amount, tr_crc: crc },
      { tr_id: amount.slice(0, 1), tr_amount: amount.slice(1), tr_crc: crc },
      { tr_id: amount, tr_amount: '', tr_crc: crc },
      { tr_id: `&${amount}&`, tr_amount: '', tr_crc: `${crc}&` },
    ];
    for (const cut of cuts) {
      const forged = message({ ...fieldsOf(cut), md5sum, test_mode: '1' }, null);
      await expect(read(forged, account)).rejects.toMatchObject({
        reason: expect.stringMatching(/^(?:field_missing|signature_mismatch)$/),
      });
    }
  });

  it('with an empty tr_id is refused although it fits', async () => {
    const account = withoutJws({ recipe: 'concat' });
    const { md5sum = '' } = await formOf(account);
    const forged = fieldsOf({ tr_id: '', test_mode: '1' });
    expect(forged.md5sum).toBe(md5sum);
    await expect(read(message(forged, null), account)).rejects.toMatchObject({ reason: 'field_missing' });
  });
});

describe('what is proven', () => {
  it('is everything with a JWS, and without it not the outcome', () => {
    const counts = (changes: Record<string, unknown>) =>
      countsAs(tpay, accountOf(tpay, changes).settings, 'notification');
    expect(counts({})).toBe('proof');
    expect(counts({ mode: 'classic' })).toBe('proof');
    expect(counts({ require_jws: false })).toBe('query');
    expect(counts({ mode: 'classic', require_jws: false })).toBe('person');
    expect(countsAs(tpay, accountOf(tpay).settings, 'return')).toBe('query');
  });

  it('is not what stands in a query beside a body that was signed', async () => {
    const query = new TextEncoder().encode(new URLSearchParams(fieldsOf()).toString());
    const headers = { 'x-jws-signature': jws('', X5U) };
    const forged = { ...message({}), method: 'GET' as const, query, headers, body: new Uint8Array() };
    await expect(read(forged)).rejects.toMatchObject({ reason: 'malformed' });
  });

  it('is nothing without the code of the account', async () => {
    const account = withoutJws();
    const { code: _code, ...settings } = account.settings;
    const forged = { ...fieldsOf(), md5sum: md5(`${ID}TR-BRA-KGZK0X19.99${ORDER}`) };
    await expect(read(message(forged, null), { ...account, settings })).rejects.toMatchObject({
      reason: 'signature_mismatch',
    });
  });
});

describe('the environment', () => {
  it('of test is never money in production', async () => {
    const account = inProduction(accountOf(tpay));
    await expect(read(message(fieldsOf({ test_mode: '1' }), PRODUCTION_X5U), account)).rejects.toMatchObject({
      reason: 'wrong_environment',
    });
    expect(await read(message(fieldsOf({ tr_id: 'TR-XXX-TST123X' }), PRODUCTION_X5U), account)).toMatchObject(
      {
        kind: 'acknowledgement',
      },
    );
    expect(await read(message(fieldsOf(), PRODUCTION_X5U), account)).toMatchObject({ outcome: 'paid' });
  });

  it('of production is refused by an account for tests, where no certificate says which it is', async () => {
    await expect(read(message(fieldsOf(), null), withoutJws())).rejects.toMatchObject({
      reason: 'wrong_environment',
    });
    expect(await read(message(fieldsOf({ test_mode: '1' }), null), withoutJws())).toMatchObject({
      outcome: 'paid',
    });
  });
});

describe('a certificate', () => {
  it.each([
    `${X5U}?1`,
    `${X5U}#1`,
    X5U.replace('.com/', '.com:443/'),
    X5U.replace('/x509/', '/x509/../x509/'),
    // Hosts that anybody can have, and that begin or end as tpay's.
    X5U.replace('secure.', 'xsecure.'),
    X5U.replace('secure.', 'evil-secure.'),
    X5U.replace('secure.', 'x.secure.'),
    X5U.replace('.com/', '.com.attacker.test/'),
    X5U.replace('.com/', '.com@attacker.test/'),
    X5U.replace('https:', 'http:'),
    PRODUCTION_X5U,
  ])('has one address: %s', async (x5u) => {
    await expect(read(message(fieldsOf(), x5u))).rejects.toMatchObject({ reason: 'signature_malformed' });
  });

  it.each(['https://xsecure.tpay.com/x509/a.pem', X5U])(
    'has one address in production too: %s',
    async (x5u) => {
      await expect(read(message(fieldsOf(), x5u), inProduction(accountOf(tpay)))).rejects.toMatchObject({
        reason: 'signature_malformed',
      });
    },
  );

  it('whose time is over, or has not begun, signs nothing', async () => {
    const { notBefore, notAfter } =
      readCertificate(SANDBOX_SIGNING_CERTIFICATE) ?? expect.fail('no certificate');
    const at = (time: number) =>
      tpay.notification(message(fieldsOf()), accountOf(tpay), 'notification', {
        ...CONTEXT,
        now: new Date(time),
      });
    expect(await at(notAfter.getTime() - 1000)).toMatchObject({ outcome: 'paid' });
    for (const time of [notBefore.getTime() - 1000, notAfter.getTime() + 1000])
      await expect(at(time)).rejects.toMatchObject({
        reason: 'signature_mismatch',
        problem: 'certificate_expired',
      });
  });

  it('that is not there is the fault of the message, and no failure', async () => {
    const nothing: typeof fetch = async () => new Response('not found', { status: 404 });
    const elsewhere = X5U.replace(/[\w-]+\.pem$/, 'there-is-none.pem');
    const account = { ...accountOf(tpay), endpoints: { api: 'https://api.bank-demo.com:443' } };
    const pinned = { ...account, settings: { ...account.settings, root_cert_pem: 'pinned' } };
    await expect(read(message(fieldsOf(), elsewhere), pinned, nothing)).rejects.toMatchObject({
      reason: 'signature_malformed',
    });
  });

  it('is kept, but not without bound', async () => {
    const calls: string[] = [];
    const fetcher = (async (input) => {
      calls.push(String(input));
      return new Response(SANDBOX_SIGNING_CERTIFICATE);
    }) as typeof fetch;
    const named = (name: string) =>
      read(message(fieldsOf(), X5U.replace('notifications', name)), undefined, fetcher);
    await named('first');
    await named('first');
    expect(calls).toHaveLength(1);
    for (let count = 0; count < 20; count++) await named(`other-${count}`);
    await named('first');
    expect(calls.filter((url) => url.includes('first'))).toHaveLength(2);
  });

  it('of the root that was renewed is noticed at once', async () => {
    let root = SANDBOX_SIGNING_CERTIFICATE;
    const fetcher = (async (input) =>
      new Response(String(input).includes('root') ? root : SANDBOX_SIGNING_CERTIFICATE)) as typeof fetch;
    const account = accountOf(tpay, { root_cert_pem: '' });
    await expect(read(message(fieldsOf()), account, fetcher)).rejects.toMatchObject({
      reason: 'signature_mismatch',
    });
    root = SANDBOX_ROOT_CERTIFICATE;
    expect(await read(message(fieldsOf()), account, fetcher)).toMatchObject({ outcome: 'paid' });
  });
});

describe('a message', () => {
  it('brings back the title of the transaction that was created', async () => {
    const { bound } = await begin(tpay);
    expect(bound).toEqual({ title: expect.stringMatching(/^TR-/) });
    const { echo } = await read(message(fieldsOf()));
    expect(echo).toEqual({ title: 'TR-BRA-KGZK0X' });
  });

  it('about a second refund is not the first one', async () => {
    const refund = (tr_paid: string) => read(message(fieldsOf({ tr_status: 'CHARGEBACK', tr_paid })));
    const [first, second, repeat] = [await refund('5.00'), await refund('7.00'), await refund('5.00')];
    expect(first.movement).not.toBe(second.movement);
    expect([repeat.movement, repeat.key]).toEqual([first.movement, first.key]);
  });
});

describe('a production account without JWS', () => {
  let net: ReturnType<typeof Network>;
  beforeEach(() => {
    net = network();
  });
  afterEach(() => net.restore());

  /** A payment whose shopper is at the bank, and its notification without a JWS. */
  async function paidUnproven(settings: Record<string, unknown>, isPaid: boolean) {
    const account = await makeAccount('tpay', {
      environment: 'production',
      settings: { ...accountOf(tpay).settings, ...settings },
      endpoints: { api: BANK_API },
    });
    const shop = await makeShop([account]);
    const { body } = await shop.pay({ currency: 'PLN' });
    const who = merchant('tpay', account, settings);
    const order = await shopperAtBank('tpay', body.redirect, who);
    if (isPaid) await bankOf('tpay').decide?.(order, who, 'pay', memory);
    const { headers: _jws, ...sent } = bankOf('tpay').notification(order, who, 'pay', 'none');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await deliver({ ...sent, headers })).status).toBe(200);
    await runAlarms(body.id);
    return shop.payment(body.id);
  }

  it('asks before money counts', async () => {
    expect(await paidUnproven({ require_jws: false }, true)).toMatchObject({ status: 'paid', signed: true });
    expect((await paidUnproven({ require_jws: false }, false)).status).not.toBe('paid');
  });

  it('waits for a person where it cannot ask', async () => {
    expect(await paidUnproven({ mode: 'classic', require_jws: false }, true)).toMatchObject({
      status: 'pending',
      pendingReason: 'proof_missing',
    });
  });
});
