/** Calls of the operator's API from the command line: tried again where that may help, never faster than asked. */

import { bodyTextOf, type HttpAnswer, type HttpCall, type HttpSent } from './http-call.ts';

/** Tries of one call before a run breaks off, and the pause between them in milliseconds. */
const TRIES = 5;
const PAUSE_MS = 2000;

export interface CallPorts {
  readonly call: HttpCall;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly now: () => number;
}

export interface Server {
  readonly url: string;
  readonly token: string;
}

/** The command was called wrongly: its text says how. */
export class WrongCall extends Error {
  /** Of the server's answer; null: no call was made. */
  readonly status: number | null;

  constructor(message: string, status: number | null = null) {
    super(message);
    this.status = status;
  }
}

/**
 * Where the calls go, and who makes them.
 * @throws WrongCall where something is missing.
 */
export function serverOf(
  url: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Server {
  const given = url ?? environment.COUNTERSIGN_URL;
  if (!given || !URL.canParse(given)) throw new WrongCall('say where: --url https://your-worker');
  const token = environment.COUNTERSIGN_TOKEN ?? environment.ADMIN_TOKEN;
  if (!token) throw new WrongCall('set COUNTERSIGN_TOKEN to a token of the operator’s API, or ADMIN_TOKEN');
  return { url: given, token };
}

/**
 * One call. What passes (429, 5xx, no answer) is tried again.
 * @throws WrongCall with the server's words for a request that it rejects; Error where it gives no answer.
 */
export async function operatorCall(
  { url, token }: Server,
  path: string,
  { call, pause }: CallPorts,
  sent: HttpSent = {},
): Promise<HttpAnswer> {
  for (let tried = 1; ; tried += 1) {
    const answer = await call(new URL(path, url), { authorization: `Bearer ${token}` }, sent).catch(
      (error: unknown) => new Error(`${url} gives no answer`, { cause: error }),
    );
    const isAnswer = !(answer instanceof Error);
    if (isAnswer && answer.status >= 200 && answer.status < 300) return answer;
    const isPassing = !isAnswer || answer.status === 429 || answer.status >= 500;
    const words = isAnswer ? await refusalOf(answer) : '';
    if (isPassing && tried < TRIES) {
      const seconds = isAnswer ? Number(answer.header('retry-after') ?? 0) : 0;
      await pause(Math.max(PAUSE_MS * tried, seconds * 1000));
      continue;
    }
    if (!isAnswer) throw answer;
    throw isPassing ? new Error(words) : new WrongCall(words, answer.status);
  }
}

/** A whole answer. */
export interface OperatorText {
  readonly text: string;
  /** By its name in small letters; null: it is not there. */
  readonly header: (name: string) => string | null;
}

/**
 * One call and its whole answer: one that breaks off is tried again as one that does not come.
 * @throws as operatorCall; Error where the answer breaks off time after time.
 */
export async function operatorText(
  server: Server,
  path: string,
  ports: CallPorts,
  sent: HttpSent = {},
): Promise<OperatorText> {
  for (let tried = 1; ; tried += 1) {
    const answer = await operatorCall(server, path, ports, sent);
    try {
      return { text: await bodyTextOf(answer), header: answer.header };
    } catch (error) {
      if (tried >= TRIES) throw error;
      await ports.pause(PAUSE_MS * tried);
    }
  }
}

/** What an answer says that is no success. It is read to its end: what is not read keeps its connection. */
async function refusalOf(answer: HttpAnswer): Promise<string> {
  const text = await bodyTextOf(answer).catch(() => '');
  const moved = answer.header('location');
  if (moved !== null) return `${answer.status}: it has moved to ${moved}`;
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: string };
    return `${answer.status}: ${detail ?? 'it says no more'}`;
  } catch {
    return `${answer.status}: it says no more`;
  }
}
