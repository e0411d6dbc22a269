/** The pages of /docs as they are built. Ruled out: a link to nowhere, a page that is too heavy, a script or style in it, a call, an error or a provider without a page. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeDocuments } from '../../src/build/documents.ts';
import { addressOf, BY_SOURCE } from '../../src/build/site/contents.ts';
import { linkTarget, renderMarkdown } from '../../src/build/site/markdown.ts';
import { callSlug } from '../../src/build/site/reference.ts';
import { coded } from '../../src/build/site/schema-table.ts';
import type { ApiDocument } from '../../src/http/reference/document.ts';
import { PROBLEM_WORDS } from '../../src/http/words.ts';
import { PROBLEMS } from '../../src/payments/errors.ts';
import { providers } from '../../src/providers/registry.ts';
import { sources } from '../docs/support.ts';
import { ROOT } from './support.ts';

/** What a page may weigh, in bytes. */
const HEAVIEST = 60 * 1024;

let site: Readonly<Record<string, string>>;
let document: ApiDocument;
/** HTML by address. */
let pages: ReadonlyMap<string, string>;

beforeAll(async () => {
  const built = await makeDocuments(ROOT);
  site = built.site;
  document = JSON.parse(built.own['openapi.json']) as ApiDocument;
  pages = new Map(
    Object.entries(site)
      .filter(([path]) => path.endsWith('.html'))
      .map(([path, text]) => [`/${path.replace(/(?:\/index)?\.html$/, '')}`, text]),
  );
});

describe('every page', () => {
  it('is under 60 KB, with one heading of the first level', () => {
    expect(pages.size).toBeGreaterThan(150);
    for (const [address, text] of pages) {
      expect(Buffer.byteLength(text), address).toBeLessThan(HEAVIEST);
      expect(text.match(/<h1/g)?.length, address).toBe(1);
    }
  });

  it('shows no mark of Markdown', () => {
    const shown = [...pages].filter(([, text]) =>
      text.replace(/<(pre|code)\b[\s\S]*?<\/\1>/g, '').includes('`'),
    );
    expect(shown.map(([address]) => address)).toEqual([]);
  });

  it('has no script, style or handler in it, and loads nothing from elsewhere', () => {
    for (const [address, text] of pages) {
      const loaded = [...text.matchAll(/<(?:script|img|link|iframe)\b[^>]*?(?:src|href)="([^"]*)"/g)].map(
        ([, from = '']) => from,
      );
      expect(
        loaded.filter((from) => !from.startsWith('/')),
        address,
      ).toEqual([]);
      expect(text, address).not.toMatch(/<style|\sstyle="|\son\w+="|<script(?![^>]*src=)/);
    }
    expect(site['docs/assets/docs.css']).not.toMatch(/@import|url\(/);
    expect(site._headers).toContain("default-src 'none'");
    expect(site._headers).not.toContain('unsafe');
  });

  it('leads nowhere but to pages, parts of pages and addresses of the Worker that are there', () => {
    const others = new Set([
      '/openapi.json',
      '/favicon.ico',
      '/docs/assets/docs.css',
      '/docs/assets/docs.js',
    ]);
    const broken = [...pages].flatMap(([address, text]) =>
      [...text.matchAll(/\b(?:href|action)="([^"]+)"/g)]
        .map(([, to = '']) => to)
        .filter((to) => !/^https?:|^mailto:/.test(to) && !others.has(to))
        .filter((to) => {
          const [path = '', part] = to.startsWith('#') ? [address, to.slice(1)] : to.split('#');
          const target = pages.get(path);
          return target === undefined || (part !== undefined && !target.includes(` id="${part}"`));
        })
        .map((to) => `${address} -> ${to}`),
    );
    expect(broken).toEqual([]);
  });

  it('has headings that leave out no level', () => {
    for (const [address, text] of pages) {
      const article = /<article>[\s\S]*<\/article>/.exec(text)?.[0] ?? '';
      const levels = [...article.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
      expect(levels.length, address).toBeGreaterThan(0);
      expect(
        levels.filter((level, at) => level > (levels[at - 1] ?? 0) + 1),
        address,
      ).toEqual([]);
    }
  });

  it('has every name of a part once', () => {
    for (const [address, text] of pages) {
      const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id);
      expect(
        ids.filter((id, at) => ids.indexOf(id) !== at),
        address,
      ).toEqual([]);
    }
  });
});

describe('a source', () => {
  it('is a page, wherever it lies in docs', () => {
    const missing = sources().filter((source) => source.startsWith('docs/') && !BY_SOURCE.has(source));
    // What the pages of the calls begin with.
    expect(missing).toEqual(['docs/reference.md']);
  });

  it('links to files that are there, with parts that are there', () => {
    const broken = sources().flatMap((source) => {
      const text = readFileSync(join(ROOT, source), 'utf8').replace(/```[\s\S]*?```/g, '');
      return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, to = '']) => to)
        .filter((to) => !/^(?:https?:|#|\/)/.test(to))
        .filter((to) => {
          const [path = '', part] = to.split('#');
          const file = normalize(join(dirname(source), path));
          if (!existsSync(join(ROOT, file))) return true;
          if (part === undefined) return false;
          const made = new Map<string, string>();
          made.get = () => '';
          const { headings } = renderMarkdown(readFileSync(join(ROOT, file), 'utf8'), { source: file, made });
          return !headings.some(({ id }) => id === part);
        })
        .map((to) => `${source} -> ${to}`);
    });
    expect(broken).toEqual([]);
  });

  it('is linked as the page that it is', () => {
    expect(linkTarget('operators.md#tokens', 'docs/deploy.md')).toBe('/docs/operators#tokens');
    expect(linkTarget('../attention.md', 'docs/moving/accounts.md')).toBe('/docs/attention');
    expect(linkTarget('../src/ledger/schema.md', 'docs/design.md')).toBeNull();
  });
});

describe('a page for each', () => {
  it('call of the contract, with its errors linked and told to the end of their words', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, described] of Object.entries(methods)) {
        const text = pages.get(addressOf(callSlug(method, path)))?.replaceAll('<wbr>', '');
        expect(text, `${method} ${path}`).toBeDefined();
        for (const [status, { description }] of Object.entries(described.responses)) {
          if (Number(status) < 400) continue;
          for (const [code, words] of Object.entries(PROBLEM_WORDS)) {
            if (!description.includes(`${code}: `)) continue;
            expect(text, `${method} ${path}: ${code}`).toContain(
              `<a href="/docs/errors/${code}"><code>${code}</code></a></td><td>${coded(words)}`,
            );
          }
        }
      }
    }
  });

  it('error, at the address that its type has', () => {
    for (const code of Object.keys(PROBLEMS)) expect(pages.has(`/docs/errors/${code}`), code).toBe(true);
  });

  it('provider, with its settings and what it wants entered', () => {
    for (const { id, setup } of providers) {
      const text = pages.get(`/docs/providers/${id}`) ?? '';
      const [first] = setup({
        callback: `https://pay.example.com/callback/${id}-main`,
        origin: 'https://pay.example.com',
      });
      expect(text, id).toContain('1. Settings');
      if (first)
        expect(text, id).toContain(
          first.where.replaceAll('>', '&gt;').replaceAll('"', '&quot;').slice(0, 30),
        );
    }
  });
});

describe('the search', () => {
  it('has every page, and words of its parts', () => {
    const rows = JSON.parse(site['docs/assets/search.json'] ?? '[]') as string[][];
    const found = new Set(rows.map(([address = '']) => address.split('#')[0]));
    for (const address of pages.keys())
      if (!['/docs/search', '/docs/404'].includes(address)) expect(found.has(address), address).toBe(true);
    expect(
      rows.some(
        ([address, , , words = '']) => address === '/docs/operators#tokens' && words.includes('revokes'),
      ),
    ).toBe(true);
  });
});
