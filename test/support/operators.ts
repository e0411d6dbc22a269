/** Operators of the tests: tokens with a role and their shops. */
import { admin, type JsonAnswer, request, unique } from './harness.ts';

export interface MadeToken {
  readonly id: string;
  readonly name: string;
  readonly token: string;
}

/** Makes a token. */
export async function makeToken(grant: Readonly<Record<string, unknown>>): Promise<MadeToken> {
  const answer = await admin<MadeToken>('POST', '/tokens', { name: `token ${unique()}`, ...grant });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

/** Calls of the operator's routes with a token. */
export function asToken(token: string, headers: Readonly<Record<string, string>> = {}) {
  return async <T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<JsonAnswer<T>> => {
    const response = await request(`/v1/admin${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: (text && isJson ? JSON.parse(text) : null) as T,
    };
  };
}
