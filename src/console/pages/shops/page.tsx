/** The page of a shop: whether it is on, its addresses, and what else there is of it. */
import type { Child } from 'hono/jsx';
import { Copyable, Facts, Notice, Pill, Time } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { commonTexts } from '../../texts/common.ts';
import { shopsTexts } from '../../texts/shops.ts';
import type { View } from '../../view.ts';
import { mayConfigure, mayMoveMoney } from '../may.ts';
import { ShopState } from './list.tsx';
import { shopPage } from './parts.tsx';
import { readConnection, readShop, type ShownConnection, type ShownShop, shopPath } from './read.ts';
import { isSwitchedOn, SWITCHES } from './switches.tsx';

interface Shown {
  readonly view: View;
  readonly shop: ShownShop;
}

function Address({
  view,
  url,
  label,
}: {
  readonly view: View;
  readonly url: string | null;
  readonly label: string;
}) {
  if (url === null) return <span class="muted">{shopsTexts[view.language].noAddress}</span>;
  return <Copyable view={view} text={url} label={label} />;
}

function Addresses({ view, shop, connection }: Shown & { readonly connection: ShownConnection }) {
  const t = shopsTexts[view.language];
  const { returnUrl, webhook } = shop;
  const address = (label: string, url: string | null): [string, Child] => [
    label,
    <Address view={view} url={url} label={label} />,
  ];
  return (
    <section class="card" aria-labelledby="addresses">
      <h2 id="addresses">{t.addresses}</h2>
      <Facts
        of={[
          address(t.returnSuccess, returnUrl.success),
          address(t.returnFailure, returnUrl.failure),
          address(t.webhook, webhook.url),
          [t.dialect, webhook.url && t.dialects[webhook.dialect as keyof typeof t.dialects]],
          address(t.apiUrl, connection.url),
        ]}
      />
    </section>
  );
}

function Switches({ view, shop }: Shown) {
  const t = shopsTexts[view.language];
  return (
    <section class="stack" aria-labelledby="switches">
      <h2 id="switches">{t.switches}</h2>
      <DataTable
        caption={t.switches}
        rows={SWITCHES}
        columns={[
          { head: t.switch, cell: (name) => <span class="whole">{t.switchNames[name]}</span> },
          {
            head: t.state,
            cell: (name) => {
              const isOn = isSwitchedOn(shop, name);
              const [tone, text] =
                name === 'testMode'
                  ? ([isOn ? 'warn' : 'ok', isOn ? commonTexts[view.language].test : t.live] as const)
                  : ([isOn ? 'ok' : 'bad', isOn ? t.on : t.off] as const);
              return (
                <span class="whole">
                  <Pill tone={tone}>{text}</Pill>
                </span>
              );
            },
          },
          { head: t.meaning, cell: (name) => t.switchTexts[name] },
          ...(mayConfigure(view.user)
            ? [
                {
                  head: t.action,
                  cell: (name: (typeof SWITCHES)[number]) => (
                    <a class="button" href={shopPath(shop.id, 'switches', name)}>
                      {t.turn[name][isSwitchedOn(shop, name) ? 'off' : 'on']}
                      <span class="visually-hidden"> {t.switchNames[name]}</span>
                    </a>
                  ),
                },
              ]
            : []),
        ]}
      />
    </section>
  );
}

function More({ view, shop }: Shown) {
  const t = shopsTexts[view.language];
  const id = encodeURIComponent(shop.id);
  return (
    <section class="card" aria-labelledby="more">
      <h2 id="more">{t.more}</h2>
      <div class="actions">
        <a class="button" href={`/console/payments?shop=${id}`}>
          {t.payments}
        </a>
        {mayMoveMoney(view.user) && (
          <a class="button" href={`/console/links/new?shop=${id}`}>
            {t.newLink}
          </a>
        )}
        <a class="button" href={`/console/audit?shop=${id}`}>
          {t.changes}
        </a>
        <a class="button" href={`/console/polybanking/configs/${id}`}>
          {t.asConfig}
        </a>
        {mayConfigure(view.user) && (
          <a class="button danger" href={shopPath(shop.id, 'delete')}>
            {t.remove}
          </a>
        )}
      </div>
    </section>
  );
}

export async function shopOverviewPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = shopsTexts[view.language];
  const shop = await readShop(c);
  const connection = await readConnection(c, shop);
  const { rateLimit, expireAfterMinutes } = shop;
  return shopPage(c, {
    shop,
    tab: 'overview',
    ...(mayConfigure(view.user) && {
      actions: (
        <a class="button main" href={shopPath(shop.id, 'change')}>
          {t.change}
        </a>
      ),
    }),
    body: (
      <>
        {!(shop.active && shop.adminEnabled) && (
          <Notice tone="warn">
            <p>{t.isOff}</p>
          </Notice>
        )}
        {shop.accounts.length === 0 && (
          <Notice tone="warn">
            <p>
              {t.withoutAccounts} <a href={shopPath(shop.id, 'accounts')}>{t.tabs.accounts}</a>
            </p>
          </Notice>
        )}
        <section class="card">
          <Facts
            of={[
              [t.id, <Copyable view={view} text={shop.id} label={t.id} />],
              [t.state, <ShopState view={view} shop={shop} />],
              [t.group, shop.group],
              [t.region, shop.region && t.regions[shop.region as keyof typeof t.regions]],
              [t.expire, expireAfterMinutes && t.minutes(expireAfterMinutes)],
              [t.rateLimit, rateLimit && t.rate(rateLimit.perMinute, rateLimit.burst)],
              [t.made, <Time view={view} at={shop.createdAt} />],
              [t.changed, <Time view={view} at={shop.updatedAt} />],
            ]}
          />
        </section>
        <Addresses view={view} shop={shop} connection={connection} />
        <Switches view={view} shop={shop} />
        <More view={view} shop={shop} />
      </>
    ),
  });
}
