/**
 * PayU. Ruled out: a notification of another order of PayU's under our number; a test of the classic API that counts; a value of the order form that
 * is signed otherwise than PHP's urlencode writes it.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StatusQuery } from '../../../src/providers/contract.ts';
import { payu } from '../../../src/providers/payu/index.ts';
import { payuSignatures } from '../../../src/providers/payu/signatures.ts';
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

describe('a value of the order form is signed as PHP’s urlencode writes it', () => {
  /** By the platform's encoding, which leaves more characters as they are. */
  function urlencode(value: string): string {
    const escaped = (part: string) =>
      part === '%20' ? '+' : `%${part.charCodeAt(0).toString(16).toUpperCase()}`;
    return encodeURIComponent(value).replace(/['()!~*]|%20/g, escaped);
  }

  function signed(value: string): string {
    const recipe = payuSignatures['request-signature'];
    if (recipe?.kind !== 'sign') throw new Error('no recipe');
    return recipe.sign({}, { fields: { a: value } }).base as string;
  }

  /** The text, or the name of the error. */
  function outcome(make: () => string): string {
    try {
      return make();
    } catch (error) {
      return (error as Error).name;
    }
  }

  const SURROGATES = { from: 0xd800, to: 0xdfff };

  it('of each character alone, and of none that is half of one', () => {
    const differing: number[] = [];
    for (let code = 0; code < 0x3000; code++) {
      const value = String.fromCodePoint(code);
      if (signed(value) !== `a=${urlencode(value)}&`) differing.push(code);
    }
    for (let code = SURROGATES.from; code <= SURROGATES.to; code++)
      if (outcome(() => signed(String.fromCharCode(code))) !== 'URIError') differing.push(code);
    expect(differing).toEqual([]);
  });

  it('of all characters, many at a time', () => {
    const differing: number[] = [];
    for (let start = 0; start <= 0x10ffff; start += 0x100) {
      if (start >= SURROGATES.from && start <= SURROGATES.to) continue;
      const value = String.fromCodePoint(...Array.from({ length: 0x100 }, (_, offset) => start + offset));
      if (signed(value) !== `a=${urlencode(value)}&`) differing.push(start);
    }
    expect(differing).toEqual([]);
  });

  it('of any units in any order', () => {
    const unit = fc.oneof(fc.integer({ max: 0x7f }), fc.integer({ max: 0x7f }), fc.integer({ max: 0xffff }));
    const text = fc.array(unit, { maxLength: 24 }).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(text, (value) => {
        expect(outcome(() => signed(value))).toBe(outcome(() => `a=${urlencode(value)}&`));
      }),
      { numRuns: 3000 },
    );
  });
});
