/**
 * TypeScript of valibot schemas, written out in full: declarations that import nothing, with what each member means above it. The types
 * are those that valibot infers; `test/client/types.test.ts` holds the two against each other.
 */
import type * as v from 'valibot';

/** Whether a value of the schema goes in (what may be left out may be null) or comes out. */
export type Direction = 'input' | 'output';

/** What is written out under a name of its own. */
export interface NamedSchema {
  readonly name: string;
  readonly doc: string;
  readonly schema: v.GenericSchema;
  readonly direction: Direction;
}

/** A closed list of texts with a name of its own: schemas that take the same list are the same type. */
export interface NamedList {
  readonly name: string;
  readonly doc: string;
  readonly options: readonly string[];
}

/** A schema as valibot keeps it, as far as its type goes. */
interface Anatomy {
  readonly type: string;
  readonly wrapped?: v.GenericSchema;
  readonly default?: unknown;
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly item?: v.GenericSchema;
  readonly items?: readonly v.GenericSchema[];
  readonly value?: v.GenericSchema;
  readonly literal?: unknown;
  readonly options?: readonly unknown[];
  readonly pipe?: readonly [v.GenericSchema, ...unknown[]];
}

const anatomy = (schema: v.GenericSchema) => schema as unknown as Anatomy;

/** The schema without its actions: those add checks and words, and no type of ours. */
function bare(schema: v.GenericSchema): v.GenericSchema {
  const [first] = anatomy(schema).pipe ?? [];
  return first && first !== schema ? bare(first) : schema;
}

/** The schema inside what may be left out or null. */
function inner(schema: v.GenericSchema): v.GenericSchema {
  const plain = bare(schema);
  const { wrapped } = anatomy(plain);
  return wrapped ? inner(wrapped) : plain;
}

/** What a schema says of itself: its own words, or those of what it wraps. */
function wordsOf(schema: v.GenericSchema): string | null {
  for (const action of anatomy(schema).pipe?.slice(1) ?? []) {
    const { type, metadata } = action as {
      readonly type?: string;
      readonly metadata?: { description?: unknown };
    };
    if (type === 'metadata' && typeof metadata?.description === 'string') return metadata.description;
  }
  const { pipe, wrapped } = anatomy(schema);
  const next = pipe && pipe[0] !== schema ? pipe[0] : wrapped;
  return next ? wordsOf(next) : null;
}

/** The way into a schema, through what may be left out, to a member by its dotted path. */
export function schemaAt(schema: v.GenericSchema, path: string): v.GenericSchema {
  let at = schema;
  for (const name of path.split('.')) {
    const plain = anatomy(inner(at));
    const next = name === '[]' ? plain.item : plain.entries?.[name];
    if (!next) throw new Error(`${path}: there is no ${name}`);
    at = next;
  }
  return inner(at);
}

function comment(text: string | null, indent: string): string {
  return text ? `${indent}/** ${text.replaceAll('*/', '* /')} */\n` : '';
}

const quoted = (value: unknown) =>
  typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value);

const property = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));

/** Writes schemas as TypeScript. */
export class SchemaTypes {
  readonly #names = new Map<v.GenericSchema, string>();
  readonly #lists = new Map<unknown, string>();
  readonly #schemas: readonly NamedSchema[];
  readonly #named: readonly NamedList[];

  /** @param schemas in the order of the file; a schema inside another is named where it is listed. */
  constructor(schemas: readonly NamedSchema[], lists: readonly NamedList[]) {
    this.#schemas = schemas;
    this.#named = lists;
    for (const { schema, name } of schemas) this.#names.set(inner(schema), name);
    for (const { options, name } of lists) this.#lists.set(JSON.stringify(options), name);
  }

  /** The declarations, each exported. */
  declarations(): string {
    const lists = this.#named.map(
      ({ name, doc, options }) =>
        `${comment(doc, '')}export type ${name} =\n${options.map((option) => `  | ${quoted(option)}`).join('\n')};\n`,
    );
    return [...lists, ...this.#schemas.map((named) => this.#declaration(named))].join('\n');
  }

  #declaration({ name, doc, schema, direction }: NamedSchema): string {
    const plain = inner(schema);
    const head = comment(doc, '');
    const { entries } = anatomy(plain);
    if (!entries) return `${head}export type ${name} =${this.#alternatives(plain, direction)};\n`;
    const base = this.#baseOf(name, entries);
    if (base?.left.length) {
      const left = base.left.map(quoted).join(' | ');
      return `${head}export type ${name} = Omit<${base.name}, ${left}>;\n`;
    }
    const own = Object.entries(entries).filter(([member]) => !base?.members.has(member));
    const extending = base ? ` extends ${base.name}` : '';
    return `${head}export interface ${name}${extending} {\n${this.#members(own, direction, '  ')}}\n`;
  }

  /** A type listed before of which this one has every member, or which has every member of this one. */
  #baseOf(name: string, entries: Readonly<Record<string, v.GenericSchema>>) {
    for (const other of this.#schemas) {
      if (other.name === name) return null;
      const known = anatomy(inner(other.schema)).entries ?? {};
      const shared = Object.keys(known).filter((member) => entries[member] === known[member]);
      const left = Object.keys(known).filter((member) => !(member in entries));
      if (shared.length === 0) continue;
      if (shared.length === Object.keys(known).length)
        return { name: other.name, left: [], members: new Set(shared) };
      if (shared.length === Object.keys(entries).length)
        return { name: other.name, left, members: new Set(shared) };
    }
    return null;
  }

  #members(
    entries: readonly (readonly [string, v.GenericSchema])[],
    direction: Direction,
    indent: string,
  ): string {
    return entries
      .map(([name, schema]) => {
        const { type, default: fallback } = anatomy(bare(schema));
        const maybe = type === 'optional' || type === 'nullish' || type === 'exact_optional';
        const isOptional = maybe && (direction === 'input' || fallback === undefined);
        const written = this.#type(schema, direction, indent);
        const orUndefined = isOptional ? ' | undefined' : '';
        const line = `${indent}readonly ${property(name)}${isOptional ? '?' : ''}: ${written}${orUndefined};\n`;
        return comment(wordsOf(schema), indent) + line;
      })
      .join('');
  }

  #alternatives(schema: v.GenericSchema, direction: Direction): string {
    const { options } = anatomy(schema);
    if (!options) return ` ${this.#type(schema, direction, '', true)}`;
    return options
      .map((option) =>
        typeof option === 'object'
          ? `\n  | ${this.#type(option as v.GenericSchema, direction, '    ')}`
          : `\n  | ${quoted(option)}`,
      )
      .join('');
  }

  #type(schema: v.GenericSchema, direction: Direction, indent: string, isDeclared = false): string {
    const plain = bare(schema);
    const known = isDeclared ? undefined : this.#names.get(plain);
    if (known) return known;
    const parts = anatomy(plain);
    const of = (next: v.GenericSchema | undefined) =>
      next ? this.#type(next, direction, indent) : 'unknown';
    switch (parts.type) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'unknown':
      case 'null':
        return parts.type;
      case 'literal':
        return quoted(parts.literal);
      case 'picklist':
        return (
          this.#lists.get(JSON.stringify(parts.options)) ?? (parts.options ?? []).map(quoted).join(' | ')
        );
      case 'optional':
      case 'exact_optional':
        return of(parts.wrapped);
      case 'nullish':
      case 'nullable':
        return `${of(parts.wrapped)} | null`;
      case 'array': {
        const item = of(parts.item);
        return item.includes(' | ') && !item.startsWith('{') ? `readonly (${item})[]` : `readonly ${item}[]`;
      }
      case 'record':
        return `Readonly<Record<string, ${of(parts.value)}>>`;
      case 'union':
      case 'variant':
        return (parts.options ?? []).map((option) => of(option as v.GenericSchema)).join(' | ');
      case 'object':
      case 'strict_object':
      case 'loose_object': {
        const members = this.#members(Object.entries(parts.entries ?? {}), direction, `${indent}  `);
        return `{\n${members}${indent}}`;
      }
      default:
        throw new Error(`a schema of the type ${parts.type} is not written yet`);
    }
  }
}
