/** Requests to the Worker that a test runs, and names that no other call has had. */
import { exports } from 'cloudflare:workers';

export const ORIGIN = 'https://pay.countersign.dev';

/** A request to the Worker. */
export function request(path: string, init: RequestInit = {}): Promise<Response> {
  const url = path.startsWith('http') ? path : ORIGIN + path;
  return exports.default.fetch(new Request(url, { redirect: 'manual', ...init }));
}

/** An answer whose body was JSON. */
export interface JsonAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** Reads an answer. */
export async function json<T>(response: Response): Promise<JsonAnswer<T>> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as T };
}

/** A call of the operator. */
export async function admin<T = Record<string, unknown>>(method: string, path: string, body?: unknown) {
  return json<T>(
    await request(`/v1/admin${path}`, {
      method,
      headers: { authorization: 'Bearer test-admin-token' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
}

/** An error as the API writes it. */
export interface Problem {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

let counter = 0;

/** A number that no other call in this file has had. */
export function unique(): string {
  counter += 1;
  return `${Date.now().toString(36)}${counter}`;
}
