/** One request of the flood, and how it was answered. */
import { Agent, request } from 'node:http';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Answered {
  /** 0: it was not answered. */
  readonly status: number;
  readonly text: string;
  readonly milliseconds: number;
}

/** An attack that hangs must not stop the others. */
const TIMEOUT_MS = 30_000;

export type Send = (call: Call) => Promise<Answered>;

/** Sends to a server on this machine over so many connections. */
export function sender(port: number, connections: number): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return ({ method, path, headers = {}, body }) =>
    new Promise((resolve) => {
      const startedAt = performance.now();
      const done = (status: number, text: string) =>
        resolve({ status, text, milliseconds: performance.now() - startedAt });
      const sent = request({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => done(response.statusCode ?? 0, Buffer.concat(chunks).toString()));
        response.on('error', (error) => done(0, String(error)));
      });
      sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error('no answer within 30 s')));
      sent.on('error', (error) => done(0, String(error)));
      sent.end(body);
    });
}

/** A share of sorted or unsorted numbers: 0.5 is the median. NaN where there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
