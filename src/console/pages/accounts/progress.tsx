/** What becomes of an account's payments that go elsewhere: how far a move is, an outage with its fallback, what an ended provider has after it. */

import type { Status } from '../../../payments/statuses.ts';
import { Facts, Notice, StatusPill, Time } from '../../components/show.tsx';
import { shortDate } from '../../format.ts';
import { accountsTexts } from '../../texts/accounts.ts';
import { movesTexts } from '../../texts/moves.ts';
import type { View } from '../../view.ts';
import { mayConfigure } from '../may.ts';
import { ACCOUNTS, accountPath, type ShownAccount, type ShownProvider } from './read.ts';

interface Shown {
  readonly view: View;
  readonly account: ShownAccount;
}

/** The account that payments go to now, and what of this one is open, by status. */
export function Succession({ view, account: { succession } }: Shown) {
  if (succession === null) return null;
  const t = movesTexts[view.language];
  const open = Object.entries(succession.open);
  return (
    <Notice tone="info" title={t.moved(succession.by)}>
      <Facts
        of={[
          [t.successor, <a href={accountPath(succession.by)}>{succession.by}</a>],
          [t.movedSince, <Time view={view} at={succession.since} />],
          [
            t.stillOpen,
            open.length === 0 ? (
              t.nothingOpen
            ) : (
              <span class="row">
                {open.map(([status, count]) => (
                  <span>
                    {count} <StatusPill view={view} status={status as Status} />
                  </span>
                ))}
              </span>
            ),
          ],
          ...(succession.requires.length > 0
            ? ([[t.nowRequired, succession.requires.join(', ')]] as const)
            : []),
        ]}
      />
      <p class="small">{t.keepKeys}</p>
    </Notice>
  );
}

/** The provider cannot be reached, and new attempts go to the fallback. */
export function RunningFallback({ view, account: { outage, fallback } }: Shown) {
  if (outage === null || fallback === null) return null;
  const t = movesTexts[view.language];
  return (
    <Notice tone="warn" title={t.outage}>
      <p>{t.outageText}</p>
      <Facts
        of={[
          [t.standsIn, <a href={accountPath(fallback)}>{fallback}</a>],
          [accountsTexts[view.language].downSince, <Time view={view} at={outage.since} />],
          [t.triedAt, <Time view={view} at={outage.triedAt} />],
        ]}
      />
    </Notice>
  );
}

/** The provider has ended: when, and where its merchants go on. Nothing for one that goes on. */
export function EndedProvider({
  view,
  found,
}: {
  readonly view: View;
  readonly found: ShownProvider | undefined;
}) {
  if (!found || found.ended === null) return null;
  const names = [...new Set(found.successor.map(({ provider }) => provider))];
  return (
    <Notice tone="warn">
      <p>
        {accountsTexts[view.language].endedText(
          shortDate(view.language, 'UTC', found.ended),
          names.join(', '),
        )}
      </p>
      {mayConfigure(view.user) && names.length > 0 && (
        <div class="actions">
          {names.map((name) => (
            <a class="button" href={`${ACCOUNTS}/new?provider=${encodeURIComponent(name)}`}>
              {movesTexts[view.language].makeThere(name)}
            </a>
          ))}
        </div>
      )}
    </Notice>
  );
}
