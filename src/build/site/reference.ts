/** A page for each call of the contract, from its description and schemas. */
import type { ApiDocument, DocumentedRoute } from '../../http/reference/document.ts';
import { PROBLEMS } from '../../payments/errors.ts';
import { curlOf, madeIn, programsOf, takenBy } from './calls.ts';
import { codeHtml, escaped, grouped, type Heading, plain, slugOf, tableHtml } from './markdown.ts';
import type { SitePage } from './page.tsx';
import { answeredFields, coded, type ShownSchema, sentFields, shownValue } from './schema-table.ts';

const SECTION = 'Calls';

/** Groups by the beginning of a path; the first that fits is it. */
const GROUPS: readonly (readonly [pattern: RegExp, group: string])[] = [
  [/^\/v1\/(?:payments|events)/, 'Payments'],
  [/^\/v1\/(?:providers|accounts)/, 'Providers and accounts'],
  [/^\/v1\/admin\/accounts/, 'Operator: accounts'],
  [/^\/v1\/admin\/(?:shops|deliveries)/, 'Operator: shops'],
  [/^\/v1\/admin\/payments/, 'Operator: payments'],
  [/^\/v1\/admin\/attention/, 'Operator: attention'],
  [/^\/v1\/admin\/(?:tokens|users|approvals|audit)/, 'Operator: people'],
  [/^\/v1\/admin\/(?:export|summary|report|checks|anchors|overview)/, 'Operator: books'],
  [/^\/v1\/admin\/imports|^\/(?:paiements|api)\//, 'PolyBanking'],
  [/^\/v1\/admin/, 'Operator: installation'],
  [/./, 'Shoppers and everybody'],
];

function groupOf(path: string): string {
  return GROUPS.find(([pattern]) => pattern.test(path))?.[1] ?? '';
}

/** The address of a call's page. */
export function callSlug(method: string, path: string): string {
  const words = path.replace(/[{}]/g, '').split('/').filter(Boolean);
  return `reference/${[method, ...words].join('-').replaceAll('.', '-')}`;
}

const CALLERS: Readonly<Record<string, string>> = {
  shop: 'Takes the API key of a shop.',
  operator: 'Takes ADMIN_TOKEN, or the token of an operator.',
};

const heading = (text: string): Heading => ({ level: 2, id: slugOf(text), text });

/** One part of the page. */
function part(text: string, content: string): { readonly heading: Heading; readonly html: string } | null {
  if (content === '') return null;
  const own = heading(text);
  return {
    heading: own,
    html: `<h2 id="${own.id}"><a class="anchor" href="#${own.id}">${text}</a></h2>${content}`,
  };
}

function parametersHtml({ parameters = [] }: DocumentedRoute): string {
  if (parameters.length === 0) return '';
  return tableHtml(
    ['Name', 'In', 'Value', 'Meaning'],
    parameters.map(({ name, in: where, description, schema }) => {
      const shown = schema as ShownSchema;
      return [
        `<code>${escaped(name)}</code>`,
        escaped(where),
        shownValue(shown),
        coded(description ?? shown.description ?? (where === 'path' ? 'Names what the call is about.' : '')),
      ];
    }),
    'Parameters',
  );
}

/** Answers of success with their fields, then the errors. */
function answersHtml({ responses }: DocumentedRoute): string {
  const successes = Object.entries(responses).filter(([status]) => Number(status) < 400);
  return successes
    .map(([status, { description, content = {} }]) => {
      const [body] = Object.values(content);
      const words = description === 'OK' ? '' : coded(description);
      const example =
        body?.example === undefined
          ? ''
          : codeHtml(
              'json',
              typeof body.example === 'string' ? body.example : JSON.stringify(body.example, null, 2),
              'Output',
            );
      const fields = body ? answeredFields(body.schema as ShownSchema, `Fields of the answer ${status}`) : '';
      return `<p><span class="pill">${status}</span> ${words}</p>${example}${fields && `<details><summary>What the fields of the answer ${status} mean</summary>${fields}</details>`}`;
    })
    .join('');
}

/** A description names its errors one after the other, `code: words`. Words may have colons of their own: only a code begins an error. */
const CODE = Object.keys(PROBLEMS).join('|');
const ERROR_IN_DESCRIPTION = new RegExp(`(?:^| )(${CODE}): ([\\s\\S]*?)(?= (?:${CODE}): |$)`, 'g');

function errorsHtml({ responses }: DocumentedRoute): string {
  const rows = Object.entries(responses)
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([status, { description }]) =>
      [...description.matchAll(ERROR_IN_DESCRIPTION)].map(([, code = '', words = '']) => [
        escaped(status),
        `<a href="/docs/errors/${code}"><code>${code}</code></a>`,
        coded(words),
      ]),
    );
  return rows.length > 0 ? tableHtml(['Status', 'Code', 'Meaning'], rows, 'Errors') : '';
}

/** Which call makes a variable of the examples. */
type Makers = ReadonlyMap<string, { readonly method: string; readonly path: string }>;

/** Where the variables come from that an example takes, and does not make. */
function takenHtml(curl: string | null, makers: Makers): string {
  return takenBy(curl ?? '')
    .map((name) => {
      const maker = makers.get(name);
      if (!maker) throw new Error(`no example makes $${name}`);
      const { method, path } = maker;
      const call = `<a href="/docs/${callSlug(method, path)}">${method.toUpperCase()} ${escaped(path)}</a>`;
      return `<p>Run the example of ${call} first: it makes <code>$${name}</code>.</p>`;
    })
    .join('');
}

/** The page of one call. */
function callPage(
  { method, path }: { readonly method: string; readonly path: string },
  described: DocumentedRoute,
  makers: Makers,
): SitePage {
  const curl = curlOf(method, path, described);
  const programs = programsOf(method, path, described);
  const [caller] = Object.keys(described.security?.[0] ?? {});
  const blocks = [
    ...(curl === null ? [] : [codeHtml('sh', curl)]),
    ...(programs ? Object.entries(programs).map(([language, code]) => codeHtml(language, code)) : []),
  ];
  const [body] = Object.values(described.requestBody?.content ?? {});
  const parts = [
    part('Call it', takenHtml(curl, makers) + grouped(blocks)),
    part('Parameters', parametersHtml(described)),
    part('Body', body ? sentFields(body.schema as ShownSchema, 'Fields of the body') : ''),
    part('Answer', answersHtml(described)),
    part('Errors', errorsHtml(described)),
  ].filter((one) => one !== null);
  const intro = `<h1>${coded(described.summary)}</h1>
<p class="call"><b>${method.toUpperCase()}</b> ${escaped(path)}</p>
<p>${coded(described.description ?? '')} ${caller ? CALLERS[caller] : 'Takes no key.'}</p>
${blocks.length > 0 ? '<p>The programs read their values from the environment: <a href="/docs/reference">how the examples are run</a>.</p>' : ''}`;
  return {
    slug: callSlug(method, path),
    // A title and a search have no place for code.
    title: described.summary.replaceAll('`', ''),
    label: `${method.toUpperCase()} ${path.replace(/^\/v1/, '')}`,
    section: SECTION,
    group: groupOf(path),
    body: intro + parts.map(({ html }) => html).join(''),
    headings: parts.map(({ heading: own }) => own),
    words: {
      '': `${plain(described.description ?? '')} ${method.toUpperCase()} ${path}`,
      ...Object.fromEntries(
        parts
          .filter(({ heading: own }) => own.id !== 'call-it')
          .map(({ heading: own, html }) => [own.id, plain(html)]),
      ),
    },
  };
}

/** The first page of the section: how the examples are run, and all calls. */
function indexPage(
  calls: readonly SitePage[],
  intro: {
    readonly html: string;
    readonly headings: readonly Heading[];
    readonly words: Readonly<Record<string, string>>;
    readonly title: string;
  },
): SitePage {
  const groups = [...new Set(calls.map(({ group = '' }) => group))];
  const parts = groups.map((group) => {
    const own = heading(group);
    const rows = calls
      .filter((page) => page.group === group)
      .map(({ slug, label, title }) => [
        `<a href="/docs/${slug}"><code>${escaped(label)}</code></a>`,
        coded(title),
      ]);
    return {
      own,
      html: `<h2 id="${own.id}">${group}</h2>${tableHtml(['Call', 'What it does'], rows, group)}`,
    };
  });
  return {
    slug: 'reference',
    title: intro.title,
    label: 'All calls',
    section: SECTION,
    body: intro.html + parts.map(({ html }) => html).join(''),
    headings: [...intro.headings, ...parts.map(({ own }) => own)],
    words: intro.words,
  };
}

interface ReferenceParts {
  readonly api: ApiDocument;
  /** Every call in the order in which it is declared. */
  readonly order: readonly { readonly method: string; readonly path: string }[];
  /** docs/reference.md, rendered. */
  readonly intro: Parameters<typeof indexPage>[1];
}

/** All pages of the section. */
export function referencePages({ api, order, intro }: ReferenceParts): readonly SitePage[] {
  const makers = new Map<string, { method: string; path: string }>();
  for (const { method, path } of order) {
    const described = api.paths[path]?.[method];
    for (const name of madeIn((described && curlOf(method, path, described)) ?? ''))
      if (!makers.has(name)) makers.set(name, { method, path });
  }
  const calls = order.flatMap((call) => {
    const described = api.paths[call.path]?.[call.method];
    return described ? [callPage(call, described, makers)] : [];
  });
  const ordered = GROUPS.map(([, group]) => group).flatMap((group) =>
    calls.filter((page) => page.group === group),
  );
  return [indexPage(ordered, intro), ...ordered];
}
