/** The money of a payment at a glance, its attempts and its operations. */
import type { OperationState } from '../../../payments/operations.ts';
import { Amount, Empty, Pill, StatusPill, Time, type Tone } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import { commonTexts } from '../../texts/common.ts';
import { paymentTexts } from '../../texts/payment.ts';
import { storyTexts } from '../../texts/story.ts';
import type { View } from '../../view.ts';
import type { ReadPayment } from './read.ts';

interface Shown {
  readonly view: View;
  readonly payment: ReadPayment;
}

/** Asked, authorized, paid, refunded; and what banks took back, where they did. */
export function MoneyStrip({ view, payment }: Shown) {
  const t = paymentTexts[view.language];
  const { status } = commonTexts[view.language];
  const { amount, amounts, currency } = payment;
  const chargedBack = payment.attempts.reduce((sum, attempt) => sum + attempt.chargedBack, 0);
  const parts: readonly (readonly [string, number])[] = [
    [t.asked, amount],
    [t.authorized, amounts.authorized],
    [t.paid, amounts.paid],
    [t.refunded, amounts.refunded],
    ...(chargedBack > 0 ? [[status.charged_back, chargedBack] as const] : []),
  ];
  return (
    <dl class="strip">
      {parts.map(([name, value]) => (
        <div class={value === 0 ? 'muted' : undefined}>
          <dt>{name}</dt>
          <dd>
            <Amount view={view} amount={value} currency={currency} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Attempts({ view, payment }: Shown) {
  const t = paymentTexts[view.language];
  const { currency } = payment;
  return (
    <DataTable
      caption={t.attempts}
      rows={payment.attempts}
      columns={[
        { head: t.attempt, cell: ({ attempt }) => attempt },
        { head: t.account, cell: ({ account }) => account },
        { head: t.provider, cell: ({ provider }) => provider },
        { head: t.status, cell: ({ status }) => <StatusPill view={view} status={status} /> },
        {
          head: t.amount,
          right: true,
          cell: ({ amount }) => <Amount view={view} amount={amount} currency={currency} />,
        },
        {
          head: t.paid,
          right: true,
          cell: ({ amounts }) => <Amount view={view} amount={amounts.paid} currency={currency} />,
        },
        {
          head: t.whyNot,
          cell: ({ declineReason, bills }) => (
            <>
              {declineReason ? `${t.decline[declineReason.code]}: ${declineReason.text}` : ''}
              {bills.length > 0 &&
                `${t.documents}: ${bills.map(({ number, status }) => `${number} ${status}`).join(', ')}`}
            </>
          ),
        },
        { head: t.begun, cell: ({ createdAt }) => <Time view={view} at={createdAt} as="relative" /> },
      ]}
    />
  );
}

const OPERATION_TONES: Readonly<Record<OperationState, Tone>> = {
  awaiting_approval: 'warn',
  running: 'info',
  accepted: 'info',
  unknown: 'warn',
  succeeded: 'ok',
  failed: 'bad',
};

function OperationPill({ view, state }: { readonly view: View; readonly state: OperationState }) {
  const t = paymentTexts[view.language];
  return <Pill tone={OPERATION_TONES[state]}>{t.state[state]}</Pill>;
}

export function Operations({ view, payment }: Shown) {
  const t = paymentTexts[view.language];
  const kinds = storyTexts[view.language].kind;
  if (payment.operations.length === 0) return <Empty text={t.noOperations} />;
  return (
    <DataTable
      caption={t.operations}
      rows={payment.operations}
      columns={[
        { head: t.operation, cell: ({ operation, kind }) => `${operation} ${kinds[kind]}` },
        {
          head: t.amount,
          right: true,
          cell: ({ amount }) => <Amount view={view} amount={amount} currency={payment.currency} />,
        },
        {
          head: t.status,
          cell: ({ state, error, lookUp }) => (
            <span class="stack">
              <OperationPill view={view} state={state} />
              {error !== null && (
                <span lang="en" class="small">
                  {error.detail}
                  {error.provider && ` (${error.provider.code} ${error.provider.text})`}
                </span>
              )}
              {lookUp !== null && (
                <span class="small">
                  {t.lookUp}: <span lang="en">{lookUp}</span>
                </span>
              )}
            </span>
          ),
        },
        { head: t.providerReference, cell: ({ providerReference }) => providerReference ?? '' },
        { head: t.askedFor, cell: ({ requestedAt }) => <Time view={view} at={requestedAt} as="relative" /> },
        { head: t.finished, cell: ({ finishedAt }) => <Time view={view} at={finishedAt} as="relative" /> },
      ]}
    />
  );
}
