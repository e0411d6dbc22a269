/** All files of /docs: pages, one stylesheet, one script, the index of the search, and the headers that they are served with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProvidersDocument } from '../../gateway/provider-texts.ts';
import type { ApiDocument } from '../../http/reference/document.ts';
import { CONTENTS, type SourcePage } from './contents.ts';
import { errorPages } from './errors.ts';
import { madeParts } from './made.ts';
import { renderMarkdown } from './markdown.ts';
import { pageHtml, type SitePage } from './page.tsx';
import { providerPages } from './providers.ts';
import { referencePages } from './reference.ts';
import { headingsPage, searchIndex } from './search.ts';

/**
 * What the pages may do: load their own style and script, and the index of the search. The platform serves them without the Worker, with
 * these headers.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = ['/docs', '/docs/*']
  .map(
    (path) => `${path}
  Content-Security-Policy: ${POLICY}
  Referrer-Policy: no-referrer
  X-Content-Type-Options: nosniff
`,
  )
  .join('');

/** The parts of the one stylesheet, in their order: of two rules that weigh the same, the later one counts. */
const STYLES = [
  'colors.css',
  'top.css',
  'text.css',
  'blocks.css',
  'navigation.css',
  'widths.css',
  'picture.css',
] as const;

/** What an address without a page shows. */
const MISSING: SitePage = {
  slug: '404',
  title: 'No such page',
  label: 'No such page',
  section: '',
  body: `<h1>No such page</h1><p>There is no page at this address. <a href="/docs/search">All pages</a> lists every page with its headings.</p>`,
  headings: [],
  words: {},
  withoutOutline: true,
};

interface SiteParts {
  /** The folder of the repository. */
  readonly root: string;
  readonly document: ApiDocument;
  readonly order: readonly { readonly method: string; readonly path: string }[];
  readonly providers: ProvidersDocument;
}

/** How much of a long source stands on one page, in characters: its page is well under what a page may weigh. */
const PART = 30_000;

/** A long source, cut before headings. Each part begins with the title, and with the heading that it goes on under. */
function partsOf(text: string): readonly string[] {
  const title = /^# .*$/m.exec(text)?.[0] ?? '';
  const parts: string[] = [];
  let under = '';
  for (const chapter of text.split(/^(?=## )|(?<!^## .*\n+)^(?=### )/m)) {
    const last = parts.at(-1);
    if (last === undefined) parts.push(chapter);
    else if (last.length + chapter.length <= PART) parts[parts.length - 1] = last + chapter;
    else {
      const above = chapter.startsWith('### ') ? under : '';
      parts.push(`${title}, part ${parts.length + 1}\n\n${above}${chapter}`);
    }
    under = /^## .*\n+/m.exec(chapter)?.[0] ?? under;
  }
  return parts;
}

/** The pages in the order of the contents. */
export function sitePages({ root, document, order, providers }: SiteParts): readonly SitePage[] {
  const made = madeParts(providers);
  const read = (source: string) => readFileSync(join(root, source), 'utf8');
  const rendered = (source: string, text = read(source)) => renderMarkdown(text, { source, made });
  const pagesOf = ({ source, slug, label, inParts }: SourcePage, section: string): readonly SitePage[] =>
    (inParts ? partsOf(read(source)) : [read(source)]).map((text, at) => {
      const { title, html, headings, words } = rendered(source, text);
      const shown = label ?? title;
      return {
        slug: at === 0 ? slug : `${slug}-${at + 1}`,
        title,
        label: at === 0 ? shown : `${shown}, part ${at + 1}`,
        section,
        body: html,
        headings,
        words,
      };
    });
  const pages = CONTENTS.flatMap(({ title, pages: sources, made: kind }) => [
    ...sources.flatMap((page) => pagesOf(page, title)),
    ...(kind === 'reference'
      ? referencePages({ api: document, order, intro: rendered('docs/reference.md') })
      : kind === 'errors'
        ? errorPages(document)
        : kind === 'providers'
          ? providerPages(providers, root)
          : []),
  ]);
  return [...pages, headingsPage(pages)];
}

/** The files by their paths under the folder of the documents. */
export function makeSite(parts: SiteParts): Readonly<Record<string, string>> {
  const pages = sitePages(parts);
  const asset = (name: string) => readFileSync(join(import.meta.dirname, 'assets', name), 'utf8');
  return {
    _headers: HEADERS,
    'docs/404.html': pageHtml(MISSING, pages),
    'docs/assets/docs.css': STYLES.map((name) => asset(join('css', name))).join(''),
    'docs/assets/docs.js': asset('docs.js'),
    'docs/assets/search.json': searchIndex(pages.filter(({ section }) => section !== '')),
    ...Object.fromEntries(
      pages.map((page) => [
        page.slug === '' ? 'docs/index.html' : `docs/${page.slug}.html`,
        pageHtml(page, pages),
      ]),
    ),
  };
}
