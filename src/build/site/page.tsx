/** The frame of every page of /docs: head, contents, text, what is on this page. It works without scripts. */
import { html, raw } from 'hono/html';
import { addressOf } from './contents.ts';
import { breakable, escaped, type Heading } from './markdown.ts';

/** A page as it is built. */
export interface SitePage {
  readonly slug: string;
  readonly title: string;
  /** In the contents. */
  readonly label: string;
  /** The part of the contents that it is in. */
  readonly section: string;
  /** A part inside that, where there are many: the group of a call. */
  readonly group?: string;
  readonly body: string;
  readonly headings: readonly Heading[];
  /** The words below each heading, by its id. */
  readonly words: Readonly<Record<string, string>>;
  /** The wide third column is of no use to it. */
  readonly withoutOutline?: boolean;
}

const SEARCH = 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L20 20';
const THEME = 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 1 1 0 18';

function LineIcon({ path }: { readonly path: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** The links of one section; calls stand in their groups. */
function SectionLinks({
  pages,
  current,
}: {
  readonly pages: readonly SitePage[];
  readonly current: SitePage;
}) {
  const groups = [...new Set(pages.map(({ group }) => group ?? ''))];
  const link = (page: SitePage) => (
    <li>
      <a href={addressOf(page.slug)} {...(page === current && { 'aria-current': 'page' })}>
        {raw(breakable(escaped(page.label)))}
      </a>
    </li>
  );
  return (
    <ul>
      {groups.map((group) => {
        const own = pages.filter((page) => (page.group ?? '') === group);
        if (group === '') return own.map(link);
        // Only the group that is open lists its calls: a hundred links on each page would be most of it.
        return group === current.group ? (
          <li>
            <b>{group}</b>
            <ul>{own.map(link)}</ul>
          </li>
        ) : (
          <li>
            <a href={addressOf(own[0]?.slug ?? '')}>{group}</a>
          </li>
        );
      })}
    </ul>
  );
}

function Contents({ pages, current }: { readonly pages: readonly SitePage[]; readonly current: SitePage }) {
  const sections = [...new Set(pages.map(({ section }) => section))];
  return (
    <nav id="contents" aria-label="Contents">
      {sections.map((section) => {
        const own = pages.filter((page) => page.section === section);
        const [first] = own;
        if (!first) return null;
        return section === current.section ? (
          <>
            <h2>{section}</h2>
            <SectionLinks pages={own} current={current} />
          </>
        ) : (
          <h2>
            <a href={addressOf(first.slug)}>{section}</a>
          </h2>
        );
      })}
    </nav>
  );
}

function Outline({ headings }: { readonly headings: readonly Heading[] }) {
  const shown = headings.filter(({ level }) => level <= 3);
  if (shown.length < 2) return null;
  return (
    <nav class="outline" aria-label="On this page">
      <h2>On this page</h2>
      <ul>
        {shown.map(({ id, level, text }) => (
          <li class={`l${level}`}>
            <a href={`#${id}`}>{text}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Frame({ page, pages }: { readonly page: SitePage; readonly pages: readonly SitePage[] }) {
  const listed = pages.filter(({ section }) => section !== '');
  const at = listed.indexOf(page);
  const before = at > 0 ? listed[at - 1] : undefined;
  const after = at < 0 ? undefined : listed[at + 1];
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{page.slug === '' ? 'countersign: documentation' : `${page.title} · countersign`}</title>
        <link rel="icon" href="/favicon.ico" type="image/svg+xml" />
        <link rel="stylesheet" href="/docs/assets/docs.css" />
        <script src="/docs/assets/docs.js"></script>
      </head>
      <body>
        <a class="skip" href="#text">
          To the text
        </a>
        <header class="top">
          <a class="brand" href="/docs">
            countersign <span>docs</span>
          </a>
          <search class="search">
            <form action="/docs/search" method="get">
              <label class="hidden" for="search">
                Search the documentation
              </label>
              <LineIcon path={SEARCH} />
              <input
                id="search"
                name="q"
                type="search"
                placeholder="Search"
                autocomplete="off"
                spellcheck={false}
              />
              <kbd>/</kbd>
              <ul id="found" hidden></ul>
            </form>
          </search>
          <a class="to-contents" href="#contents">
            Contents
          </a>
          <button class="theme" type="button" hidden>
            <LineIcon path={THEME} />
            <span class="hidden">Colours: as the system</span>
          </button>
        </header>
        <div class="columns">
          <main id="text">
            <article>{raw(page.body)}</article>
            <footer class="turn">
              {before ? (
                <a href={addressOf(before.slug)} rel="prev">
                  <small>Before</small>
                  {raw(breakable(escaped(before.label)))}
                </a>
              ) : (
                <span />
              )}
              {after && (
                <a href={addressOf(after.slug)} rel="next">
                  <small>Next</small>
                  {raw(breakable(escaped(after.label)))}
                </a>
              )}
            </footer>
          </main>
          {!page.withoutOutline && <Outline headings={page.headings} />}
          <Contents pages={listed} current={page} />
        </div>
      </body>
    </html>
  );
}

/** A page's HTML. @param pages all of them, in the order of the contents. */
export function pageHtml(page: SitePage, pages: readonly SitePage[]): string {
  return `<!doctype html>${String(html`${<Frame page={page} pages={pages} />}`)}`;
}
