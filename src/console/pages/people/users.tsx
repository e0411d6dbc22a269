/** Users of the console: who they are, what they may do, a link by which each sets a password, and their end. Owners alone come here. */
import type { Hono } from 'hono';
import type { OperatorAnswer } from '../../api.ts';
import { CheckField, TextField } from '../../components/fields.tsx';
import { Form } from '../../components/form.tsx';
import { Copyable, Facts, Notice, Pill, Time } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import type { ConsoleContext, ConsoleEnv } from '../../context.ts';
import { confirmationPage, formPage } from '../../form-page.tsx';
import { type FormState, freshForm } from '../../form-state.ts';
import { invitationLink } from '../../invitations.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { meTexts } from '../../texts/me.ts';
import { peopleTexts } from '../../texts/people.ts';
import { GrantFields, grantChoices, grantValues, postedGrant, reachText } from './grant.tsx';
import { PeopleTabs } from './tabs.tsx';

type ReadUser = OperatorAnswer<'user'>;

const USERS = '/console/users';
const userPath = (id: string) => `${USERS}/${id}`;

async function usersOf(c: ConsoleContext): Promise<readonly ReadUser[]> {
  return (await c.get('api').get<OperatorAnswer<'userList'>>('/users')).data;
}

/** The user of the address; null: there is none, or it has more than the viewer. */
async function userOf(c: ConsoleContext): Promise<ReadUser | null> {
  return (await usersOf(c)).find(({ id }) => id === c.req.param('id')) ?? null;
}

async function userListPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = peopleTexts[view.language];
  const { roles } = meTexts[view.language];
  const users = await usersOf(c);
  return consolePage(c, {
    title: t.users,
    area: 'people',
    actions: (
      <a class="button main" href={`${USERS}/new`}>
        {t.newUser}
      </a>
    ),
    body: (
      <>
        <PeopleTabs view={view} current="users" />
        <DataTable
          caption={t.users}
          rows={users}
          href={({ id }) => userPath(id)}
          columns={[
            { head: t.name, cell: ({ name }) => name },
            { head: t.email, cell: ({ email }) => email },
            { head: t.role, cell: ({ role }) => roles[role] },
            { head: t.reach, cell: (user) => reachText(view.language, user) },
            {
              head: t.state,
              cell: ({ active }) =>
                active ? <Pill tone="ok">{t.on}</Pill> : <Pill tone="warn">{t.off}</Pill>,
            },
            {
              head: t.lastUsed,
              cell: ({ lastUsedAt }) => <Time view={view} at={lastUsedAt} as="relative" />,
            },
          ]}
        />
      </>
    ),
  });
}

async function newUserPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = peopleTexts[view.language];
  // Who may not make users is told before the form is filled in.
  await usersOf(c);
  const choices = await grantChoices(c, null);
  return formPage(c, {
    title: t.newUser,
    area: 'people',
    state,
    action: `${USERS}/new`,
    submit: t.makeUser,
    cancel: USERS,
    intro: <p>{t.newUserText}</p>,
    fields: (
      <>
        <TextField view={view} state={state} name="email" label={t.email} type="email" required />
        <GrantFields view={view} state={state} choices={choices} />
      </>
    ),
  });
}

/** The form that a link has filled in, for whoever was a user elsewhere: the owner looks, changes and sends it. */
function suggestedUser(c: ConsoleContext): FormState {
  const everything = c.get('view').user?.scope.all ? 'all' : 'some';
  const { name = '', email = '', role = 'view', reach = everything } = c.req.query();
  return freshForm({ name, email, role, reach, shops: c.req.queries('shops') ?? [] });
}

/** The page of a user whom a link was made for, which shows the link once. */
async function invitedPage(c: ConsoleContext, user: ReadUser): Promise<Response> {
  const view = c.get('view');
  const t = peopleTexts[view.language];
  const link = await invitationLink(c, user.id);
  return consolePage(c, {
    title: t.linkOf(user.name),
    area: 'people',
    body: (
      <section class="card">
        {link === null ? (
          <p>{t.noLink}</p>
        ) : (
          <>
            <p>{t.linkText}</p>
            <Copyable view={view} text={link} label={t.link} />
          </>
        )}
        <div class="actions">
          <a class="button main" href={userPath(user.id)}>
            {t.toUser(user.name)}
          </a>
        </div>
      </section>
    ),
  });
}

function makeUser(c: ConsoleContext): Promise<Response> {
  return submission(c, {
    run: async (posted) => {
      const grant = postedGrant(c.get('view').language, posted);
      const user = await c.get('api').post<ReadUser>('/users', { ...grant, email: posted.text('email') });
      return { to: userPath(user.id), shown: await invitedPage(c, user) };
    },
    form: (state) => newUserPage(c, state),
  });
}

async function userPage(c: ConsoleContext, user: ReadUser, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = peopleTexts[view.language];
  const choices = await grantChoices(c, user);
  return consolePage(c, {
    title: user.name,
    area: 'people',
    status: state.status,
    actions: (
      <>
        {c.get('settings').passwords !== null && user.active && (
          <a class="button" href={`${userPath(user.id)}/invitation`}>
            {t.newLink}
          </a>
        )}
        <a class="button" href={`/console/audit?actor=user:${user.id}`}>
          {t.did}
        </a>
      </>
    ),
    body: (
      <>
        {user.id === view.user?.id && (
          <Notice tone="warn">
            <p>{t.yourself}</p>
          </Notice>
        )}
        <section class="card">
          <Facts
            of={[
              [t.made, <Time view={view} at={user.createdAt} />],
              [t.lastUsed, <Time view={view} at={user.lastUsedAt} />],
              [t.from, user.lastUsedFrom],
            ]}
          />
        </section>
        <section class="card">
          <h2>{t.change}</h2>
          <Form view={view} state={state} action={userPath(user.id)} submit={t.saveUser} cancel={USERS}>
            <TextField view={view} state={state} name="email" label={t.email} type="email" required />
            <GrantFields view={view} state={state} choices={choices} />
            <CheckField view={view} state={state} name="active" label={t.mayIn} hint={t.mayInHint} />
          </Form>
        </section>
        <section class="card">
          <h2>{t.remove}</h2>
          <p>{t.removeText}</p>
          <div class="actions">
            <a class="button danger" href={`${userPath(user.id)}/delete`}>
              {t.removeUser(user.name)}
            </a>
          </div>
        </section>
      </>
    ),
  });
}

function changeUser(c: ConsoleContext, user: ReadUser): Promise<Response> {
  const t = peopleTexts[c.get('view').language];
  return submission(c, {
    run: async (posted) => {
      const grant = postedGrant(c.get('view').language, posted);
      const body = { ...grant, email: posted.text('email'), active: posted.isChecked('active') };
      await c.get('api').put(`/users/${user.id}`, body);
      return { to: userPath(user.id), flash: t.saved };
    },
    form: (state) => userPage(c, user, state),
    repeatable: true,
  });
}

/** A page of its own before a link is made, or before a user is deleted. */
function askPage(
  c: ConsoleContext,
  user: ReadUser,
  kind: 'invitation' | 'delete',
  state: FormState,
): Promise<Response> {
  const view = c.get('view');
  const t = peopleTexts[view.language];
  const isEnd = kind === 'delete';
  const title = isEnd ? t.removeUser(user.name) : t.newLink;
  return confirmationPage(c, {
    title,
    area: 'people',
    state,
    action: `${userPath(user.id)}/${kind}`,
    submit: title,
    danger: isEnd,
    cancel: userPath(user.id),
    facts: (
      <>
        <Facts
          of={[
            [t.name, user.name],
            [t.email, user.email],
            [t.role, meTexts[view.language].roles[user.role]],
          ]}
        />
        {!isEnd && <p>{t.newLinkText}</p>}
      </>
    ),
    ...(isEnd && { warning: t.removeText }),
  });
}

function invite(c: ConsoleContext, user: ReadUser): Promise<Response> {
  return submission(c, {
    run: async () => ({ to: userPath(user.id), shown: await invitedPage(c, user) }),
    form: (state) => askPage(c, user, 'invitation', state),
  });
}

/** A second press finds no user any more: it is led to the list, as the first was. */
async function removeUser(c: ConsoleContext): Promise<Response> {
  const user = await userOf(c);
  return submission(c, {
    run: async () => {
      await c.get('api').delete(`/users/${encodeURIComponent(c.req.param('id') ?? '')}`);
      return { to: USERS, flash: peopleTexts[c.get('view').language].removed(user?.name ?? '') };
    },
    form: (state) => (user ? askPage(c, user, 'delete', state) : (c.notFound() as Promise<Response>)),
  });
}

export function userRoutes(app: Hono<ConsoleEnv>): void {
  const withUser =
    (show: (c: ConsoleContext, user: ReadUser) => Promise<Response>) => async (c: ConsoleContext) => {
      const user = await userOf(c);
      return user ? show(c, user) : c.notFound();
    };
  app.get(USERS, userListPage);
  app.get(`${USERS}/new`, (c) => newUserPage(c, suggestedUser(c)));
  app.post(`${USERS}/new`, makeUser);
  const one = `${USERS}/:id`;
  app.get(
    one,
    withUser((c, user) =>
      userPage(c, user, freshForm({ ...grantValues(user), email: user.email, active: user.active })),
    ),
  );
  app.post(one, withUser(changeUser));
  app.get(
    `${one}/invitation`,
    withUser((c, user) => askPage(c, user, 'invitation', freshForm())),
  );
  app.post(`${one}/invitation`, withUser(invite));
  app.get(
    `${one}/delete`,
    withUser((c, user) => askPage(c, user, 'delete', freshForm())),
  );
  app.post(`${one}/delete`, removeUser);
}
