/** The newest tries of an endpoint, from the ledgers of the payments that changed last: each is a call, of which a user has sixty at a time. */
import { type OperatorAnswer, queryText } from '../../api.ts';
import { Empty, Pill, Time } from '../../components/show.tsx';
import { DataTable, NextPage } from '../../components/table.tsx';
import type { ConsoleContext } from '../../context.ts';
import { countText } from '../../format.ts';
import { endpointsTexts } from '../../texts/endpoints.ts';
import type { View } from '../../view.ts';
import { paymentPath } from '../payments/table.tsx';
import { type ShownShop, shopPath } from './read.ts';

/** Payments of a page. */
const PAYMENTS = 10;

/** Every payment has changed after this: asked for it, the list is by the newest change. */
const EVER = '1970-01-01T00:00:00Z';

type Delivery = OperatorAnswer<'operatorDeliveries'>['data'][number];

interface Try {
  readonly payment: { readonly id: string; readonly reference: string };
  readonly delivery: Delivery;
}

export interface EndpointLog {
  readonly tries: readonly Try[];
  readonly nextCursor: string | null;
}

/** @param cursor of the page before; undefined: the first. */
export async function readEndpointLog(
  c: ConsoleContext,
  shop: ShownShop,
  endpoint: string,
  cursor: string | undefined,
): Promise<EndpointLog> {
  const api = c.get('api');
  const list = await api.get<OperatorAnswer<'operatorPaymentList'>>('/payments', {
    ...{ shop: shop.id, updatedFrom: EVER, limit: PAYMENTS, cursor },
  });
  const tries = await Promise.all(
    list.data.map(async (payment) => {
      const { data } = await api.get<OperatorAnswer<'operatorDeliveries'>>(
        `/payments/${payment.id}/deliveries`,
      );
      return data.filter((one) => one.endpoint === endpoint).map((delivery) => ({ payment, delivery }));
    }),
  );
  const newestFirst = (a: Try, b: Try) => b.delivery.at.localeCompare(a.delivery.at);
  return { tries: tries.flat().sort(newestFirst), nextCursor: list.nextCursor };
}

const TONES = { delivered: 'ok', failed: 'warn', abandoned: 'bad' } as const;

export function EndpointTries({
  view,
  shop,
  endpoint,
  log,
}: {
  readonly view: View;
  readonly shop: ShownShop;
  readonly endpoint: string;
  readonly log: EndpointLog;
}) {
  const t = endpointsTexts[view.language];
  return (
    <section class="stack" aria-labelledby="log">
      <h2 id="log">{t.log}</h2>
      <p class="small muted">{t.logText(PAYMENTS)}</p>
      {log.tries.length === 0 ? (
        <Empty text={t.logEmpty} />
      ) : (
        <DataTable
          caption={t.log}
          rows={log.tries}
          columns={[
            { head: t.when, cell: ({ delivery }) => <Time view={view} at={delivery.at} /> },
            {
              head: t.payment,
              cell: ({ payment }) => (
                <a href={`${paymentPath(payment.id)}#deliveries`}>{payment.reference}</a>
              ),
            },
            {
              head: t.result,
              cell: ({ delivery }) => (
                <span class="stack">
                  <Pill tone={TONES[delivery.result]}>{t.results[delivery.result]}</Pill>
                  <span class="small">
                    {delivery.status === null ? (
                      <span lang="en">{delivery.error ?? t.noAnswer}</span>
                    ) : (
                      `HTTP ${delivery.status}`
                    )}
                  </span>
                </span>
              ),
            },
            { head: t.tries, right: true, cell: ({ delivery }) => delivery.try },
            {
              head: t.duration,
              right: true,
              cell: ({ delivery }) => `${countText(view.language, delivery.durationMs)} ms`,
            },
          ]}
        />
      )}
      <NextPage
        view={view}
        cursor={log.nextCursor}
        href={(cursor) => `${shopPath(shop.id, 'endpoints', endpoint)}${queryText({ cursor })}#log`}
      />
    </section>
  );
}
