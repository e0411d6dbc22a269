/** What is new in a message. Ruled out: a field that is missed behind a form that was looked at, and forms that are read again and again. */
import { afterEach, expect, it, vi } from 'vitest';
import type { Account } from '../../src/directory/types.ts';
import type { OpenedAccount } from '../../src/gateway/accounts.ts';
import { unfamiliarIn } from '../../src/gateway/drift.ts';
import { ogone } from '../../src/providers/ogone/brands.ts';
import { utf8 } from '../../src/signing/bytes.ts';

const account: Account = {
  id: 'account',
  provider: ogone.id,
  caption: '',
  displayName: null,
  kind: null,
  environment: 'production',
  currencies: ['EUR'],
  settings: {},
  endpoints: {},
  allowedIps: [],
  trustUnprovenNotifications: false,
  expireAfterHours: 24,
  retiredAt: null,
  succession: null,
  fallback: null,
  outage: null,
  secrets: {},
  createdAt: '2026-11-21T09:00:00Z',
  updatedAt: '2026-11-21T09:00:00Z',
};
const { id, environment, endpoints, settings } = account;
const opened: OpenedAccount = {
  account,
  provider: ogone,
  variants: [{ account: { id, environment, endpoints, settings }, signedBy: 'current', until: null }],
};

function newFieldsOf(body: string, query = ''): string[] {
  const request = {
    method: 'POST',
    query: utf8(query),
    body: utf8(body),
    headers: {},
    contentType: 'application/x-www-form-urlencoded',
  } as const;
  return unfamiliarIn(opened, request, null)
    .map(({ value }) => value)
    .filter((name) => !name.startsWith('('));
}

afterEach(() => vi.restoreAllMocks());

it('a field is new once, and one beside it is new too', () => {
  expect(newFieldsOf('orderID=1&FIRST=a')).toEqual(['FIRST']);
  expect(newFieldsOf('orderID=2&FIRST=b')).toEqual([]);
  expect(newFieldsOf('orderID=3&FIRST=c&SECOND=d')).toEqual(['SECOND']);
  expect(newFieldsOf('orderID=3&FIRST=c', 'THIRD=e')).toEqual(['THIRD']);
});

it('what is no form hides nothing of the form with the same names that follows it', () => {
  expect(newFieldsOf('BROKEN=%zz')).toEqual([]);
  expect(newFieldsOf('BROKEN=1')).toEqual(['BROKEN']);
});

it('a form is not read again where its names were looked at: of its bytes one text is made, to see that', () => {
  const textsIn = (body: string) => {
    const made = vi.spyOn(Buffer, 'from');
    newFieldsOf(body);
    const count = made.mock.calls.length;
    made.mockRestore();
    return count;
  };
  // Of the query and the body each.
  expect(textsIn('orderID=1&STATUS=9&PAYID=1')).toBe(4);
  expect(textsIn('orderID=2&STATUS=5&PAYID=2')).toBe(2);
});
