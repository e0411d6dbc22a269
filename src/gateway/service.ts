/** What the doors work with: configuration, directory, ledgers, and the world (clock, randomness, network). */

import type { Directory } from '../directory/directory.ts';
import type { Config } from '../env.ts';
import type {
  CreateCommand,
  CreateResult,
  Delivery,
  HintCommand,
  HintResult,
  History,
  HopResult,
  ImportCommand,
  ImportResult,
  Inquiry,
  NotifyCommand,
  NotifyResult,
  OperateCommand,
  OperateResult,
  OverdueCommand,
  PaymentLog,
  PaymentRead,
  ReturnCommand,
  ReturnResult,
  SettleCommand,
  Trip,
} from '../ledger/commands.ts';
import type { PaymentId } from '../payments/id.ts';

/** A ledger as its callers see it: one trip per call. */
export interface LedgerClient {
  create(command: CreateCommand): Promise<CreateResult>;
  importHistory(command: ImportCommand): Promise<ImportResult>;
  replay(requestHash: string): Promise<CreateResult | null>;
  read(): Promise<PaymentRead | null>;
  events(): Promise<PaymentLog | null>;
  brokenLink(): Promise<number | null>;
  deliveries(): Promise<{ readonly shop: string; readonly deliveries: readonly Delivery[] } | null>;
  resend(): Promise<boolean>;
  reproject(): Promise<boolean>;
  history(): Promise<History | null>;
  hop(ip?: string | null, chosen?: string | null): Promise<HopResult>;
  start(attempt: number, trip: Trip, ip?: string | null): Promise<HopResult>;
  gaveUp(attempt: number): Promise<void>;
  hinted(command: HintCommand): Promise<HintResult>;
  inquiry(account: string, attempt: number | null): Promise<Inquiry | null>;
  notify(command: NotifyCommand): Promise<NotifyResult>;
  returned(command: ReturnCommand): Promise<ReturnResult>;
  operate(command: OperateCommand): Promise<OperateResult>;
  resolveOperations(): Promise<void>;
  settleOperation(command: SettleCommand): Promise<'settled' | 'none' | 'known'>;
  overdue(command: OverdueCommand): Promise<number | null>;
}

export interface Service {
  readonly config: Config;
  readonly directory: Directory;
  /** The ledger of a payment; a new one is made near `region`. */
  ledger(id: PaymentId, region?: string | null): LedgerClient;
  /** The ledger of an object id (hexadecimal), for the rebuild of the searchable copy; null for a foreign id. */
  ledgerByObject(objectId: string): LedgerClient | null;
  readonly now: () => number;
  readonly random: (bytes: Uint8Array) => void;
  readonly fetch: typeof fetch;
  /** A number from 0 that nobody else gets for this name on this UTC day (`YYYY-MM-DD`). */
  daily(name: string, day: string): Promise<number>;
}

/** A number that no other order or question of a provider's contract gets today (UTC). */
export function dailyNumber(service: Service, provider: string, contract: string): Promise<number> {
  const day = new Date(service.now()).toISOString().slice(0, 'YYYY-MM-DD'.length);
  return service.daily(`${provider}/${contract}`, day);
}

/** hono's types of a request here. */
export interface AppEnv {
  Bindings: object;
  Variables: {
    service: Service;
    requestId: string;
    /** Set by the shop's or the operator's authentication, for the log. */
    caller: string | null;
  };
}
