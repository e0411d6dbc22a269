/** The operator's routes for the daily report. */
import type { Context } from 'hono';
import type { ReportTarget } from '../../directory/settings.ts';
import { requireZone } from '../../gateway/books.ts';
import { progressOfReport, reportSecret } from '../../gateway/daily-report.ts';
import { invalidField, Problem } from '../../payments/errors.ts';
import { hex } from '../../signing/bytes.ts';
import { addressProblem } from '../../webhooks/address.ts';
import type { AppEnv } from '../app-env.ts';
import { jsonBody } from '../body.ts';
import { documented } from '../openapi.ts';
import { operatorOf } from '../operator.ts';
import { Routes } from '../router.ts';
import * as schemas from '../schemas.ts';

const EXAMPLE = { url: 'https://books.example.com/countersign', timeZone: 'Europe/Zurich', hour: 6 };

function shown({ nonce: _nonce, firstDay: _firstDay, ...target }: ReportTarget) {
  return target;
}

async function target(c: Context<AppEnv>): Promise<ReportTarget> {
  const found = await c.get('service').directory.settings.report();
  if (!found) throw new Problem('not_found', 'no report is set: PUT one');
  return found;
}

export function dailyReportRoutes(): Routes {
  const routes = new Routes();

  routes.get(
    '/v1/admin/report',
    documented({
      summary: 'Where the daily report goes',
      auth: 'operator',
      permission: 'view',
      unlimitedOnly: true,
      success: { 200: schemas.report },
      errors: ['not_found'],
      example: {
        before: `curl -sf -X PUT "$BASE/v1/admin/report" -H "Authorization: Bearer $ADMIN_TOKEN" -d '${JSON.stringify(EXAMPLE)}' > /dev/null`,
      },
    }),
    async (c) => c.json(shown(await target(c))),
  );

  routes.put(
    '/v1/admin/report',
    documented({
      summary: 'Have a report of each day sent',
      description:
        "The day before's sums, by when money moved, and what needs a person, posted as a Standard Webhook (`report.daily`). What could not be delivered is sent again every ten minutes, for a week at most. Each call makes a new secret, and shows it once.",
      auth: 'operator',
      permission: 'owner',
      unlimitedOnly: true,
      body: schemas.reportTarget,
      success: { 200: schemas.report },
      errors: ['invalid_request', 'payload_too_large'],
      example: { body: EXAMPLE },
    }),
    async (c) => {
      const service = c.get('service');
      const { url, timeZone, hour } = await jsonBody(c, schemas.reportTarget);
      const problem = addressProblem(url, service.config);
      if (problem) throw invalidField('url', problem);
      requireZone(timeZone);
      const bytes = new Uint8Array(8);
      service.random(bytes);
      const before = await service.directory.settings.report();
      const made = {
        ...{ url, timeZone, hour, nonce: hex(bytes) },
        ...progressOfReport(before, timeZone, service.now()),
      };
      await service.directory.settings.putReport(made, operatorOf(c));
      return c.json({ ...shown(made), secret: reportSecret(service, made) });
    },
  );

  routes.delete(
    '/v1/admin/report',
    documented({
      summary: 'Send no report any more',
      auth: 'operator',
      permission: 'owner',
      unlimitedOnly: true,
      success: { 204: 'It is sent no more.' },
      errors: ['not_found'],
      example: {},
    }),
    async (c) => {
      await target(c);
      await c.get('service').directory.settings.deleteReport(operatorOf(c));
      return c.body(null, 204);
    },
  );

  return routes;
}
