/** The search: an index for the script, and a page of headings for browsers without scripts. */
import { addressOf } from './contents.ts';
import { escaped } from './markdown.ts';
import type { SitePage } from './page.tsx';

/** Characters of a part's words that are searched. */
const KEPT = 400;

/** Rows of `[address, heading, title of the page, words]`. */
export function searchIndex(pages: readonly SitePage[]): string {
  const rows = pages.flatMap(({ slug, title, headings, words }) => [
    [addressOf(slug), title, title, (words[''] ?? '').slice(0, KEPT)],
    ...headings
      // Every call has the same headings: its own words are with its title.
      .filter(({ level, id }) => level <= 3 && !(slug.startsWith('reference/') && id === 'call-it'))
      .map(({ id, text }) => [`${addressOf(slug)}#${id}`, text, title, (words[id] ?? '').slice(0, KEPT)]),
  ]);
  return JSON.stringify(rows);
}

/** The page where a search leads without scripts: every page with its headings; your browser searches it. */
export function headingsPage(pages: readonly SitePage[]): SitePage {
  const sections = [...new Set(pages.map(({ section }) => section))];
  const listed = sections.map((section) => {
    const items = pages
      .filter((page) => page.section === section)
      .map(({ slug, title, label, headings }) => {
        const isCall =
          slug.startsWith('reference/') || slug.startsWith('errors/') || slug.startsWith('providers/');
        const inner = isCall
          ? ''
          : headings
              .filter(({ level }) => level === 2)
              .map(({ id, text }) => `<li><a href="${addressOf(slug)}#${id}">${escaped(text)}</a></li>`)
              .join('');
        return `<li><a href="${addressOf(slug)}">${escaped(isCall ? label : title)}</a>${inner ? `<ul>${inner}</ul>` : ''}</li>`;
      });
    return `<h2>${section}</h2><ul>${items.join('')}</ul>`;
  });
  return {
    slug: 'search',
    title: 'All pages',
    label: 'All pages',
    section: '',
    body: `<h1>All pages</h1><p>The search field works with scripts. Without them, this page has every heading: search it with your browser (Ctrl F).</p>${listed.join('')}`,
    headings: [],
    words: {},
    withoutOutline: true,
  };
}
