/**
 * What is special about Paynow's calls and messages. The failures ruled out: a call that is signed otherwise than it is sent; a message,
 * or a browser, that makes a payment count.
 */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PaymentRequest } from '../../../src/payments/types.ts';
import type { ProviderRequest } from '../../../src/providers/contract.ts';
import { paynow } from '../../../src/providers/paynow/index.ts';
import { asciiJson, signPaynowCall } from '../../../src/providers/paynow/request-signature.ts';
import { decided } from '../../../src/sandbox/kit/bank-ledger.ts';
import { readable } from '../../../src/signing/bytes.ts';
import {
  bankNetwork,
  bankOf,
  deliver,
  demoSettings,
  forgetAll,
  request as http,
  type Journey,
  journey,
  known,
  memory,
  merchant,
  network,
  runAlarms,
} from '../../support/harness.ts';
import { read } from '../operations-support.ts';
import { accountOf, begin, CONTEXT, ORDER, registered, request, story } from '../support.ts';

const ID = 'paynow';
const KEY = String(demoSettings(ID).signature_key);

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

/** A text as Paynow signs it. */
function signed(text: string, key = KEY): ProviderRequest {
  return {
    method: 'POST',
    query: new Uint8Array(),
    body: new TextEncoder().encode(text),
    headers: { signature: createHmac('sha256', key).update(text).digest('base64') },
    contentType: 'application/json',
  };
}

const take = (said: object) =>
  paynow.notification(signed(JSON.stringify(said)), accountOf(paynow), 'notification', CONTEXT);

/** The bank's message about a payment, whatever has become of it. */
const told = (attempt: Journey, decision: 'pay' | 'decline' | 'wait') =>
  deliver(bankOf(ID).notification(attempt.order, attempt.merchant, decision, 'none'));

/** The message is answered well. */
async function taken(answer: Promise<Response>): Promise<void> {
  expect((await answer).status).toBe(200);
}

describe('a call', () => {
  it('is signed over the very bytes that are sent, in ASCII', async () => {
    const sent: Request[] = [];
    const fetcher = (async (input, init) => {
      const one = new Request(input as RequestInfo, init);
      sent.push(one.clone());
      return bankNetwork(one);
    }) as typeof fetch;
    const payment = request(paynow, { description: 'Zamówienie – "żółć" \\ 😀' });
    known(merchant(ID, 'account'));
    forgetAll();
    const { settings } = accountOf(paynow);
    await paynow.start({ ...startOf(payment), fetch: fetcher });
    const [call] = sent;
    const body = (await call?.text()) ?? '';
    expect(body).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(body)).toMatchObject({ description: payment.description, externalId: ORDER });
    expect(call?.headers.get('idempotency-key')).toBe(ORDER);
    const text = `{"headers":{"Api-Key":"${settings.api_key}","Idempotency-Key":"${ORDER}"},"parameters":{},"body":${JSON.stringify(body)}}`;
    expect(call?.headers.get('signature')).toBe(createHmac('sha256', KEY).update(text).digest('base64'));
  });

  it('has each parameter as a list, by name, whatever the order and the number of its values', () => {
    const base = (query: string) =>
      readable(
        signPaynowCall({ apiKey: 'k', idempotencyKey: 'i', query, body: '' }, { signature_key: KEY }).base,
      );
    expect(base('b=2&a=%C5%BC&b=1')).toBe(
      '{"headers":{"Api-Key":"k","Idempotency-Key":"i"},"parameters":{"a":["ż"],"b":["2","1"]},"body":""}',
    );
    expect(base('')).toContain('"parameters":{}');
  });

  it('has a body that says the same in ASCII, whatever text it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = asciiJson({ text });
        return /^[\x20-\x7e]*$/.test(json) && (JSON.parse(json) as { text: string }).text === text;
      }),
    );
  });

  it('is sent to production or to the sandbox, by the account', async () => {
    for (const [environment, host] of [
      ['production', 'api.paynow.pl'],
      ['sandbox', 'api.sandbox.paynow.pl'],
      ['test', 'api.sandbox.paynow.pl'],
    ] as const) {
      const hosts: string[] = [];
      const fetcher = (async (input) => {
        hosts.push(new URL(String(input)).host);
        return Response.json({ redirectUrl: 'https://p.pl/?token=1', paymentId: 'NO0U-5G2-XC1-ESX' });
      }) as typeof fetch;
      const account = { ...accountOf(paynow), environment, endpoints: {} } as never;
      await paynow.start({ ...startOf(request(paynow)), account, fetch: fetcher });
      expect(hosts).toEqual([host]);
    }
  });

  it('that asks never has the key of an earlier one', async () => {
    const keys: string[] = [];
    const fetcher = (async (input, init) => {
      keys.push(new Request(input as RequestInfo, init).headers.get('idempotency-key') ?? '');
      return bankNetwork(input, init);
    }) as typeof fetch;
    const { started } = await story(paynow);
    for (const now of [new Date(1_795_251_600_000), new Date(1_795_251_600_001)])
      await paynow.queryStatus?.(
        queryOf({ providerState: started.providerState ?? {}, now, fetch: fetcher }),
      );
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key.length).toBeLessThanOrEqual(45);
  });
});

/** What a start is given beside the payment. */
function startOf(payment: PaymentRequest) {
  return {
    id: ORDER.slice(0, 16) as never,
    order: ORDER,
    payment,
    account: accountOf(paynow) as never,
    urls: { callback: 'https://pay.test/callback/account', back: 'https://pay.test/return/account/x' },
    now: new Date('2026-11-21T09:00:00Z'),
    ip: null,
    fetch: bankNetwork,
    daily: async () => 1,
  };
}

function queryOf(changes: object) {
  return {
    order: ORDER,
    account: accountOf(paynow) as never,
    amount: 1999,
    currency: 'PLN',
    capture: 'automatic' as const,
    providerState: {},
    startedAt: new Date('2026-11-21T09:00:00Z'),
    hint: {},
    now: new Date('2026-11-21T09:05:00Z'),
    fetch: bankNetwork,
    daily: async () => 1,
    ...changes,
  };
}

describe('a payment that is registered', () => {
  it('says what the sheet says, and leaves out what does not fit', async () => {
    const payment = request(paynow, {
      customer: { ...request(paynow).customer, language: 'de', firstName: 'x'.repeat(60) },
      providerFields: { paymentMethodId: '2007' },
    });
    const { payments } = await registered(paynow, payment, accountOf(paynow, { validity_time: 600 }));
    expect(payments).toMatchObject({
      amount: 1999,
      currency: 'PLN',
      externalId: ORDER,
      buyer: { locale: 'en-GB', firstName: 'x'.repeat(50) },
      paymentMethodId: 2007,
      validityTime: 600,
    });
    expect((payments as { continueUrl: string }).continueUrl).toContain(`?o=${ORDER}`);
  });

  it.each([
    ['no page', 201, { paymentId: 'NO0U-5G2-XC1-ESX', status: 'NEW' }],
    ['no number', 201, { redirectUrl: 'https://p.pl/', paymentId: '1', status: 'NEW' }],
    ['an address that is none', 201, { redirectUrl: 'javascript:1', paymentId: 'NO0U-5G2-XC1-ESX' }],
    ['an error', 400, { errors: [{ errorType: 'VALIDATION_ERROR', message: 'currency: EUR' }] }],
  ])('is none where the answer has %s', async (_name, status, body) => {
    const fetcher = (async () => Response.json(body, { status })) as typeof fetch;
    await expect(async () =>
      paynow.start({ ...startOf(request(paynow)), fetch: fetcher }),
    ).rejects.toMatchObject({ code: 'provider_error' });
  });

  it('goes to no page without https in production', async () => {
    const body = { redirectUrl: 'http://p.pl/?token=1', paymentId: 'NO0U-5G2-XC1-ESX' };
    const account = { ...accountOf(paynow), environment: 'production', endpoints: {} } as never;
    const fetcher = (async () => Response.json(body, { status: 201 })) as typeof fetch;
    await expect(async () =>
      paynow.start({ ...startOf(request(paynow)), account, fetch: fetcher }),
    ).rejects.toMatchObject({ code: 'provider_error' });
  });

  it.each([[99], [100_000_001]])('is none of %d minor units', async (amount) => {
    const problem = begin(paynow, request(paynow, { amount: amount as never }));
    await expect(problem).rejects.toMatchObject({ code: 'amount_out_of_range' });
  });
});

describe('a notification', () => {
  const NUMBER = 'NOLV-8F9-08K-WGD';

  it('is a reason to ask about the payment and the order that it names together', async () => {
    expect(await take({ paymentId: NUMBER, externalId: ORDER, status: 'CONFIRMED' })).toEqual({
      kind: 'hint',
      order: ORDER,
      about: { paymentId: NUMBER },
    });
  });

  it.each([
    ['no order', { paymentId: NUMBER, status: 'CONFIRMED' }, 'field_missing'],
    ['no payment', { externalId: ORDER, status: 'CONFIRMED' }, 'malformed'],
    ['a payment of another form', { paymentId: '../x', externalId: ORDER, status: 'NEW' }, 'malformed'],
    ['no status', { paymentId: NUMBER, externalId: ORDER }, 'malformed'],
    ['a request of v1', { amount: 1, externalId: ORDER, description: 'x' }, 'malformed'],
    ['the text of a signed request', { headers: {}, parameters: {}, body: '' }, 'malformed'],
  ])('with %s is refused', async (_name, said, reason) => {
    await expect(take(said)).rejects.toMatchObject({ reason });
  });

  it('about a refund asks about it, and is acknowledged where it names no order', async () => {
    const said = { refundId: 'REFX-123-435-213', status: 'SUCCESSFUL' };
    expect(await take({ ...said, externalId: ORDER })).toMatchObject({
      order: ORDER,
      about: { refundId: said.refundId },
    });
    expect(await take(said)).toMatchObject({ kind: 'acknowledgement' });
  });

  it('is not trimmed before it is checked', async () => {
    const text = JSON.stringify({ paymentId: NUMBER, externalId: ORDER, status: 'NEW' });
    const spaced = { ...signed(text), body: new TextEncoder().encode(`${text}\n`) };
    await expect(
      paynow.notification(spaced, accountOf(paynow), 'notification', CONTEXT),
    ).rejects.toMatchObject({ reason: 'signature_mismatch' });
    const ofAll = signed(`${text}\n`);
    expect(await paynow.notification(ofAll, accountOf(paynow), 'notification', CONTEXT)).toMatchObject({
      kind: 'hint',
    });
  });

  it('that says CONFIRMED, rightly signed, moves nothing while Paynow says otherwise', async () => {
    const attempt = await journey(ID);
    await taken(told(attempt, 'pay'));
    await runAlarms(attempt.payment.id);
    expect(await read(attempt)).toMatchObject({ status: 'forwarded', amounts: { paid: 0 } });
  });
});

describe('the browser', () => {
  it("brings another payment's number, which was paid, and nothing counts", async () => {
    const cheap = await journey(ID, { fields: { amount: 100 } });
    await cheap.notify('pay');
    const dear = await journey(ID, { fields: { amount: 90_000 } });
    const back = bankOf(ID).back(
      { ...dear.order, data: { ...dear.order.data, paymentId: cheap.order.data.paymentId ?? '' } },
      dear.merchant,
      'pay',
    );
    const spy = vi.mocked(globalThis.fetch);
    const before = spy.mock.calls.length;
    await http(back);
    await runAlarms(dear.payment.id);
    const asked = spy.mock.calls.slice(before).map(([input]) => String(input));
    expect(asked.some((url) => url.includes(dear.order.data.paymentId ?? '?'))).toBe(true);
    expect(asked.some((url) => url.includes(cheap.order.data.paymentId ?? '?'))).toBe(false);
    expect(await read(dear)).toMatchObject({ amounts: { paid: 0 } });
  });

  it('comes back, and Paynow is asked: paid, although no message ever came', async () => {
    const attempt = await journey(ID);
    await decided(memory, attempt.order, 'pay');
    await bankOf(ID).decide?.(attempt.order, attempt.merchant, 'pay', memory);
    await http(bankOf(ID).back(attempt.order, attempt.merchant, 'pay'));
    await runAlarms(attempt.payment.id);
    expect(await read(attempt)).toMatchObject({ status: 'paid' });
  });
});
