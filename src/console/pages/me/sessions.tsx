/** Where one is signed in, and how to end it there. */
import type { Hono } from 'hono';
import { HiddenFields } from '../../components/form.tsx';
import { Pill, Time } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import type { ConsoleContext, ConsoleEnv } from '../../context.ts';
import { newOperation } from '../../form-state.ts';
import type { ConsoleSession } from '../../gateway.ts';
import { submission } from '../../submission.tsx';
import { meTexts } from '../../texts/me.ts';

const ME = '/console/me';

/** "Firefox, Linux": the names that people know of an agent's text. */
export function browserName(agent: string | null): string | null {
  if (agent === null) return null;
  const browser = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((name) => agent.includes(`${name}/`));
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS X', 'Linux'].find((name) =>
    agent.includes(name),
  );
  const named = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' } as Readonly<Record<string, string>>;
  const parts = [browser, system].flatMap((part) => (part ? [named[part] ?? part] : []));
  return parts.length > 0 ? parts.join(', ') : agent.slice(0, 60);
}

export async function SessionsCard({ c }: { c: ConsoleContext }) {
  const view = c.get('view');
  const t = meTexts[view.language].sessions;
  const here = c.get('session');
  const sessions = await c.env.GATEWAY.sessions(view.user?.id ?? '');
  return (
    <section class="card" id="sessions">
      <h2>{t.heading}</h2>
      <p class="muted">{t.lasts}</p>
      <DataTable<ConsoleSession>
        caption={t.heading}
        rows={sessions}
        columns={[
          { head: t.browser, cell: ({ agent }) => browserName(agent) ?? t.unknown },
          { head: t.address, cell: ({ address }) => <span class="id">{address ?? t.unknown}</span> },
          { head: t.began, cell: ({ createdAt }) => <Time view={view} at={createdAt} /> },
          { head: t.seen, cell: ({ lastSeenAt }) => <Time view={view} at={lastSeenAt} as="relative" /> },
          {
            head: '',
            cell: ({ id }) =>
              id === here ? (
                <Pill tone="ok">{t.here}</Pill>
              ) : (
                <form method="post" action={`${ME}/sessions/${id}`}>
                  <HiddenFields view={view} operation={newOperation()} />
                  <button type="submit" class="button">
                    {t.end}
                  </button>
                </form>
              ),
          },
        ]}
      />
      {sessions.length > 1 && (
        <form method="post" action={`${ME}/sessions`}>
          <HiddenFields view={view} operation={newOperation()} />
          <button type="submit" class="button danger">
            {t.endOthers}
          </button>
        </form>
      )}
    </section>
  );
}

export function sessionRoutes(app: Hono<ConsoleEnv>): void {
  const back = (c: ConsoleContext) => c.redirect(`${ME}#sessions`, 303);
  for (const path of [`${ME}/sessions`, `${ME}/sessions/:id`]) app.get(path, back);

  app.post(`${ME}/sessions/:id`, (c) =>
    submission(c, {
      repeatable: true,
      run: async () => {
        const { user, language } = c.get('view');
        await c.env.GATEWAY.endSession(user?.id ?? '', c.req.param('id'));
        return { to: ME, flash: meTexts[language].sessions.ended };
      },
      form: () => back(c),
    }),
  );

  app.post(`${ME}/sessions`, (c) =>
    submission(c, {
      repeatable: true,
      run: async () => {
        const { user, language } = c.get('view');
        const sessions = await c.env.GATEWAY.sessions(user?.id ?? '');
        const others = sessions.filter(({ id }) => id !== c.get('session'));
        await Promise.all(others.map(({ id, user: whose }) => c.env.GATEWAY.endSession(whose, id)));
        return { to: ME, flash: meTexts[language].sessions.othersEnded };
      },
      form: () => back(c),
    }),
  );
}
