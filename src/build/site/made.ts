/** The parts of sources that are made of the code, `<!-- made: statuses -->`: words and their meanings, the sandbox, the table of providers. */
import type { ProvidersDocument } from '../../gateway/provider-texts.ts';
import { sections } from '../../http/contract.ts';
import { sandboxSection } from '../../sandbox/section.ts';
import { escaped, tableHtml } from './markdown.ts';
import { statusPicture } from './picture.ts';
import { coded } from './schema-table.ts';

function words(rows: readonly (readonly [word: string, meaning: string])[], label: string): string {
  return tableHtml(
    ['Word', 'Meaning'],
    rows.map(([word, meaning]) => [`<code>${escaped(word)}</code>`, coded(meaning)]),
    label,
  );
}

function providersTable({ providers }: ProvidersDocument): string {
  const rows = providers.map(({ id, caption, countries, currencies, ended }) => [
    `<a href="/docs/providers/${id}">${escaped(String(caption))}</a>`,
    escaped((countries as readonly string[]).slice(0, 6).join(', ')),
    currencies.length > 6 ? `${currencies.length} currencies` : escaped(currencies.join(', ')),
    ended ? `ended ${escaped(String(ended))}` : '',
  ]);
  return tableHtml(['Provider', 'Countries', 'Currencies', 'Note'], rows, 'Providers');
}

/** What may be asked for, by name. */
export function madeParts(document: ProvidersDocument): ReadonlyMap<string, string> {
  const tables = sections.map(
    ({ title, text, rows }) =>
      [
        title.toLowerCase(),
        text.map((paragraph) => `<p>${coded(paragraph)}</p>`).join('') + words(rows, title),
      ] as const,
  );
  return new Map([
    ...tables,
    ...sections.map(({ title, rows }) => [`${title.toLowerCase()} table`, words(rows, title)] as const),
    [
      'sandbox',
      sandboxSection.text.map((paragraph) => `<p>${coded(paragraph)}</p>`).join('') +
        words(sandboxSection.rows, 'The sandbox'),
    ],
    ['providers', providersTable(document)],
    ['status picture', statusPicture()],
  ]);
}
