/** What nobody knows, and a person says: what became of an operation whose answer was lost, or of an attempt that waits for proof. */
import { ApiProblem } from '../../api.ts';
import { ChoiceField, TextField } from '../../components/fields.tsx';
import { Confirmation } from '../../components/form.tsx';
import { Amount, Notice } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { FormProblem, type FormState, freshForm, type Posted } from '../../form-state.ts';
import { amountInput, typedAmount } from '../../format.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { actionsTexts } from '../../texts/actions.ts';
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
    status: state.problems.length > 0 || state.trouble !== null ? 422 : 200,
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
            <ChoiceField
              view={view}
              state={state}
              name="outcome"
              label={t.outcome}
              choices={[
                { value: 'succeeded', text: t.succeeded },
                { value: 'failed', text: t.failed },
              ]}
            />
            <TextField
              view={view}
              state={state}
              name="note"
              label={t.note}
              required={false}
              maxlength={500}
            />
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
  if (!attempt) throw new ApiProblem(new Response(null, { status: 404 }), { code: 'not_found' });
  const at = paymentPath(payment.id);
  const number = String(attempt.attempt);
  return consolePage(c, {
    title: t.title(number),
    area: 'payments',
    status: state.problems.length > 0 || state.trouble !== null ? 422 : 200,
    body: (
      <>
        <Notice tone="warn">{<p>{t.text}</p>}</Notice>
        <Confirmation
          view={view}
          state={state}
          action={`${at}/attempts/${number}/conclude`}
          submit={t.submit(number)}
          danger
          cancel={at}
          facts={
            <PaymentFacts
              view={view}
              payment={payment}
              more={[
                [
                  texts.amount,
                  <Amount view={view} amount={attempt.amount} currency={payment.currency} large />,
                ],
                [texts.attempt, `${number}, ${attempt.account}`],
              ]}
            />
          }
        >
          <ChoiceField
            view={view}
            state={state}
            name="outcome"
            label={texts.settle.outcome}
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
          <TextField
            view={view}
            state={state}
            name="note"
            label={texts.settle.note}
            required={false}
            maxlength={500}
          />
        </Confirmation>
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
