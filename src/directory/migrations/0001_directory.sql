-- Every table and column is described in src/directory/schema.md.

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  caption TEXT NOT NULL,
  environment TEXT NOT NULL,
  currencies TEXT NOT NULL,
  settings TEXT NOT NULL,
  endpoints TEXT NOT NULL,
  allowed_ips TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE account_secrets (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  setting TEXT NOT NULL,
  sealed TEXT NOT NULL,
  not_before TEXT NOT NULL,
  not_after TEXT
) STRICT;

CREATE INDEX account_secrets_by_account ON account_secrets (account);

CREATE TABLE shops (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  "group" TEXT,
  active INTEGER NOT NULL,
  admin_enabled INTEGER NOT NULL,
  test_mode INTEGER NOT NULL,
  region TEXT,
  accounts TEXT NOT NULL,
  return_success TEXT,
  return_failure TEXT,
  webhook_url TEXT,
  webhook_dialect TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE shop_keys (
  id TEXT PRIMARY KEY,
  shop TEXT NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  hash TEXT,
  sealed TEXT,
  not_before TEXT NOT NULL,
  not_after TEXT
) STRICT;

CREATE INDEX shop_keys_by_shop ON shop_keys (shop);
CREATE UNIQUE INDEX shop_keys_by_hash ON shop_keys (hash) WHERE hash IS NOT NULL;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;

CREATE TABLE payments (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  shop TEXT NOT NULL,
  reference TEXT NOT NULL,
  status TEXT NOT NULL,
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  account TEXT NOT NULL,
  provider TEXT NOT NULL,
  test INTEGER NOT NULL,
  paid INTEGER NOT NULL,
  refunded INTEGER NOT NULL,
  provider_reference TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE INDEX payments_by_shop ON payments (shop, created_at DESC, id DESC);
CREATE INDEX payments_by_shop_status ON payments (shop, status, created_at DESC, id DESC);
CREATE INDEX payments_by_shop_account ON payments (shop, account, created_at DESC, id DESC);
