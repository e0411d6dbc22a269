-- Whether the operator has accepted that notifications count which prove nothing.
ALTER TABLE accounts ADD COLUMN trust_unproven INTEGER NOT NULL DEFAULT 0;
