-- Test and live do not mix: a shop that has only accounts without real money is in test mode.
INSERT INTO audit (at, actor, action, subject, detail)
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'migration', 'shop.updated', shops.id,
  '{"testMode":{"from":false,"to":true},"reason":"none of its accounts takes real money"}'
FROM shops
WHERE shops.test_mode = 0
  AND EXISTS (
    SELECT 1 FROM json_each(iif(json_valid(shops.accounts), shops.accounts, '[]')) AS listed
    JOIN accounts ON accounts.id = listed.value)
  AND NOT EXISTS (
    SELECT 1 FROM json_each(iif(json_valid(shops.accounts), shops.accounts, '[]')) AS listed
    JOIN accounts ON accounts.id = listed.value WHERE accounts.environment = 'production');

UPDATE shops SET test_mode = 1
WHERE test_mode = 0
  AND EXISTS (
    SELECT 1 FROM json_each(iif(json_valid(shops.accounts), shops.accounts, '[]')) AS listed
    JOIN accounts ON accounts.id = listed.value)
  AND NOT EXISTS (
    SELECT 1 FROM json_each(iif(json_valid(shops.accounts), shops.accounts, '[]')) AS listed
    JOIN accounts ON accounts.id = listed.value WHERE accounts.environment = 'production');

-- The expected value of a forged message is its right signature: its beginning is enough to look at.
UPDATE refusals SET explanation = json_set(
  explanation,
  '$.expected', substr(json_extract(explanation, '$.expected'), 1, min(8, length(json_extract(explanation, '$.expected')) / 2)),
  '$.firstDifference', iif(json_extract(explanation, '$.firstDifference') IS NULL, NULL, json_object(
    'at', min(8, json_extract(explanation, '$.firstDifference.at')),
    'expected', substr(json_extract(explanation, '$.firstDifference.expected'), 1, max(0, 8 - json_extract(explanation, '$.firstDifference.at'))),
    'received', json_extract(explanation, '$.firstDifference.received'))))
WHERE iif(json_valid(explanation), json_extract(explanation, '$.expected') IS NOT NULL, 0);
