/** Many webhooks sent again: those of a shop's payments that changed in a span of time. */
import type { OperatorAnswer } from '../../api.ts';
import { SelectField, TextField } from '../../components/fields.tsx';
import type { ConsoleContext } from '../../context.ts';
import { formPage } from '../../form-page.tsx';
import { FormProblem, type FormState, freshForm, type Posted } from '../../form-state.ts';
import { countText } from '../../format.ts';
import { submission } from '../../submission.tsx';
import { linksTexts } from '../../texts/links.ts';
import { fromLocalTime, localTimeInput } from '../../zoned-times.ts';
import { shopChoices } from './link.tsx';

const PATH = '/console/payments/resend';

/** Calls of a hundred payments each that one form makes. */
const MOST_CALLS = 20;

const DAY_MS = 86_400_000;

async function manyPage(c: ConsoleContext, state: FormState): Promise<Response> {
  const view = c.get('view');
  const t = linksTexts[view.language];
  const { many } = t;
  return formPage(c, {
    title: many.title,
    area: 'payments',
    state,
    action: PATH,
    submit: many.submit,
    cancel: '/console/payments',
    intro: <p>{many.text}</p>,
    fields: (
      <>
        <SelectField
          view={view}
          state={state}
          name="shop"
          label={t.shop}
          choices={await shopChoices(c)}
          empty=""
          required
        />
        <TextField
          view={view}
          state={state}
          name="from"
          label={many.from}
          type="datetime-local"
          hint={many.hint(view.zone)}
          required
        />
        <TextField
          view={view}
          state={state}
          name="to"
          label={many.to}
          type="datetime-local"
          hint={many.hint(view.zone)}
          required
        />
      </>
    ),
  });
}

/** `GET /console/payments/resend` */
export function resendManyPage(c: ConsoleContext): Promise<Response> {
  const { zone, now } = c.get('view');
  const shop = c.req.query('shop') ?? '';
  // What one form did not reach is asked for with the next one.
  const from = c.req.query('from') ?? localTimeInput(now - DAY_MS, zone);
  const to = c.req.query('to') ?? localTimeInput(now + 60_000, zone);
  return manyPage(c, freshForm({ shop, from, to }));
}

function spanOf(
  c: ConsoleContext,
  posted: Posted,
): { readonly shop: string; readonly from: string; readonly to: string } {
  const { language, zone } = c.get('view');
  const t = linksTexts[language];
  const shop = posted.text('shop');
  const [from, to] = [posted.text('from'), posted.text('to')].map((text) => fromLocalTime(text, zone));
  const missing = (path: string, time: string | null | undefined) =>
    time ? [] : [{ path, message: posted.text(path) ? t.notTime : t.many.missing }];
  const problems = [
    ...(shop ? [] : [{ path: 'shop', message: t.many.noShop }]),
    ...missing('from', from),
    ...missing('to', to),
    ...(from && to && to <= from ? [{ path: 'to', message: t.many.backwards }] : []),
  ];
  if (problems.length > 0 || !from || !to) throw new FormProblem(problems);
  return { shop, from, to };
}

/** `POST /console/payments/resend` */
export function resendMany(c: ConsoleContext): Promise<Response> {
  const { language, zone } = c.get('view');
  const { many } = linksTexts[language];
  return submission(c, {
    run: async (posted) => {
      const span = spanOf(c, posted);
      const sums = { queued: 0, skipped: 0 };
      let cursor: string | null = null;
      for (let call = 0; call < MOST_CALLS; call++) {
        const answer: OperatorAnswer<'resentMany'> = await c
          .get('api')
          .post<OperatorAnswer<'resentMany'>>('/deliveries/resend', { ...span, cursor });
        sums.queued += answer.queued;
        sums.skipped += answer.skipped;
        cursor = answer.nextCursor;
        if (cursor === null) break;
      }
      const queued = countText(language, sums.queued);
      if (cursor === null)
        return {
          to: `/console/payments?shop=${span.shop}`,
          flash: many.done(queued, countText(language, sums.skipped)),
        };
      const [reached = ''] = cursor.split('|');
      const rest = new URLSearchParams({
        shop: span.shop,
        from: localTimeInput(Date.parse(reached), zone),
        to: posted.text('to'),
      });
      return { to: `${PATH}?${rest}`, flash: many.rest(queued) };
    },
    form: (state) => manyPage(c, state),
  });
}
