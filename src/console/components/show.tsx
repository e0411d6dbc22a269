/** How single things are shown: amounts, times, statuses, identifiers, facts. */
import type { Child } from 'hono/jsx';
import type { Status } from '../../payments/statuses.ts';
import { amountText, exactTime, relativeTime, shortTime } from '../format.ts';
import { commonTexts } from '../texts/common.ts';
import type { View } from '../view.ts';

interface Viewed {
  readonly view: View;
}

/** An amount with its currency, which never breaks into two lines. */
export function Amount({
  view,
  amount,
  currency,
  large,
}: Viewed & { readonly amount: number; readonly currency: string; readonly large?: boolean }) {
  return <span class={large ? 'amount large' : 'amount'}>{amountText(view.language, amount, currency)}</span>;
}

/**
 * A time. `relative`: "3 minutes ago", the exact one on hover (for lists, beside which an exact one is a click away); `exact`: with
 * seconds and zone; left out: both, the exact one in words that everybody sees.
 */
export function Time({
  view: { language, zone, now },
  at,
  as,
}: Viewed & { readonly at: string | null; readonly as?: 'relative' | 'exact' }) {
  if (at === null) return <span class="muted">{commonTexts[language].none}</span>;
  const exact = exactTime(language, zone, at);
  return (
    <time datetime={at} title={exact}>
      {as === 'exact'
        ? exact
        : as === 'relative'
          ? relativeTime(language, now, at)
          : `${shortTime(language, zone, at)} (${relativeTime(language, now, at)})`}
    </time>
  );
}

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'none';

/** A state in a word; colour and shape only underline it. */
export function Pill({ tone, children }: { readonly tone: Tone; readonly children: Child }) {
  return <span class={`pill ${tone}`}>{children}</span>;
}

const TONES: Readonly<Record<Status, Tone>> = {
  created: 'none',
  forwarded: 'info',
  pending: 'info',
  authorized: 'info',
  partially_paid: 'warn',
  paid: 'ok',
  denied: 'bad',
  cancelled: 'none',
  expired: 'none',
  error: 'bad',
  partially_refunded: 'warn',
  refunded: 'none',
  charged_back: 'bad',
};

/** A payment's status. */
export function StatusPill({ view, status }: Viewed & { readonly status: Status }) {
  return <Pill tone={TONES[status]}>{commonTexts[view.language].status[status]}</Pill>;
}

interface CopiedProps extends Viewed {
  readonly text: string;
  /** What it is, for screen readers. */
  readonly label: string;
}

/** Copies a text, where scripts run. */
export function CopyButton({ view, text, label }: CopiedProps) {
  const t = commonTexts[view.language];
  return (
    <button type="button" class="button copy" hidden data-copy={text} data-copied={t.copied}>
      <span data-said role="status">
        {t.copy}
      </span>
      <span class="visually-hidden"> {label}</span>
    </button>
  );
}

/** An identifier, with a button that copies it. */
export function Copyable(props: CopiedProps) {
  return (
    <span class="row">
      <span class="id">{props.text}</span>
      <CopyButton {...props} />
    </span>
  );
}

/** What is known of a thing, as pairs. A value of null is left out. */
export function Facts({ of }: { readonly of: readonly (readonly [string, Child])[] }) {
  return (
    <dl class="facts">
      {of
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
    </dl>
  );
}

/** A message of the page: what happened, then what to do. `bad` and `warn` are read out at once. */
export function Notice({
  tone,
  title,
  children,
}: {
  readonly tone: Exclude<Tone, 'none'>;
  readonly title?: string;
  readonly children?: Child;
}) {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {title !== undefined && <h2>{title}</h2>}
      {children}
    </div>
  );
}

/** Nothing is here yet: says what to do next. */
export function Empty({ text, children }: { readonly text: string; readonly children?: Child }) {
  return (
    <div class="empty">
      <p>{text}</p>
      {children}
    </div>
  );
}
