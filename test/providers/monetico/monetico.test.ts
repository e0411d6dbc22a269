/** What is special about Monetico, without a network: its key, its texts, its one reading; the rest is in conformance.test.ts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/payments/errors.ts';
import { parisDay } from '../../../src/providers/kit/paris-time.ts';
import { moneticoContext } from '../../../src/providers/monetico/context.ts';
import { MONETICO_SHOP_FIELDS } from '../../../src/providers/monetico/form.ts';
import { moneticoKeyBytes } from '../../../src/providers/monetico/key.ts';
import { readMoneticoNotification } from '../../../src/providers/monetico/notification.ts';
import { moneticoAnswer } from '../../../src/providers/monetico/operation-answer.ts';
import { signMonetico, verifyMonetico } from '../../../src/providers/monetico/signatures.ts';
import { moneticoOperationState } from '../../../src/providers/monetico/statuses.ts';
import { dayOf, montant, parisTime, readMontant } from '../../../src/providers/monetico/texts.ts';
import { hex, signedBytes } from '../../../src/signing/bytes.ts';
import { rawFields } from '../../../src/signing/form.ts';

const KEY = '0A1B2C3D4E5F60718293A4B5C6D7E8F9012345P0';

describe('the key', () => {
  it('of hexadecimal digits stays as it is, in either case', () => {
    const digits = fc.string({
      unit: fc.constantFrom(...'0123456789abcdefABCDEF'),
      minLength: 40,
      maxLength: 40,
    });
    fc.assert(
      fc.property(digits, (key) => {
        expect(hex(moneticoKeyBytes(key) ?? new Uint8Array())).toBe(key.toLowerCase());
      }),
    );
  });

  it.each([
    ['P0', '90'],
    ['G4', '04'],
    ['Xf', 'af'],
    ['4M', '40'],
  ])('that ends with %s ends with the byte %s', (shown, byte) => {
    expect(hex(moneticoKeyBytes('0'.repeat(38) + shown) ?? new Uint8Array()).slice(38)).toBe(byte);
  });

  it.each([
    '',
    '0'.repeat(39),
    '0'.repeat(41),
    `${'0'.repeat(38)}z0`,
    `${'0'.repeat(38)}Q0`,
    `P${'0'.repeat(39)}`,
  ])('is none: %s', (key) => expect(moneticoKeyBytes(key)).toBeNull());
});

describe('amounts', () => {
  it.each([
    ['19.99EUR', 1999, 'EUR'],
    ['19.9EUR', 1990, 'EUR'],
    ['20EUR', 2000, 'EUR'],
    ['0.05EUR', 5, 'EUR'],
    ['1000JPY', 1000, 'JPY'],
    ['1000.00JPY', 1000, 'JPY'],
  ])('%s is read', (text, amount, currency) => expect(readMontant(text)).toEqual({ amount, currency }));

  it.each([
    '',
    '19,99EUR',
    '19.999EUR',
    '-1EUR',
    '19.99',
    '19.99eur',
    '19.99 EUR',
    '1.5JPY',
    '1e3EUR',
    '19.99XYZ',
    // Of the form of an amount, and of no montant: at most twelve digits and two decimals.
    '19.990EUR',
    '1000.000JPY',
    '1234567890123EUR',
    ' 19.99EUR',
    '19.99EUR ',
    '19.99EUR\n',
    'x19.99EUR',
    '19.99EUREUR',
    'EUR',
    '19.EUR',
    '.99EUR',
  ])('%s is none', (text) => expect(readMontant(text)).toBeNull());

  it('are read as they are written', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), fc.constantFrom('EUR', 'JPY', 'CAD'), (amount, currency) => {
        expect(readMontant(montant(amount, currency))).toEqual({ amount, currency });
      }),
    );
  });
});

it('dates are those of Paris, in summer, in winter and past midnight', () => {
  expect(parisTime(new Date('2026-11-21T09:00:00Z'))).toBe('21/11/2026:10:00:00');
  expect(parisTime(new Date('2026-07-01T22:30:05Z'))).toBe('02/07/2026:00:30:05');
  expect(parisDay(new Date('2026-12-31T23:00:00Z'))).toBe('01/01/2027');
  expect(dayOf('21/11/2026_a_10:02:11')).toBe('21/11/2026');
  expect(dayOf('13/07/2026_10:05:00')).toBe('13/07/2026');
  expect(dayOf('yesterday')).toBeNull();
});

const contextOf = (customer: Parameters<typeof moneticoContext>[0]) =>
  JSON.parse(
    new TextDecoder().decode(Uint8Array.from(atob(moneticoContext(customer)), (c) => c.charCodeAt(0))),
  );

describe('contexte_commande', () => {
  it('has names in their own letters, and a telephone number with its calling code', () => {
    const address = { line1: '12 rue de l’Église', postalCode: '75011', city: 'Paris', country: 'FR' };
    expect(contextOf({ firstName: 'Zoé', lastName: 'Łukasz', phone: '06 12 34 56 78', address })).toEqual({
      billing: {
        firstName: 'Zoé',
        lastName: 'Łukasz',
        addressLine1: '12 rue de l’Église',
        city: 'Paris',
        postalCode: '75011',
        country: 'FR',
        phone: '+33-612345678',
      },
    });
  });

  it('has the state of an American or Canadian address, with its country', () => {
    const address = { line1: '1 Main St', postalCode: '94105', city: 'SF', country: 'US' };
    for (const state of ['CA', 'US-CA', ' ca '])
      expect(contextOf({ address: { ...address, state } }).billing.stateOrProvince).toBe('US-CA');
    expect(contextOf({ address: { ...address, country: 'FR', state: 'CA' } }).billing).not.toHaveProperty(
      'stateOrProvince',
    );
  });

  it('cuts what is longer than the page takes', () => {
    const long = 'é'.repeat(80);
    const { billing } = contextOf({ address: { line1: long, city: long, postalCode: '1', country: 'FR' } });
    expect([billing.addressLine1.length, billing.city.length]).toEqual([50, 50]);
  });
});

/** The fields of a message, sealed. */
function sealed(fields: readonly (readonly [string, string])[]) {
  return rawFields([...fields, ['MAC', signMonetico({ key: KEY }, fields).signature]]);
}

const reasonOf = (fields: ReturnType<typeof sealed>) => {
  try {
    verifyMonetico({ key: KEY }, fields);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
};

it('hands on what is signed, and not the MAC', () => {
  const { values } = verifyMonetico({ key: KEY }, sealed([['montant', '1EUR']]));
  expect([values.get('montant'), values.get('MAC')]).toEqual(['1EUR', undefined]);
});

describe('a sealed text', () => {
  const TEXT = fc.string({ unit: fc.constantFrom(...'ab*=-_1 '), maxLength: 12 });
  const NAME = fc.string({ unit: fc.constantFrom(...'ab-_1*='), minLength: 1, maxLength: 4 });
  const FIELDS = fc.uniqueArray(fc.tuple(NAME, TEXT), {
    selector: ([name]) => name,
    minLength: 1,
    maxLength: 5,
  });

  it('that is accepted has one reading', () => {
    const readings = new Map<string, string>();
    fc.assert(
      fc.property(FIELDS, (fields) => {
        if (reasonOf(sealed(fields)) !== null) return;
        const base = signedBytes(signMonetico({ key: KEY }, fields).base);
        const reading = JSON.stringify(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)));
        const before = readings.get(hex(base)) ?? reading;
        expect(reading).toBe(before);
        readings.set(hex(base), reading);
      }),
      { numRuns: 5000 },
    );
  });

  it('is refused where a value has another field inside, or a name is none, although the MAC is right', () => {
    expect(reasonOf(sealed([['texte-libre', 'x*code-retour=paiement']]))).toBe('malformed');
    expect(reasonOf(sealed([['a*b', 'x']]))).toBe('malformed');
    expect(reasonOf(sealed([['a=b', 'x']]))).toBe('malformed');
    expect(reasonOf(sealed([['texte-libre', 'a+b = 50%*c']]))).toBeNull();
  });

  it('with a name twice is refused, whichever of the two is sealed', () => {
    const [paid, other] = [
      ['code-retour', 'paiement'],
      ['code-retour', 'Annulation'],
    ] as const;
    for (const fields of [
      sealed([paid, other]),
      [...rawFields([other]), ...sealed([paid])],
      [...sealed([paid]), ...rawFields([other])],
    ])
      expect(reasonOf(fields)).toBe('duplicate_field');
  });
});

describe('a message that is sealed', () => {
  const readWithout = (name: string) => {
    const values = new Map([
      ['TPE', '1234567'],
      ['reference', 'ORDER'],
      ['code-retour', 'paiement'],
    ]);
    values.delete(name);
    return () => readMoneticoNotification({ tpe: '1234567' }, values);
  };

  it('and has no code-retour is one of our own requests, and no answer', () => {
    expect(readWithout('nothing')().outcome).toBe('accepted');
    expect(readWithout('code-retour')).toThrow(expect.objectContaining({ reason: 'field_missing' }));
    expect(readWithout('reference')).toThrow(expect.objectContaining({ reason: 'field_missing' }));
    expect(readWithout('TPE')).toThrow(expect.objectContaining({ reason: 'wrong_account' }));
  });
});

it('no field of a shop holds an asterisk, or decides money', () => {
  for (const name of ['libelleMonetique', 'libelleMonetiqueLocalite', 'protocole', 'ThreeDSecureChallenge'])
    expect(MONETICO_SHOP_FIELDS.problemOf?.(name, 'A*code-retour=paiement'), name).not.toBeNull();
  for (const name of ['montant', 'nbrech', 'montantech1', 'aliascb', 'MAC', 'reference'])
    expect(MONETICO_SHOP_FIELDS.reserved?.has(name), name).toBe(true);
});

describe('the answer to an operation', () => {
  it.each([
    ['capture', '1', 'paiement accepte', '', 'succeeded'],
    ['capture', '1', 'something new', '', 'succeeded'],
    ['capture', '1', 'autorisation refusee', '123456', 'unknown'],
    ['capture', '1', 'la commande est deja annulee', '', 'unknown'],
    ['capture', '1', 'commande annulee', '', 'unknown'],
    ['capture', '0', 'autorisation refusee', '', 'failed'],
    ['capture', '0', 'paiement deja accepte', '', 'unknown'],
    ['capture', '0', 'autre traitement en cours', '', 'unknown'],
    ['capture', '-1', 'signature non valide', '', 'failed'],
    ['capture', '-1', 'probleme technique', '', 'unknown'],
    ['capture', '-1', 'something new', '', 'unknown'],
    ['capture', '2', 'paiement accepte', '123456', 'unknown'],
    ['capture', '', '', '', 'unknown'],
    ['cancel', '1', 'commande annulee', '', 'succeeded'],
    ['cancel', '1', 'paiement accepte', '', 'unknown'],
    ['cancel', '0', 'commande annulee', '', 'unknown'],
    // Either may be the one that is done; a refusal has no authorisation.
    ['refund', '0', 'recredit effectue', '123456', 'succeeded'],
    ['refund', '1', 'recredit effectue', '123456', 'succeeded'],
    ['refund', '0', 'recredit effectue', '', 'unknown'],
    ['refund', '1', 'recredit effectue', '', 'unknown'],
    ['refund', '0', 'autorisation refusee', '123456', 'unknown'],
    ['refund', '0', 'autorisation refusee', '', 'unknown'],
    ['refund', '1', 'paiement accepte', '123456', 'unknown'],
    ['refund', '2', 'recredit effectue', '123456', 'unknown'],
    ['refund', '-46', 'deja recreditee', '', 'failed'],
    ['refund', '-47', 'something new', '', 'unknown'],
    ['refund', '-1', 'commercant non identifie', '', 'failed'],
  ] as const)('%s %s (%s, authorisation %s) is %s', (kind, cdr, lib, aut, state) => {
    expect(moneticoOperationState(kind, { cdr, lib, aut })).toBe(state);
  });

  it('that says a thing twice says nothing', () => {
    expect(moneticoAnswer('reference=A\ncdr=0\ncdr=1\n').cdr).toBe('');
    expect(moneticoAnswer('version=1.0\r\nreference=A\r\ncdr=1\r\nlib=a=b\r\n')).toEqual({
      reference: 'A',
      cdr: '1',
      lib: 'a=b',
      aut: '',
    });
  });
});
