/** What the Worker's cron does every ten minutes. */
import { pollOverduePayments } from './overdue.ts';
import { fetchReports } from './reports.ts';
import type { Service } from './service.ts';

/** Fetches reports and polls overdue payments. One of them that fails does not stop the other. */
export async function everyTenMinutes(service: Service): Promise<void> {
  const results = await Promise.allSettled([fetchReports(service), pollOverduePayments(service)]);
  for (const result of results) {
    if (result.status === 'rejected') console.error({ event: 'cron.failed', error: String(result.reason) });
  }
}
