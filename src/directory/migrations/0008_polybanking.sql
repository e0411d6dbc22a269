-- What a move from PolyBanking brings along beside shops and payments.

-- Order numbers of the old server (polybanking-<number>), which its bank goes on naming.
CREATE TABLE imported_orders (
  order_number TEXT PRIMARY KEY,
  payment TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Its users, as names: nobody can sign in as one of them. `configs` is the JSON array of the configs that allow them.
CREATE TABLE imported_users (
  id TEXT PRIMARY KEY,
  username TEXT,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  superuser INTEGER NOT NULL,
  staff INTEGER NOT NULL,
  active INTEGER NOT NULL,
  groups TEXT NOT NULL,
  configs TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The log of the changes of its configs.
CREATE TABLE imported_changes (
  id INTEGER PRIMARY KEY,
  config TEXT NOT NULL,
  at TEXT NOT NULL,
  user TEXT,
  text TEXT NOT NULL
) STRICT;

CREATE INDEX imported_changes_by_config ON imported_changes (config, id);
