/** `GET /console/payments/:id`: amount and status large, the money, what may be done, and its story. */
import type { Child } from 'hono/jsx';
import { Amount, Copyable, Empty, Facts, Pill, StatusPill, Time } from '../../components/show.tsx';
import { DataTable, Tabs } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { consolePage } from '../../page.tsx';
import { commonTexts } from '../../texts/common.ts';
import { paymentTexts } from '../../texts/payment.ts';
import type { View } from '../../view.ts';
import { mayMoveMoney } from '../may.ts';
import { Deliveries, ResendButton } from './deliveries.tsx';
import { Attempts, MoneyStrip, Operations } from './money.tsx';
import { actorNames, type PaymentStory, type ReadPayment, readStory, refundableOf } from './read.ts';
import { Refused } from './refused.tsx';
import { SeenByShopper } from './seen.tsx';
import { paymentPath } from './table.tsx';
import { Timeline } from './timeline.tsx';
import { PaymentNotices } from './waiting.tsx';

interface Shown {
  readonly view: View;
  readonly payment: ReadPayment;
}

/** Statuses of which a cancel may make something. */
const CANCELLABLE: ReadonlySet<string> = new Set(['created', 'forwarded', 'pending', 'authorized', 'paid']);

function Actions({ view, payment }: Shown) {
  const t = paymentTexts[view.language].actions;
  if (!mayMoveMoney(view.user)) return null;
  const { amounts, attempts, status } = payment;
  const at = paymentPath(payment.id);
  const isOpen = status === 'created' || status === 'forwarded' || status === 'denied' || status === 'error';
  return (
    <>
      {amounts.authorized > 0 && (
        <a class="button main" href={`${at}/capture`}>
          {t.capture}
        </a>
      )}
      {attempts.some((one) => refundableOf(one) > 0) && (
        <a class="button danger" href={`${at}/refund`}>
          {t.refund}
        </a>
      )}
      {CANCELLABLE.has(status) && (
        <a class="button danger" href={`${at}/cancel`}>
          {t.cancel}
        </a>
      )}
      {isOpen && (
        <a class="button" href={`${at}/link`}>
          {t.link}
        </a>
      )}
      <a class="button" href={`${at}/refresh`}>
        {t.refresh}
      </a>
    </>
  );
}

function shopperOf({ customer }: ReadPayment): string | null {
  const { firstName, lastName, email, phone, address } = customer;
  const place = address ? [address.line1, address.postalCode, address.city, address.country] : [];
  const text = [
    [firstName, lastName].filter(Boolean).join(' '),
    email,
    phone,
    place.filter(Boolean).join(' '),
  ];
  return text.filter(Boolean).join(', ') || null;
}

function cardOf({ card }: ReadPayment): string | null {
  if (card === null) return null;
  return [card.brand, card.last4 && `···· ${card.last4}`, card.expiry].filter(Boolean).join(' ');
}

function About({ view, payment }: Shown) {
  const t = paymentTexts[view.language];
  const copied = (text: string | null, label: string) =>
    text === null ? null : <Copyable view={view} text={text} label={label} />;
  const words = [payment.providerStatus, payment.providerStatusText].filter(Boolean).join(' · ');
  return (
    <Facts
      of={[
        [t.reference, copied(payment.reference, t.reference)],
        [t.id, copied(payment.id, t.id)],
        [t.shop, <a href={`/console/shops/${payment.shop}`}>{payment.shop}</a>],
        [t.account, <a href={`/console/accounts/${payment.account}`}>{payment.account}</a>],
        [t.provider, payment.provider],
        [t.providerReference, copied(payment.providerReference, t.providerReference)],
        [t.providerWords, words === '' ? null : <span lang="en">{words}</span>],
        [t.proven, payment.signed === null ? null : payment.signed ? t.provenYes : t.provenNo],
        [t.created, <Time view={view} at={payment.createdAt} />],
        [t.paidAt, payment.paidAt === null ? null : <Time view={view} at={payment.paidAt} />],
        [t.expires, payment.expiresAt === null ? null : <Time view={view} at={payment.expiresAt} />],
        [t.shopper, shopperOf(payment)],
        [t.card, cardOf(payment)],
      ]}
    />
  );
}

function Section({
  id,
  title,
  side,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly side?: Child;
  readonly children: Child;
}) {
  return (
    <section id={id} class="stack" aria-labelledby={`${id}-title`}>
      <div class="head">
        <h2 id={`${id}-title`}>{title}</h2>
        {side !== undefined && <div class="actions">{side}</div>}
      </div>
      {children}
    </section>
  );
}

function RefusedOnes({ view, story }: { readonly view: View; readonly story: PaymentStory }) {
  const t = paymentTexts[view.language];
  const { refusals, payment } = story;
  if (refusals === null) return <Empty text={t.refusalsHidden} />;
  return (
    <>
      {refusals.length === 0 && <Empty text={t.noRefusals} />}
      {refusals.map((refused) => (
        <Refused view={view} refused={refused} />
      ))}
      <p>
        <a href={`/console/refusals/${payment.account}`}>{t.refusalsAll}</a>
      </p>
    </>
  );
}

function People({ view, story }: { readonly view: View; readonly story: PaymentStory }) {
  const t = paymentTexts[view.language];
  if (story.audit.length === 0) return <Empty text={t.noPeople} />;
  return (
    <DataTable
      caption={t.people}
      rows={story.audit}
      columns={[
        { head: t.when, cell: ({ at }) => <Time view={view} at={at} /> },
        { head: t.who, cell: ({ actor, actorName }) => actorName ?? actor },
        { head: t.did, cell: ({ action }) => <code>{action}</code> },
        {
          head: t.details,
          cell: ({ detail }) => (
            <span class="id">{Object.keys(detail).length > 0 ? JSON.stringify(detail) : ''}</span>
          ),
        },
      ]}
    />
  );
}

function tabsOf(view: View, { payment, deliveries, refusals, log, audit }: PaymentStory) {
  const t = paymentTexts[view.language];
  return [
    { href: '#story', text: t.story, count: log.length },
    { href: '#seen', text: t.seen },
    { href: '#attempts', text: t.attempts, count: payment.attempts.length },
    { href: '#operations', text: t.operations, count: payment.operations.length },
    { href: '#deliveries', text: t.deliveries, count: deliveries.length },
    { href: '#refusals', text: t.refusals, count: refusals?.length ?? 0 },
    { href: '#people', text: t.people, count: audit.length },
  ];
}

export async function paymentPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = paymentTexts[view.language];
  const story = await readStory(c);
  const { payment, log, deliveries } = story;
  const at = paymentPath(payment.id);
  const showsAll = c.req.query('story') === 'all';
  return consolePage(c, {
    title: t.title(payment.reference),
    area: 'payments',
    heading: (
      <div class="stack">
        <h1 class="payment-title">{t.title(payment.reference)}</h1>
        <div class="row">
          <Amount view={view} amount={payment.amount} currency={payment.currency} large />
          <StatusPill view={view} status={payment.status} />
          {payment.test && <Pill tone="none">{commonTexts[view.language].test}</Pill>}
        </div>
        {payment.test && <p class="small muted">{t.testNotice}</p>}
      </div>
    ),
    actions: <Actions view={view} payment={payment} />,
    body: (
      <>
        <PaymentNotices view={view} story={story} />
        <MoneyStrip view={view} payment={payment} />
        <section class="card" aria-labelledby="facts-title">
          <h2 id="facts-title">{t.facts}</h2>
          <About view={view} payment={payment} />
        </section>
        <Tabs label={t.sections} tabs={tabsOf(view, story)} />
        <Section id="story" title={t.story}>
          <p class="small muted">{t.tellsAll}</p>
          <Timeline
            view={view}
            currency={payment.currency}
            attempts={payment.attempts}
            lines={log}
            names={actorNames(story)}
            all={showsAll ? null : `${at}?story=all#story`}
          />
          <div class="actions">
            <a class="button" href={`${at}/proof`}>
              {t.proof}
            </a>
            <a class="button" href={`${at}/raw`}>
              {t.rawAll}
            </a>
            <a class="button" href={`/console/transactions/${payment.id}`}>
              {t.polybanking}
            </a>
            {view.user?.role === 'owner' && (
              <a class="button danger" href={`${at}/erase`}>
                {t.actions.erase}
              </a>
            )}
          </div>
        </Section>
        <Section id="seen" title={t.seen}>
          <div class="card">
            <SeenByShopper view={view} story={story} />
          </div>
        </Section>
        <Section id="attempts" title={t.attempts}>
          <Attempts view={view} payment={payment} />
        </Section>
        <Section id="operations" title={t.operations}>
          <Operations view={view} payment={payment} />
        </Section>
        <Section id="deliveries" title={t.deliveries} side={<ResendButton view={view} id={payment.id} />}>
          <Deliveries view={view} deliveries={deliveries} />
        </Section>
        <Section id="refusals" title={t.refusals}>
          <RefusedOnes view={view} story={story} />
        </Section>
        <Section id="people" title={t.people}>
          <People view={view} story={story} />
        </Section>
      </>
    ),
  });
}
