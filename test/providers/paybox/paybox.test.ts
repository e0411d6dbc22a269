/** Paybox: what SHEET.md says and the vectors do not cover. */
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/payments/errors.ts';
import type { Minor } from '../../../src/payments/money.ts';
import type { ProviderUpdate } from '../../../src/providers/contract.ts';
import { paybox } from '../../../src/providers/paybox/index.ts';
import { payboxBank } from '../../../src/sandbox/banks/paybox.ts';
import { readable, utf8 } from '../../../src/signing/bytes.ts';
import { merchant, shopperAtBank } from '../../support/harness.ts';
import { accountOf, CONTEXT, formFields, notificationOf, read, request, start } from '../support.ts';

describe('the form', () => {
  it('is not rejected for a small amount (three digits at least) or an alphabetic currency', () => {
    const { fields } = formFields(paybox, request(paybox, { amount: 5 as Minor, currency: 'CHF' }));
    expect(fields).toMatchObject({
      PBX_TOTAL: '005',
      PBX_DEVISE: '756',
      PBX_TIME: '2026-11-21T09:00:00+00:00',
    });
  });

  it('is not rejected for a name or address that XML or the limits of 3-D Secure v2 cannot carry', () => {
    const customer = {
      email: 'zoe@example.com',
      firstName: 'Zoé-Éléonore-Anne-Françoise',
      lastName: 'Müller & "Söhne"',
      address: { line1: '12, rue de l’Église\u00a0<3>', postalCode: '75002', city: 'Œuilly', country: 'FR' },
    };
    const { PBX_BILLING: billing } = formFields(paybox, request(paybox, { customer })).fields;
    expect(billing).toContain('<FirstName>Zoe-Eleonore-Anne-Fran</FirstName>');
    expect(billing).toContain('<LastName>Muller Sohne</LastName>');
    expect(billing).toContain('<City>OEuilly</City><CountryCode>250</CountryCode>');
    expect(billing).toMatch(/^[\x20-\x7e]+$/);
  });

  it('never sends half an address: the rest comes from the account', () => {
    const customer = { email: 'zoe@example.com', firstName: 'Zoé', lastName: 'Müller' };
    const payment = request(paybox, { customer });
    const rest = {
      billing_address: '1 place',
      billing_zipcode: '75001',
      billing_city: 'Paris',
      billing_country: 'FR',
    };
    expect(formFields(paybox, payment, accountOf(paybox, rest)).fields.PBX_BILLING).toContain(
      '<City>Paris</City>',
    );
  });

  it('never captures at another time than the shop, or else the account, says', () => {
    const of = (capture: 'manual' | 'automatic' | null, setting: string | number) =>
      formFields(paybox, request(paybox, { capture }), accountOf(paybox, { capture: setting })).fields;
    expect(of('manual', 'automatic').PBX_AUTOSEULE).toBe('O');
    expect(of(null, 'manual').PBX_AUTOSEULE).toBe('O');
    expect(of(null, 5).PBX_DIFF).toBe('05');
    expect(of('automatic', 5).PBX_DIFF).toBeUndefined();
    expect(of('automatic', 'manual').PBX_AUTOSEULE).toBeUndefined();
  });

  it('is never sent without an e-mail address that fits', () => {
    expect(() => start(paybox, request(paybox, { customer: {} }))).toThrow('customer.email');
    expect(() => start(paybox, request(paybox, { customer: { email: 'a@b.c' } }))).toThrow('customer.email');
  });

  it('does not break the signature with PBX fields of the shop, and takes no others', async () => {
    const payment = request(paybox, { providerFields: { PBX_LANGUE: 'GBR', PBX_DISPLAY: '600' } });
    expect(formFields(paybox, payment).fields).toMatchObject({ PBX_LANGUE: 'GBR', PBX_DISPLAY: '600' });
    await shopperAtBank('paybox', start(paybox, payment), merchant('paybox', 'account'));
    expect(() => start(paybox, request(paybox, { providerFields: { EVIL: '1' } }))).toThrow(
      'providerFields.EVIL',
    );
  });
});

describe('the return', () => {
  const back = async (decision: 'pay' | 'cancel', change = (query: string) => query) => {
    const who = merchant('paybox', 'account');
    const order = await shopperAtBank('paybox', start(paybox), who);
    const query = change(new URL(payboxBank.back(order, who, decision)).search.slice(1));
    const message = {
      method: 'GET' as const,
      query: utf8(query),
      body: new Uint8Array(),
      headers: {},
      contentType: null,
    };
    return (await paybox.notification(message, accountOf(paybox), 'return', CONTEXT)) as ProviderUpdate;
  };

  it('is refused when our own parameter was changed or left out: the signature covers it', async () => {
    expect(await back('pay')).toMatchObject({ outcome: 'accepted', amount: 1999 });
    await expect(back('pay', (query) => query.replace('via=success', 'via=cancel'))).rejects.toThrow(Refusal);
    await expect(back('pay', (query) => query.replace('via=success&', ''))).rejects.toThrow(Refusal);
  });

  it('does not count twice beside the notification: both have one key', async () => {
    const update = await back('pay');
    expect(update.key).toMatch(/\/00000\/accepted$/);
  });
});

describe('the notification', () => {
  it('cannot be turned by parameters outside the signature: in front, behind, or twice', async () => {
    const message = await notificationOf(paybox);
    const text = readable(message.body);
    expect(await read(paybox, { ...message, body: utf8(`shop=demo&${text}`) })).toEqual(
      await read(paybox, message),
    );
    await expect(read(paybox, { ...message, body: utf8(`${text}&x=1`) })).rejects.toThrow('must be last');
    await expect(read(paybox, { ...message, body: utf8(`error=00000&${text}`) })).rejects.toThrow(
      'came twice',
    );
    await expect(read(paybox, { ...message, body: utf8(`err%6fr=00000&${text}`) })).rejects.toThrow(
      'came twice',
    );
  });

  it('is refused without its reference, even when that is what was signed', async () => {
    const { notification } = payboxBank;
    const who = merchant('paybox', 'account');
    const order = await shopperAtBank('paybox', start(paybox), who);
    const message = notification({ ...order, order: '' }, who, 'pay', 'none');
    const body = utf8(String(message.body));
    const sent = {
      method: 'POST' as const,
      query: new Uint8Array(),
      body,
      headers: {},
      contentType: 'application/x-www-form-urlencoded',
    };
    await expect(read(paybox, sent)).rejects.toThrow('no reference');
  });
});
