/** From one thing that PolyBanking's operators had to the next. */
import { Tabs } from '../../components/table.tsx';
import { polybankingTexts } from '../../texts/polybanking.ts';
import type { View } from '../../view.ts';
import { maySeeOldUsers, POLYBANKING } from './read.ts';

export function PolybankingTabs({
  view,
  current,
}: {
  readonly view: View;
  readonly current: 'configs' | 'users' | 'transactions' | null;
}) {
  const t = polybankingTexts[view.language];
  return (
    <Tabs
      label="PolyBanking"
      tabs={[
        { href: POLYBANKING, text: t.configs, current: current === 'configs' },
        ...(maySeeOldUsers(view)
          ? [{ href: `${POLYBANKING}/users`, text: t.users, current: current === 'users' }]
          : []),
        { href: '/console/transactions', text: t.transactions, current: current === 'transactions' },
        { href: '/console/books/export', text: t.exported },
        { href: '/console/books', text: t.summary },
      ]}
    />
  );
}
