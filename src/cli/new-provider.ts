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

/** A source file with one more import after its last one, and one more member at the end of a list. */
function entered(source: string, list: string, line: string, member: string): string {
  const last = [...source.matchAll(IMPORT)].at(-1);
  const start = source.indexOf(list);
  const end = start < 0 ? -1 : source.slice(start).search(/^[\]}]/m);
  if (!last || end < 0) throw new Error(`there is no list "${list}" to enter the provider in`);
  const after = last.index + last[0].length;
  const at = start + end;
  return `${source.slice(0, after)}${line}${source.slice(after, at)}${member}${source.slice(at)}`;
}

/** Where a provider is listed: the file, the list in it, and what is entered. */
function entriesOf(id: string) {
  const name = nameOf(id);
  return [
    {
      path: 'src/providers/registry.ts',
      list: 'export const providers',
      line: `import { ${name} } from './${id}/index.ts';\n`,
      member: `  ${name},\n`,
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
  for (const { path, list, line, member } of entries) {
    const source = readFileSync(join(root, path), 'utf8');
    writeFileSync(join(root, path), entered(source, list, line, member));
  }
  return [...Object.keys(files), ...entries.map(({ path }) => path)];
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
  console.log(`\nFill in SHEET.md first, then: npm test -- --project workerd test/providers -t ${id}`);
}
