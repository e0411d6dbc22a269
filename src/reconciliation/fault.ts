/** Why a file cannot be read, as an error. */
import type { FileFault, FileFaultCode } from '../payments/reconciled.ts';

export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  readonly fault: FileFault;

  /** @param line of the file, from 1; null: it is about the whole. */
  constructor(code: FileFaultCode, line: number | null, detail: string) {
    super(line === null ? detail : `line ${line}: ${detail}`);
    this.fault = { code, line, detail };
  }
}
