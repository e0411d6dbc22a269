/** One's own settings: who one is here, how one signs in, language and time zone, sessions. */
import type { Hono } from 'hono';
import type { Area } from '../../area.ts';
import { SelectField, TextField } from '../../components/fields.tsx';
import { Form } from '../../components/form.tsx';
import { Facts } from '../../components/show.tsx';
import type { ConsoleContext, ConsoleEnv } from '../../context.ts';
import { dropCookie, readCookie, writeCookie } from '../../cookies.ts';
import { FormProblem, type FormState, freshForm } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { CONSOLE_LANGUAGE_NAMES, CONSOLE_LANGUAGES, isLanguage } from '../../texts/languages.ts';
import { meTexts } from '../../texts/me.ts';
import { zoneOf } from '../../view.ts';
import { credentialRoutes, SignInCard } from './credentials.tsx';
import { SessionsCard, sessionRoutes } from './sessions.tsx';

/** How long a browser keeps language and zone: 400 days, the longest that browsers keep a cookie. */
const TASTES_SECONDS = 400 * 86_400;

function ownPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = meTexts[view.language];
  const { user } = view;
  const scope = user?.scope;
  return consolePage(c, {
    title: t.title,
    area: 'me',
    status: state.status,
    body: (
      <>
        <section class="card">
          <h2>{t.who}</h2>
          <Facts
            of={[
              [t.name, user?.name ?? ''],
              [t.email, user?.email ?? ''],
              [t.role, user ? t.roles[user.role] : ''],
              [t.shops, scope && !scope.all ? [...scope.shops, ...scope.groups].join(', ') : t.allShops],
            ]}
          />
        </section>
        <SignInCard c={c} />
        <section class="card">
          <h2>{t.tastes}</h2>
          <Form view={view} state={state} action="/console/me" submit={t.save}>
            <SelectField
              view={view}
              state={state}
              name="language"
              label={t.language}
              choices={CONSOLE_LANGUAGES.map((value) => ({ value, text: CONSOLE_LANGUAGE_NAMES[value] }))}
            />
            <TextField
              view={view}
              state={state}
              name="zone"
              label={t.zone}
              hint={t.zoneHint}
              required={false}
            />
          </Form>
        </section>
        <SessionsCard c={c} />
      </>
    ),
  });
}

function saveTastes(c: ConsoleContext) {
  return submission(c, {
    repeatable: true,
    run: async (posted) => {
      const zone = zoneOf(posted.text('zone'));
      const language = posted.text('language');
      if (posted.text('zone') && zone === null)
        throw new FormProblem([{ path: 'zone', message: meTexts[c.get('view').language].unknownZone }]);
      if (isLanguage(language)) writeCookie(c, 'language', language, TASTES_SECONDS);
      if (zone === null) dropCookie(c, 'zone');
      else writeCookie(c, 'zone', zone, TASTES_SECONDS);
      const { saved } = meTexts[isLanguage(language) ? language : c.get('view').language];
      return { to: '/console/me', flash: saved };
    },
    form: (state) => ownPage(c, state),
  });
}

/** The area: it has no entry of its own, the frame leads to it. */
export const ownSettings: Area = {
  id: 'me',
  routes: (app: Hono<ConsoleEnv>) => {
    app.get('/console/me', (c) =>
      ownPage(c, freshForm({ language: c.get('view').language, zone: readCookie(c, 'zone') ?? '' })),
    );
    app.post('/console/me', saveTastes);
    credentialRoutes(app);
    sessionRoutes(app);
  },
};
