/** The webhook endpoints of a shop: the list, and the page of one with its secret and its log. */

import type { OperatorAnswer } from '../../api.ts';
import { HiddenFields } from '../../components/form.tsx';
import { Copyable, Empty, Facts, Notice, Pill, Time } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { newOperation } from '../../form-state.ts';
import { endpointsTexts } from '../../texts/endpoints.ts';
import { shopsTexts } from '../../texts/shops.ts';
import type { View } from '../../view.ts';
import { mayConfigure } from '../may.ts';
import { EndpointTries, readEndpointLog } from './endpoint-log.tsx';
import { shopPage, Times } from './parts.tsx';
import {
  readConnection,
  readShop,
  type ShownConnection,
  type ShownShop,
  type ShownTimes,
  shopApi,
  shopPath,
} from './read.ts';

export type ShownEndpoint = OperatorAnswer<'endpoint'>;

/** The endpoint that is the `webhook` of the shop. */
export const FIRST = 'first';

/** As many as a shop may have. */
const MOST = 5;

export async function readEndpoints(c: ConsoleContext, shop: ShownShop): Promise<readonly ShownEndpoint[]> {
  return (await c.get('api').get<OperatorAnswer<'endpointList'>>(shopApi(shop.id, 'endpoints'))).data;
}

/** The shop and the endpoint of the address; null: the shop has no such endpoint. @throws ApiProblem not_found for the shop. */
export async function endpointOf(
  c: ConsoleContext,
): Promise<{ readonly shop: ShownShop; readonly endpoint: ShownEndpoint } | null> {
  const shop = await readShop(c);
  const endpoint = (await readEndpoints(c, shop)).find(({ id }) => id === c.req.param('endpoint'));
  return endpoint ? { shop, endpoint } : null;
}

/** The name of an endpoint for people: the host that it is at. */
export function endpointName({ url }: Pick<ShownEndpoint, 'url'>): string {
  return URL.parse(url)?.host ?? url;
}

function EndpointState({ view, endpoint }: { readonly view: View; readonly endpoint: ShownEndpoint }) {
  const t = endpointsTexts[view.language];
  if (endpoint.switchedOffAt !== null) return <Pill tone="bad">{t.switchedOff}</Pill>;
  if (!endpoint.active) return <Pill tone="warn">{t.off}</Pill>;
  return endpoint.failingSince === null ? (
    <Pill tone="ok">{t.works}</Pill>
  ) : (
    <Pill tone="bad">{t.fails}</Pill>
  );
}

function eventsText(view: View, { events }: ShownEndpoint): string {
  return events.includes('*') ? endpointsTexts[view.language].everyEvent : events.join(', ');
}

export async function endpointListPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = endpointsTexts[view.language];
  const shop = await readShop(c);
  const endpoints = await readEndpoints(c, shop);
  return shopPage(c, {
    shop,
    tab: 'endpoints',
    ...(mayConfigure(view.user) &&
      endpoints.length < MOST && {
        actions: (
          <a class="button main" href={shopPath(shop.id, 'endpoints', 'new')}>
            {t.newEndpoint}
          </a>
        ),
      }),
    body: (
      <>
        <p>{t.text(MOST)}</p>
        {endpoints.length === 0 ? (
          <Empty text={t.none} />
        ) : (
          <DataTable
            caption={shopsTexts[view.language].tabs.endpoints}
            rows={endpoints}
            href={({ id }) => shopPath(shop.id, 'endpoints', id)}
            columns={[
              { head: t.address, cell: ({ url }) => url },
              { head: t.state, cell: (endpoint) => <EndpointState view={view} endpoint={endpoint} /> },
              { head: t.events, cell: (endpoint) => eventsText(view, endpoint) },
              {
                head: t.kind,
                cell: ({ id, dialect }) =>
                  `${id === FIRST ? `${t.first}, ` : ''}${t.dialects[dialect as keyof typeof t.dialects]}`,
              },
            ]}
          />
        )}
      </>
    ),
  });
}

/** When the secrets of an endpoint count. That of the first one is a key of the shop. */
function timesOf({ keys, endpointSecrets }: ShownConnection, { id, dialect }: ShownEndpoint): ShownTimes {
  if (id !== FIRST) return endpointSecrets[id] ?? [];
  return dialect === 'polybanking' ? keys.ipnKey : keys.webhookSecret;
}

export async function endpointPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = endpointsTexts[view.language];
  const found = await endpointOf(c);
  if (!found) return c.notFound() as Response;
  const { shop, endpoint } = found;
  const path = (...parts: string[]) => shopPath(shop.id, 'endpoints', endpoint.id, ...parts);
  const [connection, log] = await Promise.all([
    readConnection(c, shop),
    readEndpointLog(c, shop, endpoint.id, c.req.query('cursor')),
  ]);
  return shopPage(c, {
    shop,
    tab: 'endpoints',
    ...(mayConfigure(view.user) && {
      actions: (
        <>
          <form method="post" action={path('test')}>
            <HiddenFields view={view} operation={newOperation()} />
            <button type="submit" class="button">
              {t.test}
            </button>
          </form>
          <a class="button main" href={path('change')}>
            {t.change}
          </a>
        </>
      ),
    }),
    body: (
      <>
        <h2>{t.endpointAt(endpointName(endpoint))}</h2>
        {endpoint.switchedOffAt !== null && (
          <Notice tone="bad">
            <p>
              {t.switchedOffText} <Time view={view} at={endpoint.switchedOffAt} />
            </p>
          </Notice>
        )}
        <section class="card">
          <Facts
            of={[
              [t.address, <Copyable view={view} text={endpoint.url} label={t.address} />],
              [t.state, <EndpointState view={view} endpoint={endpoint} />],
              [t.failingSince, endpoint.failingSince && <Time view={view} at={endpoint.failingSince} />],
              [t.events, eventsText(view, endpoint)],
              [t.dialect, t.dialects[endpoint.dialect as keyof typeof t.dialects]],
              [t.secret, <Times view={view} times={timesOf(connection, endpoint)} />],
              [shopsTexts[view.language].changed, <Time view={view} at={endpoint.updatedAt} />],
            ]}
          />
          {mayConfigure(view.user) && (
            <div class="actions">
              <a class="button" href={path('rotate')}>
                {t.rotate}
              </a>
              <a class="button danger" href={path('delete')}>
                {t.remove}
              </a>
            </div>
          )}
        </section>
        <EndpointTries view={view} shop={shop} endpoint={endpoint.id} log={log} />
      </>
    ),
  });
}
