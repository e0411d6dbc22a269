/** The switches of a shop, each turned on a page of its own that says what happens; and the end of a shop. */
import { Facts } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { confirmationPage } from '../../form-page.tsx';
import { type FormState, freshForm } from '../../form-state.ts';
import { submission } from '../../submission.tsx';
import { shopsTexts } from '../../texts/shops.ts';
import { ShopState } from './list.tsx';
import { readShop, SHOPS, type ShownShop, shopApi, shopPath } from './read.ts';

export const SWITCHES = ['active', 'adminEnabled', 'testMode'] as const;
type SwitchName = (typeof SWITCHES)[number];

export function isSwitchedOn(shop: ShownShop, name: SwitchName): boolean {
  return shop[name];
}

function switchOf(c: ConsoleContext): SwitchName | null {
  return SWITCHES.find((name) => name === c.req.param('switch')) ?? null;
}

function ShopFacts({ c, shop }: { readonly c: ConsoleContext; readonly shop: ShownShop }) {
  const view = c.get('view');
  const t = shopsTexts[view.language];
  return (
    <Facts
      of={[
        [t.name, shop.name],
        [t.id, <span class="id">{shop.id}</span>],
        [t.state, <ShopState view={view} shop={shop} />],
      ]}
    />
  );
}

/** @param to what it becomes: a form that is stale says what it was opened for. */
function confirmSwitch(
  c: ConsoleContext,
  shop: ShownShop,
  name: SwitchName,
  state: FormState,
): Promise<Response> {
  const t = shopsTexts[c.get('view').language];
  const to = isSwitchedOn(shop, name) ? 'off' : 'on';
  const stops = name !== 'testMode' && to === 'off';
  return confirmationPage(c, {
    title: t.turnOf[name][to](shop.name),
    area: 'shops',
    state,
    action: shopPath(shop.id, 'switches', name),
    submit: t.turnOf[name][to](shop.name),
    danger: stops,
    cancel: shopPath(shop.id),
    facts: (
      <>
        <ShopFacts c={c} shop={shop} />
        <p>{t.turnTexts[name][to]}</p>
      </>
    ),
    fields: <input type="hidden" name="to" value={to} />,
  });
}

export async function switchPage(c: ConsoleContext): Promise<Response> {
  const name = switchOf(c);
  if (!name) return c.notFound() as Response;
  return confirmSwitch(c, await readShop(c), name, freshForm());
}

export async function turnSwitch(c: ConsoleContext): Promise<Response> {
  const name = switchOf(c);
  if (!name) return c.notFound() as Response;
  const shop = await readShop(c);
  const t = shopsTexts[c.get('view').language];
  return submission(c, {
    run: async (posted) => {
      const isOn = posted.raw('to') === 'on';
      await c.get('api').put(shopApi(shop.id), { [name]: isOn });
      return { to: `${shopPath(shop.id)}#switches`, flash: t.turned[name][isOn ? 'on' : 'off'] };
    },
    form: (state) => confirmSwitch(c, shop, name, state),
    repeatable: true,
  });
}

function confirmDelete(c: ConsoleContext, shop: ShownShop, state: FormState): Promise<Response> {
  const t = shopsTexts[c.get('view').language];
  return confirmationPage(c, {
    title: t.removeOf(shop.name),
    area: 'shops',
    state,
    action: shopPath(shop.id, 'delete'),
    submit: t.removeOf(shop.name),
    danger: true,
    cancel: shopPath(shop.id),
    warning: t.removeText,
    facts: <ShopFacts c={c} shop={shop} />,
  });
}

export async function deleteShopPage(c: ConsoleContext): Promise<Response> {
  return confirmDelete(c, await readShop(c), freshForm());
}

/** One that has payments is switched off. A second press finds no shop any more: it is led to the list, as the first was. */
export async function deleteShop(c: ConsoleContext): Promise<Response> {
  const t = shopsTexts[c.get('view').language];
  const id = c.req.param('id') ?? '';
  return submission(c, {
    run: async () => {
      const kept = await c.get('api').delete<ShownShop | null>(shopApi(id));
      return kept ? { to: shopPath(id), flash: t.keptOff } : { to: SHOPS, flash: t.removed(id) };
    },
    form: async (state) => confirmDelete(c, await readShop(c), state),
  });
}
