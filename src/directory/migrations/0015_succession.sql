-- Accounts whose payments go to another one: for good (a successor), or while their provider cannot be reached (a fallback).

ALTER TABLE accounts ADD COLUMN succeeded_by TEXT;
ALTER TABLE accounts ADD COLUMN succeeded_at TEXT;
ALTER TABLE accounts ADD COLUMN fallback TEXT;

-- What of an account is open. The statuses are those of OPEN_STATUSES in successions.ts.
CREATE INDEX payments_open ON payments (account, status)
  WHERE status IN ('created', 'forwarded', 'pending', 'authorized', 'partially_paid');

CREATE TABLE outages (
  account TEXT PRIMARY KEY,
  failures TEXT NOT NULL,
  last_error TEXT NOT NULL,
  down_since TEXT,
  tried_at TEXT
) STRICT, WITHOUT ROWID;
