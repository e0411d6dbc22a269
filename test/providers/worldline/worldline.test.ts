/**
 * Worldline Direct. Ruled out: a word that counts for more than its number says, an operation that succeeded by one of them alone, a webhook
 * under another key or of another merchant, an amount that is counted twice.
 */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProviderRequest, ProviderUpdate } from '../../../src/providers/contract.ts';
import { worldline } from '../../../src/providers/worldline/index.ts';
import { signWorldlineRequest } from '../../../src/providers/worldline/signatures.ts';
import {
  WORLDLINE_CODES,
  WORLDLINE_OPERATIONS,
  WORLDLINE_STATUSES,
  worldlineMeaning,
  worldlineOperationState,
} from '../../../src/providers/worldline/statuses.ts';
import { readable } from '../../../src/signing/bytes.ts';
import { demoSettings } from '../../support/harness.ts';
import { accountOf, CONTEXT, ORDER } from '../support.ts';

const SETTINGS = demoSettings('worldline');

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

it('a call is signed with its X-GCS headers by their names, in whatever order and case they are sent', () => {
  const headers = [
    ['Date', 'Sat, 21 Nov 2026 09:00:00 GMT'],
    ['X-GCS-B', ' two '],
    ['x-gcs-a', 'one'],
    ['X-GCS-Idempotence-Key', 'key'],
  ] as const;
  const signed = (order: readonly (readonly [string, string])[]) => {
    const request = { method: 'GET', path: '/v2/1/products', headers: order };
    return readable(signWorldlineRequest(request, { api_secret: 'secret' }).base);
  };
  const text = [
    ...['GET', '', 'Sat, 21 Nov 2026 09:00:00 GMT', 'x-gcs-a:one', 'x-gcs-b:two'],
    ...['x-gcs-idempotence-key:key', '/v2/1/products', ''],
  ].join('\n');
  expect(signed(headers)).toBe(text);
  expect(signed(headers.toReversed())).toBe(text);
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
    ['less than nothing that was taken', { acquiredAmount: money(-5) }, null, 'EUR'],
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

  it('about a payment and a refund at once is refused: one of the two would not be read', async () => {
    const refund = { id: '3254564310_1', status: 'REFUNDED', statusOutput: { statusCode: 8 } };
    await expect(read(webhook({ ...payment('CAPTURED', 9), refund }))).rejects.toMatchObject({
      reason: 'malformed',
    });
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
