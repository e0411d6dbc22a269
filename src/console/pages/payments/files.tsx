/** A payment as a file, and as the API has it. */
import type { ConsoleContext } from '../../context.ts';
import { fileHeaders } from '../../download.ts';
import { consolePage } from '../../page.tsx';
import { paymentTexts } from '../../texts/payment.ts';
import { readLog, readPayment } from './read.ts';

/** `GET /console/payments/:id/proof`: the file that `countersign proof` checks. */
export async function proofFile(c: ConsoleContext): Promise<Response> {
  const id = encodeURIComponent(c.req.param('id') ?? '');
  const file = await c.get('api').fetch('GET', `/payments/${id}/proof`);
  return new Response(file.body, { headers: fileHeaders('application/json', `proof-${id}.json`) });
}

/** `GET /console/payments/:id/raw` */
export async function rawPage(c: ConsoleContext): Promise<Response> {
  const t = paymentTexts[c.get('view').language];
  const payment = await readPayment(c);
  const log = await readLog(c, payment.id);
  const json = (value: unknown) => (
    <pre class="wrap" tabindex={0}>
      {JSON.stringify(value, null, 2)}
    </pre>
  );
  return consolePage(c, {
    title: `${t.rawAll}: ${payment.reference}`,
    area: 'payments',
    actions: (
      <a class="button" href={`/console/payments/${payment.id}`}>
        {t.title(payment.reference)}
      </a>
    ),
    body: (
      <>
        {json(payment)}
        <h2>{t.story}</h2>
        {json(log)}
      </>
    ),
  });
}
