/** Users of a dump and the log of its configs' changes (auth.user, auth.group, configs.configlogs), as they are imported. */
import type { ImportedChange, ImportedUser } from '../directory/imported.ts';
import {
  field,
  flag,
  named,
  optional,
  type Read,
  type Row,
  read,
  textOf,
  time,
  Unreadable,
} from './polybanking-rows.ts';

/** What a field with several references holds: numbers, or the lists of names of `dumpdata --natural`. */
function references(row: Row, name: string): readonly unknown[] {
  const value = field(row, name);
  return Array.isArray(value) ? value : [];
}

/** The users of a dump by what refers to them. */
class Users {
  readonly #byName: ReadonlyMap<string, string>;

  constructor(rows: readonly Row[]) {
    this.#byName = new Map(rows.map((row) => [String(field(row, 'username')), String(row.pk)]));
  }

  /** The id of the user that a reference is about; null: about none. */
  idOf(reference: unknown): string | null {
    if (reference === null || reference === undefined) return null;
    if (!Array.isArray(reference)) return String(reference);
    const name = String(reference[0]);
    return this.#byName.get(name) ?? name;
  }
}

/** A row for every user: of one that only a config names, with what that says. */
function rowsOfUsers(rows: readonly Row[], configs: ReadonlyMap<string, unknown>): readonly Row[] {
  const known = named(rows, 'auth.user');
  const ids = new Set(known.map(({ pk }) => String(pk)));
  const others = [...configs.keys()].filter((id) => !ids.has(id));
  const isNumber = (id: string) => /^\d+$/.test(id);
  return [
    ...known,
    ...others.map((id) => ({ model: 'auth.user', pk: id, fields: isNumber(id) ? {} : { username: id } })),
  ];
}

/** Users as names, with the configs that allow them; of a dump without users, the numbers that configs allow. */
export function usersOf(rows: readonly Row[]): Read<ImportedUser>[] {
  const users = new Users(named(rows, 'auth.user'));
  const groups = new Map(
    named(rows, 'auth.group').map((row) => [String(row.pk), optional(row, 'name') ?? '']),
  );
  const groupOf = (reference: unknown) =>
    Array.isArray(reference) ? String(reference[0]) : (groups.get(String(reference)) ?? String(reference));
  const configs = new Map<string, string[]>();
  for (const config of named(rows, 'configs.config')) {
    for (const reference of references(config, 'allowed_users')) {
      const id = users.idOf(reference);
      if (id !== null) configs.set(id, [...(configs.get(id) ?? []), String(config.pk)]);
    }
  }
  return rowsOfUsers(rows, configs).map((row) => {
    const id = String(row.pk);
    const username = optional(row, 'username');
    return read(username ? `user ${id} (${username})` : `user ${id}`, () => ({
      id,
      username,
      name: [optional(row, 'first_name'), optional(row, 'last_name')].filter(Boolean).join(' '),
      email: optional(row, 'email') ?? '',
      superuser: flag(row, false, 'is_superuser'),
      staff: flag(row, false, 'is_staff'),
      active: flag(row, true, 'is_active'),
      groups: references(row, 'groups').map(groupOf),
      configs: configs.get(id) ?? [],
    }));
  });
}

/** The log of the configs' changes. */
export function changesOf(rows: readonly Row[]): Read<ImportedChange>[] {
  const users = new Users(named(rows, 'auth.user'));
  return named(rows, 'configs.configlogs').map((row) =>
    read(`change ${row.pk}`, () => {
      const id = Number(row.pk);
      if (!Number.isSafeInteger(id)) throw new Unreadable('has no number');
      const at = time(row, 'when');
      if (at === null) throw new Unreadable('has no when');
      return {
        id,
        config: textOf(row, 'config'),
        at,
        user: users.idOf(field(row, 'user')),
        text: textOf(row, 'text'),
      };
    }),
  );
}
