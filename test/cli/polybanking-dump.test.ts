/** A dump of PolyBanking, read. The failure ruled out: a config in test mode is given the account that takes real money. */
import { describe, expect, it } from 'vitest';
import { rowsOf, shopsOf, transactionsOf } from '../../src/cli/polybanking-dump.ts';

const config = (pk: number, test_mode: boolean) => ({
  model: 'configs.config',
  pk,
  fields: { active: true, test_mode, key_api: 'a', key_request: 'r', key_ipn: 'i' },
});
const transaction = (pk: number, of: number) => ({
  model: 'paiements.transaction',
  pk,
  fields: { config: of, reference: `r${pk}`, amount: 100, creation_date: '2015-10-26T19:50:00Z' },
});

describe('the accounts of configs', () => {
  it('are those of their mode, for their transactions as well', () => {
    const rows = rowsOf(
      JSON.stringify([config(1, false), config(2, true), transaction(7, 1), transaction(8, 2)]),
    );
    const accounts = { live: 'pf-live', test: 'pf-test' };
    expect(shopsOf(rows, accounts)).toMatchObject([
      { value: { testMode: false, accounts: ['pf-live'] } },
      { value: { testMode: true, accounts: ['pf-test'] } },
    ]);
    expect(transactionsOf(rows, accounts)).toMatchObject([
      { value: { account: 'pf-live' } },
      { value: { account: 'pf-test' } },
    ]);
  });
});
