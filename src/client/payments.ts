/** The payments of a shop. */
import { clientProblem, namingText } from './errors.ts';
import { type OperationName, operationKey } from './idempotency.ts';
import { everyItem } from './pages.ts';
import type { CallOptions, Transport } from './transport.ts';
import type {
  Deliveries,
  Delivery,
  OperationKind,
  OperationRequest,
  Payment,
  PaymentEvent,
  PaymentEvents,
  PaymentList,
  PaymentOrder,
  PaymentRead,
  PaymentStatus,
} from './types.ts';

/** Which payments a list has. */
export interface PaymentFilter {
  /** One status, or any of several. */
  readonly status?: PaymentStatus | readonly PaymentStatus[] | undefined;
  /** Payments whose newest attempt is at this account. */
  readonly account?: string | undefined;
  /** Created at this time (RFC 3339) or later. */
  readonly from?: string | undefined;
  /** Created before this time (RFC 3339). */
  readonly to?: string | undefined;
  /** With exactly these texts of your own, by name. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** How many a page has, 1 to 100; left out: 20. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | null | undefined;
}

/** A create. */
export interface CreateOptions extends CallOptions {
  /** With `replace`: the version that is replaced. Another one is `conflict_version`. */
  readonly ifVersion?: number | undefined;
}

/** A capture or refund, its name, and how it is called. */
export interface OperationOptions extends OperationRequest, OperationName, CallOptions {}

/** A cancel: it releases everything. */
export type CancelOptions = Omit<OperationOptions, 'amount'>;

/** @throws CountersignError invalid_option, where the id could lead to another address. */
function paymentPath(id: string): string {
  if (typeof id === 'string' && /^[A-Za-z0-9_-]+$/.test(id)) return `/v1/payments/${id}`;
  throw clientProblem(
    'invalid_option',
    `${JSON.stringify(id)} is no id of a payment: it looks like 7ZK0M3Q9T2V8XW4B`,
  );
}

export class Payments {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Creates a payment. The same order again gets the same payment: a create whose answer was lost is simply called again.
   * @returns with `checkoutUrl`, where the shopper goes.
   * @throws CountersignError `reference_conflict`, with `differences` and `payment`, where the reference is another order's.
   */
  create(order: PaymentOrder, { ifVersion, ...options }: CreateOptions = {}): Promise<Payment> {
    return this.#transport.send({
      method: 'POST',
      knownBy: 'reference',
      path: '/v1/payments',
      body: order,
      ...(ifVersion !== undefined && { headers: { 'if-match': `"${ifVersion}"` } }),
      options,
    });
  }

  /** A payment as it is now, with its attempts. @throws CountersignError `not_found` */
  async get(id: string, options?: CallOptions): Promise<PaymentRead> {
    return this.#transport.send({ method: 'GET', path: paymentPath(id), options });
  }

  /**
   * The payment of a reference as it is now; null: there is none.
   * @throws CountersignError `invalid_option` where the reference is missing or empty.
   */
  async find(reference: string, options?: CallOptions): Promise<Payment | null> {
    const query = { reference: namingText('the reference', reference) };
    const { data } = await this.#transport.send<PaymentList>({
      method: 'GET',
      path: '/v1/payments',
      query,
      options,
    });
    return data.find((payment) => payment.reference === reference) ?? null;
  }

  /**
   * Every payment that fits, the newest first; pages are read as they are needed. A member that is undefined is left out.
   * @throws CountersignError `invalid_option` where a text of `metadata` is missing or empty, or `status` is an empty list.
   */
  list(filter: PaymentFilter = {}, options?: CallOptions): AsyncGenerator<Payment, void, undefined> {
    return everyItem(filter.cursor, (cursor) => this.page({ ...filter, cursor }, options));
  }

  /** One page of the list. @throws CountersignError `invalid_option` as `list` does. */
  async page(filter: PaymentFilter = {}, options?: CallOptions): Promise<PaymentList> {
    const { metadata = {}, ...query } = filter;
    if (Array.isArray(query.status) && query.status.length === 0)
      throw clientProblem('invalid_option', 'status has no status in it: leave it out for all of them');
    const texts = Object.entries(metadata).map(
      ([name, text]) => [`metadata[${name}]`, namingText(`metadata.${name}`, text)] as const,
    );
    return this.#transport.send({
      method: 'GET',
      path: '/v1/payments',
      query: { ...query, ...Object.fromEntries(texts) },
      options,
    });
  }

  /** The log of a payment, the oldest line first. */
  events(id: string, options?: CallOptions): AsyncGenerator<PaymentEvent, void, undefined> {
    const path = `${paymentPath(id)}/events`;
    return everyItem(undefined, (cursor) =>
      this.#transport.send<PaymentEvents>({ method: 'GET', path, query: { cursor }, options }),
    );
  }

  /** The tries of a payment's webhooks, the oldest first. */
  async deliveries(id: string, options?: CallOptions): Promise<readonly Delivery[]> {
    const path = `${paymentPath(id)}/deliveries`;
    return (await this.#transport.send<Deliveries>({ method: 'GET', path, options })).data;
  }

  /** Has the newest webhook of a payment sent again. */
  async resend(id: string, options?: CallOptions): Promise<void> {
    const path = `${paymentPath(id)}/deliveries`;
    await this.#transport.send({ method: 'POST', knownBy: 'nothing changes', path, body: {}, options });
  }

  /**
   * Takes the money of an authorized payment, the whole where no `amount` is given.
   * @throws CountersignError with `idempotencyKey`: the same call with it finds out what became of this one.
   */
  capture(id: string, request: OperationOptions = {}): Promise<Payment> {
    return this.#operate(id, 'capture', request);
  }

  /** Calls off an unpaid payment, or releases what is held. @throws CountersignError as `capture` does. */
  cancel(id: string, request: CancelOptions = {}): Promise<Payment> {
    return this.#operate(id, 'cancel', request);
  }

  /** Gives back money that was paid, the whole where no `amount` is given. @throws CountersignError as `capture` does. */
  refund(id: string, request: OperationOptions = {}): Promise<Payment> {
    return this.#operate(id, 'refund', request);
  }

  /** Has the provider asked what became of a payment. */
  async refresh(id: string, options?: CallOptions): Promise<Payment> {
    const path = `${paymentPath(id)}/refresh`;
    return this.#transport.send({ method: 'POST', knownBy: 'nothing changes', path, body: {}, options });
  }

  async #operate(id: string, kind: OperationKind, request: OperationOptions): Promise<Payment> {
    const { operationId, idempotencyKey, signal, timeoutMs, ...body } = request;
    // A null or NaN is a mistake in the shop's program, and nothing may take it for "the whole".
    if ('amount' in body && body.amount !== undefined && !Number.isSafeInteger(body.amount)) {
      const words = `the amount of a ${kind} is a whole number of minor units, not ${String(body.amount)}: leave it out for the whole`;
      throw clientProblem('invalid_option', words);
    }
    return this.#transport.send({
      method: 'POST',
      knownBy: 'key',
      idempotencyKey: await operationKey(kind, { operationId, idempotencyKey }),
      path: `${paymentPath(id)}/${kind}`,
      body,
      options: { signal, timeoutMs },
    });
  }
}
