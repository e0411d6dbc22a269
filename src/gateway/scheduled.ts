/** What the Worker's cron does every ten minutes. */
import { itself } from '../directory/types.ts';
import { makeAnchor } from './anchors.ts';
import { sendDailyReports } from './daily-report.ts';
import { forgetDocumented } from './drift.ts';
import { pollOverduePayments } from './overdue.ts';
import { fetchReports } from './reports.ts';
import type { Service } from './service.ts';

/**
 * Seals again what an older version or master key has sealed, then fetches reports, polls overdue payments, goes on with the day's anchor,
 * sends the daily report, removes events that are kept no more, and sees what needs a person. One of them that
 * fails does not stop the others.
 */
export async function everyTenMinutes(service: Service): Promise<void> {
  const seal = () => service.directory.sealAgain({ by: itself('countersign'), acceptOlder: false });
  // First: the others open every account, and must not hold a record that is being sealed again.
  const sealed = await Promise.allSettled([seal()]);
  const results = await Promise.allSettled([
    fetchReports(service),
    pollOverduePayments(service),
    makeAnchor(service),
    service.directory.forgetFeed(),
    sendDailyReports(service),
    forgetDocumented(service.directory).then(() => service.directory.refreshAttention()),
  ]);
  for (const result of [...sealed, ...results]) {
    if (result.status === 'rejected') console.error({ event: 'cron.failed', error: String(result.reason) });
  }
}
