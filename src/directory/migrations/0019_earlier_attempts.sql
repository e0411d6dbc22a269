-- Attempts of payments that have gone on with another one since, as JSON by its ledger; null: an earlier version has pushed the row, and
-- nobody knows (npm run rebuild -- URL --older).
ALTER TABLE payments ADD COLUMN earlier TEXT;

CREATE INDEX payments_earlier_unknown ON payments (id) WHERE earlier IS NULL;

-- The same, one row each. They follow the column by triggers, so that the version that guards it guards them.
CREATE TABLE earlier_attempts (
  payment TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  account TEXT NOT NULL,
  status TEXT NOT NULL,
  left_at TEXT NOT NULL,
  PRIMARY KEY (payment, attempt)
) STRICT, WITHOUT ROWID;

CREATE INDEX earlier_attempts_by_account ON earlier_attempts (account, status, left_at);

CREATE TRIGGER earlier_attempts_inserted AFTER INSERT ON payments WHEN json_valid(new.earlier)
BEGIN
  INSERT INTO earlier_attempts (payment, attempt, account, status, left_at)
  SELECT new.id, value ->> 'attempt', value ->> 'account', value ->> 'status', value ->> 'leftAt' FROM json_each(new.earlier);
END;

CREATE TRIGGER earlier_attempts_updated AFTER UPDATE OF earlier ON payments WHEN new.earlier IS NOT old.earlier
BEGIN
  DELETE FROM earlier_attempts WHERE payment = new.id;
  INSERT INTO earlier_attempts (payment, attempt, account, status, left_at)
  SELECT new.id, value ->> 'attempt', value ->> 'account', value ->> 'status', value ->> 'leftAt'
  FROM json_each(CASE WHEN json_valid(new.earlier) THEN new.earlier ELSE '[]' END);
END;
