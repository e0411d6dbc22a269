-- The shops' feed of events: what webhooks say, in the order in which it came here (docs of GET /v1/events: kept 30 days).
CREATE TABLE feed (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  shop TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  written_at TEXT NOT NULL,
  erased INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX feed_by_id ON feed (id);
CREATE INDEX feed_by_shop ON feed (shop, seq);

-- How far the feed of a shop is gone.
CREATE TABLE feed_ends (
  shop TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The shop's own texts about a payment, one row each. They follow the column by triggers, so that the version that guards it guards them.
ALTER TABLE payments ADD COLUMN metadata TEXT;

CREATE TABLE payment_metadata (
  payment TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  shop TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (payment, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX payment_metadata_by_value ON payment_metadata (name, value, created_at DESC, payment DESC);
CREATE INDEX payment_metadata_by_shop ON payment_metadata (shop, name, value, created_at DESC, payment DESC);

CREATE TRIGGER payment_metadata_inserted AFTER INSERT ON payments WHEN json_valid(new.metadata)
BEGIN
  INSERT INTO payment_metadata (payment, name, value, shop, created_at)
  SELECT new.id, key, value, new.shop, new.created_at FROM json_each(new.metadata);
END;

CREATE TRIGGER payment_metadata_updated AFTER UPDATE OF metadata ON payments WHEN new.metadata IS NOT old.metadata
BEGIN
  DELETE FROM payment_metadata WHERE payment = new.id;
  INSERT INTO payment_metadata (payment, name, value, shop, created_at)
  SELECT new.id, key, value, new.shop, new.created_at FROM json_each(CASE WHEN json_valid(new.metadata) THEN new.metadata ELSE '{}' END);
END;
