/** The payments of a shop. */
import { clientProblem, namingText, optionObject, wholeNumber } from './errors.ts';
import { filterQuery } from './filters.ts';
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
  /** Payments whose `account` this is. */
  readonly account?: string | undefined;
  /** Created at this time (RFC 3339) or later. */
  readonly from?: string | undefined;
  /** Created before this time (RFC 3339). */
  readonly to?: string | undefined;
  /** With exactly these texts of your own, by name. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** How many a page has, 1 to 100; left out: 20. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before. Left out or null: the first page. */
  readonly cursor?: string | null | undefined;
}

/** A create. */
export interface CreateOptions extends CallOptions {
  /** With `replace`: the version that is replaced. Another one is `conflict_version`. */
  readonly ifVersion?: number;
}

/** A capture or refund, its name, and how it is called. */
export interface OperationOptions extends Omit<OperationRequest, 'amount'>, OperationName, CallOptions {
  /** In minor units. Left out: the whole. One that is there and undefined is a mistake. */
  readonly amount?: number;
}

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
  async create(order: PaymentOrder, createOptions: CreateOptions = {}): Promise<Payment> {
    const { ifVersion, ...options } = optionObject('the options of a create', createOptions);
    // One that is undefined would replace whatever is there.
    const isConditional = 'ifVersion' in createOptions;
    return this.#transport.send({
      method: 'POST',
      knownBy: 'reference',
      path: '/v1/payments',
      answer: 'payment',
      body: optionObject('the order', order),
      ...(isConditional && { headers: { 'if-match': `"${wholeNumber('ifVersion', ifVersion, 0)}"` } }),
      options,
    });
  }

  /** A payment as it is now, with its attempts. @throws CountersignError `not_found` */
  async get(id: string, options?: CallOptions): Promise<PaymentRead> {
    return this.#transport.send({ method: 'GET', path: paymentPath(id), answer: 'payment', options });
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
      answer: 'list',
      query,
      options,
    });
    return data.find((payment) => payment.reference === reference) ?? null;
  }

  /**
   * Every payment that fits, the newest first; pages are read as they are needed. A member that is undefined is left out.
   * @throws CountersignError `invalid_option` where a member is null or empty, or a text of `metadata` is missing.
   */
  async *list(filter: PaymentFilter = {}, options?: CallOptions): AsyncGenerator<Payment, void, undefined> {
    const { cursor: start } = optionObject('the filter', filter);
    yield* everyItem(start, (cursor) => this.page({ ...filter, cursor }, options));
  }

  /** One page of the list. @throws CountersignError `invalid_option` as `list` does. */
  async page(filter: PaymentFilter = {}, options?: CallOptions): Promise<PaymentList> {
    const { metadata = {}, ...rest } = optionObject('the filter', filter);
    const texts = Object.entries(optionObject('metadata', metadata)).map(
      ([name, text]) => [`metadata[${name}]`, namingText(`metadata.${name}`, text)] as const,
    );
    return this.#transport.send({
      method: 'GET',
      path: '/v1/payments',
      answer: 'page',
      query: { ...filterQuery(rest), ...Object.fromEntries(texts) },
      options,
    });
  }

  /** The log of a payment, the oldest line first. */
  async *events(id: string, options?: CallOptions): AsyncGenerator<PaymentEvent, void, undefined> {
    const path = `${paymentPath(id)}/events`;
    yield* everyItem(undefined, (cursor) =>
      this.#transport.send<PaymentEvents>({
        method: 'GET',
        path,
        answer: 'page',
        query: { cursor },
        options,
      }),
    );
  }

  /** The tries of a payment's webhooks, the oldest first. */
  async deliveries(id: string, options?: CallOptions): Promise<readonly Delivery[]> {
    const path = `${paymentPath(id)}/deliveries`;
    return (await this.#transport.send<Deliveries>({ method: 'GET', path, answer: 'list', options })).data;
  }

  /** Has the newest webhook of a payment sent again. */
  async resend(id: string, options?: CallOptions): Promise<void> {
    const path = `${paymentPath(id)}/deliveries`;
    const call = { method: 'POST', knownBy: 'nothing changes', path, answer: 'list', body: {} } as const;
    await this.#transport.send({ ...call, options });
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
    const call = { method: 'POST', knownBy: 'nothing changes', path, answer: 'payment', body: {} } as const;
    return this.#transport.send({ ...call, options });
  }

  async #operate(id: string, kind: OperationKind, request: OperationOptions): Promise<Payment> {
    const { operationId, idempotencyKey, signal, timeoutMs, ...body } = optionObject(`the ${kind}`, request);
    // An undefined, null or NaN is a mistake in the shop's program, and nothing may take it for "the whole".
    if ('amount' in body && !Number.isSafeInteger(body.amount)) {
      const words = `the amount of a ${kind} is a whole number of minor units, not ${String(body.amount)}: leave it out for the whole`;
      throw clientProblem('invalid_option', words);
    }
    return this.#transport.send({
      method: 'POST',
      knownBy: 'key',
      idempotencyKey: await operationKey(kind, request),
      path: `${paymentPath(id)}/${kind}`,
      answer: 'payment',
      body,
      options: { signal, timeoutMs },
    });
  }
}
