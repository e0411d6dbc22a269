/**
 * What is new in a message. Ruled out: a field, a code or an address that is missed behind what was looked at, or told again and again;
 * one that is documented and told; the value of a shopper in what people read; forms that are read again and again.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import type { OpenedAccount } from '../../src/gateway/accounts.ts';
import { forgetDocumented, unfamiliarCode, unfamiliarIn } from '../../src/gateway/drift.ts';
import { ogone } from '../../src/providers/ogone/brands.ts';
import { utf8 } from '../../src/signing/bytes.ts';
import { storedAccount } from './stored.ts';

let providers = 0;

/** An account at a provider of which nothing was seen yet. */
function unseen(changes: Partial<Account> = {}): OpenedAccount {
  const account = storedAccount('account', ogone.id, { settings: {}, ...changes });
  const { id, environment, endpoints, settings } = account;
  return {
    account,
    provider: { ...ogone, id: `ogone-${++providers}` },
    variants: [{ account: { id, environment, endpoints, settings }, signedBy: 'current', until: null }],
  };
}

const FORM = 'application/x-www-form-urlencoded';

/** What a message shows that was not seen before. */
function newIn(
  opened: OpenedAccount,
  body: string | Uint8Array,
  {
    query = '',
    contentType = FORM,
    ip = null,
  }: { query?: string; contentType?: string; ip?: string | null } = {},
) {
  const bytes = typeof body === 'string' ? utf8(body) : body;
  const request = { method: 'POST', query: utf8(query), body: bytes, headers: {}, contentType } as const;
  return unfamiliarIn(opened, request, ip);
}

const anyMessage = { what: 'field', value: '(any message)', example: '' };
const field = (value: string, example: string) => ({ what: 'field', value, example });

/** The new fields of a message by their names, without that of the first message. */
const newFieldsOf = (...message: Parameters<typeof newIn>) =>
  newIn(...message)
    .map(({ value }) => value)
    .filter((name) => !name.startsWith('('));

afterEach(() => vi.restoreAllMocks());

describe('a field', () => {
  it('is new once, and one beside it is new too', () => {
    const opened = unseen();
    expect(newFieldsOf(opened, 'orderID=1&FIRST=a')).toEqual(['FIRST']);
    expect(newFieldsOf(opened, 'orderID=2&FIRST=b')).toEqual([]);
    expect(newFieldsOf(opened, 'orderID=3&FIRST=c&SECOND=d')).toEqual(['SECOND']);
    expect(newFieldsOf(opened, 'orderID=3&FIRST=c', { query: 'THIRD=e' })).toEqual(['THIRD']);
    expect(newFieldsOf(unseen(), 'orderID=1&FIRST=a')).toEqual(['FIRST']);
  });

  it('is shown by the form of its value alone, as far as that can be read, and the first message of a provider is told', () => {
    const opened = unseen();
    const long = `${'x'.repeat(39)}12`;
    expect(
      newIn(opened, `orderID=1&amount=2&SHAPE=Zo%C3%A9-4+27&LONG=${long}&BROKEN=%E9t%E9&%E9=1&EMPTY=&=1`, {}),
    ).toEqual([
      anyMessage,
      field('SHAPE', 'aaa-0 00'),
      field('LONG', `${'a'.repeat(39)}0`),
      field('BROKEN', ''),
      field('EMPTY', ''),
    ]);
    expect(newIn(opened, 'orderID=1', {})).toEqual([]);
  });

  it('is known by the first hundred characters of its name', () => {
    const opened = unseen();
    const name = 'N'.repeat(100);
    expect(newFieldsOf(opened, `${name}first=1`)).toEqual([name]);
    expect(newFieldsOf(opened, `${name}second=1`)).toEqual([]);
  });

  it('of JSON is a member of the object, and no more than two hundred of them', () => {
    const json = { contentType: 'application/json' };
    const members = JSON.stringify({
      ORDERID: 1,
      text: 'ab1',
      number: 12,
      nothing: null,
      list: [1],
      yes: true,
    });
    expect(newIn(unseen(), members, json)).toEqual([
      anyMessage,
      field('text', 'aa0'),
      field('number', '00'),
      field('nothing', 'object'),
      field('list', 'object'),
      field('yes', 'aaaa'),
    ]);
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`m${index}`, 1]));
    expect(newFieldsOf(unseen(), JSON.stringify(many), json)).toEqual(Object.keys(many).slice(0, 200));
    for (const none of ['null', '"text"', '7', '{', '', new Uint8Array([0xff])])
      expect(newFieldsOf(unseen(), none, json)).toEqual([]);
    expect(newFieldsOf(unseen(), '{"member":1}', { contentType: 'json/not' })).toEqual(['{"member":1}']);
  });

  it('is missed behind no form that cannot be read and has the same names', () => {
    const opened = unseen();
    expect(newFieldsOf(opened, 'BROKEN=%zz')).toEqual([]);
    expect(newFieldsOf(opened, 'BROKEN=1')).toEqual(['BROKEN']);
  });
});

it('a form is not read again where its names were looked at: of its bytes one text is made, to see that', () => {
  const opened = unseen();
  const textsIn = (body: string) => {
    const made = vi.spyOn(Buffer, 'from');
    newFieldsOf(opened, body);
    const count = made.mock.calls.length;
    made.mockRestore();
    return count;
  };
  // Of the query and the body each.
  expect(textsIn('orderID=1234&STATUS=9&PAYID=1')).toBe(4);
  expect(textsIn('orderID=56789&STATUS=52&PAYID=')).toBe(2);
  // Sets of names are remembered up to 2000 characters, with the provider and two blanks.
  const longest = 'N'.repeat(2000 - opened.provider.id.length - '  ='.length);
  expect([textsIn(`${longest}=1`), textsIn(`${longest}=2`)]).toEqual([4, 2]);
  expect([textsIn(`${longest}N=1`), textsIn(`${longest}N=2`)]).toEqual([4, 4]);
});

describe('an address', () => {
  const STRANGE = '198.51.100.66';
  const addressesOf = (allowedIps: readonly string[], ip: string | null) =>
    newIn(unseen({ allowedIps }), 'orderID=1', { ip }).filter(({ what }) => what === 'address');
  const strange = [{ what: 'address', value: STRANGE, example: 'sent a notification' }];

  it.each([
    ['that nobody has named', [], STRANGE, strange],
    ['that is not among those that are named', ['192.0.2.1'], STRANGE, strange],
    ['that is named', ['192.0.2.1', '198.51.100.0/24'], STRANGE, []],
    ['that is not known', [], null, []],
  ])('is new %s', (_name, allowedIps, ip, expected) => {
    expect(addressesOf(allowedIps, ip)).toEqual(expected);
  });

  it('is new once', () => {
    const opened = unseen();
    newIn(opened, 'orderID=1', { ip: STRANGE });
    expect(newIn(opened, 'orderID=1', { ip: STRANGE })).toEqual([]);
    expect(newIn(opened, 'orderID=1', { ip: '198.51.100.67' })).toHaveLength(1);
  });
});

describe('a code', () => {
  it('that the sheet of its provider does not have is new once, with what it was read as', () => {
    const { provider } = unseen();
    const of = (providerStatus: string) => unfamiliarCode(provider, { providerStatus, outcome: 'none' });
    expect(of('77')).toEqual([{ what: 'code', value: '77', example: 'read as none' }]);
    expect(of('77')).toEqual([]);
    expect(of('78')).toEqual([{ what: 'code', value: '78', example: 'read as none' }]);
    // The sheet has the first; the second is a field's name and no code; of a code that is empty nobody can look anything up.
    expect([...of('9'), ...of('')]).toEqual([]);
    expect(of('ORDERID')).toHaveLength(1);
  });

  it('is forgotten when the sheet has it by now, and nothing else is', async () => {
    const entry = (provider: string, what: string, value: string) => ({ provider, what, value });
    const documented = entry('ogone', 'code', '9');
    const seen = [
      documented,
      entry('ogone', 'code', '77'),
      entry('ogone', 'field', '9'),
      entry('nobody', 'code', '9'),
      entry('ogone', 'address', '192.0.2.1'),
    ];
    const forgotten: unknown[] = [];
    const directory = {
      drift: async () => seen,
      forgetDrift: async (entries: unknown) => void forgotten.push(entries),
    };
    await forgetDocumented(directory as never);
    expect(forgotten).toEqual([[documented]]);
  });
});
