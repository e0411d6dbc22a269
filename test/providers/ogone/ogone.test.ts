/** Ogone and PostFinance: what their sheet (src/providers/ogone/SHEET.md) says beyond the vectors. */
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/payments/errors.ts';
import { ogone, postfinance } from '../../../src/providers/ogone/brands.ts';
import { ogoneBank } from '../../../src/sandbox/banks/ogone.ts';
import { entryOf, perform } from '../../../src/sandbox/kit/bank-ledger.ts';
import { utf8 } from '../../../src/signing/bytes.ts';
import { memory } from '../../support/harness.ts';
import { accountOf, asRequest, formFields, notificationOf, read, request, start, story } from '../support.ts';

describe('the form', () => {
  it('is never posted to the page of another stage or charset', () => {
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

  it('is not declined for its length: text for people is cut, data that does not fit is left out', () => {
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

  it('never captures against the shop’s wish, nor against the account’s where the shop has none', () => {
    const operation = (capture: 'manual' | 'automatic' | null, setting: string) =>
      formFields(ogone, request(ogone, { capture }), accountOf(ogone, { operation: setting })).fields
        .OPERATION;
    expect(operation('manual', 'SAL')).toBe('RES');
    expect(operation('automatic', 'RES')).toBe('SAL');
    expect(operation(null, 'RES')).toBe('RES');
    expect(operation(null, '')).toBeUndefined();
  });

  it('names no locale that the platform lacks, and the Swiss one in Switzerland', () => {
    const language = (code: string, country: string) =>
      formFields(ogone, request(ogone, { customer: { language: code, address: { country } } })).fields
        .LANGUAGE;
    expect(language('fr', 'CH')).toBe('fr_CH');
    expect(language('fr', 'FR')).toBe('fr_FR');
    expect(language('ja', 'JP')).toBe('en_US');
  });

  it('carries no field that the platform may leave out of its hash, or sort in another place', () => {
    const extra = (providerFields: Record<string, string>) => () =>
      formFields(ogone, request(ogone, { providerFields }));
    expect(extra({ PMLIST: 'VISA;MasterCard', ITEMNAME12: 'x' })().fields).toMatchObject({
      PMLIST: 'VISA;MasterCard',
    });
    expect(extra({ LANGUAGE: 'nl_NL' })().fields.LANGUAGE).toBe('nl_NL');
    expect(extra({ SHOPVERSION: '9' })).toThrow(Problem);
    expect(extra({ pmlist: 'VISA' })).toThrow(Problem);
    expect(extra({ ITEM_COUNT: '1', ITEMID1: 'y' })).toThrow('sorts such names in two ways');
  });

  it('carries no character that ISO-8859-1 lacks, stops no payment for it, and names a shop’s own field', () => {
    const account = accountOf(ogone, { encoding: 'iso-8859-1' });
    const customer = { firstName: 'Błażej' };
    expect(formFields(ogone, request(ogone, { customer }), account).fields.CN).toBe('Blazej');
    const own = request(ogone, { providerFields: { COMPLUS: 'Błażej' } });
    expect(() => start(ogone, own, account)).toThrow('providerFields.COMPLUS');
  });

  it('carries no return address that the platform would cut', () => {
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
  it('without two decimals are not offered, because AMOUNT may mean another sum', () => {
    expect(ogone.currencies).toContain('CHF');
    for (const code of ['JPY', 'TND', 'CLF']) expect(ogone.currencies).not.toContain(code);
  });
});

describe('feedback', () => {
  it('is not read from parameters that are not signed', async () => {
    const message = await notificationOf(ogone);
    const more = { ...message, body: utf8(`PARAMPLUS=x&lang=fr&${new TextDecoder().decode(message.body)}`) };
    expect(await read(ogone, more)).toEqual(await read(ogone, message));
  });

  it('of a refund leaves the PAYID for later calls, if that of the payment never comes', async () => {
    const { order, who, message } = await story(ogone);
    await message('pay');
    const paid = await entryOf(memory, order.order);
    const refund = paid && (await perform(memory, paid, { kind: 'refund', amount: 500 }));
    if (!refund || typeof refund === 'string') throw new Error('the bank refunds nothing');
    const told = ogoneBank.operationNotification?.(refund.entry, refund.done, who);
    if (!told) throw new Error('the bank says nothing');
    expect(await read(ogone, asRequest(told))).toMatchObject({
      outcome: 'refunded',
      amount: 500,
      operation: { kind: 'refund', state: 'succeeded' },
      providerState: { payid: `31${order.data.PAYID}` },
    });
  });

  it('is not lost where the back office is set to GET', async () => {
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
