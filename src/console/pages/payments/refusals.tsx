/** `GET /console/refusals/:account`: every message to an account that was not believed, the newest first. */
import { Empty } from '../../components/show.tsx';
import type { ConsoleContext } from '../../context.ts';
import { consolePage } from '../../page.tsx';
import { paymentTexts } from '../../texts/payment.ts';
import { readRefusals } from './read.ts';
import { Refused } from './refused.tsx';

export async function refusalsPage(c: ConsoleContext): Promise<Response> {
  const view = c.get('view');
  const t = paymentTexts[view.language];
  const account = c.req.param('account') ?? '';
  const found = await readRefusals(c, encodeURIComponent(account));
  return consolePage(c, {
    title: t.refusedTitle(account),
    area: 'attention',
    body:
      found === null || found.length === 0 ? (
        <Empty text={found === null ? t.refusalsHidden : t.refusedEmpty} />
      ) : (
        <>
          <h2 class="visually-hidden">{t.refusals}</h2>
          {found.map((refused) => (
            <Refused view={view} refused={refused} />
          ))}
        </>
      ),
  });
}
