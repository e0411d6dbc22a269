/** Mutants that mean the same as the code, or change nothing that can be seen: equivalent.json, each with its reason. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from '@stryker-mutator/api/core';

/** What a mutant is, wherever its line has moved to. */
export interface Place {
  /** Its path below the project's folder. */
  readonly file: string;
  /** The line where it begins, without the spaces around it. */
  readonly line: string;
  readonly kind: string;
  /** What it replaces, each stretch of spaces as one. */
  readonly original: string;
  readonly replacement: string;
}

interface Equivalent extends Place {
  /** Why nothing is different. */
  readonly reason: string;
}

const PATH = 'test/mutants/equivalent.json';

const collapsed = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

/** @param lines those of the mutant's file. */
export function placeOf(
  { fileName, location: { start, end }, mutatorName, replacement }: Mutant,
  lines: readonly string[],
): Place {
  const piece = lines.slice(start.line, end.line + 1);
  const last = piece.length - 1;
  const original = piece
    .map((line, at) => line.slice(at === 0 ? start.column : 0, at === last ? end.column : undefined))
    .join('\n');
  return {
    file: fileName,
    line: collapsed(lines[start.line] ?? ''),
    kind: mutatorName,
    original: collapsed(original),
    replacement: collapsed(replacement),
  };
}

/** A mutant's place as one text. */
export const keyOf = ({ file, line, kind, original, replacement }: Place) =>
  JSON.stringify([file, line, kind, original, replacement]);

/** @returns the reason of each mutant that is listed, by its key. */
export function equivalents(root: string): ReadonlyMap<string, string> {
  const path = join(root, PATH);
  const listed = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly Equivalent[]) : [];
  return new Map(listed.map((one) => [keyOf(one), one.reason]));
}
