/**
 * `npm run new-provider -- ID`: makes the files of a new provider and enters it where it is listed: the registry, the
 * simulated banks, the demo accounts. The conformance suite then fails, and says what is to be filled in.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nameOf, skeletonOf } from './skeleton.ts';

/** Lower case, as the API shows it. */
const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

const IMPORT = /^import [\s\S]*?;\n/gm;

/** Where a member of one line belongs in the lines of a sorted list: before the first one that sorts behind it, else at the end. */
function placeIn(lines: string, member: string): number {
  let at = 0;
  for (const line of lines.split(/(?<=\n)/)) {
    if (/^ {2}\w+,$/.test(line.trimEnd()) && line > member) return at;
    at += line.length;
  }
  return lines.length;
}

/** A source file with one more import after its last one, and one more member in a list: where it sorts, or at the end. */
function entered(source: string, { list, line, member, isSorted }: Entry): string {
  const last = [...source.matchAll(IMPORT)].at(-1);
  const start = source.indexOf(list);
  const end = start < 0 ? -1 : source.slice(start).search(/^[\]}]/m);
  if (!last || end < 0) throw new Error(`there is no list "${list}" to enter the provider in`);
  const after = last.index + last[0].length;
  const at = start + (isSorted ? placeIn(source.slice(start, start + end), member) : end);
  return `${source.slice(0, after)}${line}${source.slice(after, at)}${member}${source.slice(at)}`;
}

/** Where a provider is listed: the file, the list in it, and what is entered. */
interface Entry {
  readonly path: string;
  readonly list: string;
  readonly line: string;
  readonly member: string;
  /** The list is shown to people in its order. */
  readonly isSorted?: true;
}

function entriesOf(id: string): readonly Entry[] {
  const name = nameOf(id);
  return [
    {
      path: 'src/providers/registry.ts',
      list: 'export const providers',
      line: `import { ${name} } from './${id}/index.ts';\n`,
      member: `  ${name},\n`,
      isSorted: true,
    },
    {
      path: 'src/sandbox/banks/registry.ts',
      list: 'export const BANKS',
      line: `import { ${name}Bank } from './${id}.ts';\n`,
      member: `  ${name}Bank,\n`,
    },
    {
      path: 'src/sandbox/demo-accounts.ts',
      list: 'export const DEMO_ACCOUNTS',
      line: '',
      member: `  '${id}': {\n    currencies: ['EUR'],\n    settings: { merchant_id: 'demo', secret_key: 'demo-secret-of-${id}' },\n  },\n`,
    },
  ];
}

/**
 * Makes the skeleton below a root.
 * @returns the paths that were written.
 * @throws Error when the id is not one, or is taken.
 */
export function makeProvider(root: string, id: string): readonly string[] {
  if (!ID.test(id))
    throw new Error(`${id || 'nothing'} is no id of a provider: it looks like acme or acme-pay`);
  const files = skeletonOf(id);
  const taken = Object.keys(files).find((path) => existsSync(join(root, path)));
  if (taken) throw new Error(`${taken} is there already`);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const entries = entriesOf(id);
  for (const entry of entries) {
    const source = readFileSync(join(root, entry.path), 'utf8');
    writeFileSync(join(root, entry.path), entered(source, entry));
  }
  return [...Object.keys(files), ...entries.map(({ path }) => path)];
}

/** What is to be done with the files, in the order in which it costs least. */
function nextSteps(id: string): string {
  return `
Fill in SHEET.md first (docs/adding-a-provider.md has the order of work), then:
  npm test -- --project workerd test/providers -t ${id}
  npm test -- --project workerd test/http/operations.test.ts test/reconcile -t ${id}   with operations
  npm run forge -- --only ${id} --runs 2000
  npm run operations-table && npm run proof-table`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const id = process.argv[2] ?? '';
  const root = join(import.meta.dirname, '..', '..');
  const paths = makeProvider(root, id);
  for (const path of paths) console.log(path);
  const sources = paths.filter((path) => /\.(ts|json)$/.test(path));
  spawnSync('npx', ['biome', 'check', '--write', ...sources], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  console.log(nextSteps(id));
}
