/** A payment's story: each line of its log in plain words, with what the log itself holds folded below it. */
import { Time } from '../../components/show.tsx';
import { countText } from '../../format.ts';
import { paymentTexts } from '../../texts/payment.ts';
import { storyTexts } from '../../texts/story.ts';
import type { View } from '../../view.ts';
import type { ReadPayment } from './read.ts';
import { repeatsOf, type StoryLine, storyText } from './story.ts';

/** Lines that a page shows unless asked for all: a page stays small. */
const SHOWN = 40;

const TROUBLE = new Set([
  'forward.failed',
  'notification.conflict',
  'payment.paid_twice',
  'webhook.abandoned',
  'operation.failed',
  'operation.unknown',
  'operation.abandoned',
]);
const GOOD = new Set([
  'notification.applied',
  'operation.succeeded',
  'webhook.delivered',
  'attempt.concluded',
]);

function toneOf({ type, detail }: StoryLine): string {
  if (TROUBLE.has(type) || detail.refused !== undefined) return 'bad';
  return GOOD.has(type) ? 'ok' : 'none';
}

/** The account of the attempt that a line is about, where several have attempts; null: it is about none, or there is no question. */
function accountOf({ type, detail }: StoryLine, attempts: ReadPayment['attempts']): string | null {
  // Its sentence names the account.
  if (type === 'forwarded' || type === 'forward.failed') return null;
  if (new Set(attempts.map(({ account }) => account)).size < 2) return null;
  return attempts.find(({ attempt }) => attempt === detail.attempt)?.account ?? null;
}

/**
 * @param names of operators by the audit log's name of them.
 * @param all the path that shows every line; null: this page does.
 */
export function Timeline({
  view,
  currency,
  attempts,
  lines,
  names,
  all,
}: {
  readonly view: View;
  readonly currency: string;
  readonly attempts: ReadPayment['attempts'];
  readonly lines: readonly StoryLine[];
  readonly names: ReadonlyMap<string, string>;
  readonly all: string | null;
}) {
  const { language } = view;
  const t = paymentTexts[language];
  const words = storyTexts[language];
  const shown = all === null ? lines : lines.slice(-SHOWN);
  const left = lines.length - shown.length;
  return (
    <>
      {left > 0 && (
        <p>
          {t.olderLeft(countText(language, left))} <a href={all ?? ''}>{t.older}</a>
        </p>
      )}
      <ol class="story">
        {shown.map((line) => {
          const { by } = line.detail;
          const name = typeof by === 'string' ? names.get(by) : undefined;
          const account = accountOf(line, attempts);
          return (
            <li class={toneOf(line)}>
              <span class="story-time small muted">
                <Time view={view} at={line.at} as="exact" /> ·{' '}
                {words.source[line.source as keyof typeof words.source] ?? line.source}
                {account !== null && ` · ${account}`}
                {name !== undefined && ` · ${words.by(name)}`}
              </span>
              <span>
                {storyText({ language, currency }, line)} {repeatsOf(line, language)}
              </span>
              <details>
                <summary class="small muted">{t.raw}</summary>
                <pre class="wrap">{`${line.seq} ${line.type}\n${JSON.stringify(line.detail, null, 1)}`}</pre>
              </details>
            </li>
          );
        })}
      </ol>
    </>
  );
}
