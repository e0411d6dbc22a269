/** Paybox: what merchants report from the field, each named by what went wrong. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countryCodes } from '../../../src/payments/countries.ts';
import { mobilePhone } from '../../../src/providers/kit/telephone.ts';
import { paybox } from '../../../src/providers/paybox/index.ts';
import { CUSTOMER, network } from '../../support/harness.ts';
import { call, changeAnswer, outcome, paid, refreshed } from '../operations-support.ts';
import { accountOf, formFields, request } from '../support.ts';

let net: ReturnType<typeof network>;
beforeEach(() => {
  net = network();
});
afterEach(() => {
  vi.useRealTimers();
  net.restore();
});

const NO_DEFAULTS = {
  billing_first_name: undefined,
  billing_last_name: undefined,
  billing_address: undefined,
  billing_zipcode: undefined,
  billing_city: undefined,
  billing_country: undefined,
  billing_phone: undefined,
};

const billingOf = (customer: object, settings: Record<string, unknown> = NO_DEFAULTS) =>
  formFields(paybox, request(paybox, { customer }), accountOf(paybox, settings)).fields.PBX_BILLING;

describe('PBX_BILLING', () => {
  it('has the telephone number, without which banks refuse', () => {
    const end =
      '<CountryCodeMobilePhone>+33</CountryCodeMobilePhone><MobilePhone>612345678</MobilePhone></Address>';
    expect(billingOf(CUSTOMER)).toContain(`<CountryCode>250</CountryCode>${end}`);
    const { phone: _, ...silent } = CUSTOMER;
    expect(billingOf(silent, { ...NO_DEFAULTS, billing_phone: '+33 612345678' })).toContain(end);
    expect(billingOf(silent)).not.toContain('Phone');
    expect(paybox.settingWarnings?.(accountOf(paybox, NO_DEFAULTS).settings)).toEqual([
      expect.stringContaining('billing_phone'),
    ]);
  });

  it.each([
    ['+33 (0)6 12 34 56 78', 'FR', '+33', '612345678'],
    ['0033612345678', undefined, '+33', '612345678'],
    ['06.12.34.56.78', 'FR', '+33', '0612345678'],
    ['+352 621 123 456', 'LU', '+352', '621123456'],
    ['+1 (202) 555-0142', 'US', '+1', '2025550142'],
    ['07911 123456', 'GB', '+44', '7911123456'],
    ['0692 12 34 56', 'RE', '+262', '0692123456'],
    ['+49 1512 3456789', 'DE', '+49', '15123456789'],
    ['+49 1512 3456789', undefined, '+49', '15123456789'],
    ['01512 3456789', 'DE', '+49', '15123456789'],
    ['070-123 45 67', 'SE', '+46', '0701234567'],
    ['06 12 34 56 78 poste 4', 'FR', '+33', '0612345678'],
    ['+33 6 12 34 56 78;ext=4', undefined, '+33', '612345678'],
    ['06 12 34 56 78 ext. 12', 'FR', '+33', '0612345678'],
    ['06 12 34 56 78x12', 'FR', '+33', '0612345678'],
    ['Tél. : 06 12 34 56 78', 'FR', '+33', '0612345678'],
    ['０６１２３４５６７８', 'FR', '+33', '0612345678'],
    ['06\u00a012\u202f34–56‐78', 'FR', '+33', '0612345678'],
    ['(11) 91234-5678', 'BR', '+55', '11912345678'],
    ['+86 138 0013 8000', 'CN', '+86', '13800138000'],
    ['+43 664 123456789', 'AT', '+43', '664123456789'],
    ['+383 44 123 456', undefined, '+383', '44123456'],
    ['+7 701 123 45 67', 'KZ', '+7', '7011234567'],
    ['+881 6 1234 5678', 'FR', '+881', '612345678'],
    ['00 212 6 12 34 56 78', 'MA', '+212', '612345678'],
  ])('divides %s', (phone, country, callingCode, digits) => {
    expect(mobilePhone(phone, country)).toEqual({ callingCode, digits });
  });

  it('is not made of what is no telephone number', () => {
    for (const phone of [
      '',
      'none',
      '123',
      '+33',
      '0612345678901234567',
      'poste 4',
      '+999 12345678',
      '06 12 34 ab 78',
      '+33 6 12 34 56 78 / 06 11 11 11 11',
    ])
      expect(mobilePhone(phone, 'FR'), phone).toBeNull();
    expect(mobilePhone('0612345678', undefined)).toBeNull();
  });

  it('has a telephone number of every country that has a calling code', () => {
    const without = countryCodes.filter((country) => mobilePhone('612345678', country) === null);
    expect(without).toEqual(['AQ', 'BV', 'GS', 'HM', 'PN', 'TF', 'UM']);
  });

  it('has no gap where a telephone number cannot be divided: it is named, or the account has one', () => {
    for (const phone of ['poste 4', 'none', '+999 12345678', '123'])
      expect(() => billingOf({ ...CUSTOMER, phone }), phone).toThrow('customer.phone');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const billing = billingOf(
      { ...CUSTOMER, phone: 'poste 4' },
      { ...NO_DEFAULTS, billing_phone: '+33 612345678' },
    );
    expect(billing).toContain('<MobilePhone>612345678</MobilePhone>');
    expect(warn.mock.calls.flat()).toContainEqual(expect.objectContaining({ event: 'paybox.telephone' }));
    warn.mockRestore();
  });

  it('is never left out silently: what is missing is named, or comes from the account', () => {
    for (const [name, path] of [
      ['firstName', 'customer.firstName'],
      ['lastName', 'customer.lastName'],
      ['address', 'customer.address.line1'],
    ] as const)
      expect(() => billingOf({ ...CUSTOMER, [name]: undefined })).toThrow(path);
    const names = { ...NO_DEFAULTS, billing_first_name: 'Shop', billing_last_name: 'Keeper' };
    const nameless = { ...CUSTOMER, firstName: undefined, lastName: undefined };
    expect(billingOf(nameless, names)).toContain('<FirstName>Shop</FirstName><LastName>Keeper</LastName>');
  });
});

describe('an operation that Direct answers with 00099', () => {
  it('is unknown, and inquired about', async () => {
    const attempt = await paid('paybox');
    changeAnswer('PPPS.php', (text) => text.replace(/CODEREPONSE=\d+/, 'CODEREPONSE=00099'));
    await call(attempt, 'refund', { amount: 2500 });
    expect((await outcome(attempt)).states).toEqual(['unknown']);
    await refreshed(attempt);
    expect((await outcome(attempt)).states).toEqual(['succeeded']);
  });
});

describe('what a shop gives', () => {
  it('is not more money than the payment: instalments are refused by name', () => {
    for (const name of ['PBX_2MONT1', 'PBX_2MONT2', 'PBX_DATE1'])
      expect(() => formFields(paybox, request(paybox, { providerFields: { [name]: '3000' } }))).toThrow(
        `providerFields.${name}`,
      );
  });
});

describe('the settings', () => {
  it('have no password that is never sent', () => {
    expect(Object.keys(paybox.settings.entries)).not.toContain('cle');
  });
});
