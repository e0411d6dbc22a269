/** Ogone and PostFinance: what their sheets say beyond the vectors. */
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/payments/errors.ts';
import { ogone, postfinance } from '../../../src/providers/ogone/brands.ts';
import { utf8 } from '../../../src/signing/bytes.ts';
import { accountOf, formFields, notificationOf, read, request, start } from '../support.ts';

describe('the form', () => {
  it('goes to the page of the stage and the charset', () => {
    const page = (entry: typeof ogone, environment: 'test' | 'production', encoding: string) => {
      const redirect = start(entry, request(entry), { ...accountOf(entry, { encoding }), environment });
      return redirect.kind === 'form' && [redirect.url, redirect.charset];
    };
    expect(page(ogone, 'test', 'utf-8')).toEqual([
      'https://secure.ogone.com/ncol/test/orderstandard_utf8.asp',
      'utf-8',
    ]);
    expect(page(ogone, 'production', 'iso-8859-1')).toEqual([
      'https://secure.ogone.com/ncol/prod/orderstandard.asp',
      'iso-8859-1',
    ]);
    expect(page(postfinance, 'production', 'utf-8')).toEqual([
      'https://e-payment.postfinance.ch/ncol/prod/orderstandard_utf8.asp',
      'utf-8',
    ]);
  });

  it('cuts text for people, leaves out data that does not fit, and signs what is left', () => {
    const customer = {
      email: `${'a'.repeat(50)}@example.com`,
      firstName: 'Maximilian'.repeat(5),
      phone: '1'.repeat(31),
    };
    const { fields } = formFields(ogone, request(ogone, { customer, description: 'x'.repeat(200) }));
    expect(fields.CN).toHaveLength(35);
    expect(fields.COM).toHaveLength(100);
    expect(fields.EMAIL).toBeUndefined();
    expect(fields.OWNERTELNO).toBeUndefined();
    expect(fields.SHASIGN).toMatch(/^[0-9A-F]{128}$/);
  });

  it('says RES or SAL as the shop wants, else as the account is set, else nothing', () => {
    const operation = (capture: 'manual' | 'automatic' | null, setting: string) =>
      formFields(ogone, request(ogone, { capture }), accountOf(ogone, { operation: setting })).fields
        .OPERATION;
    expect(operation('manual', 'SAL')).toBe('RES');
    expect(operation('automatic', 'RES')).toBe('SAL');
    expect(operation(null, 'RES')).toBe('RES');
    expect(operation(null, '')).toBeUndefined();
  });

  it('speaks the Swiss edition of a language in Switzerland', () => {
    const language = (code: string, country: string) =>
      formFields(ogone, request(ogone, { customer: { language: code, address: { country } } })).fields
        .LANGUAGE;
    expect(language('fr', 'CH')).toBe('fr_CH');
    expect(language('fr', 'FR')).toBe('fr_FR');
    expect(language('ja', 'JP')).toBe('en_US');
  });

  it('takes listed fields of the shop, and none whose order is ambiguous', () => {
    const extra = (providerFields: Record<string, string>) => () =>
      formFields(ogone, request(ogone, { providerFields }));
    expect(extra({ PMLIST: 'VISA;MasterCard', ITEMNAME12: 'x' })().fields).toMatchObject({
      PMLIST: 'VISA;MasterCard',
    });
    expect(extra({ LANGUAGE: 'nl_NL' })().fields.LANGUAGE).toBe('nl_NL');
    expect(extra({ SHOPVERSION: '9' })).toThrow(Problem);
    expect(extra({ pmlist: 'VISA' })).toThrow(Problem);
    expect(extra({ CAVV_3D: 'x', CAVVALGORITHM_3D: 'y' })).toThrow('sorts such names in two ways');
  });

  it('names the field whose character ISO-8859-1 lacks', () => {
    const account = accountOf(ogone, { encoding: 'iso-8859-1' });
    const customer = { firstName: 'Błażej' };
    expect(() => start(ogone, request(ogone, { customer }), account)).toThrow('customer.firstName');
  });

  it('refuses to send an address that is too long', () => {
    const account = accountOf(ogone);
    const urls = { callback: 'https://x.test/c', back: `https://x.test/${'a'.repeat(190)}` };
    const { start: begin } = ogone;
    expect(() =>
      begin({
        id: 'x' as never,
        order: 'x',
        payment: request(ogone),
        account,
        urls,
        now: new Date(),
        ip: null,
        fetch,
        daily: async () => 0,
      }),
    ).toThrow('takes 200');
  });
});

describe('currencies', () => {
  it('are those with two decimals', () => {
    expect(ogone.currencies).toContain('CHF');
    for (const code of ['JPY', 'TND', 'CLF']) expect(ogone.currencies).not.toContain(code);
  });
});

describe('feedback', () => {
  it('may carry parameters that are not signed, which are not used', async () => {
    const message = await notificationOf(ogone);
    const more = { ...message, body: utf8(`PARAMPLUS=x&lang=fr&${new TextDecoder().decode(message.body)}`) };
    expect(await read(ogone, more)).toEqual(await read(ogone, message));
  });

  it('comes by GET as well', async () => {
    const message = await notificationOf(ogone);
    const get = {
      method: 'GET' as const,
      query: message.body,
      body: new Uint8Array(),
      headers: {},
      contentType: null,
    };
    expect(await read(ogone, get)).toEqual(await read(ogone, message));
  });
});
