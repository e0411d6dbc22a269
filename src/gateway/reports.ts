/**
 * Reports, fetched by the Worker's cron: a provider's statements about many payments at once. Each row is a provider
 * update like any other. The right to fetch is a row of the directory, not a timer: two crons at once, or one that comes
 * early, fetch a report once.
 */
import type { Account } from '../directory/types.ts';
import { Problem } from '../payments/errors.ts';
import type { Provider, ReportRow } from '../providers/contract.ts';
import { open } from './accounts.ts';
import { fetchFor } from './outgoing.ts';
import type { Service } from './service.ts';
import { updateCommand } from './update-command.ts';

/** Ledgers that are called at the same time. */
const AT_ONCE = 16;

/** How many rows that could not be read are recorded with their reason. */
const MOST_PROBLEMS = 20;

/** Whether a row was new to its payment. */
async function applyRow(
  service: Service,
  { account, provider }: { readonly account: Account; readonly provider: Provider },
  { update }: ReportRow,
): Promise<boolean> {
  const made = update && updateCommand(update, { provider, account, channel: 'status', signedBy: 'asked' });
  if (!made) return false;
  const result = await service.ledger(made.id).applyUpdate(made.command);
  return result.kind === 'answer' && !result.repeat;
}

async function read(service: Service, account: Account, since: string | null): Promise<void> {
  const { provider, variants } = open(account);
  const counts = { rows: 0, applied: 0 };
  const problems: string[] = [];
  let newest = since;
  let error: string | null = null;
  try {
    let waiting: ReportRow[] = [];
    const flush = async () => {
      const areNew = await Promise.all(waiting.map((row) => applyRow(service, { account, provider }, row)));
      counts.applied += areNew.filter(Boolean).length;
      waiting = [];
    };
    const query = {
      account: variants[0].account,
      after: since,
      now: new Date(service.now()),
      fetch: fetchFor(service, account),
    };
    for await (const row of provider.report?.rows(query) ?? []) {
      counts.rows += 1;
      if (row.problem !== null && problems.length < MOST_PROBLEMS) problems.push(row.problem);
      if (row.cursor !== null && (newest === null || row.cursor > newest)) newest = row.cursor;
      if (row.update && waiting.push(row) >= AT_ONCE) await flush();
    }
    await flush();
  } catch (cause) {
    // The cursor stays where it was: the next report has these rows again.
    error = cause instanceof Problem ? cause.message : String(cause);
  }
  const outcome = { ...counts, problems, error };
  console[error === null && problems.length === 0 ? 'log' : 'warn']({
    event: error === null ? 'report.read' : 'report.failed',
    account: account.id,
    ...outcome,
  });
  await service.directory.finishReport(account.id, error === null ? newest : null, outcome);
}

/** Fetches every report that is due. An account that fails does not stop the others. */
export async function fetchReports(service: Service): Promise<void> {
  for (const account of await service.directory.accounts.list()) {
    try {
      const { provider, variants } = open(account);
      if (!provider.report?.applies(variants[0].account.settings)) continue;
      const claim = await service.directory.claimReport(account.id, provider.report.everySeconds * 1000);
      if (claim) await read(service, account, claim.cursor);
    } catch (error) {
      console.error({ event: 'report.failed', account: account.id, error: String(error) });
    }
  }
}
