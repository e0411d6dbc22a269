/** What is done with a payment as a whole: cancel, ask the provider, send its webhook again, erase the shopper's data. */
import type { OperatorAnswer } from '../../api.ts';
import type { ConsoleContext } from '../../context.ts';
import { confirmationPage } from '../../form-page.tsx';
import { type FormState, freshForm } from '../../form-state.ts';
import { amountText } from '../../format.ts';
import { type FormOutcome, submission } from '../../submission.tsx';
import { actionsTexts } from '../../texts/actions.ts';
import { commonTexts } from '../../texts/common.ts';
import type { View } from '../../view.ts';
import { PaymentFacts } from './about.tsx';
import { type ReadPayment, readPayment } from './read.ts';
import { paymentPath } from './table.tsx';

interface PlainAction {
  readonly title: string;
  readonly submit: string;
  /** What follows from it. */
  readonly warning: string;
  readonly danger: boolean;
  /** Whether the same operation id, or the same call, does no harm twice. */
  readonly repeatable: boolean;
  readonly run: (c: ConsoleContext, payment: ReadPayment, operation: string) => Promise<FormOutcome>;
}

function cancelAction({ language }: View, payment: ReadPayment): PlainAction {
  const t = actionsTexts[language].cancel;
  const { amounts } = payment;
  const at = paymentPath(payment.id);
  return {
    title: t.title(payment.reference),
    submit: t.submit(amountText(language, payment.amount, payment.currency)),
    warning: amounts.paid > 0 ? t.paid : amounts.authorized > 0 ? t.held : t.open,
    danger: true,
    repeatable: true,
    run: async (c, { id }, operation) => {
      const { operations } = await c
        .get('api')
        .post<OperatorAnswer<'payment'>>(`/payments/${id}/cancel`, {}, { operation });
      const state = operations.findLast(({ kind }) => kind === 'cancel')?.state;
      if (state === 'awaiting_approval')
        return {
          to: at,
          flash: actionsTexts[language].refund.waiting(
            amountText(language, payment.amount, payment.currency),
          ),
        };
      return { to: at, flash: state === 'accepted' ? t.accepted : t.done };
    },
  };
}

function refreshAction({ language }: View, payment: ReadPayment): PlainAction {
  const t = actionsTexts[language].refresh;
  const names = commonTexts[language].status;
  return {
    title: t.title(payment.reference),
    submit: t.submit,
    warning: t.text,
    danger: false,
    repeatable: true,
    run: async (c, { id, status }) => {
      const now = await c.get('api').post<ReadPayment>(`/payments/${id}/refresh`, {});
      const flash = now.status === status ? t.same : t.moved(names[status], names[now.status]);
      return { to: paymentPath(id), flash };
    },
  };
}

function resendAction({ language }: View, payment: ReadPayment): PlainAction {
  const t = actionsTexts[language].resend;
  return {
    title: t.title(payment.reference),
    submit: t.submit,
    warning: t.text,
    danger: false,
    repeatable: false,
    run: async (c, { id }) => {
      await c.get('api').post(`/payments/${id}/resend`, {});
      return { to: `${paymentPath(id)}#deliveries`, flash: t.done };
    },
  };
}

function eraseAction({ language }: View, payment: ReadPayment): PlainAction {
  const t = actionsTexts[language].erase;
  return {
    title: t.title(payment.reference),
    submit: t.submit,
    warning: t.warning,
    danger: true,
    repeatable: true,
    run: async (c, { id }) => {
      await c.get('api').post(`/payments/${id}/erase`, {});
      return { to: paymentPath(id), flash: t.done };
    },
  };
}

/** The actions by the last part of their addresses. */
const PLAIN_ACTIONS = {
  cancel: cancelAction,
  refresh: refreshAction,
  resend: resendAction,
  erase: eraseAction,
} as const;

type PlainName = keyof typeof PLAIN_ACTIONS;

function plainPage(
  c: ConsoleContext,
  name: PlainName,
  payment: ReadPayment,
  state: FormState,
): Promise<Response> {
  const view = c.get('view');
  const { title, submit, warning, danger } = PLAIN_ACTIONS[name](view, payment);
  const at = paymentPath(payment.id);
  return confirmationPage(c, {
    title,
    area: 'payments',
    state,
    action: `${at}/${name}`,
    submit,
    danger,
    cancel: at,
    ...(danger && { warning }),
    facts: (
      <>
        <PaymentFacts view={view} payment={payment} />
        {!danger && <p>{warning}</p>}
      </>
    ),
  });
}

/** `GET …/cancel` and the like. */
export async function plainActionPage(c: ConsoleContext, name: PlainName): Promise<Response> {
  return plainPage(c, name, await readPayment(c), freshForm());
}

/** `POST` of the same. */
export async function plainActionDone(c: ConsoleContext, name: PlainName): Promise<Response> {
  const payment = await readPayment(c);
  const { run, repeatable } = PLAIN_ACTIONS[name](c.get('view'), payment);
  return submission(c, {
    repeatable,
    run: (_posted, operation) => run(c, payment, operation),
    form: (state) => plainPage(c, name, payment, state),
  });
}
