/**
 * Worldline Direct. Ruled out: a word that counts for more than its number says, a webhook under another key, the check of an address that
 * becomes a page, a return that asks about a payment which is not its own.
 */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProviderRequest, ProviderUpdate } from '../../../src/providers/contract.ts';
import { worldline } from '../../../src/providers/worldline/index.ts';
import {
  WORLDLINE_CODES,
  WORLDLINE_OPERATIONS,
  WORLDLINE_STATUSES,
  worldlineMeaning,
  worldlineOperationState,
} from '../../../src/providers/worldline/statuses.ts';
import { ask, paid, read as readPayment, refreshed } from '../../support/bank-office.ts';
import {
  admin,
  bankOf,
  deliver,
  demoSettings,
  type Journey,
  journey,
  merchant,
  network,
  objectOf,
  runAlarms,
  request as send,
} from '../../support/harness.ts';
import { accountOf, begin, CONTEXT, ORDER, registered, request } from '../support.ts';

const SETTINGS = demoSettings('worldline');

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  net.restore();
  vi.useRealTimers();
});

function webhook(content: object, changes: { keyId?: string; secret?: string; merchantId?: string } = {}) {
  const event = {
    apiVersion: 'v1',
    id: 'e',
    merchantId: changes.merchantId ?? SETTINGS.merchant_id,
    type: 'payment.captured',
    ...content,
  };
  const body = JSON.stringify(event);
  const signature = createHmac('sha256', changes.secret ?? String(SETTINGS.webhook_secret))
    .update(body)
    .digest('base64');
  return {
    method: 'POST',
    query: new Uint8Array(),
    body: new TextEncoder().encode(body),
    headers: {
      'x-gcs-keyid': changes.keyId ?? String(SETTINGS.webhook_key_id),
      'x-gcs-signature': signature,
    },
    contentType: 'application/json',
  } satisfies ProviderRequest;
}

const money = (amount: number, currencyCode = 'EUR') => ({ amount, currencyCode });

function payment(status: string, statusCode: number | undefined, more: object = {}, id = '3254564310_0') {
  return {
    payment: {
      id,
      status,
      statusOutput: { ...(statusCode !== undefined && { statusCode }) },
      paymentOutput: { amountOfMoney: money(1999), references: { merchantReference: ORDER }, ...more },
    },
  };
}

const read = (message: ProviderRequest) =>
  worldline.notification(message, accountOf(worldline), 'notification', CONTEXT) as Promise<ProviderUpdate>;

describe('a word and a number', () => {
  it.each([
    ['CAPTURED', '9', 'paid'],
    ['CAPTURED', '91', 'pending'],
    ['CAPTURED', '5', 'authorized'],
    ['CAPTURE_REQUESTED', '9', 'pending'],
    ['PENDING_CAPTURE', '9', 'authorized'],
    ['CANCELLED', '1', 'cancelled'],
    ['CANCELLED', '6', 'voided'],
    ['CANCELLED', '61', 'none'],
    ['CANCELLED', '62', 'none'],
    ['REJECTED', '2', 'denied'],
    ['REJECTED', '83', 'none'],
    ['REJECTED', '63', 'none'],
    ['REJECTED', '93', 'capture_denied'],
    ['REFUND_REQUESTED', '8', 'none'],
    ['REFUNDED', '81', 'none'],
    ['REFUNDED', '8', 'refunded'],
    ['PAID', '', 'paid'],
    ['CHARGEBACKED', '9', 'charged_back'],
    ['CAPTURED', '2', 'none'],
    ['REJECTED', '9', 'none'],
    ['CAPTURED', '4711', 'none'],
    ['SETTLED', '9', 'none'],
  ])('%s with %s says %s', (status, code, outcome) => {
    expect(worldlineMeaning(status, code).outcome).toBe(outcome);
  });

  it('never say together what neither says alone, nor money that only one of them says', () => {
    const MONEY = ['paid', 'authorized', 'refunded'];
    for (const [status, word] of Object.entries(WORLDLINE_STATUSES)) {
      for (const [code, number] of Object.entries(WORLDLINE_CODES)) {
        const { outcome, decides } = worldlineMeaning(status, code);
        expect(['none', word.outcome, number.outcome]).toContain(outcome);
        expect([status, code]).toContain(decides);
        if (outcome === 'paid' || outcome === 'refunded') expect(word.outcome).toBe(number.outcome);
        if (MONEY.includes(outcome)) {
          expect([outcome, 'paid']).toContain(word.outcome);
          expect([outcome, 'paid']).toContain(number.outcome);
        }
      }
    }
  });

  it('say that an operation succeeded only where both do', () => {
    for (const [kind, table] of Object.entries(WORLDLINE_OPERATIONS)) {
      const words = Object.keys(table);
      for (const status of words.filter((word) => /[A-Z]/.test(word))) {
        for (const code of words.filter((word) => /^\d/.test(word))) {
          const state = worldlineOperationState(kind as 'capture', status, code);
          if (state === 'succeeded') expect([table[status], table[code]]).toEqual(['succeeded', 'succeeded']);
        }
      }
    }
    expect(worldlineOperationState('cancel', 'CANCELLED', '61')).toBe('accepted');
    expect(worldlineOperationState('refund', 'REFUND_REQUESTED', '8')).toBe('accepted');
    expect(worldlineOperationState('cancel', 'PENDING_CAPTURE', '63')).toBe('failed');
  });

  it('of any text move nothing', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (status, code) => {
        if (Object.hasOwn(WORLDLINE_STATUSES, status)) return;
        expect(worldlineMeaning(status, code).outcome).toBe('none');
      }),
    );
  });
});

describe('a webhook', () => {
  it('of a capture says what was taken in all, once however often it is told', async () => {
    const first = await read(
      webhook(
        payment('CAPTURED', 9, { acquiredAmount: money(500), amountOfMoney: money(500) }, '3254564310_1'),
      ),
    );
    const second = await read(
      webhook(
        payment('CAPTURED', 9, { acquiredAmount: money(1200), amountOfMoney: money(700) }, '3254564310_2'),
      ),
    );
    expect([first.outcome, first.amount, second.amount]).toEqual(['paid', 500, 1200]);
    expect(second.movement).toBe(first.movement);
    expect(second.operation).toMatchObject({ kind: 'capture', providerReference: '3254564310_2' });
  });

  it('of a capture that does not say what was taken leaves the amount to a status query', async () => {
    const update = await read(webhook(payment('CAPTURED', 9, {}, '3254564310_1')));
    expect([update.outcome, update.amount]).toEqual(['paid', null]);
  });

  it.each([
    ['nothing that was taken', { acquiredAmount: money(0) }, null, 'EUR'],
    ['another currency that was taken', { acquiredAmount: money(1999, 'USD') }, 1999, 'USD'],
  ])('of a payment with %s is not paid in full by its word', async (_what, more, amount, currency) => {
    const update = await read(webhook(payment('CAPTURED', 9, more)));
    expect([update.amount, update.currency]).toEqual([amount, currency]);
  });

  it.each([
    ['another key id', { keyId: 'another' }, 'signature_mismatch'],
    ['no key id', { keyId: '' }, 'signature_mismatch'],
    ['the API secret', { secret: String(SETTINGS.api_secret) }, 'signature_mismatch'],
    ['another merchant', { merchantId: 'Another' }, 'wrong_account'],
  ])('of %s is refused', async (_what, changes, reason) => {
    await expect(read(webhook(payment('CAPTURED', 9), changes))).rejects.toMatchObject({ reason });
  });

  it('without a signature is refused, whatever its key id', async () => {
    const { headers, ...message } = webhook(payment('CAPTURED', 9));
    const unsigned = { ...message, headers: { 'x-gcs-keyid': headers['x-gcs-keyid'] } };
    await expect(read(unsigned)).rejects.toMatchObject({ reason: 'signature_missing' });
  });

  it.each([
    ['a payout', { payout: { id: '1' }, type: 'payout.created' }],
    ['a token', { token: { id: '1' }, type: 'token.created' }],
  ])('about %s is acknowledged and changes nothing', async (_what, content) => {
    expect(await read(webhook(content))).toMatchObject({ kind: 'acknowledgement' });
  });

  it.each(['', 'x', '1_', '_0', '325456_0_1', '3254564310_0 '])('with the id %j is refused', async (id) => {
    await expect(read(webhook(payment('CAPTURED', 9, {}, id)))).rejects.toMatchObject({
      reason: 'malformed',
    });
  });

  it('names the card by its last four digits, and why the issuer declined', async () => {
    const card = {
      paymentProductId: 130,
      card: { cardNumber: '************4675', expiryDate: '1229' },
      threeDSecureResults: { liability: 'issuer' },
    };
    const content = payment('REJECTED', 2, { cardPaymentMethodSpecificOutput: card });
    const errors = { statusOutput: { statusCode: 2, errors: [{ errorCode: '30511001' }] } };
    const update = await read(webhook({ payment: { ...content.payment, ...errors } }));
    expect(update.card).toEqual({ brand: 'CB', last4: '4675', expiry: '2029-12', liabilityShift: true });
    expect(update.declineReason?.code).toBe('insufficient_funds');
  });
});

describe('the check of the webhook address', () => {
  const probe = (account: string, value: string, method = 'GET') =>
    send(`/callback/${account}`, {
      method,
      headers: { 'X-GCS-Webhooks-Endpoint-Verification': value, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    });

  it('is answered with its own header as text', async () => {
    const { account } = await journey('worldline');
    const answer = await probe(account, 'a3f1c7e2-0d55-4c1c-9a47-55f0a2d1c9bb');
    expect([answer.status, await answer.text()]).toEqual([200, 'a3f1c7e2-0d55-4c1c-9a47-55f0a2d1c9bb']);
    expect(answer.headers.get('content-type')).toBe('text/plain');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['<script>alert(1)</script>', 'a b', 'x'.repeat(257)])('echoes nothing like %s', async (value) => {
    const { account } = await journey('worldline');
    const answer = await probe(account, value);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).not.toContain(value);
  });

  it('makes no notification of a POST', async () => {
    const { account } = await journey('worldline');
    expect((await probe(account, 'abc', 'POST')).status).toBe(403);
  });
});

describe('a return', () => {
  const calls = () => net.calls.filter((url) => url.includes('/hostedcheckouts/'));

  /** The shopper pays, nobody is told, and the browser comes back. */
  async function back(change: (url: URL) => void = () => {}): Promise<Journey> {
    const attempt = await journey('worldline');
    const bank = bankOf('worldline');
    const { memory } = await import('../../support/harness.ts');
    const { decided } = await import('../../../src/sandbox/kit/bank-ledger.ts');
    await decided(memory, attempt.order, 'pay');
    await bank.decide?.(attempt.order, attempt.merchant, 'pay', memory);
    const url = new URL(bank.back(attempt.order, attempt.merchant, 'pay'));
    change(url);
    net.calls.length = 0;
    expect((await send(url.href)).status).toBe(303);
    return attempt;
  }

  it('with the RETURNMAC of its session has the provider asked, and is paid by the answer', async () => {
    const attempt = await back();
    expect(calls()).toHaveLength(1);
    expect((await readPayment(attempt)).status).toBe('paid');
  });

  it.each([
    [
      'another RETURNMAC',
      (url: URL) => url.searchParams.set('RETURNMAC', 'cd62cb91-0000-0000-0000-000000000000'),
    ],
    ['another session', (url: URL) => url.searchParams.set('hostedCheckoutId', '10083980755')],
    ['no RETURNMAC', (url: URL) => url.searchParams.delete('RETURNMAC')],
    ['two of them', (url: URL) => url.searchParams.append('RETURNMAC', 'x')],
  ])('with %s asks nobody, moves nothing and is logged', async (_what, change) => {
    const attempt = await back(change);
    await runAlarms(attempt.payment.id);
    expect(calls()).toHaveLength(0);
    expect((await readPayment(attempt)).status).toBe('forwarded');
    const { body } = await admin<{ data: { channel: string; reason: string }[] }>(
      'GET',
      `/accounts/${attempt.account}/refusals`,
    );
    expect(body.data[0]).toMatchObject({ channel: 'return' });
  });

  it('is compared with what is stored as a digest alone', async () => {
    const started = await begin(worldline);
    const { returnmacHash = '', hostedCheckoutId } = started.providerState ?? {};
    expect(returnmacHash).toMatch(/^[0-9a-f]{64}$/);
    const about = { RETURNMAC: returnmacHash, hostedCheckoutId: String(hostedCheckoutId) };
    expect(worldline.isOwnReturn?.(about, started.providerState ?? {})).toBe(false);
    expect(worldline.isOwnReturn?.({ RETURNMAC: 'x' }, {})).toBe(false);
    expect(worldline.isOwnReturn?.({ RETURNMAC: '' }, { returnmacHash: '' })).toBe(false);
  });
});

describe('new webhook keys', () => {
  const rotate = (account: string, body: object, setting = 'webhook_secret') =>
    admin<{ settings: Record<string, unknown>; errors?: { path: string }[] }>(
      'POST',
      `/accounts/${account}/secrets/${setting}/rotate`,
      body,
    );

  it('are chosen by X-GCS-KeyId, the old ones until their grace ends', async () => {
    const attempt = await journey('worldline');
    const value = 'the new webhook secret';
    const { body } = await rotate(attempt.account, { value, keyId: 'key-2', graceSeconds: 600 });
    expect(body.settings.webhook_key_id).toBe('key-2');
    const renewed = merchant('worldline', attempt.account, {
      webhook_secret: value,
      webhook_key_id: 'key-2',
    });
    const tell = (who: typeof renewed, decision: 'wait' | 'decline' | 'pay') =>
      deliver(bankOf('worldline').notification(attempt.order, who, decision, 'none'));
    // A new secret under the old name, and the other way round, are neither.
    for (const webhook_key_id of [String(SETTINGS.webhook_key_id), 'key-3'])
      expect(
        (await tell(merchant('worldline', attempt.account, { webhook_secret: value, webhook_key_id }), 'pay'))
          .status,
      ).toBe(403);
    expect(
      (await tell(merchant('worldline', attempt.account, { webhook_key_id: 'key-2' }), 'pay')).status,
    ).toBe(403);
    expect((await tell(attempt.merchant, 'decline')).status).toBe(200);
    expect((await tell(renewed, 'pay')).status).toBe(200);
    const applied = (await attempt.shop.events(attempt.payment.id)).filter(
      ({ type }) => type === 'notification.applied',
    );
    expect(applied.map(({ detail }) => detail.signedBy)).toEqual([
      'webhook_secret (earlier, in its grace)',
      'current',
    ]);
    // Worldline revokes at once: what comes under the old key after the grace is nobody's.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
    expect((await tell(attempt.merchant, 'wait')).status).toBe(403);
  });

  it('twice keep each earlier secret with its own id', async () => {
    const attempt = await journey('worldline');
    for (const number of [2, 3])
      await rotate(attempt.account, {
        value: `webhook secret ${number}`,
        keyId: `key-${number}`,
        graceSeconds: 600,
      });
    const second = merchant('worldline', attempt.account, {
      webhook_secret: 'webhook secret 2',
      webhook_key_id: 'key-2',
    });
    for (const [who, decision] of [
      [attempt.merchant, 'wait'],
      [second, 'decline'],
    ] as const)
      expect(
        (await deliver(bankOf('worldline').notification(attempt.order, who, decision, 'none'))).status,
      ).toBe(200);
  });

  it('need their id, and secrets without ids take none', async () => {
    const { account } = await journey('worldline');
    const value = 'the new webhook secret';
    const missing = await rotate(account, { value });
    expect([missing.status, missing.body.errors?.[0]?.path]).toEqual([400, 'keyId']);
    const long = await rotate(account, { value, keyId: 'k'.repeat(65) });
    expect([long.status, long.body.errors?.[0]?.path]).toEqual([400, 'keyId']);
    const other = await journey('ogone');
    const named = await rotate(other.account, { value: 'a passphrase of 16', keyId: 'x' }, 'sha_out');
    expect([named.status, named.body.errors?.[0]?.path]).toEqual([400, 'keyId']);
  });

  it('of the API sign the next call under their own id', async () => {
    const attempt = await paid('worldline');
    const value = 'the new secret of the API';
    await rotate(attempt.account, { value, keyId: 'API2', graceSeconds: 0 }, 'api_secret');
    const { known } = await import('../../support/harness.ts');
    known(merchant('worldline', attempt.account, { api_secret: value, api_key_id: 'API2' }));
    expect((await ask(attempt, 'refund', 500)).status).toBe(200);
  });
});

describe('a session', () => {
  it('is for a later capture where that is asked for, of cards, wallets and redirects', async () => {
    const bodies = async (capture: 'manual' | 'automatic' | null, authorization_mode = 'SALE') =>
      (
        await registered(
          worldline,
          request(worldline, { capture }),
          accountOf(worldline, { authorization_mode }),
        )
      ).hostedcheckouts as Record<string, Record<string, unknown>>;
    const modes = async (...given: Parameters<typeof bodies>) => {
      const body = await bodies(...given);
      return [
        body.cardPaymentMethodSpecificInput?.authorizationMode,
        body.mobilePaymentMethodSpecificInput?.authorizationMode,
        body.redirectPaymentMethodSpecificInput?.requiresApproval,
      ];
    };
    expect(await modes(null)).toEqual(['SALE', 'SALE', false]);
    expect(await modes('manual')).toEqual(['FINAL_AUTHORIZATION', 'FINAL_AUTHORIZATION', true]);
    expect(await modes('manual', 'PRE_AUTHORIZATION')).toEqual([
      'PRE_AUTHORIZATION',
      'PRE_AUTHORIZATION',
      true,
    ]);
    expect(await modes('automatic', 'PRE_AUTHORIZATION')).toEqual(['SALE', 'SALE', false]);
    expect(await modes(null, 'PRE_AUTHORIZATION')).toEqual(['PRE_AUTHORIZATION', 'PRE_AUTHORIZATION', true]);
  });

  it('has the account’s means of payment, which a shop may narrow and not widen', async () => {
    const account = accountOf(worldline, { product_ids: [1, 3, 130] });
    const restrict = (products: string) => ({
      providerFields: { 'hostedCheckoutSpecificInput.paymentProductFilters.restrictTo.products': products },
    });
    const productsOf = (bodies: Readonly<Record<string, unknown>>) =>
      JSON.stringify(
        (bodies.hostedcheckouts as { hostedCheckoutSpecificInput: object }).hostedCheckoutSpecificInput,
      );
    expect(productsOf(await registered(worldline, request(worldline), account))).toContain(
      '"products":[1,3,130]',
    );
    expect(productsOf(await registered(worldline, request(worldline, restrict('130')), account))).toContain(
      '"products":[130]',
    );
    await expect(registered(worldline, request(worldline, restrict('1,840')), account)).rejects.toThrow(
      '840',
    );
  });

  it('of CAWL goes to its hosts', async () => {
    for (const [environment, host] of [
      ['production', 'https://payment.ca.cawl-solutions.fr'],
      ['test', 'https://payment.preprod.ca.cawl-solutions.fr'],
    ] as const) {
      const seen: string[] = [];
      const fetcher = (async (input: RequestInfo) => {
        seen.push(String(input));
        return new Response('{}', { status: 500 });
      }) as typeof fetch;
      const account = { ...accountOf(worldline, { brand: 'cawl' }), environment, endpoints: {} };
      const started = worldline.start({
        id: ORDER.slice(0, 16) as never,
        order: ORDER,
        payment: request(worldline),
        account,
        urls: { callback: 'https://pay.test/callback/account', back: 'https://pay.test/return/account/1' },
        now: new Date('2026-11-21T09:00:00Z'),
        ip: null,
        fetch: fetcher,
        daily: async () => 1,
      });
      await expect(started).rejects.toMatchObject({ code: 'provider_error' });
      expect(seen).toEqual([`${host}/v2/${SETTINGS.merchant_id}/hostedcheckouts`]);
    }
  });

  it.each([
    ['no RETURNMAC', { RETURNMAC: undefined }],
    ['no address', { redirectUrl: undefined }],
    ['an address that is none', { redirectUrl: 'javascript:alert(1)' }],
    ['no number', { hostedCheckoutId: undefined }],
  ])('whose answer has %s sends no shopper anywhere', async (_what, change) => {
    const answer = {
      RETURNMAC: 'cd62cb91-3ca8-4d90-8398-b7014e5ae9ae',
      hostedCheckoutId: '10083980755',
      redirectUrl: 'https://bank.example/1',
      ...change,
    };
    const started = worldline.start({
      id: ORDER.slice(0, 16) as never,
      order: ORDER,
      payment: request(worldline),
      account: accountOf(worldline),
      urls: { callback: 'https://pay.test/callback/account', back: 'https://pay.test/return/account/1' },
      now: new Date('2026-11-21T09:00:00Z'),
      ip: null,
      fetch: (async () => Response.json(answer, { status: 201 })) as typeof fetch,
      daily: async () => 1,
    });
    await expect(started).rejects.toMatchObject({ code: 'provider_error' });
  });
});

it('a shopper who gave up and one who was declined and then paid are known by a status query', async () => {
  const gaveUp = await journey('worldline');
  await gaveUp.notify('cancel');
  expect((await readPayment(gaveUp)).status).toBe('cancelled');
  const retried = await journey('worldline');
  await retried.notify('decline');
  expect((await readPayment(retried)).status).toBe('denied');
  await retried.notify('pay');
  expect((await refreshed(retried)).status).toBe('paid');
  expect(objectOf(retried.payment.id)).toBeTruthy();
});
