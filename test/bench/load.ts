/** A load generator for one machine: a closed loop for throughput, a fixed rate for latencies. */
import { Agent, request } from 'node:http';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Target {
  readonly port: number;
  readonly agent: Agent;
}

export function target(port: number, connections: number): Target {
  return { port, agent: new Agent({ keepAlive: true, maxSockets: connections }) };
}

/** One call; throws on an answer that is no success. */
export function send({ port, agent }: Target, call: Call): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, agent, method: call.method, path: call.path, headers: call.headers ?? {} },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if ((response.statusCode ?? 500) < 400) resolve(text);
          else reject(new Error(`${call.method} ${call.path}: ${response.statusCode} ${text.slice(0, 300)}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(call.body);
  });
}

/** A closed loop over so many connections, for so long: how many requests there were, and how many a second. */
export async function closedLoop(
  to: Target,
  connections: number,
  milliseconds: number,
  next: () => Call | null,
) {
  const end = performance.now() + milliseconds;
  const startedAt = performance.now();
  let count = 0;
  const connection = async () => {
    for (let call = next(); call !== null && performance.now() < end; call = next()) {
      await send(to, call);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return { count, perSecond: count / ((performance.now() - startedAt) / 1000) };
}

/** Latencies in milliseconds at a fixed rate, measured from when each call was due (coordinated omission). */
export async function fixedRate(
  to: Target,
  perSecond: number,
  milliseconds: number,
  next: () => Call | null,
) {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const total = Math.floor((perSecond * milliseconds) / 1000);
  const pending: Promise<void>[] = [];
  for (let index = 0; index < total; index++) {
    const due = startedAt + (index * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    const call = next();
    if (call === null) break;
    pending.push(
      send(to, call).then(() => {
        latencies.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(pending);
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
