-- Reports of many payments at once: when each account's was asked for last, and how far it was read.

CREATE TABLE reports (
  account TEXT PRIMARY KEY,
  asked_at TEXT NOT NULL,
  mark TEXT,
  outcome TEXT
) STRICT;
