/** Lyra's platform: what its sheet (src/providers/lyra/SHEET.md) says beyond the vectors and the common suites. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/payments/errors.ts';
import type { ProviderUpdate } from '../../../src/providers/contract.ts';
import { payzen, systempay } from '../../../src/providers/lyra/brands.ts';
import { vadsTransId } from '../../../src/providers/lyra/form.ts';
import { demoSettings } from '../../support/harness.ts';
import { accountOf, asRequest, begin, CONTEXT, ORDER, read, request, story } from '../support.ts';

const KEY = String(demoSettings('systempay').key);

async function fieldsOf(payment = request(systempay)): Promise<Record<string, string>> {
  const { redirect } = await begin(systempay, payment);
  if (redirect.kind !== 'form') throw new Error('not a form');
  return Object.fromEntries(redirect.fields.map(({ name, value }) => [name, value]));
}

/** A message with these fields, signed as the gateway does. */
function message(fields: Record<string, string>) {
  const text = [
    ...Object.keys(fields)
      .sort()
      .map((name) => fields[name]),
    KEY,
  ].join('+');
  const signature = createHmac('sha256', KEY).update(text).digest('base64');
  const body = new URLSearchParams({ ...fields, signature }).toString();
  return asRequest({
    method: 'POST',
    url: 'https://pay.test/callback/account',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
}

/** The fields of a message about a paid order, without its signature. */
async function paidFields(): Promise<Record<string, string>> {
  const { message: of } = await story(systempay);
  const { body } = await of('pay');
  const { signature: _, ...fields } = Object.fromEntries(new URLSearchParams(new TextDecoder().decode(body)));
  return fields;
}

describe('vads_trans_id', () => {
  it('is never used twice, nor one of the gateway’s own range', () => {
    const seen = new Set<string>();
    for (const number of [0, 1, 899_999, 900_000, 900_001, 1_000_000, 5_000_000]) {
      const id = vadsTransId(number);
      expect(id).toMatch(/^(?!9\d{5})[a-z0-9]{6}$/);
      seen.add(id);
    }
    expect(seen.size).toBe(7);
  });
});

describe('what is sent', () => {
  it('holds no value that could come back as another field', async () => {
    const fields = await fieldsOf(
      request(systempay, {
        description: 'a+b  <c>',
        customer: {
          email: 'a+tag@example.com',
          firstName: 'Authorised',
          lastName: 'X+DEBIT+AUTHORISED',
          phone: '+33 6 12',
        },
      }),
    );
    expect(fields.vads_cust_first_name).toBeUndefined();
    expect(fields.vads_cust_email).toBe('a+tag@example.com');
    expect(fields.vads_cust_phone).toBe('0033 6 12');
    for (const [name, value] of Object.entries(fields)) {
      if (name !== 'signature' && name !== 'vads_cust_email') expect(value, name).not.toMatch(/[+<>]/);
    }
    await expect(
      begin(systempay, request(systempay, { providerFields: { vads_ext_info_a: 'x+CAPTURED' } })),
    ).rejects.toThrow('plus sign');
  });

  it('never goes to the page of another brand', async () => {
    for (const [brand, host] of [
      ['sogecommerce', 'sogecommerce.societegenerale.eu'],
      ['payzen-br', 'secure.payzen.com.br'],
    ]) {
      const { redirect } = await begin(payzen, request(payzen), accountOf(payzen, { brand }));
      expect(redirect.kind === 'form' && new URL(redirect.url).host).toBe(host);
    }
  });
});

describe('a message', () => {
  it('is not believed when it is of another shop or mode, or lacks a field whose name the signature does not cover', async () => {
    const fields = await paidFields();
    expect(await read(systempay, message(fields))).toMatchObject({ outcome: 'paid', order: ORDER });
    for (const change of [
      { vads_site_id: '87654321' },
      { vads_ctx_mode: 'PRODUCTION' },
      { vads_operation_type: '' },
      { vads_trans_uuid: '' },
      { vads_trans_id: '1' },
      { vads_currency: 'EUR' },
    ]) {
      await expect(read(systempay, message({ ...fields, ...change }))).rejects.toThrow(Refusal);
    }
  });

  it('about a declined payment cannot be renamed into one about a paid one', async () => {
    const { message: of } = await story(systempay);
    const { body } = await of('decline');
    const raw = new TextDecoder().decode(body);
    // The values keep their order, so the signature still fits; the status gets another name.
    const renamed = raw
      .replace('vads_trans_status=', 'vads_trans_statut=')
      .replace('vads_cust_last_name=', 'vads_trans_status=');
    const forged = { ...(await of('decline')), body: new TextEncoder().encode(renamed) };
    await expect(systempay.notification(forged, accountOf(systempay), 'return', CONTEXT)).rejects.toThrow(
      Refusal,
    );
  });

  it('about a refund, a cancellation after the payment or a late decline is not taken for another', async () => {
    const fields = await paidFields();
    const outcome = async (change: Record<string, string>) =>
      ((await read(systempay, message({ ...fields, ...change }))) as ProviderUpdate).outcome;
    expect(await outcome({ vads_operation_type: 'CREDIT', vads_trans_status: 'CAPTURED' })).toBe('refunded');
    expect(await outcome({ vads_operation_type: 'CREDIT', vads_trans_status: 'REFUSED' })).toBe('none');
    expect(await outcome({ vads_trans_status: 'CANCELLED' })).toBe('reversed');
    expect(await outcome({ vads_trans_status: 'REFUSED' })).toBe('denied');
    expect(await outcome({ vads_trans_status: 'A_NEW_WORD' })).toBe('none');
    expect(
      await read(
        systempay,
        message({ ...fields, vads_trans_status: 'PARTIALLY_AUTHORISED', vads_effective_amount: '500' }),
      ),
    ).toMatchObject({ outcome: 'paid', amount: 500 });
  });
});
