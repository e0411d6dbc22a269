/** A refund that waits for a second person: who is not who has asked for it approves or declines. */
import type { OperationKind } from '../../../payments/operations.ts';
import { notFound } from '../../api.ts';
import { Confirmation } from '../../components/form.tsx';
import { Amount, Notice, Time } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { type FormState, freshForm } from '../../form-state.ts';
import { amountText } from '../../format.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { actionsTexts } from '../../texts/actions.ts';
import type { Language } from '../../texts/languages.ts';
import { storyTexts } from '../../texts/story.ts';
import { PaymentFacts } from './about.tsx';
import { actorNames, type PaymentStory, type ReadOperation, readStory } from './read.ts';
import { paymentPath } from './table.tsx';
import { askedBy } from './waiting.tsx';

/** "Refund, 5.00 EUR" */
export function operationName(
  language: Language,
  kind: OperationKind,
  amount: number,
  currency: string,
): string {
  return `${storyTexts[language].kind[kind]}, ${amountText(language, amount, currency)}`;
}

/** The operation of the path. @throws ApiProblem not_found */
export async function operationInPath(
  c: ConsoleContext,
): Promise<{ readonly story: PaymentStory; readonly operation: ReadOperation }> {
  const story = await readStory(c);
  const operation = story.payment.operations.find(
    (one) => String(one.operation) === c.req.param('operation'),
  );
  if (!operation) throw notFound();
  return { story, operation };
}

export function OperationFacts({
  c,
  story,
  operation,
}: {
  readonly c: ConsoleContext;
  readonly story: PaymentStory;
  readonly operation: ReadOperation;
}) {
  const view = c.get('view');
  const t = actionsTexts[view.language];
  const by = askedBy(story, operation.operation);
  return (
    <PaymentFacts
      view={view}
      payment={story.payment}
      more={[
        [t.amount, <Amount view={view} amount={operation.amount} currency={story.payment.currency} large />],
        [t.operation, `${operation.operation} ${storyTexts[view.language].kind[operation.kind]}`],
        [t.askedFor, <Time view={view} at={operation.requestedAt} />],
        [t.by, by === null ? story.payment.shop : (actorNames(story).get(by) ?? by)],
      ]}
    />
  );
}

type Decision = 'approve' | 'decline';

async function decisionPage(c: ConsoleContext, decision: Decision, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = actionsTexts[view.language];
  const { story, operation } = await operationInPath(c);
  const at = paymentPath(story.payment.id);
  const what = operationName(view.language, operation.kind, operation.amount, story.payment.currency);
  const isWaiting = operation.state === 'awaiting_approval';
  const isOwn = askedBy(story, operation.operation) === `user:${view.user?.id}`;
  return consolePage(c, {
    title: t[decision].title(what),
    area: 'payments',
    status: state.status,
    body:
      isWaiting && !isOwn ? (
        <Confirmation
          view={view}
          state={state}
          action={`${at}/operations/${operation.operation}/${decision}`}
          submit={t[decision].submit(what)}
          danger={decision === 'decline'}
          cancel={at}
          warning={t[decision].warning}
          facts={<OperationFacts c={c} story={story} operation={operation} />}
        />
      ) : (
        <Notice tone="info">
          <p>{isWaiting ? t.own : t.gone}</p>
          <p>
            <a class="button" href={at}>
              {t.payment} {story.payment.reference}
            </a>
          </p>
        </Notice>
      ),
  });
}

/** `GET …/operations/:operation/approve`, `…/decline` */
export function decidingPage(c: ConsoleContext, decision: Decision): Promise<Response> {
  return decisionPage(c, decision, freshForm());
}

/** `POST` of the same: the ledger takes one decision. */
export function decide(c: ConsoleContext, decision: Decision): Promise<Response> {
  const id = encodeURIComponent(c.req.param('id') ?? '');
  const number = encodeURIComponent(c.req.param('operation') ?? '');
  return submission(c, {
    run: async () => {
      await c.get('api').post(`/payments/${id}/operations/${number}/${decision}`, {});
      return {
        to: `${paymentPath(id)}#operations`,
        flash: actionsTexts[c.get('view').language][decision].done,
      };
    },
    form: (state) => decisionPage(c, decision, state),
  });
}
