/** Payments as a table: of the list, of the search, of other pages. */
import type { OperatorAnswer } from '../../api.ts';
import { Amount, Pill, StatusPill, Time } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import { paymentsTexts } from '../../texts/payments.ts';
import type { View } from '../../view.ts';

export type ListedPayment = OperatorAnswer<'operatorPayment'>;

/** The address of a payment's page. */
export function paymentPath(id: string): string {
  return `/console/payments/${encodeURIComponent(id)}`;
}

export function PaymentTable({
  view,
  rows,
  caption,
}: {
  readonly view: View;
  readonly rows: readonly ListedPayment[];
  readonly caption?: string;
}) {
  const t = paymentsTexts[view.language];
  return (
    <DataTable
      caption={caption ?? t.list}
      rows={rows}
      href={({ id }) => paymentPath(id)}
      columns={[
        { head: t.reference, cell: ({ reference }) => reference },
        {
          head: t.amount,
          right: true,
          cell: ({ amount, currency }) => <Amount view={view} amount={amount} currency={currency} />,
        },
        {
          head: t.status,
          cell: ({ status, test }) => (
            <span class="row">
              <StatusPill view={view} status={status} />
              {test && <Pill tone="none">{t.testMark}</Pill>}
            </span>
          ),
        },
        { head: t.shop, cell: ({ shop }) => shop },
        { head: t.account, cell: ({ account }) => account },
        { head: t.created, cell: ({ createdAt }) => <Time view={view} at={createdAt} as="relative" /> },
      ]}
    />
  );
}
