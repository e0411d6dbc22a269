/** What a provider's file looks like: data, one object a format. Where its facts come from stands in that provider's SHEET.md. */
import type { DateOrder, DecimalSign, FileCharset, FileColumn, MappedKind } from '../payments/reconciled.ts';

/**
 * What a line is about. `none`: no money of ours moves (fees, payouts, refusals, authorizations). `returned`: the order was paid and
 * given back, both in one line, as files of orders have it.
 */
export type LineKind = MappedKind | 'returned';

export interface FileFormat {
  /** As in FILE_PRESETS. */
  readonly id: string;
  /** Tried in this order; a byte order mark comes before them. A windows charset takes every byte, so that it stands last. */
  readonly charsets: readonly FileCharset[];
  /** Left out: the source does not say it, and the header shows it. */
  readonly separator?: string;
  /** Around cells; empty: none. */
  readonly quote: string;
  /** Lines that stand before the header and are none of it, by how they begin. */
  readonly skipped?: readonly string[];
  /** The cells that the header line has, in any order: by them a file is known. */
  readonly header: readonly string[];
  /** The first cell of lines that are none of the data: titles and ends. */
  readonly framing?: readonly string[];
  /** The first cell of the line that ends a whole file: without it the file is cut off. */
  readonly ending?: readonly string[];
  /** The names of each column, the one that is there counts; several languages of one file. */
  readonly columns: Readonly<Partial<Record<FileColumn, readonly string[]>>>;
  /** Whether its provider's numbers are none that the ledger has: then they tell its lines apart, and no payment is found under "another". */
  readonly hasOtherNumbers?: true;
  /** This and the next two: left out where the source does not say it; then the file shows it (evidence.ts), and the zone is the operator's. */
  readonly decimal?: DecimalSign;
  readonly dates?: DateOrder;
  /** Whose days its dates are, as IANA names it. */
  readonly zone?: string;
  /** The currency of a file without a column of it. */
  readonly currency?: string;
  /**
   * What the words of the column `kind` mean, in upper case. A word that is not there makes the line unreadable, unless `otherKind` says
   * what it means. Left out: the amount's sign says it.
   */
  readonly kinds?: Readonly<Record<string, LineKind>>;
  /** Of words that `kinds` does not have. */
  readonly otherKind?: LineKind;
  /**
   * How refunds are signed: `negative`, so that a negative payment is one, or `positive` under a word of `kinds`. In a mapped file that signs
   * them, a refund or chargeback without a minus has come again.
   */
  readonly refunds: 'negative' | 'positive';
  /** What the amount is: before the provider's fee, or after it (then the column `fee` is added to it). */
  readonly amounts: 'gross' | 'net';
  /** By how many days a line's date may be after the movement's: settlement files are late. */
  readonly slackDays: number;
}
