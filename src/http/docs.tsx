/** The reference: the OpenAPI document, and a page of it with calls to copy. No script or style from elsewhere. */
import { Hono } from 'hono';
import { html, raw } from 'hono/html';
import { originOf } from '../gateway/start-attempt.ts';
import { base64url } from '../signing/bytes.ts';
import { answerExample } from './answer-examples.ts';
import type { AppEnv } from './app-env.ts';
import { type Section, sections } from './contract.ts';
import {
  type ApiDocument,
  apiDocument,
  type DocumentedRoute,
  describedOrder,
  documented,
} from './openapi.ts';
import { ownPolicy, pageHeaders } from './pages.tsx';
import { webhook } from './schemas.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  section { border-top: 1px solid #8885; padding: 1rem 0; }
  h2 { font-size: 1.1rem; margin: 0; } h2 code { font-weight: 700; }
  code, pre { font: .85rem/1.45 ui-monospace, monospace; }
  pre { background: #8882; padding: .8rem; overflow-x: auto; border-radius: .4rem; }
  table { border-collapse: collapse; } td, th { text-align: left; padding: .15rem 1rem .15rem 0; vertical-align: top; }
  summary { cursor: pointer; }
`;

/** A call, and what the examples after it need of its answer. */
function keeping(keep: Readonly<Record<string, string>>, call: string): string {
  const parts = Object.entries(keep).map(
    ([variable, member]) =>
      `${variable}=$(echo "$ANSWER" | sed 's/.*"${member}":"\\([^"]*\\)".*/\\1/'); echo $${variable}`,
  );
  return [`ANSWER=$(${call})`, ...parts].join('\n');
}

/** One line of shell for an operation, or null where only a provider can call it. */
export function curlOf(method: string, path: string, described: DocumentedRoute): string | null {
  const example = described['x-example'];
  if (!example) return null;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => example.path?.[name] ?? name);
  const [caller] = Object.keys(described.security?.[0] ?? {});
  const key = caller === 'shop' ? '$SHOP_KEY' : '$ADMIN_TOKEN';
  const parts = [
    'curl -sf',
    ...(method === 'get' ? [] : [`-X ${method.toUpperCase()}`]),
    `"$BASE${filled}${example.query ? `?${example.query}` : ''}"`,
    ...(caller ? [`-H "Authorization: Bearer ${key}"`] : []),
    ...Object.entries(example.headers ?? {}).map(([name, value]) => `-H "${name}: ${value}"`),
    ...(example.body === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(example.body)}'`]),
    ...Object.entries(example.form ?? {}).map(([name, value]) => `-d "${name}=${value}"`),
    ...(example.bytes === undefined ? [] : ['--data-binary @-']),
  ];
  const input = example.bytes === undefined ? '' : `echo ${example.bytes} | base64 -d | `;
  const call = input + parts.join(' ');
  const lines = example.keep ? keeping(example.keep, call) : call;
  return example.before ? `${example.before}\n${lines}` : lines;
}

function Operation({
  method,
  path,
  described,
}: {
  method: string;
  path: string;
  described: DocumentedRoute;
}) {
  const curl = curlOf(method, path, described);
  const body = Object.values(described.requestBody?.content ?? {})[0]?.schema;
  const [caller] = Object.keys(described.security?.[0] ?? {});
  return (
    <section>
      <h2>
        <code>
          {method.toUpperCase()} {path}
        </code>
      </h2>
      <p>
        {described.summary}. {described.description} {caller && <em>Takes the {caller}'s key.</em>}
      </p>
      {described.parameters && described.parameters.length > 0 && (
        <table>
          {described.parameters.map((parameter) => (
            <tr>
              <td>
                <code>{parameter.name}</code>
              </td>
              <td>{parameter.in}</td>
              <td>{parameter.description}</td>
              <td>
                <code>{JSON.stringify(parameter.schema)}</code>
              </td>
            </tr>
          ))}
        </table>
      )}
      {curl && <pre class="curl">{curl}</pre>}
      {body && (
        <details>
          <summary>Body</summary>
          <pre>{JSON.stringify(body, null, 2)}</pre>
        </details>
      )}
      <table>
        {Object.entries(described.responses).map(([status, response]) => (
          <tr>
            <td>{status}</td>
            <td>{response.description}</td>
            <td>
              {response.content?.['application/json'] && (
                <details>
                  <summary>Schema</summary>
                  <pre>{JSON.stringify(response.content['application/json'].schema, null, 2)}</pre>
                </details>
              )}
              {response.content?.['application/json']?.example !== undefined && (
                <details>
                  <summary>Example</summary>
                  <pre>{JSON.stringify(response.content['application/json'].example, null, 2)}</pre>
                </details>
              )}
            </td>
          </tr>
        ))}
      </table>
    </section>
  );
}

/** Words and what they mean. Code in a text stands between backticks. */
function Words({ section: { title, text, rows } }: { section: Section }) {
  return (
    <section>
      <h2>{title}</h2>
      {text.map((paragraph) => (
        <p>{coded(paragraph)}</p>
      ))}
      <table>
        {rows.map(([word, meaning]) => (
          <tr>
            <td>
              <code>{word}</code>
            </td>
            <td>{coded(meaning)}</td>
          </tr>
        ))}
      </table>
    </section>
  );
}

/** A text with what stands between backticks as code. */
function coded(text: string) {
  return text.split('`').map((part, at) => (at % 2 === 1 ? <code>{part}</code> : part));
}

/** What the page says of the local Worker: keys for the examples, as shell variables, and what it has beside the contract. */
export interface LocalNote {
  readonly keys: string;
  readonly section: Section;
}

interface ReferenceProps {
  readonly document: ApiDocument;
  readonly order: ReturnType<typeof describedOrder>;
  readonly base: string;
  readonly note: LocalNote | null;
  readonly nonce: string;
}

function Reference({ document, order, base, note, nonce }: ReferenceProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>countersign: the HTTP reference</title>
        <style nonce={nonce}>{raw(STYLE)}</style>
      </head>
      <body>
        <h1>countersign</h1>
        <p>
          The same as <a href="/openapi.json">/openapi.json</a>. The calls are for a shell, from top to
          bottom:
        </p>
        <pre class="curl">
          BASE={base} {note?.keys ?? 'SHOP_KEY=... REQUEST_KEY=... ADMIN_TOKEN=...'}
        </pre>
        {note && <Words section={note.section} />}
        {order.map(({ method, path }) => {
          const described = document.paths[path]?.[method];
          return described && <Operation method={method} path={path} described={described} />;
        })}
        {sections.map((section) => (
          <Words section={section} />
        ))}
        <h3>A webhook</h3>
        <pre>{JSON.stringify(answerExample(webhook), null, 2)}</pre>
      </body>
    </html>
  );
}

export function docsRoutes(app: Hono<AppEnv>, note: LocalNote | null): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  // One for each address that the service is reached at: in production PUBLIC_URL alone.
  let made: { readonly origin: string; readonly document: ApiDocument } | null = null;
  const theDocument = async (origin: string) => {
    if (made?.origin !== origin) made = { origin, document: await apiDocument(app, origin) };
    return made.document;
  };

  routes.get(
    '/openapi.json',
    documented({
      summary: 'This document',
      auth: null,
      success: { 200: 'An OpenAPI 3.1 document.' },
      errors: [],
      example: {},
    }),
    async (c) => c.json(await theDocument(originOf(c.get('service'), c.req.url))),
  );

  routes.get(
    '/docs',
    documented({
      summary: 'This document as a page',
      auth: null,
      success: { 200: 'A page.' },
      errors: [],
      example: {},
    }),
    async (c) => {
      const service = c.get('service');
      const bytes = new Uint8Array(16);
      service.random(bytes);
      const nonce = base64url(bytes);
      const base = originOf(service, c.req.url);
      const page = (
        <Reference
          document={await theDocument(base)}
          order={describedOrder(app)}
          base={base}
          note={note}
          nonce={nonce}
        />
      );
      return new Response(`<!doctype html>${String(await html`${page}`)}`, {
        headers: pageHeaders(ownPolicy(nonce)),
      });
    },
  );

  return routes;
}
