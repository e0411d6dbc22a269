/**
 * The words by which a file says what kind of movement a line is. The failures ruled out: a word that is taken for the contrary of what
 * it says, or for a payment where nobody knows it.
 */
import { describe, expect, it } from 'vitest';
import { previewOf } from '../../src/reconciliation/inspect.ts';
import { bytesOf, MAPPED, read, sampleOf } from './reading-support.ts';

describe('a word for the kind of a line', () => {
  it('is no refund where it says by which card was paid, and is shown with what it becomes', () => {
    const kinds = {
      'Credit card': 'payment',
      Kreditkarte: 'payment',
      'carte de crédit': 'payment',
      'karta kredytowa': 'payment',
      'SEPA credit transfer': 'payment',
      'Credit card refund': 'refund',
      Gutschrift: 'refund',
      Credit: 'refund',
      Chargeback: 'chargeback',
      'Transaction fee': 'none',
      'Sale of 3': 'payment',
    };
    const words = Object.keys(kinds);
    const file = `Order;Amount;Date;Type\n${words.map((word, n) => `A${n};1,00;01.11.2026;${word}\n`).join('')}`;
    expect(previewOf(sampleOf(bytesOf(file)), {}, ['CHF']).kinds).toEqual(kinds);
    const mapping = { columns: { ...MAPPED.columns, kind: 'Type' } };
    const amounts = { payment: 100, refund: -100, chargeback: -100 };
    expect(read(file, { mapping }).lines.map(({ order, amount }) => [order, amount])).toEqual(
      Object.values(kinds).flatMap((kind, n) =>
        kind === 'none' ? [] : [[`A${n}`, amounts[kind as 'refund']]],
      ),
    );
  });
});

/** Words of files, by what their lines are. */
const KIND_WORDS = {
  none: [
    ...[
      'Refund declined',
      'Refund failed',
      'REFUND_FAILED',
      'rejected',
      'cancelled',
      'pending',
      'Refund fee',
      'Chargeback rejected',
    ],
    ...[
      'refund-pending',
      'Refund requested',
      'Refund timed out',
      'Refund not completed',
      'Chargeback fee',
      'unpaid',
    ],
    ...[
      'Remboursement refusé',
      'Remboursement en cours',
      'Remboursement en attente',
      'Remboursement annulé',
      'Frais de remboursement',
    ],
    ...[
      'Rückzahlung abgelehnt',
      'Rückzahlung fehlgeschlagen',
      'Rückzahlungsgebühr',
      'Erstattung storniert',
      'Auszahlung',
    ],
    ...['Zwrot odrzucony', 'Zwrot anulowany', 'Zwrot w toku', 'Zwrot nie wykonany', 'prowizja'],
    ...[
      'Reembolso recusado',
      'Estorno pendente',
      'Refundering afvist',
      'Tilbagebetaling mislykkedes',
      'Refundering afventer',
    ],
    ...['Возврат отклонён', 'Возврат отменен', 'возврат в обработке', 'vozvrat otklonen'],
  ],
  refund: [
    ...[
      'Refund',
      'Partial refund',
      'Refund completed',
      'Credit card refund',
      'Rückzahlung',
      'Rueckzahlung',
      'Teilrückzahlung',
    ],
    ...[
      'Remboursement partiel',
      'Zwrot środków',
      'Estorno',
      'Devolução',
      'Tilbagebetaling',
      'Возврат средств',
      'vozvrat',
    ],
  ],
  payment: [
    ...[
      'Payment',
      'Paiement par carte',
      'Kartenzahlung',
      'Vorauszahlung',
      'Zahlung per Überweisung',
      'Wpłata',
      'Pagamento',
    ],
    ...['Betaling', 'Оплата', 'Visa', 'Completed', 'Przelew'],
  ],
  chargeback: ['Chargeback', 'charge back', 'Impayé', 'Rücklastschrift', 'obciążenie zwrotne'],
  // A person says what they are: a payment that was called off before it came, or money that went back.
  unknown: [
    'Storno',
    'Reversal',
    'Refund reversal',
    'Refund bounced',
    'Chargeback won',
    'Payment clawback',
    'X7',
    '9',
    'Transfer',
  ],
};

describe('a word for the kind of a line that is not of a known file', () => {
  it.each(Object.entries(KIND_WORDS))(
    'is %s by all that it says, in the languages of our providers',
    (kind, words) => {
      const file = (word: string) => `Order;Amount;Date;Type\nA;1,00;01.11.2026;${word}\n`;
      const became = words.map((word) => [
        word,
        ...Object.values(previewOf(sampleOf(bytesOf(file(word))), {}, ['CHF']).kinds),
      ]);
      expect(became).toEqual(words.map((word) => [word, kind]));
    },
  );

  it('is no payment where nobody knows it: its lines are named, until a person says what it is', () => {
    const columns = { ...MAPPED.columns, kind: 'Type' };
    const file =
      'Order;Amount;Date;Type\nA;1,00;01.11.2026;Storno\nB;1,00;01.11.2026;sTORNO\nC;1,00;01.11.2026;Zahlung\nD;1,00;01.11.2026;\n';
    const first = read(file, { mapping: { columns } });
    expect(first.lines.map(({ order, amount }) => [order, amount])).toEqual([
      ['C', 100],
      ['D', 100],
    ]);
    expect(first.unreadable[0]).toContain('2: nobody knows the kind "Storno"');
    const said = read(file, { mapping: { columns, kinds: { STORNO: 'refund', Zahlung: 'none' } } });
    expect(said.lines.map(({ order, amount }) => [order, amount])).toEqual([
      ['A', -100],
      ['B', -100],
      ['D', 100],
    ]);
    expect(said.state.words).toEqual([
      { word: 'Storno', kind: 'refund', lines: 1 },
      { word: 'sTORNO', kind: 'refund', lines: 1 },
      { word: 'Zahlung', kind: 'none', lines: 1 },
    ]);
  });
});
