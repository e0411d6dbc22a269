-- Refused notifications and returns, the newest of each account, with what explains them.

CREATE TABLE refusals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  account TEXT NOT NULL,
  channel TEXT NOT NULL,
  reason TEXT NOT NULL,
  request_id TEXT NOT NULL,
  ip TEXT,
  explanation TEXT NOT NULL
) STRICT;

CREATE INDEX refusals_by_account ON refusals (account, id);
