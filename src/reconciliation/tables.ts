/** The tables of a reconciliation, in its own SQLite. They are described in schema.md. */
export const TABLES = `
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pieces (at INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS carried (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lines (
  id INTEGER PRIMARY KEY,
  line INTEGER NOT NULL,
  part INTEGER NOT NULL,
  provider_reference TEXT NOT NULL,
  order_number TEXT NOT NULL,
  reference TEXT NOT NULL,
  amount INTEGER NOT NULL,
  fee INTEGER,
  currency TEXT NOT NULL,
  day TEXT NOT NULL,
  result TEXT,
  matched_by TEXT,
  entry INTEGER,
  repeats INTEGER
);
CREATE INDEX IF NOT EXISTS lines_by_provider_reference ON lines (provider_reference, id) WHERE provider_reference <> '';
CREATE INDEX IF NOT EXISTS lines_by_order ON lines (order_number, id) WHERE order_number <> '';
CREATE INDEX IF NOT EXISTS lines_by_reference ON lines (reference, id) WHERE reference <> '';
CREATE INDEX IF NOT EXISTS lines_same ON lines
  (currency, amount, day, provider_reference, order_number, reference, part, (entry IS NULL), id);
CREATE INDEX IF NOT EXISTS lines_left ON lines (currency, amount, day, id) WHERE result IS NULL;
CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY,
  payment TEXT NOT NULL,
  seq INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  kind TEXT NOT NULL,
  shop TEXT NOT NULL,
  reference TEXT NOT NULL,
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  day TEXT NOT NULL,
  is_numbered INTEGER NOT NULL,
  line INTEGER
);
CREATE INDEX IF NOT EXISTS entries_left ON entries (currency, amount, day) WHERE line IS NULL;
CREATE INDEX IF NOT EXISTS entries_by_payment ON entries (payment, seq, attempt, kind);
CREATE TABLE IF NOT EXISTS names (
  sort INTEGER NOT NULL,
  name TEXT NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (sort, name, entry)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leads (sort INTEGER NOT NULL, name TEXT NOT NULL, payment TEXT NOT NULL, PRIMARY KEY (sort, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS about (line INTEGER PRIMARY KEY, payment TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS about_by_payment ON about (payment);
CREATE TABLE IF NOT EXISTS unreadable (line INTEGER PRIMARY KEY, detail TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS results (
  number INTEGER PRIMARY KEY,
  result TEXT NOT NULL,
  line INTEGER,
  entry INTEGER,
  day TEXT NOT NULL,
  payment TEXT,
  shop TEXT,
  payment_reference TEXT,
  elsewhere INTEGER NOT NULL DEFAULT 0,
  mark TEXT
);
CREATE TABLE IF NOT EXISTS contradicted (line INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS earlier (number INTEGER PRIMARY KEY, mark TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS results_by_result ON results (result, number);
CREATE INDEX IF NOT EXISTS results_by_day ON results (day, number);
CREATE INDEX IF NOT EXISTS results_marked ON results (number) WHERE mark IS NOT NULL;
CREATE INDEX IF NOT EXISTS results_by_line ON results (line) WHERE line IS NOT NULL;
CREATE INDEX IF NOT EXISTS results_by_entry ON results (entry) WHERE entry IS NOT NULL;
CREATE TABLE IF NOT EXISTS days (
  currency TEXT NOT NULL,
  day TEXT NOT NULL,
  file_lines INTEGER NOT NULL,
  file_total INTEGER NOT NULL,
  ledger_movements INTEGER NOT NULL,
  ledger_total INTEGER NOT NULL,
  running_file INTEGER NOT NULL,
  running_ledger INTEGER NOT NULL,
  PRIMARY KEY (currency, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS explained (currency TEXT NOT NULL, day TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (currency, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS asking (payment TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS asked (payment TEXT PRIMARY KEY, outcome TEXT NOT NULL) WITHOUT ROWID;
`;

/** What a new reading or a new comparison empties. */
export const OF_READING = ['lines', 'unreadable', 'carried'] as const;
export const OF_COMPARISON = [
  'entries',
  'names',
  'leads',
  'about',
  'results',
  'contradicted',
  'earlier',
  'days',
  'explained',
  'asking',
  'asked',
] as const;
