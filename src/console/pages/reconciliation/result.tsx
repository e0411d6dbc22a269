/** What came of one file: how far it is, what differs, sums by day, and what can be done about it. */
import { RECONCILED } from '../../../payments/reconciled.ts';
import { queryText } from '../../api.ts';
import { Form, HiddenFields } from '../../components/form.tsx';
import { Amount, Facts, Notice, Pill, Time } from '../../components/show.tsx';
import { DataTable, NextPage, Tabs } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { freshForm, newOperation } from '../../form-state.ts';
import { countText } from '../../format.ts';
import { consolePage } from '../../page.tsx';
import { reconciliationTexts } from '../../texts/reconciliation.ts';
import type { View } from '../../view.ts';
import { mayMoveMoney } from '../may.ts';
import { SentFileField, STATUS_TONES } from './list.tsx';
import {
  DIFFERENCES,
  pathOf,
  questionOf,
  type ReadReconciliation,
  reconciliationPath,
  type Shown,
  shownIn,
} from './read.ts';
import { ResultLines, type ResultParts, resultDay } from './result-lines.tsx';

const PAGE = 100;

/** Days whose sums are shown at once. */
const MOST_DAYS = 400;

/** What is shown, with how many there are of each. */
function Filters({ view, read, shown }: ResultParts & { readonly shown: Shown }) {
  const t = reconciliationTexts[view.language];
  const { counts, marked, otherNumbers } = read;
  const all = RECONCILED.reduce((sum, one) => sum + counts[one], 0);
  const at = (show: string) => pathOf(read.id) + queryText({ show, day: shown.day });
  const tabs: readonly (readonly [string, string, number | null])[] = [
    ['differences', t.differences, all - counts.matched],
    ...DIFFERENCES.filter((one) => counts[one] > 0).map((one) => [one, t.result[one], counts[one]] as const),
    ...(otherNumbers > 0 ? [['other-numbers', t.otherNumbers, otherNumbers] as const] : []),
    ['matched', t.result.matched, counts.matched],
    ['unmarked', t.unmarked, null],
    ['marked', t.marked, marked],
    ['all', t.all, all],
  ];
  return (
    <Tabs
      label={t.filter}
      tabs={tabs.map(([show, text, count]) => ({
        href: at(show),
        text,
        ...(count !== null && { count }),
        current: show === shown.show,
      }))}
    />
  );
}

function Sums({ view, read }: ResultParts) {
  const t = reconciliationTexts[view.language];
  const days = read.days.slice(-MOST_DAYS);
  if (days.length === 0) return null;
  const money = (of: (row: (typeof days)[number]) => number) => (row: (typeof days)[number]) => (
    <Amount view={view} amount={of(row)} currency={row.currency} />
  );
  return (
    <section class="stack" aria-labelledby="sums">
      <h2 id="sums">{t.sums}</h2>
      <p class="muted">{t.sumsHint}</p>
      <DataTable
        caption={t.sums}
        rows={days}
        href={({ day }) => `${pathOf(read.id)}${queryText({ show: 'differences', day })}`}
        columns={[
          { head: t.columns.day, cell: ({ day }) => resultDay(view, day) },
          { head: t.columns.account, cell: ({ account }) => account },
          { head: t.fileSum, right: true, cell: money(({ fileTotal }) => fileTotal) },
          { head: t.ledgerSum, right: true, cell: money(({ ledgerTotal }) => ledgerTotal) },
          { head: t.difference, right: true, cell: money((row) => row.fileTotal - row.ledgerTotal) },
          ...(days.some(({ runningExplained }) => runningExplained !== 0)
            ? [{ head: t.explained, right: true, cell: money(({ explained }) => explained) }]
            : []),
          {
            head: `${t.columns.running}, ${t.fileSum}`,
            right: true,
            cell: money(({ runningFile }) => runningFile),
          },
          {
            head: `${t.columns.running}, ${t.ledgerSum}`,
            right: true,
            cell: money(({ runningLedger }) => runningLedger),
          },
        ]}
      />
    </section>
  );
}

type ReadAs = NonNullable<ReadReconciliation['readAs']>;

/** How the file is written, as it was read. */
function readAsText(
  t: (typeof reconciliationTexts)['en'],
  { charset, separator, decimal, dates, refunds }: ReadAs,
): string {
  const sign = separator === '\t' ? 'tab' : separator;
  return [
    charset,
    t.separators[sign as ','] ?? sign,
    t.decimals[decimal as 'comma'],
    t.dateOrders[dates as 'ymd'],
    t.refundSigns[refunds as 'negative'],
  ].join(', ');
}

function About({ view, read }: ResultParts) {
  const t = reconciliationTexts[view.language];
  const { from, to } = read;
  return (
    <Facts
      of={[
        [
          t.facts.account,
          <a href={`/console/accounts/${encodeURIComponent(read.account)}`}>{read.account}</a>,
        ],
        [t.facts.kind, read.preset],
        [
          t.facts.period,
          from && to ? `${t.days(resultDay(view, from), resultDay(view, to))} (${read.timeZone})` : null,
        ],
        [t.timeZone, read.timeZone],
        [t.facts.readAs, read.readAs && readAsText(t, read.readAs)],
        [t.facts.read, countText(view.language, read.fileLines)],
        [t.facts.ignored, read.ignored > 0 ? countText(view.language, read.ignored) : null],
        [t.facts.outside, read.outsideDays > 0 ? countText(view.language, read.outsideDays) : null],
        [
          t.kinds,
          read.kinds.length > 0
            ? read.kinds.map(({ word, kind, lines }) => `${word} → ${t.kind[kind]} (${lines})`).join(', ')
            : null,
        ],
        [t.facts.sent, <Time view={view} at={read.createdAt} />],
      ]}
    />
  );
}

/** What a person has to know before reading on. */
function Warnings({ view, read }: ResultParts) {
  const t = reconciliationTexts[view.language];
  const { fault, elsewhere, unreadable, unreadableCount, isLastLineOpen } = read;
  return (
    <>
      {fault && (
        <Notice tone="bad" title={t.fault[fault.code]}>
          <p>
            {fault.line !== null && `${t.line(fault.line)}: `}
            {fault.detail}
          </p>
        </Notice>
      )}
      {isLastLineOpen && (
        <Notice tone="warn" title={t.lastLineOpen}>
          <p>{t.lastLineOpenHint}</p>
        </Notice>
      )}
      {elsewhere > 0 && (
        <Notice tone="warn" title={t.elsewhere(elsewhere)}>
          <p>{t.elsewhereHint}</p>
        </Notice>
      )}
      {unreadableCount > 0 && (
        <Notice tone="warn" title={t.unreadable(unreadableCount)}>
          <ul>
            {unreadable.slice(0, 10).map(({ line, detail }) => (
              <li>
                {line !== null && `${t.line(line)}: `}
                {detail}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

function Button({
  view,
  action,
  text,
  main,
}: {
  readonly view: View;
  readonly action: string;
  readonly text: string;
  readonly main?: boolean;
}) {
  return (
    <form method="post" action={action}>
      <HiddenFields view={view} operation={newOperation()} />
      <button type="submit" class={main ? 'button main' : 'button'}>
        {text}
      </button>
    </form>
  );
}

function Actions({ view, read, shown }: ResultParts & { readonly shown: Shown }) {
  const t = reconciliationTexts[view.language];
  const at = pathOf(read.id);
  const may = mayMoveMoney(view.user);
  return (
    <>
      {may && read.toAsk > 0 && (
        <p>
          {t.askHint(read.toAsk)} {t.settle}
        </p>
      )}
      <div class="actions">
        {may && read.toAsk > 0 && <Button view={view} action={`${at}/ask`} text={t.ask} main />}
        {may && <Button view={view} action={`${at}/compare`} text={t.compare} />}
        <a class="button" href={`${at}/lines.csv${queryText({ ...shown })}`}>
          {t.export}
        </a>
        {may && (
          <a class="button" href={`${at}/columns`}>
            {t.mapAgain}
          </a>
        )}
        {may && (
          <a class="button danger" href={`${at}/delete`}>
            {t.delete}
          </a>
        )}
        <span class="muted">{t.print}</span>
      </div>
    </>
  );
}

/** The same file again, where only a part has arrived. */
function SendAgain({ view, read }: ResultParts) {
  const t = reconciliationTexts[view.language];
  const { size, received } = read.file;
  return (
    <section class="card" data-pieces data-resumes={pathOf(read.id)}>
      {size !== null && (
        <p>{t.received(countText(view.language, received), countText(view.language, size))}</p>
      )}
      <Form view={view} state={freshForm()} action={`${pathOf(read.id)}/file`} submit={t.goOn} multipart>
        <SentFileField view={view} state={freshForm()} />
      </Form>
    </section>
  );
}

/** Seconds after which a page whose file is at work looks again. */
const AGAIN_SECONDS = 2;

/** `GET /console/reconciliation/:id` */
export async function resultPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = reconciliationTexts[view.language];
  const shown = shownIn(c);
  const cursor = c.req.query('cursor');
  const read = await c
    .get('api')
    .get<ReadReconciliation>(reconciliationPath(c), { ...questionOf(shown), limit: PAGE, cursor });
  const { status } = read;
  if (status === 'mapping') return c.redirect(`${pathOf(read.id)}/columns`, 303);
  const isAtWork = status === 'reading' || status === 'comparing';
  const percent = Math.floor(read.progress * 100);
  const page = await consolePage(c, {
    title: `${t.title}: ${read.fileName || read.id}`,
    area: 'reconciliation',
    actions: <Pill tone={STATUS_TONES[status]}>{t.status[status]}</Pill>,
    body: (
      <>
        <Warnings view={view} read={read} />
        {status === 'receiving' && mayMoveMoney(view.user) && <SendAgain view={view} read={read} />}
        {isAtWork && (
          <div class="stack" role="status">
            <label for="progress">{t.progress(percent)}</label>
            <progress id="progress" max={100} value={percent} />
          </div>
        )}
        <About view={view} read={read} />
        {status === 'done' && (
          <>
            <Actions view={view} read={read} shown={shown} />
            <section class="stack" aria-labelledby="lines">
              <h2 id="lines">{t.lines}</h2>
              <Filters view={view} read={read} shown={shown} />
              {shown.day !== '' && (
                <p>
                  {resultDay(view, shown.day)}{' '}
                  <a href={`${pathOf(read.id)}${queryText({ show: shown.show })}`}>{t.all}</a>
                </p>
              )}
              <ResultLines view={view} read={read} />
              <NextPage
                view={view}
                cursor={read.nextCursor}
                href={(cursor) => `${pathOf(read.id)}${queryText({ ...shown, cursor })}`}
              />
            </section>
            <Sums view={view} read={read} />
          </>
        )}
        {status !== 'done' && mayMoveMoney(view.user) && (
          <div class="actions">
            {status !== 'receiving' && (
              <a class={status === 'failed' ? 'button main' : 'button'} href={`${pathOf(read.id)}/columns`}>
                {t.mapTitle}
              </a>
            )}
            <a class="button danger" href={`${pathOf(read.id)}/delete`}>
              {t.delete}
            </a>
          </div>
        )}
      </>
    ),
  });
  if (isAtWork) page.headers.set('refresh', String(AGAIN_SECONDS));
  return page;
}
