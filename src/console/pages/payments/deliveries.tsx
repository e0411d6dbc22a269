/** The tries of a payment's webhooks: when, where, with which answer, and both bodies. */
import { HiddenFields } from '../../components/form.tsx';
import { Empty, Pill, Time } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import { newOperation } from '../../form-state.ts';
import { countText } from '../../format.ts';
import { paymentTexts } from '../../texts/payment.ts';
import type { View } from '../../view.ts';
import { mayMoveMoney } from '../may.ts';
import type { ReadDelivery } from './read.ts';
import { paymentPath } from './table.tsx';

/** JSON as people read it; all else as it is. */
function readableBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 1);
  } catch {
    return body;
  }
}

function Bodies({ view, exchange }: { readonly view: View; readonly exchange: ReadDelivery['exchange'] }) {
  const t = paymentTexts[view.language];
  if (exchange === null) return <span class="small muted">{t.noBodies}</span>;
  return (
    <details>
      <summary>{t.bodies}</summary>
      <p class="small">
        {t.sent} (<span class="id">{exchange.url}</span>)
      </p>
      <pre class="wrap">{readableBody(exchange.request)}</pre>
      <p class="small">{t.answered}</p>
      {exchange.answer ? (
        <pre class="wrap">{readableBody(exchange.answer)}</pre>
      ) : (
        <p>{exchange.answer === null ? t.noAnswer : t.emptyAnswer}</p>
      )}
    </details>
  );
}

/** A button that sends the newest webhook again, at once: the same message, under the same id. */
export function ResendButton({
  view,
  id,
  text,
}: {
  readonly view: View;
  readonly id: string;
  /** In the words of the page; left out: those of a payment. */
  readonly text?: string;
}) {
  if (!mayMoveMoney(view.user)) return null;
  return (
    <form method="post" action={`${paymentPath(id)}/resend`}>
      <HiddenFields view={view} operation={newOperation()} />
      <button type="submit" class="button">
        {text ?? paymentTexts[view.language].resend}
      </button>
    </form>
  );
}

export function Deliveries({
  view,
  deliveries,
}: {
  readonly view: View;
  readonly deliveries: readonly ReadDelivery[];
}) {
  const t = paymentTexts[view.language];
  if (deliveries.length === 0) return <Empty text={t.noDeliveries} />;
  const tones = { delivered: 'ok', failed: 'warn', abandoned: 'bad' } as const;
  return (
    <DataTable
      caption={t.deliveries}
      rows={deliveries.toReversed()}
      columns={[
        { head: t.when, cell: ({ at }) => <Time view={view} at={at} /> },
        { head: t.endpoint, cell: ({ endpoint }) => endpoint },
        {
          head: t.result,
          cell: ({ result, status, error }) => (
            <span class="stack">
              <Pill tone={tones[result]}>{t[result]}</Pill>
              <span class="small">
                {status === null ? <span lang="en">{error ?? t.noAnswer}</span> : `HTTP ${status}`}
              </span>
            </span>
          ),
        },
        { head: t.tries, right: true, cell: (one) => one.try },
        {
          head: t.duration,
          right: true,
          cell: ({ durationMs }) => t.ms(countText(view.language, durationMs)),
        },
        { head: t.bodies, cell: ({ exchange }) => <Bodies view={view} exchange={exchange} /> },
      ]}
    />
  );
}
