-- Reconciliation with the providers' files: which there are, how an account's files are read, and what persons have said of differences.
-- The files and what came of them are in the Durable Object `Reconciliation`.

CREATE TABLE reconciliations (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  file_name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_by_name TEXT,
  status TEXT NOT NULL,
  differences INTEGER,
  finished_at TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX reconciliations_by_created ON reconciliations (created_at DESC, id DESC);

CREATE TABLE reconciliation_presets (
  account TEXT PRIMARY KEY,
  mapping TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reconciliation_marks (
  account TEXT NOT NULL,
  key TEXT NOT NULL,
  reason TEXT NOT NULL,
  marked_by TEXT NOT NULL,
  marked_at TEXT NOT NULL,
  PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;

-- The movements of one account in order of time, and the numbers of one payment.
CREATE INDEX movements_by_account ON movements (account, at, payment, seq, attempt);
CREATE INDEX provider_references_by_payment ON provider_references (payment);
CREATE INDEX imported_orders_by_payment ON imported_orders (payment);
