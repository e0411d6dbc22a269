/** From users to tokens and back. */
import { Tabs } from '../../components/table.tsx';
import { peopleTexts } from '../../texts/people.ts';
import type { View } from '../../view.ts';

export function PeopleTabs({ view, current }: { readonly view: View; readonly current: 'users' | 'tokens' }) {
  const t = peopleTexts[view.language];
  return (
    <Tabs
      label={t.nav}
      tabs={[
        { href: '/console/users', text: t.users, current: current === 'users' },
        { href: '/console/tokens', text: t.tokens, current: current === 'tokens' },
      ]}
    />
  );
}
