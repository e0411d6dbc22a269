/**
 * The words of reconciliation: what a line of a provider's file, or a movement of the ledgers, turns out to be; by what they were
 * matched; which files are known. The routes, the console, the command and the Worker that compares have them from here. The file is long
 * because it is a vocabulary: types and tables, with hardly any code.
 */

/** What became of a line of the file or of a movement. */
export const RECONCILED = [
  'matched',
  'amount_differs',
  'currency_differs',
  'only_in_file',
  'only_in_ledger',
  'twice_in_file',
] as const;
export type Reconciled = (typeof RECONCILED)[number];

/**
 * By what a line and a movement were matched, in the order in which it is tried. `payment_total`: what lines say of one payment and one
 * direction adds up to what its movements are together.
 */
export const MATCHED_BY = [
  'provider_reference',
  'order',
  'reference',
  'payment_total',
  'amount_and_day',
] as const;
export type MatchedBy = (typeof MATCHED_BY)[number];

/** Where a reconciliation is: it takes its file, waits for columns, reads, compares, and is done or has failed. */
export const RECONCILIATION_STATUSES = [
  'receiving',
  'mapping',
  'reading',
  'comparing',
  'done',
  'failed',
] as const;
export type ReconciliationStatus = (typeof RECONCILIATION_STATUSES)[number];

/** The columns of a file that mean something to us. */
export const FILE_COLUMNS = [
  'providerReference',
  'order',
  'reference',
  'amount',
  'currency',
  'date',
  'kind',
  'fee',
] as const;
export type FileColumn = (typeof FILE_COLUMNS)[number];

/** Which column of the file each is: its name in the header, or its number from 1. */
export type ColumnMap = Readonly<Partial<Record<FileColumn, string>>>;

export const FILE_CHARSETS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'iso-8859-1',
  'windows-1250',
  'windows-1252',
] as const;
export type FileCharset = (typeof FILE_CHARSETS)[number];

/** How the dates of a file are written. */
export const DATE_ORDERS = ['ymd', 'dmy', 'mdy'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

/** How the amounts of a file are written: with this decimal sign, or as minor units. */
export const DECIMAL_SIGNS = ['comma', 'point', 'minor'] as const;
export type DecimalSign = (typeof DECIMAL_SIGNS)[number];

/** Known files: what they are called, and the providers that make them. Their columns stand in `src/reconciliation/formats`. */
export const FILE_PRESETS = [
  { id: 'postfinance', caption: 'PostFinance, Ogone', providers: ['postfinance', 'ogone'] },
  { id: 'lyra', caption: 'PayZen, SystemPay (Lyra)', providers: ['payzen', 'systempay'] },
  { id: 'payu', caption: 'PayU', providers: ['payu'] },
  { id: 'przelewy24', caption: 'Przelewy24', providers: ['przelewy24'] },
  { id: 'assist', caption: 'ASSIST', providers: ['assist'] },
] as const;

/** Of files that are not known: their columns are mapped by a person. */
export const GENERIC_PRESET = 'generic';

/** What a file may be said to be. */
export const PRESET_IDS = [
  'postfinance',
  'lyra',
  'payu',
  'przelewy24',
  'assist',
  GENERIC_PRESET,
] as const satisfies readonly ((typeof FILE_PRESETS)[number]['id'] | typeof GENERIC_PRESET)[];

/** What a line of a file that is not known may be about. `none`: no money of ours. */
export const MAPPED_KINDS = ['payment', 'refund', 'chargeback', 'none'] as const;
export type MappedKind = (typeof MAPPED_KINDS)[number];

/** What a person says that words of a file mean, whatever they look like. */
export type KindOverrides = Readonly<Record<string, MappedKind>>;

/** What a word of a file became. `returned`: paid and given back, in one line. `unknown`: its lines cannot be read until a person says it. */
export type ShownKind = MappedKind | 'returned' | 'unknown';

/** How a file that is not known is to be read. What is left out is guessed from the file. */
export interface FileMapping {
  readonly columns: ColumnMap;
  readonly charset?: FileCharset | undefined;
  readonly separator?: string | undefined;
  readonly quote?: string | undefined;
  readonly decimal?: DecimalSign | undefined;
  readonly dates?: DateOrder | undefined;
  /** Of a file without a column of currencies. */
  readonly currency?: string | undefined;
  /** Words of the column `kind`, with what their lines are. */
  readonly kinds?: KindOverrides | undefined;
  /** Whose days they are, of a mapping that was kept, and of a guess. */
  readonly timeZone?: string | undefined;
}

/** Differences in amounts that count as none: so many minor units, or so many hundredths of a percent of the movement. */
export interface Tolerance {
  readonly amount: number;
  readonly basisPoints: number;
}

export const NO_TOLERANCE: Tolerance = { amount: 0, basisPoints: 0 };

/** What a person says of how a file is read, as the API takes it; whether it fits together is the Worker's to say that compares. */
export interface SaidReading extends Omit<FileMapping, 'columns' | 'timeZone'> {
  readonly preset?: string | null | undefined;
  readonly columns?: { readonly [column in FileColumn]?: string | undefined } | undefined;
}

/** What a reconciliation is made with. */
export interface ReconciliationOrder {
  readonly id: string;
  readonly account: string;
  /** One of the known files, `generic`; null: whatever the header shows. */
  readonly preset: string | null;
  readonly mapping: FileMapping | null;
  /** Of a known file without a column of currencies; null: not said. Of a mapped one it stands in the mapping. */
  readonly currency: string | null;
  /**
   * As IANA names it: whose days they are, where the format does not say it. Null: those of the mapping that was kept, else of the known files of
   * the account's provider, else of UTC.
   */
  readonly timeZone: string | null;
  readonly tolerance: Tolerance;
  /** Days (`YYYY-MM-DD`), both in; null: those of the file. */
  readonly from: string | null;
  readonly to: string | null;
}

/** What is asked for: what is not said is null. */
export interface ReconciliationRequest
  extends Pick<ReconciliationOrder, 'id' | 'account' | 'timeZone' | 'from' | 'to'> {
  readonly said: SaidReading;
  readonly tolerance: Tolerance | null;
}

/** Why a file cannot be read. */
export const FILE_FAULTS = [
  'empty',
  'unknown_format',
  'no_header',
  'column_missing',
  'column_twice',
  'encoding',
  'unterminated_quote',
  'line_too_long',
  'too_many_lines',
  'unreadable_lines',
  'cut_off',
  'no_movements',
  'currency_given',
  'ambiguous',
  'not_finished',
] as const;
export type FileFaultCode = (typeof FILE_FAULTS)[number];

export interface FileFault {
  readonly code: FileFaultCode;
  /** Of the file, from 1; null: it is about the whole. */
  readonly line: number | null;
  readonly detail: string;
}

/** The largest file, in bytes, and the most lines that it may have. */
export const LARGEST_FILE = 50 * 1024 * 1024;
export const MOST_LINES = 500_000;

/** The largest piece of a file that one request may bring, in bytes. */
export const LARGEST_PIECE = 8 * 1024 * 1024;

/** What a person sees of a file before its columns are mapped. */
export interface FilePreview {
  readonly charset: string;
  readonly separator: string;
  readonly quote: string;
  readonly header: readonly string[];
  /** The first ten lines after it. */
  readonly rows: readonly (readonly string[])[];
  /** What its names and contents look like. */
  readonly guess: FileMapping;
  /** What the words of the column of kinds become. */
  readonly kinds: Readonly<Record<string, ShownKind>>;
  /** The known file that its header is of; null: none. */
  readonly preset: string | null;
}

/** A word of a file's column of kinds. */
export interface WordOfFile {
  /** As it was there first. */
  readonly word: string;
  readonly kind: ShownKind;
  readonly lines: number;
}

/** Minor units of one currency on one day. */
export interface DaySums {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly account: string;
  readonly currency: string;
  readonly fileLines: number;
  readonly fileTotal: number;
  readonly ledgerMovements: number;
  readonly ledgerTotal: number;
  /** By how much the ledger's amounts are more than those of matched lines of the day: fees, and what the tolerance covers. */
  readonly explained: number;
  /** Of all days so far. */
  readonly runningFile: number;
  readonly runningLedger: number;
  readonly runningExplained: number;
}

/** How far a reconciliation is, and what came of it. */
export interface ReconciliationInfo {
  readonly id: string;
  readonly account: string;
  readonly status: ReconciliationStatus;
  /** Which reading or comparison this is: the numbers of its lines are of this one alone. */
  readonly comparison: number;
  readonly preset: string | null;
  readonly mapping: FileMapping | null;
  readonly currency: string | null;
  readonly timeZone: string;
  /**
   * How it is written, as said or found; null: it was not read. `refunds`: `negative` where what goes back has a minus, and what has none has
   * come again; `positive` where its kind alone says it.
   */
  readonly readAs: Readonly<
    Record<'charset' | 'separator' | 'quote' | 'decimal' | 'dates' | 'refunds', string>
  > | null;
  readonly tolerance: Tolerance;
  readonly file: { readonly size: number | null; readonly received: number };
  /** From 0 to 1. */
  readonly progress: number;
  readonly fault: FileFault | null;
  readonly preview: FilePreview | null;
  /** The days that are compared, both in; null: not known yet. */
  readonly from: string | null;
  readonly to: string | null;
  /** Lines that the file has, those among them that are about no money of ours (fees, payouts, refusals), and those that nobody can read. */
  readonly lines: number;
  readonly ignored: number;
  readonly unreadable: readonly FileFault[];
  readonly unreadableCount: number;
  /** Whether the file does not end with a line end: its last line may be cut in its last cell. */
  readonly isLastLineOpen: boolean;
  /** The words of its column of kinds, with what they became: as many as are counted, the rest is in no line of its own. */
  readonly kinds: readonly WordOfFile[];
  readonly counts: Readonly<Record<Reconciled, number>>;
  readonly marked: number;
  readonly days: readonly DaySums[];
  /** Payments whose lines have a number and an order that do not belong together. */
  readonly otherNumbers: number;
  /** Lines of other days than those that are compared, which are about no movement on one of them: they are left out. */
  readonly outsideDays: number;
  /** Lines that are about payments of another account. */
  readonly elsewhere: number;
  /** Shops whose movements were compared; null: not known before it is done. */
  readonly shops: readonly string[] | null;
  /** Differences whose payment the provider was asked about, and those that still can be. */
  readonly asked: number;
  readonly toAsk: number;
}

/** A person's word about a difference. */
export interface ReconciliationMark {
  readonly reason: string;
  readonly by: string;
  /** RFC 3339 UTC. */
  readonly at: string;
}

/** One result: a line of the file, a movement, or both. */
export interface ReconciledLine {
  /** Of the result, from 1. */
  readonly number: number;
  readonly result: Reconciled;
  readonly matchedBy: MatchedBy | null;
  /** Of the file, from 1; null: it is not in it. */
  readonly line: number | null;
  /** The line that it repeats. */
  readonly repeats: number | null;
  /** As the file has them; empty: it does not. */
  readonly providerReference: string;
  readonly order: string;
  readonly reference: string;
  readonly fileDay: string | null;
  /** Minor units; what goes back is negative. */
  readonly fileAmount: number | null;
  readonly fileCurrency: string | null;
  /** What the provider keeps, in minor units; null: the file does not say. */
  readonly fileFee: number | null;
  readonly payment: string | null;
  readonly paymentReference: string | null;
  readonly shop: string | null;
  readonly kind: 'payment' | 'refund' | 'chargeback' | null;
  readonly ledgerDay: string | null;
  readonly ledgerAmount: number | null;
  readonly ledgerCurrency: string | null;
  /**
   * Whether the line's number and order do not belong together: it was found by its order or reference, and the ledger knows other numbers of
   * the provider's; or by the number, and the order is another payment's.
   */
  readonly isOtherNumber: boolean;
  /** Whether what is only in the file is about a payment of another account. */
  readonly isElsewhere: boolean;
  /** What it is marked by; null: it is not. */
  readonly mark: ReconciliationMark | null;
  /** The newest mark of another difference that was here before; null: there is none, or it is marked. */
  readonly earlierMark: ReconciliationMark | null;
}

export interface LinesQuery {
  readonly results: readonly Reconciled[] | null;
  readonly marked: boolean | null;
  readonly matchedBy: MatchedBy | null;
  readonly isOtherNumber: boolean | null;
  readonly day: string | null;
  /** Results after this one. */
  readonly after: number;
  readonly limit: number;
}

/** Why something was not done, as a problem says it. */
export interface ReconciliationProblem {
  readonly problem: {
    readonly code: 'invalid_request' | 'invalid_state' | 'payload_too_large' | 'not_found';
    readonly detail: string;
    readonly path?: string;
  };
}

/** A piece of a file. */
export interface FilePiece {
  /** Where it stands in its file, as a Content-Range says it; null: it is the whole. */
  readonly range: string | null;
  readonly bytes: Uint8Array;
}

/** Who wants a mapping to be kept, as the audit log has it. */
export interface ReconciliationKeeper {
  readonly actor: string;
  readonly actorName: string | null;
  readonly address: string | null;
  readonly request: string | null;
}

/** Payments to be asked about, each by whoever has this answer alone. */
export interface HandedOut {
  /** `wait`: milliseconds until it may be asked about. */
  readonly payments: readonly { readonly payment: string; readonly account: string; readonly wait: number }[];
  /** Seconds after which there may be more; null: they may be had at once. */
  readonly retryAfter: number | null;
}

/** What is kept under a mark: it is found again in a newer file. */
export interface MarkedLine {
  readonly key: string;
  readonly payment: string | null;
  readonly shop: string | null;
}

/** The object that holds one file, as the gateway calls it. Each call is one trip. */
export interface ReconciliationClient {
  begin(request: ReconciliationRequest): Promise<ReconciliationInfo | ReconciliationProblem>;
  put(piece: FilePiece): Promise<ReconciliationInfo | ReconciliationProblem>;
  /** Null: there is no such reconciliation. */
  info(): Promise<ReconciliationInfo | null>;
  /** Reads the file anew, as a known one or by a mapping. */
  map(
    said: SaidReading,
    /** Null: as it was ordered. */
    timeZone: string | null,
    tolerance: Tolerance | null,
    /** Null: the mapping is for this file alone. */
    keeper: ReconciliationKeeper | null,
  ): Promise<ReconciliationInfo | ReconciliationProblem>;
  /** Reads the ledgers' movements anew and compares again. */
  compare(): Promise<ReconciliationInfo | ReconciliationProblem>;
  lines(query: LinesQuery): Promise<readonly ReconciledLine[]>;
  /** @param comparison that the number is of; null: whichever there is. */
  mark(
    number: number,
    mark: ReconciliationMark | null,
    comparison: number | null,
  ): Promise<MarkedLine | ReconciliationProblem | null>;
  /** Payments of differences that nobody has asked about since the comparison, and nobody else is asking about. */
  toAsk(limit: number): Promise<HandedOut>;
  /** What came of it; null: nobody was asked. @param pause milliseconds more before the next question. */
  asked(payment: string, outcome: string | null, pause: number): Promise<void>;
  forget(): Promise<void>;
}
