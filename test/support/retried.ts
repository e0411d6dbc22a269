/** Names the tests that passed only when they were tried again: they depend on what else the machine does, or on chance. */
import type { Reporter, TestCase } from 'vitest/node';

export class Retried implements Reporter {
  readonly #names: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.result().state === 'passed' && test.diagnostic()?.retryCount)
      this.#names.push(`${test.module.relativeModuleId}: ${test.fullName}`);
  }

  onTestRunEnd(): void {
    for (const name of this.#names) console.log(`passed when tried again: ${name}`);
  }
}
