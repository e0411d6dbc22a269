/** Tokens of programs: made, shown once, revoked. Owners alone come here. */
import type { Hono } from 'hono';
import type { OperatorAnswer } from '../../api.ts';
import { TextField } from '../../components/fields.tsx';
import { Copyable, Empty, Facts, Pill, Time } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import type { ConsoleContext, ConsoleEnv } from '../../context.ts';
import { confirmationPage, formPage } from '../../form-page.tsx';
import { FormProblem, type FormState, freshForm } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { meTexts } from '../../texts/me.ts';
import { peopleTexts } from '../../texts/people.ts';
import type { View } from '../../view.ts';
import { afterLocalDay } from '../../zoned-times.ts';
import { GrantFields, grantChoices, postedGrant, reachText } from './grant.tsx';
import { PeopleTabs } from './tabs.tsx';

type ReadToken = OperatorAnswer<'tokenList'>['data'][number];

const TOKENS = '/console/tokens';

async function tokensOf(c: ConsoleContext): Promise<readonly ReadToken[]> {
  return (await c.get('api').get<OperatorAnswer<'tokenList'>>('/tokens')).data;
}

async function tokenOf(c: ConsoleContext): Promise<ReadToken | null> {
  return (await tokensOf(c)).find(({ id }) => id === c.req.param('id')) ?? null;
}

function isOver({ now }: View, { expiresAt }: ReadToken): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now;
}

function TokenState({ view, token }: { readonly view: View; readonly token: ReadToken }) {
  const t = peopleTexts[view.language];
  if (token.revokedAt !== null) return <Pill tone="bad">{t.revoked}</Pill>;
  return isOver(view, token) ? <Pill tone="none">{t.over}</Pill> : <Pill tone="ok">{t.valid}</Pill>;
}

async function tokenListPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = peopleTexts[view.language];
  const { roles } = meTexts[view.language];
  const tokens = await tokensOf(c);
  return consolePage(c, {
    title: t.tokens,
    area: 'people',
    actions: (
      <a class="button main" href={`${TOKENS}/new`}>
        {t.newToken}
      </a>
    ),
    body: (
      <>
        <PeopleTabs view={view} current="tokens" />
        <p>{t.tokensText}</p>
        {tokens.length === 0 ? (
          <Empty text={t.noTokens} />
        ) : (
          <DataTable
            caption={t.tokens}
            rows={tokens}
            columns={[
              { head: t.name, cell: ({ name }) => name },
              { head: t.role, cell: ({ role }) => roles[role] },
              { head: t.reach, cell: (token) => reachText(view.language, token) },
              { head: t.state, cell: (token) => <TokenState view={view} token={token} /> },
              { head: t.ends, cell: ({ expiresAt }) => <Time view={view} at={expiresAt} as="relative" /> },
              {
                head: t.lastUsed,
                cell: ({ lastUsedAt, lastUsedFrom }) => (
                  <>
                    <Time view={view} at={lastUsedAt} as="relative" /> {lastUsedFrom}
                  </>
                ),
              },
              {
                head: t.actions,
                cell: (token) =>
                  token.revokedAt === null &&
                  !isOver(view, token) && (
                    <a class="button danger" href={`${TOKENS}/${token.id}/revoke`}>
                      {t.revoke}
                      <span class="visually-hidden"> {token.name}</span>
                    </a>
                  ),
              },
            ]}
          />
        )}
      </>
    ),
  });
}

async function newTokenPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = peopleTexts[view.language];
  // Who may not make tokens is told before the form is filled in.
  await tokensOf(c);
  const choices = await grantChoices(c, null);
  return formPage(c, {
    title: t.newToken,
    area: 'people',
    state,
    action: `${TOKENS}/new`,
    submit: t.makeToken,
    cancel: TOKENS,
    fields: (
      <>
        <GrantFields view={view} state={state} choices={choices} />
        <TextField
          view={view}
          state={state}
          name="expiresAt"
          label={t.lastDay}
          hint={t.lastDayHint}
          type="date"
          required={false}
        />
      </>
    ),
  });
}

async function tokenMadePage(c: ConsoleContext, token: OperatorAnswer<'createdToken'>): Promise<Response> {
  const view = c.get('view');
  const t = peopleTexts[view.language];
  return consolePage(c, {
    title: t.tokenOf(token.name),
    area: 'people',
    body: (
      <section class="card">
        <p>{t.once}</p>
        <Copyable view={view} text={token.token} label={t.tokenOf(token.name)} />
        <div class="actions">
          <a class="button main" href={TOKENS}>
            {t.toTokens}
          </a>
        </div>
      </section>
    ),
  });
}

function makeToken(c: ConsoleContext): Promise<Response> {
  const { language, zone } = c.get('view');
  return submission(c, {
    run: async (posted) => {
      const grant = postedGrant(language, posted);
      const day = posted.text('expiresAt');
      const expiresAt = day === '' ? null : afterLocalDay(day, zone);
      if (day !== '' && expiresAt === null)
        throw new FormProblem([{ path: 'expiresAt', message: peopleTexts[language].notDay }]);
      const token = await c
        .get('api')
        .post<OperatorAnswer<'createdToken'>>('/tokens', { ...grant, expiresAt });
      return { to: TOKENS, shown: await tokenMadePage(c, token) };
    },
    form: (state) => newTokenPage(c, state),
  });
}

function revokePage(c: ConsoleContext, token: ReadToken, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = peopleTexts[view.language];
  return confirmationPage(c, {
    title: t.revokeToken(token.name),
    area: 'people',
    state,
    action: `${TOKENS}/${token.id}/revoke`,
    submit: t.revokeToken(token.name),
    danger: true,
    cancel: TOKENS,
    warning: t.revokeText,
    facts: (
      <Facts
        of={[
          [t.name, token.name],
          [t.role, meTexts[view.language].roles[token.role]],
          [t.reach, reachText(view.language, token)],
          [t.made, <Time view={view} at={token.createdAt} />],
          [t.lastUsed, <Time view={view} at={token.lastUsedAt} />],
        ]}
      />
    ),
  });
}

export function tokenRoutes(app: Hono<ConsoleEnv>): void {
  const one = `${TOKENS}/:id/revoke`;
  app.get(TOKENS, tokenListPage);
  app.get(`${TOKENS}/new`, (c) =>
    newTokenPage(c, freshForm({ role: 'view', reach: c.get('view').user?.scope.all ? 'all' : 'some' })),
  );
  app.post(`${TOKENS}/new`, makeToken);
  app.get(one, async (c) => {
    const token = await tokenOf(c);
    return token ? revokePage(c, token, freshForm()) : c.notFound();
  });
  app.post(one, async (c) => {
    const token = await tokenOf(c);
    if (!token) return c.notFound();
    return submission(c, {
      run: async () => {
        await c.get('api').delete(`/tokens/${token.id}`);
        return { to: TOKENS, flash: peopleTexts[c.get('view').language].revokedNow(token.name) };
      },
      form: (state) => revokePage(c, token, state),
      repeatable: true,
    });
  });
}
