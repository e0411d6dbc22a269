/** The lines of a compared file: what stands in it, what in the ledger, and the marks of people. */
import type { Reconciled } from '../../../payments/reconciled.ts';
import { Amount, Empty, Pill, Time, type Tone } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import { shortDate } from '../../format.ts';
import { reconciliationTexts } from '../../texts/reconciliation.ts';
import type { View } from '../../view.ts';
import { mayMoveMoney } from '../may.ts';
import { paymentPath } from '../payments/table.tsx';
import { pathOf, type ReadReconciliation, type ReconciliationResult } from './read.ts';

const RESULT_TONES: Readonly<Record<Reconciled, Tone>> = {
  matched: 'ok',
  amount_differs: 'warn',
  currency_differs: 'warn',
  only_in_file: 'bad',
  only_in_ledger: 'bad',
  twice_in_file: 'warn',
};

export interface ResultParts {
  readonly view: View;
  readonly read: ReadReconciliation;
}

/** A day of the file, which is in no zone. */
export const resultDay = ({ language }: View, day: string) => shortDate(language, 'UTC', `${day}T00:00:00Z`);

function InFile({ view, line }: { readonly view: View; readonly line: ReconciliationResult }) {
  const t = reconciliationTexts[view.language];
  if (line.line === null || line.fileAmount === null || line.fileCurrency === null) return <>—</>;
  const names = [line.providerReference, line.order, line.reference].filter(Boolean);
  return (
    <div class="stack tight">
      <Amount view={view} amount={line.fileAmount} currency={line.fileCurrency} />
      <span class="small muted">
        {line.fileDay && resultDay(view, line.fileDay)}, {t.line(line.line)}
        {line.repeats !== null && `, ${t.repeats(line.repeats)}`}
      </span>
      {line.fileFee !== null && line.fileFee !== 0 && (
        <span class="small muted">
          {t.fileFee} <Amount view={view} amount={line.fileFee} currency={line.fileCurrency} />
        </span>
      )}
      {names.map((name) => (
        <span class="id">{name}</span>
      ))}
    </div>
  );
}

function InLedger({ view, line }: { readonly view: View; readonly line: ReconciliationResult }) {
  const t = reconciliationTexts[view.language];
  if (line.ledgerAmount === null || line.ledgerCurrency === null || line.kind === null) return <>—</>;
  return (
    <div class="stack tight">
      <Amount view={view} amount={line.ledgerAmount} currency={line.ledgerCurrency} />
      <span class="small muted">
        {line.ledgerDay && resultDay(view, line.ledgerDay)}, {t.kind[line.kind]}
      </span>
    </div>
  );
}

function PaymentOf({ view, line }: { readonly view: View; readonly line: ReconciliationResult }) {
  const t = reconciliationTexts[view.language];
  if (line.payment === null)
    return <span class="muted">{line.isElsewhere ? t.isElsewhere : t.noPayment}</span>;
  return (
    <div class="stack tight">
      <a href={paymentPath(line.payment)}>{line.paymentReference ?? line.payment}</a>
      {line.isOtherNumber && <span class="small">{t.isOtherNumber}</span>}
    </div>
  );
}

function MarkOf({ view, read, line }: ResultParts & { readonly line: ReconciliationResult }) {
  const t = reconciliationTexts[view.language];
  const { mark, earlierMark, number, result } = line;
  const to = `${pathOf(read.id)}/lines/${number}/mark`;
  const may = mayMoveMoney(view.user);
  return (
    <div class="stack tight">
      {mark && (
        <>
          <span>{mark.reason}</span>
          <span class="small muted">
            {t.markedBy(mark.by)}, <Time view={view} at={mark.at} as="relative" />
          </span>
        </>
      )}
      {earlierMark && <span class="small muted">{t.earlierMark(earlierMark.reason)}</span>}
      {may && (mark !== null || result !== 'matched' || line.isOtherNumber) && (
        <a class="button copy" href={to}>
          {t.mark}
          <span class="visually-hidden"> {number}</span>
        </a>
      )}
    </div>
  );
}

export function ResultLines({ view, read }: ResultParts) {
  const t = reconciliationTexts[view.language];
  if (read.lines.length === 0) return <Empty text={t.noLines} />;
  return (
    <DataTable<ReconciliationResult>
      caption={t.lines}
      rows={read.lines}
      columns={[
        {
          head: t.columns.result,
          cell: ({ result, matchedBy }) => (
            <div class="stack tight">
              <Pill tone={RESULT_TONES[result]}>{t.result[result]}</Pill>
              {matchedBy !== null && (
                <span class="small muted">
                  {t.columns.matchedBy}: {t.matchedBy[matchedBy]}
                </span>
              )}
            </div>
          ),
        },
        { head: t.columns.inFile, right: true, cell: (line) => <InFile view={view} line={line} /> },
        { head: t.columns.inLedger, right: true, cell: (line) => <InLedger view={view} line={line} /> },
        { head: t.columns.payment, cell: (line) => <PaymentOf view={view} line={line} /> },
        { head: t.columns.mark, cell: (line) => <MarkOf view={view} read={read} line={line} /> },
      ]}
    />
  );
}
