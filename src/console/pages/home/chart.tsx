/** A chart of days as an SVG that the server draws: bars that are stacked by provider, and the same as a table. */
import { Amount } from '../../components/show.tsx';
import { DataTable } from '../../components/table.tsx';
import { amountText, countText } from '../../format.ts';
import { homeTexts } from '../../texts/home.ts';
import type { Language } from '../../texts/languages.ts';
import type { View } from '../../view.ts';
import type { CurrencySums } from './sums.ts';

const WIDTH = 720;
const HEIGHT = 160;
const GAP = 4;

/** "26 Nov" */
function dayText(language: Language, day: string): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
  }).format(new Date(`${day}T00:00:00Z`));
}

function Bars({ view, sums }: { readonly view: View; readonly sums: CurrencySums }) {
  const { days, providers, currency } = sums;
  const { language } = view;
  const most = Math.max(1, ...days.map(({ total }) => total));
  const step = WIDTH / days.length;
  return (
    <>
      {days.map(({ day, paid, total }, index) => {
        let top = HEIGHT;
        return (
          <g>
            <title>{`${dayText(language, day)}: ${amountText(language, total, currency)}`}</title>
            <rect
              class="ground"
              x={(index * step).toFixed(1)}
              y="0"
              width={step.toFixed(1)}
              height={HEIGHT}
            />
            {paid.map((value, place) => {
              // A small sum is still to be seen.
              const height = value > 0 ? Math.max(2, (value / most) * (HEIGHT - 4)) : 0;
              top -= height;
              return height === 0 ? null : (
                <rect
                  class={`bar${providers[place] === null ? 'x' : place}`}
                  x={(index * step + GAP / 2).toFixed(1)}
                  y={top.toFixed(1)}
                  width={(step - GAP).toFixed(1)}
                  height={height.toFixed(1)}
                />
              );
            })}
          </g>
        );
      })}
    </>
  );
}

function Legend({ view, sums }: { readonly view: View; readonly sums: CurrencySums }) {
  const t = homeTexts[view.language];
  const totals = sums.providers.map((_, place) =>
    sums.days.reduce((sum, { paid }) => sum + (paid[place] ?? 0), 0),
  );
  return (
    <ul class="legend" aria-label={t.legend}>
      {sums.providers.map((provider, place) => (
        <li>
          <svg class="key" viewBox="0 0 12 12" aria-hidden="true">
            <rect class={`bar${provider === null ? 'x' : place}`} width="12" height="12" />
          </svg>
          {provider ?? t.others} <Amount view={view} amount={totals[place] ?? 0} currency={sums.currency} />
        </li>
      ))}
    </ul>
  );
}

/** The money of one currency. */
export function MoneyChart({ view, sums }: { readonly view: View; readonly sums: CurrencySums }) {
  const { language } = view;
  const t = homeTexts[language];
  const { currency, days, total, providers, test } = sums;
  const id = `chart-${test ? 'test' : 'real'}-${currency}`;
  const money = (amount: number) => amountText(language, amount, currency);
  const best = days.reduce((one, other) => (other.total > one.total ? other : one));
  const [first, last] = [days[0]?.day ?? '', days.at(-1)?.day ?? ''];
  return (
    <figure class="card chart">
      <figcaption>
        <h3>
          {t.chart(currency, money(total))} <span class="muted small">{test ? t.test : t.real}</span>
        </h3>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-labelledby={id}>
        <title id={id}>
          {t.chartText(currency, money(total), money(best.total), dayText(language, best.day))}
        </title>
        <Bars view={view} sums={sums} />
      </svg>
      <div class="axis small muted" aria-hidden="true">
        <span>{dayText(language, first)}</span>
        <span>{dayText(language, last)}</span>
      </div>
      <Legend view={view} sums={sums} />
      <details>
        <summary>{t.table}</summary>
        <DataTable
          caption={t.chart(currency, money(total))}
          rows={days.filter(({ count }) => count > 0).toReversed()}
          columns={[
            { head: t.day, cell: ({ day }) => dayText(language, day) },
            { head: t.count, right: true, cell: ({ count }) => countText(language, count) },
            ...providers.map((provider, place) => ({
              head: provider ?? t.others,
              right: true,
              cell: ({ paid }: CurrencySums['days'][number]) => (
                <Amount view={view} amount={paid[place] ?? 0} currency={currency} />
              ),
            })),
            {
              head: t.total,
              right: true,
              cell: (row) => <Amount view={view} amount={row.total} currency={currency} />,
            },
            {
              head: t.refunded,
              right: true,
              cell: (row) => <Amount view={view} amount={row.refunded} currency={currency} />,
            },
          ]}
        />
      </details>
    </figure>
  );
}
