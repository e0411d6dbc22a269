/** The keys of a shop: since when each counts, and a new one, shown once, beside which the old one works until its grace is over. */

import { GraceField } from '../../components/grace.tsx';
import { DataTable } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { formPage } from '../../form-page.tsx';
import { type FormState, freshForm } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { shopsTexts } from '../../texts/shops.ts';
import { mayConfigure } from '../may.ts';
import { ShownOnce, shopPage, Times } from './parts.tsx';
import { readConnection, readShop, type ShownShop, shopApi, shopPath } from './read.ts';

/** Ours first; the next two are for websites of PolyBanking. */
export const SHOP_KEYS = ['apiKey', 'webhookSecret', 'requestKey', 'ipnKey'] as const;
export type ShopKey = (typeof SHOP_KEYS)[number];

function keyOf(c: ConsoleContext): ShopKey | null {
  return SHOP_KEYS.find((kind) => kind === c.req.param('kind')) ?? null;
}

export async function keysPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = shopsTexts[view.language];
  const shop = await readShop(c);
  const { keys } = await readConnection(c, shop);
  return shopPage(c, {
    shop,
    tab: 'keys',
    body: (
      <>
        <p>{t.keysText}</p>
        <DataTable
          caption={t.tabs.keys}
          rows={SHOP_KEYS}
          columns={[
            { head: t.key, cell: (kind) => t.keys[kind] },
            { head: t.meaning, cell: (kind) => t.keyTexts[kind] },
            { head: t.counts, cell: (kind) => <Times view={view} times={keys[kind]} /> },
            ...(mayConfigure(view.user)
              ? [
                  {
                    head: t.action,
                    cell: (kind: ShopKey) => (
                      <a class="button" href={shopPath(shop.id, 'keys', kind)}>
                        {t.rotate}
                        <span class="visually-hidden"> {t.keys[kind]}</span>
                      </a>
                    ),
                  },
                ]
              : []),
          ]}
        />
      </>
    ),
  });
}

function rotationPage(
  c: ConsoleContext,
  shop: ShownShop,
  kind: ShopKey,
  state: FormState,
): Promise<Response> {
  const view = c.get('view');
  const t = shopsTexts[view.language];
  return formPage(c, {
    title: t.rotateOf(t.keys[kind], shop.name),
    area: 'shops',
    state,
    action: shopPath(shop.id, 'keys', kind),
    submit: t.rotate,
    cancel: shopPath(shop.id, 'keys'),
    intro: (
      <>
        <p>{t.keyTexts[kind]}</p>
        <p>{t.rotateText}</p>
      </>
    ),
    fields: <GraceField view={view} state={state} hint={t.graceHint} none={t.graceNone} />,
  });
}

export async function rotateKeyPage(c: ConsoleContext): Promise<Response> {
  const kind = keyOf(c);
  if (!kind) return c.notFound() as Response;
  return rotationPage(c, await readShop(c), kind, freshForm({ graceSeconds: 86_400 }));
}

/** The page that shows keys, once. @param made what is said of them. */
export function keysShownPage(
  c: ConsoleContext,
  shop: ShownShop,
  { title, keys }: { readonly title: string; readonly keys: Readonly<Record<string, string>> },
): Promise<Response> {
  const view = c.get('view');
  const t = shopsTexts[view.language];
  const values = SHOP_KEYS.flatMap((kind) => {
    const value = keys[kind];
    return value === undefined ? [] : [[t.keys[kind], value] as const];
  });
  return consolePage(c, {
    title,
    area: 'shops',
    body: (
      <section class="card">
        <ShownOnce view={view} values={values} />
        <div class="actions">
          <a class="button main" href={shopPath(shop.id, 'code')}>
            {t.tabs.code}
          </a>
          <a class="button" href={shopPath(shop.id)}>
            {t.toShop(shop.name)}
          </a>
        </div>
      </section>
    ),
  });
}

export async function rotateKey(c: ConsoleContext): Promise<Response> {
  const kind = keyOf(c);
  if (!kind) return c.notFound() as Response;
  const shop = await readShop(c);
  const t = shopsTexts[c.get('view').language];
  return submission(c, {
    run: async (posted) => {
      const body = { graceSeconds: posted.numberOrNull('graceSeconds') };
      const { keys = {} } = await c
        .get('api')
        .post<ShownShop>(`${shopApi(shop.id, 'keys', kind)}/rotate`, body);
      const shown = await keysShownPage(c, shop, { title: t.newKeyOf(t.keys[kind], shop.name), keys });
      return { to: shopPath(shop.id, 'keys'), shown };
    },
    form: (state) => rotationPage(c, shop, kind, state),
  });
}
