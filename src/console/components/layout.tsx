/** The frame of every page: navigation, search, what was done before, and the page itself. */
import type { Child } from 'hono/jsx';
import { consoleAssets } from '../assets.ts';
import { commonTexts } from '../texts/common.ts';
import type { Language } from '../texts/languages.ts';
import type { View } from '../view.ts';
import { HiddenFields } from './form.tsx';
import { LineIcon, type LineIconName } from './icon.tsx';
import { Notice } from './show.tsx';

/** An entry of the navigation. */
export interface NavEntry {
  readonly id: string;
  readonly href: string;
  readonly icon: LineIconName;
  readonly text: (language: Language) => string;
}

interface LayoutProps {
  readonly view: View;
  readonly title: string;
  /** The area whose entry is marked. */
  readonly area?: string | undefined;
  readonly entries: readonly NavEntry[];
  /** Beside the heading: the page's actions. */
  readonly actions?: Child | undefined;
  /** Instead of the title as heading. */
  readonly heading?: Child | undefined;
  readonly children: Child;
}

function Document({ view, title, children }: Pick<LayoutProps, 'view' | 'title' | 'children'>) {
  const { style, script } = consoleAssets();
  return (
    <html lang={view.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · ${commonTexts[view.language].product}`}</title>
        <link rel="stylesheet" href={style.path} />
        <script src={script.path} defer />
      </head>
      <body>{children}</body>
    </html>
  );
}

function Entries({ view, area, entries }: Pick<LayoutProps, 'view' | 'area' | 'entries'>) {
  const { language, counts } = view;
  return (
    <ul class="nav">
      {entries.map(({ id, href, icon, text }) => (
        <li>
          <a href={href} aria-current={id === area ? 'page' : undefined}>
            <LineIcon name={icon} />
            {text(language)}
            {(counts[id] ?? 0) > 0 && <span class="count">{counts[id]}</span>}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Who({ view, area }: Pick<LayoutProps, 'view' | 'area'>) {
  const t = commonTexts[view.language];
  return (
    <div class="side-foot">
      <p class="who">{t.you(view.user?.name ?? '')}</p>
      <ul class="nav">
        <li>
          <a href="/console/me" aria-current={area === 'me' ? 'page' : undefined}>
            {t.account}
          </a>
        </li>
      </ul>
      <form method="post" action="/console/sign-out">
        <HiddenFields view={view} operation="" />
        <button type="submit" class="link-button">
          {t.signOut}
        </button>
      </form>
    </div>
  );
}

/** A page for who is signed in. */
export function Layout({ view, title, area, entries, actions, heading, children }: LayoutProps) {
  const t = commonTexts[view.language];
  return (
    <Document view={view} title={title}>
      <a class="skip" href="#content">
        {t.skip}
      </a>
      <div class="frame">
        <nav class="side" aria-label={t.mainNavigation}>
          <a class="brand" href="/console">
            {t.product}
          </a>
          <Entries view={view} area={area} entries={entries} />
          <Who view={view} area={area} />
        </nav>
        <details class="bar">
          <summary>
            <span>{t.product}</span>
            <span class="bar-sign">{t.menu}</span>
          </summary>
          <nav aria-label={t.menu}>
            <Entries view={view} area={area} entries={entries} />
            <Who view={view} area={area} />
          </nav>
        </details>
        <div>
          <header class="top">
            <search>
              <form class="search" action="/console/search">
                <label class="visually-hidden" for="search">
                  {t.search}
                </label>
                <input
                  id="search"
                  name="q"
                  type="search"
                  placeholder={t.searchHint}
                  autocomplete="off"
                  spellcheck={false}
                  data-search
                />
                <button type="submit" class="button">
                  {t.searchGo}
                </button>
              </form>
            </search>
          </header>
          <main id="content" tabindex={-1}>
            {view.flash && <Notice tone={view.flash.kind}>{<p>{view.flash.text}</p>}</Notice>}
            <div class="head">
              {heading ?? <h1>{title}</h1>}
              {actions !== undefined && <div class="actions">{actions}</div>}
            </div>
            {children}
          </main>
          <footer class="foot">{t.times(view.zone)}</footer>
        </div>
      </div>
    </Document>
  );
}

/** A page for who is not signed in, or for a single message. */
export function NarrowLayout({ view, title, children }: Pick<LayoutProps, 'view' | 'title' | 'children'>) {
  return (
    <Document view={view} title={title}>
      <main class="narrow" id="content">
        <p class="brand">{commonTexts[view.language].product}</p>
        {view.flash && <Notice tone={view.flash.kind}>{<p>{view.flash.text}</p>}</Notice>}
        <h1>{title}</h1>
        {children}
      </main>
    </Document>
  );
}
