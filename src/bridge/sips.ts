/**
 * `npm run sips-bridge`: runs beside the bank's SIPS 1 executables and does two things for the Worker: arguments in, output out. Needs
 * SIPS_BRIDGE_SECRET (the account's bridgeSecret), SIPS_BINPATH (the folder of `request` and `response`) and SIPS_PATHFILE; listens on HOST
 * (127.0.0.1) and PORT (8790). Put it behind a proxy that speaks https.
 *
 * Only calls that carry our HMAC are answered; a nonce is good once. The executables are started without a shell, with an empty environment,
 * and are killed when they take too long or print too much. DATA is never logged.
 */
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type BridgeCall,
  bridgeProblem,
  CLOCK_TOLERANCE_SECONDS,
  NONCE_HEADER,
  SIGNATURE_HEADER,
  TIMESTAMP_HEADER,
} from '../providers/sips/bridge-signature.ts';
import {
  argumentsOf,
  REQUEST_PARAMETERS,
  readRequestOutput,
  readResponseOutput,
} from '../providers/sips/middleware.ts';

const BODY_LIMIT = 64 * 1024;
const OUTPUT_LIMIT = 256 * 1024;

export interface BridgeOptions {
  readonly secret: string;
  readonly binpath: string;
  readonly pathfile: string;
  /** How long an executable may run, in milliseconds. */
  readonly timeoutMs?: number;
  readonly now?: () => Date;
}

/** An error with an HTTP status, for the Worker to read. */
class BridgeError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

// --- Reading a call ---------------------------------------------------------------------------------------

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > BODY_LIMIT) throw new BridgeError(413, 'the body is too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** Nonces of the time in which a call is good. */
class Nonces {
  readonly #seen = new Map<string, number>();

  /** Whether a nonce is new. */
  take(nonce: string, now: number): boolean {
    for (const [old, at] of this.#seen)
      if (now - at > 2 * CLOCK_TOLERANCE_SECONDS * 1000) this.#seen.delete(old);
    if (this.#seen.has(nonce)) return false;
    this.#seen.set(nonce, now);
    return true;
  }
}

/** Text that goes into an argument: no control characters, and no bar that would shift positions. */
function argument(name: string, value: unknown): string {
  if (typeof value !== 'string' || /[\x00-\x1f\x7f]/.test(value)) {
    throw new BridgeError(422, `${name} is not a text without control characters`);
  }
  return value;
}

function parametersOf(given: unknown): [string, string][] {
  if (typeof given !== 'object' || given === null) throw new BridgeError(422, 'there are no parameters');
  return Object.entries(given).map(([name, value]) => {
    if (!REQUEST_PARAMETERS.has(name))
      throw new BridgeError(422, `${name} is not a parameter of the middleware`);
    return [name, argument(name, value).replaceAll('!', '')];
  });
}

// --- Running ----------------------------------------------------------------------------------------------

/** Runs an executable and returns what it printed. */
function run(file: string, args: readonly string[], timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { shell: false, env: {}, stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    let length = 0;
    const fail = (error: BridgeError) => {
      child.kill('SIGKILL');
      reject(error);
    };
    const timer = setTimeout(() => fail(new BridgeError(504, 'the executable took too long')), timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > OUTPUT_LIMIT) fail(new BridgeError(502, 'the executable printed too much'));
      else chunks.push(chunk);
    });
    child.on('error', () => {
      clearTimeout(timer);
      reject(new BridgeError(502, 'the executable cannot be started'));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      // The middleware speaks Latin-1.
      if (code === 0) resolve(Buffer.concat(chunks).toString('latin1'));
      else reject(new BridgeError(502, `the executable ended with ${code ?? 'a signal'}`));
    });
  });
}

async function answerTo(
  path: string,
  message: Record<string, unknown>,
  options: BridgeOptions,
): Promise<object> {
  const { binpath, pathfile, timeoutMs = 8000 } = options;
  if (path.endsWith('/request')) {
    const parameters = parametersOf(message.parameters);
    const args = argumentsOf([...parameters, ['pathfile', pathfile]]);
    const { code, error, buffer } = readRequestOutput(await run(join(binpath, 'request'), args, timeoutMs));
    return { code, error, form: buffer };
  }
  if (path.endsWith('/response')) {
    const args = argumentsOf([
      ['message', argument('message', message.message)],
      ['pathfile', pathfile],
    ]);
    const fields = readResponseOutput(await run(join(binpath, 'response'), args, timeoutMs));
    return { code: fields.code ?? '', error: fields.error ?? '', fields };
  }
  throw new BridgeError(404, 'there are /request and /response');
}

function messageOf(body: string): Record<string, unknown> {
  try {
    const message: unknown = JSON.parse(body);
    if (typeof message === 'object' && message !== null) return message as Record<string, unknown>;
  } catch {
    // Rejected below, like anything else that is no object.
  }
  throw new BridgeError(400, 'the body is not a JSON object');
}

// --- The server -------------------------------------------------------------------------------------------

/** The HTTP service; the caller has it listen. */
export function sipsBridge(options: BridgeOptions) {
  const now = options.now ?? (() => new Date());
  const nonces = new Nonces();

  const handle = async (request: IncomingMessage): Promise<object> => {
    if (request.method !== 'POST') throw new BridgeError(405, 'only POST is answered');
    const path = new URL(request.url ?? '/', 'http://bridge').pathname;
    const body = await bodyOf(request);
    const call: BridgeCall = {
      timestamp: header(request, TIMESTAMP_HEADER),
      nonce: header(request, NONCE_HEADER),
      signature: header(request, SIGNATURE_HEADER),
      path,
      body,
    };
    const problem = bridgeProblem(options.secret, call, now());
    if (problem) throw new BridgeError(401, problem);
    if (!nonces.take(call.nonce, now().getTime())) throw new BridgeError(401, 'the call was made before');
    return answerTo(path, messageOf(body), options);
  };

  const send = (response: ServerResponse, status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };

  return createServer((request, response) => {
    handle(request).then(
      (answer) => send(response, 200, answer),
      (error: unknown) => {
        const known = error instanceof BridgeError;
        console.warn(`${request.url} refused: ${known ? error.message : String(error)}`);
        send(response, known ? error.status : 500, { error: known ? error.message : 'the bridge failed' });
        if (known && error.status === 413) request.destroy();
      },
    );
  });
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

function main(): void {
  const secret = required('SIPS_BRIDGE_SECRET');
  if (secret.length < 16) throw new Error('SIPS_BRIDGE_SECRET is shorter than 16 characters');
  const server = sipsBridge({
    secret,
    binpath: required('SIPS_BINPATH'),
    pathfile: required('SIPS_PATHFILE'),
  });
  const [host, port] = [process.env.HOST ?? '127.0.0.1', Number(process.env.PORT ?? 8790)];
  server.listen(port, host, () => console.log(`the SIPS bridge listens on http://${host}:${port}`));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
