/** Why a message was not believed: the text that is signed, the first difference, the keys that were tried, likely causes. */
import { Copyable, Facts, Time } from '../../components/show.tsx';
import { paymentTexts } from '../../texts/payment.ts';
import type { View } from '../../view.ts';
import type { RefusedMessage } from './read.ts';

function Difference({ view, refused }: { readonly view: View; readonly refused: RefusedMessage }) {
  const t = paymentTexts[view.language];
  const { firstDifference } = refused.explanation;
  if (firstDifference === null) return null;
  const { at, expected, received } = firstDifference;
  return (
    <span class="stack">
      <span>{t.differenceAt(String(at + 1))}</span>
      <span>
        {t.expected}: <code>{expected}</code>
      </span>
      <span>
        {t.received}: <code>{received}</code>
      </span>
    </span>
  );
}

/** One refused message. */
export function Refused({ view, refused }: { readonly view: View; readonly refused: RefusedMessage }) {
  const t = paymentTexts[view.language];
  const { explanation, reason, channel } = refused;
  const { base, expected, received, keysTried, likelyCauses, problem } = explanation;
  return (
    <article class="card refused">
      <div class="head">
        <h3>{t.reason[reason as keyof typeof t.reason] ?? reason}</h3>
        <Time view={view} at={refused.at} />
      </div>
      <Facts
        of={[
          [t.why, <span lang="en">{problem}</span>],
          [t.cameBy, t.channel[channel as keyof typeof t.channel] ?? channel],
          [t.from, refused.ip],
          [t.expected, expected === null ? null : <code>{expected}…</code>],
          [t.received, received === null ? null : <code>{received}</code>],
          [
            t.difference,
            explanation.firstDifference === null ? null : <Difference view={view} refused={refused} />,
          ],
          [
            t.keys,
            keysTried.length === 0 ? null : (
              <ul>
                {keysTried.map(({ setting, key, which }) => (
                  <li>
                    <code>{setting}</code>{' '}
                    <span lang="en">
                      ({which}, {key})
                    </span>
                  </li>
                ))}
              </ul>
            ),
          ],
          [
            t.causes,
            likelyCauses.length === 0 ? (
              t.noCauses
            ) : (
              <ul lang="en">
                {likelyCauses.map((cause) => (
                  <li>{cause}</li>
                ))}
              </ul>
            ),
          ],
          [t.request, <Copyable view={view} text={refused.requestId} label={t.request} />],
        ]}
      />
      <details open>
        <summary>{t.base}</summary>
        {base === null ? (
          <p>{t.noBase}</p>
        ) : (
          <pre class="wrap" tabindex={0}>
            {base}
          </pre>
        )}
      </details>
    </article>
  );
}
