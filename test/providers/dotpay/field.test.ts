/** Dotpay: what was read wrong in the field. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LEGACY_URLC_FIELDS, URLC_FIELDS } from '../../../src/providers/dotpay/fields.ts';
import { dotpay } from '../../../src/providers/dotpay/index.ts';
import { read } from '../../support/bank-office.ts';
import { deliver, type Journey, journey, network } from '../../support/harness.ts';
import { begin, request as paymentOf } from '../support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

const post = ({ merchant }: Journey, fields: Record<string, string>) =>
  deliver({
    method: 'POST',
    url: merchant.callback,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });

describe('mode legacy', () => {
  it('counted an amount in euros that nobody has signed: the signed one is in złoty, and is a conflict', async () => {
    const attempt = await journey('dotpay', { settings: { mode: 'legacy' }, fields: { currency: 'EUR' } });
    const { id, PIN } = attempt.merchant.settings;
    const fields: Record<string, string> = {
      id: String(id),
      control: attempt.order.order,
      t_id: `${String(id)}-TST55`,
      amount: '85.20',
      email: 'jan@example.com',
      t_status: '2',
      orginal_amount: '19.99 EUR',
    };
    const text = [PIN, ...LEGACY_URLC_FIELDS.map((name) => fields[name] ?? '')].join(':');
    const md5 = createHash('md5').update(text).digest('hex');
    expect((await post(attempt, { ...fields, md5 })).status).toBe(200);
    expect((await read(attempt)).amounts.paid).toBe(0);
    const events = await attempt.shop.events(attempt.payment.id);
    expect(events.find(({ type }) => type === 'notification.conflict')?.detail).toMatchObject({
      reason: 'currency',
      currency: 'PLN',
      amount: 8520,
    });
  });
});

it.each([
  ['cs', 'cz'],
  ['de', 'de'],
  ['uk', 'en'],
  [undefined, 'pl'],
])('a stranger was shown a page in Polish: %s is %s', async (language, sent) => {
  const { redirect } = await begin(dotpay, paymentOf(dotpay, { customer: { language } }));
  expect(redirect).toMatchObject({ fields: expect.arrayContaining([{ name: 'lang', value: sent }]) });
});

describe('a notification about no order', () => {
  const values = (attempt: Journey, operation_type: string): Record<string, string> => ({
    id: String(attempt.merchant.settings.id),
    operation_number: 'M9876-54321',
    operation_type,
    operation_status: 'completed',
    operation_amount: '100.00',
    operation_currency: 'PLN',
    operation_original_amount: '100.00',
    operation_original_currency: 'PLN',
    operation_datetime: '2026-11-21 10:00:00',
    control: '',
    description: 'Wypłata',
  });
  const signatureOf = (attempt: Journey, fields: Record<string, string>) =>
    createHash('sha256')
      .update(
        String(attempt.merchant.settings.PIN) + URLC_FIELDS.map((name) => fields[name] ?? '').join(''),
        'utf8',
      )
      .digest('hex');

  it.each(['payout', 'release_rollback', 'unidentified_payment', 'complaint', 'refund'])(
    'was refused, and is acknowledged: %s',
    async (type) => {
      const attempt = await journey('dotpay');
      const fields = values(attempt, type);
      const answer = await post(attempt, { ...fields, signature: signatureOf(attempt, fields) });
      expect([answer.status, await answer.text()]).toEqual([200, 'OK']);
    },
  );

  it.each(['4711', 'zamówienie/7', '0'.repeat(17)])(
    'of ours, since another software was paid, is acknowledged and counts for nothing (%s)',
    async (control) => {
      for (const type of ['payment', 'refund']) {
        const attempt = await journey('dotpay');
        const fields = { ...values(attempt, type), control, operation_original_amount: '19.99' };
        const answer = await post(attempt, { ...fields, signature: signatureOf(attempt, fields) });
        expect([answer.status, await answer.text()]).toEqual([200, 'OK']);
        expect((await read(attempt)).amounts.paid).toBe(0);
        expect((await post(attempt, { ...fields, signature: 'x' })).status).toBe(403);
      }
    },
  );

  it('of a payment with a minus is no payment of that amount', async () => {
    const attempt = await journey('dotpay');
    const fields = {
      ...values(attempt, 'payment'),
      control: attempt.order.order,
      operation_original_amount: '-19.99',
    };
    await post(attempt, { ...fields, signature: signatureOf(attempt, fields) });
    expect((await read(attempt)).amounts.paid).toBe(0);
  });

  it('is refused where nobody has signed it', async () => {
    const attempt = await journey('dotpay');
    expect((await post(attempt, { ...values(attempt, 'payout'), signature: 'x' })).status).toBe(403);
  });
});
