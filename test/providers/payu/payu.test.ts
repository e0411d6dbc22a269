/** PayU. Ruled out: a notification of another order of PayU's under our number; a test of the classic API that counts. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StatusQuery } from '../../../src/providers/contract.ts';
import { payu } from '../../../src/providers/payu/index.ts';
import { bankOf, CUSTOMER, deliver, journey, network, request } from '../../support/harness.ts';
import { accountOf, begin, ORDER, request as paymentOf } from '../support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => net.restore());

describe('a notification of REST', () => {
  it('about another order of PayU’s is not about this attempt', async () => {
    const attempt = await journey('payu');
    const { order, merchant } = attempt;
    const other = { ...order, data: { ...order.data, orderId: 'WZ0THER0RDER' } };
    expect((await deliver(bankOf('payu').notification(other, merchant, 'pay', 'none'))).status).toBe(403);
    expect((await attempt.shop.payment(attempt.payment.id)).amounts.paid).toBe(0);
    expect((await attempt.notify('pay')).status).toBe(200);
    expect(await attempt.shop.payment(attempt.payment.id)).toMatchObject({ status: 'paid', signed: true });
  });

  it('does not count on the way back, signed or not: PayU is asked', async () => {
    const attempt = await journey('payu');
    const { account, payment } = attempt;
    const message = bankOf('payu').notification(attempt.order, attempt.merchant, 'pay', 'none');
    const back = `/return/${account}/${payment.id}?o=${payment.id}01`;
    await request(back, { method: 'POST', headers: message.headers, body: message.body });
    expect((await attempt.shop.payment(payment.id)).amounts.paid).toBe(0);
  });
});

describe('an answer of the classic API', () => {
  const KEY2 = 'fedcba9876543210fedcba9876543210';
  const account = {
    ...accountOf(payu, {
      mode: 'legacy',
      pos_id: '24681',
      pos_auth_key: 'Ab12Cd3',
      key1: '0123456789abcdef0123456789abcdef',
      key2: KEY2,
    }),
  };
  const query = (environment: 'production' | 'sandbox', payType: string) => {
    const values = {
      trans_pos_id: '24681',
      trans_session_id: ORDER,
      trans_order_id: ORDER,
      trans_status: '99',
      trans_amount: '1999',
      trans_desc: 'Two tickets',
      trans_ts: '1',
    };
    const sig = createHash('md5')
      .update(Object.values(values).join('') + KEY2)
      .digest('hex');
    const lines = { status: 'OK', trans_id: '7', ...values, trans_pay_type: payType, trans_sig: sig };
    const text = Object.entries(lines)
      .map(([name, value]) => `${name}:${value}`)
      .join('\n');
    return payu.queryStatus?.({
      order: ORDER,
      account: { ...account, environment },
      now: new Date(),
      fetch: (async () => new Response(text)) as typeof fetch,
    } as unknown as StatusQuery<Record<string, unknown>>);
  };

  it('about a test payment never counts in production', async () => {
    await expect(query('production', 't')).rejects.toMatchObject({ reason: 'wrong_environment' });
    expect(await query('production', 'm')).toMatchObject({ outcome: 'paid' });
    expect(await query('sandbox', 't')).toMatchObject({ outcome: 'paid' });
  });

  it('about real money never counts on an account for tests', async () => {
    for (const payType of ['m', 'c', 'T'])
      await expect(query('sandbox', payType), payType).rejects.toMatchObject({ reason: 'wrong_environment' });
    // Nothing says what it is.
    expect(await query('sandbox', '')).toMatchObject({ outcome: 'paid' });
  });

  it('is asked for by a test in an account for tests, because there is no sandbox', async () => {
    const payTypeIn = async (environment: 'production' | 'sandbox') => {
      const { redirect } = await begin(payu, paymentOf(payu, { customer: CUSTOMER }), {
        ...account,
        environment,
      });
      return redirect.kind === 'form' && redirect.fields.find(({ name }) => name === 'pay_type')?.value;
    };
    expect([await payTypeIn('sandbox'), await payTypeIn('production')]).toEqual(['t', undefined]);
  });
});
