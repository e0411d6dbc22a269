/** Secrets that a schema may leave out because one generation has no use for them: without its own, nothing is believed. */
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/payments/errors.ts';
import { provider } from '../../src/providers/registry.ts';
import { hex, utf8 } from '../../src/signing/bytes.ts';
import { weakDigests } from '../../src/signing/weak.ts';
import { accountOf, ORDER } from './support.ts';

const md5 = (text: string) => hex(weakDigests.md5(utf8(text)));
const form = (fields: Record<string, string>) => ({
  contentType: 'application/x-www-form-urlencoded',
  headers: {},
  body: new URLSearchParams(fields).toString(),
});

const order = JSON.stringify({
  order: {
    extOrderId: ORDER,
    merchantPosId: '300746',
    totalAmount: '1999',
    currencyCode: 'PLN',
    status: 'COMPLETED',
  },
});
const result = {
  merchant_id: '679471',
  ordernumber: ORDER,
  amount: '19.99',
  currency: 'RUB',
  orderstate: 'Approved',
};
const push = { Shop_IDP: '679471', OrderNumber: ORDER, Total: '19.99', Currency: 'RUB' };

describe('a message signed with an empty secret', () => {
  it.each([
    [
      'payu',
      { second_key: undefined },
      {
        contentType: 'application/json',
        headers: { 'openpayu-signature': `signature=${md5(order)};algorithm=MD5` },
        body: order,
      },
    ],
    [
      'payu',
      { mode: 'legacy', key2: undefined },
      form({ pos_id: '300746', session_id: ORDER, ts: '1', sig: md5(`300746${ORDER}1`) }),
    ],
    [
      'assist',
      { salt: undefined },
      form({
        ...result,
        checkvalue: md5((md5('') + md5(Object.values(result).join(''))).toUpperCase()).toUpperCase(),
      }),
    ],
    [
      'assist',
      { mode: 'legacy', sendresult_secret: undefined },
      form({
        ...push,
        BillNumber: '5',
        Status: 'Authorized',
        PacketDate: '21.11.2026 10:00:00',
        CheckValue: md5(Object.values(push).join('')).toUpperCase(),
      }),
    ],
  ])('is refused by %s with %j', async (id, changes, { contentType, headers, body }) => {
    const entry = provider(id);
    const message = {
      method: 'POST',
      query: new Uint8Array(),
      contentType,
      headers,
      body: utf8(body),
    } as const;
    const checked = async () =>
      entry?.notification(message, accountOf(entry, changes), 'notification', { now: new Date(), fetch });
    await expect(checked()).rejects.toThrow(Refusal);
    await expect(checked()).rejects.toThrow('to check messages with');
  });
});
