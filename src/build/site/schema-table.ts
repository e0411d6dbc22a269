/** A JSON Schema as a table of its fields, as a person reads it. */
import { escaped, tableHtml } from './markdown.ts';

/** A JSON Schema, as far as the tables need it. */
export interface ShownSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, ShownSchema>>;
  readonly required?: readonly string[];
  readonly items?: ShownSchema;
  readonly anyOf?: readonly ShownSchema[];
  readonly oneOf?: readonly ShownSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly writeOnly?: boolean;
  readonly additionalProperties?: ShownSchema | boolean;
}

/** How deep the fields of fields are shown. */
const DEEPEST = 4;

/** Values of a list that are named one by one. */
const NAMED = 24;

/** A text with what stands between backticks as code. */
export function coded(text: string): string {
  return text
    .split('`')
    .map((part, at) => (at % 2 === 1 ? `<code>${escaped(part)}</code>` : escaped(part)))
    .join('');
}

const isNull = ({ type }: ShownSchema) => type === 'null';

const choicesOf = (schema: ShownSchema) => schema.anyOf ?? schema.oneOf ?? [];

/** The schema beside `null`, where there is one alone. */
function withoutNull(schema: ShownSchema): ShownSchema {
  const others = choicesOf(schema).filter((one) => !isNull(one));
  const [only] = others;
  return others.length === 1 && only
    ? { ...only, ...(schema.description && { description: schema.description }) }
    : schema;
}

function bounds(schema: ShownSchema): string {
  const { minimum, maximum, maxLength, maxItems } = schema;
  return [
    ...(minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? [`from ${minimum}`] : []),
    ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? [`to ${maximum}`] : []),
    ...(maxLength !== undefined ? [`up to ${maxLength} characters`] : []),
    ...(maxItems !== undefined ? [`up to ${maxItems}`] : []),
  ].join(' ');
}

const list = (values: readonly unknown[]) =>
  values.length > NAMED
    ? `one of ${values.length} texts`
    : values.map((value) => `<code>${escaped(String(value))}</code>`).join(', ');

/** What a value may be, as HTML. */
function typeOf(given: ShownSchema): string {
  const schema = withoutNull(given);
  if (schema.const !== undefined) return `<code>${escaped(JSON.stringify(schema.const))}</code>`;
  if (schema.enum) return list(schema.enum);
  const choices = choicesOf(schema).filter((one) => !isNull(one));
  if (choices.length > 0) return [...new Set(choices.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'anything'}`;
  const name = schema.type === 'string' ? 'text' : (schema.type ?? 'anything');
  const limits = bounds(schema);
  return escaped(limits ? `${name}, ${limits}` : name);
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly words: string;
  readonly secret: boolean;
  readonly standard: unknown;
}

function rowsOf(given: ShownSchema, prefix: string, depth: number): readonly Row[] {
  const schema = withoutNull(given);
  if (schema.type === 'array' && schema.items) return rowsOf(schema.items, `${prefix}[]`, depth);
  const variants = choicesOf(schema).filter((one) => !isNull(one));
  if (variants.length > 0 && !schema.properties) {
    const rows = variants.flatMap((one) => rowsOf(one, prefix, depth));
    return rows.filter((row, at) => rows.findIndex(({ path }) => path === row.path) === at);
  }
  if (depth > DEEPEST) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const inner = withoutNull(field);
    const words = field.description ?? inner.description ?? field.title ?? inner.title ?? '';
    const said = field.title && field.description ? `${field.title}. ${field.description}` : words;
    const row: Row = {
      path,
      type: typeOf(field),
      required: schema.required?.includes(name) ?? false,
      // More sentences may follow.
      words: /[\w)}\]`"']$/.test(said) ? `${said}.` : said,
      secret: field.writeOnly === true || inner.writeOnly === true,
      standard: field.default ?? inner.default,
    };
    return [row, ...rowsOf(field, path, depth + 1)];
  });
}

/** The fields that somebody sends. Empty where there are none. */
export function sentFields(schema: ShownSchema, label: string): string {
  const rows = rowsOf(schema, '', 0);
  if (rows.length === 0) return '';
  return tableHtml(
    ['Field', 'Value', 'Meaning'],
    rows.map(({ path, type, required, words, secret, standard }) => [
      `<code>${escaped(path)}</code>${required ? ' <b class="need">required</b>' : ''}`,
      type,
      `${coded(words)}${secret ? ' A secret: never read back.' : ''}${
        standard === undefined || String(standard).length > 60
          ? ''
          : ` Default: <code>${escaped(String(standard))}</code>.`
      }`,
    ]),
    label,
  );
}

/** The fields of an answer. */
export function answeredFields(schema: ShownSchema, label: string): string {
  const rows = rowsOf(schema, '', 0);
  if (rows.length === 0) return '';
  return tableHtml(
    ['Field', 'Value', 'Meaning'],
    rows.map(({ path, type, words }) => [`<code>${escaped(path)}</code>`, type, coded(words)]),
    label,
  );
}

export { typeOf as shownValue };
