/** Making and changing a shop: who it is, its addresses, its limits; and, for a move, keys that its website has already. */
import { CheckField, ChoiceField, SelectField, TextField } from '../../components/fields.tsx';
import type { ConsoleContext } from '../../context.ts';
import { formPage } from '../../form-page.tsx';
import { FormProblem, type FormState, freshForm, type Posted } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { shopsTexts } from '../../texts/shops.ts';
import type { View } from '../../view.ts';
import { readAccounts } from '../accounts/read.ts';
import { requireFreeId } from '../free-id.ts';
import { keysShownPage, SHOP_KEYS } from './keys.tsx';
import { requireSeen, SeenField } from './parts.tsx';
import { readShop, SHOPS, type ShownShop, shopApi, shopPath } from './read.ts';

const NEW = `${SHOPS}/new`;
const REGIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'] as const;
const DIALECTS = ['standard', 'polybanking'] as const;

interface FieldsProps {
  readonly view: View;
  readonly state: FormState;
}

/** The group: of an operator who sees some shops only, one of its own. */
function GroupField({ view, state, isNew }: FieldsProps & { readonly isNew: boolean }) {
  const t = shopsTexts[view.language];
  const scope = view.user?.scope;
  if (!scope || scope.all)
    return (
      <TextField view={view} state={state} name="group" label={t.group} hint={t.groupHint} maxlength={100} />
    );
  // A shop that is there keeps its own.
  const groups = [...new Set([...(isNew ? [] : [state.value('group')].filter(Boolean)), ...scope.groups])];
  return (
    <SelectField
      view={view}
      state={state}
      name="group"
      label={t.group}
      hint={t.groupLimited}
      choices={groups.map((value) => ({ value, text: value }))}
      {...(!isNew && state.value('group') === '' && { empty: t.noGroup })}
    />
  );
}

function CommonFields({ view, state, isNew }: FieldsProps & { readonly isNew: boolean }) {
  const t = shopsTexts[view.language];
  const field = { view, state };
  return (
    <>
      <TextField {...field} name="name" label={t.name} hint={t.nameHint} required maxlength={100} />
      <GroupField {...field} isNew={isNew} />
      <TextField {...field} type="url" name="returnUrl.success" label={t.returnSuccess} hint={t.returnHint} />
      <TextField {...field} type="url" name="returnUrl.failure" label={t.returnFailure} />
      <TextField {...field} type="url" name="webhook.url" label={t.webhook} hint={t.webhookHint} />
      <SelectField
        {...field}
        name="webhook.dialect"
        label={t.dialect}
        choices={DIALECTS.map((value) => ({ value, text: t.dialects[value] }))}
      />
      <CheckField {...field} name="webhook.newPayments" label={t.newPayments} />
      <TextField
        {...field}
        name="expireAfterMinutes"
        label={t.expireMinutes}
        hint={t.expireHint}
        inputmode="numeric"
      />
      <TextField
        {...field}
        name="rateLimit.perMinute"
        label={t.perMinute}
        hint={t.perMinuteHint}
        inputmode="numeric"
      />
      <TextField {...field} name="rateLimit.burst" label={t.burst} hint={t.burstHint} inputmode="numeric" />
      <SelectField
        {...field}
        name="region"
        label={t.region}
        hint={t.regionHint}
        empty={t.anyRegion}
        choices={REGIONS.map((value) => ({ value, text: t.regions[value] }))}
      />
    </>
  );
}

/** What both forms say, as the API takes it. @throws FormProblem where there is no name: left out it would stay as it is. */
function postedShop(c: ConsoleContext, posted: Posted) {
  const t = shopsTexts[c.get('view').language];
  const name = posted.text('name');
  const [perMinute, burst] = ['perMinute', 'burst'].map((one) => posted.numberOrNull(`rateLimit.${one}`));
  const problems = [
    ...(name === '' ? [{ path: 'name', message: t.nameMissing }] : []),
    ...(perMinute === null && burst !== null
      ? [{ path: 'rateLimit.perMinute', message: t.perMinuteMissing }]
      : []),
  ];
  if (problems.length > 0) throw new FormProblem(problems);
  return {
    name,
    group: posted.orNull('group'),
    returnUrl: { success: posted.orNull('returnUrl.success'), failure: posted.orNull('returnUrl.failure') },
    webhook: {
      url: posted.orNull('webhook.url'),
      dialect: posted.orNull('webhook.dialect'),
      newPayments: posted.isChecked('webhook.newPayments'),
    },
    expireAfterMinutes: posted.numberOrNull('expireAfterMinutes'),
    rateLimit: perMinute === null ? null : { perMinute, burst },
    region: posted.orNull('region'),
  };
}

function shopValues(shop: ShownShop) {
  const { name, group, returnUrl, webhook, expireAfterMinutes, rateLimit, region } = shop;
  return {
    ...{ name, group, expireAfterMinutes, region },
    'returnUrl.success': returnUrl.success,
    'returnUrl.failure': returnUrl.failure,
    'webhook.url': webhook.url,
    'webhook.dialect': webhook.dialect,
    'webhook.newPayments': webhook.newPayments,
    'rateLimit.perMinute': rateLimit?.perMinute ?? null,
    'rateLimit.burst': rateLimit?.burst ?? null,
  };
}

/** What a form is filled from, in one text. */
function seenOf(shop: ShownShop): string {
  return JSON.stringify(shopValues(shop));
}

async function newPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = shopsTexts[view.language];
  const { scope } = view.user ?? {};
  const mayMake = scope?.all || (scope?.groups.length ?? 0) > 0;
  if (!mayMake)
    return consolePage(c, {
      title: t.newShop,
      area: 'shops',
      status: state.status,
      body: <p>{t.mayNotMake}</p>,
    });
  const accounts = (await readAccounts(c)).filter(({ retiredAt }) => retiredAt === null);
  const field = { view, state };
  const hasKeyProblem = state.problems.some(({ path }) => path.startsWith('keys.'));
  return formPage(c, {
    title: t.newShop,
    area: 'shops',
    state,
    action: NEW,
    submit: t.make,
    cancel: SHOPS,
    fields: (
      <>
        <TextField {...field} name="id" label={t.id} hint={t.idHint} required maxlength={64} />
        <CommonFields {...field} isNew />
        {accounts.length > 0 && (
          <ChoiceField
            {...field}
            name="accounts"
            label={t.tabs.accounts}
            hint={t.accountsHint}
            choices={accounts.map(({ id, caption, environment }) => ({
              value: id,
              text: `${caption} (${id})`,
              hint: environment === 'production' ? t.live : t.testMoney,
            }))}
            many
          />
        )}
        <SelectField
          {...field}
          name="testMode"
          label={t.switchNames.testMode}
          hint={t.testModeHint}
          empty={t.byAccounts}
          choices={[
            { value: 'true', text: t.testMoney },
            { value: 'false', text: t.live },
          ]}
        />
        <details open={hasKeyProblem}>
          <summary>{t.ownKeys}</summary>
          <div class="stack">
            <p>{t.ownKeysText}</p>
            {SHOP_KEYS.map((kind) => (
              <TextField
                {...field}
                type="password"
                autocomplete="new-password"
                name={`keys.${kind}`}
                label={t.keys[kind]}
                hint={t.keyTexts[kind]}
              />
            ))}
          </div>
        </details>
      </>
    ),
  });
}

export function newShopPage(c: ConsoleContext): Promise<Response> {
  return newPage(c, freshForm({ 'webhook.dialect': 'standard' }));
}

/** An account is named by its place in the list: `accounts.1`. The field is the list. */
function asFields(state: FormState): FormState {
  return state.withPaths((path) => (/^accounts\.\d+$/.test(path) ? 'accounts' : path));
}

export function makeShop(c: ConsoleContext): Promise<Response> {
  const t = shopsTexts[c.get('view').language];
  return submission(c, {
    run: async (posted) => {
      const id = posted.text('id');
      const testMode = posted.text('testMode');
      const body = postedShop(c, posted);
      await requireFreeId(c, id, { path: shopApi(id), wrong: t.idWrong, taken: t.idTaken });
      const keys = Object.fromEntries(
        SHOP_KEYS.flatMap((kind) => {
          const value = posted.raw(`keys.${kind}`);
          return value === '' ? [] : [[kind, value] as const];
        }),
      );
      const shop = await c.get('api').put<ShownShop>(shopApi(id), {
        ...body,
        accounts: posted.all('accounts'),
        ...(testMode !== '' && { testMode: testMode === 'true' }),
        keys,
      });
      const shown = await keysShownPage(c, shop, { title: t.keysOf(shop.name), keys: shop.keys ?? {} });
      return { to: shopPath(id), shown };
    },
    form: (state) => newPage(c, asFields(state)),
  });
}

function changePage(c: ConsoleContext, shop: ShownShop, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = shopsTexts[view.language];
  return formPage(c, {
    title: t.changeOf(shop.name),
    area: 'shops',
    state,
    action: shopPath(shop.id, 'change'),
    submit: t.save,
    cancel: shopPath(shop.id),
    fields: (
      <>
        <SeenField seen={seenOf(shop)} />
        <CommonFields view={view} state={state} isNew={false} />
      </>
    ),
  });
}

export async function changeShopPage(c: ConsoleContext): Promise<Response> {
  const shop = await readShop(c);
  return changePage(c, shop, freshForm(shopValues(shop)));
}

export async function changeShop(c: ConsoleContext): Promise<Response> {
  const t = shopsTexts[c.get('view').language];
  const shop = await readShop(c);
  return submission(c, {
    run: async (posted) => {
      const body = postedShop(c, posted);
      requireSeen(c, posted, seenOf(shop));
      await c.get('api').put(shopApi(shop.id), body);
      return { to: shopPath(shop.id), flash: t.saved };
    },
    form: (state) => changePage(c, shop, state),
  });
}
