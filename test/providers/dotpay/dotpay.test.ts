/**
 * What a notification of Dotpay proves. The failures ruled out: one genuine notification cut into that of another order, an amount
 * that nobody signed, free text that holds an order number.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { countsAs } from '../../../src/gateway/proof.ts';
import { orderNumber } from '../../../src/payments/id.ts';
import type { ProviderRequest, ProviderUpdate } from '../../../src/providers/contract.ts';
import { CHK_FIELDS, LEGACY_URLC_FIELDS, URLC_FIELDS } from '../../../src/providers/dotpay/fields.ts';
import { dotpay } from '../../../src/providers/dotpay/index.ts';
import { CUSTOMER, demoSettings } from '../../support/harness.ts';
import { accountOf, CONTEXT, formFields, ID, ORDER, request, start } from '../support.ts';

const PIN = String(demoSettings('dotpay').PIN);
const OTHER = orderNumber(ID, 2);

type Values = Readonly<Record<string, string>>;
type Account = ReturnType<typeof accountOf>;

const GENUINE: Values = {
  id: '765432',
  operation_number: 'M9876-54321',
  operation_type: 'payment',
  operation_status: 'completed',
  operation_amount: '1.00',
  operation_currency: 'PLN',
  operation_withdrawal_amount: '0.98',
  operation_commission_amount: '-0.02',
  is_completed: 'true',
  operation_original_amount: '1.00',
  operation_original_currency: 'PLN',
  operation_datetime: '2026-11-21 10:00:00',
  control: OTHER,
  description: 'Zamówienie',
  email: 'jan@example.com',
};

const textOf = (values: Values) => URLC_FIELDS.map((name) => values[name] ?? '').join('');
const signatureOf = (values: Values) =>
  createHash('sha256')
    .update(PIN + textOf(values), 'utf8')
    .digest('hex');

function message(fields: Values): ProviderRequest {
  return {
    method: 'POST',
    query: new Uint8Array(),
    body: new TextEncoder().encode(new URLSearchParams(fields).toString()),
    headers: {},
    contentType: 'application/x-www-form-urlencoded',
  };
}

const read = (fields: Values, account: Account = accountOf(dotpay)) =>
  dotpay.notification(message(fields), account, 'notification', CONTEXT) as Promise<ProviderUpdate>;

describe('a genuine notification', () => {
  it('counts, and its return never does', async () => {
    expect(await read({ ...GENUINE, signature: signatureOf(GENUINE) })).toMatchObject({
      order: OTHER,
      outcome: 'paid',
      amount: 100,
    });
    for (const mode of ['dev', 'next', 'legacy']) {
      const { settings } = accountOf(dotpay, { mode });
      expect(countsAs(dotpay, settings, 'notification')).toBe('proof');
      expect(countsAs(dotpay, settings, 'return')).not.toBe('proof');
    }
  });

  // The value that swallows everything between its own place and the words in the description.
  it.each(['operation_withdrawal_amount', 'operation_commission_amount', 'is_completed'])(
    'is not cut into one of another order by %s',
    async (swallowing) => {
      const genuine: Values = { ...GENUINE, description: `x5000.00PLN${ORDER} y` };
      const at = URLC_FIELDS.indexOf(swallowing);
      const before = Object.fromEntries(URLC_FIELDS.slice(0, at).map((name) => [name, genuine[name] ?? '']));
      const rest = textOf(genuine).slice(textOf(before).length);
      const [swallowed = ''] = rest.split('5000.00PLN');
      const forged: Values = {
        ...before,
        [swallowing]: swallowed,
        operation_original_amount: '5000.00',
        operation_original_currency: 'PLN',
        control: ORDER,
        description: rest.slice(swallowed.length + 10 + ORDER.length),
        signature: signatureOf(genuine),
      };
      expect(textOf(forged)).toBe(textOf(genuine));
      await expect(read(forged)).rejects.toMatchObject({ reason: 'field_missing' });
    },
  );

  it.each([
    ['operation_datetime', 'operation_original_currency'],
    ['operation_related_number', 'operation_datetime'],
  ])('is not cut into one of another order by %s', async (swallowing, last) => {
    const genuine: Values = { ...GENUINE, description: `x${ORDER} y` };
    const at = URLC_FIELDS.indexOf(last) + 1;
    const before = Object.fromEntries(URLC_FIELDS.slice(0, at).map((name) => [name, genuine[name] ?? '']));
    const rest = textOf(genuine).slice(textOf(before).length);
    const [swallowed = '', description = ''] = rest.split(ORDER);
    const forged: Values = {
      ...before,
      [swallowing]: swallowed,
      control: ORDER,
      description,
      signature: signatureOf(genuine),
    };
    expect(textOf(forged)).toBe(textOf(genuine));
    await expect(read(forged)).rejects.toMatchObject({ reason: 'field_missing' });
  });

  it('keeps its type and status', async () => {
    const forged = { ...GENUINE, operation_type: 'paymentcom', operation_status: 'pleted' };
    await expect(read({ ...forged, signature: signatureOf(GENUINE) })).rejects.toMatchObject({
      reason: 'field_missing',
    });
  });

  it('is never our own request', () => {
    // `chk` of mode dev covers the values from api_version on, so that its text begins with a letter; id is digits.
    const { fields } = formFields(dotpay);
    expect([fields.api_version, fields.chk]).toEqual(['dev', expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const text = CHK_FIELDS.map((name) => fields[name] ?? '').join('');
    expect(
      createHash('sha256')
        .update(PIN + text, 'utf8')
        .digest('hex'),
    ).toBe(fields.chk);
    expect(text).toMatch(/^dev/);
  });
});

describe('mode legacy', () => {
  const account = accountOf(dotpay, { mode: 'legacy' });
  const production = { ...account, environment: 'production' as const };
  const LEGACY: Values = {
    id: '765432',
    control: ORDER,
    t_id: '41234-A5',
    amount: '43.10',
    email: 'jan@example.com',
    t_status: '2',
    orginal_amount: '10.00 EUR',
  };
  const signed = (values: Values, parts = LEGACY_URLC_FIELDS.map((name) => values[name] ?? '')) => ({
    ...values,
    md5: createHash('md5')
      .update([PIN, ...parts].join(':'), 'utf8')
      .digest('hex'),
  });

  it('reads the signed amount in złoty, whatever the unsigned one says', async () => {
    for (const orginal_amount of ['10.00 EUR', '999999.00 EUR', '']) {
      const update = await read({ ...signed(LEGACY), orginal_amount }, production);
      expect(update).toMatchObject({ amount: 4310, currency: 'PLN', order: ORDER });
    }
  });

  it('moves no border by a colon', async () => {
    const genuine = { ...LEGACY, email: '500.00:x' };
    const forged = { ...signed(genuine), t_id: '41234-A5:43.10', amount: '500.00', email: 'x' };
    await expect(read(forged, account)).rejects.toMatchObject({ reason: 'field_missing' });
  });

  it('takes no payment of test for money', async () => {
    const test = signed({ ...LEGACY, t_id: '66548-TST55' });
    await expect(read(test, production)).rejects.toMatchObject({ reason: 'wrong_environment' });
    expect(await read(test, account)).toMatchObject({ outcome: 'paid' });
  });

  it('takes no real money on an account for tests', async () => {
    for (const t_id of ['M-9', '41234-A5', '66548-TST', 'x66548-TST55'])
      await expect(read(signed({ ...LEGACY, t_id }), account), t_id).rejects.toMatchObject({
        reason: 'wrong_environment',
      });
  });
});

describe('free text', () => {
  it('holds no order number of ours', () => {
    for (const description of [`Order ${OTHER}!`, OTHER + OTHER, '1'.repeat(60)]) {
      const { fields } = formFields(dotpay, request(dotpay, { description }));
      expect(fields.description).not.toMatch(/[0-9A-HJKMNP-TV-Z]{16}\d\d/);
      expect(fields.description?.replaceAll(' ', '')).toBe(description.replaceAll(' ', ''));
    }
    const customer = { ...CUSTOMER, firstName: `x${OTHER}`, lastName: OTHER, email: `${OTHER}@example.com` };
    const { fields } = formFields(dotpay, request(dotpay, { customer }));
    expect(Object.values(fields).filter((value) => value.includes(OTHER))).toEqual([]);
    expect([fields.firstname, fields.lastname].map((name) => name?.replaceAll(' ', ''))).toEqual([
      `x${OTHER}`,
      OTHER,
    ]);
    expect(fields).not.toHaveProperty('email');
    const own = request(dotpay, { providerFields: { street: `${OTHER} 1` } });
    expect(() => start(dotpay, own)).toThrow(/could be an order number/);
  });
});

describe('a status query', () => {
  const query = (found: Values, hint: Values) =>
    dotpay.queryStatus?.({
      order: ORDER,
      account: accountOf(dotpay),
      amount: 1999,
      currency: 'PLN',
      capture: 'automatic',
      providerState: {},
      startedAt: CONTEXT.now,
      now: CONTEXT.now,
      hint,
      fetch: (async () => Response.json(found)) as typeof fetch,
      daily: async () => 1,
    });

  it('takes the number from a hint, and believes only an answer about our order', async () => {
    const operation = { number: 'M1-1', type: 'payment', status: 'completed', original_amount: '19.99' };
    expect(await query({ ...operation, control: ORDER }, { number: 'M1-1' })).toMatchObject({
      outcome: 'paid',
      amount: 1999,
    });
    expect(await query({ ...operation, control: ORDER }, {})).toBeNull();
    await expect(query({ ...operation, control: OTHER }, { number: 'M1-1' })).rejects.toMatchObject({
      reason: 'wrong_account',
    });
  });
});
