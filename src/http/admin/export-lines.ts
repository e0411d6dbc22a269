/** The lines of an export: which columns each kind has, and what is read of ledgers for them. */
import type { BookMovement, BookPayment } from '../../directory/books.ts';
import type { Service } from '../../gateway/service.ts';
import type { History } from '../../ledger/commands.ts';
import { currency } from '../../payments/currencies.ts';
import { Problem } from '../../payments/errors.ts';
import { type PaymentId, paymentId } from '../../payments/id.ts';
import { decimal } from '../../payments/money.ts';
import { detailsOf, logsOf } from '../polybanking/words.ts';

export type ExportLine = Readonly<Record<string, unknown>>;

/** The columns of each kind, in their order. They are only added to, at the end. */
export const EXPORT_COLUMNS = {
  payments: [
    'id',
    'reference',
    'shop',
    'account',
    'provider',
    'status',
    'currency',
    'amount',
    'paid',
    'refunded',
    'createdAt',
    'paidAt',
    'providerReference',
  ],
  operations: [
    'id',
    'reference',
    'shop',
    'operation',
    'kind',
    'state',
    'currency',
    'amount',
    'requestedAt',
    'finishedAt',
    'providerReference',
    'operationReference',
  ],
  events: ['id', 'reference', 'shop', 'seq', 'at', 'type', 'source', 'detail'],
  movements: [
    'id',
    'reference',
    'shop',
    'account',
    'currency',
    'test',
    'seq',
    'attempt',
    'at',
    'paid',
    'refunded',
    'chargedBack',
  ],
} as const;

export type Exported = keyof typeof EXPORT_COLUMNS;

/** Columns that hold money. */
const AMOUNTS = ['amount', 'paid', 'refunded', 'chargedBack', 'gross', 'refunds', 'chargebacks', 'net'];

/** A line with its money as decimal texts; what is less than nothing has a minus. */
export function withDecimals(line: ExportLine): ExportLine {
  const digits = currency(String(line.currency))?.digits ?? 0;
  const shown = AMOUNTS.flatMap((name) => {
    const amount = line[name];
    if (typeof amount !== 'number') return [];
    return [[name, `${amount < 0 ? '-' : ''}${decimal(Math.abs(amount), digits)}`] as const];
  });
  return { ...line, ...Object.fromEntries(shown) };
}

export function paymentLine({ operations: _operations, cursor: _cursor, ...line }: BookPayment): ExportLine {
  return line;
}

export function movementLine({ cursor: _cursor, ...line }: BookMovement): ExportLine {
  return line;
}

export function operationLines({ id, reference, shop, currency, operations }: BookPayment): ExportLine[] {
  return operations.map((one) => ({
    id,
    reference,
    shop,
    operation: one.operation,
    kind: one.kind,
    state: one.state,
    currency,
    amount: one.amount,
    requestedAt: one.requestedAt,
    finishedAt: one.finishedAt,
    providerReference: one.providerReference,
    operationReference: one.operationReference,
  }));
}

/** Ledgers that are read at one time. */
const AT_ONCE = 20;

/** What each payment gives, in their order, read of a few ledgers at a time. */
async function eachLedger<T>(
  payments: readonly BookPayment[],
  read: (id: PaymentId, payment: BookPayment) => Promise<T | null | undefined>,
): Promise<T[]> {
  const found: T[] = [];
  for (let at = 0; at < payments.length; at += AT_ONCE) {
    const part = payments.slice(at, at + AT_ONCE).map(async (payment) => {
      const id = paymentId(payment.id);
      const answer = id && (await read(id, payment));
      // A file that lacks one would look whole.
      if (!answer)
        throw new Problem('unavailable', `the ledger of the payment ${payment.id} gives no answer`);
      return answer;
    });
    found.push(...(await Promise.all(part)));
  }
  return found;
}

async function eventsOf(service: Service, id: PaymentId) {
  const log = await service.ledger(id).events();
  return log?.events.map(({ seq, at, type, source, detail }) => ({ seq, at, type, source, detail }));
}

/** Payments with their logs. */
export function paymentLinesWithLogs(service: Service, payments: readonly BookPayment[]) {
  return eachLedger(payments, async (id, payment) => {
    const logs = await eventsOf(service, id);
    return logs && { ...paymentLine(payment), logs };
  });
}

/** A line for each event. */
export async function eventLines(service: Service, payments: readonly BookPayment[]): Promise<ExportLine[]> {
  const lines = await eachLedger(payments, async (id, { reference, shop }) => {
    const events = await eventsOf(service, id);
    return events?.map((event) => ({ id, reference, shop, ...event }));
  });
  return lines.flat();
}

/**
 * Payments in PolyBanking's words, as its own export has them, with what it had no word for.
 * @param options.zone of the times.
 * @param options.names the shops' names where those of several are exported; null: one shop's.
 */
export function polybankingItems(
  service: Service,
  payments: readonly BookPayment[],
  options: {
    readonly zone: string;
    readonly withLogs: boolean;
    readonly names: ReadonlyMap<string, string> | null;
  },
): Promise<object[]> {
  const { zone, withLogs, names } = options;
  return eachLedger(payments, async (id, { shop, status }) => {
    const history: History | null = await service.ledger(id).history(true);
    if (!history) return null;
    return {
      ...detailsOf(history, zone),
      ...(names && { config: names.get(shop) ?? shop }),
      id,
      status,
      // Oldest first, other than those of the API.
      ...(withLogs && { logs: logsOf(history, zone).toReversed() }),
    };
  });
}
