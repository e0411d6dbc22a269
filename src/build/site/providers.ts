/** Going live, a page for each provider: from its settings, what it wants entered, and the sheet of its protocol. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProvidersDocument } from '../../gateway/provider-texts.ts';
import type { CountsAs } from '../../providers/kit/counts-as.ts';
import { DEMO_ACCOUNTS } from '../../sandbox/demo-accounts.ts';
import { codeHtml, escaped, type Heading, plain, renderMarkdown, slugOf, tableHtml } from './markdown.ts';
import type { SitePage } from './page.tsx';
import { type ShownSchema, sentFields } from './schema-table.ts';

const SECTION = 'Providers';

/** A provider as GET /v1/providers/:id shows it, as far as its page needs it. */
interface LiveProvider {
  readonly id: string;
  readonly caption: string;
  readonly aliases: readonly string[];
  readonly ended: string | null;
  readonly successor: readonly { readonly provider: string; readonly brand?: string | null }[];
  readonly countries: readonly string[];
  readonly currencies: readonly string[];
  readonly capabilities: Readonly<Record<string, boolean>>;
  readonly requires: readonly {
    readonly field: string;
    readonly maxLength: number | null;
    readonly when: string | null;
  }[];
  readonly proof: {
    readonly keyOf: string;
    readonly countsAt: { readonly notification: CountsAs; readonly return: CountsAs };
  };
  readonly settings: ShownSchema;
}

/** Folders beside those of the providers. */
const SHARED: ReadonlySet<string> = new Set(['contract', 'kit']);

/** The sheet of each provider, by its id. */
export function sheetsOf(
  root: string,
): ReadonlyMap<string, { readonly source: string; readonly text: string }> {
  const folder = join(root, 'src/providers');
  const sheets = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !SHARED.has(entry.name))
    .map(({ name }) => ({
      source: `src/providers/${name}/SHEET.md`,
      text: readFileSync(join(folder, name, 'SHEET.md'), 'utf8'),
    }));
  return new Map(
    sheets.flatMap((sheet) =>
      (/^Providers: (.+)$/m.exec(sheet.text)?.[1] ?? '')
        .split(/,\s*/)
        .map((id) => [id.trim().replace(/\W+$/, ''), sheet] as const),
    ),
  );
}

/** A section of a sheet, without its heading; empty where it has none. */
function sheetPart(text: string, title: string): string {
  const parts = text.split(/^(?=## )/m);
  return parts.find((part) => part.startsWith(`## ${title}`))?.replace(/^## .*\n/, '') ?? '';
}

/** What a sheet's settings say beside their table: test accounts, and where to find a value. */
function besideTheTable(text: string): string {
  return text
    .split(/\n{2,}/)
    .filter((paragraph) => !/^\|/.test(paragraph.trim()) && !/^Test or production is/.test(paragraph.trim()))
    .join('\n\n');
}

const COUNTS: Readonly<Record<CountsAs, string>> = {
  proof: 'counts at once: its signature proves what it says',
  query: 'counts after the provider was asked',
  addresses: "counts if it comes from the provider's addresses",
  person: 'counts once a person has decided',
};

const OPERATIONS: readonly (readonly [capability: string, words: string])[] = [
  ['manualCapture', 'holds money for a later capture'],
  ['capture', 'capture'],
  ['cancel', 'cancel'],
  ['refund', 'refund'],
  ['status', 'status query'],
];

/** A setting's value for the example: what a reader replaces. */
function sampleSettings({ properties = {}, required = [] }: ShownSchema): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(properties)
      .filter((name) => required.includes(name))
      .map((name) => [name, `YOUR-${name.toUpperCase().replaceAll('_', '-')}`]),
  );
}

function providerPage(
  provider: LiveProvider,
  steps: ProvidersDocument['setup'][string],
  sheet: { readonly source: string; readonly text: string } | undefined,
): SitePage {
  const { id, caption, aliases, ended, successor, capabilities, requires, proof, settings } = provider;
  const callback = `https://pay.example.com/callback/${id}-main`;
  const filled = (text: string) =>
    text.replaceAll('{{callback}}', callback).replaceAll('{{origin}}', 'https://pay.example.com');
  const headings: Heading[] = [];
  const words: Record<string, string> = {};
  const part = (text: string, content: string) => {
    if (content === '') return '';
    const own = slugOf(text);
    headings.push({ level: 2, id: own, text });
    words[own] = plain(content);
    return `<h2 id="${own}"><a class="anchor" href="#${own}">${text}</a></h2>${content}`;
  };
  // Other parts of the sheet are not on this page.
  const rendered = (text: string) =>
    text.trim() === '' || !sheet
      ? ''
      : renderMarkdown(text, { source: sheet.source })
          .html.replaceAll(/<h([234]) id="/g, '<h$1 id="sheet-')
          .replaceAll(/<a(?: class="anchor")? href="#[^"]*">([\s\S]*?)<\/a>/g, '$1');
  // The one that most of its merchants have; its own list is in the order of the alphabet.
  const currencies = (DEMO_ACCOUNTS[id]?.currencies ?? provider.currencies).slice(0, 1);
  const account = { provider: id, environment: 'production', currencies, settings: sampleSettings(settings) };
  const put = `curl -X PUT "https://pay.example.com/v1/admin/accounts/${id}-main" \\
  -H "Authorization: Bearer $ADMIN_TOKEN" \\
  -d '${JSON.stringify(account, null, 2).replaceAll('\n', '\n  ')}'`;
  const operations = OPERATIONS.filter(([capability]) => capabilities[capability]).map(([, text]) => text);
  const facts: readonly (readonly string[])[] = [
    ['Names', [id, ...aliases].map((name) => `<code>${escaped(name)}</code>`).join(', ')],
    [
      'Currencies',
      provider.currencies.length > 12
        ? `${provider.currencies.length} currencies`
        : escaped(provider.currencies.join(', ')),
    ],
    ['After the payment', escaped(operations.join(', ') || 'nothing: by hand, in the back office')],
    ['A notification', escaped(COUNTS[proof.countsAt.notification])],
    ['A return', escaped(COUNTS[proof.countsAt.return])],
  ];
  const over = ended
    ? `<blockquote><p>Its protocol ended on ${escaped(ended)}. ${
        successor.length > 0
          ? `Use ${successor.map((one) => `<a href="/docs/providers/${one.provider}">${one.provider}</a>`).join(' or ')} for a new contract.`
          : ''
      }</p></blockquote>`
    : successor.length > 0
      ? `<blockquote><p>New contracts are for ${successor.map((one) => `<a href="/docs/providers/${one.provider}">${one.provider}</a>${one.brand ? ` (<code>brand</code> ${escaped(one.brand)})` : ''}`).join(' or ')}.</p></blockquote>`
      : '';
  const intro = sheet
    ? rendered(
        (sheet.text.split(/^## /m)[0] ?? '')
          .replace(/^# .*$/m, '')
          .replace(/^(?:Providers|Alias(?:es)?): .*$/gm, ''),
      )
    : '';
  const body = [
    `<h1>${escaped(caption)}</h1>${over}${tableHtml(['What', 'Here'], facts, 'Facts')}${intro}`,
    part(
      '1. Settings',
      `<p>What the contract and the back office tell you. <a href="/docs/going-live">Before you begin</a> says what comes before.</p>${sentFields(settings, 'Settings')}`,
    ),
    part(
      '2. Make the account',
      `<p>First with the test contract and <code>"environment": "test"</code>, then again for production.</p>${codeHtml('sh', put)}`,
    ),
    part(
      '3. Enter it at the provider',
      steps && steps.length > 0
        ? `<p>The answer has these as <code>setup</code>, with your own addresses; <code>npm run setup -- ${id}-main --url https://pay.example.com</code> prints them again.</p>${tableHtml(
            ['Where', 'What'],
            steps.map(({ where, value }) => [escaped(filled(where)), escaped(filled(value))]),
            'What to enter',
          )}`
        : '<p>Nothing has to be entered: each payment carries its addresses.</p>',
    ),
    part(
      '4. Check the keys',
      `<p>${codeCall(id)}</p><p>Then pay once with a real card and a small amount, and refund it. <a href="/docs/going-live#the-first-real-payment">The first real payment</a> says what to look at.</p>`,
    ),
    part(
      'What each payment needs',
      requires.length > 0
        ? tableHtml(
            ['Field', 'Longest', 'When'],
            requires.map(({ field, maxLength, when }) => [
              `<code>${escaped(field)}</code>`,
              maxLength === null ? '' : String(maxLength),
              escaped(when ?? 'always'),
            ]),
            'What a payment needs',
          )
        : '',
    ),
    ...(sheet
      ? [
          part(
            'From its sheet: settings',
            rendered(besideTheTable(sheetPart(sheet.text, 'Account settings'))),
          ),
          part('From its sheet: traps', rendered(sheetPart(sheet.text, 'Traps'))),
        ]
      : []),
    sheet
      ? `<p>The whole protocol, with its sources: <code>${sheet.source}</code> in the repository.</p>`
      : '',
  ].join('');
  return {
    slug: `providers/${id}`,
    title: caption,
    label: id,
    section: SECTION,
    body,
    headings,
    words: { '': `${caption} ${id} ${aliases.join(' ')}`, ...words },
  };
}

function codeCall(id: string): string {
  return `<code>POST /v1/admin/accounts/${id}-main/check</code> makes a call that changes nothing, where the provider has one, and says whether the keys are right.`;
}

/** The pages of all providers, in the order of the registry. */
export function providerPages(document: ProvidersDocument, root: string): readonly SitePage[] {
  const sheets = sheetsOf(root);
  return document.providers.map((one) => {
    const provider = one as unknown as LiveProvider;
    return providerPage(provider, document.setup[provider.id] ?? [], sheets.get(provider.id));
  });
}
