/**
 * The operator's API as the user who is signed in: `fetchAs` over the service binding. The types of bodies and answers are those of the
 * schemas that the signing Worker validates with (`src/http/schemas`), imported as types alone.
 *
 *     const list = await api.get<ListAnswer>('/payments', { status: ['paid', 'refunded'], limit: 20 });
 *     await api.post<Payment>(`/payments/${id}/refund`, { amount: 500 }, { operation });
 */
import type * as v from 'valibot';
import type * as schemas from '../http/schemas.ts';
import type { ProblemCode } from '../payments/errors.ts';
import type { Gateway } from './gateway.ts';

/** The answer of a schema of `src/http/schemas`, by its name: `OperatorAnswer<'operatorPayment'>`. */
export type OperatorAnswer<Name extends keyof typeof schemas> = (typeof schemas)[Name] extends v.GenericSchema
  ? v.InferOutput<(typeof schemas)[Name]>
  : never;

/** One field that the API did not take. */
export interface InputProblem {
  /** Dotted, as the API names it: `settings.site`; empty: the whole. */
  readonly path: string;
  readonly message: string;
}

interface ProblemBody {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly InputProblem[];
  readonly provider?: { readonly code: string; readonly text: string };
}

/** The API said no. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: ProblemCode;
  /** In English, from the API. */
  readonly detail: string;
  readonly errors: readonly InputProblem[];
  /** What the provider said, in its own words. */
  readonly provider: { readonly code: string; readonly text: string } | null;
  /** Names this failure in the signing Worker's log. */
  readonly requestId: string | null;
  /** Seconds; null: nobody knows. */
  readonly retryAfter: number | null;

  constructor(response: Response, body: ProblemBody) {
    super(`${response.status} ${body.code ?? ''} ${body.detail ?? ''}`);
    this.status = response.status;
    this.code = (body.code ?? 'internal_error') as ProblemCode;
    this.detail = body.detail ?? '';
    this.errors = body.errors ?? [];
    this.provider = body.provider ?? null;
    this.requestId = response.headers.get('x-request-id');
    this.retryAfter = Number(response.headers.get('retry-after')) || null;
  }

  /** Whether it is certain that nothing was done: the request itself is at fault. */
  get nothingDone(): boolean {
    return this.status < 500;
  }
}

/** What the API would say of a part that a thing of it does not have. */
export function notFound(): ApiProblem {
  return new ApiProblem(new Response(null, { status: 404 }), { code: 'not_found' });
}

type Value = string | number | boolean | null | undefined;

/** Parameters of an address; empty ones are left out, lists are given several times. */
export type Query = Readonly<Record<string, Value | readonly string[]>>;

interface CallOptions {
  /** The one-time id of the form, sent as Idempotency-Key: the same again is done once. */
  readonly operation?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Never looked up: the binding leads to the signing Worker, which reads the path alone. */
const BASE = 'https://gateway/v1/admin';

/** The query of an address, with its question mark; empty where nothing is asked. */
export function queryText(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null && one !== undefined && one !== '') search.append(name, String(one));
  }
  const text = search.toString();
  return text && `?${text}`;
}

export class Api {
  readonly #gateway: Gateway;
  readonly #user: string;
  readonly #address: string | null;
  readonly #origin: string;

  /**
   * @param user whose role and shops decide.
   * @param address the IP address of its browser, for the audit log.
   * @param origin the console's own, for addresses in answers where the installation has no PUBLIC_URL (`npm start`).
   */
  constructor(gateway: Gateway, user: string, address: string | null, origin?: string) {
    this.#gateway = gateway;
    this.#user = user;
    this.#address = address;
    this.#origin = origin ? `${origin}/v1/admin` : BASE;
  }

  /** A call whose answer is taken as it is: files, pages with a header. @throws ApiProblem for an answer that is none. */
  async fetch(method: string, path: string, body?: BodyInit, options: CallOptions = {}): Promise<Response> {
    const request = new Request(this.#origin + path, {
      method,
      headers: { ...(options.operation && { 'idempotency-key': options.operation }), ...options.headers },
      ...(body !== undefined && { body }),
    });
    const response = await this.#gateway.fetchAs(this.#user, request, { address: this.#address });
    if (response.ok) return response;
    const text = await response.text();
    throw new ApiProblem(response, problemOf(text));
  }

  async #json<T>(method: string, path: string, body: unknown, options?: CallOptions): Promise<T> {
    const response = await this.fetch(method, path, body === undefined ? undefined : JSON.stringify(body), {
      ...options,
      headers: { 'content-type': 'application/json', ...options?.headers },
    });
    const text = await response.text();
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  /** @param path after `/v1/admin`. @throws ApiProblem */
  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.#json('GET', path + queryText(query), undefined);
  }

  /** The providers, which everybody may read. @param path after `/v1/providers`. @throws ApiProblem */
  providers<T>(path = ''): Promise<T> {
    return this.#json('GET', `/../providers${path}`, undefined);
  }

  /** @throws ApiProblem */
  post<T>(path: string, body?: unknown, options?: CallOptions): Promise<T> {
    return this.#json('POST', path, body, options);
  }

  /** @throws ApiProblem */
  put<T>(path: string, body: unknown, options?: CallOptions): Promise<T> {
    return this.#json('PUT', path, body, options);
  }

  /** @throws ApiProblem */
  delete<T = null>(path: string): Promise<T> {
    return this.#json('DELETE', path, undefined);
  }
}

function problemOf(text: string): ProblemBody {
  try {
    return JSON.parse(text) as ProblemBody;
  } catch {
    return { detail: text.slice(0, 500) };
  }
}
