/**
 * A Worker that dies in the middle of an answer. The failures ruled out: the command line breaks off with a word of its HTTP library
 * instead of a sentence; a part of an answer is taken for the whole; what is tried again without an answer is not with half of one.
 */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { httpCall } from '../../src/cli/http-call.ts';
import { operatorText } from '../../src/cli/operator-calls.ts';
import { Target, Unavailable } from '../../src/cli/polybanking-target.ts';
import { answerJson, NoAnswer, wholeAnswer } from '../../src/cli/whole-answer.ts';

/** What the next requests get: half of an answer, whole ones after that. */
let broken = 0;
let whole = '{"data":[],"result":"imported"}';
let requests = 0;
let server: Server;
let origin = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1;
    request.resume();
    if (requests > broken) {
      response.end(whole);
      return;
    }
    // The head and a part are there before the connection goes.
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"data":[', () => setTimeout(() => response.socket?.resetAndDestroy(), 20));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  requests = 0;
  broken = 0;
  whole = '{"data":[],"result":"imported"}';
});

const ports = { call: httpCall, pause: async () => undefined, now: () => 0 };
const operator = () => ({ url: origin, token: 'token' });

describe('half of an answer', () => {
  it('of an import ends it as an unreachable Worker does', async () => {
    broken = 9;
    const target = new Target(origin, { token: 'token', dryRun: false });
    const failed = await target.put('transaction', {}).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Unavailable);
    expect(String(failed)).toContain(`${origin} cannot be reached`);
  });

  it('is no answer to setup, create-user and rebuild', async () => {
    broken = 1;
    const failed = await wholeAnswer(new URL(origin), {}).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(NoAnswer);
    expect(String(failed)).toContain('cannot be reached');
  });

  it('of the operator’s API is asked for again', async () => {
    broken = 2;
    expect((await operatorText(operator(), '/', ports)).text).toBe(whole);
    expect(requests).toBe(3);
  });

  it('that comes every time ends with a sentence', async () => {
    broken = 99;
    await expect(operatorText(operator(), '/', ports)).rejects.toThrow(`the answer of ${origin} broke off`);
    expect(requests).toBe(5);
  });
});

describe('an answer that is no JSON', () => {
  it('ends an import with the address that gave it', async () => {
    whole = '<html>';
    const target = new Target(origin, { token: 'token', dryRun: false });
    await expect(target.put('transaction', {})).rejects.toThrow(`${origin} answers 200 with what is no JSON`);
    const url = new URL(origin);
    const answer = await wholeAnswer(url, {});
    expect(() => answerJson(url, answer)).toThrow(NoAnswer);
  });
});
