/** Files of which no line about money can be read. Ruled out: the cause is hidden behind "no line is about money". */
import { expect, it } from 'vitest';
import { makeAccount } from '../support/harness.ts';
import { reconciled } from './support.ts';

it('a file whose only line about money cannot be read says so, and shows the line', async () => {
  const account = await makeAccount('ogone');
  const others = '3002;B;02/11/2026;2;5,00\n3003;C;02/11/2026;2;5,00\n3004;D;02/11/2026;2;5,00\n';
  const file = `Id;REF;ORDER;STATUS;TOTAL\n3001;A;01/11/2026;9;1234.56\n${others}`;
  const read = await reconciled({ account, preset: 'postfinance', currency: 'CHF' }, file);
  expect(read).toMatchObject({ status: 'failed', fault: { code: 'unreadable_lines', line: 2 } });
  expect(read.fault?.detail).toContain('"1234.56" is no amount in CHF');
  expect(read.unreadable).toMatchObject([{ line: 2 }]);
  expect(read.unreadableCount).toBe(1);
});

it('a file of which most lines cannot be read shows which', async () => {
  const account = await makeAccount('ogone');
  const file = 'Id;REF;ORDER;STATUS;TOTAL\n1;A;01/11/2026;9;x\n2;B;01/11/2026;9;y\n3;C;01/11/2026;9;1,00\n';
  const read = await reconciled({ account, preset: 'postfinance', currency: 'CHF' }, file);
  expect(read.fault).toMatchObject({ code: 'unreadable_lines', line: 2 });
  expect(read.unreadable.map(({ line }) => line)).toEqual([2, 3]);
});

it('a file with nothing about money, and nothing that cannot be read, says that', async () => {
  const account = await makeAccount('ogone');
  const file = 'Id;REF;ORDER;STATUS;TOTAL\n1;A;01/11/2026;2;1,00\n';
  const read = await reconciled({ account, preset: 'postfinance', currency: 'CHF' }, file);
  expect([read.fault?.code, read.unreadable]).toEqual(['no_movements', []]);
});
