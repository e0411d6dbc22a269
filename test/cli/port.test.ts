/** The port of the local Worker. */
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { portOf, requireFreePort } from '../../src/sandbox/run/port.ts';
import { run } from './support.ts';

let other: Server | null = null;
afterEach(() => other?.close());

function listen(host: string): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    other = server;
    server.listen(0, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

describe('a port', () => {
  it.each(['0', '65536', '8787x', '-1', '80.5', ' '])('that is none is not taken: %j', (text) => {
    expect(() => portOf(text)).toThrow('PORT is a number from 1 to 65535');
  });

  it('is 8787 unless another is asked for', () => {
    expect([portOf(undefined), portOf(''), portOf('9000')]).toEqual([8787, 8787, 9000]);
  });

  it.each(['127.0.0.1', '0.0.0.0'])('that another program has is not taken for ours: %s', async (host) => {
    const port = await listen(host);
    await expect(requireFreePort(port, 'npm start')).rejects.toThrow(
      `port ${port} is taken by another program: stop that one, or take another port with PORT=${port + 1} npm start`,
    );
  });

  it('that is taken ends npm start with words, not with the answer of the other server', async () => {
    const port = await listen('127.0.0.1');
    const result = run(process.execPath, ['--import', 'tsx', 'src/sandbox/run/start.ts'], {
      PORT: String(port),
    });
    expect([result.status, result.stdout]).toEqual([1, '']);
    expect(result.stderr).toContain(`port ${port} is taken`);
  });

  it('of a Worker that runs keeps its data: npm run reset says to stop it first', async () => {
    const port = await listen('127.0.0.1');
    const result = run(process.execPath, ['--import', 'tsx', 'src/sandbox/run/reset.ts'], {
      PORT: String(port),
    });
    expect([result.status, result.stdout]).toEqual([1, '']);
    expect(result.stderr).toContain('stop it first');
  });
});
