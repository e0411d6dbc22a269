-- Payments without a result: when each is looked at again, and when its account gives it up.

ALTER TABLE accounts ADD COLUMN expire_after_hours INTEGER NOT NULL DEFAULT 24;
ALTER TABLE payments ADD COLUMN check_at TEXT;

CREATE INDEX payments_by_check_at ON payments (check_at) WHERE check_at IS NOT NULL;

UPDATE payments SET check_at = updated_at WHERE status IN ('created', 'forwarded', 'pending');
