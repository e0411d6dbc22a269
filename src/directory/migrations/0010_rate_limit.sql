-- How many requests a shop may make; null: the default (src/gateway/shop-limits.ts).

ALTER TABLE shops ADD COLUMN rate_per_minute INTEGER;
ALTER TABLE shops ADD COLUMN rate_burst INTEGER;
