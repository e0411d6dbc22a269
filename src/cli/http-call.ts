/**
 * A request of the command line, by node:http. Node's own fetch takes 40 MB before the first answer, and half of what an export may take
 * in memory; here an answer is read a piece at a time.
 */
import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';

/** An answer; its body comes in pieces. */
export interface HttpAnswer {
  readonly status: number;
  /** By its name in small letters; null: it is not there. */
  readonly header: (name: string) => string | null;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What a request sends beside its address and its token; left out: it is a GET. */
export interface HttpSent {
  readonly method?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export type HttpCall = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  sent?: HttpSent,
) => Promise<HttpAnswer>;

/** For how long nothing may come: the largest page takes the server some seconds. */
const SILENCE_MS = 120_000;

/** One request. A redirect is an answer as any other: the token is for the server that was named. */
export const httpCall: HttpCall = (url, headers, { method = 'GET', body, headers: more } = {}) =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'http:' ? plain : secure;
    const call = send(url.href, { method, headers: { ...more, ...headers } }, (answer: IncomingMessage) =>
      resolve({
        status: answer.statusCode ?? 0,
        header: (name) => {
          const value = answer.headers[name];
          return value === undefined ? null : String(value);
        },
        body: piecesOf(answer, url),
      }),
    );
    call.setTimeout(SILENCE_MS, () =>
      call.destroy(new Error(`nothing came for ${SILENCE_MS / 1000} seconds`)),
    );
    call.on('error', reject);
    call.end(body);
  });

/** An answer's body; one that breaks off says so, and whose it was. */
async function* piecesOf(answer: IncomingMessage, { origin }: URL): AsyncGenerator<Uint8Array> {
  try {
    yield* answer as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new Error(`the answer of ${origin} broke off: run the command again, and it goes on`, { cause });
  }
}

/** A whole body as text. */
export async function bodyTextOf({ body }: HttpAnswer): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let text = '';
  for await (const piece of body) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}
