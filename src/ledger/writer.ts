/** One commit of a ledger's store, as those see it who write in it. */
import type { Reply } from '../payments/provider-update.ts';
import type { EventSource, EventType } from '../payments/types.ts';
import type { LedgerRecord } from './record.ts';
import type { Exchange, Job } from './rows.ts';

/** What a commit is given from outside. */
export interface CommitPorts {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly random: (bytes: Uint8Array) => void;
}

/** What happens inside one commit. */
export interface Writer {
  readonly at: string;
  save(record: LedgerRecord): void;
  /** `at` is for what happened elsewhere before; else it is now. */
  log(type: EventType, source: EventSource, detail: Readonly<Record<string, unknown>>, at?: string): number;
  /** Keeps what was sent and answered beside the line that says so; the oldest ones go. */
  keepExchange(seq: number, exchange: Exchange): void;
  /** Erases the details of lines, what was sent and answered beside every line, and salts: the hashes stay. */
  eraseDetails(lines: readonly number[]): void;
  /** Replaces what is kept of messages and answers: of each, what `change` makes of it. */
  rewriteBodies(change: (body: string) => string): void;
  answer(key: string, answer: Reply): void;
  /** Queues a job or replaces the one of that id. */
  queue(job: Job): void;
}
