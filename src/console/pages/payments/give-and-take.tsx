/**
 * Captures and refunds: the first page asks for the amount, the second one repeats it with shop and payment, and does it. The amount
 * stands in the address of the second one, so that whoever has to sign in again in between starts anew and nothing is guessed.
 */
import { currency } from '../../../payments/currencies.ts';
import type { Minor } from '../../../payments/money.ts';
import type { OperatorAnswer } from '../../api.ts';
import { queryText } from '../../api.ts';
import { SelectField, TextField } from '../../components/fields.tsx';
import { AskForm } from '../../components/form.tsx';
import { Amount, Empty, Notice } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { confirmationPage } from '../../form-page.tsx';
import { FormProblem, FormState, freshForm } from '../../form-state.ts';
import { amountInput, amountText, typedAmount } from '../../format.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { actionsTexts } from '../../texts/actions.ts';
import { PaymentFacts } from './about.tsx';
import { type ReadPayment, readPayment, refundableOf } from './read.ts';
import { paymentPath } from './table.tsx';

type MovingKind = 'capture' | 'refund';

/** Above so many whole units of a currency the amount is typed once more. */
const TYPED_AGAIN_ABOVE = 500;

/** Operations whose amount is not in the sums yet, and is spoken for. */
const OPEN_STATES: ReadonlySet<string> = new Set(['awaiting_approval', 'running', 'accepted', 'unknown']);

/** What an attempt has that could be captured or given back. */
function leftOf(kind: MovingKind, { attempts, operations }: ReadPayment) {
  return attempts.flatMap((one) => {
    const { attempt, account, amounts } = one;
    const spoken = operations
      .filter((entry) => entry.attempt === attempt && entry.kind === kind && OPEN_STATES.has(entry.state))
      .reduce((sum, { amount }) => sum + amount, 0);
    const there = kind === 'capture' ? amounts.authorized : refundableOf(one);
    return there > spoken ? [{ attempt, account, left: there - spoken }] : [];
  });
}

interface Wanted {
  readonly amount: Minor;
  readonly attempt: number;
}

/** What the address asks for; a form to be filled in where it asks for nothing, or for what cannot be. */
function wantedOf(c: ConsoleContext, kind: MovingKind, payment: ReadPayment): Wanted | FormState {
  const { language } = c.get('view');
  const t = actionsTexts[language];
  const { currency: code } = payment;
  const left = leftOf(kind, payment);
  const [typed, named] = [c.req.query('amount'), c.req.query('attempt')];
  const found = left.find(({ attempt }) => String(attempt) === named) ?? left.at(-1);
  if (typed === undefined || !found)
    return freshForm({
      amount: amountInput(language, found?.left ?? 0, code),
      attempt: found?.attempt ?? '',
    });
  const values = { amount: [typed], attempt: [named ?? ''] };
  const wrong = (message: string) => new FormState({ values, problems: [{ path: 'amount', message }] });
  const amount = typedAmount(typed, code);
  if (amount === null || amount <= 0) return wrong(t.notAmount(amountInput(language, 1999, code)));
  if (amount > found.left) return wrong(t.tooMuch(amountText(language, found.left, code)));
  return { amount, attempt: found.attempt };
}

function askingPage(
  c: ConsoleContext,
  kind: MovingKind,
  payment: ReadPayment,
  state: FormState,
): Promise<Response> {
  const view = c.get('view');
  const t = actionsTexts[view.language];
  const words = t[kind];
  const left = leftOf(kind, payment);
  const total = left.reduce((sum, one) => sum + one.left, 0);
  return consolePage(c, {
    title: words.title(payment.reference),
    area: 'payments',
    status: state.status,
    body: (
      <div class="card">
        <PaymentFacts
          view={view}
          payment={payment}
          more={[[t.left, <Amount view={view} amount={total} currency={payment.currency} />]]}
        />
        {left.length === 0 ? (
          <Empty text={words.nothing} />
        ) : (
          <AskForm view={view} state={state} action={`${paymentPath(payment.id)}/${kind}`} submit={t.goOn}>
            <TextField
              view={view}
              state={state}
              name="amount"
              label={words.ask}
              inputmode="decimal"
              required
              focus
            />
            {left.length > 1 && (
              <SelectField
                view={view}
                state={state}
                name="attempt"
                label={t.attempt}
                choices={left.map((one) => ({
                  value: String(one.attempt),
                  text: `${one.attempt}: ${one.account}, ${amountText(view.language, one.left, payment.currency)}`,
                }))}
              />
            )}
          </AskForm>
        )}
      </div>
    ),
  });
}

/** The amount above which it is typed once more, in minor units. */
function typedAgainAbove(limit: number | null, code: string): number {
  const own = TYPED_AGAIN_ABOVE * 10 ** (currency(code)?.digits ?? 0);
  return limit === null ? own : Math.min(own, limit);
}

interface Confirmed {
  readonly payment: ReadPayment;
  readonly wanted: Wanted;
  /** What operators may give back of one payment alone; null: as much as they like. */
  readonly limit: number | null;
}

function isTypedAgain(kind: MovingKind, { wanted, limit, payment }: Confirmed): boolean {
  return kind === 'refund' && wanted.amount > typedAgainAbove(limit, payment.currency);
}

function confirmingPage(
  c: ConsoleContext,
  kind: MovingKind,
  confirmed: Confirmed,
  state: FormState,
): Promise<Response> {
  const view = c.get('view');
  const t = actionsTexts[view.language];
  const { payment, wanted, limit } = confirmed;
  const { currency: code } = payment;
  const amount = amountText(view.language, wanted.amount, code);
  const at = paymentPath(payment.id);
  const query = queryText({
    amount: amountInput(view.language, wanted.amount, code),
    attempt: wanted.attempt,
  });
  return confirmationPage(c, {
    title: t[kind].title(payment.reference),
    area: 'payments',
    above: kind === 'refund' && limit !== null && (
      <Notice tone="info">{<p>{t.refund.waits(amountText(view.language, limit, code))}</p>}</Notice>
    ),
    state,
    action: `${at}/${kind}${query}`,
    submit: t[kind].submit(amount),
    danger: kind === 'refund',
    cancel: at,
    warning: t[kind].warning,
    facts: (
      <PaymentFacts
        view={view}
        payment={payment}
        more={[
          [t.amount, <Amount view={view} amount={wanted.amount} currency={code} large />],
          [t.attempt, payment.attempts.length > 1 ? String(wanted.attempt) : null],
        ]}
      />
    ),
    fields: isTypedAgain(kind, confirmed) && (
      <TextField
        view={view}
        state={state}
        name="again"
        label={t.typedAgain}
        hint={t.typedAgainHint(amount)}
        inputmode="decimal"
        required
      />
    ),
  });
}

async function limitOf(c: ConsoleContext, kind: MovingKind, code: string): Promise<number | null> {
  if (kind === 'capture') return null;
  const limits = await c.get('api').get<OperatorAnswer<'approvalLimits'>>('/approvals');
  return limits[code] ?? null;
}

/** `GET …/refund`, `…/capture` */
export async function movingPage(c: ConsoleContext, kind: MovingKind): Promise<Response> {
  const payment = await readPayment(c);
  const wanted = wantedOf(c, kind, payment);
  if (wanted instanceof FormState) return askingPage(c, kind, payment, wanted);
  const limit = await limitOf(c, kind, payment.currency);
  return confirmingPage(c, kind, { payment, wanted, limit }, freshForm());
}

/** `POST …/refund?amount=…` */
export async function move(c: ConsoleContext, kind: MovingKind): Promise<Response> {
  const { language } = c.get('view');
  const t = actionsTexts[language];
  const payment = await readPayment(c);
  const at = paymentPath(payment.id);
  const wanted = wantedOf(c, kind, payment);
  // A stale page: what it asks for is not there any more, or the form was sent without its amount. The one-time id is looked at all the same.
  const asked = wanted instanceof FormState ? null : wanted;
  const limit = await limitOf(c, kind, payment.currency);
  return submission(c, {
    repeatable: true,
    run: async (posted, operation) => {
      if (asked === null) throw new FormProblem((wanted as FormState).problems);
      const amount = amountText(language, asked.amount, payment.currency);
      if (
        isTypedAgain(kind, { payment, wanted: asked, limit }) &&
        typedAmount(posted.text('again'), payment.currency) !== asked.amount
      )
        throw new FormProblem([{ path: 'again', message: t.notTheSame(amount) }]);
      const { operations } = await c
        .get('api')
        .post<OperatorAnswer<'payment'>>(`/payments/${payment.id}/${kind}`, { ...asked }, { operation });
      const state = operations.findLast((one) => one.kind === kind)?.state;
      if (state === 'awaiting_approval') return { to: at, flash: t.refund.waiting(amount) };
      return {
        to: `${at}#operations`,
        flash: state === 'accepted' ? t[kind].accepted(amount) : t[kind].done(amount),
      };
    },
    form: (state) =>
      asked === null
        ? askingPage(c, kind, payment, wanted as FormState)
        : confirmingPage(c, kind, { payment, wanted: asked, limit }, state),
  });
}
