/** What the tests of the docs share: the local server, the blocks of a page as a reader copies them, programs beside the server. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeBlocks } from '../../src/build/site/markdown.ts';
import { freePort } from '../../src/sandbox/run/port.ts';
import { localServer } from '../../src/sandbox/run/server.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** The variables that docs/reference.md has its readers export. */
export const KEYS = {
  SHOP_KEY: 'demo-shop-api-key',
  REQUEST_KEY: 'demo-shop-request-key',
  ADMIN_TOKEN: 'local-admin-token',
} as const;

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Where {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

/** Runs a program without holding up this process, which other programs may talk to. */
export function ran(
  command: string,
  args: readonly string[],
  { environment = {}, cwd = ROOT, input = '' }: Where = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...environment } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (part: Buffer) => {
      stdout += part;
    });
    child.stderr.on('data', (part: Buffer) => {
      stderr += part;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? 1, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** A local server with data of its own; or one that runs already (`DOCS_ORIGIN`), on a machine that is busy. */
export async function docsServer() {
  const running = process.env.DOCS_ORIGIN;
  if (running) return { origin: running, stop: async () => {} };
  const state = mkdtempSync(join(tmpdir(), 'countersign-docs-'));
  const server = await localServer(await freePort(), { output: 'ignore', state });
  return {
    origin: server.origin,
    stop: async () => {
      server.stop();
      await server.ended;
      rmSync(state, { recursive: true, force: true });
    },
  };
}

/** Every Markdown file that is a page, and the README. */
export function sources(): readonly string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    'README.md',
    'SECURITY.md',
    'CHANGELOG.md',
    ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ];
}

/** A block of code with the page that it stands on. */
export interface PageBlock {
  readonly source: string;
  readonly language: string;
  readonly mark: string | null;
  readonly code: string;
}

export function blocksOf(source: string): readonly PageBlock[] {
  return codeBlocks(readFileSync(join(ROOT, source), 'utf8')).map((block) => ({ source, ...block }));
}

/** The one block of a page with a language and a mark. */
export function blockOf(source: string, language: string, mark: string | null): string {
  const found = blocksOf(source).filter((block) => block.language === language && block.mark === mark);
  const [only] = found;
  if (found.length !== 1 || !only)
    throw new Error(`${source} has ${found.length} blocks of ${language} ${mark}`);
  return only.code;
}
