/** The package as its users get it: packed from a copy of the repository, and installed in an empty project. */
import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ROOT } from '../cli/support.ts';

/** What a command has written, and how it ended. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command without holding up what else goes on. */
export function runIn(cwd: string, command: string, args: readonly string[]): Promise<Outcome> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...texts }));
  });
}

async function succeeding(cwd: string, command: string, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runIn(cwd, command, args);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** A packed package, and a project that has installed it and nothing else. */
export interface Packed {
  /** The paths in the tarball. */
  readonly files: readonly string[];
  /** The project's folder. */
  readonly project: string;
  /** Installs a package of a runtime apart, and says where its program is. */
  runtime(name: string, version: string, program: string): Promise<string>;
  remove(): void;
}

const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

/** What a package is made of. */
const PACKED_FROM = 'src docs examples package.json tsconfig.json .npmrc .gitignore README.md LICENSE'.split(
  ' ',
);

/** Packs and installs. */
export async function packed(): Promise<Packed> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-package-'));
  const copy = join(folder, 'repository');
  // In a copy: while a package is packed, another package.json stands at the root.
  for (const path of PACKED_FROM) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  cpSync(join(ROOT, 'test'), join(copy, 'test'), {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || basename(path) === 'vectors.json',
  });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const [{ filename, files }] = JSON.parse(await succeeding(copy, 'npm', ['pack', '--json', '--silent'])) as [
    { filename: string; files: { path: string }[] },
  ];
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"name":"empty","private":true,"type":"module"}');
  await succeeding(project, 'npm', [...INSTALL, join(copy, filename)]);
  return {
    files: files.map(({ path }) => path),
    project,
    runtime: async (name, version, program) => {
      const home = join(folder, `${name}-${version}`.replaceAll('/', '-'));
      mkdirSync(home);
      writeFileSync(join(home, 'package.json'), '{"private":true}');
      await succeeding(home, 'npm', [...INSTALL, '--ignore-scripts', `${name}@${version}`]);
      return join(home, 'node_modules', name, program);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The names in a folder of the project. */
export function namesIn(project: string, ...path: string[]): readonly string[] {
  return readdirSync(join(project, ...path)).sort();
}
