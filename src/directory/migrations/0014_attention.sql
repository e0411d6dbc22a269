-- Webhook endpoints of a shop, what needs a person, what was never seen before at a provider, how providers answer, and how a shop looks.

CREATE TABLE endpoints (
  shop TEXT NOT NULL,
  id TEXT NOT NULL,
  url TEXT,
  dialect TEXT,
  events TEXT NOT NULL,
  active INTEGER NOT NULL,
  failing_since TEXT,
  switched_off_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (shop, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX endpoints_switched_off ON endpoints (switched_off_at) WHERE switched_off_at IS NOT NULL;

CREATE TABLE endpoint_secrets (
  id TEXT PRIMARY KEY,
  shop TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  sealed TEXT NOT NULL,
  not_before TEXT NOT NULL,
  not_after TEXT
) STRICT;

CREATE INDEX endpoint_secrets_by_shop ON endpoint_secrets (shop, endpoint);

CREATE TABLE attention (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  cause TEXT NOT NULL,
  payment TEXT,
  account TEXT,
  shop TEXT,
  since TEXT NOT NULL,
  detail TEXT NOT NULL,
  resolved_at TEXT,
  resolved_by TEXT,
  note TEXT
) STRICT;

CREATE UNIQUE INDEX attention_by_subject ON attention (kind, subject);
CREATE INDEX attention_by_payment ON attention (payment) WHERE payment IS NOT NULL;
CREATE INDEX attention_open ON attention (since, id) WHERE resolved_at IS NULL;
CREATE INDEX attention_open_by_kind ON attention (kind, since, id) WHERE resolved_at IS NULL;
CREATE INDEX attention_open_by_shop ON attention (shop, since, id) WHERE resolved_at IS NULL;

CREATE TABLE drift (
  provider TEXT NOT NULL,
  what TEXT NOT NULL,
  value TEXT NOT NULL,
  account TEXT NOT NULL,
  first_seen_at TEXT NOT NULL,
  example TEXT NOT NULL,
  is_first INTEGER NOT NULL,
  PRIMARY KEY (provider, what, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE provider_health (
  account TEXT PRIMARY KEY,
  last_notification_at TEXT,
  last_answer_at TEXT,
  last_failure_at TEXT,
  failing_since TEXT,
  failures INTEGER NOT NULL,
  last_error TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE branding (
  shop TEXT PRIMARY KEY,
  name TEXT,
  color TEXT,
  logo TEXT,
  logo_type TEXT,
  logo_hash TEXT,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX refusals_by_time ON refusals (at, account, reason);
CREATE INDEX payments_by_shop_and_change ON payments (shop, updated_at, id);
