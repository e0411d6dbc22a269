-- How accounts and shops stand on the pages for shoppers; null: the default of the provider, the language of the browser.

ALTER TABLE accounts ADD COLUMN display_name TEXT;
ALTER TABLE accounts ADD COLUMN kind TEXT;
ALTER TABLE branding ADD COLUMN language TEXT;
