/** Making and changing a webhook endpoint. */
import { CheckField, ChoiceField, SelectField, TextField } from '../../components/fields.tsx';
import type { ConsoleContext } from '../../context.ts';
import { formPage } from '../../form-page.tsx';
import { FormProblem, type FormState, freshForm, type Posted } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { endpointsTexts } from '../../texts/endpoints.ts';
import type { View } from '../../view.ts';
import { endpointName, endpointOf, type ShownEndpoint } from './endpoints.tsx';
import { requireSeen, SeenField, ShownOnce } from './parts.tsx';
import { readShop, type ShownShop, shopApi, shopPath } from './read.ts';

const DIALECTS = ['standard', 'polybanking'] as const;

/** The types of webhooks, what shops act on first. */
const TYPES = [
  'payment.paid',
  'payment.authorized',
  'payment.pending',
  'payment.denied',
  'payment.cancelled',
  'payment.expired',
  'payment.error',
  'payment.partially_paid',
  'payment.partially_refunded',
  'payment.refunded',
  'payment.charged_back',
  'payment.chargeback_reversed',
  'payment.paid_twice',
  'payment.conflict',
  'payment.forwarded',
  'payment.created',
  'operation.succeeded',
  'operation.failed',
  'operation.unknown',
] as const;

/** The name of a type among the texts, whose names have no dots. */
function wordOf<Type extends (typeof TYPES)[number]>(type: Type) {
  return type.replace('.', '_') as Type extends `${infer Kind}.${infer Rest}` ? `${Kind}_${Rest}` : never;
}

/** A form's own field for types that the list above lacks: they stay as they are. */
function choicesOf(view: View, chosen: readonly string[]) {
  const t = endpointsTexts[view.language];
  const known: readonly string[] = TYPES;
  const others = chosen.filter((type) => type !== '*' && !known.includes(type));
  return [
    ...TYPES.map((value) => ({ value, text: value, hint: t.types[wordOf(value)] })),
    ...others.map((value) => ({ value, text: value })),
  ];
}

function EndpointFields({ view, state }: { readonly view: View; readonly state: FormState }) {
  const t = endpointsTexts[view.language];
  const field = { view, state };
  return (
    <>
      <TextField {...field} type="url" name="url" label={t.address} hint={t.addressHint} required />
      <SelectField
        {...field}
        name="dialect"
        label={t.dialect}
        choices={DIALECTS.map((value) => ({ value, text: t.dialects[value] }))}
      />
      <ChoiceField
        {...field}
        name="which"
        label={t.events}
        choices={[
          { value: 'every', text: t.everyEvent },
          { value: 'some', text: t.someEvents },
        ]}
      />
      <ChoiceField
        {...field}
        name="events"
        label={t.chosenEvents}
        hint={t.chosenHint}
        choices={choicesOf(view, state.all('events'))}
        many
      />
      <CheckField {...field} name="active" label={t.active} hint={t.activeHint} />
    </>
  );
}

/** @throws FormProblem where nothing is chosen: it must not become everything. */
function postedEndpoint(c: ConsoleContext, posted: Posted) {
  const t = endpointsTexts[c.get('view').language];
  const [url, which, events] = [posted.text('url'), posted.text('which'), posted.all('events')];
  const problems = [
    ...(url === '' ? [{ path: 'url', message: t.addressMissing }] : []),
    ...(which === 'every' || which === 'some' ? [] : [{ path: 'which', message: t.whichMissing }]),
    ...(which === 'some' && events.length === 0 ? [{ path: 'events', message: t.eventsMissing }] : []),
  ];
  if (problems.length > 0) throw new FormProblem(problems);
  return {
    url,
    dialect: posted.orNull('dialect'),
    events: which === 'every' ? ['*'] : events,
    active: posted.isChecked('active'),
  };
}

function valuesOf({ url, dialect, events, active }: ShownEndpoint) {
  const every = events.includes('*');
  return { url, dialect, active, which: every ? 'every' : 'some', events: every ? [] : events };
}

/** What a form is filled from, in one text. */
function seenOf(endpoint: ShownEndpoint): string {
  return JSON.stringify(valuesOf(endpoint));
}

/** A type is named by its place in the list: `events.1`. The field is the list. */
function asFields(state: FormState): FormState {
  return state.withPaths((path) => path.replace(/^events\.\d+$/, 'events'));
}

function newPage(c: ConsoleContext, shop: ShownShop, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = endpointsTexts[view.language];
  return formPage(c, {
    title: t.newOf(shop.name),
    area: 'shops',
    state,
    action: shopPath(shop.id, 'endpoints', 'new'),
    submit: t.make,
    cancel: shopPath(shop.id, 'endpoints'),
    fields: <EndpointFields view={view} state={state} />,
  });
}

export async function newEndpointPage(c: ConsoleContext): Promise<Response> {
  const shop = await readShop(c);
  return newPage(c, shop, freshForm({ dialect: 'standard', which: 'every', active: true }));
}

/** The page that shows the secret of an endpoint, once. */
export function secretShownPage(
  c: ConsoleContext,
  shop: ShownShop,
  endpoint: ShownEndpoint,
): Promise<Response> {
  const view = c.get('view');
  const t = endpointsTexts[view.language];
  return consolePage(c, {
    title: t.secretOf(endpointName(endpoint)),
    area: 'shops',
    body: (
      <section class="card">
        <ShownOnce view={view} values={[[t.secret, endpoint.secret ?? '']]} />
        <div class="actions">
          <a class="button main" href={shopPath(shop.id, 'endpoints', endpoint.id)}>
            {t.toEndpoint}
          </a>
        </div>
      </section>
    ),
  });
}

export async function makeEndpoint(c: ConsoleContext): Promise<Response> {
  const shop = await readShop(c);
  return submission(c, {
    run: async (posted) => {
      const body = postedEndpoint(c, posted);
      const made = await c.get('api').post<ShownEndpoint>(shopApi(shop.id, 'endpoints'), body);
      return { to: shopPath(shop.id, 'endpoints', made.id), shown: await secretShownPage(c, shop, made) };
    },
    form: (state) => newPage(c, shop, asFields(state)),
  });
}

interface Found {
  readonly shop: ShownShop;
  readonly endpoint: ShownEndpoint;
}

function changePage(c: ConsoleContext, { shop, endpoint }: Found, state: FormState) {
  const view = c.get('view');
  const t = endpointsTexts[view.language];
  return formPage(c, {
    title: t.changeOf(endpointName(endpoint)),
    area: 'shops',
    state,
    action: shopPath(shop.id, 'endpoints', endpoint.id, 'change'),
    submit: t.save,
    cancel: shopPath(shop.id, 'endpoints', endpoint.id),
    fields: (
      <>
        <SeenField seen={seenOf(endpoint)} />
        <EndpointFields view={view} state={state} />
      </>
    ),
  });
}

export async function changeEndpointPage(c: ConsoleContext): Promise<Response> {
  const found = await endpointOf(c);
  return found ? changePage(c, found, freshForm(valuesOf(found.endpoint))) : (c.notFound() as Response);
}

export async function changeEndpoint(c: ConsoleContext): Promise<Response> {
  const t = endpointsTexts[c.get('view').language];
  const found = await endpointOf(c);
  if (!found) return c.notFound() as Response;
  const { shop, endpoint } = found;
  return submission(c, {
    run: async (posted) => {
      const body = postedEndpoint(c, posted);
      requireSeen(c, posted, seenOf(endpoint));
      await c.get('api').put(shopApi(shop.id, 'endpoints', endpoint.id), body);
      return { to: shopPath(shop.id, 'endpoints', endpoint.id), flash: t.saved };
    },
    form: (state) => changePage(c, found, asFields(state)),
  });
}
