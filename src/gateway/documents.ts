/**
 * Texts for people. The build (src/build) makes them, as static files beside the Worker. Few requests need them, so they are read when the
 * first one comes, and not carried in the bundle.
 */
import { Problem } from '../payments/errors.ts';

/** The files. */
export const DOCUMENT_NAMES = ['openapi.json', 'providers.json', 'texts.json'] as const;
export type DocumentName = (typeof DOCUMENT_NAMES)[number];

/** The static files of a Worker, as its runtime gives them. */
export interface StaticFiles {
  fetch(address: string): Promise<Response>;
}

/** Any origin: the files are asked for by their paths alone. */
const ORIGIN = 'https://files.invalid/';

/** Reads the files, each once in an isolate. */
export class Documents {
  readonly #files: StaticFiles | null;
  readonly #texts = new Map<DocumentName, string>();
  readonly #read = new Map<DocumentName, unknown>();

  /** @param files null where a Worker has none. */
  constructor(files: StaticFiles | null) {
    this.#files = files;
  }

  /** @throws Problem misconfigured when the file is not there. */
  async text(name: DocumentName): Promise<string> {
    const known = this.#texts.get(name);
    if (known !== undefined) return known;
    const response = await this.#files?.fetch(ORIGIN + name);
    if (!response?.ok)
      throw new Problem('misconfigured', `the Worker was deployed without its file ${name}: deploy it again`);
    const text = await response.text();
    this.#texts.set(name, text);
    return text;
  }

  /** What a file in JSON holds, where this isolate has read it; else null. */
  known<T>(name: DocumentName): T | null {
    return (this.#read.get(name) as T | undefined) ?? null;
  }

  /** What a file in JSON holds. @throws Problem misconfigured */
  async json<T>(name: DocumentName): Promise<T> {
    const known = this.#read.get(name);
    if (known !== undefined) return known as T;
    const read: unknown = JSON.parse(await this.text(name));
    this.#read.set(name, read);
    return read as T;
  }
}
