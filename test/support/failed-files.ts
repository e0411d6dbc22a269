/** Which files of tests failed, for `npm run test:again`: kept in a file, one a line. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

const ROOT = join(import.meta.dirname, '..', '..');
const FILE = join(ROOT, 'dist', 'failed-tests.txt');

/** A fault that no file is known for. It is none's: to run files again would not show whether it is gone. */
const UNKNOWN = '?';

/** The file that ran when something failed outside of its tests. */
function fileOf({ VITEST_TEST_PATH: path }: SerializedError): string {
  return typeof path === 'string' ? relative(ROOT, path) : UNKNOWN;
}

/** Those of the last run; empty: it has not come to its end, or none failed. */
export function failedFiles(): readonly string[] {
  try {
    return readFileSync(FILE, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** Whether running these again can show that all is well. */
export const isKnown = (files: readonly string[]) => !files.includes(UNKNOWN);

export class FailedFiles implements Reporter {
  onTestRunStart(): void {
    rmSync(FILE, { force: true });
  }

  onTestRunEnd(modules: readonly TestModule[], faults: readonly SerializedError[]): void {
    const failed = modules.filter((module) => !module.ok()).map((module) => module.relativeModuleId);
    const files = new Set([...failed, ...faults.map(fileOf)]);
    if (files.size === 0) return;
    mkdirSync(dirname(FILE), { recursive: true });
    writeFileSync(FILE, [...files].join('\n'));
  }
}
