-- Movements of money, as the ledgers' logs have them: what the books are made of.

CREATE TABLE movements (
  payment TEXT NOT NULL,
  seq INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  at TEXT NOT NULL,
  shop TEXT NOT NULL,
  account TEXT NOT NULL,
  currency TEXT NOT NULL,
  test INTEGER NOT NULL,
  paid INTEGER NOT NULL,
  refunded INTEGER NOT NULL,
  charged_back INTEGER NOT NULL,
  PRIMARY KEY (payment, seq, attempt)
) STRICT, WITHOUT ROWID;

CREATE INDEX movements_by_at ON movements (at, payment, seq, attempt);
CREATE INDEX movements_by_shop ON movements (shop, at, payment, seq, attempt);
CREATE INDEX movements_charged_back ON movements (payment) WHERE charged_back <> 0;

-- What is known of payments that earlier versions have pushed: their sums, when they were paid, and at their last change. The numbers of
-- these lines are below 1; they go when the ledger pushes its own.
INSERT INTO movements (payment, seq, attempt, at, shop, account, currency, test, paid, refunded, charged_back)
SELECT id, 0, 1, coalesce(paid_at, updated_at), shop, account, currency, test, paid, 0, 0 FROM payments WHERE paid > 0;
INSERT INTO movements (payment, seq, attempt, at, shop, account, currency, test, paid, refunded, charged_back)
SELECT id, -1, 1, updated_at, shop, account, currency, test, 0, refunded, 0 FROM payments WHERE refunded > 0;
