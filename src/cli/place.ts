/** Where a long run is, kept in a file, so that one that is broken off goes on there. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { WrongCall } from './operator-calls.ts';

/** What was kept; null: nothing was. @throws WrongCall when the file does not hold a place. */
export function keptPlace<Place extends object>(file: string): Place | null {
  if (!existsSync(file)) return null;
  const place = parsed(readFileSync(file, 'utf8'));
  if (typeof place !== 'object' || place === null)
    throw new WrongCall(`${file} does not say where the last run was: remove it, and the run begins anew`);
  return place as Place;
}

/** Null where a text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Keeps a place: whenever the run is killed, the file has this one or the one before. */
export function keepPlace(file: string, place: object): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(place)}\n`);
  renameSync(`${file}.new`, file);
}
