-- Who may do what: named tokens and users beside ADMIN_TOKEN, and what the audit log says of them.

ALTER TABLE audit ADD COLUMN actor_name TEXT;
ALTER TABLE audit ADD COLUMN address TEXT;
ALTER TABLE audit ADD COLUMN request TEXT;
-- The shop that the entry is about, for operators who see some shops only.
ALTER TABLE audit ADD COLUMN shop TEXT;

UPDATE audit SET shop = subject WHERE action LIKE 'shop.%';
UPDATE audit SET shop = (SELECT payments.shop FROM payments WHERE payments.id = audit.subject)
  WHERE action IN ('operation.settled', 'attempt.concluded');
