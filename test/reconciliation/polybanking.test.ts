/**
 * PolyBanking's own comparison of a file with its transactions, and ours. Ruled out: a difference that operators knew there and that we
 * pass over; one that we invent. Its recipe is written down here again, from the sheet ("Comparator") and the original's views, and knows
 * nothing of our code: by order number, a transaction is equal where its number at PostFinance, its amount and its status are.
 *
 * Ours is about money: what neither side says was paid is left out, and the status is what the movements of a payment come to.
 */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { makeAccount } from '../support/harness.ts';
import { idOf, linesOf, putMovements, reconciled } from './support.ts';

interface Transaction {
  readonly pk: number;
  readonly postfinanceId: string;
  readonly status: string;
  readonly amount: number;
}

/** The comparison of the original: sets of order numbers. */
function originalComparison(file: string, transactions: readonly Transaction[]) {
  const unquoted = (cell: string) => (cell.startsWith('|') ? cell.slice(1, -1) : cell);
  const rows = file
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('<'))
    .map((line) => line.split(';').map(unquoted));
  const [header = [], ...lines] = rows;
  const cell = (row: readonly string[], name: string) => row[header.indexOf(name)] ?? '';
  const csv = new Map(
    lines.map((row) => [
      cell(row, 'REF'),
      {
        id: cell(row, 'Id'),
        status: cell(row, 'STATUS'),
        amount: Math.round(Number(cell(row, 'TOTAL').replace(',', '.')) * 100),
      },
    ]),
  );
  const [equal, different, onlyLocal]: [string[], string[], string[]] = [[], [], []];
  for (const { pk, postfinanceId, status, amount } of transactions) {
    const name = `polybanking-${pk}`;
    const found = csv.get(name);
    csv.delete(name);
    if (!found) onlyLocal.push(name);
    else if (found.id === postfinanceId && found.amount === amount && found.status === status)
      equal.push(name);
    else different.push(name);
  }
  return { equal, different, onlyLocal, onlyCsv: [...csv.keys()] };
}

/** Statuses under which money came, and those of them under which it went back. */
const PAID = new Set(['9', '8', '71', '81', '82', '83', '94', '96', '74']);
const RETURNED = new Set(['8', '74']);

/** Of the n-th transaction: most are paid; two in ten have another status, each of the others in turn. */
function statusOf(n: number): string {
  if (n % 10 === 3) return '8';
  if (n % 10 === 4) return '2';
  return n % 10 === 6 ? (['71', '81', '82', '83', '94', '96', '74'][Math.floor(n / 10)] ?? '9') : '9';
}

it('finds the same differences as PolyBanking’s own', async () => {
  const account = await makeAccount('ogone', { currencies: ['CHF'] });
  const transactions: Transaction[] = Array.from({ length: 70 }, (_, n) => ({
    pk: 9000 + n,
    postfinanceId: `P${n}`,
    status: statusOf(n),
    amount: 1000 + n * 7,
  }));
  const day = (n: number) => String(1 + (n % 28)).padStart(2, '0');
  const payment = (n: number) => idOf('PB00', n);
  await putMovements(
    transactions.flatMap(({ postfinanceId, status, amount }, n) => {
      const one = {
        account,
        payment: payment(n),
        currency: 'CHF',
        amount,
        at: `2026-11-${day(n)}T10:00:00.000Z`,
        providerReferences: [postfinanceId],
      };
      return RETURNED.has(status) ? [one, { ...one, kind: 'refund' as const, seq: 6 }] : [one];
    }),
  );
  // Payments that are there, and brought no money.
  const unpaid = transactions.flatMap(({ status }, n) => (PAID.has(status) ? [] : [payment(n)]));
  await env.DIRECTORY.prepare('DELETE FROM movements WHERE payment IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(unpaid))
    .run();
  await env.DIRECTORY.batch(
    transactions.map(({ pk }, n) =>
      env.DIRECTORY.prepare('INSERT INTO imported_orders (order_number, payment) VALUES (?, ?)').bind(
        `polybanking-${pk}`,
        payment(n),
      ),
    ),
  );
  const money = (minor: number) => (minor / 100).toFixed(2).replace('.', ',');
  const line = (n: number, change: Partial<Transaction> = {}) => {
    const { pk, postfinanceId, status, amount } = { ...(transactions[n] as Transaction), ...change };
    return `${postfinanceId};|polybanking-${pk}|;${day(n)}/11/2026;${status};${money(amount)}`;
  };
  const lines = transactions.map((_, n) => line(n));
  lines[0] = line(0, { amount: 999 });
  lines[10] = line(10, { postfinanceId: 'P-another' });
  lines[11] = line(11, { status: '2' });
  // Declined here, paid there.
  lines[14] = line(14, { status: '9' });
  lines[20] = line(20, { status: '8' });
  lines[13] = line(13, { status: '9' });
  lines[5] = '';
  lines[15] = '';
  const foreign = [
    line(1, { pk: 555, postfinanceId: 'P555' }),
    line(2, { pk: 556, postfinanceId: 'P556', status: '2' }),
  ];
  const file = `<?xml version="1.0"?>\nId;REF;ORDER;STATUS;TOTAL\n${[...lines, ...foreign].filter(Boolean).join('\n')}\n`;

  const theirs = originalComparison(file, transactions);
  const read = await reconciled({ account, preset: 'postfinance' }, file);
  expect(read.status).toBe('done');
  const results = await linesOf(read.id);
  const nameOf = new Map(transactions.map(({ pk }, n) => [payment(n), `polybanking-${pk}`]));
  const names = (wanted: (typeof results)[number][]) =>
    [...new Set(wanted.map((one) => one.order || (nameOf.get(one.payment ?? '') ?? '')))].sort();
  const differing = results.filter(({ result, isOtherNumber }) => result !== 'matched' || isOtherNumber);

  // What PolyBanking calls different without any money on either side is none of ours.
  const declined = new Set(['polybanking-556']);
  const known = [...theirs.different, ...theirs.onlyCsv, ...theirs.onlyLocal]
    .filter((name) => !declined.has(name))
    .sort();
  expect(names(differing)).toEqual(known);
  expect(theirs.onlyCsv.filter((name) => !declined.has(name)).sort()).toEqual(['polybanking-555']);
  expect(
    names(results.filter(({ result, payment: about }) => result === 'only_in_file' && about === null)),
  ).toEqual(['polybanking-555']);
  const missing = results
    .filter(({ result }) => result === 'only_in_ledger')
    .map(({ payment: about }) => nameOf.get(about ?? '') ?? '');
  for (const name of theirs.onlyLocal) expect(missing).toContain(name);
  // And the rest is the same on both sides.
  const same = theirs.equal.filter((name) =>
    PAID.has(transactions.find(({ pk }) => `polybanking-${pk}` === name)?.status ?? ''),
  );
  const differingNames = new Set(names(differing));
  expect(
    names(results.filter(({ result }) => result === 'matched')).filter((name) => !differingNames.has(name)),
  ).toEqual(same.sort());
});
