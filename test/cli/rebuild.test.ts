/** `npm run rebuild`: a run that was broken off goes on where it was, and skips no page. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './support.ts';

const cursors: (string | null)[] = [];
/** Pages after the cursors; the answer of null breaks the run off. */
let pages: Record<string, string | null>;
let broken: string | null = null;
let server: Server;
let url = '';

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += String(part);
    const { cursor = null } = JSON.parse(text) as { cursor?: string };
    cursors.push(cursor);
    if (cursor !== null && cursor === broken) response.writeHead(403).end('no');
    else response.end(JSON.stringify({ queued: 100, empty: 0, nextCursor: pages[cursor ?? ''] ?? null }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  server.close();
});

const directory = mkdtempSync(join(tmpdir(), 'countersign-rebuild-'));

function rebuild(...args: string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/rebuild.ts', ...args], { cwd: ROOT });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += String(part)));
  return new Promise((done) => child.on('close', (status) => done({ status, output })));
}

describe('the rebuild', () => {
  it('goes on after the last page that was answered, and forgets its place when all is done', async () => {
    pages = { '': '8000000000000000', '8000000000000000': 'G000000000000000', G000000000000000: null };
    const place = join(directory, 'place.json');
    broken = 'G000000000000000';
    const first = await rebuild(url, '--cursor', place);
    expect(first).toMatchObject({
      status: 1,
      output: expect.stringContaining('25.0 %: 100 payments queued'),
    });
    expect(cursors).toEqual([null, '8000000000000000', 'G000000000000000']);
    expect(existsSync(place)).toBe(true);
    expect((await rebuild('http://127.0.0.1:9', '--cursor', place)).output).toContain('is of another run');
    broken = null;
    const second = await rebuild(url, '--cursor', place);
    expect(second).toMatchObject({
      status: 0,
      output: expect.stringContaining('all done: 300 payments queued'),
    });
    expect(cursors.slice(3)).toEqual(['G000000000000000']);
    expect(existsSync(place)).toBe(false);
  });
});
