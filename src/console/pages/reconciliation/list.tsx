/** The files so far, and the form that sends a new one: whole, or in pieces where scripts run. */
import { FILE_PRESETS, GENERIC_PRESET, LARGEST_FILE, LARGEST_PIECE } from '../../../payments/reconciled.ts';
import { ApiProblem } from '../../api.ts';
import { FileField, SelectField, TextField } from '../../components/fields.tsx';
import { Form } from '../../components/form.tsx';
import { Empty, Pill, Time, type Tone } from '../../components/show.tsx';
import { DataTable, NextPage } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { writeFlash } from '../../flash.ts';
import { FormProblem, type FormState, freshForm, type Posted } from '../../form-state.ts';
import { countText } from '../../format.ts';
import { consolePage } from '../../page.tsx';
import { submission } from '../../submission.tsx';
import { reconciliationTexts } from '../../texts/reconciliation.ts';
import type { View } from '../../view.ts';
import { mayMoveMoney } from '../may.ts';
import { pathOf, RECONCILIATION, type ReadReconciliation, type ReconciliationList } from './read.ts';

const PAGE = 30;

export const STATUS_TONES: Readonly<Record<ReadReconciliation['status'], Tone>> = {
  receiving: 'info',
  mapping: 'warn',
  reading: 'info',
  comparing: 'info',
  done: 'ok',
  failed: 'bad',
};

interface KnownAccount {
  readonly id: string;
  readonly caption: string;
}

/** The field of the file, and what a script says while it sends it. */
export function SentFileField({ view, state }: { readonly view: View; readonly state: FormState }) {
  const t = reconciliationTexts[view.language];
  return (
    <>
      <FileField
        view={view}
        state={state}
        name="file"
        label={t.file}
        hint={t.fileHint}
        accept=".csv,.txt,text/csv,text/plain"
      />
      <p class="problem" role="alert" data-refused data-empty={t.fault.empty} hidden>
        {t.refused} <span data-why />
      </p>
      <div class="stack" data-sending hidden role="status">
        <label for="sending">{t.sending}</label>
        <progress id="sending" max={1} value={0} data-sent />
        <p data-lost hidden>
          {t.lost}{' '}
          <button type="button" class="button" data-again>
            {t.goOn}
          </button>
        </p>
      </div>
    </>
  );
}

function BeginForm({
  view,
  state,
  accounts,
}: {
  readonly view: View;
  readonly state: FormState;
  readonly accounts: readonly KnownAccount[];
}) {
  const t = reconciliationTexts[view.language];
  return (
    <section class="card" aria-labelledby="begin" data-pieces>
      <h2 id="begin">{t.begin}</h2>
      <Form view={view} state={state} action={RECONCILIATION} submit={t.send} multipart>
        <SelectField
          view={view}
          state={state}
          name="account"
          label={t.account}
          choices={accounts.map(({ id, caption }) => ({
            value: id,
            text: caption === '' || caption === id ? id : `${caption} (${id})`,
          }))}
        />
        <SelectField
          view={view}
          state={state}
          name="preset"
          label={t.preset}
          empty={t.known}
          choices={[
            ...FILE_PRESETS.map(({ id, caption }) => ({ value: id, text: caption })),
            { value: GENERIC_PRESET, text: t.generic },
          ]}
        />
        <SentFileField view={view} state={state} />
        <div class="books-fields">
          <TextField view={view} state={state} name="from" label={t.from} hint={t.daysHint} type="date" />
          <TextField view={view} state={state} name="to" label={t.to} type="date" />
          <TextField
            view={view}
            state={state}
            name="tolerance.basisPoints"
            label={t.tolerance}
            hint={t.toleranceHint}
            inputmode="numeric"
          />
          <TextField
            view={view}
            state={state}
            name="currency"
            label={t.currencyOf}
            hint={t.currencyHint}
            maxlength={3}
          />
          <TextField
            view={view}
            state={state}
            name="timeZone"
            label={t.timeZone}
            hint={t.timeZoneHint}
            maxlength={64}
          />
        </div>
      </Form>
    </section>
  );
}

function Files({ view, list }: { readonly view: View; readonly list: ReconciliationList }) {
  const t = reconciliationTexts[view.language];
  if (list.data.length === 0) return <Empty text={t.nothing} />;
  return (
    <DataTable
      caption={t.list}
      rows={list.data}
      href={({ id }) => pathOf(id)}
      columns={[
        { head: t.columns.file, cell: ({ fileName, id }) => fileName || id },
        { head: t.columns.account, cell: ({ account }) => account },
        {
          head: t.columns.status,
          cell: ({ status }) => <Pill tone={STATUS_TONES[status]}>{t.status[status]}</Pill>,
        },
        {
          head: t.columns.differences,
          right: true,
          cell: ({ differences }) => (differences === null ? '—' : countText(view.language, differences)),
        },
        {
          head: t.columns.created,
          cell: ({ createdAt }) => <Time view={view} at={createdAt} as="relative" />,
        },
        { head: t.columns.by, cell: ({ createdBy, createdByName }) => createdByName ?? createdBy },
      ]}
    />
  );
}

/** `GET /console/reconciliation` */
export async function listPage(c: ConsoleContext, state: FormState = freshForm()): Promise<Response> {
  const view = c.get('view');
  const t = reconciliationTexts[view.language];
  const api = c.get('api');
  const cursor = c.req.query('cursor');
  const [list, accounts] = await Promise.all([
    api.get<ReconciliationList>('/reconciliations', { limit: PAGE, cursor }),
    api.get<{ readonly data: readonly KnownAccount[] }>('/accounts'),
  ]);
  return consolePage(c, {
    title: t.title,
    area: 'reconciliation',
    status: state.status,
    body: (
      <>
        <p>{t.intro}</p>
        {mayMoveMoney(view.user) && <BeginForm view={view} state={state} accounts={accounts.data} />}
        <section class="stack" aria-labelledby="files">
          <h2 id="files">{t.list}</h2>
          <Files view={view} list={list} />
          <NextPage
            view={view}
            cursor={list.nextCursor}
            href={(cursor) => `${RECONCILIATION}?cursor=${encodeURIComponent(cursor)}`}
          />
        </section>
      </>
    ),
  });
}

/** A file of a form, in pieces that the API takes. */
export async function sendWhole(c: ConsoleContext, id: string, file: File): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  for (let at = 0; at < bytes.length; at += LARGEST_PIECE) {
    const piece = bytes.subarray(at, at + LARGEST_PIECE);
    await c.get('api').fetch('PUT', `/reconciliations/${id}/file`, piece, {
      headers: { 'content-range': `bytes ${at}-${at + piece.length - 1}/${bytes.length}` },
    });
  }
}

function orderOf(posted: Posted) {
  const basisPoints = posted.orNull('tolerance.basisPoints');
  const currency = posted.orNull('currency');
  return {
    account: posted.text('account'),
    preset: posted.orNull('preset'),
    from: posted.orNull('from'),
    to: posted.orNull('to'),
    fileName: (posted.file('file')?.name ?? posted.text('fileName')).replace(/\p{Cc}/gu, '').slice(0, 200),
    ...(posted.text('timeZone') && { timeZone: posted.text('timeZone') }),
    ...(currency !== null && { currency: currency.toUpperCase() }),
    ...(basisPoints !== null && { tolerance: { basisPoints: Number(basisPoints) } }),
  };
}

/** `POST /console/reconciliation`: with its file; or without, where a script sends it in pieces. */
export function begin(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = reconciliationTexts[view.language];
  return submission(c, {
    run: async (posted) => {
      const file = posted.file('file');
      const isInPieces = posted.text('pieces') === '1';
      if (isEmpty(posted)) throw new FormProblem([{ path: 'file', message: t.fault.empty }]);
      if (!file && !isInPieces) throw new FormProblem([{ path: 'file', message: t.chooseFile }]);
      if (file && file.size > LARGEST_FILE) throw new FormProblem([{ path: 'file', message: t.fileHint }]);
      const made = await c.get('api').post<ReadReconciliation>('/reconciliations', orderOf(posted));
      if (file) await sendWhole(c, made.id, file);
      return { to: pathOf(made.id) };
    },
    form: (state) => listPage(c, state),
  });
}

/** Whether the file that was chosen has nothing in it: where none was, a browser posts one without a name. */
function isEmpty({ files }: Posted): boolean {
  const { file } = files;
  return file !== undefined && file.name !== '' && file.size === 0;
}

/** `POST …/file`: a piece that a script sends, or the whole file again. Answers a script with how far it is. */
export async function takePiece(c: ConsoleContext, posted: Posted): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const piece = posted.file('piece');
  if (!piece) {
    const file = posted.file('file');
    if (file) await sendWhole(c, encodeURIComponent(id), file);
    if (isEmpty(posted)) {
      const text = reconciliationTexts[c.get('view').language].fault.empty;
      writeFlash(c, { kind: 'bad', text });
    }
    return c.redirect(pathOf(id), 303);
  }
  const [offset, size] = [Number(posted.text('offset')), Number(posted.text('size'))];
  try {
    const answer = await c
      .get('api')
      .fetch('PUT', `/reconciliations/${encodeURIComponent(id)}/file`, await piece.arrayBuffer(), {
        headers: { 'content-range': `bytes ${offset}-${offset + piece.size - 1}/${size}` },
      });
    const { file } = (await answer.json()) as ReadReconciliation;
    return c.json({ received: file.received });
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return c.json({ problem: error.detail }, error.status as 400);
  }
}
