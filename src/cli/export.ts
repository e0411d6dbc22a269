/**
 * `countersign export --to FILE`: joins the pages of the operator's export to one file. Of a page, what has just come
 * is in memory. What is written
 * goes to FILE.part, and the place that it has reached to FILE.place: a run that was broken off goes on there. FILE is there when all is.
 */
import { closeSync, ftruncateSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import {
  EXPORT_FORMATS,
  EXPORT_JOINS,
  type ExportFormat,
  exportPageSize,
  pageInFile,
} from '../payments/export-pages.ts';
import { utf8 } from '../signing/bytes.ts';
import { type CallPorts, operatorCall, type Server, WrongCall } from './operator-calls.ts';
import { keepPlace, keptPlace } from './place.ts';
import { progressOn, type Terminal } from './progress.ts';

/** What is exported: the query of the route, without its pages. */
export interface ExportOrder {
  readonly format: ExportFormat;
  readonly query: Readonly<Record<string, string>>;
}

/** Where a run is. */
interface Place {
  readonly url: string;
  readonly query: string;
  readonly cursor: string;
  readonly bytes: number;
  readonly pages: number;
  readonly total: number;
}

/**
 * The format of a file: as it is said, or by its name.
 * @throws WrongCall where neither says it.
 */
export function formatOf(file: string, said: string | undefined): ExportFormat {
  const name = said ?? file.slice(file.lastIndexOf('.') + 1).toLowerCase();
  const found = EXPORT_FORMATS.find((format) => format === name);
  if (!found) throw new WrongCall(`say in which format: --format ${EXPORT_FORMATS.join(', ')}`);
  return found;
}

function placeIn(file: string, url: string, query: string): Place | null {
  const place = keptPlace<Place>(file);
  if (!place) return null;
  if (place.url !== url || place.query !== query)
    throw new WrongCall(
      `${file} is of another export: finish that one, or remove it and ${file.replace(/place$/, 'part')}`,
    );
  return place;
}

interface ExportPorts extends CallPorts {
  readonly terminal: Terminal;
  /** Frees what nobody uses any more. */
  readonly collect: () => void;
}

/**
 * Exports.
 * @returns how many payments or movements the file is about.
 * @throws WrongCall where the server rejects it; Error where it gives no answer: the next run goes on.
 */
export async function exportTo(
  file: string,
  order: ExportOrder,
  server: Server,
  { terminal, collect, ...ports }: ExportPorts,
): Promise<number> {
  const [part, placeFile] = [`${file}.part`, `${file}.place`];
  const size = exportPageSize(order.format, order.query);
  const join = EXPORT_JOINS[order.format];
  const query = new URLSearchParams({ ...order.query, format: join.asked, limit: String(size) }).toString();
  const kept = placeIn(placeFile, server.url, query);
  // Without all that it has written, a place is none.
  const known = kept && kept.bytes <= (statSync(part, { throwIfNoEntry: false })?.size ?? -1) ? kept : null;
  let place = known ?? { url: server.url, query, cursor: '', bytes: 0, pages: 0, total: 0 };
  const output = openSync(part, known ? 'r+' : 'w');
  const progress = progressOn(terminal, ports.now);
  const startedAt = ports.now();
  const before = known && known.total > 0 ? Math.min(1, (known.pages * size) / known.total) : 0;
  try {
    // What a run that was killed has written beyond its place is written again.
    ftruncateSync(output, place.bytes);
    let { bytes } = place;
    const write = (buffer: Uint8Array) => {
      for (let at = 0; at < buffer.length; )
        at += writeSync(output, buffer, at, buffer.length - at, bytes + at);
      bytes += buffer.length;
    };
    if (!known) write(utf8(join.begin));
    for (let isLast = false; !isLast; ) {
      const page = place.pages === 0 ? '&count=true' : `&cursor=${place.cursor}`;
      const answer = await operatorCall(server, `/v1/admin/export?${query}${page}`, ports);
      const total = Number(answer.header('x-total-count') ?? place.total);
      const cursor = answer.header('x-next-cursor');
      const isBeginning = bytes === utf8(join.begin).length;
      for await (const piece of pageInFile(order.format, answer.body, isBeginning)) write(piece);
      isLast = cursor === null;
      place = { ...place, cursor: cursor ?? '', bytes, pages: place.pages + 1, total };
      if (isLast) write(utf8(join.end));
      else keepPlace(placeFile, place);
      const done = isLast ? total : Math.min(total, place.pages * size);
      progress.show({
        share: isLast || total === 0 ? 1 : done / total,
        words: `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`,
        count: done - Math.min(total, (known?.pages ?? 0) * size),
        elapsedMs: ports.now() - startedAt,
        before,
      });
      collect();
    }
  } finally {
    progress.end();
    closeSync(output);
    // What the server refused from the start leaves nothing behind.
    if (place.pages === 0) rmSync(part, { force: true });
  }
  renameSync(part, file);
  rmSync(placeFile, { force: true });
  return place.total;
}
