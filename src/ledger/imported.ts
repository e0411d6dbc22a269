/** Payments taken over from another gateway: their history becomes a record and a log by the same rules. */
import { apply, forward } from '../payments/rules.ts';
import { attemptOf } from './attempts.ts';
import type { ImportCommand, ImportedEvent } from './commands.ts';
import { type LedgerRecord, summaryOf, withAttempt } from './record.ts';
import type { Writer } from './store.ts';

/** The payment before any of its history. */
export function importedRecord(command: ImportCommand): LedgerRecord {
  return {
    id: command.id,
    request: command.request,
    attempts: [attemptOf(command.attempt, command.createdAt)],
    providerReference: null,
    providerStatus: null,
    imported: true,
    createdAt: command.createdAt,
    updatedAt: command.history.at(-1)?.at ?? command.createdAt,
  };
}

/** Logs one line of the history, at its own time. Returns the record after it. */
export function withImported(writer: Writer, record: LedgerRecord, event: ImportedEvent): LedgerRecord {
  const { at, type, source, detail, update } = event;
  if (type === 'forwarded') {
    writer.log(type, source, { attempt: 1, ...detail }, at);
    return withAttempt(record, 1, (attempt) => ({ ...attempt, state: forward(attempt.state) }));
  }
  if (!update) {
    writer.log(type, source, detail, at);
    return record;
  }
  const moved: LedgerRecord = {
    ...withAttempt(record, 1, (attempt) => ({ ...attempt, state: apply(attempt.state, update) })),
    providerReference: update.providerReference ?? record.providerReference,
    providerStatus: update.providerStatus,
  };
  const [from, to] = [summaryOf(record).status, summaryOf(moved).status];
  const { movement: _movement, ...shown } = update;
  const { currency } = record.request;
  writer.log(type, source, { attempt: 1, ...shown, currency, ...detail, from, to }, at);
  return moved;
}
