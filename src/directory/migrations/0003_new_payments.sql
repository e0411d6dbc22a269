-- Whether a shop's webhook is told of new payments too, before anything has happened to them.

ALTER TABLE shops ADD COLUMN webhook_new_payments INTEGER NOT NULL DEFAULT 0;
