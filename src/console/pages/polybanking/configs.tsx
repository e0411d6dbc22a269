/** PolyBanking's configs: each is a shop. The list, and the page of one, with its words beside ours. */

import type { Child } from 'hono/jsx';
import { type OperatorAnswer, queryText } from '../../api.ts';
import { Copyable, Empty, Time } from '../../components/show.tsx';
import { DataTable, NextPage } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { consolePage } from '../../page.tsx';
import { commonTexts } from '../../texts/common.ts';
import { polybankingTexts } from '../../texts/polybanking.ts';
import { shopsTexts } from '../../texts/shops.ts';
import type { View } from '../../view.ts';
import { mayConfigure } from '../may.ts';
import { Times } from '../shops/parts.tsx';
import {
  readConnection,
  readShop,
  readShops,
  type ShownConnection,
  type ShownShop,
  shopPath,
} from '../shops/read.ts';
import {
  configPath,
  maySeeOldUsers,
  type OldChanges,
  type OldUser,
  readOldChanges,
  readOldUsers,
} from './read.ts';
import { PolybankingTabs } from './tabs.tsx';

/** Entries of the audit log that the page of a config shows. */
const NEWEST = 20;

type AuditLine = OperatorAnswer<'auditList'>['data'][number];

function yesOrNo(view: View, value: boolean): string {
  return value ? commonTexts[view.language].yes : commonTexts[view.language].no;
}

export async function configListPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = polybankingTexts[view.language];
  const ours = shopsTexts[view.language];
  const byGroup = (a: ShownShop, b: ShownShop) =>
    (a.group ?? '').localeCompare(b.group ?? '') || a.name.localeCompare(b.name);
  const shops = [...(await readShops(c))].sort(byGroup);
  const both = (theirs: string, here: string) => `${theirs} (${here})`;
  return consolePage(c, {
    title: 'PolyBanking',
    area: 'shops',
    body: (
      <>
        <PolybankingTabs view={view} current="configs" />
        <p>{t.configsText}</p>
        {shops.length === 0 ? (
          <Empty text={ours.none} />
        ) : (
          <DataTable
            caption={t.configs}
            rows={shops}
            href={({ id }) => configPath(id)}
            columns={[
              { head: both('config', ours.name), cell: ({ name }) => name },
              { head: 'config_id', cell: ({ id }) => <span class="id">{id}</span> },
              {
                head: both('group', ours.group),
                cell: ({ group }) => group ?? commonTexts[view.language].none,
              },
              { head: 'active', cell: ({ active }) => yesOrNo(view, active) },
              { head: 'admin_enable', cell: ({ adminEnabled }) => yesOrNo(view, adminEnabled) },
              { head: 'test_mode', cell: ({ testMode }) => yesOrNo(view, testMode) },
            ]}
          />
        )}
      </>
    ),
  });
}

interface ConfigParts {
  readonly view: View;
  readonly shop: ShownShop;
}

/** The fields of a config as the old pages had them, and where each is here. */
function Fields({ view, shop, connection }: ConfigParts & { readonly connection: ShownConnection }) {
  const t = polybankingTexts[view.language];
  const ours = shopsTexts[view.language];
  const none = commonTexts[view.language].none;
  const { keys } = connection;
  const key = (kind: 'requestKey' | 'ipnKey' | 'apiKey'): Child => (
    <span class="stack">
      <span>
        <Times view={view} times={keys[kind]} />
      </span>
      {mayConfigure(view.user) && (
        <a href={shopPath(shop.id, 'keys', kind)}>
          {t.newKey}
          <span class="visually-hidden"> {kind}</span>
        </a>
      )}
    </span>
  );
  const url = (address: string | null, label: string): Child =>
    address === null ? none : <Copyable view={view} text={address} label={label} />;
  const kind = shop.testMode ? commonTexts[view.language].test : ours.live;
  const money = `${yesOrNo(view, shop.testMode)} (${kind})`;
  const rows: readonly (readonly [theirs: string, here: string, value: Child])[] = [
    ['config_id', ours.id, <Copyable view={view} text={shop.id} label="config_id" />],
    ['name', ours.name, shop.name],
    ['group', ours.group, shop.group ?? none],
    ['active', ours.switchNames.active, yesOrNo(view, shop.active)],
    ['admin_enable', ours.switchNames.adminEnabled, yesOrNo(view, shop.adminEnabled)],
    ['test_mode', ours.switchNames.testMode, money],
    ['url_ipn', ours.webhook, url(shop.webhook.url, 'url_ipn')],
    ['url_back_ok', ours.returnSuccess, url(shop.returnUrl.success, 'url_back_ok')],
    ['url_back_err', ours.returnFailure, url(shop.returnUrl.failure, 'url_back_err')],
    ['key_request', ours.keys.requestKey, key('requestKey')],
    ['key_ipn', ours.keys.ipnKey, key('ipnKey')],
    ['key_api', ours.keys.apiKey, key('apiKey')],
    [t.start, t.startHere, url(`${connection.url}/paiements/start/`, t.startHere)],
    [t.api, t.apiHere, url(`${connection.url}/api/transactions/`, t.apiHere)],
  ];
  return (
    <DataTable
      caption={t.fields}
      rows={rows}
      columns={[
        { head: 'PolyBanking', cell: ([theirs]) => <code>{theirs}</code> },
        { head: t.here, cell: ([, here]) => here },
        { head: t.value, cell: ([, , value]) => value },
      ]}
    />
  );
}

function AllowedUsers({ view, shop, users }: ConfigParts & { readonly users: readonly OldUser[] }) {
  const t = polybankingTexts[view.language];
  const allowed = users.filter(({ configs }) => configs.includes(shop.id));
  return (
    <section class="stack" aria-labelledby="allowed">
      <h2 id="allowed">{t.allowed}</h2>
      {allowed.length === 0 ? (
        <p>{t.noneAllowed}</p>
      ) : (
        <ul>
          {allowed.map(({ username, name, id }) => (
            <li>
              {name || username || id}
              {username !== null && username !== name && <span class="muted"> ({username})</span>}
            </li>
          ))}
        </ul>
      )}
      <p>
        <a href={`/console/polybanking/users`}>{t.toUsers}</a>
      </p>
    </section>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '∅';
  if (Array.isArray(value)) return value.join(', ') || '∅';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Changed = readonly (readonly [name: string, change: string])[];

/** From the old to the new value of a member; of an object each member of its own that differs. */
function fromTo(name: string, from: unknown, to: unknown): Changed {
  if (!isMembers(to)) return [[name, `${shown(from)} → ${shown(to)}`]];
  const before: Members = isMembers(from) ? from : {};
  return Object.entries(to)
    .filter(([key, value]) => shown(before[key]) !== shown(value))
    .map(([key, value]) => [`${name}.${key}`, `${shown(before[key])} → ${shown(value)}`]);
}

/** What an entry changed, old and new; of keys only the names are known. */
function changedOf({ detail }: AuditLine): Changed {
  return Object.entries(detail).flatMap(([name, value]) =>
    isMembers(value) && 'to' in value ? fromTo(name, value.from, value.to) : [[name, shown(value)] as const],
  );
}

function ChangesHere({ view, shop, lines }: ConfigParts & { readonly lines: readonly AuditLine[] }) {
  const t = polybankingTexts[view.language];
  return (
    <section class="stack" aria-labelledby="changes">
      <h2 id="changes">{t.changes}</h2>
      {lines.length === 0 ? (
        <Empty text={t.noChanges} />
      ) : (
        <DataTable
          caption={t.changes}
          rows={lines}
          columns={[
            { head: t.when, cell: ({ at }) => <Time view={view} at={at} /> },
            { head: t.who, cell: ({ actor, actorName }) => <span class="whole">{actorName ?? actor}</span> },
            {
              head: t.what,
              cell: ({ action }) => (
                <span class="whole" lang="en">
                  {action}
                </span>
              ),
            },
            {
              head: t.values,
              cell: (line) => (
                <ul class="plain" lang="en">
                  {changedOf(line).map(([name, change]) => (
                    <li>
                      <b>{name}</b>: {change}
                    </li>
                  ))}
                </ul>
              ),
            },
          ]}
        />
      )}
      <p>
        <a href={`/console/audit${queryText({ shop: shop.id })}`}>{t.allChanges}</a>
      </p>
    </section>
  );
}

function ChangesBefore({
  view,
  shop,
  old,
  users,
}: ConfigParts & { readonly old: OldChanges; readonly users: readonly OldUser[] }) {
  const t = polybankingTexts[view.language];
  if (old.data.length === 0) return null;
  const names = new Map(users.flatMap(({ id, username, name }) => [[id, name || (username ?? id)] as const]));
  return (
    <section class="stack" aria-labelledby="before">
      <h2 id="before">{t.before}</h2>
      <DataTable
        caption={t.before}
        rows={old.data}
        columns={[
          { head: t.when, cell: ({ at }) => <Time view={view} at={at} as="exact" /> },
          {
            head: t.who,
            cell: ({ user }) => (user === null ? commonTexts[view.language].none : (names.get(user) ?? user)),
          },
          { head: t.what, cell: ({ text }) => <span class="wrap">{text}</span> },
        ]}
      />
      <NextPage
        view={view}
        cursor={old.nextCursor}
        href={(cursor) => `${configPath(shop.id)}${queryText({ cursor })}#before`}
      />
    </section>
  );
}

export async function configPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = polybankingTexts[view.language];
  const shop = await readShop(c);
  const [connection, users, old, audit] = await Promise.all([
    readConnection(c, shop),
    readOldUsers(c),
    readOldChanges(c, shop.id, c.req.query('cursor')),
    c
      .get('api')
      .get<OperatorAnswer<'auditList'>>('/audit', { subject: shop.id, shop: shop.id, limit: NEWEST }),
  ]);
  return consolePage(c, {
    title: t.configOf(shop.name),
    area: 'shops',
    actions: (
      <>
        <a class="button" href={`/console/transactions${queryText({ config: shop.id })}`}>
          {t.transactions}
        </a>
        <a class="button main" href={shopPath(shop.id)}>
          {t.asShop}
        </a>
      </>
    ),
    body: (
      <>
        <PolybankingTabs view={view} current={null} />
        <Fields view={view} shop={shop} connection={connection} />
        {maySeeOldUsers(view) && <AllowedUsers view={view} shop={shop} users={users} />}
        <ChangesHere view={view} shop={shop} lines={audit.data} />
        <ChangesBefore view={view} shop={shop} old={old} users={users} />
      </>
    ),
  });
}
