/** What every confirmation repeats of a payment. */
import { Amount, Facts, StatusPill } from '../../components/show.tsx';
import { actionsTexts } from '../../texts/actions.ts';
import type { View } from '../../view.ts';
import type { ReadPayment } from './read.ts';
import { paymentPath } from './table.tsx';

type Fact = Parameters<typeof Facts>[0]['of'][number];

/** @param more facts of the action itself, on top. */
export function PaymentFacts({
  view,
  payment,
  more = [],
}: {
  readonly view: View;
  readonly payment: ReadPayment;
  readonly more?: readonly Fact[];
}) {
  const t = actionsTexts[view.language];
  const { firstName, lastName, email } = payment.customer;
  return (
    <Facts
      of={[
        ...more,
        [
          t.payment,
          <>
            <a href={paymentPath(payment.id)}>{payment.reference}</a>,{' '}
            <Amount view={view} amount={payment.amount} currency={payment.currency} />
          </>,
        ],
        [t.shop, payment.shop],
        [t.status, <StatusPill view={view} status={payment.status} />],
        [t.shopper, [firstName, lastName, email].filter(Boolean).join(' ') || null],
      ]}
    />
  );
}
