-- What the operator's search asks for, and the newest line of each log, for the anchors. The columns are filled as ledgers push;
-- `npm run rebuild` has those push that an older version has pushed.

ALTER TABLE payments ADD COLUMN email TEXT;
ALTER TABLE payments ADD COLUMN paid_at TEXT;
ALTER TABLE payments ADD COLUMN head_seq INTEGER;
ALTER TABLE payments ADD COLUMN head TEXT;
ALTER TABLE payments ADD COLUMN unanchored INTEGER;

CREATE INDEX payments_by_created ON payments (created_at DESC, id DESC);
CREATE INDEX payments_by_updated ON payments (updated_at DESC, id DESC);
CREATE INDEX payments_by_paid ON payments (paid_at DESC, id DESC) WHERE paid_at IS NOT NULL;
CREATE INDEX payments_by_status ON payments (status, created_at DESC, id DESC);
CREATE INDEX payments_by_account ON payments (account, created_at DESC, id DESC);
CREATE INDEX payments_by_provider ON payments (provider, created_at DESC, id DESC);
CREATE INDEX payments_by_currency ON payments (currency, created_at DESC, id DESC);
CREATE INDEX payments_by_test ON payments (test, created_at DESC, id DESC);
CREATE INDEX payments_by_amount ON payments (amount, created_at DESC, id DESC);
CREATE INDEX payments_by_reference ON payments (reference, created_at DESC, id DESC);
CREATE INDEX payments_by_email ON payments (email, created_at DESC, id DESC) WHERE email IS NOT NULL;
CREATE INDEX payments_by_shop_updated ON payments (shop, updated_at DESC, id DESC);
CREATE INDEX payments_by_shop_paid ON payments (shop, paid_at DESC, id DESC) WHERE paid_at IS NOT NULL;
CREATE INDEX payments_unanchored ON payments (id) WHERE unanchored = 1;
CREATE INDEX payments_without_head ON payments (id) WHERE head IS NULL;

-- The provider's numbers of a payment: of its attempts, its operations, its order.
CREATE TABLE provider_references (
  reference TEXT NOT NULL,
  payment TEXT NOT NULL,
  PRIMARY KEY (reference, payment)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO provider_references (reference, payment)
SELECT provider_reference, id FROM payments WHERE provider_reference IS NOT NULL;

-- Anchors: a signed Merkle root over the newest lines of the logs that changed (docs/proof.md).
CREATE TABLE anchors (
  number INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  size INTEGER NOT NULL,
  root TEXT NOT NULL,
  previous TEXT NOT NULL,
  public_key TEXT NOT NULL,
  signature TEXT NOT NULL
) STRICT;

CREATE TABLE anchor_chunks (
  anchor INTEGER NOT NULL,
  chunk INTEGER NOT NULL,
  size INTEGER NOT NULL,
  root TEXT NOT NULL,
  PRIMARY KEY (anchor, chunk)
) STRICT, WITHOUT ROWID;

CREATE TABLE anchor_leaves (
  anchor INTEGER NOT NULL,
  position INTEGER NOT NULL,
  payment TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (anchor, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX anchor_leaves_by_payment ON anchor_leaves (payment, anchor DESC);
