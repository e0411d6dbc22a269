/** Where a long run is, kept in a file, so that one that is broken off goes on there. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What was kept; null: nothing was. */
export function keptPlace<Place>(file: string): Place | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Place) : null;
}

/** Keeps a place: whenever the run is killed, the file has this one or the one before. */
export function keepPlace(file: string, place: object): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(place)}\n`);
  renameSync(`${file}.new`, file);
}
