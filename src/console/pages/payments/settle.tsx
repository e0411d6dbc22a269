/** What nobody knows, and a person says: what became of an operation whose answer was lost, or of an attempt that waits for proof. */
import { notFound } from '../../api.ts';
import { ChoiceField, type FieldChoice, TextField } from '../../components/fields.tsx';
import { Confirmation } from '../../components/form.tsx';
import { Amount, Notice } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { confirmationPage } from '../../form-page.tsx';
import { FormProblem, type FormState, freshForm, type Posted } from '../../form-state.ts';
import { amountInput, typedAmount } from '../../format.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { actionsTexts } from '../../texts/actions.ts';
import type { View } from '../../view.ts';
import { PaymentFacts } from './about.tsx';
import { OperationFacts, operationInPath, operationName } from './decide.tsx';
import { readPayment } from './read.ts';
import { paymentPath } from './table.tsx';

function requireChoice(c: ConsoleContext, posted: Posted): string {
  const outcome = posted.text('outcome');
  if (!outcome)
    throw new FormProblem([
      { path: 'outcome', message: actionsTexts[c.get('view').language].settle.missing },
    ]);
  return outcome;
}

interface OfForm {
  readonly view: View;
  readonly state: FormState;
}

/** The field that `requireChoice` reads. */
function OutcomeField({ view, state, choices }: OfForm & { readonly choices: readonly FieldChoice[] }) {
  const { outcome } = actionsTexts[view.language].settle;
  return <ChoiceField view={view} state={state} name="outcome" label={outcome} choices={choices} />;
}

function NoteField({ view, state }: OfForm) {
  const { note } = actionsTexts[view.language].settle;
  return <TextField view={view} state={state} name="note" label={note} required={false} maxlength={500} />;
}

async function settlePage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = actionsTexts[view.language].settle;
  const { story, operation } = await operationInPath(c);
  const at = paymentPath(story.payment.id);
  const what = operationName(view.language, operation.kind, operation.amount, story.payment.currency);
  const isOpen = operation.state === 'unknown' || operation.state === 'accepted';
  return consolePage(c, {
    title: t.title(what),
    area: 'payments',
    status: state.status,
    body: (
      <>
        <Notice tone="warn">{<p>{isOpen ? t.text : t.known}</p>}</Notice>
        {operation.lookUp !== null && <p lang="en">{operation.lookUp}</p>}
        {isOpen && (
          <Confirmation
            view={view}
            state={state}
            action={`${at}/operations/${operation.operation}/settle`}
            submit={t.submit(what)}
            danger
            cancel={at}
            facts={<OperationFacts c={c} story={story} operation={operation} />}
          >
            <OutcomeField
              view={view}
              state={state}
              choices={[
                { value: 'succeeded', text: t.succeeded },
                { value: 'failed', text: t.failed },
              ]}
            />
            <NoteField view={view} state={state} />
          </Confirmation>
        )}
      </>
    ),
  });
}

/** `GET …/operations/:operation/settle` */
export function settlingPage(c: ConsoleContext): Promise<Response> {
  return settlePage(c, freshForm());
}

/** `POST` of the same. */
export function settle(c: ConsoleContext): Promise<Response> {
  const id = encodeURIComponent(c.req.param('id') ?? '');
  const number = encodeURIComponent(c.req.param('operation') ?? '');
  return submission(c, {
    run: async (posted) => {
      const body = { outcome: requireChoice(c, posted), note: posted.orNull('note') };
      await c.get('api').post(`/payments/${id}/operations/${number}`, body);
      return { to: `${paymentPath(id)}#operations`, flash: actionsTexts[c.get('view').language].settle.done };
    },
    form: (state) => settlePage(c, state),
  });
}

async function concludePage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const texts = actionsTexts[view.language];
  const t = texts.conclude;
  const payment = await readPayment(c);
  const attempt = payment.attempts.find((one) => String(one.attempt) === c.req.param('attempt'));
  if (!attempt) throw notFound();
  const at = paymentPath(payment.id);
  const number = String(attempt.attempt);
  return confirmationPage(c, {
    title: t.title(number),
    area: 'payments',
    above: <Notice tone="warn">{<p>{t.text}</p>}</Notice>,
    state,
    action: `${at}/attempts/${number}/conclude`,
    submit: t.submit(number),
    danger: true,
    cancel: at,
    facts: (
      <PaymentFacts
        view={view}
        payment={payment}
        more={[
          [texts.amount, <Amount view={view} amount={attempt.amount} currency={payment.currency} large />],
          [texts.attempt, `${number}, ${attempt.account}`],
        ]}
      />
    ),
    fields: (
      <>
        <OutcomeField
          view={view}
          state={state}
          choices={[
            { value: 'paid', text: t.paid },
            { value: 'denied', text: t.denied },
          ]}
        />
        <TextField
          view={view}
          state={state}
          name="amount"
          label={texts.amount}
          hint={t.amountHint}
          inputmode="decimal"
          required={false}
        />
        <NoteField view={view} state={state} />
      </>
    ),
  });
}

/** `GET …/attempts/:attempt/conclude` */
export function concludingPage(c: ConsoleContext): Promise<Response> {
  return concludePage(c, freshForm());
}

/** `POST` of the same. */
export async function conclude(c: ConsoleContext): Promise<Response> {
  const { language } = c.get('view');
  const t = actionsTexts[language];
  const { id, currency } = await readPayment(c);
  return submission(c, {
    run: async (posted) => {
      const outcome = requireChoice(c, posted);
      const typed = posted.text('amount');
      const amount = typed ? typedAmount(typed, currency) : null;
      if (typed && amount === null)
        throw new FormProblem([
          { path: 'amount', message: t.notAmount(amountInput(language, 1999, currency)) },
        ]);
      if (amount !== null && outcome === 'denied')
        throw new FormProblem([{ path: 'amount', message: t.conclude.onlyPaid }]);
      const body = { outcome, note: posted.orNull('note'), ...(amount !== null && { amount }) };
      await c.get('api').post(`/payments/${id}/attempts/${c.req.param('attempt')}`, body);
      return { to: paymentPath(id), flash: t.conclude.done };
    },
    form: (state) => concludePage(c, state),
  });
}
