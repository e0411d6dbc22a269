/**
 * Payments that have had no result for too long, polled by the Worker's cron. Their providers are queried by a schedule,
 * and a payment that never gets a result expires after its account's limit. The searchable copy says which payments are
 * due, so that a run calls those ledgers and no others. The ledgers decide.
 */
import type { OverdueCommand } from '../ledger/commands.ts';
import { paymentId } from '../payments/id.ts';
import { nextPause, POLL_PAUSES } from '../payments/retries.ts';
import { open } from './accounts.ts';
import { queryLack } from './proof.ts';
import type { Service } from './service.ts';

/** Seconds after a payment's last change at which its status is queried, where the provider names no others. */
const QUERY_AFTER = [900, 3600, 4 * 3600, 12 * 3600, 22 * 3600];

const HOUR_MS = 3_600_000;

/** Ledgers that are called at the same time. */
const AT_ONCE = 16;

/** Payments of one page, and pages of one run: the next run goes on. */
const PAGE = 96;
const PAGES = 8;

async function schedulesOf(service: Service): Promise<OverdueCommand> {
  const schedules: Record<string, OverdueCommand['schedules'][string]> = {};
  for (const account of await service.directory.accounts.list()) {
    try {
      const { provider, variants } = open(account);
      const lack = queryLack(provider, variants[0].account.settings, false);
      schedules[account.id] = {
        queryAfter: lack === null ? (provider.queryAfter ?? QUERY_AFTER) : [],
        expireAfterMs: account.expireAfterHours * HOUR_MS,
      };
    } catch (error) {
      console.error({ event: 'overdue.account', account: account.id, error: String(error) });
    }
  }
  return { schedules };
}

/** Polls every payment that is due. One that fails does not stop the others. */
export async function pollOverduePayments(service: Service): Promise<void> {
  const command = await schedulesOf(service);
  const poll = async ({ id: text, checkAt }: { readonly id: string; readonly checkAt: string }) => {
    const id = paymentId(text);
    try {
      const next = id ? await service.ledger(id).overdue(command) : null;
      return { id: text, checkAt, next: next === null ? null : new Date(next).toISOString() };
    } catch (error) {
      console.error({ event: 'overdue.failed', payment: text, error: String(error) });
      const next = service.now() + nextPause(POLL_PAUSES, 1, service.random);
      return { id: text, checkAt, next: new Date(next).toISOString() };
    }
  };
  for (let page = 0; page < PAGES; page += 1) {
    const due = await service.directory.overdue(PAGE);
    for (let start = 0; start < due.length; start += AT_ONCE) {
      const polled = await Promise.all(due.slice(start, start + AT_ONCE).map(poll));
      await service.directory.setNextChecks(polled);
    }
    if (due.length < PAGE) return;
  }
}
