/** What a sheet says of the states of an operation is what the code does: a word that is mapped otherwise, or nowhere, fails here. */
import { describe, expect, it } from 'vitest';
import { BOOKED_STATES } from '../../src/payments/reconciliation.ts';
import { ASSIST_OPERATIONS } from '../../src/providers/assist/statuses.ts';
import { DOTPAY_REFUNDS } from '../../src/providers/dotpay/statuses.ts';
import { ECOMMPAY_OPERATIONS } from '../../src/providers/ecommpay/statuses.ts';
import { type OperationTable, stateIn } from '../../src/providers/kit/operation-table.ts';
import { LYRA_OPERATIONS } from '../../src/providers/lyra/statuses.ts';
import { MONETICO_OPERATIONS } from '../../src/providers/monetico/statuses.ts';
import { OGONE_OPERATIONS } from '../../src/providers/ogone/statuses.ts';
import { PAYBOX_OPERATIONS } from '../../src/providers/paybox/statuses.ts';
import { PAYMILL_OPERATIONS } from '../../src/providers/paymill/statuses.ts';
import { PAYNOW_OPERATIONS } from '../../src/providers/paynow/statuses.ts';
import { PAYU_OPERATIONS } from '../../src/providers/payu/statuses.ts';
import { CHECKOUT_OPERATIONS } from '../../src/providers/postfinance-checkout/statuses.ts';
import { P24_OPERATIONS } from '../../src/providers/przelewy24/statuses.ts';
import { SIPS2_OPERATIONS } from '../../src/providers/sips2/statuses.ts';
import { TPAY_OPERATIONS } from '../../src/providers/tpay/statuses.ts';
import { WORLDLINE_OPERATIONS } from '../../src/providers/worldline/statuses.ts';

const sheets = import.meta.glob<string>('../../src/providers/*/SHEET.md', {
  eager: true,
  query: '?raw',
  import: 'default',
});

/** The tables of the code, by the folder of their sheet and the names that it gives them. */
const TABLES: Readonly<Record<string, Readonly<Record<string, OperationTable>>>> = {
  ogone: OGONE_OPERATIONS,
  paybox: PAYBOX_OPERATIONS,
  assist: ASSIST_OPERATIONS,
  lyra: LYRA_OPERATIONS,
  sips2: SIPS2_OPERATIONS,
  dotpay: DOTPAY_REFUNDS,
  ecommpay: ECOMMPAY_OPERATIONS,
  paymill: PAYMILL_OPERATIONS,
  monetico: MONETICO_OPERATIONS,
  paynow: PAYNOW_OPERATIONS,
  payu: PAYU_OPERATIONS,
  'postfinance-checkout': CHECKOUT_OPERATIONS,
  przelewy24: P24_OPERATIONS,
  tpay: TPAY_OPERATIONS,
  worldline: WORLDLINE_OPERATIONS,
};

/** The words of a sheet's tables of operations, each with its state. */
function wordsOf(sheet: string): (readonly [table: string, word: string, state: string])[] {
  return sheet
    .split(/^### Operations: /m)
    .slice(1)
    .flatMap((part) => {
      const [name = '', ...lines] = part.split(/^#/m)[0]?.split('\n') ?? [];
      const rows = lines
        .filter((line) => line.startsWith('|'))
        .map((line) =>
          line
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim()),
        );
      expect(rows[0], `the head of ${name}`).toEqual(['code', 'state', 'meaning', 'note']);
      return rows
        .slice(2)
        .flatMap(([codes = '', state = '']) =>
          [...codes.matchAll(/`([^`]+)`/g)].map(([, word = '']) => [name.trim(), word, state] as const),
        );
    });
}

describe.each(Object.entries(TABLES))('%s/SHEET.md', (folder, tables) => {
  const words = wordsOf(sheets[`../../src/providers/${folder}/SHEET.md`] ?? '');

  it('says of every word of an operation what the code takes it for', () => {
    expect(words.length).toBeGreaterThan(0);
    for (const [table, word, state] of words) {
      expect(BOOKED_STATES, `${table} ${word}`).toContain(state);
      expect(stateIn(tables[table] ?? {}, word), `${table} ${word}`).toBe(state);
    }
  });

  it('has every word of an operation that the code has, once', () => {
    const known = words.map(([table, word]) => `${table} ${word}`);
    const mapped = Object.entries(tables).flatMap(([table, states]) =>
      Object.keys(states).map((word) => `${table} ${word}`),
    );
    expect(new Set(known).size).toBe(known.length);
    expect(mapped.filter((word) => !known.includes(word))).toEqual([]);
  });
});

it('every sheet with tables of operations is compared with its code', () => {
  const folders = Object.entries(sheets).flatMap(([path, sheet]) =>
    sheet.includes('\n### Operations: ') ? [path.split('/').at(-2)] : [],
  );
  expect(folders.toSorted()).toEqual(Object.keys(TABLES).toSorted());
});
