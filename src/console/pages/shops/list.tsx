/** All shops that the operator may see. */

import { Empty, Pill } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { countText } from '../../format.ts';
import { consolePage } from '../../page.tsx';
import { commonTexts } from '../../texts/common.ts';
import { shopsTexts } from '../../texts/shops.ts';
import type { View } from '../../view.ts';
import { mayConfigure } from '../may.ts';
import { readShops, SHOPS, type ShownShop, shopPath } from './read.ts';

/** Whether a shop is on, in words: two switches decide. */
export function ShopState({ view, shop }: { readonly view: View; readonly shop: ShownShop }) {
  const t = shopsTexts[view.language];
  if (!shop.adminEnabled) return <Pill tone="bad">{t.offByAdmin}</Pill>;
  return shop.active ? <Pill tone="ok">{t.on}</Pill> : <Pill tone="warn">{t.off}</Pill>;
}

export async function shopListPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = shopsTexts[view.language];
  const shops = await readShops(c);
  return consolePage(c, {
    title: t.nav,
    area: 'shops',
    actions: (
      <>
        <a class="button" href="/console/polybanking">
          {t.polybanking}
        </a>
        {mayConfigure(view.user) && (
          <a class="button main" href={`${SHOPS}/new`}>
            {t.newShop}
          </a>
        )}
      </>
    ),
    body:
      shops.length === 0 ? (
        <Empty text={t.none} />
      ) : (
        <DataTable
          caption={t.nav}
          rows={shops}
          href={({ id }) => shopPath(id)}
          columns={[
            { head: t.name, cell: ({ name }) => name },
            { head: t.id, cell: ({ id }) => <span class="id whole">{id}</span> },
            { head: t.group, cell: ({ group }) => group ?? commonTexts[view.language].none },
            {
              head: t.state,
              cell: (shop) => (
                <span class="row whole">
                  <ShopState view={view} shop={shop} />
                  {shop.testMode && <Pill tone="warn">{commonTexts[view.language].test}</Pill>}
                </span>
              ),
            },
            {
              head: t.tabs.accounts,
              right: true,
              cell: ({ accounts }) => countText(view.language, accounts.length),
            },
          ]}
        />
      ),
  });
}
