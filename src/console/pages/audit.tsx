/** The audit log: who changed what, when, from where; filtered by the address of the page, and as a file. */

import { ApiProblem, type InputProblem, type OperatorAnswer, type Query, queryText } from '../api.ts';
import type { Area } from '../area.ts';
import { SelectField, TextField } from '../components/fields.tsx';
import { AskForm } from '../components/form.tsx';
import { Empty, Time } from '../components/show.tsx';
import { DataTable, NextPage } from '../components/table.tsx';
import type { ConsoleContext } from '../context.ts';
import { csvOfPages } from '../download.ts';
import { FormState } from '../form-state.ts';
import { consolePage } from '../page.tsx';
import { auditTexts } from '../texts/audit.ts';
import { commonTexts } from '../texts/common.ts';
import type { View } from '../view.ts';
import { afterLocalDay, fromLocalTime } from '../zoned-times.ts';
import { shopChoices } from './payments/link.tsx';

const AUDIT = '/console/audit';
const PLAIN = ['actor', 'action', 'subject', 'shop', 'address', 'request'] as const;
const DAYS = ['from', 'to'] as const;
const LINES = 50;
/** The most that the API gives of a file at a time. */
const LINES_OF_FILE = 100;

type AuditList = OperatorAnswer<'auditList'>;
type AuditLine = AuditList['data'][number];

interface Filters {
  readonly typed: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly problems: readonly InputProblem[];
}

/** The filters of the address: days are those of the viewer's zone, the last one is in. */
function filtersOf(c: ConsoleContext): Filters {
  const { language, zone } = c.get('view');
  const typed = Object.fromEntries(
    [...PLAIN, ...DAYS].flatMap((name) => {
      const value = (c.req.query(name) ?? '').trim();
      return value === '' ? [] : [[name, value] as const];
    }),
  );
  const query: Record<string, string> = { ...typed };
  const problems: InputProblem[] = [];
  for (const name of DAYS) {
    const day = typed[name];
    if (day === undefined) continue;
    const at = name === 'to' ? afterLocalDay(day, zone) : fromLocalTime(day, zone);
    if (at === null) problems.push({ path: name, message: auditTexts[language].notDay });
    else query[name] = at;
  }
  return { typed, query, problems };
}

/** What an entry is about, as a link where it has a page; null: it has none. */
function subjectPage({ action, subject }: AuditLine): string | null {
  const pages = { payment: '/console/payments/', user: '/console/users/' } as const;
  const kind = action.split('.')[0] ?? '';
  // Who is deleted has no page any more.
  if (action.endsWith('.deleted') || !(kind in pages)) return null;
  return pages[kind as keyof typeof pages] + encodeURIComponent(subject);
}

function AuditTable({ view, lines }: { readonly view: View; readonly lines: readonly AuditLine[] }) {
  const t = auditTexts[view.language];
  const same = (name: string, value: string) => `${AUDIT}${queryText({ [name]: value })}`;
  return (
    <DataTable
      caption={t.title}
      rows={lines}
      columns={[
        { head: t.when, cell: ({ at }) => <Time view={view} at={at} as="exact" /> },
        {
          head: t.who,
          cell: ({ actor, actorName }) => (
            <a href={same('actor', actor)}>{actorName === null ? actor : `${actorName} (${actor})`}</a>
          ),
        },
        { head: t.what, cell: ({ action }) => <a href={same('action', action)}>{action}</a> },
        {
          head: t.subject,
          cell: (line) => {
            const page = subjectPage(line);
            return page === null ? <span class="id">{line.subject}</span> : <a href={page}>{line.subject}</a>;
          },
        },
        { head: t.shop, cell: ({ shop }) => shop ?? commonTexts[view.language].none },
        {
          head: t.more,
          cell: ({ detail, address, request }) => (
            <details>
              <summary>{t.open}</summary>
              <pre class="wrap" tabindex={0}>
                {JSON.stringify(
                  { ...detail, ...(address && { address }), ...(request && { request }) },
                  null,
                  2,
                )}
              </pre>
            </details>
          ),
        },
      ]}
    />
  );
}

/** What the API does not take of the filters; another failure goes on. */
function asProblems(error: unknown): readonly InputProblem[] {
  if (error instanceof ApiProblem && error.status === 404) return [{ path: 'shop', message: error.detail }];
  if (error instanceof ApiProblem && error.errors.length > 0) return error.errors;
  throw error;
}

async function auditPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = auditTexts[view.language];
  const { typed, query, problems: own } = filtersOf(c);
  const cursor = c.req.query('cursor');
  const shops = await shopChoices(c);
  let problems = own;
  let list: AuditList = { data: [], nextCursor: null };
  if (own.length === 0) {
    try {
      list = await c.get('api').get<AuditList>('/audit', { ...query, cursor, limit: LINES });
    } catch (error) {
      problems = asProblems(error);
    }
  }
  const values = Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, [value]]));
  const state = new FormState({ values, problems });
  const isWrong = problems.length > 0;
  return consolePage(c, {
    title: t.title,
    area: 'audit',
    status: isWrong ? 422 : 200,
    ...(!isWrong && {
      actions: (
        <a class="button" href={`${AUDIT}/file${queryText(typed)}`}>
          {t.file}
        </a>
      ),
    }),
    body: (
      <>
        <details class="card" open={isWrong || Object.keys(typed).length > 0}>
          <summary>{t.filters}</summary>
          <AskForm
            view={view}
            state={state}
            action={AUDIT}
            submit={t.find}
            clear={{ href: AUDIT, text: t.all }}
          >
            <TextField view={view} state={state} name="actor" label={t.who} hint={t.whoHint} />
            <TextField view={view} state={state} name="action" label={t.what} hint={t.whatHint} />
            <TextField view={view} state={state} name="subject" label={t.subject} hint={t.subjectHint} />
            <SelectField
              view={view}
              state={state}
              name="shop"
              label={t.shop}
              choices={shops}
              empty={t.anyShop}
            />
            <TextField view={view} state={state} name="address" label={t.address} />
            <TextField view={view} state={state} name="request" label={t.request} hint={t.requestHint} />
            <TextField view={view} state={state} name="from" label={t.from} type="date" />
            <TextField view={view} state={state} name="to" label={t.to} type="date" />
          </AskForm>
        </details>
        {!isWrong && list.data.length === 0 && <Empty text={t.nothing} />}
        {list.data.length > 0 && <AuditTable view={view} lines={list.data} />}
        <NextPage
          view={view}
          cursor={list.nextCursor}
          href={(cursor) => `${AUDIT}${queryText({ ...typed, cursor })}`}
        />
        {cursor !== undefined && (
          <p>
            <a class="button" href={`${AUDIT}${queryText(typed)}`}>
              {commonTexts[view.language].previous}
            </a>
          </p>
        )}
      </>
    ),
  });
}

async function auditFile(c: ConsoleContext): Promise<Response> {
  const { typed, query: filters, problems } = filtersOf(c);
  if (problems.length > 0) return c.redirect(`${AUDIT}${queryText(typed)}`, 303);
  return csvOfPages('audit.csv', (cursor) =>
    c
      .get('api')
      .fetch('GET', `/audit${queryText({ ...filters, format: 'csv', limit: LINES_OF_FILE, cursor })}`),
  );
}

export const auditArea: Area = {
  id: 'audit',
  nav: { href: AUDIT, order: 80, icon: 'list', text: (language) => auditTexts[language].nav },
  routes: (app) => {
    app.get(AUDIT, auditPage);
    app.get(`${AUDIT}/file`, auditFile);
  },
};
