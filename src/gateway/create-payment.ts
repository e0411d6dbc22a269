/** Creating a payment: its account chosen, its first attempt signed, then one call to its ledger. */
import type { Shop } from '../directory/types.ts';
import type { CreateResult, ReplaceResult } from '../ledger/commands.ts';
import { invalidField, Problem } from '../payments/errors.ts';
import { derivePaymentId, MAX_ATTEMPTS } from '../payments/id.ts';
import { amountsOf } from '../payments/installments.ts';
import type { PaymentRequest } from '../payments/types.ts';
import { hex, utf8 } from '../signing/bytes.ts';
import { digests } from '../signing/digests.ts';
import type { Service } from './service.ts';
import { choices, chooseAccount } from './start-attempt.ts';
import { startFirst } from './start-first.ts';

/** What a shop asks for. Another request for a reference that is there is a conflict, unless it says that it replaces it. */
export interface PaymentOrder {
  readonly request: PaymentRequest;
  /** Where it is to go, as the shop says; neither: the shopper or the shop's order of accounts decides. */
  readonly account: string | null;
  readonly provider: string | null;
  /** Who asks for it, where that is not the shop: the same order is the same payment. */
  readonly by?: 'operator';
  /** It is paid at once, by a code that comes with it: its shopper chooses nothing. */
  readonly byCode?: true;
}

/** In place of the stored request, as long as nobody was forwarded. */
export interface Replacement {
  /** The version that the shop has seen; null: whichever it is. */
  readonly ifVersion: number | null;
}

/** No payment is open for longer than this. */
const LONGEST_MS = 366 * 24 * 3_600_000;

/** @throws Problem when the time at which a payment is to expire is none that may come. */
function requireFuture({ expiresAt }: PaymentRequest, now: number): void {
  if (expiresAt === undefined) return;
  const time = Date.parse(expiresAt);
  if (time <= now) throw invalidField('expiresAt', 'is in the past');
  if (time > now + LONGEST_MS) throw invalidField('expiresAt', 'is more than a year away');
}

/** @throws Problem when a payment cannot be divided into the parts that are asked for. */
function requireParts({ amount, installments }: PaymentRequest): void {
  if (!installments || amountsOf(amount, installments) !== null) return;
  throw invalidField(
    installments.firstAmount === undefined ? 'installments.count' : 'installments.firstAmount',
    'leaves less than one minor unit for a part',
  );
}

/** The request as it is stored: it expires by its shop's setting where it does not say when itself. */
function withExpiry(request: PaymentRequest, { expireAfterMinutes }: Shop, now: number): PaymentRequest {
  if (request.expiresAt !== undefined || expireAfterMinutes === null) return request;
  return { ...request, expiresAt: new Date(now + expireAfterMinutes * 60_000).toISOString() };
}

/** The same order has the same hash, whatever the order or spacing of its JSON. */
function hashOf({ account, provider, request }: PaymentOrder): string {
  return hex(digests.sha256(utf8(JSON.stringify(sorted({ account, provider, request })))));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(members)
      .sort()
      .map((name) => [name, sorted(members[name])]),
  );
}

function notReplaced(result: Exclude<ReplaceResult, 'replaced'>): Problem {
  return result === 'stale'
    ? new Problem(
        'conflict_version',
        'the payment has changed meanwhile: it is not the one that was to be replaced',
      )
    : new Problem(
        'invalid_state',
        'a shopper was forwarded for this payment, or it is over: it can be replaced no more',
      );
}

/**
 * Stores the payment, or finds the one that the shop has created with that reference before.
 * @param origin where countersign is reached from outside.
 * @throws Problem when the payment cannot be started, unless it is there already.
 */
export async function createPayment(
  service: Service,
  shop: Shop,
  order: PaymentOrder,
  origin: string,
  replacement: Replacement | null = null,
): Promise<CreateResult> {
  const { request, account: wantedAccount, provider: wantedProvider } = order;
  const wanted = { account: wantedAccount, provider: wantedProvider };
  const id = derivePaymentId(service.config.idKey, shop.id, request.reference);
  const requestHash = hashOf(order);
  const ledger = service.ledger(id, shop.region);
  const known = { requestHash, request, wanted };
  try {
    requireFuture(request, service.now());
    requireParts(request);
    const destination = await chooseAccount(service, shop, order);
    const start = (number: number) => startFirst(service, { shop, destination, id, number, request, origin });
    const mayChoose = !order.account && !order.provider && !order.byCode;
    const isOpen = mayChoose && (await choices(service, shop, request)).length > 1;
    const stored = withExpiry(isOpen ? { ...request, choose: true } : request, shop, service.now());
    const command = {
      id,
      shop: shop.id,
      requestHash,
      request: stored,
      attempt: await start(1),
      wanted,
      announce: shop.webhook.newPayments,
      ...(order.by && { by: order.by }),
    };
    const created = await ledger.create(command);
    if (created.kind !== 'conflict' || !replacement) return created;
    // Its order number is its own: money by the old redirect has that of the attempt before.
    const number = ((await ledger.read())?.attempts.length ?? 0) + 1;
    if (number > MAX_ATTEMPTS) throw notReplaced('not_open');
    const next = { ...command, attempt: await start(number) };
    const result = await ledger.replace(next, number, replacement.ifVersion);
    if (result !== 'replaced') throw notReplaced(result);
    const replaced = await ledger.replay(known);
    if (!replaced || replaced.kind === 'conflict') return replaced ?? created;
    return { ...replaced, kind: 'replaced' };
  } catch (error) {
    // The account may have changed since: a repeat of a request that succeeded still gets its payment.
    const earlier = error instanceof Problem ? await ledger.replay(known) : null;
    if (earlier === null || earlier.kind === 'conflict') throw error;
    return earlier;
  }
}
