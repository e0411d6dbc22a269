/** All accounts, and the page of one: what it is, what its provider's signature proves, what to enter there, its secrets. */

import { Copyable, Empty, Facts, Notice, Pill, Time } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { consolePage } from '../../page.tsx';
import { accountsTexts } from '../../texts/accounts.ts';
import { movesTexts } from '../../texts/moves.ts';
import type { View } from '../../view.ts';
import { mayConfigure } from '../may.ts';
import { MoveButtons } from './moves.tsx';
import { EndedProvider, RunningFallback, Succession } from './progress.tsx';
import {
  ACCOUNTS,
  accountPath,
  readAccount,
  readAccounts,
  readProviders,
  type ShownAccount,
} from './read.ts';

function EnvironmentPill({ view, account }: { readonly view: View; readonly account: ShownAccount }) {
  const t = accountsTexts[view.language];
  const name = account.environment as keyof typeof t.environments;
  return <Pill tone={name === 'production' ? 'ok' : 'warn'}>{t.environments[name]}</Pill>;
}

export async function accountListPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = accountsTexts[view.language];
  const accounts = await readAccounts(c);
  return consolePage(c, {
    title: t.nav,
    area: 'accounts',
    ...(mayConfigure(view.user) && {
      actions: (
        <a class="button main" href={`${ACCOUNTS}/new`}>
          {t.newAccount}
        </a>
      ),
    }),
    body:
      accounts.length === 0 ? (
        <Empty text={t.none} />
      ) : (
        <DataTable
          caption={t.nav}
          rows={accounts}
          href={({ id }) => accountPath(id)}
          columns={[
            { head: t.caption, cell: ({ caption }) => caption },
            { head: t.id, cell: ({ id }) => <span class="id">{id}</span> },
            { head: t.provider, cell: ({ provider }) => provider },
            { head: t.environment, cell: (account) => <EnvironmentPill view={view} account={account} /> },
            {
              head: t.state,
              cell: ({ retiredAt, succession, outage, warnings }) => (
                <span class="row">
                  {succession !== null && <Pill tone="info">{t.movedTo(succession.by)}</Pill>}
                  {succession === null && retiredAt !== null && <Pill tone="none">{t.retired}</Pill>}
                  {outage !== null && <Pill tone="bad">{t.down}</Pill>}
                  {warnings.length > 0 && <Pill tone="warn">{t.warned(warnings.length)}</Pill>}
                </span>
              ),
            },
          ]}
        />
      ),
  });
}

/** What a provider's signature proves; what it does not, and a risk that somebody has accepted, in red. */
function Proof({ view, account }: { readonly view: View; readonly account: ShownAccount }) {
  const t = accountsTexts[view.language];
  const { proof } = account;
  return (
    <section class="card" aria-labelledby="proof">
      <h2 id="proof">{t.proof}</h2>
      {proof === null ? (
        <p>{t.proofGone}</p>
      ) : (
        <>
          <p>{t.keyOf[proof.keyOf]}</p>
          <Facts
            of={[
              [t.covered, proof.covered.length === 0 ? null : proof.covered.join(', ')],
              [
                t.notCovered,
                proof.notCovered.length === 0 ? null : (
                  <span class="bad-text">{proof.notCovered.join(', ')}</span>
                ),
              ],
              [t.notifications, t.countsAs[proof.countsAt.notification]],
              [t.returns, t.countsAs[proof.countsAt.return]],
            ]}
          />
          {!proof.bordersCovered && <p class="bad-text">{t.borders}</p>}
        </>
      )}
      {account.trustUnprovenNotifications && <p class="bad-text">{t.trusted}</p>}
    </section>
  );
}

function Setup({ view, account }: { readonly view: View; readonly account: ShownAccount }) {
  const t = accountsTexts[view.language];
  if (account.setup.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="setup">
      <h2 id="setup">{t.setup}</h2>
      <DataTable
        caption={t.setup}
        rows={account.setup}
        columns={[
          { head: t.where, cell: ({ where }) => <span lang="en">{where}</span> },
          { head: t.value, cell: ({ value, where }) => <Copyable view={view} text={value} label={where} /> },
        ]}
      />
    </section>
  );
}

function Secrets({ view, account }: { readonly view: View; readonly account: ShownAccount }) {
  const t = accountsTexts[view.language];
  const names = Object.entries(account.secrets);
  if (names.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="secrets">
      <h2 id="secrets">{t.secrets}</h2>
      <DataTable
        caption={t.secrets}
        rows={names}
        columns={[
          { head: t.secret, cell: ([name]) => <code>{name}</code> },
          {
            head: t.counts,
            cell: ([, live]) => (
              <>
                {live
                  .filter(({ notAfter }) => notAfter === null || Date.parse(notAfter) > view.now)
                  .map(({ notBefore, notAfter }) => (
                    <div>
                      {notAfter === null ? t.since : t.until} <Time view={view} at={notAfter ?? notBefore} />
                    </div>
                  ))}
              </>
            ),
          },
          {
            head: t.action,
            cell: ([name]) =>
              mayConfigure(view.user) && (
                <a class="button" href={`${accountPath(account.id)}/secrets/${encodeURIComponent(name)}`}>
                  {t.rotate}
                  <span class="visually-hidden"> {name}</span>
                </a>
              ),
          },
        ]}
      />
    </section>
  );
}

export async function accountPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = accountsTexts[view.language];
  const moves = movesTexts[view.language];
  const account = await readAccount(c);
  const found = (await readProviders(c)).find(({ id }) => id === account.provider);
  const path = accountPath(account.id);
  return consolePage(c, {
    title: account.caption,
    area: 'accounts',
    ...(mayConfigure(view.user) && {
      actions: (
        <>
          <a class="button" href={`${path}/check`}>
            {t.check}
          </a>
          <a class="button main" href={`${path}/change`}>
            {t.change}
          </a>
        </>
      ),
    }),
    body: (
      <>
        {account.warnings.length > 0 && (
          <Notice tone="warn" title={t.warnings}>
            <ul lang="en">
              {account.warnings.map((warning) => (
                <li>{warning}</li>
              ))}
            </ul>
          </Notice>
        )}
        <Succession view={view} account={account} />
        <RunningFallback view={view} account={account} />
        <EndedProvider view={view} found={found} />
        <section class="card">
          <Facts
            of={[
              [t.id, <span class="id">{account.id}</span>],
              [t.provider, account.provider],
              [t.environment, <EnvironmentPill view={view} account={account} />],
              [
                t.retired,
                account.succession === null && account.retiredAt !== null ? (
                  <Time view={view} at={account.retiredAt} />
                ) : null,
              ],
              [t.currencies, account.currencies.join(', ')],
              [t.displayName, account.displayName],
              [
                t.fallback,
                account.fallback && <a href={accountPath(account.fallback)}>{account.fallback}</a>,
              ],
              [moves.pageOrigin, account.endpoints.page ?? null],
              [moves.apiOrigin, account.endpoints.api ?? null],
              [t.expire, String(account.expireAfterHours)],
              [t.allowedIps, account.allowedIps.join(', ') || null],
            ]}
          />
          <div class="actions">
            <a class="button" href={`/console/refusals/${encodeURIComponent(account.id)}`}>
              {t.refusals}
            </a>
          </div>
        </section>
        <Proof view={view} account={account} />
        <Setup view={view} account={account} />
        <Secrets view={view} account={account} />
        <MoveButtons view={view} account={account} />
      </>
    ),
  });
}
