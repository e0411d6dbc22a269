/** What a form shows: what was typed, and what is wrong with it. */

import { hex } from '../signing/bytes.ts';
import type { InputProblem } from './api.ts';

/** The values of a form, each name with all that was posted under it. */
export type FormValues = Readonly<Record<string, readonly string[]>>;

/** The one-time id of a form's operation: 128 random bits. */
export function newOperation(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

const OPERATION = /^[0-9a-f]{32}$/;

export function isOperation(text: string): boolean {
  return OPERATION.test(text);
}

export class FormState {
  readonly values: FormValues;
  readonly problems: readonly InputProblem[];
  /** What is wrong with the whole, in words. */
  readonly trouble: string | null;
  /** The form's one-time operation id. */
  readonly operation: string;
  /** Whether it was posted, and not done: it comes back. */
  readonly isBack: boolean;

  constructor(parts: {
    readonly values: FormValues;
    readonly problems?: readonly InputProblem[];
    readonly trouble?: string | null;
    readonly operation?: string;
    readonly isBack?: boolean;
  }) {
    this.values = parts.values;
    this.problems = parts.problems ?? [];
    this.trouble = parts.trouble ?? null;
    this.operation = parts.operation ?? newOperation();
    this.isBack = parts.isBack ?? false;
  }

  /** The HTTP status of a page that shows it. */
  get status(): 200 | 422 {
    return this.isBack || this.problems.length > 0 || this.trouble !== null ? 422 : 200;
  }

  /** The same form with its problems at other fields: a problem is named as the API has it, which is not always a field of the form. */
  withPaths(fieldOf: (path: string) => string): FormState {
    const problems = this.problems.map(({ path, message }) => ({ path: fieldOf(path), message }));
    return new FormState({ ...this, problems });
  }

  /** The first value of a name; empty: there is none. */
  value(name: string): string {
    return this.values[name]?.[0] ?? '';
  }

  all(name: string): readonly string[] {
    return this.values[name] ?? [];
  }
}

/** A form that nobody has typed in yet. @param initial what its fields hold; a list is several choices, true a checked box. */
export function freshForm(
  initial: Readonly<Record<string, string | number | boolean | null | readonly string[]>> = {},
): FormState {
  const values = Object.entries(initial).map(([name, value]): [string, readonly string[]] => {
    if (typeof value === 'boolean') return [name, value ? ['on'] : []];
    if (value === null) return [name, []];
    return [name, typeof value === 'object' ? value : [String(value)]];
  });
  return new FormState({ values: Object.fromEntries(values) });
}

/** What was posted. */
export class Posted {
  readonly values: FormValues;
  readonly files: Readonly<Record<string, File>>;

  constructor(values: FormValues, files: Readonly<Record<string, File>> = {}) {
    this.values = values;
    this.files = files;
  }

  /** Without spaces around it. */
  text(name: string): string {
    return this.raw(name).trim();
  }

  /** As it was typed: for passwords. */
  raw(name: string): string {
    return this.values[name]?.[0] ?? '';
  }

  /** As a member of a JSON body: null where nothing was typed. */
  orNull(name: string): string | null {
    return this.text(name) || null;
  }

  /** A number as the API takes it: null where nothing was typed, the text where it is no number. */
  numberOrNull(name: string): number | string | null {
    const text = this.text(name);
    if (text === '') return null;
    return /^\d{1,15}$/.test(text) ? Number(text) : text;
  }

  /** Of several choices; empty ones are none. */
  all(name: string): readonly string[] {
    return (this.values[name] ?? []).filter((value) => value !== '');
  }

  isChecked(name: string): boolean {
    return this.raw(name) === 'on';
  }

  /** A file that was chosen; null: none was. */
  file(name: string): File | null {
    const file = this.files[name];
    return file && file.size > 0 ? file : null;
  }

  /** The members `prefix.name` as an object by `name`: for settings. */
  under(prefix: string): Readonly<Record<string, string>> {
    const start = `${prefix}.`;
    return Object.fromEntries(
      Object.keys(this.values)
        .filter((name) => name.startsWith(start))
        .map((name) => [name.slice(start.length), this.raw(name)]),
    );
  }
}

/** A form that is wrong by itself, before the API was asked. */
export class FormProblem extends Error {
  override readonly name = 'FormProblem';
  readonly problems: readonly InputProblem[];

  /** @param problems by field, in the viewer's language. */
  constructor(problems: readonly InputProblem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
    this.problems = problems;
  }
}
