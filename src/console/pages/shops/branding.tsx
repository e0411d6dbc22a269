/**
 * How a shop looks on our pages: name, colour, language and logo, with the checkout as its shoppers see it. The preview is the real page,
 * which the signing Worker makes; it stands in a frame that can load, send and run nothing.
 */

import { LANGUAGE_NAMES } from '../../../payments/page-languages.ts';
import { ApiProblem, type OperatorAnswer, queryText } from '../../api.ts';
import { FileField, SelectField, TextField } from '../../components/fields.tsx';
import { Form } from '../../components/form.tsx';
import type { ConsoleContext } from '../../context.ts';
import { confirmationPage } from '../../form-page.tsx';
import { FormProblem, FormState, freshForm, type Posted } from '../../form-state.ts';
import { postedForm, submission } from '../../submission.tsx';
import { brandingTexts } from '../../texts/branding.ts';
import type { View } from '../../view.ts';
import { mayConfigure } from '../may.ts';
import { requireSeen, SeenField, shopPage } from './parts.tsx';
import { readShop, type ShownShop, shopApi, shopPath } from './read.ts';

type ShownBranding = OperatorAnswer<'branding'>;

/** The largest logo, in bytes: as the API takes it. */
const LOGO_BYTES = 32 * 1024;

const FIELDS = ['name', 'color', 'language'] as const;

/** A look that the preview shows; what is empty is as the shop has it. */
type Tried = Readonly<Partial<Record<(typeof FIELDS)[number], string>>>;

function readBranding(c: ConsoleContext, { id }: ShownShop): Promise<ShownBranding> {
  return c.get('api').get<ShownBranding>(shopApi(id, 'branding'));
}

/** What a form was filled from, in one text. */
function seenOf({ name, color, language }: ShownBranding): string {
  return JSON.stringify({ name, color, language });
}

/** Both schemes: a colour is made darker for one, lighter for the other where it could not be read. */
function Preview({
  view,
  shop,
  tried,
}: {
  readonly view: View;
  readonly shop: ShownShop;
  readonly tried: Tried;
}) {
  const t = brandingTexts[view.language];
  const addressIn = (scheme?: 'light' | 'dark') =>
    `${shopPath(shop.id, 'branding', 'preview')}${queryText({ ...tried, scheme })}`;
  return (
    <section class="stack" aria-labelledby="preview">
      <h2 id="preview">{t.preview}</h2>
      <p class="small muted">{t.previewText}</p>
      <div class="previews">
        {(['light', 'dark'] as const).map((scheme) => (
          <figure>
            <figcaption>{t.schemes[scheme]}</figcaption>
            <iframe
              class="preview"
              src={addressIn(scheme)}
              title={`${t.preview}: ${t.schemes[scheme]}`}
              sandbox=""
            />
          </figure>
        ))}
      </div>
      <p>
        <a class="button" href={addressIn()}>
          {t.openPreview}
        </a>
      </p>
    </section>
  );
}

function Logo({
  view,
  shop,
  look,
  state,
}: {
  readonly view: View;
  readonly shop: ShownShop;
  readonly look: ShownBranding;
  readonly state: FormState;
}) {
  const t = brandingTexts[view.language];
  return (
    <section class="card" aria-labelledby="logo">
      <h2 id="logo">{t.logo}</h2>
      <p>{look.logo === null ? t.noLogo : t.hasLogo}</p>
      <Form
        view={view}
        state={state}
        action={shopPath(shop.id, 'branding', 'logo')}
        submit={t.setLogo}
        multipart
      >
        <FileField
          view={view}
          state={state}
          name="file"
          label={t.file}
          hint={t.fileHint}
          accept="image/png,image/webp"
        />
      </Form>
      {look.logo !== null && (
        <div class="actions">
          <a class="button" href={shopPath(shop.id, 'branding', 'logo', 'remove')}>
            {t.removeLogo}
          </a>
        </div>
      )}
    </section>
  );
}

interface Forms {
  readonly look?: FormState;
  readonly logo?: FormState;
  readonly tried?: Tried;
}

async function lookPage(c: ConsoleContext, forms: Forms = {}): Promise<Response> {
  const view = c.get('view');
  const t = brandingTexts[view.language];
  const shop = await readShop(c);
  const look = await readBranding(c, shop);
  const { name, color, language } = look;
  const state = forms.look ?? freshForm({ name, color, language });
  const logo = forms.logo ?? freshForm();
  const field = { view, state };
  return shopPage(c, {
    shop,
    tab: 'branding',
    frames: true,
    status: Math.max(state.status, logo.status),
    body: (
      <>
        {mayConfigure(view.user) && (
          <>
            <section class="card" aria-labelledby="look">
              <h2 id="look">{t.look}</h2>
              <Form {...field} action={shopPath(shop.id, 'branding')} submit={t.save}>
                <SeenField seen={seenOf(look)} />
                <TextField
                  {...field}
                  name="name"
                  label={t.name}
                  hint={t.nameHint(shop.name)}
                  maxlength={60}
                />
                <TextField {...field} name="color" label={t.color} hint={t.colorHint} maxlength={7} />
                <SelectField
                  {...field}
                  name="language"
                  label={t.language}
                  hint={t.languageHint}
                  empty={t.noLanguage}
                  choices={Object.entries(LANGUAGE_NAMES).map(([value, text]) => ({ value, text }))}
                />
                <div class="actions">
                  <button type="submit" class="button" name="preview" value="on">
                    {t.tryIt}
                  </button>
                </div>
              </Form>
            </section>
            <Logo view={view} shop={shop} look={look} state={logo} />
          </>
        )}
        <Preview view={view} shop={shop} tried={forms.tried ?? {}} />
      </>
    ),
  });
}

export function brandingPage(c: ConsoleContext): Promise<Response> {
  return lookPage(c);
}

/** `GET /console/shops/:id/branding/preview`: the checkout's page as the signing Worker makes it, with its own policy. */
export async function brandingPreview(c: ConsoleContext): Promise<Response> {
  const tried = Object.fromEntries([...FIELDS, 'scheme'].map((name) => [name, c.req.query(name)]));
  const page = await c
    .get('api')
    .fetch('GET', shopApi(c.req.param('id') ?? '', 'preview') + queryText(tried));
  return new Response(page.body, { headers: page.headers });
}

function triedOf(posted: Posted): Tried {
  return Object.fromEntries(FIELDS.flatMap((name) => (posted.text(name) ? [[name, posted.text(name)]] : [])));
}

/** The form with the preview of what was typed: nothing is changed. */
async function tryLook(c: ConsoleContext, posted: Posted): Promise<Response> {
  const tried = triedOf(posted);
  try {
    await c.get('api').fetch('GET', shopApi(c.req.param('id') ?? '', 'preview') + queryText(tried));
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.errors.length === 0) throw error;
    return lookPage(c, { look: new FormState({ values: posted.values, problems: error.errors }) });
  }
  return lookPage(c, { look: new FormState({ values: posted.values }), tried });
}

export async function changeBranding(c: ConsoleContext): Promise<Response> {
  const t = brandingTexts[c.get('view').language];
  const form = await postedForm(c);
  if (form.raw('preview') === 'on') return tryLook(c, form);
  const shop = await readShop(c);
  return submission(c, {
    run: async (posted) => {
      requireSeen(c, posted, seenOf(await readBranding(c, shop)));
      await c.get('api').put(shopApi(shop.id, 'branding'), {
        name: posted.orNull('name'),
        color: posted.orNull('color'),
        language: posted.orNull('language'),
      });
      return { to: shopPath(shop.id, 'branding'), flash: t.saved };
    },
    form: (state) => lookPage(c, { look: state }),
  });
}

// --- The logo ---------------------------------------------------------------------------------------------

export function setLogo(c: ConsoleContext): Promise<Response> {
  const t = brandingTexts[c.get('view').language];
  const id = c.req.param('id') ?? '';
  return submission(c, {
    run: async (posted) => {
      const file = posted.file('file');
      if (file === null) throw new FormProblem([{ path: 'file', message: t.fileMissing }]);
      if (file.size > LOGO_BYTES) throw new FormProblem([{ path: 'file', message: t.fileTooLarge }]);
      const headers = { 'content-type': file.type || 'application/octet-stream' };
      await c.get('api').fetch('PUT', shopApi(id, 'logo'), await file.arrayBuffer(), { headers });
      return { to: shopPath(id, 'branding'), flash: t.logoSet };
    },
    form: (state) => lookPage(c, { logo: state.withPaths(() => 'file') }),
    repeatable: true,
  });
}

async function removePage(c: ConsoleContext, state: FormState): Promise<Response> {
  const t = brandingTexts[c.get('view').language];
  const shop = await readShop(c);
  return confirmationPage(c, {
    title: t.removeLogoOf(shop.name),
    area: 'shops',
    state,
    action: shopPath(shop.id, 'branding', 'logo', 'remove'),
    submit: t.removeLogo,
    danger: true,
    cancel: shopPath(shop.id, 'branding'),
    facts: <p>{t.removeLogoText}</p>,
  });
}

export function removeLogoPage(c: ConsoleContext): Promise<Response> {
  return removePage(c, freshForm());
}

export function removeLogo(c: ConsoleContext): Promise<Response> {
  const t = brandingTexts[c.get('view').language];
  const id = c.req.param('id') ?? '';
  return submission(c, {
    run: async () => {
      await c.get('api').delete(shopApi(id, 'logo'));
      return { to: shopPath(id, 'branding'), flash: t.logoRemoved };
    },
    form: (state) => removePage(c, state),
  });
}
