/**
 * Why a payment was not made, and the card, as each provider tells them. The failures ruled out: a refusal without a reason, a reason
 * that is another one's, more of a card than its last four digits, something shown that the signature does not cover.
 */
import { describe, expect, it } from 'vitest';
import { DECLINE_CODES } from '../../src/payments/told.ts';
import { pushUpdate } from '../../src/providers/assist/push.ts';
import type { ProviderUpdate } from '../../src/providers/contract.ts';
import { ecommpayDecline } from '../../src/providers/ecommpay/statuses.ts';
import { readEpayCallback } from '../../src/providers/epaydk/callback.ts';
import { expiryIn, expiryOf, lastFour, withCard } from '../../src/providers/kit/card.ts';
import { declineReasonOf } from '../../src/providers/kit/decline-reasons.ts';
import { UniqueFields } from '../../src/providers/kit/form-message.ts';
import { statusText } from '../../src/providers/kit/statuses.ts';
import { readIpn, readKrAnswer } from '../../src/providers/lyra/ipn.ts';
import { IpnValues } from '../../src/providers/lyra/reading.ts';
import { MOIP_DECLINES } from '../../src/providers/moip/statuses.ts';
import { readFeedback } from '../../src/providers/ogone/feedback.ts';
import { readRetour } from '../../src/providers/paybox/retour.ts';
import { updatesOfPaymill } from '../../src/providers/paymill/transactions.ts';
import { updateOfPayuOrder } from '../../src/providers/payu/messages.ts';
import { PAYU_CLASSIC_DECLINES_BY_STATUS } from '../../src/providers/payu/statuses.ts';
import { provider, providers } from '../../src/providers/registry.ts';
import { readSipsResponse } from '../../src/providers/sips/response.ts';
import { readSips2Response } from '../../src/providers/sips2/response.ts';
import { readNotification } from '../../src/providers/spplus/notification.ts';
import { readTpayNotification } from '../../src/providers/tpay/notification.ts';
import { rawFields } from '../../src/signing/form.ts';
import { bankOf } from '../support/harness.ts';
import { accountOf, story } from './support.ts';

const mapOf = (values: Record<string, string>) => new Map(Object.entries(values));
const ipnOf = (values: Record<string, string>) =>
  new IpnValues(new UniqueFields(rawFields(Object.entries(values))));

/** The reason that an update gives, as its payment shows it. */
function reasonOf(id: string, update: ProviderUpdate) {
  return declineReasonOf(update, statusText(provider(id)?.statuses ?? {}, update.providerStatus))?.code;
}

describe.each(providers.map((entry) => [entry.id, entry] as const))('%s', (id, entry) => {
  it('gives a reason for each result without money, and none with it; no more of a card than may be shown', async () => {
    const { updateOf } = await story(entry);
    for (const decision of bankOf(id).decisions.toReversed()) {
      const update = await updateOf(decision);
      const reason = declineReasonOf(update, statusText(entry.statuses, update.providerStatus));
      if (decision === 'decline' || decision === 'cancel') {
        expect(DECLINE_CODES).toContain(reason?.code);
        expect(reason?.text).not.toBe('');
      } else expect(reason).toBeNull();
      const { card } = update;
      if (!card) continue;
      expect(Object.keys(card).toSorted()).toEqual(['brand', 'expiry', 'last4', 'liabilityShift']);
      expect(card.last4 ?? '1234').toMatch(/^\d{4}$/);
      expect(card.expiry ?? '2030-01').toMatch(/^20\d\d-(0[1-9]|1[0-2])$/);
      expect(JSON.stringify(card)).not.toMatch(/\d{5}/);
    }
  });
});

describe('why, by the code of', () => {
  it.each([
    ['00151', 'insufficient_funds'],
    ['00154', 'expired_card'],
    ['00040', 'authentication_failed'],
    ['00161', 'limit_exceeded'],
    ['00004', 'invalid_card'],
    ['00143', 'fraud_suspected'],
    ['00117', 'cancelled_by_shopper'],
    ['00196', 'technical'],
    ['00105', 'declined'],
    ['00030', 'other'],
    ['00001', 'technical'],
  ])('Paybox, letter E %s: %s', (code, expected) => {
    expect(
      reasonOf('paybox', readRetour({}, mapOf({ error: code, ref: 'R', trans: '1' }), 'notification')),
    ).toBe(expected);
  });

  it('Paybox, given up: not the technical code that comes to that address', () => {
    expect(reasonOf('paybox', readRetour({}, mapOf({ error: '00001', via: 'cancel' }), 'return'))).toBe(
      'cancelled_by_shopper',
    );
  });

  it.each([
    ['30511001', 'insufficient_funds'],
    ['30541001', 'expired_card'],
    ['30591001', 'fraud_suspected'],
    ['40001134', 'authentication_failed'],
    ['30001001', 'declined'],
  ])('Ogone, NCERROR %s: %s', (ncerror, expected) => {
    const values = { STATUS: '2', NCERROR: ncerror, ORDERID: 'o', PAYID: '1' };
    const update = readFeedback(new Map(Object.entries(values)));
    expect(reasonOf('ogone', update)).toBe(expected);
  });

  it.each([
    ['51', 'insufficient_funds'],
    ['38', 'authentication_failed'],
    ['', 'declined'],
  ])('Lyra, vads_auth_result %s: %s', (code, expected) => {
    const answer = { vads_auth_mode: 'FULL', vads_auth_number: '', vads_auth_result: code };
    const update = readIpn({}, ipnOf({ ...LYRA, ...answer, vads_trans_status: 'REFUSED' }));
    expect(reasonOf('payzen', update)).toBe(expected);
  });

  it.each([
    ['05', '51', 'insufficient_funds'],
    ['05', '', 'declined'],
    ['34', '', 'fraud_suspected'],
    ['17', '', 'cancelled_by_shopper'],
    ['90', '', 'technical'],
  ])('SIPS 1, %s and bank_response_code %s: %s', (response_code, bank_response_code, expected) => {
    expect(
      reasonOf('sips', readSipsResponse({}, { code: '0', response_code, bank_response_code, order_id: 'o' })),
    ).toBe(expected);
  });

  it.each([
    ['05', '54', 'expired_card'],
    ['51', '51', 'insufficient_funds'],
    ['51', '', 'limit_exceeded'],
    ['34', '59', 'fraud_suspected'],
    ['34', '', 'technical'],
    ['97', '', 'other'],
  ])('SIPS 2, %s and acquirerResponseCode %s: %s', (responseCode, acquirer, expected) => {
    const values = mapOf({ responseCode, ...(acquirer && { acquirerResponseCode: acquirer }) });
    expect(reasonOf('sips2', readSips2Response({}, values))).toBe(expected);
  });

  it.each([
    ['40103', 'limit_exceeded'],
    ['50700', 'cancelled_by_shopper'],
    ['50420', 'fraud_suspected'],
    ['50102', 'declined'],
    ['50500', 'technical'],
  ])('PAYMILL, response_code %s: %s', (code, expected) => {
    const [update] = paymillOf({ status: 'failed', response_code: Number(code) });
    expect(update && reasonOf('paymill', update)).toBe(expected);
  });

  it.each([
    ['Insufficient funds', 'insufficient_funds'],
    ['Expired card', 'expired_card'],
    ['3D Secure authentication failed', 'authentication_failed'],
    ['General decline', 'declined'],
  ])('ECommPay, %s: %s, in its own words', (message, code) => {
    expect(ecommpayDecline('20101', message)).toEqual({ declineReason: { code, text: message } });
    expect(ecommpayDecline('0', message)).toEqual({});
  });

  it('ASSIST: a row of the report says it, a push does not sign it', () => {
    const values = mapOf({
      Status: 'Not authorized',
      Response_Code: 'AS102',
      Total: '1.00',
      Currency: 'RUB',
    });
    const { settings } = accountOf(providerOf('assist'));
    const from = (way: 'report' | 'push') => reasonOf('assist', pushUpdate(settings as never, values, way));
    expect([from('report'), from('push')]).toEqual(['insufficient_funds', 'declined']);
  });

  it('PayU, Moip and SPPlus: a cancel of which nobody says who made it is not the shopper’s', () => {
    expect(reasonOf('payu', updateOfPayuOrder({ status: 'CANCELED' }))).toBe('other');
    expect(Object.keys(PAYU_CLASSIC_DECLINES_BY_STATUS)).toEqual(['2', '7']);
    expect(MOIP_DECLINES['5']?.code).toBe('other');
    expect(reasonOf('spplus', readNotification({}, mapOf({ etat: '11' })))).toBe('other');
    expect(reasonOf('spplus', readNotification({}, mapOf({ etat: '12' })))).toBe('cancelled_by_shopper');
  });
});

const LYRA = {
  vads_action_mode: 'INTERACTIVE',
  vads_page_action: 'PAYMENT',
  vads_trans_uuid: '0'.repeat(32),
  vads_operation_type: 'DEBIT',
  vads_trans_status: 'CAPTURED',
  vads_amount: '1999',
  vads_ctx_mode: 'TEST',
  vads_currency: '978',
  vads_order_id: 'o',
  vads_trans_date: '20261121090000',
  vads_trans_id: '000001',
};

function providerOf(id: string) {
  const found = provider(id);
  if (!found) throw new Error(`there is no ${id}`);
  return found;
}

const paymillOf = (transaction: Record<string, unknown>) =>
  updatesOfPaymill(
    { order: 'o', account: accountOf(providerOf('paymill')) } as never,
    { id: 'tran_1', description: 'o', amount: '1999', origin_amount: 1999, currency: 'EUR', ...transaction },
    'test',
  );

describe('the card of', () => {
  const card = { brand: 'VISA', last4: '1111', expiry: '2029-03', liabilityShift: true };

  it('Ogone', () => {
    const values = {
      STATUS: '9',
      BRAND: 'VISA',
      CARDNO: 'XXXXXXXXXXXX1111',
      ED: '0329',
      ECI: '5',
      CURRENCY: 'EUR',
    };
    const update = readFeedback(new Map(Object.entries(values)));
    expect(update.card).toEqual(card);
  });

  it('Lyra, by the form and by REST', () => {
    const values = {
      ...LYRA,
      vads_card_brand: 'VISA',
      vads_card_number: '497010XXXXXX1111',
      vads_effective_amount: '1999',
      vads_effective_creation_date: '20261121090001',
      vads_effective_currency: '978',
      vads_expiry_year: '2029',
      vads_expiry_month: '3',
    };
    // A word that stands in other places too: who bears a fraud is not believed.
    expect(readIpn({}, ipnOf({ ...values, vads_warranty_result: 'YES' })).card).toEqual({
      ...card,
      liabilityShift: null,
    });
    const cardDetails = { effectiveBrand: 'VISA', pan: '497010XXXXXX1111', expiryMonth: 3, expiryYear: 2029 };
    const answer = {
      orderDetails: { orderId: 'o' },
      transactions: [
        {
          uuid: '0'.repeat(32),
          operationType: 'DEBIT',
          detailedStatus: 'CAPTURED',
          amount: 1999,
          currency: 'EUR',
          transactionDetails: { cardDetails, liabilityShift: 'YES' },
        },
      ],
    };
    expect(readKrAnswer({}, answer).card).toEqual(card);
  });

  it('Paybox: brand, expiry and guarantee, no number', () => {
    const settings = { pbx_retour: 'amount:M;ref:R;error:E;card:C;exp:D;warranty:G;two:J;K:K' };
    const values = mapOf({ error: '00000', card: 'VISA', exp: '2903', warranty: 'O', two: '11' });
    expect(readRetour(settings, values, 'notification').card).toEqual({ ...card, last4: null });
  });

  it('SIPS 1 and 2', () => {
    const first = {
      code: '0',
      response_code: '00',
      payment_means: 'VISA',
      card_number: '4970.11',
      order_id: 'o',
    };
    expect(readSipsResponse({}, first).card).toEqual({
      ...card,
      last4: null,
      expiry: null,
      liabilityShift: null,
    });
    const second = {
      responseCode: '00',
      paymentMeanBrand: 'VISA',
      maskedPan: '4970##########1111',
      panExpiryDate: '202903',
      guaranteeIndicator: 'Y',
    };
    expect(readSips2Response({}, mapOf(second)).card).toEqual(card);
  });

  it('PAYMILL', () => {
    const payment = { card_type: 'VISA', last4: '1111', expire_month: '3', expire_year: '2029' };
    const [update] = paymillOf({ status: 'closed', response_code: 20_000, payment });
    expect(update?.card).toEqual({ ...card, liabilityShift: null });
  });

  it('ePay.dk', () => {
    const shown = { ...card, brand: 'Visa', expiry: null, liabilityShift: null };
    const told = (fields: Record<string, string>) =>
      readEpayCallback({}, mapOf({ amount: '1999', currency: '208', ...fields })).card;
    expect(told({ paymenttype: '3', cardno: '444444XXXXXX1111' })).toEqual(shown);
    // Neither names nor borders are hashed: no other ones make another card of it.
    expect(told({ txnfee: '3', cardno: '444444XXXXXX', paymenttype: '1111' })).toEqual(shown);
    expect(told({ paymenttype: '4', cardno: '444444XXXXXX1111' })).toEqual({ ...shown, brand: null });
    expect(told({ paymenttype: '3' })).toBeUndefined();
  });

  it('tpay: with a JWS alone, because nobody signs it without', () => {
    const values = mapOf({ tr_status: 'TRUE', card_brand: 'VISA', card_tail: '1111' });
    const shown = { ...card, expiry: null, liabilityShift: null };
    expect(readTpayNotification({ require_jws: true }, values).card).toEqual(shown);
    expect(readTpayNotification({ require_jws: false }, values).card).toBeUndefined();
  });
});

describe('what is shown of a card', () => {
  it('is the last four digits of a number, never its first ones', () => {
    expect(lastFour('XXXXXXXXXXXX1111')).toBe('1111');
    expect(lastFour('1111')).toBe('1111');
    expect(lastFour('4970101234561111')).toBe('1111');
    for (const other of ['497010', '4970.11', '**-XXX-61', '', null, '12345'])
      expect(lastFour(other)).toBeNull();
  });

  it('is a month that there is', () => {
    expect(expiryOf('29', '3')).toBe('2029-03');
    expect(expiryIn('YYMM', '2912')).toBe('2029-12');
    expect(expiryIn('MMYY', '1229')).toBe('2029-12');
    for (const [year, month] of [
      ['29', '13'],
      ['1929', '1'],
      ['', ''],
      ['29', '0'],
    ] as const)
      expect(expiryOf(year, month)).toBeNull();
  });

  it('is no number in the place of a brand, and nothing where nothing is told', () => {
    expect(withCard({ brand: '4970101234561111' })).toEqual({});
    expect(withCard({ brand: '<b>', number: '' })).toEqual({});
  });
});
