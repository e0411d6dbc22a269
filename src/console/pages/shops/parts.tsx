/** What the pages of a shop share: the way from one to the other, a form that is out of date, and keys that are shown once. */

import type { Child } from 'hono/jsx';
import { Copyable, Facts, Notice, Time } from '../../components/show.tsx';
import { Tabs } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { FormProblem, type Posted } from '../../form-state.ts';
import { consolePage, type PageParts } from '../../page.tsx';
import { commonTexts } from '../../texts/common.ts';
import { shopsTexts } from '../../texts/shops.ts';
import type { View } from '../../view.ts';
import { mayConfigure } from '../may.ts';
import { type ShownShop, type ShownTimes, shopPath } from './read.ts';

const TABS = ['overview', 'accounts', 'keys', 'endpoints', 'branding', 'code'] as const;

export type ShopTab = (typeof TABS)[number];

function ShopTabs({
  view,
  shop,
  tab,
}: {
  readonly view: View;
  readonly shop: ShownShop;
  readonly tab: ShopTab;
}) {
  const t = shopsTexts[view.language];
  return (
    <Tabs
      label={shop.name}
      tabs={TABS.map((name) => ({
        href: name === 'overview' ? shopPath(shop.id) : shopPath(shop.id, name),
        text: t.tabs[name],
        current: name === tab,
      }))}
    />
  );
}

/** A page of a shop with its tabs. The heading is the shop's name; the title of the window says which tab it is. */
export function shopPage(
  c: ConsoleContext,
  {
    shop,
    tab,
    body,
    ...page
  }: Omit<PageParts, 'title' | 'area'> & { readonly shop: ShownShop; readonly tab: ShopTab },
): Promise<Response> {
  const view = c.get('view');
  const t = shopsTexts[view.language];
  return consolePage(c, {
    ...page,
    title: tab === 'overview' ? shop.name : `${t.tabs[tab]}: ${shop.name}`,
    heading: <h1 class="shop-name">{shop.name}</h1>,
    area: 'shops',
    body: (
      <>
        <ShopTabs view={view} shop={shop} tab={tab} />
        {body}
      </>
    ),
  });
}

/** A page that only who changes shops may open, and post to. Nothing is asked of the API for anybody else. */
export function forConfigurers(show: (c: ConsoleContext) => Response | Promise<Response>) {
  return (c: ConsoleContext): Response | Promise<Response> => {
    const view = c.get('view');
    if (mayConfigure(view.user)) return show(c);
    const t = commonTexts[view.language].trouble;
    return consolePage(c, {
      title: t.forbidden,
      area: 'shops',
      status: 403,
      body: <p>{t.forbiddenText(view.user?.role ?? '')}</p>,
    });
  };
}

/** The hidden field by which a form says what it was filled from. */
const SEEN = 'seen';

export function SeenField({ seen }: { readonly seen: string }) {
  return <input type="hidden" name={SEEN} value={seen} />;
}

/**
 * Somebody else has changed it since the form was opened: it is not overwritten unseen. Between this look and the change there are some
 * milliseconds in which two may still cross.
 * @param seen as it is now.
 * @throws FormProblem
 */
export function requireSeen(c: ConsoleContext, posted: Posted, seen: string): void {
  if (posted.raw(SEEN) === seen) return;
  const t = shopsTexts[c.get('view').language];
  throw new FormProblem([{ path: '', message: t.changedMeanwhile }]);
}

/** Since when a key counts, and how long those before it still do. */
export function Times({ view, times }: { readonly view: View; readonly times: ShownTimes }) {
  const t = shopsTexts[view.language];
  return (
    <>
      {times.map(({ notBefore, notAfter }) =>
        notAfter === null ? (
          <div>
            {t.since} <Time view={view} at={notBefore} />
          </div>
        ) : (
          <div class="warn-text">
            {t.until} <Time view={view} at={notAfter} />
          </div>
        ),
      )}
    </>
  );
}

/** Keys that nobody can read again. */
export function ShownOnce({
  view,
  values,
}: {
  readonly view: View;
  readonly values: readonly (readonly [name: string, value: string])[];
}) {
  const t = shopsTexts[view.language];
  return (
    <>
      <Notice tone="warn">
        <p>{t.once}</p>
      </Notice>
      <Facts
        of={values.map(([name, value]): [string, Child] => [
          name,
          <Copyable view={view} text={value} label={name} />,
        ])}
      />
    </>
  );
}
