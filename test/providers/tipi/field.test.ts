/** PayFiP: what authorities report from the field. */
import { expect, it } from 'vitest';
import { yearOf } from '../../../src/providers/tipi/debt.ts';
import { tipi } from '../../../src/providers/tipi/index.ts';
import { accountOf, CONTEXT, ORDER } from '../support.ts';

it('a return is not lost because PayFiP appends its parameters with a second question mark', async () => {
  const asked = (query: string) =>
    tipi.notification(
      {
        method: 'GET',
        query: new TextEncoder().encode(query),
        body: new Uint8Array(),
        headers: {},
        contentType: null,
      },
      accountOf(tipi, { mode: 'webservice' }),
      'return',
      CONTEXT,
    );
  const hint = { kind: 'hint', order: ORDER, about: {} };
  expect(await asked(`o=${ORDER}?idop=cc0cb210-1cd4-11ea-8cca-0213ad91a103`)).toEqual(hint);
  expect(await asked(`o=${ORDER}?idOp=cc0cb210-1cd4-11ea-8cca-0213ad91a103&x=1`)).toEqual(hint);
  expect(await asked(`o=${ORDER}&idop=cc0cb210-1cd4-11ea-8cca-0213ad91a103`)).toEqual(hint);
});

it.each([
  ['2026-12-31T22:59:59Z', '2026'],
  ['2026-12-31T23:00:00Z', '2027'],
  ['2027-01-01T00:30:00Z', '2027'],
])('the financial year begins with that of Paris (%s is %s)', (now, exer) => {
  expect(yearOf(new Date(now))).toBe(exer);
});
