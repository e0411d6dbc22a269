/** A call of the contract as programs: shell, TypeScript (JavaScript as Node runs it), Python and PHP, with nothing but their own libraries. */
import type { DocumentedRoute } from '../../http/reference/document.ts';

/** Characters of a body that fit beside the rest of its line. */
const SHORT = 60;

/** A call, and what the examples after it need of its answer. */
function keeping(keep: Readonly<Record<string, string>>, call: string): string {
  const parts = Object.entries(keep).map(
    ([variable, member]) =>
      `${variable}=$(echo "$ANSWER" | sed 's/.*"${member}":"\\([^"]*\\)".*/\\1/'); echo $${variable}`,
  );
  return [`ANSWER=$(${call})`, ...parts].join('\n');
}

/** The parts of a call, whatever language it is written in. Values may be shell variables. */
interface CallParts {
  readonly method: string;
  readonly address: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly json: unknown;
  readonly form: Readonly<Record<string, string>> | null;
  readonly bytes: string | null;
}

function partsOf(method: string, path: string, described: DocumentedRoute): CallParts | null {
  const example = described['x-example'];
  if (!example) return null;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => example.path?.[name] ?? name);
  const [caller] = Object.keys(described.security?.[0] ?? {});
  const key = caller === 'shop' ? '$SHOP_KEY' : '$ADMIN_TOKEN';
  return {
    method: method.toUpperCase(),
    address: `$BASE${filled}${example.query ? `?${example.query}` : ''}`,
    headers: [
      ...(caller ? [['Authorization', `Bearer ${key}`] as const] : []),
      ...Object.entries(example.headers ?? {}),
      ...(example.body === undefined ? [] : [['Content-Type', 'application/json'] as const]),
    ],
    json: example.body,
    form: example.form ?? null,
    bytes: example.bytes ?? null,
  };
}

/** A body as a person reads it: on one line where it is short. */
function written(json: unknown): string {
  const line = JSON.stringify(json);
  return line.length <= SHORT ? line : JSON.stringify(json, null, 2).replaceAll('\n', '\n  ');
}

/** Lines of shell for an operation, or null where only a provider can call it. */
export function curlOf(method: string, path: string, described: DocumentedRoute): string | null {
  const parts = partsOf(method, path, described);
  const example = described['x-example'];
  if (!parts || !example) return null;
  const pieces = [
    'curl -sf',
    ...(method === 'get' ? [] : [`-X ${parts.method}`]),
    `"${parts.address}"`,
    ...parts.headers.map(([name, value]) => `-H "${name}: ${value}"`),
    ...(parts.json === undefined ? [] : [`-d '${written(parts.json)}'`]),
    ...Object.entries(parts.form ?? {}).map(([name, value]) => `-d "${name}=${value}"`),
    ...(parts.bytes === null ? [] : ['--data-binary @-']),
  ];
  const input = parts.bytes === null ? '' : `echo ${parts.bytes} | base64 -d | `;
  const call = input + pieces.join(' \\\n  ');
  const lines = example.keep ? keeping(example.keep, call) : call;
  return example.before ? `${example.before}\n${lines}` : lines;
}

/** What docs/reference.md has its readers export, and what the lines themselves make along the way. */
const GIVEN: ReadonlySet<string> = new Set(['BASE', 'SHOP_KEY', 'REQUEST_KEY', 'ADMIN_TOKEN', 'ANSWER']);

const namesIn = (shell: string, pattern: RegExp) =>
  new Set([...shell.matchAll(pattern)].map(([, name = '']) => name));

/** The variables that lines of shell make. */
export function madeIn(shell: string): ReadonlySet<string> {
  return namesIn(shell, /(?:^|[ ;])([A-Z_]+)=/gm);
}

/** The variables that lines of shell take from the examples of other calls. */
export function takenBy(shell: string): readonly string[] {
  const made = madeIn(shell);
  return [...namesIn(shell, /\$([A-Z_]+)/g)].filter((name) => !GIVEN.has(name) && !made.has(name));
}

/** What has to be there before the call is made, in shell; null: nothing. */
export function beforeOf(described: DocumentedRoute): string | null {
  return described['x-example']?.before ?? null;
}

/** Shell variables and members of the answer that they take. */
export function keptOf(described: DocumentedRoute): Readonly<Record<string, string>> {
  return described['x-example']?.keep ?? {};
}

const VARIABLE = /\$([A-Z_]+)/g;

const variablesOf = (parts: CallParts): readonly string[] => [
  ...new Set(
    [parts.address, ...parts.headers.map(([, value]) => value), ...Object.values(parts.form ?? {})].flatMap(
      (text) => [...text.matchAll(VARIABLE)].map(([, name = '']) => name),
    ),
  ),
];

/** A text in quotes with what `open` and `close` put around a variable. */
function interpolated(
  text: string,
  quotes: readonly [plain: string, filled: string],
  of: (name: string) => string,
): string {
  return /\$[A-Z_]/.test(text)
    ? quotes[1].replace('_', () => text.replace(VARIABLE, (_, name: string) => of(name)))
    : quotes[0].replace('_', () => text);
}

/** A value of JSON as JavaScript has it. */
function javascript(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2)
    .replace(/"([A-Za-z_]\w*)":/g, '$1:')
    .replace(/"((?:[^"\\']|\\[^"])*)"/g, "'$1'")
    .replaceAll('\n', `\n${indent}`);
}

/** A value of JSON as Python has it. */
function python(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 4)
    .replace(/: true/g, ': True')
    .replace(/: false/g, ': False')
    .replace(/: null/g, ': None')
    .replaceAll('\n', `\n${indent}`);
}

/** A value of JSON as PHP has it. */
function php(value: unknown, indent: string): string {
  if (Array.isArray(value)) return `[${value.map((one) => php(one, indent)).join(', ')}]`;
  if (value === null || typeof value !== 'object')
    return typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return 'new stdClass()';
  const inner = `${indent}    `;
  return `[\n${entries.map(([name, one]) => `${inner}'${name}' => ${php(one, inner)},`).join('\n')}\n${indent}]`;
}

function typescriptCall(parts: CallParts): string {
  const text = (value: string) => interpolated(value, ["'_'", '`_`'], (name) => `\${${name}}`);
  const headers = parts.headers.map(
    ([name, value]) => `    ${/^[a-z]+$/i.test(name) ? name : `'${name}'`}: ${text(value)},\n`,
  );
  const body =
    parts.json !== undefined
      ? `  body: JSON.stringify(${javascript(parts.json, '  ')}),\n`
      : parts.form
        ? `  body: new URLSearchParams({\n${Object.entries(parts.form)
            .map(([name, value]) => `    ${name}: ${text(value)},\n`)
            .join('')}  }),\n`
        : parts.bytes !== null
          ? `  body: Buffer.from('${parts.bytes}', 'base64'),\n`
          : '';
  const options = `${parts.method === 'GET' ? '' : `  method: '${parts.method}',\n`}${headers.length > 0 ? `  headers: {\n${headers.join('')}  },\n` : ''}${body}`;
  return `const { ${variablesOf(parts).join(', ')} } = process.env;

const response = await fetch(${text(parts.address)}${options === '' ? '' : `, {\n${options}}`});
console.log(await response.text());
if (!response.ok) process.exit(1);`;
}

function pythonCall(parts: CallParts): string {
  const text = (value: string) => interpolated(value, ['"_"', 'f"_"'], (name) => `{env['${name}']}`);
  const data =
    parts.json !== undefined
      ? `    data=json.dumps(${python(parts.json, '    ')}).encode(),\n`
      : parts.form
        ? `    data=urllib.parse.urlencode({\n${Object.entries(parts.form)
            .map(([name, value]) => `        "${name}": ${text(value)},\n`)
            .join('')}    }).encode(),\n`
        : parts.bytes !== null
          ? `    data=base64.b64decode("${parts.bytes}"),\n`
          : '';
  const headers = parts.headers.map(([name, value]) => `        "${name}": ${text(value)},\n`).join('');
  const imports = [
    ...(parts.json !== undefined ? ['import json'] : []),
    ...(parts.bytes !== null ? ['import base64'] : []),
    ...(parts.form ? ['import urllib.parse'] : []),
    'import urllib.request',
  ];
  return `${imports.join('\n')}
from os import environ as env

request = urllib.request.Request(
    ${text(parts.address)},
    method="${parts.method}",
${headers ? `    headers={\n${headers}    },\n` : ''}${data})
with urllib.request.urlopen(request) as response:
    print(response.read().decode())`;
}

function phpCall(parts: CallParts): string {
  const text = (value: string) => interpolated(value, ["'_'", '"_"'], (name) => `{$env['${name}']}`);
  const content =
    parts.json !== undefined
      ? `    'content' => json_encode(${php(parts.json, '    ')}),\n`
      : parts.form
        ? `    'content' => http_build_query([\n${Object.entries(parts.form)
            .map(([name, value]) => `        '${name}' => ${text(value)},\n`)
            .join('')}    ]),\n`
        : parts.bytes !== null
          ? `    'content' => base64_decode('${parts.bytes}'),\n`
          : '';
  const headers = [
    ...parts.headers,
    ...(parts.form ? [['Content-Type', 'application/x-www-form-urlencoded'] as const] : []),
    ...(parts.bytes !== null ? [['Content-Type', 'application/octet-stream'] as const] : []),
  ].map(([name, value]) => `        ${text(`${name}: ${value}`)},\n`);
  return `<?php
$env = getenv();

$answer = file_get_contents(${text(parts.address)}, false, stream_context_create(['http' => [
    'method' => '${parts.method}',
${headers.length > 0 ? `    'header' => [\n${headers.join('')}    ],\n` : ''}${content}]]));
if ($answer === false) exit(1);
echo $answer;`;
}

/** Calls that only a browser makes: a page, a picture, a form of ours. */
const FOR_BROWSERS =
  /^\/(?:pay|p|logo|return|callback|favicon|docs|paiements\/(?:go|return))(?:\/|$)|^\/(?:favicon\.ico)?$/;

/** A call in three languages, by their names in a source; null where no program makes it. */
export function programsOf(
  method: string,
  path: string,
  described: DocumentedRoute,
): Readonly<Record<'ts' | 'python' | 'php', string>> | null {
  const parts = partsOf(method, path, described);
  if (!parts || FOR_BROWSERS.test(path) || /\$\(/.test(parts.address)) return null;
  return { ts: typescriptCall(parts), python: pythonCall(parts), php: phpCall(parts) };
}
