/** What is done about differences: marking, asking the provider, comparing again, the file of all lines, deleting. */

import { notFound, type OperatorAnswer, queryText } from '../../api.ts';
import { TextArea } from '../../components/fields.tsx';
import { Confirmation, HiddenFields } from '../../components/form.tsx';
import { Amount, Facts, Pill } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { csvOfPages } from '../../download.ts';
import { confirmationPage } from '../../form-page.tsx';
import { type FormState, freshForm, newOperation } from '../../form-state.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { reconciliationTexts } from '../../texts/reconciliation.ts';
import {
  idIn,
  pathOf,
  questionOf,
  RECONCILIATION,
  type ReadReconciliation,
  type ReconciliationResult,
  reconciliationPath,
  shownIn,
} from './read.ts';

/** The result of the path, and the comparison that it is of. @throws ApiProblem not_found */
async function lineIn(
  c: ConsoleContext,
): Promise<{ readonly line: ReconciliationResult; readonly comparison: number }> {
  const number = Number(c.req.param('line'));
  const before = Number.isSafeInteger(number) && number > 0 ? number - 1 : 0;
  const read = await c
    .get('api')
    .get<ReadReconciliation>(reconciliationPath(c), { limit: 1, cursor: before });
  const [line] = read.lines;
  if (line?.number !== number) throw notFound();
  return { line, comparison: read.comparison };
}

/** `GET …/lines/:line/mark` */
export async function markPage(c: ConsoleContext, given: FormState | null = null): Promise<Response> {
  const view = c.get('view');
  const t = reconciliationTexts[view.language];
  const { line, comparison: now } = await lineIn(c);
  const at = pathOf(idIn(c));
  const comparison = String(now);
  const state = given ?? freshForm({ reason: line.mark?.reason ?? '' });
  const amount = (value: number | null, currency: string | null) =>
    value === null || currency === null ? null : <Amount view={view} amount={value} currency={currency} />;
  return consolePage(c, {
    title: t.markTitle,
    area: 'reconciliation',
    status: state.status,
    body: (
      <>
        <Confirmation
          view={view}
          state={state}
          action={`${at}/lines/${line.number}/mark`}
          submit={t.markIt}
          cancel={at}
          facts={
            <Facts
              of={[
                [t.columns.result, <Pill tone="info">{t.result[line.result]}</Pill>],
                [t.columns.inFile, amount(line.fileAmount, line.fileCurrency)],
                [t.columns.inLedger, amount(line.ledgerAmount, line.ledgerCurrency)],
                [t.columns.payment, line.paymentReference ?? line.payment],
              ]}
            />
          }
        >
          <input type="hidden" name="comparison" value={comparison} />
          <TextArea
            view={view}
            state={state}
            name="reason"
            label={t.reason}
            hint={t.reasonHint}
            rows={2}
            required
          />
        </Confirmation>
        {line.mark && (
          <form method="post" action={`${at}/lines/${line.number}/unmark`}>
            <HiddenFields view={view} operation={newOperation()} />
            <input type="hidden" name="comparison" value={comparison} />
            <button type="submit" class="button danger">
              {t.unmark}
            </button>
          </form>
        )}
      </>
    ),
  });
}

const markPath = (c: ConsoleContext) =>
  `${reconciliationPath(c)}/lines/${encodeURIComponent(c.req.param('line') ?? '')}/mark`;

/** `POST …/lines/:line/mark` */
export function mark(c: ConsoleContext): Promise<Response> {
  return submission(c, {
    run: async (posted) => {
      const comparison = Number(posted.text('comparison'));
      await c.get('api').put(markPath(c), { reason: posted.text('reason'), comparison });
      return { to: pathOf(idIn(c)), flash: reconciliationTexts[c.get('view').language].markedDone };
    },
    form: (state) => markPage(c, state),
  });
}

/** `POST …/lines/:line/unmark` */
export function unmark(c: ConsoleContext): Promise<Response> {
  return submission(c, {
    run: async (posted) => {
      await c.get('api').delete(`${markPath(c)}${queryText({ comparison: posted.text('comparison') })}`);
      return { to: pathOf(idIn(c)), flash: reconciliationTexts[c.get('view').language].unmarkedDone };
    },
    form: (state) => markPage(c, state),
  });
}

/** Payments that one press asks about. */
const ASKED = 20;

/** `POST …/ask` */
export function ask(c: ConsoleContext): Promise<Response> {
  const t = reconciliationTexts[c.get('view').language];
  return submission(c, {
    run: async () => {
      const { data, left, retryAfter } = await c
        .get('api')
        .post<OperatorAnswer<'reconciliationAsked'>>(`${reconciliationPath(c)}/ask`, { limit: ASKED });
      const words = [t.asked(data.length, left), ...(retryAfter === null ? [] : [t.askLater(retryAfter)])];
      return { to: pathOf(idIn(c)), flash: words.join(' ') };
    },
    form: () => c.redirect(pathOf(idIn(c)), 303),
  });
}

/** `POST …/compare` */
export function compareAgain(c: ConsoleContext): Promise<Response> {
  return submission(c, {
    run: async () => {
      await c.get('api').post(`${reconciliationPath(c)}/compare`, {});
      return { to: pathOf(idIn(c)), flash: reconciliationTexts[c.get('view').language].compared };
    },
    form: () => c.redirect(pathOf(idIn(c)), 303),
  });
}

/** `GET …/delete` */
export async function deletionPage(c: ConsoleContext, state: FormState = freshForm()): Promise<Response> {
  const t = reconciliationTexts[c.get('view').language];
  const read = await c.get('api').get<ReadReconciliation>(reconciliationPath(c), { limit: 1 });
  return confirmationPage(c, {
    title: t.deleteTitle,
    area: 'reconciliation',
    state,
    action: `${pathOf(read.id)}/delete`,
    submit: t.deleteIt,
    danger: true,
    cancel: pathOf(read.id),
    warning: t.deleteWarning,
    facts: (
      <Facts
        of={[
          [t.columns.file, read.fileName || read.id],
          [t.columns.account, read.account],
        ]}
      />
    ),
  });
}

/** `POST …/delete` */
export function deleteIt(c: ConsoleContext): Promise<Response> {
  return submission(c, {
    run: async () => {
      await c.get('api').delete(reconciliationPath(c));
      return { to: RECONCILIATION, flash: reconciliationTexts[c.get('view').language].deleted };
    },
    form: (state) => deletionPage(c, state),
  });
}

const PAGE = 1000;

/** `GET …/lines.csv` */
export function linesFile(c: ConsoleContext): Promise<Response> {
  const question = questionOf(shownIn(c));
  return csvOfPages(
    `reconciliation-${idIn(c).replace(/[^a-z0-9]/g, '')}.csv`,
    (cursor) =>
      c
        .get('api')
        .fetch('GET', reconciliationPath(c) + queryText({ ...question, format: 'csv', limit: PAGE, cursor })),
    '\uFEFF',
  );
}
