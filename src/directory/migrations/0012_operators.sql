-- Who may do what: named tokens and users beside ADMIN_TOKEN, and what the audit log says of them.

ALTER TABLE audit ADD COLUMN actor_name TEXT;
ALTER TABLE audit ADD COLUMN address TEXT;
ALTER TABLE audit ADD COLUMN request TEXT;
-- The shop that the entry is about, for operators who see some shops only.
ALTER TABLE audit ADD COLUMN shop TEXT;

UPDATE audit SET shop = subject WHERE action LIKE 'shop.%';
UPDATE audit SET shop = (SELECT payments.shop FROM payments WHERE payments.id = audit.subject)
  WHERE action IN ('operation.settled', 'attempt.concluded');

CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_shop ON audit (shop, id);
CREATE INDEX audit_by_address ON audit (address, id);
CREATE INDEX audit_by_request ON audit (request, id);

CREATE TABLE operator_tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  shops TEXT,
  shop_groups TEXT,
  hash TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  expires_at TEXT,
  revoked_at TEXT,
  last_used_at TEXT,
  last_used_from TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE operator_users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  shops TEXT,
  shop_groups TEXT,
  active INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  last_used_at TEXT,
  last_used_from TEXT
) STRICT, WITHOUT ROWID;

-- How users prove who they are. No public route reaches these two tables: the console's Worker does, by OperatorApi.
CREATE TABLE operator_credentials (
  user TEXT PRIMARY KEY,
  password_hash TEXT,
  totp_row TEXT,
  totp_sealed TEXT,
  totp_last_step INTEGER,
  recovery_codes TEXT NOT NULL,
  failures INTEGER NOT NULL,
  locked_until TEXT,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE operator_sessions (
  hash TEXT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  user TEXT NOT NULL,
  created_at TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  address TEXT,
  agent TEXT,
  ended_at TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX operator_sessions_by_user ON operator_sessions (user, created_at);

-- What holds for the whole installation, as JSON by name.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
