/**
 * Every call of the contract as its page shows it: from top to bottom against a fresh server, once for each language. What comes before a call
 * is shell in all of them, as the pages say.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { beforeOf, curlOf, keptOf, programsOf } from '../../src/build/site/calls.ts';
import { createApp } from '../../src/http/app.ts';
import { apiDocument } from '../../src/http/reference/document.ts';
import { describedOrder } from '../../src/http/reference/order.ts';
import { docsServer, KEYS, ran } from './support.ts';

const RUNNERS = {
  ts: ['node', 'mjs'],
  python: ['python3', 'py'],
  php: ['php', 'php'],
} as const;

const folder = mkdtempSync(join(tmpdir(), 'countersign-calls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const app = createApp(() => {
  throw new Error('not called');
});
const document = await apiDocument(app, 'http://localhost:8787');
const calls = describedOrder(app).flatMap(({ method, path }) => {
  const described = document.paths[path]?.[method];
  return described ? [{ name: `${method.toUpperCase()} ${path}`, method, path, described }] : [];
});

type Language = keyof typeof RUNNERS;

/** The lines of shell that make one call in a language; by curl, where a browser alone makes it. */
function linesOf(
  { name, method, path, described }: (typeof calls)[number],
  at: number,
  language: Language | 'sh',
) {
  const failed = `|| { echo "FAILED: ${name}"; exit 1; }`;
  const program = language === 'sh' ? null : programsOf(method, path, described)?.[language];
  if (language === 'sh' || !program) {
    const curl = curlOf(method, path, described);
    return curl === null
      ? []
      : [`${curl} > /dev/null ${failed}`.replace(/(; echo \$\w+) > \/dev\/null/, '$1')];
  }
  const [runner, ending] = RUNNERS[language];
  const file = join(folder, `${language}-${at}.${ending}`);
  writeFileSync(file, program);
  const keeps = Object.entries(keptOf(described)).map(
    ([variable, member]) => `${variable}=$(echo "$ANSWER" | sed 's/.*"${member}":"\\([^"]*\\)".*/\\1/')`,
  );
  const before = beforeOf(described);
  // Variables are exported for the programs; an answer is none of them, and one may be longer than the system lets a variable be.
  const answer = `unset ANSWER; set +a; ANSWER=$(${runner} ${file}) ${failed}; set -a`;
  return [...(before ? [before] : []), answer, ...keeps];
}

describe.each(['sh', 'ts', 'python', 'php'] as const)('the examples in %s', (language) => {
  it('are calls that work', async () => {
    const server = await docsServer();
    try {
      const script = ['set -a', ...calls.flatMap((call, at) => linesOf(call, at, language))].join('\n');
      const { status, stdout, stderr } = await ran('bash', ['-c', script], {
        environment: { ...KEYS, BASE: server.origin },
      });
      expect(status, stdout.slice(-800) + stderr.slice(-2000)).toBe(0);
      // PHP says a failure in words, and goes on.
      expect(stderr).not.toMatch(/Warning|Fatal|Traceback/);
    } finally {
      await server.stop();
    }
  }, 900_000);
});

describe('the three languages', () => {
  it('have every call that no browser makes', () => {
    const missing = calls.filter(({ method, path, described }) => !programsOf(method, path, described));
    for (const { path } of missing)
      expect(path).toMatch(/^\/(?:pay|p|logo|return|callback|favicon|paiements|$)/);
    expect(calls.length - missing.length).toBeGreaterThan(75);
  });
});
