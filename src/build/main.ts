/**
 * `npm run build`: the documents (`dist/documents`) and the Worker (`dist/worker`). Wrangler runs it before a deployment; the local Worker and
 * the tests need the documents alone (`npm run build -- documents`), and make them only where a source is newer. With `-- wasm` it writes
 * `src/signing/digests.wasm` anew, which is kept with its source (wasm/digest-module.ts).
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { DOCUMENT_NAMES } from '../gateway/documents.ts';
import { digestModule } from './wasm/digest-module.ts';
import { bundleWorker } from './worker.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DOCUMENTS = join(ROOT, 'dist/documents');
/** Written when the documents were looked at last: they themselves keep their time where nothing about them has changed. */
const STAMP = join(ROOT, 'dist/documents.stamp');
const WORKER = join(ROOT, 'dist/worker/index.js');

/** The newest change of a source under a path, in milliseconds since 1970. What local Workers keep beside them is none. */
function changedAt(path: string): number {
  const sources = readdirSync(path, { withFileTypes: true, recursive: true }).filter(
    ({ name, parentPath }) => /\.(?:tsx?|json|md|css|js)$/.test(name) && !parentPath.includes('.wrangler'),
  );
  return Math.max(...sources.map(({ name, parentPath }) => statSync(join(parentPath, name)).mtimeMs));
}

/** Whether the documents were made after the last change of a source. */
function areFresh(): boolean {
  if (![STAMP, ...DOCUMENT_NAMES.map((name) => join(DOCUMENTS, name))].every((file) => existsSync(file)))
    return false;
  const changed = Math.max(
    ...['src', 'docs'].map((folder) => changedAt(join(ROOT, folder))),
    ...['package-lock.json', 'CHANGELOG.md', 'SECURITY.md'].map((file) => statSync(join(ROOT, file)).mtimeMs),
  );
  return statSync(STAMP).mtimeMs > changed;
}

/**
 * Nobody finds half a file: others may build at the same time. One that stays as it is is not written: a local Worker that runs starts anew
 * when its documents change, and drops the requests that it is at.
 */
function writeWhole(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

async function writeDocuments(): Promise<void> {
  // Its imports are all of the Worker: not where nothing is to do.
  const { makeDocuments } = await import('./documents.ts');
  const { own, site } = await makeDocuments(ROOT);
  const files = { ...own, ...site };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(DOCUMENTS, name)), { recursive: true });
    writeWhole(join(DOCUMENTS, name), text);
  }
  // A page that is none any more.
  for (const entry of readdirSync(DOCUMENTS, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const isOurs = Object.hasOwn(files, relative(DOCUMENTS, path)) || /\.\d+$/.test(entry.name);
    if (entry.isFile() && !isOurs) rmSync(path);
  }
  writeFileSync(STAMP, '');
}

if (process.argv[2] === 'wasm') writeFileSync(join(ROOT, 'src/signing/digests.wasm'), digestModule());
else {
  if (!areFresh()) await writeDocuments();
  if (process.argv[2] !== 'documents' && process.env.COUNTERSIGN_BUILD !== 'documents')
    await bundleWorker(ROOT, WORKER);
}
