/** The users of the old server: names, of which an owner makes users. Passwords were not taken over, and nobody can sign in as one. */
import { queryText } from '../../api.ts';
import { Empty, Pill } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { consolePage } from '../../page.tsx';
import { polybankingTexts } from '../../texts/polybanking.ts';
import type { View } from '../../view.ts';
import { configPath, type OldUser, readNewUsers, readOldUsers } from './read.ts';
import { PolybankingTabs } from './tabs.tsx';

/** What a user was allowed at the old server, in its words. */
function Rights({ view, user }: { readonly view: View; readonly user: OldUser }) {
  const t = polybankingTexts[view.language];
  return (
    <span class="row">
      {user.superuser && <Pill tone="info">superuser</Pill>}
      {user.staff && <Pill tone="info">staff</Pill>}
      {!user.active && <Pill tone="none">{t.inactive}</Pill>}
    </span>
  );
}

/** The form of a new user, filled in: a superuser saw everything, the others their configs, which they could change. */
function newUserPath({ name, username, email, superuser, configs }: OldUser): string {
  return `/console/users/new${queryText({
    name: name || username,
    email,
    role: superuser ? 'owner' : 'configure',
    ...(superuser ? { reach: 'all' } : { reach: 'some', shops: configs }),
  })}`;
}

function Here({
  view,
  user,
  known,
}: {
  readonly view: View;
  readonly user: OldUser;
  readonly known: ReadonlyMap<string, string>;
}) {
  const t = polybankingTexts[view.language];
  const id = known.get(user.email.toLowerCase());
  const label = <span class="visually-hidden"> {user.username ?? user.id}</span>;
  return id === undefined ? (
    <a class="button" href={newUserPath(user)}>
      {t.makeUser}
      {label}
    </a>
  ) : (
    <a href={`/console/users/${encodeURIComponent(id)}`}>
      {t.isUser}
      {label}
    </a>
  );
}

export async function oldUsersPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = polybankingTexts[view.language];
  const [users, known] = await Promise.all([readOldUsers(c), readNewUsers(c)]);
  return consolePage(c, {
    title: t.usersTitle,
    area: 'shops',
    body: (
      <>
        <PolybankingTabs view={view} current="users" />
        <p>{known === null ? t.usersTextRead : t.usersText}</p>
        {users.length === 0 ? (
          <Empty text={t.noUsers} />
        ) : (
          <DataTable
            caption={t.usersTitle}
            rows={users}
            columns={[
              {
                head: t.user,
                cell: ({ id, username, name, email }) => (
                  <span class="stack">
                    <span>{name || username || t.number(id)}</span>
                    <span class="small muted">{[username, email].filter(Boolean).join(', ')}</span>
                  </span>
                ),
              },
              { head: t.rights, cell: (user) => <Rights view={view} user={user} /> },
              { head: t.groups, cell: ({ groups }) => groups.join(', ') },
              {
                head: t.configs,
                cell: ({ configs }) => (
                  <span class="row">
                    {configs.map((id) => (
                      <a href={configPath(id)}>{id}</a>
                    ))}
                  </span>
                ),
              },
              ...(known === null
                ? []
                : [
                    { head: t.here, cell: (user: OldUser) => <Here view={view} user={user} known={known} /> },
                  ]),
            ]}
          />
        )}
      </>
    ),
  });
}
