/** New payment links: for an invoice, over the telephone, at the counter. And the page of a link with its QR code. */
import { currency } from '../../../payments/currencies.ts';
import type { OperatorAnswer } from '../../api.ts';
import { SelectField, TextField } from '../../components/fields.tsx';
import { AskForm } from '../../components/form.tsx';
import { QrCode } from '../../components/qr.tsx';
import { Amount, Copyable, Empty, Facts, Notice } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { formPage } from '../../form-page.tsx';
import { FormProblem, type FormState, freshForm } from '../../form-state.ts';
import { typedAmount } from '../../format.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { linksTexts } from '../../texts/links.ts';
import type { View } from '../../view.ts';
import { fromLocalTime } from '../../zoned-times.ts';
import { readAccounts, type ShownAccount } from '../accounts/read.ts';
import { readShops, type ShownShop, shopApi } from '../shops/read.ts';
import { readPayment } from './read.ts';
import { paymentPath } from './table.tsx';

/** The shops to choose from, as fields have them. */
export async function shopChoices(c: ConsoleContext) {
  return (await readShops(c)).map(({ id, name }) => ({
    value: id,
    text: name === id ? id : `${name} (${id})`,
  }));
}

async function choosePage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = linksTexts[view.language];
  const choices = await shopChoices(c);
  const [only] = choices;
  if (only && choices.length === 1) return c.redirect(`/console/links/new?shop=${only.value}`, 303);
  const state = freshForm();
  return consolePage(c, {
    title: t.title,
    area: 'payments',
    body:
      choices.length === 0 ? (
        <Empty text={t.noShops}>
          <a class="button" href="/console/shops">
            {t.toShops}
          </a>
        </Empty>
      ) : (
        <div class="card">
          <AskForm view={view} state={state} action="/console/links/new" submit={t.goOn}>
            <SelectField
              view={view}
              state={state}
              name="shop"
              label={t.chooseShop}
              choices={choices}
              required
            />
          </AskForm>
        </div>
      ),
  });
}

/** The accounts of a shop that begin payments, in its order. */
async function accountsOf(c: ConsoleContext, shop: ShownShop): Promise<readonly ShownAccount[]> {
  const accounts = await readAccounts(c);
  return shop.accounts.flatMap((id) => accounts.filter((one) => one.id === id && one.retiredAt === null));
}

function LinkFields({
  view,
  state,
  accounts,
}: {
  readonly view: View;
  readonly state: FormState;
  readonly accounts: readonly ShownAccount[];
}) {
  const t = linksTexts[view.language];
  const codes = [...new Set(accounts.flatMap((one) => one.currencies))];
  const text = (name: string, label: string, more: object = {}) => (
    <TextField view={view} state={state} name={name} label={label} {...more} />
  );
  return (
    <>
      {text('reference', t.reference, {
        hint: t.referenceHint,
        required: true,
        maxlength: 100,
        focus: state.problems.length === 0,
      })}
      {text('amount', t.amount, { inputmode: 'decimal', required: true })}
      <SelectField
        view={view}
        state={state}
        name="currency"
        label={t.currency}
        required
        choices={codes.map((value) => ({ value, text: value }))}
      />
      {text('description', t.description, { hint: t.descriptionHint, required: false, maxlength: 500 })}
      {text('customer.email', t.email, { type: 'email', required: false })}
      <SelectField
        view={view}
        state={state}
        name="account"
        label={t.account}
        empty={t.accountAny}
        choices={accounts.map(({ id, caption }) => ({ value: id, text: `${caption} (${id})` }))}
      />
      {text('expiresAt', t.expires, {
        type: 'datetime-local',
        hint: t.expiresHint(view.zone),
        required: false,
      })}
    </>
  );
}

async function newPage(c: ConsoleContext, id: string, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = linksTexts[view.language];
  const shop = await c.get('api').get<ShownShop>(shopApi(id));
  const accounts = await accountsOf(c, shop);
  return formPage(c, {
    title: t.title,
    area: 'payments',
    actions: (
      <a class="button" href="/console/links/new">
        {t.otherShop}
      </a>
    ),
    state,
    action: `/console/links/new?shop=${encodeURIComponent(id)}`,
    submit: t.submit,
    cancel: '/console/payments',
    intro: <Facts of={[[t.shop, `${shop.name} (${shop.id})`]]} />,
    fields: <LinkFields view={view} state={state} accounts={accounts} />,
  });
}

/** `GET /console/links/new` */
export function newLinkPage(c: ConsoleContext): Promise<Response> {
  const shop = c.req.query('shop');
  return shop ? newPage(c, shop, freshForm()) : choosePage(c);
}

/** `POST /console/links/new?shop=`: the same reference and request is the same payment. */
export function makeLink(c: ConsoleContext): Promise<Response> {
  const { language, zone } = c.get('view');
  const t = linksTexts[language];
  const shop = c.req.query('shop') ?? '';
  return submission(c, {
    repeatable: true,
    run: async (posted) => {
      const code = posted.text('currency');
      const amount = currency(code) ? typedAmount(posted.text('amount'), code) : null;
      const expires = posted.text('expiresAt');
      const expiresAt = expires ? fromLocalTime(expires, zone) : null;
      const problems = [
        ...(amount === null ? [{ path: 'amount', message: t.notAmount }] : []),
        ...(expires && expiresAt === null ? [{ path: 'expiresAt', message: t.notTime }] : []),
      ];
      if (problems.length > 0) throw new FormProblem(problems);
      const { id } = await c.get('api').post<OperatorAnswer<'paymentLink'>>(shopApi(shop, 'payments'), {
        reference: posted.text('reference'),
        amount,
        currency: code,
        description: posted.orNull('description'),
        customer: { email: posted.orNull('customer.email') },
        account: posted.orNull('account'),
        expiresAt,
      });
      return { to: `${paymentPath(id)}/link`, flash: t.made };
    },
    form: (state) => newPage(c, shop, state),
  });
}

/** `GET /console/payments/:id/link` */
export async function linkPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = linksTexts[view.language];
  const payment = await readPayment(c);
  const isOpen = ['created', 'forwarded', 'denied', 'error', 'partially_paid'].includes(payment.status);
  return consolePage(c, {
    title: t.linkTitle(payment.reference),
    area: 'payments',
    actions: (
      <a class="button" href={paymentPath(payment.id)}>
        {t.toPayment}
      </a>
    ),
    body: (
      <>
        {!isOpen && <Notice tone="info">{<p>{t.ended}</p>}</Notice>}
        <div class="card">
          <Amount view={view} amount={payment.amount} currency={payment.currency} large />
          <Facts
            of={[
              [t.shop, payment.shop],
              [t.reference, payment.reference],
              [t.description, payment.description],
              [t.address, <Copyable view={view} text={payment.checkoutUrl} label={t.address} />],
              [
                t.code,
                <div class="stack">
                  <QrCode text={payment.checkoutUrl} label={t.codeText} />
                  <span class="small muted">{t.scan}</span>
                </div>,
              ],
            ]}
          />
          <p class="small">{t.secret}</p>
          <p>
            <a class="button" href={payment.checkoutUrl} rel="noreferrer">
              {t.open}
            </a>
          </p>
        </div>
      </>
    ),
  });
}
