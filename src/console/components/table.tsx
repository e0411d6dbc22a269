/** Tables whose rows become small cards on a telephone, and links of pages. */
import type { Child } from 'hono/jsx';
import { commonTexts } from '../texts/common.ts';
import type { View } from '../view.ts';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => Child;
  /** For amounts and numbers. */
  readonly right?: boolean;
}

/**
 * A table. With `href` a row is a link: the text of its first cell, and everywhere beside its other links and buttons.
 * @param caption for screen readers: what the table lists.
 */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  href,
}: {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly href?: (row: Row) => string;
}) {
  return (
    <table class="table cards-when-narrow">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ head, right }) => (
            <th scope="col" class={right ? 'right' : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            {columns.map(({ head, cell, right }, index) => (
              <td data-label={head} class={right ? 'right' : undefined}>
                {href && index === 0 ? (
                  <a class="row-link" href={href(row)}>
                    {cell(row)}
                  </a>
                ) : (
                  <div>{cell(row)}</div>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The way to the next page of a list. @param cursor where it begins, as the API says; null: there is none. */
export function NextPage({
  view,
  cursor,
  href,
}: {
  readonly view: View;
  readonly cursor: string | null;
  readonly href: (cursor: string) => string;
}) {
  if (cursor === null) return null;
  return (
    <p>
      <a class="button" href={href(cursor)}>
        {commonTexts[view.language].next}
      </a>
    </p>
  );
}

export interface Tab {
  readonly href: string;
  readonly text: string;
  readonly count?: number;
  readonly current?: boolean;
}

/** Links to parts of this page (`#events`) or to pages beside it: without scripts nothing else is needed. */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }) {
  return (
    <nav aria-label={label}>
      <ul class="tabs">
        {tabs.map(({ href, text, count, current }) => (
          <li>
            <a href={href} aria-current={current ? 'page' : undefined}>
              {text}
              {count !== undefined && <span class="muted">{count}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
