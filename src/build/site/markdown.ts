/**
 * Markdown as the pages of /docs show it: headings with links, tables that scroll inside themselves, code with its language, links between
 * files as links between pages. HTML in a source is taken as it is: sources are files of this repository.
 */
import { dirname, join, normalize } from 'node:path';
import { Marked, type Tokens } from 'marked';
import { addressOf, BY_SOURCE } from './contents.ts';

/** A heading of a page. */
export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly text: string;
}

/** A page's text, and what the contents and the search need of it. */
export interface RenderedText {
  readonly title: string;
  readonly html: string;
  readonly headings: readonly Heading[];
  /** The words below each heading, by its id; those before the first by an empty one. */
  readonly words: Readonly<Record<string, string>>;
}

/** Languages by their name in a source, as they are shown. */
const LANGUAGES: Readonly<Record<string, string>> = {
  sh: 'Shell',
  ts: 'TypeScript',
  python: 'Python',
  php: 'PHP',
  json: 'JSON',
  toml: 'TOML',
  text: 'Text',
  output: 'Output',
};

/** Languages that stand beside each other as tabs. */
const TABBED = new Set(['sh', 'ts', 'python', 'php']);

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** What a heading's link is named by, as GitHub does. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/<[^>]*>/g, '')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/** HTML without its tags. */
export function plain(html: string): string {
  return html
    .replace(/<(?:script|style|svg)[\s\S]*?<\/(?:script|style|svg)>/g, ' ')
    .replaceAll('<wbr>', '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A block of code with its caption. Several beside each other become tabs. */
export function codeHtml(language: string, code: string, caption?: string): string {
  const shown = caption ?? LANGUAGES[language] ?? language;
  const kind = language === 'output' || caption === 'Output' ? ' class="output"' : '';
  return `<figure${kind} data-lang="${escaped(language)}"><figcaption>${escaped(shown)}</figcaption><pre tabindex="0"><code>${escaped(code.replace(/\n+$/, ''))}</code></pre></figure>`;
}

/** Blocks in several languages that follow each other, as one group. */
export function grouped(blocks: readonly string[]): string {
  return blocks.length > 1 ? `<div class="tabs">${blocks.join('')}</div>` : blocks.join('');
}

/** A name that is no longer stays in one piece. */
const SHORT = 18;

/** A name or an address, in HTML, that may be broken at its signs and not in the middle of a word. */
export function breakable(html: string): string {
  if (html.length <= SHORT) return html;
  return html.replace(/(?<=[\w})\]])(?=[/.][\w{:])|(?<=[_(,=])(?=\w)/g, '<wbr>');
}

/** Columns are narrow on a telephone. */
const breakableCell = (cell: string) => cell.replace(/(?<=<code>)[^<]*(?=<\/code>)/g, breakable);

/** A table inside a frame that scrolls. */
export function tableHtml(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  label = 'Table',
): string {
  const headCells = head.map((cell) => `<th scope="col">${cell}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell) => `<td>${breakableCell(cell)}</td>`).join('')}</tr>`)
    .join('');
  return `<div class="scroll" tabindex="0" role="group" aria-label="${escaped(label)}"><table><thead><tr>${headCells}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Where a link of a file leads: to a page, to a part of it, or outside; null: to a file that is no page. */
export function linkTarget(href: string, source: string): string | null {
  if (/^(?:https?:|mailto:|#|\/)/.test(href)) return href;
  const [path = '', part] = href.split('#');
  const page = BY_SOURCE.get(normalize(join(dirname(source), path)));
  return page ? addressOf(page.slug) + (part === undefined ? '' : `#${part}`) : null;
}

interface Options {
  /** From the repository's root. */
  readonly source: string;
  /** HTML for comments of the source, `<!-- made: statuses -->`, by their names. */
  readonly made?: ReadonlyMap<string, string>;
}

/** Splits ```sh account into the language and its mark. */
function languageOf({ lang }: Tokens.Code): { readonly language: string; readonly mark: string | null } {
  const [language = 'output', mark = null] = (lang ?? 'output').split(/\s+/);
  return { language: language === '' ? 'output' : language, mark };
}

/** The blocks of code of a source. */
export function codeBlocks(
  text: string,
): readonly { readonly language: string; readonly mark: string | null; readonly code: string }[] {
  const blocks: { language: string; mark: string | null; code: string }[] = [];
  const marked = new Marked();
  marked.walkTokens(marked.lexer(text), (token) => {
    if (token.type !== 'code') return;
    const code = token as Tokens.Code;
    // An indented block has no language: nobody can say what it is.
    blocks.push({
      ...(code.codeBlockStyle === 'indented' ? { language: 'indented', mark: null } : languageOf(code)),
      code: code.text,
    });
  });
  return blocks;
}

/** Cuts what is rendered at its headings. Code is left out: its words would hide those around it. */
function wordsBelow(html: string): Readonly<Record<string, string>> {
  const parts = html.split(/(?=<h[23] id=")/);
  return Object.fromEntries(
    parts.map((part) => {
      const id = /^<h[23] id="([^"]+)"/.exec(part)?.[1] ?? '';
      return [id, plain(part.replace(/^<h[23][\s\S]*?<\/h[23]>|<figure[\s\S]*?<\/figure>/g, ' '))];
    }),
  );
}

/** Renders a source. */
export function renderMarkdown(text: string, { source, made }: Options): RenderedText {
  let title = '';
  const headings: Heading[] = [];
  const taken = new Map<string, number>();
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }) {
        const html = this.parser.parseInline(tokens);
        if (depth === 1) {
          title = plain(html);
          return `<h1>${html}</h1>`;
        }
        const slug = slugOf(plain(html));
        const count = taken.get(slug) ?? 0;
        taken.set(slug, count + 1);
        const id = count === 0 ? slug : `${slug}-${count}`;
        headings.push({ level: depth, id, text: plain(html) });
        return `<h${depth} id="${id}"><a class="anchor" href="#${id}">${html}</a></h${depth}>`;
      },
      code(token) {
        const { language, mark } = languageOf(token);
        return codeHtml(language, token.text, mark === 'output' ? 'Output' : undefined);
      },
      table({ header, rows }) {
        const cell = (one: Tokens.TableCell) => this.parser.parseInline(one.tokens);
        return tableHtml(
          header.map(cell),
          rows.map((row) => row.map(cell)),
          plain(header.map(cell).join(', ')) || 'Table',
        );
      },
      link({ href, tokens }) {
        const html = this.parser.parseInline(tokens);
        const target = linkTarget(href, source);
        if (target === null)
          return `<code>${escaped(normalize(join(dirname(source), href.split('#')[0] ?? '')))}</code>`;
        return `<a href="${escaped(target)}"${target.startsWith('http') ? ' rel="noreferrer"' : ''}>${html}</a>`;
      },
      html({ text: html }) {
        const name = /^<!-- made: ([\w -]+?) -->\s*$/.exec(html)?.[1];
        if (name === undefined) return /^<!--/.test(html) ? '' : html;
        const content = made?.get(name);
        if (content === undefined) throw new Error(`${source} asks for "${name}", which nothing makes`);
        return content;
      },
    },
  });
  const rendered = marked.parse(text, { async: false });
  // Blocks of several languages without a word between them are one thing in several languages.
  const figure = '<figure data-lang="(?:sh|ts|python|php)">(?:(?!</figure>)[\\s\\S])*</figure>';
  const html = rendered.replace(new RegExp(`${figure}(?:\\s*${figure})+`, 'g'), (group) => {
    const languages = [...group.matchAll(/<figure data-lang="(\w+)">/g)].map(([, name = '']) => name);
    return languages.every((name) => TABBED.has(name)) && new Set(languages).size === languages.length
      ? `<div class="tabs">${group}</div>`
      : group;
  });
  return { title, html, headings, words: wordsBelow(html) };
}
