-- When a shop's payments expire that do not say it themselves, in minutes; null: by their accounts. Accounts that begin nothing any more.

ALTER TABLE shops ADD COLUMN expire_after_minutes INTEGER;
ALTER TABLE accounts ADD COLUMN retired_at TEXT;
