/** A webhook endpoint is tried with a signed sample, gets a new secret, and is deleted: each on a page of its own. */
import type { OperatorAnswer } from '../../api.ts';
import { GraceField } from '../../components/grace.tsx';
import { Facts, Notice } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { confirmationPage, formPage } from '../../form-page.tsx';
import { type FormState, freshForm } from '../../form-state.ts';
import { countText } from '../../format.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { endpointsTexts } from '../../texts/endpoints.ts';
import { shopsTexts } from '../../texts/shops.ts';
import { secretShownPage } from './endpoint-form.tsx';
import { endpointName, endpointOf, type ShownEndpoint } from './endpoints.tsx';
import { readShop, type ShownShop, shopApi, shopPath } from './read.ts';

interface Found {
  readonly shop: ShownShop;
  readonly endpoint: ShownEndpoint;
}

const pathOf = ({ shop, endpoint }: Found, ...parts: string[]) =>
  shopPath(shop.id, 'endpoints', endpoint.id, ...parts);
const apiOf = ({ shop, endpoint }: Found, ...parts: string[]) =>
  shopApi(shop.id, 'endpoints', endpoint.id, ...parts);

/** A page about the endpoint of the address. */
export function withEndpoint(show: (c: ConsoleContext, found: Found) => Promise<Response>) {
  return async (c: ConsoleContext): Promise<Response> => {
    const found = await endpointOf(c);
    return found ? show(c, found) : (c.notFound() as Response);
  };
}

// --- A sample ---------------------------------------------------------------------------------------------

export function testPage(c: ConsoleContext, found: Found, state = freshForm()): Promise<Response> {
  const t = endpointsTexts[c.get('view').language];
  return formPage(c, {
    title: t.testOf(endpointName(found.endpoint)),
    area: 'shops',
    state,
    action: pathOf(found, 'test'),
    submit: t.test,
    cancel: pathOf(found),
    intro: <p>{t.testText}</p>,
  });
}

async function testedPage(c: ConsoleContext, found: Found): Promise<Response> {
  const view = c.get('view');
  const t = endpointsTexts[view.language];
  const answer = await c.get('api').post<OperatorAnswer<'endpointTest'>>(apiOf(found, 'test'), {});
  return consolePage(c, {
    title: t.testOf(endpointName(found.endpoint)),
    area: 'shops',
    body: (
      <>
        <Notice tone={answer.result === 'delivered' ? 'ok' : 'bad'} title={t.tested[answer.result]}>
          <p>{t.testedTexts[answer.result]}</p>
        </Notice>
        <section class="card">
          <Facts
            of={[
              [t.address, <span class="id">{found.endpoint.url}</span>],
              [t.answer, answer.status === null ? t.noAnswer : `HTTP ${answer.status}`],
              [t.error, answer.error && <span lang="en">{answer.error}</span>],
              [t.duration, `${countText(view.language, answer.durationMs)} ms`],
              ['webhook-id', <span class="id">{answer.webhook}</span>],
            ]}
          />
          <div class="actions">
            <a class="button main" href={pathOf(found)}>
              {t.toEndpoint}
            </a>
          </div>
        </section>
      </>
    ),
  });
}

export function testEndpoint(c: ConsoleContext, found: Found): Promise<Response> {
  return submission(c, {
    run: async () => ({ to: pathOf(found), shown: await testedPage(c, found) }),
    form: (state) => testPage(c, found, state),
    repeatable: true,
  });
}

// --- A new secret -----------------------------------------------------------------------------------------

export function rotateSecretPage(
  c: ConsoleContext,
  found: Found,
  state: FormState = freshForm({ graceSeconds: 86_400 }),
): Promise<Response> {
  const view = c.get('view');
  const t = endpointsTexts[view.language];
  const { graceHint, graceNone } = shopsTexts[view.language];
  return formPage(c, {
    title: t.rotateOf(endpointName(found.endpoint)),
    area: 'shops',
    state,
    action: pathOf(found, 'rotate'),
    submit: t.rotate,
    cancel: pathOf(found),
    intro: <p>{t.rotateText}</p>,
    fields: <GraceField view={view} state={state} hint={graceHint} none={graceNone} />,
  });
}

export function rotateSecret(c: ConsoleContext, found: Found): Promise<Response> {
  return submission(c, {
    run: async (posted) => {
      const body = { graceSeconds: posted.numberOrNull('graceSeconds') };
      const rotated = await c.get('api').post<ShownEndpoint>(apiOf(found, 'rotate'), body);
      return { to: pathOf(found), shown: await secretShownPage(c, found.shop, rotated) };
    },
    form: (state) => rotateSecretPage(c, found, state),
  });
}

// --- The end ----------------------------------------------------------------------------------------------

export function deleteEndpointPage(
  c: ConsoleContext,
  found: Found,
  state: FormState = freshForm(),
): Promise<Response> {
  const t = endpointsTexts[c.get('view').language];
  return confirmationPage(c, {
    title: t.removeOf(endpointName(found.endpoint)),
    area: 'shops',
    state,
    action: pathOf(found, 'delete'),
    submit: t.remove,
    danger: true,
    cancel: pathOf(found),
    warning: t.removeText,
    facts: (
      <Facts
        of={[
          [t.shop, `${found.shop.name} (${found.shop.id})`],
          [t.address, <span class="id">{found.endpoint.url}</span>],
        ]}
      />
    ),
  });
}

/** A second press finds no endpoint any more: it is led to the list, as the first was. */
export async function deleteEndpoint(c: ConsoleContext): Promise<Response> {
  const t = endpointsTexts[c.get('view').language];
  const shop = await readShop(c);
  return submission(c, {
    run: async () => {
      await c.get('api').delete(shopApi(shop.id, 'endpoints', c.req.param('endpoint') ?? ''));
      return { to: shopPath(shop.id, 'endpoints'), flash: t.removed };
    },
    form: async (state) => {
      const found = await endpointOf(c);
      return found ? deleteEndpointPage(c, found, state) : (c.notFound() as Response);
    },
  });
}
