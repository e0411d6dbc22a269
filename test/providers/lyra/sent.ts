/** A payment that the shopper went to Lyra's gateway with, and the gateway's messages about it, by form and by REST. */
import { createHmac } from 'node:crypto';
import { deliver, demoSettings, makeAccount, makeShop, ORIGIN, type Payment } from '../../support/harness.ts';

export const KEY = String(demoSettings('systempay').key);
const REST_PASSWORD = String(demoSettings('systempay').rest_password);
export const UUID = '0e8defc7bd32c418c93c4b2be676d279';
export const OTHER_UUID = '1e8defc7bd32c418c93c4b2be676d279';
/** What shows which value is vads_effective_amount. */
export const DATED = { vads_effective_creation_date: '20261121090001' };

/** Fields of a message; undefined: left out. */
export type Fields = Record<string, string | undefined>;

/** A payment that the shopper went to the gateway with, and the gateway's messages about it. */
export async function sent(
  options: {
    amount?: number;
    currency?: string;
    config?: string;
    environment?: string;
    settings?: Record<string, null>;
  } = {},
) {
  const { amount = 1999, currency = 'EUR', config = 'SINGLE', environment = 'sandbox' } = options;
  const account = await makeAccount('systempay', {
    environment,
    currencies: [currency],
    settings: { ...demoSettings('systempay'), payment_config: config, ...options.settings },
  });
  const shop = await makeShop([account]);
  const created = await shop.pay({ amount, currency });
  const { id, redirect } = created.body as Payment;
  if (redirect.kind !== 'form') throw new Error('not a form');
  const { signature: _, ...form } = Object.fromEntries(
    redirect.fields.map(({ name, value }) => [name, value]),
  );
  const post = (fields: Record<string, string>) =>
    deliver({
      method: 'POST',
      url: `${ORIGIN}/callback/${account}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  const tell = (changes: Fields) => {
    const all = {
      ...form,
      vads_operation_type: 'DEBIT',
      vads_trans_uuid: UUID,
      vads_sequence_number: '1',
      ...changes,
    };
    const fields = Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const text = [
      ...Object.keys(fields)
        .sort()
        .map((name) => fields[name]),
      KEY,
    ].join('+');
    return post({ ...fields, signature: createHmac('sha256', KEY).update(text).digest('base64') });
  };
  const tellRest = (answer: object) => {
    const text = JSON.stringify({
      shopId: form.vads_site_id,
      orderDetails: { orderId: form.vads_order_id, orderCurrency: currency, mode: 'TEST' },
      ...answer,
    });
    const hash = createHmac('sha256', REST_PASSWORD).update(text).digest('hex');
    return post({ 'kr-answer': text, 'kr-hash': hash, 'kr-hash-algorithm': 'sha256_hmac' });
  };
  const money = async () => {
    const { status, amounts } = await shop.payment(id);
    return [status, amounts.paid, amounts.refunded];
  };
  return { shop, id, form, tell, tellRest, money };
}
