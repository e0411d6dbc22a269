/**
 * Przelewy24. Ruled out: our own form read as a notification, values of one signed text in other fields, an amount in a currency
 * that the legacy protocol does not name.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ProviderRequest } from '../../../src/providers/contract.ts';
import { przelewy24 } from '../../../src/providers/przelewy24/index.ts';
import { demoSettings } from '../../support/harness.ts';
import { accountOf, begin, CONTEXT, ORDER, request } from '../support.ts';

const MERCHANT = String(demoSettings('przelewy24').merchant_id);
const CRC = String(demoSettings('przelewy24').crc);

function post(fields: Record<string, string>): ProviderRequest {
  return {
    method: 'POST',
    query: new Uint8Array(),
    body: new TextEncoder().encode(new URLSearchParams(fields).toString()),
    headers: {},
    contentType: 'application/x-www-form-urlencoded',
  };
}

const read = (mode: string, fields: Record<string, string>) =>
  przelewy24.notification(post(fields), accountOf(przelewy24, { mode }), 'notification', CONTEXT);

describe.each(['3.2', 'legacy'])('a notification of %s', (mode) => {
  const account = accountOf(przelewy24, { mode });
  const payment = request(przelewy24, { currency: 'PLN' });

  it('is never our own form with the merchant as the order', async () => {
    const { redirect } = await begin(przelewy24, payment, account);
    const sent = redirect.kind === 'form' ? redirect.fields : [];
    const fields = Object.fromEntries(sent.map(({ name, value }) => [name, value]));
    await expect(read(mode, { ...fields, p24_order_id: MERCHANT })).rejects.toMatchObject({
      reason: 'malformed',
    });
  });

  it('has its values in forms that leave one reading', async () => {
    const names =
      mode === '3.2'
        ? ['p24_session_id', 'p24_order_id', 'p24_amount', 'p24_currency']
        : ['p24_session_id', 'p24_order_id', 'p24_kwota'];
    const good = [ORDER, '301234567', '1999', 'PLN'].slice(0, names.length);
    const signed = (values: readonly string[]) => ({
      p24_merchant_id: MERCHANT,
      p24_id_sprzedawcy: MERCHANT,
      ...Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])),
      [mode === '3.2' ? 'p24_sign' : 'p24_crc']: createHash('md5')
        .update([...values, CRC].join('|'))
        .digest('hex'),
    });
    expect(await read(mode, signed(good))).toMatchObject({
      kind: 'update',
      order: ORDER,
      outcome: 'pending',
      ask: { orderId: '301234567' },
    });
    for (let at = 0; at < names.length; at++) {
      const spoilt = good.with(at, `${good[at]}|1`);
      await expect(read(mode, signed(spoilt)), names[at]).rejects.toMatchObject({ reason: 'malformed' });
    }
  });
});

it('does not start the legacy protocol in another currency than PLN', async () => {
  const account = accountOf(przelewy24, { mode: 'legacy' });
  await expect(begin(przelewy24, request(przelewy24, { currency: 'EUR' }), account)).rejects.toThrow(
    'currency',
  );
  await begin(przelewy24, request(przelewy24, { currency: 'PLN' }), account);
});
