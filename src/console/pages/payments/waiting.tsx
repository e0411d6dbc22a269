/** What of a payment waits for a person, on top of its page: each with its way out. */
import { Amount, Notice } from '../../components/show.tsx';
import { paymentTexts } from '../../texts/payment.ts';
import { storyTexts } from '../../texts/story.ts';
import type { View } from '../../view.ts';
import { mayMoveMoney } from '../may.ts';
import type { PaymentStory, ReadOperation } from './read.ts';
import { paymentPath } from './table.tsx';

interface Waiting {
  readonly view: View;
  readonly story: PaymentStory;
}

/** Who has asked for an operation, as the audit log names actors; null: its shop, or it is not known. */
export function askedBy({ log }: Pick<PaymentStory, 'log'>, number: number): string | null {
  const line = log.find(({ type, detail }) => type === 'operation.requested' && detail.operation === number);
  return typeof line?.detail.by === 'string' ? line.detail.by : null;
}

function ApprovalNotice({ view, story, operation }: Waiting & { readonly operation: ReadOperation }) {
  const t = paymentTexts[view.language];
  const { id, currency } = story.payment;
  const isOwn = askedBy(story, operation.operation) === `user:${view.user?.id}`;
  const may = mayMoveMoney(view.user);
  const at = `${paymentPath(id)}/operations/${operation.operation}`;
  return (
    <Notice tone="warn" title={t.waitsTitle(storyTexts[view.language].kind[operation.kind])}>
      <p>
        <Amount view={view} amount={operation.amount} currency={currency} />.{' '}
        {isOwn ? t.waitsOwn : may ? t.waitsOther : t.waitsRead}
      </p>
      {may && !isOwn && (
        <div class="actions">
          <a class="button main" href={`${at}/approve`}>
            {t.approve}
          </a>
          <a class="button danger" href={`${at}/decline`}>
            {t.declineIt}
          </a>
        </div>
      )}
    </Notice>
  );
}

function UnknownNotice({ view, story, operation }: Waiting & { readonly operation: ReadOperation }) {
  const t = paymentTexts[view.language];
  return (
    <Notice tone="warn" title={t.unknownTitle(storyTexts[view.language].kind[operation.kind])}>
      {operation.lookUp !== null && (
        <p>
          {t.lookUp}: <span lang="en">{operation.lookUp}</span>
        </p>
      )}
      {mayMoveMoney(view.user) && (
        <p>
          <a
            class="button"
            href={`${paymentPath(story.payment.id)}/operations/${operation.operation}/settle`}
          >
            {t.settle}
          </a>
        </p>
      )}
    </Notice>
  );
}

/** Every notice of a payment. */
export function PaymentNotices({ view, story }: Waiting) {
  const { payment, log } = story;
  const t = paymentTexts[view.language];
  const of = (state: string) => payment.operations.filter((one) => one.state === state);
  const doubtful = new Set([
    'amount_untold',
    'amount_implausible',
    'amount_scaled',
    'amount_missing',
    'currency',
  ]);
  const conflicts = log.filter(
    ({ type, detail }) => type === 'notification.conflict' && doubtful.has(String(detail.reason)),
  );
  const waiting = payment.attempts.filter(
    ({ pendingReason }) => pendingReason !== null && pendingReason !== 'processing',
  );
  const last = conflicts.at(-1);
  const numbers = new Set([
    ...waiting.map(({ attempt }) => attempt),
    ...(last ? [Number(last.detail.attempt)] : []),
  ]);
  return (
    <>
      {of('awaiting_approval').map((operation) => (
        <ApprovalNotice view={view} story={story} operation={operation} />
      ))}
      {of('unknown').map((operation) => (
        <UnknownNotice view={view} story={story} operation={operation} />
      ))}
      {payment.pendingReason !== null && (
        <Notice tone="info">{<p>{t.pending[payment.pendingReason]}</p>}</Notice>
      )}
      {mayMoveMoney(view.user) &&
        [...numbers].map((attempt) => (
          <p>
            <a class="button" href={`${paymentPath(payment.id)}/attempts/${attempt}/conclude`}>
              {t.conclude} {numbers.size > 1 ? attempt : ''}
            </a>
          </p>
        ))}
      {payment.late && <Notice tone="warn">{<p>{t.late}</p>}</Notice>}
    </>
  );
}
