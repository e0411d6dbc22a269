/** What needs a person: the list by kind, and how an entry is resolved with a note. */
import type { Child } from 'hono/jsx';
import { ATTENTION_KINDS, type AttentionKind } from '../../payments/attention.ts';
import { type Api, ApiProblem, type OperatorAnswer, queryText } from '../api.ts';
import type { Area } from '../area.ts';
import { TextArea } from '../components/fields.tsx';
import { Empty, Facts, Notice, Time } from '../components/show.tsx';
import { NextPage, Tabs } from '../components/table.tsx';
import type { ConsoleContext } from '../context.ts';
import { confirmationPage } from '../form-page.tsx';
import { type FormState, freshForm } from '../form-state.ts';
import { amountText } from '../format.ts';
import { consolePage } from '../page.tsx';
import { submission } from '../submission.tsx';
import { attentionTexts } from '../texts/attention.ts';
import type { View } from '../view.ts';
import { mayMoveMoney } from './may.ts';
import { paymentPath } from './payments/table.tsx';

type AttentionEntry = OperatorAnswer<'attention'>;
export type AttentionPage = OperatorAnswer<'attentionList'>;

const PAGE = 30;

/** Where an entry leads: what its kind asks somebody to look at. */
function waysOut(
  view: View,
  { kind, payment, account, shop, detail }: AttentionEntry,
): readonly (readonly [string, string])[] {
  const t = attentionTexts[view.language];
  const at = payment === null ? '' : paymentPath(payment);
  const ofAccount = account === null ? [] : [[`/console/accounts/${account}`, t.accountPage] as const];
  const refused = account === null ? [] : [[`/console/refusals/${account}`, t.look] as const];
  switch (kind) {
    case 'webhook_failing':
      return [
        [`${at}#deliveries`, t.webhooks],
        [`/console/payments/resend?shop=${shop}`, t.resendMany],
      ];
    case 'endpoint_off':
      return [
        [`/console/shops/${shop}`, t.shopPage],
        [`/console/payments/resend?shop=${shop}`, t.resendMany],
      ];
    case 'operation_unknown':
      return [[`${at}/operations/${detail.operation}/settle`, t.settle]];
    case 'awaiting_approval':
      return [[`${at}/operations/${detail.operation}/approve`, t.decide]];
    case 'pending_proof':
    case 'pending_person':
      // Nobody says here what became of it: it is refunded at the provider.
      if (detail.reason === 'not_delivered') return [[`${at}#story`, t.payment]];
      return [[`${at}/attempts/${detail.attempt}/conclude`, t.conclude]];
    case 'paid_twice':
      return [[`${at}/refund`, t.refund]];
    case 'conflict':
      return [[`${at}#story`, t.payment]];
    case 'refusals':
      return refused;
    case 'provider_silent':
      return [...refused, ...ofAccount];
    case 'secret_ending':
      if (shop !== null) return [[`/console/shops/${shop}`, t.shop]];
      return account === null ? [['/console/tokens', t.tokens]] : ofAccount;
    default:
      return ofAccount;
  }
}

/** The details as they stand: members go by the kind, and a later version may have others. */
function detailFacts(view: View, { detail }: AttentionEntry): readonly (readonly [string, Child])[] {
  const { currency } = detail;
  return Object.entries(detail)
    .filter(([name, value]) => name !== 'currency' && value !== null && value !== '')
    .map(([name, value]) => {
      const isMoney =
        typeof value === 'number' &&
        typeof currency === 'string' &&
        ['amount', 'paid', 'refunded', 'asked'].includes(name);
      const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
      if (isMoney) return [name, amountText(view.language, value, currency)];
      return [
        name,
        isTime ? (
          <Time view={view} at={value} />
        ) : typeof value === 'object' ? (
          JSON.stringify(value)
        ) : (
          String(value)
        ),
      ];
    });
}

function EntryFacts({ view, entry }: { readonly view: View; readonly entry: AttentionEntry }) {
  const t = attentionTexts[view.language];
  const { payment, account, shop, since, detail } = entry;
  const reference = typeof detail.reference === 'string' ? detail.reference : payment;
  return (
    <>
      <Facts
        of={[
          [t.since, <Time view={view} at={since} />],
          [t.payment, payment === null ? null : <a href={paymentPath(payment)}>{reference}</a>],
          [t.account, account === null ? null : <a href={`/console/accounts/${account}`}>{account}</a>],
          [t.shop, shop === null ? null : <a href={`/console/shops/${shop}`}>{shop}</a>],
        ]}
      />
      <details>
        <summary>{t.details}</summary>
        <Facts of={detailFacts(view, entry)} />
      </details>
    </>
  );
}

/** One entry, with what to do about it. */
export function AttentionCard({ view, entry }: { readonly view: View; readonly entry: AttentionEntry }) {
  const t = attentionTexts[view.language];
  const { id, kind } = entry;
  const may = mayMoveMoney(view.user);
  return (
    <article class="card attention" aria-labelledby={`attention-${id}`}>
      <h3 id={`attention-${id}`}>{t.kind[kind]}</h3>
      <p>{t.todo[kind]}</p>
      <EntryFacts view={view} entry={entry} />
      <div class="actions">
        {waysOut(view, entry).map(([href, text], index) => (
          <a class={index === 0 ? 'button main' : 'button'} href={href}>
            {text}
          </a>
        ))}
        {may && kind !== 'awaiting_approval' && (
          <a class="button" href={`/console/attention/${id}/resolve`}>
            {t.resolve}
            <span class="visually-hidden"> {t.kind[kind]}</span>
          </a>
        )}
      </div>
    </article>
  );
}

const totalOf = ({ counts }: AttentionPage): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

async function listPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = attentionTexts[view.language];
  const [kind, shop, cursor] = [c.req.query('kind'), c.req.query('shop'), c.req.query('cursor')];
  const list = await c.get('api').get<AttentionPage>('/attention', { kind, shop, cursor, limit: PAGE });
  const at = (of?: string, more?: string) =>
    `/console/attention${queryText({ kind: of, shop, cursor: more })}`;
  const kinds: readonly AttentionKind[] = ATTENTION_KINDS.filter(
    (one) => (list.counts[one] ?? 0) > 0 || one === kind,
  );
  return consolePage(c, {
    title: t.title,
    area: 'attention',
    body: (
      <>
        {kinds.length > 0 && (
          <Tabs
            label={t.kinds}
            tabs={[
              { href: at(), text: t.all, count: totalOf(list), current: kind === undefined },
              ...kinds.map((one) => ({
                href: at(one),
                text: t.kind[one],
                count: list.counts[one] ?? 0,
                current: one === kind,
              })),
            ]}
          />
        )}
        <h2 class="visually-hidden">
          {kind === undefined ? t.all : (t.kind[kind as AttentionKind] ?? kind)}
        </h2>
        {list.data.length === 0 && <Empty text={kind === undefined ? t.nothing : t.nothingOf} />}
        {list.data.map((entry) => (
          <AttentionCard view={view} entry={entry} />
        ))}
        <NextPage view={view} cursor={list.nextCursor} href={(cursor) => at(kind, cursor)} />
      </>
    ),
  });
}

async function resolvePage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = attentionTexts[view.language];
  const id = encodeURIComponent(c.req.param('id') ?? '');
  const entry = await c
    .get('api')
    .get<AttentionEntry>(`/attention/${id}`)
    .catch((error: unknown) => {
      if (error instanceof ApiProblem && error.status === 404) return null;
      throw error;
    });
  if (entry === null)
    return consolePage(c, {
      title: t.title,
      area: 'attention',
      status: 404,
      body: (
        <Notice tone="info">
          <p>{t.gone}</p>
          <p>
            <a class="button" href="/console/attention">
              {t.back}
            </a>
          </p>
        </Notice>
      ),
    });
  return confirmationPage(c, {
    title: t.resolveTitle(t.kind[entry.kind]),
    area: 'attention',
    state,
    action: `/console/attention/${id}/resolve`,
    submit: t.submit,
    cancel: '/console/attention',
    facts: (
      <>
        <p>{t.resolveText}</p>
        <EntryFacts view={view} entry={entry} />
      </>
    ),
    fields: <TextArea view={view} state={state} name="note" label={t.note} required />,
  });
}

/** The number beside the entry of the navigation. */
async function openCount(api: Api): Promise<number> {
  return totalOf(await api.get<AttentionPage>('/attention', { limit: 1 }));
}

export const attentionArea: Area = {
  id: 'attention',
  nav: {
    href: '/console/attention',
    order: 30,
    icon: 'attention',
    text: (language) => attentionTexts[language].nav,
    count: openCount,
  },
  routes: (app) => {
    app.get('/console/attention', listPage);
    app.get('/console/attention/:id/resolve', (c) => resolvePage(c, freshForm()));
    app.post('/console/attention/:id/resolve', (c) =>
      submission(c, {
        run: async (posted) => {
          // Its line breaks would be refused: the log has one line.
          const note = posted.text('note').replace(/\s+/g, ' ');
          await c
            .get('api')
            .post(`/attention/${encodeURIComponent(c.req.param('id') ?? '')}/resolve`, { note });
          return { to: '/console/attention', flash: attentionTexts[c.get('view').language].done };
        },
        form: (state) => resolvePage(c, state),
      }),
    );
  },
};
